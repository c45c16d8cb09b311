package readerpages_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/directory"
	"moot/internal/event"
	"moot/internal/guard"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/place"
	"moot/internal/web"
	"moot/internal/web/boardpages"
	"moot/internal/web/page"
	"moot/internal/web/page/pagetest"
	"moot/internal/web/readerpages"
)

var gazetteer = sync.OnceValue(func() *place.Gazetteer {
	g, err := place.Load()
	if err != nil {
		panic(err)
	}
	return g
})

// site is the door of a site with one thread on the board of Athens. Its
// modules stand in boardpages.
type site struct {
	*web.Server
	boards *board.Boards
	thread int64
}

func open(t *testing.T, d *db.DB, limits board.Limits, languages ...*lang.Language) *site {
	t.Helper()
	now := clock.Hold(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))
	s := &site{boards: board.New(d, now, event.New(), gazetteer(), limits)}
	directory, err := directory.Open(t.Context(), s.boards, gazetteer())
	if err != nil {
		t.Fatal(err)
	}
	athens, _ := gazetteer().ByPath("gr/athens")
	opened, err := s.boards.Start(t.Context(), key.Anyone, board.NewThread{Place: athens, NewPost: board.NewPost{Body: "one"}})
	if err != nil {
		t.Fatal(err)
	}
	s.thread = opened.Number
	s.Server, err = web.New(web.Settings{Settings: page.Settings{
		Name: "Moot", Languages: append(lang.All(), languages...), Gazetteer: gazetteer(),
		Guard: guard.New(now, guard.Limits{}), Clock: now, Log: slog.New(slog.DiscardHandler),
	}}, boardpages.New(s.boards, directory, nil, page.Steps{}), readerpages.New(s.boards))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestHowFarAThreadHasCome(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, board.Limits{PostLength: 8000, ThreadPosts: 3})
		address := fmt.Sprintf("/gr/athens/t/%d/count.json", s.thread)
		type counted struct {
			Posts int
			Last  int64
			Open  bool
		}
		read := func() (c counted, tag string) {
			t.Helper()
			answer := pagetest.Get(t, s, address).Want(http.StatusOK)
			if kind := answer.Header.Get("Content-Type"); kind != "application/json" {
				t.Errorf("it is %s", kind)
			}
			if err := json.Unmarshal([]byte(answer.Body), &c); err != nil {
				t.Fatalf("%v: %s", err, answer.Body)
			}
			return c, answer.Header.Get("ETag")
		}

		first, tag := read()
		if want := (counted{1, s.thread, true}); first != want {
			t.Errorf("an opening post is %+v, want %+v", first, want)
		}
		pagetest.Get(t, s, address, "If-None-Match", tag).Want(http.StatusNotModified)

		var last int64
		for range 2 {
			reply, err := s.boards.Reply(t.Context(), key.Anyone, s.thread, board.NewPost{Body: "more"})
			if err != nil {
				t.Fatal(err)
			}
			last = reply.Number
		}
		full, _ := read()
		if want := (counted{3, last, false}); full != want {
			t.Errorf("a full thread is %+v, want %+v", full, want)
		}
		pagetest.Get(t, s, address, "If-None-Match", tag).Want(http.StatusOK)

		for _, none := range []string{"/gr/athens/t/999999/count.json", "/gr/athens/t/0/count.json", "/gr/athens/t/x/count.json", "/gr/athens/t/-1/count.json"} {
			pagetest.Get(t, s, none).Want(http.StatusNotFound)
		}
	})
}

func TestReadingIsOnePageForEverybody(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite), board.Limits{PostLength: 8000})
	read := pagetest.Get(t, s, "/reading").Want(http.StatusOK)
	if again := pagetest.Get(t, s, "/reading", "Cookie", "token=somebody"); again.Body != read.Body {
		t.Error("it differs by who asks")
	}
	pagetest.Get(t, s, "/reading", "If-None-Match", read.Header.Get("ETag")).Want(http.StatusNotModified)
	if len(read.Cookies()) > 0 {
		t.Error("it sets a cookie")
	}
	// What script fills is hidden until it does.
	read.One("#kept[hidden]")
	read.Lacks("#unread[hidden]")
	var keys []string
	for _, k := range read.All("#keys kbd") {
		keys = append(keys, pagetest.Text(k))
	}
	if got := strings.Join(keys, " "); got != "j k q w r e Ctrl+Enter Esc ?" {
		t.Errorf("the keys are %s", got)
	}
}

// TestEveryWordIsFromTheCatalogue reads the page, and the words that modules
// say, in the pseudo-language, where all of them stand between ⟦ and ⟧.
func TestEveryWordIsFromTheCatalogue(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite), board.Limits{PostLength: 8000, Names: true}, lang.Pseudo())
	pseudo := "?lang=" + lang.Pseudo().Code()
	read := pagetest.Get(t, s, "/reading"+pseudo).Want(http.StatusOK)
	for _, n := range read.All("main h1, main h2, main p, main label, main button, main dd") {
		if text := pagetest.Text(n); text != "" && !strings.Contains(text, "⟦") {
			t.Errorf("%q is not from the catalogue", text)
		}
	}
	thread := fmt.Sprintf("/gr/athens/t/%d", s.thread)
	for _, path := range []string{"/reading", "/gr/athens", "/gr/athens/index", "/gr/athens/catalog", "/gr/everywhere", "/gr/kilkis", thread, thread + "/reply", "/gr/athens/new"} {
		habits := pagetest.Get(t, s, path+pseudo).Want(http.StatusOK).One("template#habits")
		words := 0
		for _, a := range habits.Attr {
			if !strings.HasPrefix(a.Key, "data-") || a.Key == "data-modules" {
				continue
			}
			words++
			if !strings.HasPrefix(a.Val, "⟦") {
				t.Errorf("%s: %s is %q", path, a.Key, a.Val)
			}
		}
		if words < 3 {
			t.Errorf("%s brings %d words for its modules", path, words)
		}
	}
}

// TestModulesAreServed asks for every module that a page names.
func TestModulesAreServed(t *testing.T) {
	s := open(t, dbtest.Open(t, db.SQLite), board.Limits{PostLength: 8000})
	thread := fmt.Sprintf("/gr/athens/t/%d", s.thread)
	for path, least := range map[string]int{thread: 9, "/gr/athens/index": 7, "/gr/athens": 5, "/gr/athens/new": 3} {
		modules := strings.Fields(pagetest.Get(t, s, path).Want(http.StatusOK).Attr("template#habits", "data-modules"))
		if len(modules) < least {
			t.Errorf("%s names %d modules", path, len(modules))
		}
		for _, module := range modules {
			if kind := pagetest.Get(t, s, module).Want(http.StatusOK).Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/javascript") {
				t.Errorf("%s is %s", module, kind)
			}
		}
	}
}
