package boardpages_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/web/page/pagetest"
)

func TestReadingABoard(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := s.browser()
		var threads []string
		for i := range board.WallSize + 3 {
			threads = append(threads, b.start("gr/athens", fmt.Sprintf("Thread %02d", i), "Αυτοκίνητα και λεωφορεία"))
		}
		b.write(threads[0], "body", "bump").Want(http.StatusSeeOther)
		b.write(threads[1], "body", "no bump", "options", "sage").Want(http.StatusSeeOther)

		wall := b.get("/gr/athens").Want(200)
		notices := wall.All(".notice h3")
		if len(notices) != board.WallSize || pagetest.Text(notices[0]) != "Thread 00" || pagetest.Text(notices[1]) != "Thread 26" {
			t.Errorf("%d notices, %q first", len(notices), pagetest.Text(notices[0]))
		}
		next := b.get(wall.Attr(".pager [rel=next]", "href")).Want(200)
		if rest := next.All(".notice h3"); len(rest) != 3 || pagetest.Text(rest[2]) != "Thread 01" {
			t.Errorf("%d notices on the second page", len(rest))
		}
		next.Lacks("[rel=next]")

		index := b.get("/gr/athens/index").Want(200)
		if n := len(index.All(".index > article")); n != board.IndexSize {
			t.Errorf("%d threads on the index", n)
		}
		catalog := b.get("/gr/athens/catalog?sort=replies&q=λεωφορεια+Thread").Want(200)
		if tiles := catalog.All(".tile h2"); len(tiles) != board.WallSize+3 || pagetest.Text(tiles[1]) != "Thread 01" {
			t.Errorf("%d tiles in the catalog", len(tiles))
		}
		if n := len(b.get("/gr/athens/catalog?q=12").Want(200).All(".tile")); n != 1 {
			t.Errorf("%d tiles have 12", n)
		}
		b.get("/gr/athens/catalog?q=nobody+wrote+this").Want(200).Lacks(".tile")
		for _, odd := range []string{"?before=-1", "?before=x", "?before=999999999999999999999", "?sort=nonsense&q=%ff%00"} {
			b.get("/gr/athens/catalog" + odd).Want(200)
			b.get("/gr/athens" + odd).Want(200)
		}
	})
}

func TestReadingALongThread(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := s.browser()
		thread := b.start("gr/athens", "long", "long")
		for i := range 60 {
			s.clock.Advance(30 * time.Second)
			b.write(thread, "body", fmt.Sprint("reply ", i)).Want(http.StatusSeeOther)
		}
		if n := len(b.get(thread).All(".post")); n != 61 {
			t.Errorf("%d posts", n)
		}
		last := b.get(thread + "/last").Want(200)
		if n := len(last.All(".post")); n != 51 || !strings.Contains(last.Text(".omitted"), "10 replies") {
			t.Errorf("%d posts in the last-50 view, %q", n, last.Text(".omitted"))
		}
		earlier := b.get(last.Attr(".omitted a", "href")).Want(200)
		if n := len(earlier.All(".post")); n != 11 {
			t.Errorf("%d posts before those", n)
		}
		earlier.Has(".pager [rel=next]")
	})
}

func TestAddressesThatFingersKnow(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := s.browser()
		thread := b.start("gr/athens", "s", "b")
		n := number(thread)
		for from, to := range map[string]string{
			"/gr/athens/res/" + n + ".html":    thread,
			"/gr/athens/res/" + n + "+50.html": thread + "/last",
			"/gr/athens/thread/" + n:           thread,
			"/gr/athens/catalog.html":          "/gr/athens/catalog",
			"/gr/athens/index.html":            "/gr/athens/index",
			"/gr/leeds":                        "",
			"/gr/kilkis/t/" + n:                thread,
		} {
			p := b.get(from)
			if to == "" {
				p.Want(404)
			} else if got := p.Want(http.StatusMovedPermanently).Header.Get("Location"); got != to {
				t.Errorf("%s leads to %s, want %s", from, got, to)
			}
		}
		for _, nowhere := range []string{"/gr/athens/t/999999", "/gr/athens/t/x", "/gr/athens/t/0", "/p/999999", "/p/x", "/gr/athens/res/x.html", "/p/99999/take-back", "/gr/athens/t/99999/reply"} {
			b.get(nowhere).Want(404)
		}
		quote := b.get(thread + "/reply?quote=" + n).Want(200)
		if !strings.HasPrefix(quote.Text("#body"), ">>"+n) {
			t.Errorf("the form has %q", quote.Text("#body"))
		}
		quote.Has(".quoted .post")
		s.browser().write(thread, "body", ">>"+n+"\nby somebody else").Want(http.StatusSeeOther)
		last := b.get(thread).All(".post:not(.op)")
		other := strings.TrimPrefix(pagetest.Attr(last[len(last)-1], "id"), "p")
		theirs := b.get(thread + "/reply?quote=" + other).Want(200)
		theirs.Lacks(".quoted .opener")
		if to := theirs.Attr(".quoted .body a", "href"); to != thread+"#p"+n {
			t.Errorf("what it refers to is on the thread's page, not at %s", to)
		}
		if here := quote.Text(".trail [aria-current]"); here != "Reply" {
			t.Errorf("the trail ends in %q", here)
		}
	})
}

func TestReferencesBeyondTheThread(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := s.browser()
		one, other := b.start("gr/athens", "one", "one"), b.start("gb/leeds", "other", "other")
		body := fmt.Sprintf(">>%s and >>>/gb/leeds/ and >>>/gb/leeds/%s and >>987654 and >>>/xx/nowhere/", number(other), number(other))
		b.write(one, "body", body).Want(http.StatusSeeOther)
		read := b.get(one).Want(200)
		var to []string
		for _, a := range read.All(".post:not(.op) .body a.ref") {
			to = append(to, pagetest.Attr(a, "href"))
		}
		far := other + "#p" + number(other)
		if want := []string{far, "/gb/leeds", far}; strings.Join(to, " ") != strings.Join(want, " ") {
			t.Errorf("references lead to %q, want %q", to, want)
		}
		if n := len(read.All(".post:not(.op) .body span.ref.gone")); n != 2 {
			t.Errorf("%d references lead nowhere, want 2", n)
		}
		b.get(other).Want(200).Has(".post.op .back a")
	})
}

func TestOptionsAndNames(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := s.browser()
		thread := b.start("gr/athens", "s", "b")
		if to := b.write(thread, "body", "x", "options", "noko").Header.Get("Location"); !strings.HasPrefix(to, thread) {
			t.Errorf("noko leads to %s", to)
		}
		if to := b.write(thread, "body", "x", "options", "nonoko sage").Header.Get("Location"); to != "/gr/athens" {
			t.Errorf("nonoko leads to %s", to)
		}
		b.write(thread, "body", "signed", "name", "Rosa#password").Want(http.StatusSeeOther)
		read := b.get(thread)
		if read.Text(".trip") != "!ozOtJW9BFA" || strings.Contains(read.Body, "password") {
			t.Errorf("trip %q", read.Text(".trip"))
		}
	})
}

func TestASiteWithoutNames(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, board.Limits{PostLength: 100})
		b := s.browser()
		b.get("/gr/athens/new").Lacks("input[name=name]")
		thread := b.start("gr/athens", "s", "b")
		b.write(thread, "body", "x", "name", "Smuggled").Want(http.StatusSeeOther)
		if strings.Contains(b.get(thread).Body, "Smuggled") {
			t.Error("a name came in")
		}
	})
}

// A reader sees the hour that it was where it was written.
func TestTimesAreThoseOfThePlace(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := s.browser()
		for place, hour := range map[string]string{"gr/athens": "14:00", "jp/osaka": "21:00", "br/recife": "09:00"} {
			s.clock.Set(noon)
			thread := b.start(place, "s", "b")
			if said := b.get(thread).Text(".post .at time"); !strings.HasSuffix(said, hour) {
				t.Errorf("in a thread of %s it is %q", place, said)
			}
			s.clock.Advance(time.Hour)
			if said := b.get("/"+place).Attr(".notice time", "title"); !strings.HasSuffix(said, hour) {
				t.Errorf("on the board of %s it is %q", place, said)
			}
		}
	})
}

// A thread that hasn't changed isn't sent again, though every page's form has a
// ticket of its own.
func TestAThreadIsSentAgainOnlyWhenItChanged(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := s.browser()
		thread := b.start("gr/athens", "s", "b")
		tag := b.get(thread).Header.Get("ETag")
		pagetest.Get(t, s, thread, "If-None-Match", tag).Want(http.StatusNotModified)
		b.write(thread, "body", "new").Want(http.StatusSeeOther)
		pagetest.Get(t, s, thread, "If-None-Match", tag).Want(200)
	})
}

// What people write reaches every view; nothing of it may become markup.
func TestNothingWrittenBecomesMarkup(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := s.browser()
		const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>' [spoiler]<b>x</b>[/spoiler] javascript:alert(1) https://a.example/"onmouseover=alert(1)`
		thread := b.start("gr/athens", evil[:110], evil)
		b.write(thread, "body", evil, "name", evil[:40]).Want(http.StatusSeeOther)
		refused := b.write("/gr/athens/new", "subject", evil, "body", evil+strings.Repeat("x", 9000), "name", evil, "options", evil)
		for _, p := range []*pagetest.Page{b.get(thread), b.get("/gr/athens"), b.get("/gr/athens/index"), b.get("/gr/athens/catalog?q=" + url.QueryEscape("<script>")), b.get("/gr"), b.get(thread + "/reply?quote=" + number(thread)), b.get("/p/" + number(thread) + "/take-back"), refused} {
			p.Lacks("main script, main img, main [onerror], main [onmouseover], main b:not(.yours b)")
			for _, a := range p.All("a[href]") {
				if href := pagetest.Attr(a, "href"); !strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "#") && !strings.HasPrefix(href, "?") && !strings.HasPrefix(href, "https://") {
					t.Errorf("%s: a link to %q", p.Path, href)
				}
			}
		}
	})
}

func TestTheLogHoldsNothingOfWhatWasWritten(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := s.browser()
		thread := b.start("gr/athens", "planted-subject", "planted-body")
		b.get(thread + "?planted-query")
		b.get("/gr/athens/catalog?q=planted-filter")
		if !strings.Contains(s.log.String(), "GET /{place}/t/{no}") {
			t.Errorf("the log of all there is to log says:\n%s", s.log.String())
		}
		if strings.Contains(s.log.String(), "planted") || strings.Contains(s.log.String(), "192.0.2.1") {
			t.Errorf("the log says:\n%s", s.log.String())
		}
	})
}
