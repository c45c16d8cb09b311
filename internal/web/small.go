package web

import (
	"io"
	"net/http"

	"moot/internal/fault"
)

// health says that the process answers; /readyz says whether the site works.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	io.WriteString(w, "ok\n")
}

func (s *Server) asset(w http.ResponseWriter, r *http.Request) {
	if !s.site.Assets.Serve(w, r, r.PathValue("file")) {
		s.fail(callOf(r).q, fault.New(fault.NotFound, "web.no_page"))
	}
}
