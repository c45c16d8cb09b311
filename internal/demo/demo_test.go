package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"moot/internal/blob"
	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/darkroom"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/media"
	"moot/internal/place"
)

func TestMain(m *testing.M) {
	darkroom.Main() // where this binary was started to decode pictures
	os.Exit(m.Run())
}

// empty is a site on a database, without a door.
type empty struct {
	Site
	boards *board.Boards
	outbox *event.Outbox
}

func emptySite(t *testing.T, d *db.DB) empty {
	t.Helper()
	places, err := place.Load()
	if err != nil {
		t.Fatal(err)
	}
	files, err := blob.Open(t.Context(), "file:"+t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	room := darkroom.Open(darkroom.Settings{Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(room.Close)
	outbox := event.New()
	open := func(c *clock.Clock, limits board.Limits) *board.Boards {
		return board.New(d, c, outbox, places, limits)
	}
	pictures := media.Open(d, clock.Hold(evening), outbox, files, room, media.Limits{})
	boards := open(clock.Hold(evening), board.Limits{PostLength: 8000, Names: true, Tripcodes: true})
	return empty{Site{places, pictures, open}, boards, outbox}
}

var evening = time.Date(2026, 11, 23, 19, 30, 0, 0, time.UTC)

// contents are all posts of a site by board and thread, without what differs
// between two writings: tags.
func contents(t *testing.T, s empty) []string {
	t.Helper()
	all, err := s.boards.Below(t.Context(), s.Places.World(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	world, err := s.boards.Threads(t.Context(), s.Places.World(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	var numbers []int64
	for _, n := range append(all.Notices, world.Notices...) {
		v, err := s.boards.Thread(t.Context(), n.Thread.Number, board.Span{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range append([]board.Post{v.Opening}, v.Posts...) {
			numbers = append(numbers, p.Number)
			list = append(list, strings.Join([]string{v.Thread.Path(), v.Thread.Subject, p.At.String(), p.Name, p.Trip, p.Body, fmt.Sprint(pictures(p))}, "\n"))
		}
	}
	// A number that was drawn for a post that came to nothing is given to no other:
	// what counts is the order of those that stand.
	slices.Sort(numbers)
	for i := range list {
		list[i] = postNumbers.ReplaceAllStringFunc(list[i], func(found string) string {
			n, _ := strconv.ParseInt(strings.TrimLeft(found, "/t>"), 10, 64)
			place, stands := slices.BinarySearch(numbers, n)
			return fmt.Sprintf("post %d (%v)", place, stands)
		})
	}
	return list
}

var postNumbers = regexp.MustCompile(`(/t/|>>)[0-9]+`)

// pictures are what a post's pictures are and show: their numbers are random.
func pictures(p board.Post) (all []string) {
	for _, a := range p.Pictures {
		all = append(all, fmt.Sprint(a.MD5, a.Alt, a.Visible()))
	}
	return all
}

func TestSeed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := emptySite(t, d)
		written, err := s.Seed(t.Context(), evening)
		if err != nil {
			t.Fatal(err)
		}
		posts := contents(t, s)
		if written < 150 || written != len(posts) {
			t.Errorf("wrote %d posts, %d stand", written, len(posts))
		}
		if again, err := s.Seed(t.Context(), evening.Add(26*time.Hour)); again != 0 || err != nil {
			t.Errorf("the second time it wrote %d posts, %v", again, err)
		}
		if diff := cmp.Diff(posts, contents(t, s)); diff != "" {
			t.Errorf("after the second time:\n%s", diff)
		}
		other := emptySite(t, dbtest.Open(t, d.Engine()))
		if _, err := other.Seed(t.Context(), evening); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(posts, contents(t, other)); diff != "" {
			t.Errorf("two demos differ:\n%s", diff)
		}
	})
}

// A demo that was interrupted is gone on with, and nothing is written twice.
func TestSeedGoesOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := emptySite(t, d)
		whole := emptySite(t, dbtest.Open(t, d.Engine()))
		if _, err := whole.Seed(t.Context(), evening); err != nil {
			t.Fatal(err)
		}
		ctx, interrupt := context.WithCancel(t.Context())
		go func() {
			for awaken := s.outbox.Awaken(); ; awaken = s.outbox.Awaken() {
				<-awaken
				interrupt()
				return
			}
		}()
		if _, err := s.Seed(ctx, evening); !errors.Is(err, context.Canceled) {
			t.Fatalf("interrupted: %v", err)
		}
		if _, err := s.Seed(t.Context(), evening); err != nil {
			t.Fatal(err)
		}
		got, want := contents(t, s), contents(t, whole)
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after going on:\n%s", diff)
		}
		// The marks of forms are swept after a day; that must not begin it anew.
		if err := s.boards.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if again, err := s.Seed(t.Context(), evening.Add(time.Hour)); again != 0 || err != nil {
			t.Errorf("after a sweep it wrote %d posts, %v", again, err)
		}
	})
}

// What a reader of the demo should find.
func TestDemoContent(t *testing.T) {
	places, err := place.Load()
	if err != nil {
		t.Fatal(err)
	}
	for minute := range 24 * 60 { // the demo may be started at any
		now := evening.Add(time.Duration(minute) * time.Minute)
		notices, err := readBoards(boardFiles, places, now)
		if err != nil {
			t.Fatal(err)
		}
		written := map[string]bool{}
		for _, n := range notices {
			for _, quoted := range n.quotes() {
				if !written[quoted] {
					t.Errorf("at %s, %s quotes %s, which isn't written before it", now.Format("15:04"), label(n.thread, n.number), quoted)
				}
			}
			written[label(n.thread, n.number)] = true
		}
		threads, posters, last := map[string]int{}, map[string]map[string]bool{}, map[string]time.Time{}
		for _, n := range notices {
			threads[n.thread]++
			if n.number != threads[n.thread] {
				t.Errorf("%s comes as number %d of its thread", label(n.thread, n.number), threads[n.thread])
			}
			if n.at.After(now) || n.at.Before(now.AddDate(0, 0, -13)) || n.at.Before(last[n.thread]) {
				t.Errorf("%s is written at %v", label(n.thread, n.number), n.at)
			}
			last[n.thread] = n.at
			if posters[n.thread] == nil {
				posters[n.thread] = map[string]bool{}
			}
			posters[n.thread][n.by] = true
			if n.number == 1 && n.subject == "" {
				t.Errorf("%s has no subject", n.thread)
			}
		}
		for thread, n := range threads {
			if n < 2 || len(posters[thread]) < 2 {
				t.Errorf("%s: %d posts by %d posters are no conversation", thread, n, len(posters[thread]))
			}
		}
	}
}

func TestBoardFilesThatAreNotRight(t *testing.T) {
	places, err := place.Load()
	if err != nil {
		t.Fatal(err)
	}
	for want, content := range map[string]string{
		`no place "gr/atlantis"`: `place = "gr/atlantis"`,
		"strict mode":            "place = \"gr\"\ncolour = 1",
		"two threads are named":  "place = \"gr\"\n[[thread]]\nname = \"a\"\n[[thread.post]]\nat = \"1h\"\n[[thread]]\nname = \"a\"\n[[thread.post]]\nat = \"1h\"",
		"which nobody writes":    "place = \"gr\"\n[[thread]]\n[[thread.post]]\nat = \"1h\"\ntext = \">>@2\"",
		"quotes what quotes it":  "place = \"gr\"\n[[thread]]\n[[thread.post]]\nat = \"1h\"\ntext = \">>@1\"",
		"want 3 18:40":           "place = \"gr\"\n[[thread]]\n[[thread.post]]\nat = \"yesterday\"",
	} {
		files := fstest.MapFS{"boards/x.toml": {Data: []byte(content)}}
		if _, err := readBoards(files, places, evening); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	sower := sower{made: map[string]board.Target{}}
	if _, err := sower.resolve(notice{thread: "x", NewPost: board.NewPost{Body: ">>@7 no"}}); err == nil {
		t.Error("a quote of a post that isn't there was taken")
	}
}

func TestMoment(t *testing.T) {
	athens, err := time.LoadLocation("Europe/Athens")
	if err != nil {
		t.Fatal(err)
	}
	for s, want := range map[string]string{
		"3 18:40": "2026-11-20T16:40:00Z", // by the clock of Athens
		"1 00:05": "2026-11-21T22:05:00Z",
		"25m":     "2026-11-23T19:05:00Z",
		"0s":      "2026-11-23T19:30:00Z",
	} {
		if got, err := moment(s, evening, athens); err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s: %v, %v, want %s", s, got.UTC(), err, want)
		}
	}
	for _, s := range []string{"", "3", "0 18:40", "-1 18:40", "3 25:00", "-5m", "soon"} {
		if got, err := moment(s, evening, athens); err == nil {
			t.Errorf("%q was read as %v", s, got)
		}
	}
}
