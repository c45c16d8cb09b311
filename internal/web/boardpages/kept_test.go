package boardpages_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/web/page/pagetest"
)

func eachKeeping(t *testing.T, test func(t *testing.T, s *site)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, openKeeping(t, d, usual, 8<<20)) })
}

// settled waits until a post has made pages old.
func (s *site) settled(kind event.Kind) {
	s.t.Helper()
	for e := range s.moved {
		if e.Kind == kind {
			return
		}
	}
}

func TestAPageIsTheSameForEverybody(t *testing.T) {
	eachKeeping(t, func(t *testing.T, s *site) {
		eleni := s.browser()
		thread := eleni.start("gr/athens", "Rents", "Ours went up.")
		s.settled(event.ThreadStarted)
		for _, path := range []string{thread, thread + "/last", "/gr/athens", "/gr/athens/index", "/gr/athens/catalog", "/gr/everywhere", "/gr/kilkis"} {
			own := eleni.get(path).Want(200)
			others := pagetest.Get(t, s, path).Want(200)
			if own.Body != others.Body {
				t.Errorf("%s differs", path)
			}
			again := pagetest.Get(t, s, path).Want(200)
			if again.Body != others.Body || len(again.Cookies()) != 0 {
				t.Errorf("%s differs the second time, or gives cookies: %v", path, again.Cookies())
			}
			for _, p := range []*pagetest.Page{own, others, again} {
				if c := p.Header.Get("Cache-Control"); c != "public, max-age=0, s-maxage=1, must-revalidate" || p.Header.Get("Content-Security-Policy") == "" || !strings.Contains(p.Header.Get("Vary"), "Cookie") {
					t.Errorf("%s: headers %v", path, p.Header)
				}
			}
			for name := range eleni.cookies {
				if name != "moot-fresh" && strings.Contains(own.Body, eleni.cookies[name]) {
					t.Errorf("%s holds the cookie %s", path, name)
				}
			}
			pagetest.Get(t, s, path, "If-None-Match", again.Header.Get("ETag")).Want(304)
			if greek := pagetest.Get(t, s, path, "Accept-Language", "el"); !strings.Contains(greek.Body, `lang="el"`) {
				t.Errorf("%s is not in Greek", path)
			}
			if dark := pagetest.Get(t, s, path, "Cookie", "theme=dark; lang=el"); !strings.Contains(dark.Body, `lang="el" dir="ltr" class="`) || !strings.Contains(dark.Body, "theme-dark") {
				t.Errorf("%s is not dark", path)
			}
			if plain := pagetest.Get(t, s, path); plain.Body != others.Body {
				t.Errorf("%s is another since others asked otherwise", path)
			}
		}
		// What is somebody's own is told to nobody else.
		mine := eleni.get(thread + "?posted=" + number(thread)).Want(200)
		mine.Has(".yours code")
		pagetest.Get(t, s, thread).Lacks(".yours")
	})
}

func TestAPosterSeesTheirPostAndOthersSoon(t *testing.T) {
	eachKeeping(t, func(t *testing.T, s *site) {
		writer, reader := s.browser(), s.browser()
		thread := writer.start("gr/athens", "Rents", "Ours went up.")
		s.settled(event.ThreadStarted)
		reader.get(thread).Lacks(".post:not(.op)")
		for n := range 3 {
			writer.write(thread, "body", fmt.Sprint("Reply ", n)).Want(http.StatusSeeOther)
			if got := len(writer.get(thread).All(".post:not(.op)")); got != n+1 { // at once, whatever is kept
				t.Errorf("the writer of reply %d sees %d", n, got)
			}
			if !strings.Contains(writer.get("/gr/athens").Body, fmt.Sprintf("%d repl", n+1)) {
				t.Errorf("the writer of reply %d doesn't see it counted", n)
			}
			s.settled(event.PostAdded)
			s.clock.Advance(time.Second)
			if got := len(reader.get(thread).All(".post:not(.op)")); got != n+1 {
				t.Errorf("after a second a reader sees %d of %d replies", got, n+1)
			}
		}
		// A reference in another thread is a backlink here.
		other := writer.start("gr/kilkis", "Ours too", "See >>"+number(thread))
		s.settled(event.ThreadStarted)
		s.clock.Advance(time.Second)
		if to := pagetest.Get(t, s, thread).Attr(".post.op .back a", "href"); !strings.HasPrefix(to, other+"#p") {
			t.Errorf("the backlink leads to %q", to)
		}
		// What is taken back is gone.
		writer.post("/take-back", map[string][]string{"post": {number(other)}}).Want(http.StatusSeeOther)
		s.settled(event.ThreadGone)
		s.clock.Advance(time.Second)
		pagetest.Get(t, s, other).Want(404)
		if strings.Contains(pagetest.Get(t, s, "/gr/kilkis").Body, "Ours too") {
			t.Error("a thread that was taken back is on its board")
		}
	})
}

func TestAFormIsLentATicket(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := s.browser()
		thread := b.start("gr/athens", "s", "b")
		_, values := form(b.get(thread))
		if values.Get("ticket") != "" {
			t.Error("a page for everybody has a ticket")
		}
		values.Set("body", "without")
		refused := s.browser().post(thread, values).Want(422) // no cookie: the form comes back with a ticket
		_, given := form(refused)
		if given.Get("body") != "without" || given.Get("ticket") == "" {
			t.Errorf("it comes back with %v", given)
		}
		s.clock.Advance(6 * time.Second)
		s.browser().post(thread, given).Want(http.StatusSeeOther)

		picture := b.get("/ticket.png").Want(200)
		if picture.Header.Get("Cache-Control") != "no-store" || b.cookies["moot-ticket"] == "" {
			t.Errorf("headers %v, cookies %v", picture.Header, b.cookies)
		}
		lent := b.cookies["moot-ticket"]
		if b.get("/ticket.png"); b.cookies["moot-ticket"] != lent {
			t.Error("waiting begins anew with each look at the form")
		}
		values.Set("body", "lent")
		b.post(thread, values).Want(429) // too early
		s.clock.Advance(6 * time.Second)
		b.post(thread, values).Want(http.StatusSeeOther)
		if again := b.post(thread, values).Want(http.StatusSeeOther); !strings.Contains(again.Header.Get("Location"), "posted=") {
			t.Error("pressed twice, it is posted twice or refused")
		}
		if b.get("/ticket.png"); b.cookies["moot-ticket"] == lent {
			t.Error("a spent ticket is lent again")
		}
	})
}
