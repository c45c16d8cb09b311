package web

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"moot/internal/event"
	"moot/internal/gate"
	"moot/internal/live"
	"moot/internal/web/page"
	"moot/internal/web/page/pagetest"
)

// hall is a site with one thing to listen to, "/gr/athens/live".
type hall struct {
	*world
	hub *live.Hub
}

func openHall(t *testing.T, limits live.Limits) *hall {
	t.Helper()
	h := &hall{hub: live.New(limits, nil, func(err error) { t.Error(err) })}
	t.Cleanup(h.hub.Close)
	h.world = open(t, func(s *Settings) { s.Live = h.hub })
	source := &live.Source{
		Tell: func(_ context.Context, e event.Event) (live.Say, error) {
			return func(language string) ([]live.Message, error) {
				return []live.Message{{Name: "post", Data: fmt.Appendf(nil, "%d in %s", e.Post, language)}}, nil
			}, nil
		},
		Since: func(ctx context.Context, _ int64) (live.Say, error) { return nil, ctx.Err() },
	}
	s, err := New(h.settings, page.Pages{Folder: testFolder, Board: []page.Route{
		{Pattern: "GET /live", Live: func(q *page.Request) (live.Ask, error) {
			return live.Ask{Topic: live.Topic{Board: q.Place.Path()}, Source: source, Post: 1}, nil
		}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	h.Server = s
	return h
}

func (h *hall) happen(post int64) {
	h.hub.See(context.Background(), event.Event{Number: post, Kind: event.PostAdded, Place: "gr/athens", Post: post})
}

// listens asks for the stream at a listener, and returns the answer and its
// lines.
func listens(t *testing.T, l net.Listener) (*http.Response, *bufio.Scanner) {
	t.Helper()
	c, err := net.Dial(l.Addr().Network(), l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetReadDeadline(time.Now().Add(time.Minute))
	fmt.Fprintf(c, "GET /gr/athens/live HTTP/1.1\r\nHost: moot.example\r\nAccept-Encoding: gzip\r\nAccept-Language: el\r\n\r\n")
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	return answer, bufio.NewScanner(answer.Body)
}

// hears reads lines until one begins with some words.
func hears(t *testing.T, lines *bufio.Scanner, words string) {
	t.Helper()
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), words) {
			return
		}
	}
	t.Fatalf("the stream ended without %q: %v", words, lines.Err())
}

func TestAListenersRequestIsOver(t *testing.T) {
	h := openHall(t, live.Defaults())
	tcp, unix := listen(t, "tcp", "127.0.0.1:0"), listen(t, "unix", filepath.Join(t.TempDir(), "moot.sock"))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx, []net.Listener{tcp, unix}, nil, time.Minute) }()

	var all []*bufio.Scanner
	for _, l := range []net.Listener{tcp, unix} {
		answer, lines := listens(t, l)
		if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "text/event-stream" || answer.Header.Get("Content-Encoding") != "" || answer.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("the answer is %v", answer)
		}
		hardened := http.Header{}
		page.Harden(hardened)
		for name := range hardened {
			if answer.Header.Get(name) != hardened.Get(name) {
				t.Errorf("%s: %q", name, answer.Header.Get(name))
			}
		}
		hears(t, lines, "event: here")
		all = append(all, lines)
	}
	h.happen(7)
	for _, lines := range all {
		hears(t, lines, "data: 7 in el")
	}
	for _, want := range []string{"moot_live_listeners 2\n", "moot_http_requests_in_flight 0\n", `moot_http_requests_total{route="GET /{place}/live",status="2xx"} 2`} {
		counted := func() bool { return strings.Contains(pagetest.Get(t, h.Ops(), "/metrics").Body, want) }
		for tries := 0; !counted(); tries++ { // a request is counted when it is over, which who listens doesn't see
			if tries == 500 {
				t.Fatalf("the metrics lack %q", want)
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	stop()
	for _, lines := range all {
		for lines.Scan() {
		}
		if lines.Err() != nil {
			t.Errorf("the stream ends with %v", lines.Err())
		}
	}
	if err := <-ended; err != nil {
		t.Errorf("stopping: %v", err)
	}
}

// told is an answer that knows no Hijack, and tells when its first words come.
type told struct {
	*httptest.ResponseRecorder
	once  sync.Once
	first chan struct{}
}

func (w *told) Write(b []byte) (int, error) {
	defer w.once.Do(func() { close(w.first) })
	return w.ResponseRecorder.Write(b)
}

func TestAConnectionThatCannotBeTakenOver(t *testing.T) {
	h := openHall(t, live.Defaults())
	ctx, leave := context.WithCancel(t.Context())
	w := &told{ResponseRecorder: httptest.NewRecorder(), first: make(chan struct{})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/gr/athens/live", nil))
	}()
	wait := func(what string, is func() bool) {
		t.Helper()
		for end := time.Now().Add(time.Minute); !is(); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("never: %s", what)
			}
		}
	}
	wait("somebody listens", func() bool { return h.hub.Listeners() == 1 })
	<-w.first
	wait("their place in the queue is free", func() bool { return h.gate.State(gate.Listen).Working == 0 })
	h.happen(7)
	h.hub.Close()
	<-done
	leave()
	if w.Code != 200 || !strings.HasPrefix(w.Body.String(), "retry: ") {
		t.Errorf("%d, %q", w.Code, w.Body)
	}
}

func TestWhoMayNotListen(t *testing.T) {
	h := openHall(t, live.Limits{All: 0, Each: 1, Owed: 1, Missed: 1})
	for _, site := range []string{"cross-site", "same-site"} {
		pagetest.Get(t, h, "/gr/athens/live", "Sec-Fetch-Site", site).Want(403)
	}
	if p := pagetest.Get(t, h, "/gr/athens/live", "Sec-Fetch-Site", "same-origin").Want(503); p.Header.Get("Retry-After") == "" || len(p.Body) > 500 {
		t.Errorf("full: %v, %d bytes", p.Header, len(p.Body))
	}
	pagetest.Do(t, h, httptest.NewRequest("HEAD", "/gr/athens/live", nil)).Want(200)
	s := open(t, nil) // a site without a hub
	route := page.Route{Live: func(*page.Request) (live.Ask, error) { t.Error("asked"); return live.Ask{}, nil }}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/", nil)
	q := page.New(s.site, &watcher{ResponseWriter: w}, r, s.site.Guard.Visitor(s.address(r)))
	if _, err := s.listen(q, route); err != nil || w.Code != 503 {
		t.Errorf("%v, %d", err, w.Code)
	}
}

func TestWhoGoesAwayIsNoFailure(t *testing.T) {
	h := openHall(t, live.Defaults())
	ctx, leave := context.WithCancel(t.Context())
	leave()
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/gr/athens/live", nil))
	if strings.Contains(h.log.String(), "level=ERROR") {
		t.Errorf("the log: %s", h.log)
	}
}

func TestHeard(t *testing.T) {
	for _, c := range []struct {
		query, header string
		want          int64
	}{
		{"", "", 0}, {"?since=7", "", 7}, {"?since=7", "9", 9}, {"?since=-1", "", 0}, {"?since=x", "", 0}, {"", "99999999999999999999", 0},
	} {
		r := httptest.NewRequest("GET", "/"+c.query, nil)
		if c.header != "" {
			r.Header.Set("Last-Event-ID", c.header)
		}
		if got := heard(r); got != c.want {
			t.Errorf("%q, %q: %d, want %d", c.query, c.header, got, c.want)
		}
	}
}
