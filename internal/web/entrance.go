package web

import (
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// entrance is where visitors come in: so many connections at a time, of which
// each is read strictly. Who comes when it is full is told so.
type entrance struct {
	most    int64 // connections; 0 for any number
	inside  atomic.Int64
	refused atomic.Uint64 // connections, since it was full
	unclear atomic.Uint64 // connections, since their requests could be read in two ways
	told    chan struct{} // a place for each that is being told that it is full
}

// tellers is how many visitors are told at a time that the site is full. The
// others find the connection closed.
const tellers = 64

func newEntrance(most int) *entrance {
	return &entrance{most: int64(most), told: make(chan struct{}, tellers)}
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
		if n := e.inside.Add(1); e.most == 0 || n <= e.most {
			return &guest{Conn: c, entrance: e}, nil
		}
		e.inside.Add(-1)
		e.refused.Add(1)
		select {
		case e.told <- struct{}{}:
			go func() {
				tellFull(c)
				<-e.told
			}()
		default:
			c.Close()
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
	if _, err := io.WriteString(c, "HTTP/1.1 503 Service Unavailable\r\nRetry-After: "+pause()+
		"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"); err != nil {
		return
	}
	if half, ok := c.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		io.Copy(io.Discard, io.LimitReader(c, 64<<10)) // whatever it was
	}
}

// guest is a connection that came in by the entrance.
type guest struct {
	net.Conn
	entrance *entrance
	framing  framing
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
