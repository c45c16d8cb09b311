package feed_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/web/page/pagetest"
)

func TestWhoHasAFeedGetsNothing(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		opened, _ := s.start("gr/athens", "subject", board.NewPost{Body: "body"})
		for _, path := range []string{"/gr/athens/threads.atom", "/gr/everywhere.atom", fmt.Sprintf("/gr/athens/t/%d/posts.atom", opened.Number), "/sitemap.xml", "/sitemap/1.xml"} {
			first := pagetest.Get(t, s, path).Want(200)
			s.clock.Advance(time.Second)
			whole := pagetest.Get(t, s, path).Want(200)
			tag, date := whole.Header.Get("ETag"), whole.Header.Get("Last-Modified")
			if tag == "" || date == "" || tag != first.Header.Get("ETag") || whole.Header.Get("Cache-Control") != map[bool]string{true: "max-age=3600", false: "max-age=60"}[strings.HasPrefix(path, "/sitemap")] {
				t.Errorf("%s: %v", path, whole.Header)
			}
			later := "Tue, 24 Nov 2026 12:00:00 GMT"
			for _, c := range []struct {
				none, since string
				status      int
			}{
				{"", "", 200}, {tag, "", 304}, {`"other", ` + tag, "", 304}, {`"other"`, "", 200}, {"*", "", 304},
				{"", date, 304}, {"", later, 304}, {"", "Mon, 23 Nov 2026 11:59:59 GMT", 200}, {"", "yesterday", 200},
				{tag, "Mon, 23 Nov 2026 11:59:59 GMT", 304}, {`"other"`, later, 200}, // the tag decides: RFC 9110, 13.2.2
			} {
				p := pagetest.Get(t, s, path, "If-None-Match", c.none, "If-Modified-Since", c.since)
				if p.Status != c.status || (p.Status == http.StatusNotModified) != (p.Body == "") || p.Header.Get("ETag") != tag {
					t.Errorf("%s with %q, %q: %d, %d bytes", path, c.none, c.since, p.Status, len(p.Body))
				}
			}
			if len(whole.Body) < 1024 { // shorter ones aren't compressed
				continue
			}
			zipped := pagetest.Get(t, s, path, "Accept-Encoding", "gzip")
			if zipped.Header.Get("Content-Encoding") != "gzip" || zipped.Header.Get("ETag") != tag || !strings.Contains(strings.Join(zipped.Header.Values("Vary"), ","), "Accept-Encoding") {
				t.Errorf("%s compressed: %v", path, zipped.Header)
			}
		}
	})
}

// TestNothingOfTheSameMinuteIsMissed changes a thread in every way, often
// within a minute and a second, and asks with every date that it was ever told.
func TestNothingOfTheSameMinuteIsMissed(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		opened, _ := s.start("gr/athens", "subject", board.NewPost{Body: "body"})
		path := fmt.Sprintf("/gr/athens/t/%d/posts.atom", opened.Number)
		had := map[string]string{} // by date: the body it came with
		look := func(what string, times int) {
			t.Helper()
			for range times {
				now := s.atom(path)
				date := now.Header.Get("Last-Modified")
				if told, err := http.ParseTime(date); date != "" && (err != nil || told.After(s.clock.Now())) {
					t.Errorf("%s: changed at %s, in the future", what, date)
				}
				for since, body := range had {
					p := pagetest.Get(t, s, path, "If-Modified-Since", since)
					if p.Status == http.StatusNotModified && body != now.Body {
						t.Errorf("%s: 304 since %s, and it has changed", what, since)
					}
				}
				if date != "" {
					had[date] = now.Body
				}
				if date != "" && pagetest.Get(t, s, path, "If-Modified-Since", date).Status != http.StatusNotModified {
					t.Errorf("%s: no 304 since %s", what, date)
				}
				s.clock.Advance(400 * time.Millisecond)
			}
		}
		look("opened", 3)
		made, actor := s.reply(opened.Number, board.NewPost{Body: "of the same minute"})
		look("answered", 3)
		s.takeBack(actor, made.Number)
		look("taken back", 3)
		for i := range 9 {
			s.reply(opened.Number, board.NewPost{Body: "one more"})
			look("again", i%3)
			s.reply(opened.Number, board.NewPost{Body: "and another"})
			look("and again", 4)
			s.clock.Advance(13 * time.Second)
		}
		if len(had) < 5 {
			t.Errorf("%d dates were told", len(had))
		}
	})
}

func TestAHeadHasNoBody(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		whole := s.atom("/gr/athens/threads.atom")
		r, err := http.NewRequest(http.MethodHead, "/gr/athens/threads.atom", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host, r.RemoteAddr = "example.com", "192.0.2.1:1"
		head := pagetest.Do(t, s, r).Want(200)
		if head.Body != "" || head.Header.Get("ETag") != whole.Header.Get("ETag") || head.Header.Get("Content-Length") != fmt.Sprint(len(whole.Body)) {
			t.Errorf("%v", head.Header)
		}
	})
}
