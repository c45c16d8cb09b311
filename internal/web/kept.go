package web

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"time"

	"moot/internal/event"
	"moot/internal/lag"
	"moot/internal/web/cache"
	"moot/internal/web/page"
)

// Moved makes the pages old that show what happened: of its thread, of its board
// and of those above, and of the threads to which its post refers. Of hands the boards
// around tell too: to look for those that are kept costs a look into a map for each.
func (s *Server) Moved(e event.Event, quoted ...int64) {
	if s.pages == nil {
		return
	}
	topics := []cache.Topic{{Thread: e.Thread}}
	for _, thread := range quoted {
		topics = append(topics, cache.Topic{Thread: thread})
	}
	if e.Kind == event.HandsChanged || e.Kind == event.CardChanged {
		topics = append(topics, cache.Topic{Ladder: e.Place})
	}
	if p, ok := s.site.Gazetteer.ByPath(e.Place); ok {
		if e.Kind == event.HandsChanged && s.settings.Neighbours != nil {
			for _, near := range s.settings.Neighbours(p) {
				topics = append(topics, cache.Topic{Board: near.Path()})
			}
		}
		for ; p.Valid(); p = p.Parent() {
			topics = append(topics, cache.Topic{Board: p.Path()})
		}
	}
	s.pages.Moved(topics...)
}

// kept answers with a page that is kept, before anything else is asked of the
// request: that costs less than finding out whether its visitor asks too much.
func (s *Server) kept(w http.ResponseWriter, r *http.Request) bool {
	if s.pages == nil || !reads(r.Method) || r.URL.RawQuery != "" {
		return false
	}
	key, fresh := s.wishes(r)
	if fresh {
		return false
	}
	p := s.pages.Get(key)
	if p == nil {
		return false
	}
	setWriteDeadline(w, time.Now())
	p.Count(p.Serve(w, r))
	return true
}

// wishes are what a request without a query asks for, in the language and the
// theme that it wishes for, and whether its visitor has just posted.
func (s *Server) wishes(r *http.Request) (key cache.Key, fresh bool) {
	if cookies := r.Header["Cookie"]; len(cookies) > 0 {
		q := page.Wishing(s.site, r)
		return keyOf(q), justPosted(r)
	}
	language := ""
	if wished := r.Header["Accept-Language"]; len(wished) > 0 {
		language = wished[0]
	}
	return cache.Key{Language: s.site.Match(language).Code(), Theme: page.PlainTheme, Path: r.URL.Path}, false
}

func keyOf(q *page.Request) cache.Key {
	return cache.Key{Language: q.Language.Code(), Theme: q.Theme, Path: q.Path()}
}

func justPosted(r *http.Request) bool {
	_, err := r.Cookie(page.FreshCookie)
	return err == nil
}

// mayLag is a request that may be answered with what is a little old, unless its
// visitor has just posted.
func mayLag(r *http.Request) *http.Request {
	if !reads(r.Method) || justPosted(r) {
		return r
	}
	return r.WithContext(lag.Allow(r.Context()))
}

// share answers with a page that is the same for everybody, made now where none
// is kept. It reports whether it has answered: a page that turned out to be for
// nobody else is for its handler.
func (s *Server) share(q *page.Request, route page.Route, label string) (bool, error) {
	if s.pages == nil || route.Shared == nil || !reads(q.R.Method) || q.R.URL.RawQuery != "" {
		return false, nil
	}
	p, err := s.pages.Page(q.Context(), keyOf(q), route.Shared(q), justPosted(q.R),
		func(ctx context.Context) (*cache.Page, error) { return s.makePage(ctx, q, route, label) })
	if p == nil {
		return false, err
	}
	if err != nil && !errors.Is(err, errBusy) {
		s.note(q, err) // the old page stands in
	}
	p.Serve(q.W, q.R)
	return true, nil
}

// errBusy is that there is no place for a page to be made in.
var errBusy = errors.New("web: no place to make a page in")

// makePage has a handler answer for everybody: it gets a request that tells it
// nothing of who asked.
func (s *Server) makePage(ctx context.Context, q *page.Request, route page.Route, label string) (*cache.Page, error) {
	leave, ok := s.gate.Enter(ctx, gateOf(route.Class))
	if !ok {
		return nil, errBusy
	}
	defer leave()
	answer := &recorder{header: http.Header{}}
	page.Harden(answer.header)
	if err := route.Handle(q.ForAll(ctx, answer)); err != nil {
		return nil, err
	}
	return cache.New(s.metrics.counter(label), answer.status, answer.header, answer.body.Bytes()), nil
}

// recorder keeps an answer in memory.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *recorder) Header() http.Header { return a.header }

func (a *recorder) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *recorder) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}
