package web

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"moot/internal/clock"
	"moot/internal/fault"
	"moot/internal/guard"
	"moot/internal/lang"
	"moot/internal/place"
	"moot/internal/web/page"
)

var gazetteer = sync.OnceValue(func() *place.Gazetteer {
	g, err := place.Load()
	if err != nil {
		panic(err)
	}
	return g
})

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// world is a site under test, with a few pages of its own.
type world struct {
	*Server
	log   *bytes.Buffer
	began chan struct{} // gets one when /slow is being answered
	going chan struct{} // lets /slow go on
}

var (
	testFolder = page.NewFolder("test", fstest.MapFS{
		"hello.html":   {Data: []byte(`{{define "main"}}<h1>{{.Words}}</h1>{{end}}`)},
		"failing.html": {Data: []byte(`{{define "main"}}<h1>half a page</h1>{{.Fail}}{{end}}`)},
	})
	helloPage   = page.Declare[*hello](testFolder, "hello")
	failingPage = page.Declare[*hello](testFolder, "failing")
)

type hello struct {
	page.View
	Words string
}

// Fail is a template's undoing.
func (h *hello) Fail() (string, error) { return "", errors.New("a template failed") }

func say(words func(q *page.Request) string) page.Handler {
	return func(q *page.Request) error {
		return helloPage.Render(q, &hello{View: page.View{Trail: q.Trail()}, Words: words(q)})
	}
}

// open makes a site. change may alter its settings first.
func open(t testing.TB, change func(*Settings)) *world {
	t.Helper()
	w := &world{log: new(bytes.Buffer), began: make(chan struct{}, 8), going: make(chan struct{})}
	clk := clock.Hold(noon)
	settings := Settings{Settings: page.Settings{
		Name: "Moot", Base: "https://moot.example", Languages: lang.All(), Gazetteer: gazetteer(),
		Guard: guard.New(clk, guard.Limits{}), Clock: clk,
		Log: slog.New(slog.NewTextHandler(&locked{to: w.log}, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}}
	if change != nil {
		change(&settings)
	}
	var err error
	w.Server, err = New(settings, page.Pages{
		Folder: testFolder,
		Site: []page.Route{
			{Pattern: "GET /{$}", Handle: say(func(q *page.Request) string { return "front" })},
			{Pattern: "GET /mine", Handle: func(q *page.Request) error {
				return helloPage.Render(q, &hello{View: page.View{Personal: true}})
			}},
			{Pattern: "GET /failing", Handle: func(q *page.Request) error { return failingPage.Render(q, &hello{}) }},
			{Pattern: "GET /panic", Handle: func(q *page.Request) error { panic("a bug") }},
			{Pattern: "GET /panic-late", Handle: func(q *page.Request) error { q.W.Write([]byte("begun")); panic("a late bug") }},
			{Pattern: "GET /fault/{kind}", Handle: failing},
			{Pattern: "POST /send", Handle: func(q *page.Request) error {
				if _, err := q.KeepActor(); err != nil {
					return err
				}
				return say(func(q *page.Request) string { return q.R.PostForm.Get("words") })(q)
			}},
			{Pattern: "GET /slow", Handle: func(q *page.Request) error {
				w.began <- struct{}{}
				<-w.going
				return say(func(q *page.Request) string { return "at last" })(q)
			}},
		},
		Board: []page.Route{
			{Pattern: "GET /{$}", Handle: say(func(q *page.Request) string { return "board of " + q.Name(q.Place) })},
			{Pattern: "GET /catalog", Handle: say(func(q *page.Request) string { return "catalog of " + q.Place.Path() })},
			{Pattern: "GET /catalog.html", Handle: say(func(q *page.Request) string { return "old catalog of " + q.Place.Path() })},
			{Pattern: "GET /t/{no}", Handle: say(func(q *page.Request) string { return q.Place.Path() + " thread " + q.R.PathValue("no") })},
			{Pattern: "POST /t/{no}", Handle: say(func(q *page.Request) string { return "reply to " + q.R.PathValue("no") })},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func failing(q *page.Request) error {
	kinds := map[string]fault.Kind{
		"broken": fault.Broken, "missing": fault.NotFound, "forbidden": fault.Forbidden, "invalid": fault.Invalid,
		"conflict": fault.Conflict, "much": fault.TooMuch, "later": fault.Unavailable,
	}
	kind, ok := kinds[q.R.PathValue("kind")]
	if !ok {
		return errors.New("the database says: secret words")
	}
	return fault.New(kind, "fault.broken").After(90 * time.Second)
}

// locked lets several goroutines write a log that a test reads.
type locked struct {
	mu sync.Mutex
	to *bytes.Buffer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(b)
}

func ready(context.Context) error { return nil }

var _ http.Handler = (*Server)(nil)
