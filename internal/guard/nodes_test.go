package guard

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/wake"
)

// serve runs a NATS server until the test ends.
func serve(t *testing.T, port int) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { stop(s) })
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the NATS server did not come up")
	}
	return s
}

func stop(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}

// sharing has guards tell each other by NATS what is taken, until the test ends.
func sharing(t *testing.T, address string, guards ...*Guard) {
	t.Helper()
	ctx, end := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	t.Cleanup(func() {
		end()
		ended.Wait()
	})
	for _, g := range guards {
		line := wake.NATS{Servers: []string{address}, Site: "a"}.Open(g.Hear)
		ended.Go(func() { wake.Carry(ctx, event.New(), line, slog.New(slog.DiscardHandler)) })
		ended.Go(func() { g.Share(ctx, line.Tell) })
	}
	agreed(t, guards...)
}

// until waits for something that must happen soon.
func until(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !happened(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// agreed waits until guards have a key together.
func agreed(t *testing.T, guards ...*Guard) {
	t.Helper()
	until(t, "the nodes agree on a key", func() bool {
		var first salt
		for i, g := range guards {
			n := g.nodes.Load()
			if n == nil {
				return false
			}
			n.lock.Lock()
			s, key, heard := n.salt, n.keyed, len(n.heard)
			n.lock.Unlock()
			if i == 0 {
				first = s
			}
			if key == nil || s != first || heard < len(guards)-1 {
				return false
			}
		}
		return true
	})
}

// level is how much of a class is taken of a visitor's number, as a guard knows.
func level(g *Guard, v Visitor, class Class) int {
	n := g.nodes.Load()
	n.lock.Lock()
	defer n.lock.Unlock()
	s, set := n.buckets.place(v.number.alias())
	s.lock.Lock()
	defer s.lock.Unlock()
	left := find(set, v.number.alias()).due[class] - g.clock.Now().UnixNano()
	return int(max(left, 0) / n.buckets.rates[class].Every.Nanoseconds())
}

func given(g *Guard, v Visitor, class Class, tries int) (n int) {
	for range tries {
		if g.Take(v, class) == nil {
			n++
		}
	}
	return n
}

// of is a visitor of an address, on a guard.
func of(g *Guard, address string) Visitor { return g.Visitor(netip.MustParseAddr(address)) }

// three are the guards of three nodes of a site.
func three(t *testing.T, clk *clock.Clock) []*Guard {
	d := dbtest.Open(t, db.SQLite)
	return []*Guard{nodeOf(t, d, clk), nodeOf(t, d, clk), nodeOf(t, d, clk)}
}

const ann, ben = "192.0.2.1", "192.0.2.2"

// Who goes from node to node has what one node gives, and nobody else has less.
func TestNodesCountAVisitorTogether(t *testing.T) {
	clk := clock.Hold(start)
	g := three(t, clk)
	sharing(t, serve(t, server.RANDOM_PORT).ClientURL(), g...)
	for class, burst := range map[Class]int{Post: 40, Search: 200} {
		if n := given(g[0], of(g[0], ann), class, burst-10); n != burst-10 {
			t.Fatalf("the first node gives %d", n)
		}
		until(t, "the others hear of it", func() bool {
			return level(g[1], of(g[1], ann), class) == burst-10 && level(g[2], of(g[2], ann), class) == burst-10
		})
		if n := given(g[1], of(g[1], ann), class, burst); n != 10 {
			t.Errorf("class %d: with %d taken elsewhere a node gives %d more, want 10", class, burst-10, n)
		}
		until(t, "the third hears of it", func() bool { return level(g[2], of(g[2], ann), class) == burst })
		if n := given(g[2], of(g[2], ann), class, burst); n != 0 {
			t.Errorf("class %d: with all taken elsewhere a node gives %d", class, n)
		}
		v := of(g[2], ann)
		if _, set := g[2].buckets.place(v); find(set, v).due[class] > clk.Now().UnixNano() {
			t.Errorf("class %d: what was refused is counted", class)
		}
		if n := given(g[2], of(g[2], ben), class, burst+10); n != burst {
			t.Errorf("class %d: another visitor has %d, want %d", class, n, burst)
		}
	}
	pages, nameless := given(g[1], of(g[1], ann), Read, 600), given(g[1], Visitor{}, Post, 60)
	g[1].nodes.Load().post(1) // told with them, if they were told
	until(t, "the third hears of what the second gave", func() bool { return g[2].Pace() == 1 })
	if pages += given(g[2], of(g[2], ann), Read, 600); pages != 1200 {
		t.Errorf("%d pages on two nodes, want 1200: reading isn't counted together", pages)
	}
	if nameless += given(g[2], Visitor{}, Post, 60); nameless != 80 {
		t.Errorf("those without an address had %d of two nodes, want 80: they are many, on each node others", nameless)
	}
}

// Who asks all nodes in the moment before they have heard of each other has more then,
// and owes it afterwards.
func TestWhatWasTooMuchIsOwed(t *testing.T) {
	clk := clock.Hold(start)
	g := three(t, clk)
	sharing(t, serve(t, server.RANDOM_PORT).ClientURL(), g...)
	all := 0
	for _, one := range g {
		all += given(one, of(one, ann), Post, 50)
	}
	if all < 40 || all > 120 {
		t.Fatalf("%d at once", all)
	}
	for _, one := range g {
		until(t, "all have heard of all", func() bool { return level(one, of(one, ann), Post) == all })
	}
	had := all
	for had == all && clk.Now().Before(start.Add(2*time.Minute)) {
		clk.Advance(time.Second)
		for _, one := range g {
			had += given(one, of(one, ann), Post, 1)
		}
	}
	passed := clk.Now().Sub(start)
	if most := 40 + int(passed/(500*time.Millisecond)) + 2; had > most {
		t.Errorf("%d in %v, want %d at the most", had, passed, most)
	}
	if passed > time.Minute+time.Second {
		t.Errorf("nothing for %v", passed)
	}
}

func TestNodesWithoutNATSCountForThemselves(t *testing.T) {
	clk := clock.Hold(start)
	g := three(t, clk)
	nats := serve(t, server.RANDOM_PORT)
	address, err := url.Parse(nats.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	var port int
	fmt.Sscan(address.Port(), &port)
	sharing(t, nats.ClientURL(), g...)
	stop(nats)
	for _, one := range g {
		if n := given(one, of(one, ann), Post, 50); n != 40 {
			t.Errorf("without NATS a node gives %d, want 40", n)
		}
	}
	time.Sleep(3 * tellEvery) // what was taken meanwhile can't be told
	serve(t, port)
	until(t, "they hear of each other again", func() bool {
		clk.Advance(time.Second)
		if given(g[0], of(g[0], ben), Post, 2) != 2 {
			return false
		}
		time.Sleep(3 * tellEvery)
		return level(g[1], of(g[1], ben), Post) > 0
	})
	agreed(t, g...)
	clk.Advance(5 * time.Minute)
	if n := given(g[0], of(g[0], ann), Post, 40); n != 40 {
		t.Fatalf("a node gives %d", n)
	}
	until(t, "it is told again", func() bool { return level(g[1], of(g[1], ann), Post) == 40 })
	if n := given(g[1], of(g[1], ann), Post, 1); n != 0 {
		t.Error("with NATS back it isn't counted together")
	}
}

// At the half hour nodes agree on another key, and forget all that was counted.
func TestTheKeyOfNumbersTurns(t *testing.T) {
	clk := clock.Hold(time.Date(2026, 11, 23, 18, 29, 59, 0, time.UTC))
	g := three(t, clk)
	sharing(t, serve(t, server.RANDOM_PORT).ClientURL(), g...)
	before := of(g[0], ann)
	given(g[0], before, Post, 40)
	until(t, "it is told", func() bool { return level(g[1], of(g[1], ann), Post) == 40 })
	old := g[0].nodes.Load().salt
	clk.Advance(time.Second)
	until(t, "a new key", func() bool {
		n := g[0].nodes.Load()
		n.lock.Lock()
		defer n.lock.Unlock()
		return n.salt != old
	})
	agreed(t, g...)
	after := of(g[0], ann)
	if before.number == after.number || after.number.turn == 0 {
		t.Errorf("the number is %v after %v", after.number, before.number)
	}
	if n := level(g[1], of(g[1], ann), Post); n != 0 {
		t.Errorf("%d are counted under the old key", n)
	}
	if a, b := after.number.bits, of(g[1], ann).number.bits; a != b {
		t.Errorf("two nodes give the numbers %d and %d", a, b)
	}
	if n := g[0].nodes.Load(); n.take(before, Post, clk.Now()) != 0 || len(n.taken) != 0 {
		t.Error("a number of the old key is told under the new")
	}
	clk.Advance(3 * time.Minute) // the node's own bucket, whose half hour is another
	given(g[0], of(g[0], ann), Post, 40)
	until(t, "it is told under the new key", func() bool { return level(g[1], of(g[1], ann), Post) == 40 })
}

// A storm over all nodes is felt as one.
func TestNodesFeelTheSitesPace(t *testing.T) {
	clk := clock.Hold(start)
	g := three(t, clk)
	sharing(t, serve(t, server.RANDOM_PORT).ClientURL(), g...)
	for i := range 300 {
		one := g[i%3]
		r, err := one.Redeem(one.Issue().Text, "")
		if err != nil {
			t.Fatal(err)
		}
		if i%10 == 0 {
			r.GiveBack(fault.New(fault.Invalid, "board.empty"))
			continue
		}
		r.Keep()
	}
	for _, one := range g {
		until(t, "each node feels 270 posts", func() bool { return one.Pace() == 270 })
	}
}
