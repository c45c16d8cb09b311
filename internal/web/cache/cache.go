package cache

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"moot/internal/clock"
	"moot/internal/fault"
	"moot/internal/lag"
	"moot/internal/sieve"
)

const (
	// Calm is how often a page is rendered at the most while it moves all the time.
	Calm = time.Second
	// Burst is how often it is rendered at once after it stood still for as many
	// Calms: a page on which something happens now and then is never old.
	Burst = 5
	// Life is how long a page that nothing moves stands.
	Life = time.Minute
	// Stale is how long an old page stands in for one that can't be made, as when
	// the database is away.
	Stale = 10 * time.Minute
)

// making is how long the rendering of a page may take. It goes on when the one
// who asked has gone, for the others.
const making = 20 * time.Second

// Topic is what a page is about, and so what moves it.
type Topic struct {
	Thread int64  // a thread, or
	Board  string // the path of a place whose board it is, with all that lies beneath, or
	Ladder string // the path of a city: how far it has come
}

// Key tells pages apart.
type Key struct {
	Language, Theme string // as page.Request has them
	Path            string
}

// Maker renders a page; nil where what comes of it is not for everybody.
type Maker func(ctx context.Context) (*Page, error)

// Cache keeps pages. It is safe for many goroutines.
type Cache struct {
	clock *clock.Clock
	limit int64 // bytes

	mu      sync.Mutex
	entries map[Key]*entry
	topics  map[Topic]map[*entry]struct{}
	begun   int64 // renderings, ever
	size    int64 // bytes of all pages
	queue   sieve.Queue[*entry]

	hits, made, dropped, waiting atomic.Int64
}

// entry is a page, or the place of one that is being made.
type entry struct {
	key    Key
	topics []Topic
	page   *Page
	turn   int64     // of the rendering that made it
	made   time.Time // when that began, or the last that failed
	credit float64   // renderings that it may have at that time, as it moves
	fine   time.Time // when that began
	old    bool      // it moved after that
	failed bool      // the last rendering did, and the page stands in
	flight *flight
	lags   bool                 // the page does, see flight
	fresh  int                  // who wait for a fresh one
	place  *sieve.Place[*entry] // in the queue; nil while it has no page
}

// flight is a rendering under way.
type flight struct {
	turn  int64
	moved bool // meanwhile
	exact bool // what it reads may not lag
	lags  bool // what it read does (package lag), so it is fresh for nobody
	done  chan struct{}
	page  *Page
	err   error
	// standIn is the old page, where a new one can't be made.
	standIn *Page
}

// Open makes a cache of so many bytes.
func Open(c *clock.Clock, limit int64) *Cache {
	return &Cache{clock: c, limit: limit, entries: map[Key]*entry{}, topics: map[Topic]map[*entry]struct{}{}}
}

// Get is the page of a key as it is now, or nil where it has to be made.
func (c *Cache) Get(key Key) *Page {
	now := c.clock.Now()
	c.mu.Lock()
	e := c.entries[key]
	var p *Page
	if e != nil && e.good(now) {
		p = e.page
		e.place.Ask()
	}
	c.mu.Unlock()
	if p != nil {
		c.hits.Add(1)
	}
	return p
}

// good reports whether a page may be handed out.
func (e *entry) good(now time.Time) bool {
	age := now.Sub(e.made)
	return e.page != nil && age < Life && age >= 0 && (!e.old || e.allowed(now) < 1)
}

// allowed is how many renderings a page may have at once, as it moves.
func (e *entry) allowed(now time.Time) float64 {
	return min(Burst, e.credit+float64(now.Sub(e.made))/float64(Calm))
}

// Page is the page of a key, made where there is none that is good. fresh: one
// whose making began after this call. It is nil where what is made is not for
// everybody; then whoever asks has to ask for themselves. Where it can't be made
// there is an error, and beside it the old page, if one may stand in: never for who
// asked for a fresh one, nor where what it showed is there no more.
func (c *Cache) Page(ctx context.Context, key Key, topics []Topic, fresh bool, make Maker) (*Page, error) {
	c.mu.Lock()
	least := int64(0)
	if fresh {
		least = c.begun + 1
	}
	for {
		e := c.entry(key, topics)
		if fresh && e.page != nil && e.turn >= least && !e.lags || !fresh && e.good(c.clock.Now()) {
			p := e.page
			c.mu.Unlock()
			c.hits.Add(1)
			return p, nil
		}
		f := e.flight
		if f == nil {
			f = c.begin(e, fresh)
			c.mu.Unlock()
			return c.fly(ctx, e, f, fresh, make)
		}
		if e.failed && !fresh && e.page != nil && c.clock.Now().Sub(e.fine) < Stale { // one who asks is enough to find out
			p := e.page
			c.mu.Unlock()
			c.hits.Add(1)
			return p, nil
		}
		if err := c.wait(ctx, e, f, fresh); err != nil {
			c.mu.Unlock()
			return nil, err
		}
		if f.turn >= least && !(fresh && f.lags) {
			c.mu.Unlock()
			return f.result(fresh)
		}
	}
}

// wait waits for a rendering. The lock is held before and after.
func (c *Cache) wait(ctx context.Context, e *entry, f *flight, fresh bool) error {
	c.waiting.Add(1)
	defer c.waiting.Add(-1)
	if fresh {
		e.fresh++
		defer func() { e.fresh-- }()
	}
	c.mu.Unlock()
	defer c.mu.Lock()
	select {
	case <-f.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// entry is the entry of a key, made where there is none. The lock is held.
func (c *Cache) entry(key Key, topics []Topic) *entry {
	e := c.entries[key]
	if e != nil {
		return e
	}
	e = &entry{key: key, topics: topics, credit: Burst}
	c.entries[key] = e
	for _, t := range topics {
		if c.topics[t] == nil {
			c.topics[t] = map[*entry]struct{}{}
		}
		c.topics[t][e] = struct{}{}
	}
	return e
}

// begin begins a rendering. Those who wait for a fresh one aren't kept waiting by
// those who don't. The lock is held.
func (c *Cache) begin(e *entry, fresh bool) *flight {
	c.begun++
	e.flight = &flight{turn: c.begun, exact: fresh || e.fresh > 0, done: make(chan struct{})}
	return e.flight
}

// fly makes a page for all who wait for it.
func (c *Cache) fly(ctx context.Context, e *entry, f *flight, fresh bool, make Maker) (*Page, error) {
	began := c.clock.Now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), making)
	defer cancel()
	defer func() { // also where rendering panics: then there is no page
		c.mu.Lock()
		defer c.mu.Unlock()
		e.flight = nil
		c.settle(e, f, began)
		close(f.done)
	}()
	if !f.exact {
		ctx = lag.Allow(ctx)
	}
	f.page, f.err = make(ctx)
	f.lags = lag.Used(ctx)
	c.made.Add(1)
	if f.err != nil && !gone(f.err) {
		c.mu.Lock()
		if e.page != nil && began.Sub(e.fine) < Stale {
			f.standIn = e.page
		}
		c.mu.Unlock()
	}
	return f.result(fresh)
}

// gone reports whether an error says that there is nothing to show any more.
func gone(err error) bool {
	kind := fault.KindOf(err)
	return kind == fault.NotFound || kind == fault.Forbidden
}

// result is what who waits for a rendering gets of it.
func (f *flight) result(fresh bool) (*Page, error) {
	if f.err != nil && !fresh {
		return f.standIn, f.err
	}
	return f.page, f.err
}

// settle keeps what a rendering made, or forgets the key. The lock is held.
func (c *Cache) settle(e *entry, f *flight, began time.Time) {
	e.failed = f.standIn != nil
	if e.failed {
		e.made, e.credit, e.old = began, 0, true // it is tried again after Calm
		return
	}
	if f.page == nil || f.page.size() > c.limit/4 {
		c.drop(e)
		return
	}
	if e.page != nil {
		c.size -= e.page.size()
	}
	e.credit = e.allowed(began) - 1
	e.page, e.turn, e.lags, e.made, e.fine, e.old = f.page, f.turn, f.lags, began, began, f.moved
	c.size += e.page.size()
	if e.place == nil {
		e.place = c.queue.Add(e)
	}
	c.makeRoom(e)
}

// makeRoom lets pages go until the others fit. The latest stays. The lock is held,
// here and below.
func (c *Cache) makeRoom(latest *entry) {
	for c.size > c.limit {
		p := c.queue.Next(latest.place)
		if p == nil {
			return // there is no other
		}
		c.drop(p.Of)
		c.dropped.Add(1)
	}
}

// drop forgets an entry. One that is being rendered leaves its page behind when
// that is done, but what was kept of it is gone.
func (c *Cache) drop(e *entry) {
	if e.place != nil {
		c.queue.Remove(e.place)
		e.place = nil
	}
	if e.page != nil {
		c.size -= e.page.size()
		e.page = nil
	}
	if e.flight != nil {
		return
	}
	delete(c.entries, e.key)
	for _, t := range e.topics {
		delete(c.topics[t], e)
		if len(c.topics[t]) == 0 {
			delete(c.topics, t)
		}
	}
}

// Moved makes all pages of these topics old.
func (c *Cache) Moved(topics ...Topic) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range topics {
		for e := range c.topics[t] {
			e.old = true
			if e.flight != nil {
				e.flight.moved = true
			}
		}
	}
}

// Stats are counts since the start, and what is kept now.
type Stats struct {
	Hits, Made, Dropped int64 // pages handed out, rendered, put out to make room
	Pages               int
	Bytes               int64
}

// Stats is what the cache has done.
func (c *Cache) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Stats{c.hits.Load(), c.made.Load(), c.dropped.Load(), len(c.entries), c.size}
}
