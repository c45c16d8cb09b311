package web

import (
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"moot/internal/gate"
)

// entrance is where visitors come in: so many connections at a time, of which
// each is read strictly. Who comes when it is full is told so.
type entrance struct {
	most    int64 // connections; 0 for any number
	inside  atomic.Int64
	crowd   *gate.Crowd   // of those inside, who has come or is being answered
	refused atomic.Uint64 // connections, since it was full
	unclear atomic.Uint64 // connections, since their requests could be read in two ways
	told    chan struct{} // a place for each that is being told that it is full
}

// tellers is how many visitors are told at a time that the site is full, and
// heard out. The others are told in passing.
const tellers = 64

func newEntrance(most int) *entrance {
	return &entrance{most: int64(most), told: make(chan struct{}, tellers), crowd: gate.NewCrowd()}
}

// room reports whether one more may come in.
func (e *entrance) room() bool {
	return (e.most == 0 || e.inside.Load() < e.most) && e.crowd.Room(time.Now())
}

// turns counts who is busy: it is told of each connection's turns by net/http.
func (e *entrance) turns(c net.Conn, state http.ConnState) {
	g, ok := c.(*guest)
	if !ok {
		return
	}
	switch state {
	case http.StateNew, http.StateActive:
		if g.since == 0 {
			g.since = e.crowd.Begin(time.Now())
		}
	default:
		if g.since != 0 {
			e.crowd.End(g.since)
		}
		g.since = 0
	}
}

// crowded reports whether most places are taken: then nobody keeps one after
// an answer.
func (e *entrance) crowded() bool { return e.most > 0 && e.inside.Load() > e.most/4*3 }

// through is a listener whose visitors come in by the entrance.
func (e *entrance) through(l net.Listener) net.Listener { return &doorway{l, e} }

type doorway struct {
	net.Listener
	entrance *entrance
}

func (d *doorway) Accept() (net.Conn, error) {
	e := d.entrance
	for {
		c, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if e.room() {
			e.inside.Add(1)
			return &guest{Conn: c, entrance: e}, nil
		}
		e.refused.Add(1)
		select {
		case e.told <- struct{}{}:
			go func() {
				tellFull(c)
				<-e.told
			}()
		default:
			tellInPassing(c)
		}
	}
}

// tellingTime is how long somebody who can't come in has to hear so.
const tellingTime = time.Second

// tellFull says that there is no place, and hears the visitor out: a connection
// that is closed before would take the answer with it.
func tellFull(c net.Conn) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(tellingTime)) // fails on a connection that has ended: that shows next
	if _, err := io.WriteString(c, noPlace()); err != nil {
		return
	}
	if half, ok := c.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		io.Copy(io.Discard, io.LimitReader(c, 64<<10)) // whatever it was
	}
}

// tellInPassing says the same and waits for nothing. What the visitor has sent is
// read, so that the system has no reason to reset the connection and to take back
// what was said.
func tellInPassing(c net.Conn) {
	defer c.Close()
	soon := time.Now().Add(time.Millisecond)
	c.SetWriteDeadline(soon)
	if _, err := io.WriteString(c, noPlace()); err != nil {
		return
	}
	if s, ok := c.(syscall.Conn); ok {
		if raw, err := s.SyscallConn(); err == nil {
			var sent [4096]byte
			raw.Read(func(fd uintptr) bool { syscall.Read(int(fd), sent[:]); return true }) // true: don't wait
		}
	}
}

// noPlace is the answer to whoever can't come in.
func noPlace() string {
	return "HTTP/1.1 503 Service Unavailable\r\nRetry-After: " + pause() + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
}

// guest is a connection that came in by the entrance.
type guest struct {
	net.Conn
	entrance *entrance
	framing  framing
	since    int64 // when it came or was asked, as the crowd has it; 0 while it is idle
	left     sync.Once
}

func (g *guest) Read(p []byte) (int, error) {
	if g.framing.wrong != nil {
		return 0, g.framing.wrong
	}
	n, err := g.Conn.Read(p)
	if n > 0 && g.framing.read(p[:n]) != nil {
		g.entrance.unclear.Add(1)
		return 0, g.framing.wrong
	}
	return n, err
}

// leave gives up the place, and is the connection alone: who takes it over
// counts it themselves.
func (g *guest) leave() net.Conn {
	g.left.Do(func() { g.entrance.inside.Add(-1) })
	return g.Conn
}

func (g *guest) Close() error { return g.leave().Close() }

// CloseWrite is for net/http, which so has its last answers heard.
func (g *guest) CloseWrite() error {
	if half, ok := g.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// brief has visitors give their places up after an answer while most are taken.
func (e *entrance) brief(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if e.crowded() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}
