//go:build unix

package faults

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/db/dbtest"
)

// nats is a NATS server, a process of its own, which keeps its port when it
// starts anew.
type nats struct {
	port    string
	process *exec.Cmd
}

// newNATS builds the server that go.mod names, and starts it.
func newNATS(t *testing.T) *nats {
	t.Helper()
	c := exec.Command("go", "build", "-o", filepath.Join(folder, "nats-server"), "github.com/nats-io/nats-server/v2")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("building NATS: %v\n%s", err, out)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	n := &nats{port: port}
	n.start(t)
	t.Cleanup(n.kill)
	return n
}

func (n *nats) start(t *testing.T) {
	t.Helper()
	n.process = exec.Command(filepath.Join(folder, "nats-server"), "-a", "127.0.0.1", "-p", n.port)
	if err := n.process.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "NATS takes connections", hangs, func() bool {
		c, err := net.Dial("tcp", "127.0.0.1:"+n.port)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

func (n *nats) kill() {
	n.process.Process.Kill()
	n.process.Wait()
}

// listener is somebody who has a thread open and is told what comes.
type listener struct {
	mu    sync.Mutex
	heard map[string]int // words → how often
}

var said = regexp.MustCompile(`Words [0-9]+ of author [0-9]+, and [0-9]+\.`)

// listen opens a thread on a site until the test ends, or something breaks.
func (s *site) listen(t *testing.T, thread string) *listener {
	t.Helper()
	l := &listener{heard: map[string]int{}}
	ctx, cancel := context.WithCancel(context.Background())
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://moot"+thread+"/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	answer, err := (&http.Client{Transport: s.dial("")}).Do(q)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("listening: %v, %v", answer, err)
	}
	var ended sync.WaitGroup
	t.Cleanup(func() {
		cancel()
		ended.Wait()
		answer.Body.Close()
	})
	ended.Go(func() {
		lines := bufio.NewReader(answer.Body)
		post := map[string]bool{} // words of the message that is being read
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			for _, words := range said.FindAllString(line, -1) {
				post[words] = true
			}
			if line == "\n" { // the message ends
				l.mu.Lock()
				for words := range post {
					l.heard[words]++
				}
				l.mu.Unlock()
				clear(post)
			}
		}
	})
	return l
}

// missing are the words that stand in a thread and weren't told of.
func (l *listener) missing(standing []string) (all []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, words := range standing {
		if l.heard[words] == 0 {
			all = append(all, words)
		}
	}
	return all
}

// replies are the words that stand in the thread that authors reply to.
func (a *authors) replies() (all []string) {
	a.ledger.mu.Lock()
	defer a.ledger.mu.Unlock()
	for words, where := range a.ledger.stands {
		if strings.HasPrefix(where, a.thread+"?") && said.MatchString(words) {
			all = append(all, words)
		}
	}
	return all
}

const wakeUpsBack = "wake-ups between nodes are back"

// NATS is killed, and frozen, while people write on one node and others listen
// on another. Every post is accepted, and every listener is told of it, once:
// soon, though nobody is woken, and as before when NATS is back.
func TestNATSFails(t *testing.T) {
	if !slices.Contains(dbtest.Engines(), db.PostgreSQL) {
		return
	}
	server := newNATS(t)
	address := dbtest.Address(t, db.PostgreSQL)
	one, other := newSite(t, address), newSite(t, address)
	other.data = one.data // both show the same pictures
	for _, s := range []*site{one, other} {
		s.more = []string{"--wakeups=nats://127.0.0.1:" + server.port}
		s.up(t)
	}
	r := chance(t)
	a := one.open(t)
	until(t, "the other node has the thread", hangs, func() bool {
		status, _, _, err := other.ask(a.thread)
		return err == nil && status == http.StatusOK
	})
	listeners := []*listener{one.listen(t, a.thread), other.listen(t, a.thread)}
	rounds := 1
	if long() {
		rounds = 10
	}
	var slowest time.Duration
	// told waits until everybody was told of all that stands now.
	told := func(when string) {
		t.Helper()
		standing, began := a.replies(), time.Now()
		for _, l := range listeners {
			until(t, when+": everybody is told of what stands", hangs, func() bool { return len(l.missing(standing)) == 0 })
		}
		slowest = max(slowest, time.Since(began))
	}
	alone := 0
	// failing has the server fail while people write, and then has one write alone,
	// of whom a node that nobody wakes learns only where it looks by itself.
	failing := func(what string, fail func()) {
		t.Helper()
		a.write(t, 4, r)
		a.moment(t, r)
		told("before NATS " + what)
		fail()
		a.moment(t, r)
		told("NATS " + what)
		a.stop(t)
		told("NATS " + what + ", and everybody has written")
		alone++
		if !a.send(t.Context(), a.thread, fmt.Sprintf("Words %d of author 99, and 0.", alone), nil) {
			t.Fatalf("NATS %s, and nobody can write: %v", what, a.ledger.said)
		}
		told("NATS " + what + ", and one writes alone")
	}
	for range rounds {
		back := []int{strings.Count(one.now.log.String(), wakeUpsBack), strings.Count(other.now.log.String(), wakeUpsBack)}
		failing("was killed", server.kill)
		server.start(t)
		for i, s := range []*site{one, other} {
			until(t, "wake-ups are back", hangs, func() bool { return strings.Count(s.now.log.String(), wakeUpsBack) > back[i] })
		}
		failing("is frozen", func() { server.process.Process.Signal(syscall.SIGSTOP) })
		server.process.Process.Signal(syscall.SIGCONT)
	}
	for i, l := range listeners {
		l.mu.Lock()
		for words, n := range l.heard {
			if n > 1 {
				t.Errorf("listener %d was told of %q %d times", i, words, n)
			}
		}
		l.mu.Unlock()
	}
	for _, s := range []*site{one, other} {
		if status := s.end(syscall.SIGTERM); status != 0 {
			t.Errorf("exit status %d\n%s", status, tail(s.now.log.String()))
		}
	}
	a.compare(t, address)
	a.fair(t)
	t.Logf("the slowest of what was told came after %v", slowest.Round(time.Millisecond))
	a.report(t, "NATS killed and frozen, two nodes", 2*rounds, fmt.Sprintf("listeners on both nodes were told of every reply, once, after %v at the latest", slowest.Round(time.Millisecond)))
}

// posts sends a site so many forms with nothing in them, as a visitor of an address,
// and counts those that weren't too fast.
func (s *site) posts(t *testing.T, visitor string, tries int) (taken int) {
	t.Helper()
	c := &http.Client{Transport: s.dial(""), Timeout: hangs}
	for range tries {
		q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://moot/gr/athens/new", strings.NewReader("body="))
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		q.Header.Set("X-Forwarded-For", visitor)
		answer, err := c.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		switch answer.StatusCode {
		case http.StatusTooManyRequests:
		case http.StatusUnprocessableEntity:
			taken++
		default:
			t.Fatalf("a form with nothing in it: %s", answer.Status)
		}
	}
	return taken
}

// Who goes from node to node has what one node gives, as long as there is NATS, and
// nobody else has less.
func TestNodesCountAVisitorTogether(t *testing.T) {
	if !slices.Contains(dbtest.Engines(), db.PostgreSQL) {
		return
	}
	server := newNATS(t)
	address := dbtest.Address(t, db.PostgreSQL)
	one, other := newSite(t, address), newSite(t, address)
	other.data = one.data
	for _, s := range []*site{one, other} {
		s.more = []string{"--wakeups=nats://127.0.0.1:" + server.port}
		s.up(t)
	}
	const burst, each = 40, 500 * time.Millisecond
	n := 0
	// both is what a new visitor has of both nodes, one after the other, and how much
	// one node would give in the time that this took.
	both := func() (taken, ofOne int) {
		n++
		visitor := fmt.Sprintf("192.0.2.%d", n)
		began := time.Now()
		taken = one.posts(t, visitor, burst+5)
		time.Sleep(time.Second) // what is told takes a tenth of one
		taken += other.posts(t, visitor, burst+5)
		return taken, burst + int(time.Since(began)/each) + 1
	}
	together := func() bool { taken, ofOne := both(); return taken <= ofOne }
	until(t, "a visitor has no more of two nodes than of one", hangs, together)
	if taken := other.posts(t, "198.51.100.1", burst); taken != burst {
		t.Errorf("another visitor has %d, want %d", taken, burst)
	}
	server.kill()
	if taken, _ := both(); taken < 2*burst {
		t.Errorf("without NATS two nodes give %d, want %d", taken, 2*burst)
	}
	server.start(t)
	until(t, "with NATS back it is so again", hangs, together)
}
