package web

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"moot/internal/event"
	"moot/internal/place"
	"moot/internal/web/cache"
	"moot/internal/web/page"
)

// A board tells of hands in the cities around it, so those make it old; nothing else
// there does, and no hand that is far away.
func TestHandsAroundMakeABoardOld(t *testing.T) {
	w := open(t, func(s *Settings) {
		s.PageCache = 1 << 20
		s.Neighbours = func(p place.Place) []place.Place { return gazetteer().Near(p, 63, 40) }
	})
	made := 0
	s, err := New(w.settings, page.Pages{Folder: testFolder, Board: []page.Route{{
		Pattern: "GET /{$}", Handle: say(func(*page.Request) string { made++; return fmt.Sprint("made ", made) }),
		Shared: func(q *page.Request) []cache.Topic { return []cache.Topic{{Board: q.Place.Path()}} },
	}}})
	if err != nil {
		t.Fatal(err)
	}
	look := func() int {
		answer := httptest.NewRecorder()
		s.ServeHTTP(answer, httptest.NewRequest("GET", "/gr/kilkis", nil))
		if answer.Code != 200 {
			t.Fatal(answer.Code, answer.Body)
		}
		return made
	}
	kilkis, _ := gazetteer().ByPath("gr/kilkis")
	near := gazetteer().Near(kilkis, 1, 40)[0].Path()
	look()
	for _, c := range []struct {
		happens event.Event
		old     bool
	}{
		{event.Event{Kind: event.HandsChanged, Place: near}, true},
		{event.Event{Kind: event.HandsChanged, Place: "gr/kilkis"}, true},
		{event.Event{Kind: event.HandsChanged, Place: "gr/athens"}, false},
		{event.Event{Kind: event.PostAdded, Place: near, Thread: 1, Post: 1}, false},
	} {
		before := look()
		s.Moved(c.happens)
		if now := look(); now > before != c.old {
			t.Errorf("%s in %s: made anew %v, want %v", c.happens.Kind, c.happens.Place, now > before, c.old)
		}
	}
}
