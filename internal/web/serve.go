package web

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"moot/internal/fault"
	"moot/internal/web/page"
)

// call is one request on its way through the door: what the log and the
// metrics will say of it, and the Request that handlers get.
type call struct {
	q     *page.Request
	label string // of the route: never the path
}

type callKey struct{}

func callOf(r *http.Request) *call { return r.Context().Value(callKey{}).(*call) }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.kept(w, r) {
		return
	}
	start := time.Now()
	s.metrics.inFlight.Inc()
	page.Harden(w.Header())
	watched := &watcher{ResponseWriter: w}
	c := &call{label: "none"}
	r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
	setDeadlines(w, r)
	defer func() {
		s.metrics.inFlight.Dec()
		took := time.Since(start)
		s.metrics.observe(c.label, watched.status, took)
		// The metrics count; a line for each request would be a diary of visits,
		// which only who looks for a fault may want.
		s.settings.Log.LogAttrs(r.Context(), slog.LevelDebug, "request",
			slog.String("method", knownMethod(r.Method)), slog.String("route", c.label),
			slog.Int("status", watched.status), slog.Duration("took", took))
	}()
	defer s.recover(watched, c)
	c.q = page.New(s.site, watched, r, s.site.Guard.Visitor(s.address(r)))
	s.route(c, watched, r)
}

// recover makes a broken page of a panic. One that net/http uses to cut a
// connection goes on.
func (s *Server) recover(w *watcher, c *call) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p)
	}
	s.settings.Log.Error("panic", slog.String("route", c.label), slog.Any("panic", p),
		slog.String("stack", string(debug.Stack())))
	switch {
	case w.status != 0:
		panic(http.ErrAbortHandler) // the answer has begun: cutting it tells that it isn't whole
	case c.q == nil:
		plain(w, http.StatusInternalServerError)
	default:
		s.failPage(c.q, http.StatusInternalServerError, fault.New(fault.Broken, "fault.broken"))
	}
}

// route finds what answers an address.
func (s *Server) route(c *call, w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete, http.MethodOptions:
	default:
		s.notAllowed(c.q, "GET, HEAD, POST, DELETE, OPTIONS")
		return
	}
	handler, pattern := s.fixed.Handler(r)
	if err := s.origin.Check(r); err != nil && !s.open[pattern] {
		s.fail(c.q, fault.New(fault.Forbidden, "web.cross_site"))
		return
	}
	if path := r.URL.Path; path != "/" && strings.HasSuffix(path, "/") && !strings.Contains(path, "//") {
		s.moved(c.q, strings.TrimRight(path, "/"))
		return
	}
	if pattern != "" {
		if !strings.HasPrefix(pattern, "GET /{$}") {
			c.label = pattern
		}
		s.fixed.ServeHTTP(w, r)
		return
	}
	switch answer := try(handler, r); answer.status {
	case http.StatusNotFound:
		s.routePlace(c, w, r)
	case http.StatusMethodNotAllowed:
		s.notAllowed(c.q, answer.header.Get("Allow"))
	default: // a path to be cleaned of "//" and ".."
		c.q.Redirect(answer.status, answer.header.Get("Location"))
	}
}

// notAllowed answers a method that an address doesn't have.
func (s *Server) notAllowed(q *page.Request, allow string) {
	q.W.Header().Set("Allow", allow)
	s.fail(q, refuse(http.StatusMethodNotAllowed, fault.Invalid, "web.method"))
}

// knownMethod keeps what a client makes up out of the log.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions, http.MethodTrace, http.MethodConnect:
		return method
	}
	return "other"
}

// watcher notes the status of an answer.
type watcher struct {
	http.ResponseWriter
	status int
}

func (w *watcher) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watcher) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (w *watcher) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// trial holds an answer that is not to be sent.
type trial struct {
	header http.Header
	status int
}

func (t *trial) Header() http.Header         { return t.header }
func (t *trial) Write(b []byte) (int, error) { return len(b), nil }
func (t *trial) WriteHeader(status int)      { t.status = status }

// try learns what ServeMux would answer where no pattern fits: 404, 405 or a
// redirect to the clean path.
func try(handler http.Handler, r *http.Request) *trial {
	t := &trial{header: http.Header{}, status: http.StatusOK}
	handler.ServeHTTP(t, r)
	return t
}
