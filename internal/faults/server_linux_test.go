package faults

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/db/dbtest"
)

// A PostgreSQL server is shut down, killed with all its processes, and frozen,
// while people write and read. Pages that were asked for before are served all
// the while; a form comes back with 503, when to send it again, and every word;
// and the site goes on by itself once the server does.
func TestServerFails(t *testing.T) {
	if !slices.Contains(dbtest.Engines(), db.PostgreSQL) {
		return
	}
	server, err := dbtest.NewServer() // with PostgreSQL's own settings: what is committed is synced
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Thaw()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	r := chance(t)
	s := newSite(t, server.Address())
	s.up(t)
	a := s.open(t)
	readers := s.read(t, "/", place, a.thread)
	a.write(t, 6, r)
	rounds := 1
	if long() {
		rounds = 10
	}
	faults := map[string]struct{ fail, mend func() error }{
		"stopped": {server.Stop, server.Start},
		"killed":  {server.Kill, server.Start},
		"frozen": {server.Freeze, func() error {
			if long() { // up to where everything has been given up that waited
				time.Sleep(time.Duration(r.IntN(int(12 * time.Second))))
			}
			return server.Thaw()
		}},
	}
	var told, back time.Duration
	for range rounds {
		for _, name := range slices.Sorted(maps.Keys(faults)) {
			sketch := a.begin(t, r)
			a.moment(t, r)
			if err := faults[name].fail(); err != nil {
				t.Fatal(err)
			}
			failed := time.Now()
			status, _, header, err := s.ask(a.thread + "/reply")
			if err != nil || status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
				t.Errorf("%s: asking for the form: %d %v, %v", name, status, header, err)
			}
			told = max(told, time.Since(failed))
			for range 3 { // whoever else writes may be asking for a form, and get none
				a.refuse(t, sketch)
			}
			if err := faults[name].mend(); err != nil {
				t.Fatal(err)
			}
			back = max(back, a.goesOn(t, name))
		}
		// One of its processes is killed: it starts anew by itself.
		a.moment(t, r)
		if !server.KillOne() {
			t.Error("the server has nobody to answer")
		}
		back = max(back, a.goesOn(t, "one process killed"))
	}
	readers()
	a.stop(t)
	if status := s.end(syscall.SIGTERM); status != 0 {
		t.Errorf("exit status %d\n%s", status, tail(s.now.log.String()))
	}
	a.compare(t, server.Address())
	a.fair(t)
	if n := strings.Count(server.Log(), "automatic recovery in progress"); n < 2*rounds {
		t.Errorf("%d crashes, and the server recovered %d times:\n%s", 2*rounds, n, tail(server.Log()))
	}
	a.report(t, "PostgreSQL stopped, killed, frozen, one process of it killed", 4*rounds,
		fmt.Sprintf("first refused after %v at the latest; somebody wrote %v after the server was back at the latest", told.Round(time.Millisecond), back.Round(time.Millisecond)))
}

// moment waits for a random moment at which people write.
func (a *authors) moment(t *testing.T, r *rand.Rand) {
	t.Helper()
	accepted := a.ledger.count()
	until(t, "somebody writes", hangs, func() bool { return a.ledger.count() > accepted+5 })
	time.Sleep(time.Duration(r.IntN(int(300 * time.Millisecond))))
}

// goesOn waits until somebody has written since, and tells how long it took.
func (a *authors) goesOn(t *testing.T, since string) time.Duration {
	t.Helper()
	began, accepted := time.Now(), a.ledger.count()
	until(t, since+", and back: somebody writes", recovers(), func() bool { return a.ledger.count() > accepted })
	return time.Since(began)
}

// sketch is a form that somebody has begun: the site has its picture already.
type sketch struct{ ticket, words, picture string }

var pictureField = regexp.MustCompile(`name="kept-1" value="([0-9]+)"`)

// begin has somebody look at what they are about to post.
func (a *authors) begin(t *testing.T, r *rand.Rand) sketch {
	t.Helper()
	c := &http.Client{Transport: a.site.dial(""), Timeout: hangs}
	s := sketch{words: fmt.Sprintf("Words %d that are never posted", r.Uint64())}
	until(t, "somebody may look at what they are about to post", recovers(), func() bool {
		_, page, err := a.answer(t.Context(), c, http.MethodGet, a.thread+"/reply", "", nil)
		ticket := ticketField.FindStringSubmatch(page)
		if err != nil || ticket == nil {
			return false
		}
		kind, form := fill(ticket[1], s.words, drawing(r), "do", "preview")
		_, page, err = a.answer(t.Context(), c, http.MethodPost, a.thread, kind, form)
		picture := pictureField.FindStringSubmatch(page)
		if err != nil || picture == nil {
			return false
		}
		s.ticket, s.picture = ticket[1], picture[1]
		return true
	})
	return s
}

// refuse has them send it while it can't be stored.
func (a *authors) refuse(t *testing.T, s sketch) {
	t.Helper()
	c := &http.Client{Transport: a.site.dial(""), Timeout: hangs}
	kind, form := fill(s.ticket, s.words, nil, "kept-1", s.picture)
	answer, page, err := a.answer(t.Context(), c, http.MethodPost, a.thread, kind, form)
	if err != nil || answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(page, s.words) {
		t.Fatalf("a form with a picture, while the server is away: %v\n%s", err, page)
	}
	if m := pictureField.FindStringSubmatch(page); m == nil || m[1] != s.picture {
		t.Errorf("the form came back without its picture")
	}
}

// read has people read pages again and again, each a page that is the same for
// everybody, until the function that it returns is called. Each must be there
// every time.
func (s *site) read(t *testing.T, pages ...string) (enough func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	var all sync.WaitGroup
	var read int
	var mu sync.Mutex
	for _, path := range pages {
		if status, _, _, err := s.ask(path); err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d, %v", path, status, err)
		}
		all.Go(func() {
			for ctx.Err() == nil {
				status, page, _, err := s.ask(path)
				if err != nil || status != http.StatusOK || !strings.Contains(page, "</html>") {
					t.Errorf("reading %s: %d, %v", path, status, err)
					return
				}
				mu.Lock()
				read++
				mu.Unlock()
				rest(ctx)
			}
		})
	}
	return func() {
		cancel()
		all.Wait()
		t.Logf("%d pages were read", read)
	}
}
