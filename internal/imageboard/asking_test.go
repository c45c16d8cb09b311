package imageboard_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/key"
	"moot/internal/media"
)

// Pictures are served under the names that clients make of a post; one that
// waits is neither told of nor served, and one that was removed is told of.
func TestPictures(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		shown := s.picture(60, "", false)
		no := s.start("gr/athens", "", board.NewPost{Pictures: []media.New{shown}})
		for path, kind := range map[string]string{
			fmt.Sprintf("/4chan/gr.athens/%d.png", shown.Number):        "image/png",
			fmt.Sprintf("/4chan/gr.athens/%ds.jpg", shown.Number):       "image/",
			fmt.Sprintf("/vichan/gr.athens/src/%d.png", shown.Number):   "image/png",
			fmt.Sprintf("/vichan/gr.athens/thumb/%d.png", shown.Number): "image/",
			fmt.Sprintf("/vichan/gr.athens/thumb/%d.jpg", shown.Number): "image/",
			fmt.Sprintf("/vichan/gr.athens/thumb/%d.gif", shown.Number): "image/",
		} {
			w := s.ask("GET", path)
			if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) || w.Body.Len() == 0 ||
				w.Header().Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "sandbox") {
				t.Errorf("%s: %d, %d bytes, %v", path, w.Code, w.Body.Len(), w.Header())
			}
		}
		for _, path := range []string{"/4chan/gr.athens/12.png", "/4chan/gr.athens/x.png", "/4chan/gr.athens/s.jpg", "/4chan/xx.nowhere/" + fmt.Sprint(shown.Number) + ".png", "/vichan/gr.athens/src/..png", "/vichan/gr.athens/thumb/1.png"} {
			if w := s.ask("GET", path); w.Code != http.StatusNotFound {
				t.Errorf("%s: status %d", path, w.Code)
			}
		}

		waits := s.picture(70, "", false)
		waiting := s.start("gr/thessaloniki", "", board.NewPost{Body: "look", Pictures: []media.New{waits}})
		thread := fmt.Sprintf("/4chan/gr.thessaloniki/thread/%d.json", waiting)
		is(t, "a post whose picture waits", s.posts(thread)[0], map[string]string{"tim": "", "ext": "", "filedeleted": ""})
		if w := s.ask("GET", fmt.Sprintf("/4chan/gr.thessaloniki/%d.png", waits.Number)); w.Code != http.StatusNotFound {
			t.Errorf("a picture that waits: status %d", w.Code)
		}
		if err := s.pictures.LetThrough(t.Context(), key.Steward, waits.Number); err != nil {
			t.Fatal(err)
		}
		is(t, "one that was let through", s.posts(thread)[0], map[string]string{"tim": fmt.Sprint(waits.Number), "filedeleted": ""})

		if err := s.pictures.Remove(t.Context(), key.Steward, shown.Number, false); err != nil {
			t.Fatal(err)
		}
		is(t, "a post whose picture was removed", s.posts(fmt.Sprintf("/4chan/gr.athens/thread/%d.json", no))[0], map[string]string{"tim": "", "filedeleted": "1"})
	})
}

// A client that knows answers by their date alone is never told that nothing
// changed where something did, not within the minute of a post either, nor where
// a post is taken back.
func TestDatesAreNeverWrong(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		writer := somebody(t)
		no := s.start("gr/athens", "", board.NewPost{Body: "one"})
		path := fmt.Sprintf("/4chan/gr.athens/thread/%d.json", no)
		ask := func(since string) (status int, date string) {
			w := s.ask("GET", path, "If-Modified-Since", since)
			return w.Code, w.Header().Get("Last-Modified")
		}
		future := s.clock.Now().Add(24 * time.Hour).Format(http.TimeFormat)
		if status, date := ask(future); status != http.StatusOK || date != "" {
			t.Errorf("within the minute: %d, dated %q", status, date)
		}
		s.clock.Advance(time.Minute)
		status, date := ask("")
		if status != http.StatusOK || date != "Mon, 23 Nov 2026 12:01:00 GMT" {
			t.Errorf("after it: %d, dated %q", status, date)
		}
		if status, again := ask(date); status != http.StatusNotModified || again != date {
			t.Errorf("asked again: %d, dated %q", status, again)
		}
		reply, err := s.Reply(t.Context(), writer, no, board.NewPost{Body: "two"})
		if err != nil {
			t.Fatal(err)
		}
		if status, _ := ask(date); status != http.StatusOK {
			t.Errorf("a reply is hidden: %d", status)
		}
		s.clock.Advance(time.Minute)
		_, later := ask("")
		if _, _, err := s.TakeBack(t.Context(), writer, reply.Number, ""); err != nil {
			t.Fatal(err)
		}
		for _, known := range []string{date, later} {
			if status, _ := ask(known); status != http.StatusOK {
				t.Errorf("a post that was taken back is still there for who has the answer of %s: %d", known, status)
			}
		}
		s.clock.Set(noon.Add(-time.Hour)) // the clock is put back, and the thread changes
		s.reply(no, board.NewPost{Body: "three"})
		for range 3 {
			if status, _ := ask(later); status != http.StatusOK {
				t.Errorf("with the clock put back: %d", status)
			}
			s.clock.Advance(time.Minute)
		}

		tag := s.ask("GET", path).Header().Get("ETag")
		if w := s.ask("GET", path, "If-None-Match", tag); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
			t.Errorf("by its tag: %d, %d bytes", w.Code, w.Body.Len())
		}
		if w := s.ask("HEAD", path); w.Code != http.StatusOK || w.Body.Len() > 0 || w.Header().Get("Content-Length") == "" {
			t.Errorf("HEAD: %d, %d bytes, %v", w.Code, w.Body.Len(), w.Header())
		}
	})
}

// Two replies within one minute are two times for clients that poll threads.json.
func TestPollersSeeEveryReply(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		no := s.start("gr/athens", "", board.NewPost{Body: "one"})
		seen := map[string]bool{}
		for i := range 4 {
			var pages []struct{ Threads []object }
			s.get("/4chan/gr.athens/threads.json", &pages)
			seen[fmt.Sprint(pages[0].Threads[0]["last_modified"])] = true
			s.reply(no, board.NewPost{Body: fmt.Sprint("reply ", i), Sage: true})
		}
		if len(seen) != 4 {
			t.Errorf("four states of a thread have the times %v", seen)
		}
	})
}

func TestOtherSitesMayRead(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		for _, path := range []string{"/4chan/boards.json", "/4chan/gr.athens/catalog.json", "/vichan/gr.athens/res/1.json"} {
			w := s.ask("OPTIONS", path, "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "if-modified-since")
			h := w.Header()
			if w.Code != http.StatusNoContent || h.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(h.Get("Access-Control-Allow-Methods"), "HEAD") ||
				!strings.Contains(h.Get("Access-Control-Allow-Headers"), "If-Modified-Since") {
				t.Errorf("OPTIONS %s: %d %v", path, w.Code, h)
			}
		}
		if w := s.ask("POST", "/4chan/gr.athens/catalog.json", "Content-Type", "application/x-www-form-urlencoded"); w.Code < 400 {
			t.Errorf("POST: status %d", w.Code)
		}
	})
}

// Whatever is not there is so in JSON; the addresses that clients make for
// people lead to pages.
func TestWhatIsNotThere(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		no := s.start("gr/athens", "", board.NewPost{Body: "one"})
		for _, path := range []string{
			"/4chan/gr.athens/thread/999.json", "/4chan/gr.athens/thread/x.json", "/4chan/gr.athens/thread/-1.json", "/4chan/gr.athens/thread/" + fmt.Sprint(no) + "-tail.json",
			"/4chan/GR.athens/catalog.json", "/4chan/gr.athens.x/1.json", "/4chan/xx.nowhere/threads.json", "/vichan/gr.thessaloniki/res/" + fmt.Sprint(no) + ".json",
		} {
			w := s.ask("GET", path, "Accept-Language", "el")
			var answer struct{ Error string }
			if err := json.Unmarshal(w.Body.Bytes(), &answer); w.Code != http.StatusNotFound || err != nil || answer.Error == "" || strings.HasPrefix(answer.Error, "[") {
				t.Errorf("%s: %d %s", path, w.Code, w.Body)
			}
		}
		thread := fmt.Sprintf("/gr/athens/t/%d", no)
		for path, want := range map[string]string{
			"/4chan/gr.athens": "/gr/athens", "/vichan/world": "/world",
			fmt.Sprintf("/4chan/gr.athens/thread/%d", no): thread, fmt.Sprintf("/vichan/gr.athens/res/%d.html", no): thread,
		} {
			if w := s.ask("GET", path); w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != want {
				t.Errorf("%s: %d to %s", path, w.Code, w.Header().Get("Location"))
			}
		}
	})
}
