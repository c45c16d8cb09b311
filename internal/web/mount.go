package web

import (
	"net/http"

	"moot/internal/door"
	"moot/internal/gate"
	"moot/internal/guard"
	"moot/internal/web/page"
)

// mount registers the addresses of another door. What stands between a visitor
// and the site's work stands before them too.
func (s *Server) mount(routes door.Routes) {
	for _, route := range routes.Site {
		if routes.Open {
			s.open[route.Pattern] = true
		}
		s.handleDoor(s.fixed, route.Pattern, route, routes)
	}
	for _, route := range routes.Board {
		s.handleDoor(s.board, boardLabel(route.Pattern), route, routes)
	}
}

func (s *Server) handleDoor(mux *http.ServeMux, label string, route door.Route, routes door.Routes) {
	mux.HandleFunc(route.Pattern, func(w http.ResponseWriter, r *http.Request) {
		c := callOf(r)
		c.label = label
		a := &door.Asked{W: w, R: r, Place: c.q.Place}
		if routes.Open {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		}
		fail := func(err error) {
			switch {
			case c.q.W.(*watcher).status != 0: // the answer has begun
			case routes.Fail != nil:
				s.note(c.q, err)
				routes.Fail(a, statusOf(err), err)
			default:
				s.fail(c.q, err)
			}
		}
		if err := s.answerDoor(a, c.q, route); err != nil {
			fail(err)
		}
	})
}

// answerDoor has another door answer a request.
func (s *Server) answerDoor(a *door.Asked, q *page.Request, route door.Route) error {
	class := route.Class
	if !reads(a.R.Method) && a.R.Method != http.MethodOptions {
		class = guard.Post
		if s.gate.Full(gate.Post) { // before anything is read
			s.busy(q)
			return nil
		}
		done, err := s.readBody(a, q, route)
		defer done()
		if err != nil {
			return err
		}
	}
	if err := s.site.Guard.Take(q.Visitor, class); err != nil {
		return err
	}
	leave, ok := s.enter(a.R.Context(), doorGateOf(class))
	if !ok {
		s.busy(q)
		return nil
	}
	defer leave()
	if route.Lags {
		a.R = mayLag(a.R)
	}
	return route.Handle(a)
}

// doorGateOf is the class at the gate of what programs ask for.
func doorGateOf(class guard.Class) gate.Class {
	if class == guard.Read {
		return gate.Program
	}
	return gateOf(class)
}

// readBody reads a form, or bounds a body that is none and is the door's to
// read.
func (s *Server) readBody(a *door.Asked, q *page.Request, route door.Route) (done func(), err error) {
	if route.Body > 0 && !isForm(a.R) {
		a.R.Body = http.MaxBytesReader(a.W, a.R.Body, route.Body)
		return func() {}, nil
	}
	form := *q
	form.W, form.R = a.W, a.R
	done, err = s.readForm(&form, route.Files)
	a.Files = form.Files
	return done, err
}
