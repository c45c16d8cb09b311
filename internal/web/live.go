package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"moot/internal/fault"
	"moot/internal/live"
	"moot/internal/web/page"
)

// listen lets a visitor in to hear what happens. The request is over when it
// returns: its place in the queue is free, and its connection is the hub's
// (docs/decisions/0011). Where the connection can't be taken over, stay is
// what keeps it.
func (s *Server) listen(q *page.Request, route page.Route) (stay func(), err error) {
	stay = func() {}
	if site := q.R.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
		return nil, fault.New(fault.Forbidden, "web.cross_site")
	}
	if s.settings.Live == nil {
		s.busy(q)
		return stay, nil
	}
	ask, err := route.Live(q)
	if err != nil {
		return nil, err
	}
	h := q.W.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	if q.R.Method == http.MethodHead {
		q.W.WriteHeader(http.StatusOK)
		return stay, nil
	}
	ask.Language, ask.Visitor, ask.Event = q.Language.Code(), q.Visitor, heard(q.R)
	listener, err := s.settings.Live.Join(q.Context(), ask)
	if err == live.ErrFull {
		s.busy(q)
		return stay, nil
	}
	if err != nil {
		return nil, err
	}
	h.Set("X-Accel-Buffering", "no") // nginx is not to gather what it sends on
	conn, err := takeOver(q)
	if err != nil {
		return func() { relayed(q.Context(), listener, nil, flushing(q.W)) }, nil
	}
	q.W.(*watcher).status = http.StatusOK
	if line, ok := live.OnConn(conn); ok {
		listener.Sit(line, head(h))
		return stay, nil
	}
	return func() {
		defer conn.Close()
		relayed(context.Background(), listener, head(h), waiting(conn))
	}, nil
}

// heard is the last event that a browser has heard: it says so by itself when
// it comes back to a stream, and in the address where a page takes up one anew.
func heard(r *http.Request) int64 {
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		last = r.URL.Query().Get("since")
	}
	n, err := strconv.ParseInt(last, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// takeOver takes a request's connection away from net/http, which would keep a
// goroutine and buffers for it.
func takeOver(q *page.Request) (net.Conn, error) {
	if q.R.ProtoMajor != 1 {
		return nil, errors.ErrUnsupported
	}
	conn, _, err := http.NewResponseController(q.W).Hijack()
	if g, ok := conn.(*guest); ok {
		conn = g.leave()
	}
	if err == nil {
		conn.SetDeadline(time.Time{})
	}
	return conn, err
}

// head is the head of an answer that ends with its connection (RFC 9112, 6.3).
func head(h http.Header) []byte {
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 200 OK\r\n")
	h.Write(&b) // into memory: can't fail
	b.WriteString("Date: " + time.Now().UTC().Format(http.TimeFormat) + "\r\nConnection: close\r\n\r\n")
	return b.Bytes()
}

// flushing sends on by an answer of net/http.
func flushing(w http.ResponseWriter) func([]byte) error {
	control := http.NewResponseController(w)
	return func(b []byte) error {
		control.SetWriteDeadline(time.Now().Add(sendingTime)) // fails where there is none
		if _, err := w.Write(b); err != nil {
			return err
		}
		return control.Flush()
	}
}

// waiting sends on by a connection of a kind that live can't write to.
func waiting(c net.Conn) func([]byte) error {
	return func(b []byte) error {
		c.SetWriteDeadline(time.Now().Add(sendingTime))
		_, err := c.Write(b)
		return err
	}
}

// relay is a live.Line to a connection that only waits: what is written is kept
// until its own goroutine has sent it on.
type relay struct {
	mu      sync.Mutex
	waiting []byte
	ended   bool
	closed  chan struct{}
	ready   chan struct{}
}

// relayRoom is how many bytes a relay keeps.
const relayRoom = 64 << 10

func (r *relay) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return 0, io.ErrClosedPipe
	}
	n := min(len(b), relayRoom-len(r.waiting))
	r.waiting = append(r.waiting, b[:n]...)
	select {
	case r.ready <- struct{}{}:
	default:
	}
	return n, nil
}

func (r *relay) Ended() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended
}

func (r *relay) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ended {
		r.ended = true
		close(r.closed)
	}
	return nil
}

// relayed has a listener sit, and sends on what they are told until either end
// hangs up.
func relayed(ctx context.Context, listener *live.Listener, head []byte, send func([]byte) error) {
	r := &relay{closed: make(chan struct{}), ready: make(chan struct{}, 1)}
	defer r.Close()
	listener.Sit(r, head)
	for over := false; !over; {
		select {
		case <-ctx.Done():
			return
		case <-r.closed:
			over = true // what they were told before is sent still
		case <-r.ready:
		}
		r.mu.Lock()
		some := r.waiting
		r.waiting = nil
		r.mu.Unlock()
		if len(some) > 0 && send(some) != nil {
			return
		}
	}
}
