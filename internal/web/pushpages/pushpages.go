// Package pushpages is how a browser asks to be told of new posts in a thread, of a
// meetup, or of dates in a city, and the small worker that shows what it is told.
package pushpages

import (
	"embed"
	"net/http"
	"strconv"

	"moot/internal/door"
	"moot/internal/fault"
	"moot/internal/notify"
	"moot/internal/web/page"
)

//go:embed *.js
var files embed.FS

//go:embed worker.mjs
var root embed.FS

var folder = page.NewFolder("pushpages", files)

type pages struct{ notices *notify.Notices }

// New is the folder, on the notices of a site.
func New(notices *notify.Notices) page.Pages {
	p := pages{notices}
	return page.Pages{
		Folder: folder,
		Site: []page.Route{
			{Pattern: "GET /push-worker.js", Handle: p.worker},
			{Pattern: "POST /push", Handle: p.change},
		},
	}
}

// worker is the worker's script. It stands at the site's root, since a worker
// has to do with what lies beneath its own address.
func (p pages) worker(q *page.Request) error {
	script, err := root.ReadFile("worker.mjs")
	if err != nil {
		return err
	}
	h := q.W.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", door.Tag(script))
	door.Write(q.W, q.R, http.StatusOK, script)
	return nil
}

// change begins or ends what a browser is told of.
func (p pages) change(q *page.Request) error {
	form := q.R.PostForm
	s := notify.Subscription{Endpoint: form.Get("endpoint"), P256dh: form.Get("p256dh"), Auth: form.Get("auth")}
	end, posts := form.Get("do") == "end", form.Get("about") == ""
	thread, about, err := p.about(q)
	switch {
	case err != nil:
	case posts && end:
		err = p.notices.Unsubscribe(q.Context(), thread, s.Endpoint)
	case posts:
		err = p.notices.Subscribe(q.Context(), thread, s, q.Language.Code())
	case end:
		err = p.notices.EndAsk(q.Context(), about, s.Endpoint)
	default:
		err = p.notices.Ask(q.Context(), about, s, q.Language.Code())
	}
	if err != nil {
		return err
	}
	q.W.Header().Set("Cache-Control", "no-store")
	q.W.WriteHeader(http.StatusNoContent)
	return nil
}

// about is what a form is about: the posts of a thread, a meetup or a city.
func (p pages) about(q *page.Request) (thread int64, about notify.About, err error) {
	form := q.R.PostForm
	if form.Get("about") == "city" {
		city, ok := q.Site.Gazetteer.ByPath(form.Get("city"))
		if !ok {
			return 0, about, fault.New(fault.NotFound, "place.unknown")
		}
		return 0, notify.About{City: city, Reach: q.Number("reach")}, nil
	}
	if thread, err = strconv.ParseInt(form.Get("thread"), 10, 64); err != nil {
		return 0, about, fault.New(fault.NotFound, "board.no_thread")
	}
	return thread, notify.About{Meetup: thread}, nil
}
