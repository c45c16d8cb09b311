package guard

import (
	"crypto/rand"
	"crypto/sha256"
	"hash"
	"sync"
	"sync/atomic"
	"time"

	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/fault"
)

// Class is what a visitor asks for, by what it costs the site.
type Class uint8

const (
	Read   Class = iota // a page
	Search              // a search, or suggestions as one types
	Post                // something that is kept
	classes
)

// Rate is how much of a class one visitor may have.
type Rate struct {
	Burst int           // at once; 0: no limit
	Every time.Duration // and after that one each Every
}

// Limits are what a guard holds visitors to.
type Limits struct {
	Read, Search, Post Rate

	Wait    time.Duration // between opening a form and sending it
	MaxWait time.Duration // the same when the site is full of posts
	Life    time.Duration // after which a form must be opened anew
	Bits    int           // leading zero bits of the proof of work that takes the wait's place; 0: none does

	Calm  float64 // posts a minute on the whole site up to which the wait is Wait
	Storm float64 // posts a minute from which it is MaxWait
}

// Defaults are limits for a site in everyday use. Rates are for a hundred
// people behind one address.
func Defaults() Limits {
	return Limits{
		Read:    Rate{Burst: 600, Every: 20 * time.Millisecond},
		Search:  Rate{Burst: 200, Every: 50 * time.Millisecond},
		Post:    Rate{Burst: 40, Every: 500 * time.Millisecond},
		Wait:    5 * time.Second,
		MaxWait: 120 * time.Second,
		Life:    2 * time.Hour,
		Bits:    18,
		Calm:    60,
		Storm:   600,
	}
}

// Guard is the guard of one process. Make it with New; it is safe for use by
// many at once.
type Guard struct {
	clock  *clock.Clock
	limits Limits
	random func([]byte) // fills with random bytes

	keyLock  sync.Mutex
	keyed    hash.Hash // HMAC under the visitors' key; nil: no key
	sum      [sha256.Size]byte
	keySince time.Time
	keyTimer *time.Timer

	buckets buckets
	nodes   atomic.Pointer[nodes] // what is shared with the others of the site; nil: nothing
	db      *db.DB                // where the keys of tickets are; nil: in memory
	seals   seals
	spent   spent
	pace    pace
}

// New makes a guard whose tickets are its own: their key is random, and in its
// memory alone. For those of a site see Open.
func New(clk *clock.Clock, limits Limits) *Guard {
	return newGuard(clk, limits, func(b []byte) { rand.Read(b) })
}

func newGuard(clk *clock.Clock, limits Limits, random func([]byte)) *Guard {
	g := &Guard{clock: clk, limits: limits, random: random}
	g.buckets.rates = [classes]Rate{limits.Read, limits.Search, limits.Post}
	g.spent.seen = map[[sha256.Size]byte]use{}
	g.keyTimer = time.AfterFunc(keyLife, g.forget)
	var own seal
	g.random(own.key[:])
	g.seals.set([]seal{own})
	return g
}

// Take counts one of a class against a visitor. If that is too fast it returns
// a TooMuch fault, guard.too_fast, whose Retry says when the next is due, and
// counts nothing.
//
// Every Retry of this package is in whole seconds, rounded up.
func (g *Guard) Take(v Visitor, class Class) error {
	now := g.clock.Now()
	wait := g.buckets.take(v, class, now)
	if wait == 0 {
		if wait = g.nodes.Load().take(v, class, now); wait > 0 {
			g.buckets.add(v, class, -1, now)
		}
	}
	if wait > 0 {
		return fault.New(fault.TooMuch, "guard.too_fast").After(seconds(wait))
	}
	return nil
}

// seconds rounds a wait up to what a person, or the header Retry-After, counts in.
func seconds(d time.Duration) time.Duration {
	return (d + time.Second - 1).Truncate(time.Second)
}
