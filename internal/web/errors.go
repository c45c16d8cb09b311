package web

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"

	"moot/internal/fault"
	"moot/internal/lang"
	"moot/internal/place"
	"moot/internal/web/page"
)

//go:embed *.html
var files embed.FS

var (
	ground    = page.NewFolder("web", files)
	errorPage = page.Declare[*errorView](ground, "error")
)

// errorView is the page of everything that went wrong and belongs to no form.
type errorView struct {
	page.View
	Heading string
	Words   []string
	Find    bool          // offer the search box
	Asked   string        // what stands in it
	Nearest []place.Place // spelt nearly as asked
}

// fail answers with the error page. The visitor never sees a cause; the log
// does.
func (s *Server) fail(q *page.Request, err error) {
	if s.sent(q) {
		return
	}
	s.note(q, err)
	s.failPage(q, statusOf(err), fault.Each(err)...)
}

// note writes what nobody foresaw to the log.
func (s *Server) note(q *page.Request, err error) {
	if errors.Is(err, context.Canceled) && q.Context().Err() != nil {
		return // the visitor went away while they were being answered
	}
	status := statusOf(err)
	if status == http.StatusInternalServerError || fault.Each(err)[0].Cause != nil {
		s.settings.Log.LogAttrs(q.Context(), slog.LevelError, "failed",
			slog.String("route", callOf(q.R).label), slog.Int("status", status), slog.Any("error", err))
	}
}

// sent reports whether an answer has begun already.
func (s *Server) sent(q *page.Request) bool {
	w, ok := q.W.(*watcher)
	return ok && w.status != 0
}

func (s *Server) failPage(q *page.Request, status int, faults ...*fault.Fault) {
	v := &errorView{Heading: heading(q, status), Find: status == http.StatusNotFound}
	for _, f := range faults {
		v.Words = append(v.Words, q.Language.Fault(f))
	}
	q.RetryAfter(faults...)
	s.render(q, status, v)
}

// render sends the error page, and a plain one where that fails as well.
func (s *Server) render(q *page.Request, status int, v *errorView) {
	v.Status, v.Title, v.NoIndex = status, v.Heading, true
	v.Trail = q.Trail()
	v.Bare = v.Find
	if err := errorPage.Render(q, v); err != nil {
		s.settings.Log.LogAttrs(q.Context(), slog.LevelError, "error page failed", slog.Any("error", err))
		plain(q.W, status)
	}
}

func heading(q *page.Request, status int) string {
	switch status {
	case http.StatusNotFound:
		return q.T("web.not_found_title")
	case http.StatusForbidden:
		return q.T("web.forbidden_title")
	case http.StatusTooManyRequests:
		return q.T("web.too_much_title")
	case http.StatusServiceUnavailable:
		return q.T("web.unavailable_title")
	case http.StatusConflict:
		return q.T("web.conflict_title")
	case http.StatusInternalServerError:
		return q.T("web.broken_title")
	}
	return q.T("web.invalid_title")
}

// plain is the answer where nothing else works: no language, no template.
func plain(w http.ResponseWriter, status int) {
	h := w.Header()
	for _, name := range []string{"Content-Encoding", "Content-Length", "ETag"} {
		h.Del(name)
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	io.WriteString(w, "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>"+http.StatusText(status)+"</title>"+
		"<h1>Something went wrong on our side</h1><p>Please try again in a moment.</p>"+
		"<p><a href=\"/\">To the front page</a></p></html>\n")
}

// fullPages are what busy says, in each language: ready, as who is refused is to
// cost next to nothing.
func fullPages(languages []*lang.Language) map[string][]byte {
	pages := map[string][]byte{}
	for _, l := range languages {
		title, words, front := html.EscapeString(l.T("web.unavailable_title")), html.EscapeString(l.T("web.busy")), html.EscapeString(l.T("web.to_front"))
		pages[l.Code()] = fmt.Appendf(nil, "<!doctype html><html lang=%q dir=%q><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>%s</title><h1>%[3]s</h1><p>%s</p><p><a href=\"/\">%s</a></p></html>\n",
			l.Code(), l.Dir(), title, words, front)
	}
	return pages
}

// busy refuses in few bytes, with a wait that differs from one visitor to the
// next so that they don't all come back at once.
func (s *Server) busy(q *page.Request) {
	h := q.W.Header()
	h["Retry-After"] = []string{pause()}
	h["Content-Type"] = htmlType
	h["Cache-Control"] = noStore
	q.W.WriteHeader(http.StatusServiceUnavailable)
	if q.R.Method != http.MethodHead {
		q.W.Write(s.full[q.Language.Code()]) // fails only where the visitor has gone
	}
}

// Values of headers, which are shared as nobody changes them.
var htmlType, noStore = []string{"text/html; charset=utf-8"}, []string{"no-store"}

// pause is how many seconds somebody who was refused is to wait.
func pause() string { return strconv.Itoa(5 + rand.IntN(26)) }

// tooLarge reports whether reading a body ended at its limit.
func tooLarge(err error) bool {
	limit := (*http.MaxBytesError)(nil)
	return errors.As(err, &limit)
}
