package guard

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"moot/internal/clock"
	"moot/internal/fault"
)

var start = time.Date(2026, 11, 23, 18, 2, 0, 0, time.UTC)

func held(limits Limits) (*Guard, *clock.Clock) {
	clk := clock.Hold(start)
	return New(clk, limits), clk
}

// check fails the test unless err is the fault with a key, and returns its wait.
func check(t *testing.T, err error, kind fault.Kind, key string) time.Duration {
	t.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != kind || f.Key != key {
		t.Fatalf("got %v, want %v: %s", err, kind, key)
	}
	return f.Retry
}

// prove does the work for a ticket, as the page's script does.
func prove(ticket Ticket) string {
	for n := 0; ; n++ {
		if nonce := strconv.Itoa(n); proves(ticket.Text, nonce, ticket.Bits) {
			return nonce
		}
	}
}

func TestVisitor(t *testing.T) {
	g, _ := held(Defaults())
	same := func(a, b string) bool {
		return g.Visitor(netip.MustParseAddr(a)) == g.Visitor(netip.MustParseAddr(b))
	}
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"192.0.2.1", "192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"2001:db8:1:200::1", "2001:db8:1:2ff:9::2", true},
		{"2001:db8:1:200::1", "2001:db8:1:300::1", false},
		{"fe80::1%eth0", "fe80::1%eth1", true},
		{"fc00:dead:beef:4dad::0:1", "fc00:dead:beef:4dad::0:2", false},
	} {
		if same(c.a, c.b) != c.want {
			t.Errorf("%s and %s the same visitor: %v", c.a, c.b, !c.want)
		}
	}
	if g.Visitor(netip.Addr{}) != (Visitor{}) {
		t.Error("no address makes a visitor")
	}
}

func TestVisitorIsForgottenAfterHalfAnHour(t *testing.T) {
	limits := Defaults()
	limits.Post = Rate{Burst: 1, Every: 24 * time.Hour}
	g, clk := held(limits)
	addr := netip.MustParseAddr("192.0.2.1")
	before := g.Visitor(addr)
	if err := g.Take(before, Post); err != nil {
		t.Fatal(err)
	}
	check(t, g.Take(before, Post), fault.TooMuch, "guard.too_fast")
	clk.Advance(keyLife - time.Second)
	if g.Visitor(addr) != before {
		t.Error("the key changed early")
	}
	clk.Advance(time.Second)
	after := g.Visitor(addr)
	if after == before {
		t.Error("the key is still the same")
	}
	if n := visitors(g); n != 0 {
		t.Errorf("%d visitors of the old key are remembered", n)
	}
	if err := g.Take(after, Post); err != nil {
		t.Errorf("the old key's count holds under the new: %v", err)
	}
	g.forget()
	if g.keyed != nil || g.sum != [32]byte{} || visitors(g) != 0 {
		t.Error("forgetting leaves a key or a visitor")
	}
	if g.Visitor(addr) == after {
		t.Error("a forgotten visitor is known again")
	}
	clk.Set(start.Add(-time.Hour))
	before = g.Visitor(addr)
	if before != g.Visitor(addr) {
		t.Error("a clock set back changes the key at every turn")
	}
}

// visitors counts the visitors in the table.
func visitors(g *Guard) int {
	n := 0
	for i := range g.buckets.shards {
		for _, set := range g.buckets.shards[i].sets {
			for _, b := range set {
				if b.used {
					n++
				}
			}
		}
	}
	return n
}

func TestVisitorIsNoHashOfItsAddress(t *testing.T) {
	addr := netip.MustParseAddr("192.0.2.1")
	g, clk := held(Defaults())
	other, _ := held(Defaults())
	v := g.Visitor(addr)
	if v == other.Visitor(addr) {
		t.Error("two guards make the same visitor")
	}
	clk.Advance(keyLife)
	if v == g.Visitor(addr) {
		t.Error("two keys make the same visitor")
	}
	prefix := network(addr)
	binaryForm, _ := prefix.MarshalBinary()
	var zero [32]byte
	for _, form := range [][]byte{[]byte(addr.String()), []byte(prefix.String()), addr.AsSlice(), binaryForm} {
		keyed := hmac.New(sha256.New, zero[:])
		keyed.Write(form)
		s1, s2, s3 := md5.Sum(form), sha1.Sum(form), sha256.Sum256(form)
		for _, sum := range [][]byte{s1[:], s2[:], s3[:], keyed.Sum(nil)} {
			if bytes.Equal(sum[:16], v.mac[:]) {
				t.Errorf("the visitor is a plain hash of %q", form)
			}
		}
	}
}

func TestVisitorPrintsAsVisitor(t *testing.T) {
	g, _ := held(Defaults())
	v := g.Visitor(netip.MustParseAddr("192.0.2.1"))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if got := fmt.Sprintf(verb, v); got != "visitor" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v, "in", []Visitor{v})
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v, "in", []Visitor{v})
	hidden := v.mac[:]
	for _, form := range []string{fmt.Sprintf("%x", hidden), fmt.Sprintf("%d", hidden), string(hidden)} {
		if strings.Contains(log.String(), form) {
			t.Errorf("a log shows a visitor: %s", &log)
		}
	}
	if text, err := json.Marshal(v); err != nil || string(text) != `"visitor"` {
		t.Errorf("JSON shows %s, %v", text, err)
	}
}

func TestTake(t *testing.T) {
	limits := Defaults()
	limits.Post = Rate{Burst: 3, Every: 10 * time.Second}
	limits.Search = Rate{}
	g, clk := held(limits)
	v, w := g.Visitor(netip.MustParseAddr("192.0.2.1")), g.Visitor(netip.MustParseAddr("192.0.2.2"))
	for i := range 3 {
		if err := g.Take(v, Post); err != nil {
			t.Fatalf("post %d: %v", i, err)
		}
	}
	for range 5 { // refusals don't add up
		if wait := check(t, g.Take(v, Post), fault.TooMuch, "guard.too_fast"); wait != 10*time.Second {
			t.Fatalf("wait %v, want 10s", wait)
		}
	}
	if err := errors.Join(g.Take(w, Post), g.Take(v, Read), g.Take(Visitor{}, Post)); err != nil {
		t.Errorf("one visitor's posts count for others, or for reading: %v", err)
	}
	for range 1000 {
		if err := g.Take(v, Search); err != nil {
			t.Fatalf("no limit is a limit: %v", err)
		}
	}
	clk.Advance(4 * time.Second)
	if wait := check(t, g.Take(v, Post), fault.TooMuch, "guard.too_fast"); wait != 6*time.Second {
		t.Errorf("wait %v, want 6s", wait)
	}
	clk.Advance(6 * time.Second)
	if err := g.Take(v, Post); err != nil {
		t.Error(err)
	}
	clk.Set(start.Add(-100 * time.Hour))
	if wait := check(t, g.Take(v, Post), fault.TooMuch, "guard.too_fast"); wait > 10*time.Second {
		t.Errorf("a clock set back makes the wait %v", wait)
	}
}

func TestTableStaysBounded(t *testing.T) {
	g, clk := held(Defaults())
	size := unsafe.Sizeof(g.buckets)
	if size > 4<<20 {
		t.Errorf("the table takes %d bytes", size)
	}
	faithful := g.Visitor(netip.MustParseAddr("198.51.100.1"))
	var raw [16]byte
	raw[0], raw[1] = 0x20, 0x01
	for i := range uint32(1_000_000) {
		binary.BigEndian.PutUint32(raw[3:], i)
		if err := g.Take(g.Visitor(netip.AddrFrom16(raw)), Read); err != nil {
			t.Fatal(err)
		}
		if i%1000 == 0 {
			clk.Advance(time.Millisecond)
			for range 100 {
				g.Take(faithful, Post)
			}
		}
	}
	if n := visitors(g); n > shards*sets*ways || n < shards*sets*ways*9/10 {
		t.Errorf("%d visitors are remembered", n)
	}
	check(t, g.Take(faithful, Post), fault.TooMuch, "guard.too_fast") // it isn't pushed out by those who came once
}

// TestHundredBehindOneAddress lets a hundred people open a form at the same
// moment behind one address and do what the site tells them.
func TestHundredBehindOneAddress(t *testing.T) {
	g, clk := held(Defaults())
	type person struct {
		ticket Ticket
		again  time.Time // when they try next
		posted bool
	}
	people := make([]person, 100)
	for i := range people {
		v := g.Visitor(netip.MustParseAddr("192.0.2.1"))
		if err := g.Take(v, Read); err != nil {
			t.Fatalf("person %d can't read: %v", i, err)
		}
		people[i].ticket = g.Issue()
		people[i].again = start.Add(people[i].ticket.Wait)
	}
	left := len(people)
	for ; left > 0; clk.Advance(100 * time.Millisecond) {
		now := clk.Now()
		if now.Sub(start) > time.Minute {
			t.Fatalf("%d people can't post within a minute", left)
		}
		for i := range people {
			p := &people[i]
			if p.posted || p.again.After(now) {
				continue
			}
			err := g.Take(g.Visitor(netip.MustParseAddr("192.0.2.1")), Post)
			if err == nil {
				err = g.check(p.ticket.Text, "")
			}
			if err == nil {
				spend(g, p.ticket.Text)
				p.posted = true
				left--
				continue
			}
			f := fault.Each(err)[0]
			if f.Kind != fault.TooMuch || f.Retry <= 0 {
				t.Fatal(err)
			}
			p.again = now.Add(f.Retry)
		}
	}
	t.Logf("the last posts after %v", clk.Now().Sub(start))
	if wait := g.Issue().Wait; wait > time.Minute {
		t.Errorf("after a hundred posts the wait is %v", wait)
	}
}

func TestTicket(t *testing.T) {
	limits := Defaults()
	limits.Bits = 8
	g, clk := held(limits)
	ticket := g.Issue()
	if len(ticket.Text) != ticketSize || ticket.Wait != 5*time.Second || ticket.Bits != 8 || ticket.Life != 2*time.Hour {
		t.Fatalf("issued %+v", ticket)
	}
	clk.Advance(3500 * time.Millisecond)
	for range 3 { // early is no offence
		if wait := check(t, g.check(ticket.Text, ""), fault.TooMuch, "guard.wait"); wait != 2*time.Second {
			t.Errorf("rest of the wait %v, want 2s", wait)
		}
	}
	check(t, g.check(ticket.Text, "no proof"), fault.TooMuch, "guard.wait")
	proof := prove(ticket)
	if err := g.check(ticket.Text, proof); err != nil {
		t.Errorf("with a proof: %v", err)
	}
	check(t, g.check(ticket.Text, proof+strings.Repeat("0", maxProof)), fault.TooMuch, "guard.wait")
	check(t, g.check(g.Issue().Text, proof+"x"), fault.TooMuch, "guard.wait")
	clk.Advance(1500 * time.Millisecond)
	for range 3 { // what isn't kept doesn't spend it
		if err := g.check(ticket.Text, "no proof"); err != nil {
			t.Errorf("after the wait: %v", err)
		}
	}
	spend(g, ticket.Text)
	spend(g, ticket.Text)
	check(t, g.check(ticket.Text, ""), fault.Conflict, "guard.ticket_spent")
	if pace := g.Pace(); pace != 1 {
		t.Errorf("one post counts as %v", pace)
	}
	other := g.Issue()
	clk.Advance(limits.Life)
	if err := g.check(other.Text, ""); err != nil {
		t.Errorf("at the end of its life: %v", err)
	}
	clk.Advance(time.Second)
	check(t, g.check(other.Text, ""), fault.Invalid, "guard.ticket_old")
	clk.Set(start)
	if err := g.check(other.Text, ""); err != nil {
		t.Errorf("after the clock was set back: %v", err)
	}
}

func TestTicketThatIsNone(t *testing.T) {
	g, clk := held(Defaults())
	stranger, _ := held(Defaults())
	ticket := g.Issue().Text
	clk.Advance(time.Minute)
	check(t, g.check("", ""), fault.Invalid, "guard.ticket_missing")
	forged := []string{"x", ticket[1:], ticket + "A", ticket[:47] + "=", ticket[:40] + "\n" + ticket[41:], stranger.Issue().Text}
	for i := range ticket {
		for _, c := range "AB" {
			if changed := ticket[:i] + string(c) + ticket[i+1:]; changed != ticket {
				forged = append(forged, changed)
			}
		}
	}
	for _, f := range forged {
		check(t, g.check(f, ""), fault.Invalid, "guard.ticket_unknown")
		spend(g, f)
	}
	if g.Pace() != 0 {
		t.Error("forged tickets count as posts")
	}
	if err := g.check(ticket, ""); err != nil {
		t.Error(err)
	}
}

// TestOnceIsTheSameForEver holds the form's name against values made by
// another program, since the board keeps it across restarts.

func TestNoTicketIsGoodTwiceHoweverManyAreSpent(t *testing.T) {
	limits := Defaults()
	limits.Wait, limits.MaxWait = 0, 0
	g, clk := held(limits)
	first := g.Issue().Text
	spend(g, first)
	late := g.Issue().Text
	for range maxSpent + 10 {
		clk.Advance(time.Millisecond)
		spend(g, g.Issue().Text)
	}
	check(t, g.check(first, ""), fault.Invalid, "guard.ticket_old")
	check(t, g.check(late, ""), fault.Invalid, "guard.ticket_old") // the price of a bounded memory
	if err := g.check(g.Issue().Text, ""); err != nil {
		t.Error(err)
	}
	if len(g.spent.seen) != maxSpent || len(g.spent.order) != maxSpent {
		t.Errorf("%d and %d tickets are remembered", len(g.spent.seen), len(g.spent.order))
	}
}

func TestWaitAndWorkRiseWithThePace(t *testing.T) {
	g, clk := held(Defaults())
	post := func(perMinute int) Ticket {
		for range 5 * perMinute {
			clk.Advance(time.Minute / time.Duration(perMinute))
			spend(g, g.Issue().Text)
		}
		return g.Issue()
	}
	for _, c := range []struct {
		perMinute        int
		least, most      time.Duration
		fewest, mostBits int
	}{
		{10, 5 * time.Second, 5 * time.Second, 18, 18},
		{60, 5 * time.Second, 6 * time.Second, 18, 18},
		{300, 50 * time.Second, 60 * time.Second, 19, 21},
		{6000, 120 * time.Second, 120 * time.Second, 22, 22},
	} {
		got := post(c.perMinute)
		if got.Wait < c.least || got.Wait > c.most || got.Bits < c.fewest || got.Bits > c.mostBits {
			t.Errorf("at %d posts a minute: wait %v, %d bits", c.perMinute, got.Wait, got.Bits)
		}
	}
	clk.Advance(10 * time.Minute)
	if got := g.Issue(); got.Wait != 5*time.Second || got.Bits != 18 {
		t.Errorf("after the storm: %+v", got)
	}
	limits := Defaults()
	limits.Wait, limits.MaxWait, limits.Bits = 0, 0, 0
	g, _ = held(limits)
	ticket := g.Issue()
	if ticket.Wait != 0 || ticket.Bits != 0 || g.check(ticket.Text, "") != nil {
		t.Errorf("a site without waits issues %+v", ticket)
	}
}

func TestManyAtOnce(t *testing.T) {
	limits := Defaults()
	limits.Wait, limits.MaxWait = 0, 0
	limits.Post = Rate{Burst: 100, Every: time.Hour}
	g, clk := held(limits)
	v := g.Visitor(netip.MustParseAddr("192.0.2.9"))
	shared := g.Issue().Text
	var group sync.WaitGroup
	var lock sync.Mutex
	taken := 0
	for i := range 8 {
		group.Go(func() {
			for j := range 200 {
				if g.Take(v, Post) == nil {
					lock.Lock()
					taken++
					lock.Unlock()
				}
				g.Take(g.Visitor(netip.AddrFrom4([4]byte{192, 0, byte(i), byte(j)})), Read)
				g.check(shared, "1")
				spend(g, shared)
				spend(g, g.Issue().Text)
				if j%50 == 0 {
					clk.Advance(time.Second)
					g.Pace()
				}
			}
		})
	}
	group.Wait()
	if taken != 100 {
		t.Errorf("%d posts were let through, want 100", taken)
	}
	if n := len(g.spent.seen); n != 8*200+1 {
		t.Errorf("%d tickets are spent, want %d", n, 8*200+1)
	}
	group.Go(func() {
		for range 100 {
			g.forget()
		}
	})
	for range 100 {
		g.Take(g.Visitor(netip.MustParseAddr("192.0.2.9")), Read)
	}
	group.Wait()
}

func FuzzCheck(f *testing.F) {
	// Keys that are the same in every worker, so that a kept input stays a ticket.
	fixed := func() *Guard {
		n := byte(0)
		return newGuard(clock.Hold(start), Defaults(), func(b []byte) {
			for i := range b {
				b[i] = n
			}
			n++
		})
	}
	g := fixed()
	good := g.Issue()
	f.Add(good.Text, "0")
	f.Add(good.Text, prove(good))
	f.Add("", "")
	f.Add(good.Text[:47]+"!", strings.Repeat("9", 33))
	f.Add(strings.Repeat("A", ticketSize), "\x00")
	f.Fuzz(func(t *testing.T, ticket, proof string) {
		g := fixed()
		own := g.Issue().Text
		err := g.check(ticket, proof)
		switch {
		case err == nil && ticket != own:
			t.Fatalf("a forged ticket is good: %q", ticket)
		case err == nil && !proves(ticket, proof, good.Bits):
			t.Fatalf("%q is taken for a proof", proof)
		case err != nil && len(fault.Each(err)) != 1 || fault.Is(err, fault.Broken):
			t.Fatalf("a fault nobody foresaw: %v", err)
		}
		spend(g, ticket)
		if again := g.check(ticket, proof); again == nil {
			t.Fatalf("%q is good twice", ticket)
		}
	})
}

func BenchmarkVisitorTake(b *testing.B) {
	g := New(clock.New(), Defaults())
	addr := netip.MustParseAddr("192.0.2.1")
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			g.Take(g.Visitor(addr), Read)
		}
	})
}

func BenchmarkTake(b *testing.B) {
	g := New(clock.New(), Defaults())
	many := make([]Visitor, 1<<17)
	for i := range many {
		binary.LittleEndian.PutUint64(many[i].mac[:], uint64(i)*0x9e3779b97f4a7c15)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		g.Take(many[i%len(many)], Read)
		i++
	}
}

func BenchmarkIssueCheckSpend(b *testing.B) {
	limits := Defaults()
	limits.Wait, limits.MaxWait = 0, 0
	g := New(clock.New(), limits)
	b.ReportAllocs()
	for b.Loop() {
		ticket := g.Issue().Text
		g.check(ticket, "")
		spend(g, ticket)
	}
}

func BenchmarkWork(b *testing.B) {
	limits := Defaults()
	limits.Bits = 12
	g := New(clock.New(), limits)
	for b.Loop() {
		prove(g.Issue())
	}
}

// spend redeems a ticket whatever its wait.
func spend(g *Guard, ticket string) {
	if o, ok := g.open(ticket); ok && g.spent.add(o) {
		g.pace.add(1, g.clock.Now())
		g.spent.settle(o)
	}
}
