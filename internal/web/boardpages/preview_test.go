package boardpages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"moot/internal/web/page/pagetest"
)

// posted is the number of the post that an answer to a form leads to.
func posted(location string) string {
	_, number, _ := strings.Cut(location, "#p")
	return number
}

func TestAPostByItself(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ana, ben := s.browser(), s.browser()
		thread := ana.start("gr/athens", "The key to the hall", "Who has it?")
		reply := posted(ben.write(thread, "body", ">>"+number(thread)+"\nI have.", "name", "Ben").Want(http.StatusSeeOther).Header.Get("Location"))
		again := posted(ana.write(thread, "body", ">>"+reply+"\nThank you.").Want(http.StatusSeeOther).Header.Get("Location"))

		view := ben.get("/p/" + reply + "/view").Want(200)
		view.One("article.post")
		if who := view.Text(".post .who"); who != "Ben" {
			t.Errorf("it was written by %q", who)
		}
		if to := view.Attr(".post .body a.ref", "href"); to != thread+"#p"+number(thread) {
			t.Errorf("what it answers is at %q: nothing else stands on this page", to)
		}
		if to := view.Attr(".post .back a", "href"); to != thread+"#p"+again {
			t.Errorf("what answers it is at %q", to)
		}
		if text := view.Text(".thread > header a"); text != "The key to the hall" {
			t.Errorf("it stands in %q", text)
		}
		if to := view.Attr(".thread > header a", "href"); to != thread+"#p"+reply {
			t.Errorf("it stands at %q", to)
		}
		view.Lacks(".opener, form.write, .tick, .yours")
		view.Has(`meta[name=robots][content=noindex]`)
		if own := ben.get("/p/" + again + "/view").Want(200); len(own.All(".opener")) != 1 {
			t.Error("a reply of who opened the thread doesn't say so")
		}

		tag := view.Header.Get("ETag")
		pagetest.Get(t, s, "/p/"+reply+"/view", "If-None-Match", tag).Want(http.StatusNotModified)
		for path, status := range map[string]int{"/p/999999/view": 404, "/p/0/view": 404, "/p/x/view": 404} {
			ben.get(path).Want(status)
		}
	})
}

func TestAPostThatWasTakenBackByItself(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ana := s.browser()
		thread := ana.start("gr/athens", "Short-lived", "Soon gone.")
		s.browser().write(thread, "body", "stays").Want(http.StatusSeeOther)
		ana.post("/take-back", url.Values{"post": {number(thread)}}).Want(http.StatusSeeOther)
		gone := s.browser().get("/p/" + number(thread) + "/view").Want(200)
		gone.One("article.post.gone")
		if strings.Contains(gone.Body, "Soon gone.") || strings.Contains(gone.Body, "Short-lived") {
			t.Error("it still says what was taken back")
		}
	})
}
