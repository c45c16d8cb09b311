package boardpages

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/lang"
	"moot/internal/media"
	"moot/internal/web/page"
)

func aReader(t *testing.T, clk *clock.Clock) page.Reader {
	t.Helper()
	site, err := page.Open(page.Settings{Name: "Moot", Languages: lang.All(), Clock: clk}, folder)
	if err != nil {
		t.Fatal(err)
	}
	return site.Reader("en")
}

var written = time.Date(2026, 11, 23, 19, 30, 0, 0, time.UTC)

func aPost(n int64) *shownPost {
	return &shownPost{
		Post: board.Post{Number: n, Thread: 7, Name: "Ana", Trip: "!word", Tag: "ab12", Body: "b", At: written},
		HTML: "<p>b</p>", When: written, Address: "/gr/athens/t/7#p8", Quote: "/gr/athens/t/7/reply?quote=8",
		Quotes: []backlink{{9, "#p9"}},
		Shown: []page.Picture{{
			Attached: media.Attached{Picture: media.Picture{
				Number: 3, Size: media.Size{Kind: "jpeg", Width: 600, Height: 400}, Thumb: media.Size{Kind: "jpeg", Width: 250, Height: 160},
				Large: media.Size{Kind: "jpeg", Width: 500, Height: 330}, State: media.Shown,
			}, Alt: "A bus"},
			Address: "/f/3.jpg", Small: "/f/3t.jpg", Big: "/f/3l.jpg", Tint: "tint-1", Told: "A bus", About: "JPEG",
		}},
	}
}

// Whatever changes what readers see of a post changes the key that its HTML is kept
// under. Each field is changed by itself.
func TestASheetIsKeptUnderAllThatItShows(t *testing.T) {
	clk := clock.Hold(written.Add(time.Hour))
	r := aReader(t, clk)
	base := aPost(8)
	html, err := postPart.Make(r, *base)
	if err != nil {
		t.Fatal(err)
	}
	key := base.key("en", clk.Now())
	seen := 0
	var change func(path string, p *shownPost, v reflect.Value)
	check := func(path string, p *shownPost) {
		t.Helper()
		changed, err := postPart.Make(r, *p)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(changed, html) {
			return
		}
		seen++
		if p.key("en", clk.Now()) == key {
			t.Errorf("another %s is another post, under the same key", path)
		}
	}
	change = func(path string, p *shownPost, v reflect.Value) {
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		defer v.Set(old)
		switch at, isTime := v.Interface().(time.Time); {
		case isTime:
			v.Set(reflect.ValueOf(at.Add(time.Minute)))
		case v.Kind() == reflect.String:
			v.SetString(v.String() + "x")
		case v.CanInt():
			v.SetInt(v.Int() + 1)
		case v.Kind() == reflect.Bool:
			v.SetBool(!v.Bool())
		case v.Kind() == reflect.Struct:
			for i := range v.NumField() {
				change(path+"."+v.Type().Field(i).Name, p, v.Field(i))
			}
			return
		case v.Kind() == reflect.Slice && v.Len() > 0:
			change(path+"[0]", p, v.Index(0))
			v.Set(v.Slice(0, 0))
		default:
			return
		}
		check(path, p)
	}
	all := reflect.ValueOf(base).Elem()
	for i := range all.NumField() {
		if name := all.Type().Field(i).Name; name != "Sheet" && name != "Yours" {
			change(name, base, all.Field(i))
		}
	}
	base.When = base.When.In(time.FixedZone("", 7200))
	check("zone", base)
	if seen < 25 {
		t.Errorf("only %d changes are seen", seen)
	}
	if aPost(8).key("el", clk.Now()) == key || aPost(8).key("en", clk.Now().AddDate(1, 0, 0)) == key {
		t.Error("another language, or another year, has the same key")
	}
}

func TestSheetsAreKeptWithinBounds(t *testing.T) {
	clk := clock.Hold(written)
	r := aReader(t, clk)
	var s sheets
	first := aPost(8)
	if err := s.fill(r, first); err != nil || !strings.Contains(string(first.Sheet), "Ana") {
		t.Fatalf("%q, %v", first.Sheet, err)
	}
	mine := aPost(9)
	mine.Yours = &yours{Code: "secret", Path: "/p/9/take-back"}
	if err := s.fill(r, mine); err != nil || mine.Sheet != "" || len(s.kept) != 1 {
		t.Errorf("what is its writer's alone is kept: %q, %d kept, %v", mine.Sheet, len(s.kept), err)
	}
	for n := range int64(200) {
		p := aPost(100 + n)
		p.Name = fmt.Sprint(n, strings.Repeat("n", 100_000))
		again := aPost(8)
		if err := s.fill(r, p, again); err != nil || again.Sheet != first.Sheet {
			t.Fatalf("%v; the post that is asked for all the time became %q", err, again.Sheet)
		}
		size := 0
		for _, place := range s.kept {
			size += len(place.Of.html)
		}
		if size != s.size || size > sheetBytes {
			t.Fatalf("%d bytes kept, counted as %d", size, s.size)
		}
	}
	if len(s.kept) > 90 {
		t.Errorf("%d are kept", len(s.kept))
	}
}
