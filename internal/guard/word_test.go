package guard

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
)

// two are guards of one site that have a key together, and tell each other only what
// a test carries over.
func two(t testing.TB, clk *clock.Clock) (a, b *Guard) {
	t.Helper()
	d := dbtest.Open(t, db.SQLite)
	for _, g := range []**Guard{&a, &b} {
		var err error
		if *g, err = Open(context.Background(), d, clk, Defaults()); err != nil {
			t.Fatal(err)
		}
		n := (*g).join()
		t.Cleanup(n.leave)
	}
	for range 2 {
		carry(t, a, b)
		carry(t, b, a)
	}
	if a.nodes.Load().salt != b.nodes.Load().salt {
		t.Fatal("two nodes don't agree")
	}
	return a, b
}

// say is a guard's next word, and what it says.
func say(t testing.TB, g *Guard) (word, plain []byte) {
	t.Helper()
	n := g.nodes.Load()
	word = n.word(g.clock.Now(), n.toldAt.Add(tellAnyway))
	plain, err := n.sealing.Open(nil, nil, word, nil)
	if err != nil {
		t.Fatal(err)
	}
	return word, plain
}

func carry(t testing.TB, from, to *Guard) {
	t.Helper()
	word, _ := say(t, from)
	to.Hear(word)
}

func address(n uint32) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], n)
	return netip.AddrFrom4(b)
}

// What leaves a node tells no more of an address than its number does: of two
// addresses with one number the same is said.
func TestAWordHoldsNumbersAlone(t *testing.T) {
	a, b := two(t, clock.Hold(start))
	first := map[uint32]netip.Addr{}
	var one, other netip.Addr
	for i := uint32(0xc0000200); !other.IsValid(); i++ {
		bits := a.Visitor(address(i)).number.bits
		if bits >= 1<<20 {
			t.Fatalf("the number %d has more than 20 bits", bits)
		}
		if one = first[bits]; one.IsValid() {
			other = address(i)
		}
		first[bits] = address(i)
	}
	said := map[netip.Addr][]byte{}
	var words []byte
	for _, addr := range []netip.Addr{one, other} {
		for range 3 {
			a.Take(a.Visitor(addr), Post)
			a.Take(a.Visitor(addr), Search)
			a.Take(a.Visitor(addr), Read)
		}
		word, plain := say(t, a)
		b.Hear(word)
		if len(plain) != wordHead+2*entrySize {
			t.Errorf("a visitor's posts and searches are %d bytes", len(plain)-wordHead)
		}
		words = append(append(words, word...), plain...)
		rest := plain[wordHead:]
		if binary.BigEndian.Uint32(rest) > binary.BigEndian.Uint32(rest[entrySize:]) { // in whichever order
			rest = append(append([]byte(nil), rest[entrySize:]...), rest[:entrySize]...)
		}
		said[addr] = append(append([]byte(nil), plain[16:wordHead]...), rest...)
	}
	if !bytes.Equal(said[one], said[other]) {
		t.Errorf("two addresses of one number are told apart: %x and %x", said[one], said[other])
	}

	// And none of it, nor of what numbers are made with, is where the database is.
	n := a.nodes.Load()
	key := n.derive("moot numbers of visitors", n.salt[:])
	secrets := map[string][]byte{"the key of numbers": key, "the salt": n.salt[:]}
	for _, addr := range []netip.Addr{one, other} {
		from, _ := network(addr).MarshalBinary()
		mac := hmac.New(sha256.New, key)
		mac.Write(from)
		whole := mac.Sum(nil)
		v := a.Visitor(addr)
		secrets["the HMAC of "+addr.String()] = whole[:8]
		secrets["the visitor of "+addr.String()] = v.mac[:8]
		secrets["the text of "+addr.String()] = []byte(addr.String())
		for what, form := range map[string][]byte{"the HMAC": whole[:4], "the visitor": v.mac[:4], "the address": addr.AsSlice()} {
			if bytes.Contains(words, form) {
				t.Errorf("%s of %v, four bytes of it, is told", what, addr)
			}
		}
	}
	for what, form := range secrets {
		for name, kept := range files(t, a.db) {
			if bytes.Contains(kept, form) || bytes.Contains(kept, fmt.Appendf(nil, "%x", form)) {
				t.Errorf("%s is in %s", what, name)
			}
		}
	}
}

// files are those of a database on this disk.
func files(t *testing.T, d *db.DB) map[string][]byte {
	t.Helper()
	var at string
	err := d.Read(t.Context(), func(tx *db.Tx) error {
		return tx.Row(`SELECT file FROM pragma_database_list WHERE name = 'main'`).Scan(&at)
	})
	names, _ := filepath.Glob(at + "*")
	if err != nil || len(names) == 0 {
		t.Fatal("the database has no files", err)
	}
	all := map[string][]byte{}
	for _, name := range names {
		if all[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// Who holds what is told, and not the day's key, can't open it.
func TestAWordIsSealed(t *testing.T) {
	a, _ := two(t, clock.Hold(start))
	stranger, _ := two(t, clock.Hold(start))
	a.Take(a.Visitor(address(1)), Post)
	word, _ := say(t, a)
	if _, err := stranger.nodes.Load().sealing.Open(nil, nil, word, nil); err == nil {
		t.Error("another site opens it")
	}
}

func TestWordsThatAreNone(t *testing.T) {
	clk := clock.Hold(start)
	a, b := two(t, clk)
	v := b.Visitor(address(1))
	for range 40 {
		a.Take(a.Visitor(address(1)), Post)
	}
	word, plain := say(t, a)
	seal := func(plain []byte) []byte { return b.nodes.Load().sealing.Seal(nil, nil, plain, nil) }
	salt := b.nodes.Load().salt
	wrong := map[string][]byte{
		"nothing": nil, "a wake-up": []byte("JBSWY3DPEHPK3PXPJBSWY3DPEH"), "cut": word[:len(word)-1], "long": make([]byte, maxWord+1),
		"no head": seal(plain[:wordHead-1]), "half an entry": seal(plain[:wordHead+3]), "empty": seal(nil),
	}
	for i := range word {
		changed := bytes.Clone(word)
		changed[i] ^= 1
		wrong[fmt.Sprint("byte ", i)] = changed
	}
	other := bytes.Clone(plain)
	binary.BigEndian.PutUint64(other[8:], 1000)
	binary.BigEndian.PutUint32(other[wordHead:], binary.BigEndian.Uint32(other[wordHead:])&^(0xf<<8)|15<<8)
	wrong["a class that is none"] = seal(other)
	read := bytes.Clone(other)
	binary.BigEndian.PutUint64(read[8:], 1001)
	binary.BigEndian.PutUint32(read[wordHead:], binary.BigEndian.Uint32(read[wordHead:])&^(0xf<<8)|uint32(Read)<<8)
	wrong["pages that were read"] = seal(read)
	for name, w := range wrong {
		b.Hear(w)
		if n := level(b, v, Post) + level(b, v, Read); n != 0 {
			t.Fatalf("%s: counts %d", name, n)
		}
	}
	if b.nodes.Load().salt != salt {
		t.Error("the salt is another")
	}
	fresh := bytes.Clone(plain)
	binary.BigEndian.PutUint64(fresh[8:], 2000)
	for range 5 { // said again it is the same still
		b.Hear(seal(fresh))
	}
	if n := level(b, v, Post); n != 40 {
		t.Errorf("one word, heard five times, counts %d", n)
	}
	clk.Advance(30 * time.Minute)
	b.Hear(seal(fresh)) // of the half hour before
	if n := level(b, b.Visitor(address(1)), Post); n != 0 {
		t.Errorf("an old word counts %d", n)
	}
	lone := New(clk, Defaults())
	lone.Hear(word) // where nothing is shared
	lone.join()
	lone.Take(lone.Visitor(address(1)), Post)
	if word := lone.nodes.Load().word(clk.Now(), time.Now()); word != nil {
		t.Error("a guard without the site's keys tells something")
	}
}

// However much is taken, and by whomever, a word, what waits to be told, and what is
// remembered of nodes stay small.
func TestWhatNodesTellIsBounded(t *testing.T) {
	a, b := two(t, clock.Hold(start))
	n := a.nodes.Load()
	for i := range uint32(3 * maxTold) {
		a.Take(a.Visitor(address(i)), Post)
	}
	if len(n.taken) > maxTold {
		t.Errorf("%d visitors wait to be told of", len(n.taken))
	}
	word, _ := say(t, a)
	if len(word) > maxWord || len(word) > 64<<10 {
		t.Errorf("a word has %d bytes", len(word))
	}
	b.Hear(word)
	for i := range 1000 {
		plain := make([]byte, wordHead)
		binary.BigEndian.PutUint64(plain, uint64(i)+1)
		binary.BigEndian.PutUint64(plain[8:], 1)
		plain[16] = 0xff // a younger salt
		b.Hear(n.sealing.Seal(nil, nil, plain, nil))
	}
	if len(b.nodes.Load().heard) > maxNodes {
		t.Errorf("%d nodes are remembered", len(b.nodes.Load().heard))
	}
}

// A node that comes later takes the key of those that are there, also where its own
// clock is ahead by a little: what they counted stays.
func TestAYoungerNodeTakesTheOldersKey(t *testing.T) {
	clk := clock.Hold(start)
	a, b := two(t, clk)
	for range 40 {
		a.Take(a.Visitor(address(1)), Post)
	}
	carry(t, a, b)
	clk.Advance(time.Second)
	c, err := Open(t.Context(), a.db, clk, Defaults())
	if err != nil {
		t.Fatal(err)
	}
	c.join()
	c.Visitor(address(1))
	old := a.nodes.Load().salt
	carry(t, c, a)
	carry(t, a, c)
	if a.nodes.Load().salt != old || c.nodes.Load().salt != old {
		t.Error("the older node took the younger's key")
	}
	if n := level(b, b.Visitor(address(1)), Post); n != 38 {
		t.Errorf("%d stand of 40 after a second, want 38", n)
	}
}

// An honest visitor is practically never refused because of somebody else's number:
// of 20,000 who post five times each in half an hour, while 50 take all they can from
// every node, it happens to those who share a number with one of the 50. That is one
// for each 20,971 of them: 50/2^20.
func TestAnothersNumberIsNobodysHarm(t *testing.T) {
	clk := clock.Hold(start.Truncate(30 * time.Minute))
	a, b := two(t, clk)
	const honest, greedy, steps = 20_000, 50, 300
	refused := map[uint32]bool{}
	for i := range steps { // of 5 seconds
		for j := range uint32(greedy) {
			for range 40 {
				a.Take(a.Visitor(address(0x0a000000+j)), Post)
			}
		}
		carry(t, a, b)
		share := uint32(honest / steps)
		for j := share * uint32(i); j < share*uint32(i+1); j++ {
			for range 5 {
				if b.Take(b.Visitor(address(0xc0000000+j)), Post) != nil {
					refused[j] = true
				}
			}
		}
		carry(t, b, a)
		clk.Advance(5 * time.Second)
	}
	// The number of them is Poisson's about honest·greedy/2^20 = 0.95: more than 10
	// are seen once in 10^8 times.
	if len(refused) > 10 {
		t.Errorf("%d of %d honest visitors were refused", len(refused), honest)
	}
	t.Logf("%d of %d honest visitors were refused", len(refused), honest)

	// Where nobody is greedy, 40 posts of others would have to meet in a number within
	// 20 seconds. Of 460 posts a second, as of ten million a day, and a binomial bound
	// (40 of n, each in one number): the chance that any number has so many.
	posts := 460.0 * 20
	logOfAny := 20*math.Log(2) + 40*math.Log(posts/(1<<20)) - lfact(40)
	if logOfAny > -100 {
		t.Errorf("numbers fill by chance: e^%v", logOfAny)
	}
}

func lfact(n float64) float64 { l, _ := math.Lgamma(n + 1); return l }

func BenchmarkVisitorTakeShared(b *testing.B) {
	g, _ := two(b, clock.New())
	addr := netip.MustParseAddr("192.0.2.1")
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			g.Take(g.Visitor(addr), Read)
		}
	})
}

func FuzzHear(f *testing.F) {
	d := dbtest.Open(f, db.SQLite)
	g, err := Open(f.Context(), d, clock.Hold(start), Defaults())
	if err != nil {
		f.Fatal(err)
	}
	n := g.join()
	g.Visitor(address(1))
	f.Add([]byte(nil))
	f.Add(make([]byte, wordHead))
	f.Add(bytes.Repeat([]byte{0xff}, wordHead+3*entrySize))
	f.Fuzz(func(t *testing.T, said []byte) {
		g.Hear(said)
		g.Hear(n.sealing.Seal(nil, nil, said, nil)) // as another node would
		if pace := g.Pace(); pace < 0 || math.IsNaN(pace) {
			t.Fatalf("the pace is %v", pace)
		}
		if len(n.heard) > maxNodes {
			t.Fatalf("%d nodes", len(n.heard))
		}
	})
}
