// Package pushpages is how a browser asks to be told of new posts in a thread,
// and the small worker that shows what it is told.
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

// change begins or ends a subscription.
func (p pages) change(q *page.Request) error {
	form := q.R.PostForm
	thread, err := strconv.ParseInt(form.Get("thread"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "board.no_thread")
	}
	s := notify.Subscription{Endpoint: form.Get("endpoint"), P256dh: form.Get("p256dh"), Auth: form.Get("auth")}
	if form.Get("do") == "end" {
		err = p.notices.Unsubscribe(q.Context(), thread, s.Endpoint)
	} else {
		err = p.notices.Subscribe(q.Context(), thread, s, q.Language.Code())
	}
	if err != nil {
		return err
	}
	q.W.Header().Set("Cache-Control", "no-store")
	q.W.WriteHeader(http.StatusNoContent)
	return nil
}
