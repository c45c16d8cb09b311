package dbtest

import (
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
)

// Line is a line of TCP between a PostgreSQL server and whoever asks it, which
// a test can cut, or hold so that it is there and nothing passes.
type Line struct {
	listener net.Listener
	server   string // the server's socket

	mu    sync.Mutex
	moved *sync.Cond // held or cut changed
	held  bool
	cut   bool
	ends  map[net.Conn]bool
}

// NewLine makes a line to the server of an address that Address gave, and the
// address through it.
func NewLine(t testing.TB, address string) (l *Line, through string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	l = &Line{server: filepath.Join(q.Get("host"), ".s.PGSQL.5432"), ends: map[net.Conn]bool{}}
	l.moved = sync.NewCond(&l.mu)
	if l.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		l.listener.Close()
		l.Cut()
	})
	go l.run()
	q.Set("sslmode", "disable")
	q.Del("host")
	u.Host, u.RawQuery = l.listener.Addr().String(), q.Encode()
	return l, u.String()
}

// Cut closes every connection, and each new one at once.
func (l *Line) Cut() {
	l.set(false, true)
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.ends {
		c.Close()
	}
}

// Hold lets nothing pass. Connections stay, and new ones are taken.
func (l *Line) Hold() { l.set(true, false) }

// Mend lets everything pass again.
func (l *Line) Mend() { l.set(false, false) }

func (l *Line) set(held, cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held, l.cut = held, cut
	l.moved.Broadcast()
}

func (l *Line) run() {
	for {
		near, err := l.listener.Accept()
		if err != nil {
			return
		}
		go l.join(near)
	}
}

func (l *Line) join(near net.Conn) {
	far, err := net.Dial("unix", l.server)
	if err != nil {
		near.Close()
		return
	}
	l.mu.Lock()
	l.ends[near], l.ends[far] = true, true
	cut := l.cut
	l.mu.Unlock()
	if cut {
		near.Close()
	}
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		both.Go(func() {
			io.Copy(passing{l, way[0]}, way[1])
			near.Close()
			far.Close()
		})
	}
	both.Wait()
	l.mu.Lock()
	delete(l.ends, near)
	delete(l.ends, far)
	l.mu.Unlock()
}

// passing writes to one end of a line while nothing holds it.
type passing struct {
	line *Line
	to   net.Conn
}

func (p passing) Write(b []byte) (int, error) {
	p.line.mu.Lock()
	for p.line.held {
		p.line.moved.Wait()
	}
	p.line.mu.Unlock()
	return p.to.Write(b)
}
