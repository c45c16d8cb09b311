package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"moot/internal/door"
	"moot/internal/lag"
	"moot/internal/web/cache"
	"moot/internal/web/page"
)

// Only what is said to may lag, only for who reads, and never for who has just posted.
func TestWhoMayBeShownWhatLags(t *testing.T) {
	w := open(t, func(s *Settings) { s.PageCache = 1 << 20 })
	tell := say(func(q *page.Request) string { return fmt.Sprintf("lags %v", lag.Allowed(q.Context())) })
	tellDoor := func(a *door.Asked) error {
		fmt.Fprintf(a.W, "lags %v", lag.Allowed(a.R.Context()))
		return nil
	}
	settings := w.settings
	settings.Doors = []door.Routes{{Site: []door.Route{
		{Pattern: "GET /feed", Handle: tellDoor, Lags: true}, {Pattern: "GET /plain-feed", Handle: tellDoor},
		{Pattern: "POST /feed", Handle: tellDoor, Lags: true},
	}}}
	s, err := New(settings, page.Pages{Folder: testFolder, Site: []page.Route{
		{Pattern: "GET /shared", Handle: tell, Shared: func(*page.Request) []cache.Topic { return nil }},
		{Pattern: "GET /search", Handle: tell, Lags: true},
		{Pattern: "GET /plain", Handle: tell},
		{Pattern: "POST /search", Handle: tell, Lags: true},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, path string
		may          bool
	}{
		{"GET", "/shared", true}, {"GET", "/search", true}, {"GET", "/plain", false}, {"POST", "/search", false},
		{"GET", "/feed", true}, {"GET", "/plain-feed", false}, {"POST", "/feed", false},
	} {
		for _, posted := range []bool{true, false} { // a page of who has just posted is handed to others, too
			if c.path == "/shared" && posted {
				continue
			}
			q := httptest.NewRequest(c.method, c.path, nil)
			if c.method == "POST" {
				q = httptest.NewRequest(c.method, c.path, strings.NewReader("a=b"))
				q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			if posted {
				q.AddCookie(&http.Cookie{Name: page.FreshCookie, Value: "1"})
			}
			answer := httptest.NewRecorder()
			s.ServeHTTP(answer, q)
			if want := fmt.Sprintf("lags %v", c.may && !posted); !strings.Contains(answer.Body.String(), want) {
				t.Errorf("%s %s, just posted %v: %d, want %q in\n%s", c.method, c.path, posted, answer.Code, want, answer.Body)
			}
		}
	}
	q := httptest.NewRequest("GET", "/shared", nil)
	q.AddCookie(&http.Cookie{Name: page.FreshCookie, Value: "1"})
	answer := httptest.NewRecorder()
	if s.ServeHTTP(answer, q); !strings.Contains(answer.Body.String(), "lags false") {
		t.Errorf("who has just posted is shown what may lag:\n%s", answer.Body)
	}
}
