package cache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"moot/internal/clock"
	"moot/internal/fault"
	"moot/internal/lag"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func page(body string) *Page {
	return New(nil, 200, http.Header{"Etag": {fmt.Sprintf(`W/"%d"`, len(body))}, "Content-Type": {"text/html"}}, []byte(body))
}

// maker makes pages that say which rendering they are of.
type maker struct{ made atomic.Int64 }

func (m *maker) make(context.Context) (*Page, error) {
	return page(fmt.Sprint("page ", m.made.Add(1))), nil
}

func (m *maker) get(t *testing.T, c *Cache, path string, fresh bool, topics ...Topic) string {
	t.Helper()
	p, err := c.Page(t.Context(), Key{Path: path}, topics, fresh, m.make)
	if err != nil || p == nil {
		t.Fatalf("%v, %v", p, err)
	}
	return string(p.body)
}

func TestAPageIsMadeOnceUntilItMoves(t *testing.T) {
	held := clock.Hold(noon)
	c, m := Open(held, 1<<20), &maker{}
	thread, other := Topic{Thread: 1}, Topic{Thread: 2}
	want := func(want string) {
		t.Helper()
		if got := m.get(t, c, "a", false, thread); got != want {
			t.Errorf("it is %q, want %q", got, want)
		}
	}
	want("page 1")
	held.Advance(10 * time.Second)
	want("page 1")
	if p := c.Get(Key{Path: "a"}); p == nil || string(p.body) != "page 1" {
		t.Error("it isn't kept")
	}
	c.Moved(other)
	want("page 1")
	c.Moved(thread)
	if c.Get(Key{Path: "a"}) != nil {
		t.Error("it moved, and is handed out")
	}
	want("page 2")
	// Nothing moves it: it ages.
	held.Advance(Life - time.Millisecond)
	want("page 2")
	held.Advance(time.Millisecond)
	want("page 3")
	held.Advance(-time.Hour) // a clock that is set back keeps nothing for an hour
	want("page 4")
}

func TestAPageThatMovesAllTheTimeIsRenderedOnceASecond(t *testing.T) {
	held := clock.Hold(noon)
	c, m := Open(held, 1<<20), &maker{}
	thread := Topic{Thread: 1}
	storm := func(span time.Duration) (renderings int64) {
		before := m.made.Load()
		for end := held.Now().Add(span); held.Now().Before(end); held.Advance(time.Millisecond) {
			c.Moved(thread)
			m.get(t, c, "a", false, thread)
		}
		return m.made.Load() - before
	}
	if n := storm(time.Millisecond * 10); n != Burst {
		t.Errorf("after a calm it is rendered %d times at once, want %d", n, Burst)
	}
	if n := storm(20 * Calm); n < 19 || n > 20 {
		t.Errorf("in twenty seconds of a storm it is rendered %d times", n)
	}
	held.Advance(Life)
	for range Burst { // something happens now and then: nobody sees it late
		c.Moved(thread)
		before := m.made.Load()
		if m.get(t, c, "a", false, thread); m.made.Load() != before+1 {
			t.Error("an old page is handed out in a calm")
		}
	}
}

func TestWhoHasJustPostedGetsAPageMadeAfterIt(t *testing.T) {
	c, m := Open(clock.Hold(noon), 1<<20), &maker{}
	for n := 1; n < 4; n++ {
		if got := m.get(t, c, "a", true); got != fmt.Sprint("page ", n) {
			t.Errorf("asked for a fresh one the %d. time: %s", n, got)
		}
	}
	if got := m.get(t, c, "a", false); got != "page 3" {
		t.Errorf("others get %s", got)
	}
}

// One renders, many wait; who asks for a fresh one meanwhile isn't given what
// was begun before, and all of those share one more.
func TestManyAskAndOneRenders(t *testing.T) {
	c := Open(clock.Hold(noon), 1<<20)
	var made atomic.Int64
	begun, go1 := make(chan struct{}), make(chan struct{})
	slow := func(context.Context) (*Page, error) {
		n := made.Add(1)
		if n == 1 {
			close(begun)
			<-go1
		}
		return page(fmt.Sprint("page ", n)), nil
	}
	var all sync.WaitGroup
	ask := func(fresh bool, want string) {
		all.Go(func() {
			p, err := c.Page(t.Context(), Key{Path: "a"}, []Topic{{Thread: 1}}, fresh, slow)
			if err != nil || string(p.body) != want {
				t.Errorf("fresh %v: %v, %v", fresh, p, err)
			}
		})
	}
	ask(false, "page 1")
	<-begun
	for range 50 {
		ask(false, "page 1")
	}
	waiting(t, c, 50)
	for range 50 {
		ask(true, "page 2")
	}
	waiting(t, c, 100)
	c.Moved(Topic{Thread: 1}) // while it is being made: it is old when it comes
	close(go1)
	all.Wait()
	if n := made.Load(); n != 2 {
		t.Errorf("%d renderings", n)
	}
}

// waiting waits until so many wait for a rendering.
func waiting(t *testing.T, c *Cache, n int64) {
	t.Helper()
	for c.waiting.Load() < n {
		time.Sleep(time.Millisecond)
	}
}

func TestWhoGoesAwayCostsTheOthersNothing(t *testing.T) {
	c := Open(clock.Hold(noon), 1<<20)
	ctx, leave := context.WithCancel(t.Context())
	p, err := c.Page(ctx, Key{Path: "a"}, nil, false, func(ctx context.Context) (*Page, error) {
		leave()
		return page("whole"), ctx.Err()
	})
	if err != nil || string(p.body) != "whole" {
		t.Errorf("%v, %v", p, err)
	}
	if _, err := c.Page(ctx, Key{Path: "a"}, nil, false, nil); err != nil {
		t.Errorf("it is kept for who comes after: %v", err)
	}
}

func TestWhatIsNotForEverybodyIsNotKept(t *testing.T) {
	c := Open(clock.Hold(noon), 1<<20)
	broken := errors.New("broken")
	for range 2 {
		if p, err := c.Page(t.Context(), Key{Path: "a"}, []Topic{{Thread: 1}}, false, func(context.Context) (*Page, error) { return nil, broken }); p != nil || err != broken {
			t.Errorf("%v, %v", p, err)
		}
		if p, err := c.Page(t.Context(), Key{Path: "a"}, []Topic{{Thread: 1}}, false, func(context.Context) (*Page, error) { return nil, nil }); p != nil || err != nil {
			t.Errorf("%v, %v", p, err)
		}
		func() {
			defer func() { recover() }()
			c.Page(t.Context(), Key{Path: "a"}, []Topic{{Thread: 1}}, false, func(context.Context) (*Page, error) { panic("broken") })
		}()
	}
	if s := c.Stats(); s.Pages != 0 || s.Bytes != 0 || len(c.topics) != 0 {
		t.Errorf("something stays: %+v, %d topics", s, len(c.topics))
	}
	tag := func(more ...string) http.Header {
		h := http.Header{"Etag": {`W/"x"`}}
		for i := 0; i < len(more); i += 2 {
			h.Set(more[i], more[i+1])
		}
		return h
	}
	for about, p := range map[string]*Page{
		"not found":    New(nil, 404, tag(), nil),
		"a redirect":   New(nil, 301, tag(), nil),
		"with a token": New(nil, 200, tag("Set-Cookie", "x=y"), nil),
		"without tag":  New(nil, 200, http.Header{}, nil),
	} {
		if p != nil {
			t.Errorf("%s is kept", about)
		}
	}
}

func TestAnOldPageStandsInForOneThatCannotBeMade(t *testing.T) {
	held := clock.Hold(noon)
	c := Open(held, 1<<20)
	away := errors.New("the database is away")
	tried := 0
	var err error
	ask := func(fresh bool) (string, error) {
		p, wrong := c.Page(t.Context(), Key{Path: "a"}, []Topic{{Thread: 1}}, fresh, func(context.Context) (*Page, error) {
			tried++
			if err != nil {
				return nil, err
			}
			return page("as it was"), nil
		})
		if p == nil {
			return "", wrong
		}
		return string(p.body), wrong
	}
	ask(false)
	err = away
	for range 9 {
		held.Advance(Life)
		if p, wrong := ask(false); p != "as it was" || wrong != away {
			t.Errorf("after %v: %q, %v", held.Now().Sub(noon), p, wrong)
		}
		if p, wrong := ask(false); p != "as it was" || wrong != nil { // not tried again at once
			t.Errorf("at once again: %q, %v", p, wrong)
		}
	}
	if tried != 10 {
		t.Errorf("tried %d times", tried)
	}
	if p, wrong := ask(true); p != "" || wrong != away {
		t.Errorf("who has just posted gets %q, %v", p, wrong)
	}
	held.Advance(Life)
	if p, wrong := ask(false); p != "" || wrong != away {
		t.Errorf("after Stale: %q, %v", p, wrong)
	}
	err = nil
	if p, wrong := ask(false); p != "as it was" || wrong != nil {
		t.Errorf("the database is back: %q, %v", p, wrong)
	}
	c.Moved(Topic{Thread: 1})
	held.Advance(Calm)
	err = fault.New(fault.NotFound, "board.no_thread")
	if p, wrong := ask(false); p != "" || wrong != err {
		t.Errorf("what was taken back still stands: %q, %v", p, wrong)
	}
}

// While the database is away one who asks finds out whether it is back; the others
// have the old page without waiting for that.
func TestOneWaitsForADatabaseThatIsAway(t *testing.T) {
	held := clock.Hold(noon)
	c := Open(held, 1<<20)
	var err error
	begun, answer := make(chan bool, 1), make(chan bool, 1)
	ask := func() string {
		p, _ := c.Page(t.Context(), Key{Path: "a"}, nil, false, func(context.Context) (*Page, error) {
			if err == nil {
				return page("as it was"), nil
			}
			begun <- true
			<-answer
			return nil, err
		})
		return string(p.body)
	}
	ask()
	err = errors.New("the database is away")
	held.Advance(Life)
	answer <- true
	ask()
	<-begun
	held.Advance(Calm)
	var one sync.WaitGroup
	one.Go(func() { ask() })
	<-begun
	if ask() != "as it was" { // or waits for the answer
		t.Error("who doesn't wait gets another page")
	}
	answer <- true
	one.Wait()
}

func TestMemoryIsBoundedAndWhatIsReadOftenStays(t *testing.T) {
	c := Open(clock.Hold(noon), 100<<10)
	body := strings.Repeat("x", 4<<10)
	get := func(key string) {
		if c.Get(Key{Path: key}) != nil {
			return
		}
		if _, err := c.Page(t.Context(), Key{Path: key}, []Topic{{Board: key}}, false, func(context.Context) (*Page, error) { return page(body), nil }); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 1000 { // somebody reads every board there is, once
		get(fmt.Sprint("once ", n))
		get("often")
		get("also")
		if c.Get(Key{Path: "often"}) == nil || c.Get(Key{Path: "also"}) == nil {
			t.Fatalf("after %d others, what everybody reads is gone", n)
		}
		if s := c.Stats(); s.Bytes > 100<<10 {
			t.Fatalf("%d bytes", s.Bytes)
		}
	}
	s := c.Stats()
	if s.Pages != len(c.topics) || s.Pages > 12 || s.Dropped < 900 || s.Made > 1010 {
		t.Errorf("%+v, %d topics", s, len(c.topics))
	}
	huge := strings.Repeat("x", 60<<10)
	if p, err := c.Page(t.Context(), Key{Path: "huge"}, nil, false, func(context.Context) (*Page, error) { return page(huge), nil }); err != nil || p == nil || c.Get(Key{Path: "huge"}) != nil || c.Get(Key{Path: "often"}) == nil {
		t.Error("one page that is a large part of all room pushes out the others")
	}
}

func TestManyAtOnce(t *testing.T) {
	c := Open(clock.New(), 64<<10)
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for n := range 2000 {
				key := fmt.Sprint(n * (g + 1) % 37)
				switch n % 5 {
				case 0:
					c.Moved(Topic{Board: key})
				case 1:
					c.Get(Key{Path: key})
				default:
					p, err := c.Page(context.Background(), Key{Path: key}, []Topic{{Board: key}}, n%7 == 0, func(context.Context) (*Page, error) { return page(strings.Repeat("x", 500+n)), nil })
					if err != nil || p == nil {
						t.Error(p, err)
					}
				}
			}
		})
	}
	all.Wait()
	if s := c.Stats(); s.Bytes > 64<<10 || s.Bytes < 0 {
		t.Errorf("%+v", s)
	}
}

func TestFormsOfAPage(t *testing.T) {
	body := strings.Repeat("a page that says the same many times. ", 200)
	p := page(body)
	for accepted, want := range map[string]string{
		"": "", "gzip": "gzip", "gzip, deflate, br, zstd": "br", "gzip, zstd": "zstd", "br;q=0, gzip": "gzip", "identity": "",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		if accepted != "" {
			r.Header.Set("Accept-Encoding", accepted)
		}
		w := httptest.NewRecorder()
		p.Serve(w, r)
		h := w.Header()
		if got := h.Get("Content-Encoding"); got != want || h.Get("Content-Length") != fmt.Sprint(w.Body.Len()) || h.Get("ETag") != `W/"7600"` {
			t.Errorf("%q: %v", accepted, h)
		}
		if got := unpacked(t, w.Body, want); got != body {
			t.Errorf("%q: %d bytes come out", accepted, len(got))
		}
		r.Method = "HEAD"
		head := httptest.NewRecorder()
		p.Serve(head, r)
		if head.Body.Len() != 0 || head.Header().Get("Content-Length") != h.Get("Content-Length") {
			t.Errorf("%q, HEAD: %d bytes, %v", accepted, head.Body.Len(), head.Header())
		}
		r.Header.Set("If-None-Match", `W/"1", W/"7600"`)
		same := httptest.NewRecorder()
		if status := p.Serve(same, r); status != 304 || same.Body.Len() != 0 || same.Header().Get("Content-Type") != "" || same.Header().Get("ETag") == "" {
			t.Errorf("%q, again: %d, %v", accepted, status, same.Header())
		}
	}
	short := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	page("short").Serve(short, r)
	if short.Header().Get("Content-Encoding") != "" || short.Body.String() != "short" {
		t.Error("a page of a few bytes is compressed")
	}
}

func unpacked(t *testing.T, from io.Reader, coding string) string {
	t.Helper()
	var err error
	switch coding {
	case "gzip":
		from, err = gzip.NewReader(from)
	case "br":
		from = brotli.NewReader(from)
	case "zstd":
		from, err = zstd.NewReader(from)
	}
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := out.ReadFrom(from); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// What was made of reads that lag is good for who asks for no more, and for nobody who
// asks for a fresh page: neither where it is kept nor where it is being made.
func TestAPageThatLagsIsFreshForNobody(t *testing.T) {
	c := Open(clock.Hold(noon), 1<<20)
	making, goes := make(chan bool), make(chan bool)
	lags := func(ctx context.Context) (*Page, error) {
		lag.Use(ctx)
		making <- lag.Allowed(ctx)
		<-goes
		return page("of the replica"), nil
	}
	exact := func(ctx context.Context) (*Page, error) {
		if lag.Allowed(ctx) {
			t.Error("it may lag, and was asked for fresh")
		}
		return page("of the primary"), nil
	}
	got := make(chan string, 3)
	ask := func(fresh bool, m Maker) {
		p, err := c.Page(context.Background(), Key{Path: "a"}, nil, fresh, m)
		if err != nil {
			t.Error(err)
		}
		got <- string(p.body)
	}
	go ask(false, lags)
	if !<-making {
		t.Error("who asks for no more may be shown what lags")
	}
	go ask(true, exact)
	for c.waiting.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	goes <- true
	if one, other := <-got, <-got; one == other {
		t.Errorf("both got the page %s", one)
	}

	c = Open(clock.Hold(noon), 1<<20)
	go ask(false, lags)
	<-making
	goes <- true
	if p := <-got; p != "of the replica" {
		t.Error(p)
	}
	if ask(false, exact); <-got != "of the replica" {
		t.Error("it isn't kept")
	}
	if ask(true, exact); <-got != "of the primary" {
		t.Error("it was fresh for somebody")
	}
}

// What was forgotten and made anew since somebody asked for a fresh page is not fresh
// for them where it lags, however late it was made.
func TestALatePageThatLagsIsNotFresh(t *testing.T) {
	key, m := Key{Path: "a"}, &maker{}
	lags := func(ctx context.Context) (*Page, error) { lag.Use(ctx); return page("of the replica"), nil }

	c := Open(clock.Hold(noon), 1<<20)
	if _, err := c.Page(t.Context(), key, nil, false, lags); err != nil {
		t.Fatal(err)
	}
	c.entries[key].turn += 100
	if got := m.get(t, c, "a", true); got != "page 1" {
		t.Errorf("kept: %q is fresh", got)
	}

	c = Open(clock.Hold(noon), 1<<20)
	c.mu.Lock()
	e := c.entry(key, nil)
	f := c.begin(e, false)
	f.turn += 100
	c.mu.Unlock()
	got := make(chan string)
	go func() { got <- m.get(t, c, "a", true) }()
	for c.waiting.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	if _, err := c.fly(t.Context(), e, f, false, lags); err != nil {
		t.Fatal(err)
	}
	if p := <-got; p != "page 2" {
		t.Errorf("made: %q is fresh", p)
	}
}

// A crowd that makes pages that lag keeps nobody waiting who wants a fresh one: while
// one waits, what is made may not lag.
func TestWhoWaitsForAFreshPageGetsTheNext(t *testing.T) {
	c := Open(clock.Hold(noon), 1<<20)
	c.mu.Lock()
	e := c.entry(Key{Path: "a"}, nil)
	e.fresh++
	f := c.begin(e, false)
	e.fresh--
	g := c.begin(e, false)
	c.mu.Unlock()
	if !f.exact || g.exact {
		t.Errorf("exact while one waits: %v, else: %v", f.exact, g.exact)
	}
}
