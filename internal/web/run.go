package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// Run serves the site on the public listeners, and Ops on the others, until
// ctx ends. Then it is no longer ready, takes no new connection, and answers
// what it was asked, for at most drain; nil means that nothing was cut. It
// closes all listeners.
func (s *Server) Run(ctx context.Context, public, ops []net.Listener, drain time.Duration) error {
	site, side := s.httpServer(measured(s.entrance.brief(s))), s.httpServer(s.Ops())
	site.ConnState = s.entrance.turns
	var entered []net.Listener
	for _, l := range public {
		entered = append(entered, s.entrance.through(l))
	}
	ended := make(chan error, len(public)+len(ops))
	serve := func(server *http.Server, listeners []net.Listener) {
		for _, l := range listeners {
			go func() { ended <- server.Serve(l) }()
		}
	}
	serve(site, entered)
	serve(side, ops)

	var failed error
	select {
	case <-ctx.Done():
	case err := <-ended: // a listener broke: stop as a whole, so that somebody notices
		failed = fmt.Errorf("web: %w", err)
	}
	s.draining.Store(true)
	if s.settings.Live != nil {
		s.settings.Live.Close() // nobody's listening is waited for
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	err := site.Shutdown(stop)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("web: requests were cut, as they took longer than %v", drain)
		site.Close()
	}
	return errors.Join(failed, err, side.Close())
}

// httpServer has the limits of the front door: a head in 5 s and 16 KiB, a
// minute of silence. Bodies and answers are bounded by setDeadlines.
func (s *Server) httpServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16<<10 - 4096, // net/http adds 4096
		// What net/http has to say names the visitor's address: it stays unsaid.
		ErrorLog: log.New(io.Discard, "", 0),
	}
}
