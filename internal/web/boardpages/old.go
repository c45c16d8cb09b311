package boardpages

import (
	"net/http"
	"strconv"
	"strings"

	"moot/internal/fault"
	"moot/internal/web/page"
)

// old sends an address of the imageboards on to Moot's own.
func (d *door) old(path string) page.Handler {
	return func(q *page.Request) error {
		return q.Redirect(http.StatusMovedPermanently, "/"+q.Place.Path()+path)
	}
}

// oldThread sends on /res/1234.html, /res/1234+50.html and /thread/1234.
func (d *door) oldThread(q *page.Request) error {
	name := strings.TrimSuffix(q.R.PathValue("file"), ".html")
	name, last := strings.CutSuffix(name, "+50")
	if _, err := strconv.ParseInt(name, 10, 64); err != nil {
		return fault.New(fault.NotFound, "web.no_page")
	}
	path := "/t/" + name
	if last {
		path += "/last"
	}
	return q.Redirect(http.StatusMovedPermanently, "/"+q.Place.Path()+path)
}

// number reads a post's number out of an address.
func number(q *page.Request) (int64, error) {
	n, err := strconv.ParseInt(q.R.PathValue("no"), 10, 64)
	if err != nil || n < 1 {
		return 0, fault.New(fault.NotFound, "web.no_page")
	}
	return n, nil
}

// key reads a number out of the query; 0 where there is none.
func key(q *page.Request, name string) int64 {
	n, err := strconv.ParseInt(q.R.URL.Query().Get(name), 10, 64)
	if err != nil {
		return 0
	}
	return max(n, 0)
}

// post sends a post's number on to where it stands.
func (d *door) post(q *page.Request) error {
	n, err := number(q)
	if err != nil {
		return err
	}
	t, err := d.boards.Find(q.Context(), n)
	if err != nil {
		return err
	}
	return q.Redirect(http.StatusFound, t.Path())
}
