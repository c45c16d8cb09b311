package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"sync/atomic"

	"moot/internal/door"
	"moot/internal/fault"
	"moot/internal/gate"
	"moot/internal/guard"
	"moot/internal/live"
	"moot/internal/place"
	"moot/internal/web/cache"
	"moot/internal/web/page"
)

// Settings are what the server is told by whoever starts it.
type Settings struct {
	page.Settings

	// Trusted are the proxies whose X-Forwarded-For is believed, TrustUnix
	// whether those that come by a Unix socket are.
	Trusted   []netip.Prefix
	TrustUnix bool

	Doors []door.Routes // the other doors, which answer behind this one's guard

	// PageCache is how many bytes pages may take that are kept ready; 0: none.
	PageCache int64

	// Neighbours are the cities whose boards tell of the hands in one; nil: none do.
	Neighbours func(place.Place) []place.Place

	Live *live.Hub // for who listens; nil: nobody is let in

	// Connections are how many visitors may have one at a time, beside those who
	// listen; 0 for any number.
	Connections int

	Numbers []Number // for /metrics, beside the door's own

	// Ready reports why the site can't answer now, or nil: the database, say.
	Ready func(context.Context) error
}

// Server is the HTML door of a site.
type Server struct {
	settings Settings
	site     *page.Site
	fixed    *http.ServeMux // addresses of the site
	board    *http.ServeMux // addresses that follow a place's path
	origin   *http.CrossOriginProtection
	gate     *gate.Gate
	full     map[string][]byte // the page of busy, by language
	entrance *entrance
	pages    *cache.Cache    // nil: each is rendered for who asks
	room     *door.Room      // for the files of forms
	open     map[string]bool // patterns that pages of other sites may ask
	metrics  *metrics
	draining atomic.Bool
}

// New makes the door of a site of these folders of pages, and of the other
// doors in settings. Whatever is wrong with a template, a style or a pattern is
// an error here.
func New(settings Settings, folders ...page.Pages) (s *Server, err error) {
	files := []*page.Folder{ground}
	for _, f := range folders {
		files = append(files, f.Folder)
	}
	site, err := page.Open(settings.Settings, files...)
	if err != nil {
		return nil, err
	}
	s = &Server{
		settings: settings,
		site:     site,
		fixed:    http.NewServeMux(),
		board:    http.NewServeMux(),
		origin:   http.NewCrossOriginProtection(),
		gate:     gate.New(),
		full:     fullPages(settings.Languages),
		entrance: newEntrance(settings.Connections),
		room:     door.NewRoom(fileRoom),
		open:     map[string]bool{},
		metrics:  newMetrics(settings.Live),
	}
	if settings.PageCache > 0 {
		s.pages = cache.Open(settings.Clock, settings.PageCache)
		s.metrics.cached(s.pages)
	}
	s.metrics.watch(s.entrance, s.gate)
	s.metrics.add(settings.Numbers)
	// ServeMux panics on a pattern that it can't read or that clashes.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("web: %v", r)
		}
	}()
	for _, f := range folders {
		for _, route := range f.Site {
			s.handle(s.fixed, route.Pattern, route)
		}
		for _, route := range f.Board {
			s.handle(s.board, boardLabel(route.Pattern), route)
		}
	}
	for _, d := range settings.Doors {
		s.mount(d)
	}
	s.fixed.HandleFunc("GET /healthz", s.health)
	s.fixed.HandleFunc("GET /assets/{file}", s.asset)
	return s, nil
}

// handle registers a route. The handler runs behind everything that stands
// between a visitor and the site's work.
func (s *Server) handle(mux *http.ServeMux, label string, route page.Route) {
	mux.HandleFunc(route.Pattern, func(w http.ResponseWriter, r *http.Request) {
		c := callOf(r)
		c.label = label
		c.q.W, c.q.R = w, r
		s.answer(c.q, route, label)
	})
}

// answer has a handler answer a request, and makes a page of what it says went
// wrong.
func (s *Server) answer(q *page.Request, route page.Route, label string) {
	class := route.Class
	if !reads(q.R.Method) {
		class = guard.Post
		if s.gate.Full(gate.Post) { // before anything is read
			s.busy(q)
			return
		}
		done, refused := s.readForm(q, route.Files)
		defer done()
		if refused != nil {
			s.fail(q, refused)
			return
		}
	}
	if err := s.site.Guard.Take(q.Visitor, class); err != nil {
		s.fail(q, err)
		return
	}
	if answered, err := s.share(q, route, label); answered {
		return
	} else if errors.Is(err, errBusy) {
		s.busy(q)
		return
	} else if err != nil {
		s.fail(q, err)
		return
	}
	if route.Lags {
		q.R = mayLag(q.R)
	}
	at := gateOf(class)
	if route.Live != nil {
		at = gate.Listen
	}
	leave, ok := s.enter(q.Context(), at)
	if !ok {
		s.busy(q)
		return
	}
	stay := func() {}
	err := func() (err error) {
		defer leave()
		if route.Live != nil {
			stay, err = s.listen(q, route)
			return err
		}
		return route.Handle(q)
	}()
	if err != nil {
		s.fail(q, err)
		return
	}
	stay()
}

// enter waits for a place at the gate. What somebody posts has been read by then, and
// its words aren't to be lost; and many come to listen at once, when a node starts.
func (s *Server) enter(ctx context.Context, c gate.Class) (leave func(), ok bool) {
	if c == gate.Post || c == gate.Listen {
		return s.gate.EnterPatiently(ctx, c)
	}
	return s.gate.Enter(ctx, c)
}

// gateOf is the class at the gate of what pages and their forms ask for.
func gateOf(class guard.Class) gate.Class {
	switch class {
	case guard.Post:
		return gate.Post
	case guard.Search:
		return gate.Search
	}
	return gate.Read
}

// reads reports whether a method only reads (RFC 9110, 9.2.1).
func reads(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// refusal is what the door itself refuses, with a status that fault has no kind
// for.
type refusal struct {
	status int
	*fault.Fault
}

func refuse(status int, kind fault.Kind, key string, args ...any) error {
	return &refusal{status, fault.New(kind, key, args...)}
}

func (r *refusal) Unwrap() error { return r.Fault }

// statusOf is the HTTP status of an error.
func statusOf(err error) int {
	if r := (*refusal)(nil); errors.As(err, &r) {
		return r.status
	}
	switch fault.KindOf(err) {
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Conflict:
		return http.StatusConflict
	case fault.TooMuch:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
