//go:build unix

package faults

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"syscall"
	"testing"

	"moot/internal/db"
	"moot/internal/db/dbtest"
)

// cut is where the line between the site and its PostgreSQL server ends.
type cut int

const (
	nowhere cut = iota
	before      // everything of a post's transaction was passed on, but for its COMMIT
	after       // the server has committed, and its answer isn't passed back
)

func (c cut) String() string { return [...]string{"nowhere", "before COMMIT", "after COMMIT"}[c] }

// wire passes on what a site and its PostgreSQL server say to each other, and
// knows so much of their protocol (PostgreSQL manual, 55.2 and 55.7) that it
// sees the COMMIT of a transaction that stores a post.
type wire struct {
	listener net.Listener
	server   string // its socket

	mu   sync.Mutex
	next cut         // of the next such transaction
	made map[cut]int // cuts; after: those of which the server said that it committed
}

// newWire makes a wire to the server of an address that dbtest gave, and the
// address through it.
func newWire(t *testing.T, address string) (w *wire, through string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	w = &wire{server: filepath.Join(q.Get("host"), ".s.PGSQL.5432"), made: map[cut]int{}}
	if w.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.listener.Close() })
	q.Set("sslmode", "disable")
	q.Del("host")
	u.Host, u.RawQuery = w.listener.Addr().String(), q.Encode()
	go func() {
		for {
			site, err := w.listener.Accept()
			if err != nil {
				return
			}
			go w.join(site)
		}
	}()
	return w, u.String()
}

// aim has the wire cut the next post's transaction there.
func (w *wire) aim(where cut) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next = where
}

// cuts is how often it was cut there.
func (w *wire) cuts(where cut) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.made[where]
}

// take says where this transaction's line is to be cut; then it is nobody
// else's.
func (w *wire) take() cut {
	w.mu.Lock()
	defer w.mu.Unlock()
	where := w.next
	w.next = nowhere
	return where
}

func (w *wire) done(where cut) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.made[where]++
}

// message is one of the protocol's: its type, which the first of a connection
// has none of, and everything of it.
type message struct {
	kind byte
	all  []byte
}

func (m message) body() []byte { return m.all[5:] }

// text is the body's n-th text.
func (m message) text(n int) string {
	parts := bytes.SplitN(m.body(), []byte{0}, n+2)
	if len(parts) <= n {
		return ""
	}
	return string(parts[n])
}

// hear reads one message.
func hear(from io.Reader, first bool) (m message, err error) {
	head := make([]byte, 5)
	if first {
		head = head[:4]
	}
	if _, err := io.ReadFull(from, head); err != nil {
		return m, err
	}
	length := binary.BigEndian.Uint32(head[len(head)-4:])
	if length < 4 || length > 1<<24 {
		return m, fmt.Errorf("a message of %d bytes", length)
	}
	if !first {
		m.kind = head[0]
	}
	m.all = append(head, make([]byte, length-4)...)
	_, err = io.ReadFull(from, m.all[len(head):])
	return m, err
}

var storesPost = regexp.MustCompile(`^\s*INSERT INTO post\b`)

func (w *wire) join(site net.Conn) {
	defer site.Close()
	server, err := net.Dial("unix", w.server)
	if err != nil {
		return
	}
	defer server.Close()
	answers := &answers{site: site, server: server, wire: w}
	go answers.pass()

	statements := map[string]string{} // name → text
	stores := false                   // the transaction has stored a post
	for first := true; ; first = false {
		m, err := hear(site, first)
		if err != nil {
			return
		}
		switch m.kind {
		case 'P': // Parse: a statement's name, and its text
			statements[m.text(0)] = m.text(1)
		case 'B': // Bind: a portal's name, and a statement's
			switch text := statements[m.text(1)]; {
			case storesPost.MatchString(text):
				stores = true
			case text == "BEGIN" || text == "ROLLBACK":
				stores = false
			case text == "COMMIT" && stores:
				stores = false
				switch w.take() {
				case before:
					w.done(before)
					return
				case after:
					answers.withhold()
				}
			}
		}
		if _, err := server.Write(m.all); err != nil {
			return
		}
	}
}

// answers is the way back from the server.
type answers struct {
	site, server net.Conn
	wire         *wire

	mu       sync.Mutex
	withheld bool
}

// withhold lets nothing of what the server says from now on reach the site.
// When it has said that it committed, the line ends.
func (a *answers) withhold() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.withheld = true
}

func (a *answers) pass() {
	defer a.site.Close()
	committed := false
	for {
		m, err := hear(a.server, false)
		if err != nil {
			return
		}
		a.mu.Lock()
		withheld := a.withheld
		if !withheld {
			_, err = a.site.Write(m.all)
		}
		a.mu.Unlock()
		switch {
		case err != nil:
			return
		case withheld && m.kind == 'C' && m.text(0) == "COMMIT": // CommandComplete
			committed = true
		case withheld && m.kind == 'Z': // ReadyForQuery: that was all
			if committed {
				a.wire.done(after)
			}
			return
		}
	}
}

// The connection to PostgreSQL ends right before a post's COMMIT, and right
// after it: first for one author, whose form is sent until it is answered and
// then once more, then for a crowd whose posts share a transaction.
func TestTheAnswerToCommit(t *testing.T) {
	if !slices.Contains(dbtest.Engines(), db.PostgreSQL) {
		return
	}
	address := dbtest.Address(t, db.PostgreSQL)
	wire, through := newWire(t, address)
	r := chance(t)
	s := newSite(t, through)
	s.up(t)
	a := s.open(t)
	a.unsure = true
	times := 25
	if long() {
		times = 100
	}
	for n := range times {
		for _, where := range []cut{before, after} {
			words := fmt.Sprintf("Words %d of one author, and the line ends %s.", n, where)
			path, picture := a.thread, []byte(nil)
			if r.IntN(3) == 0 {
				path = place + "/new"
			}
			if r.IntN(6) == 0 {
				picture = drawing(r)
			}
			cuts := wire.cuts(where)
			wire.aim(where)
			again := a.ledger.again
			if !a.send(t.Context(), path, words, picture) {
				t.Fatalf("%q is never accepted: %v\n%s", words, a.ledger.said, tail(s.now.log.String()))
			}
			if wire.cuts(where) != cuts+1 {
				t.Fatalf("the line didn't end %s", where)
			}
			if a.ledger.again == again {
				t.Errorf("the line ended %s, and the author was told that the post stands", where)
			}
		}
	}
	a.write(t, 6, r)
	for range times {
		for _, where := range []cut{before, after} {
			a.moment(t, r)
			cuts := wire.cuts(where)
			wire.aim(where)
			until(t, "the line ends "+where.String(), hangs, func() bool { return wire.cuts(where) > cuts })
		}
	}
	a.stop(t)
	if status := s.end(syscall.SIGTERM); status != 0 {
		t.Errorf("exit status %d\n%s", status, tail(s.now.log.String()))
	}
	a.compare(t, address)
	a.fair(t)
	a.report(t, "line to PostgreSQL cut right before a post's COMMIT, and right after it", 4*times, "")
}
