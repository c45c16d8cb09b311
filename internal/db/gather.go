package db

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"moot/internal/fault"
)

// Gathering writes many of one kind together: those that come while others are
// being written share the next transaction, in which a statement can serve them
// all. It waits for nobody: one that comes alone is written at once.
type Gathering[T any] struct {
	db    *DB
	most  int
	write func(*Tx, []T) error

	mu      sync.Mutex
	waiting []*guest[T]
	busy    bool
	wanted  int           // how many are to wait before the next are written
	enough  chan struct{} // told when they do
}

// guest is one who waits to be written.
type guest[T any] struct {
	ctx      context.Context
	one      T
	err      error
	panicked any
	done     chan struct{}
}

// Gather makes a gathering that writes up to most together. What is wrong with
// one alone, write notes in it; an error or a panic undoes the transaction, and
// then each of those that shared it is written alone.
func Gather[T any](d *DB, most int, write func(*Tx, []T) error) *Gathering[T] {
	return &Gathering[T]{db: d, most: most, write: write, enough: make(chan struct{}, 1)}
}

// Write returns nil once one is durably committed, with whoever else was
// waiting. A caller that goes away while it waits is not written; one that goes
// away after that isn't told what became of it.
func (g *Gathering[T]) Write(ctx context.Context, one T) error {
	me := &guest[T]{ctx: ctx, one: one, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, me)
	g.db.counts.waiting.Add(1)
	switch {
	case !g.busy:
		g.busy = true
		go g.run()
	case len(g.waiting) == g.wanted:
		select {
		case g.enough <- struct{}{}:
		default:
		}
	}
	g.mu.Unlock()
	select {
	case <-me.done:
	case <-ctx.Done():
		return unavailable(ctx.Err())
	}
	if me.panicked != nil {
		panic(me.panicked)
	}
	return me.err
}

// Waiting is how many wait to be written.
func (g *Gathering[T]) Waiting() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.waiting)
}

// run writes until nobody waits.
func (g *Gathering[T]) run() {
	for {
		g.mu.Lock()
		n := min(len(g.waiting), g.most)
		together := g.waiting[:n:n]
		g.waiting = g.waiting[n:]
		if n == 0 {
			g.waiting, g.busy = nil, false
		}
		g.mu.Unlock()
		if n == 0 {
			return
		}
		g.db.counts.waiting.Add(int64(-n))
		g.db.counts.gathered.Add(int64(n))
		g.db.counts.gatherings.Add(1)
		start := time.Now()
		g.serve(together)
		for _, guest := range together {
			close(guest.done)
		}
		if n > 1 {
			g.linger(n, time.Since(start)/8)
		}
	}
}

// linger waits a little for those who were just served: where many write they
// come again at once, and would else be two crowds that wait for each other's
// commits, each of half the size.
func (g *Gathering[T]) linger(served int, most time.Duration) {
	g.mu.Lock()
	g.wanted = min(len(g.waiting)+served, g.most)
	select {
	case <-g.enough: // of the last time
	default:
	}
	enough := len(g.waiting) >= g.wanted
	g.mu.Unlock()
	if enough {
		return
	}
	limit := time.NewTimer(most)
	defer limit.Stop()
	select {
	case <-g.enough:
	case <-limit.C:
	}
}

// patience is how long a database may take for those who are gathered. They
// wait for each other, so one that hangs must not hold them for ever.
const patience = 20 * time.Second

func (g *Gathering[T]) serve(together []*guest[T]) {
	var here []*guest[T]
	for _, guest := range together {
		if guest.err = guest.ctx.Err(); guest.err == nil {
			here = append(here, guest)
		}
	}
	if len(here) == 0 {
		return
	}
	panicked, err := g.attempt(here)
	if len(here) > 1 && (panicked != nil || err != nil && !fault.Is(err, fault.Unavailable)) {
		for _, each := range here {
			each.panicked, each.err = g.attempt([]*guest[T]{each})
		}
		return
	}
	for _, guest := range here {
		guest.panicked, guest.err = panicked, err
	}
}

func (g *Gathering[T]) attempt(guests []*guest[T]) (panicked any, err error) {
	defer func() {
		if p := recover(); p != nil {
			panicked = fmt.Sprintf("%v\n\nin a gathered write:\n%s", p, debug.Stack())
		}
	}()
	all := make([]T, len(guests))
	for i, guest := range guests {
		all[i] = guest.one
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(guests[0].ctx), patience)
	defer cancel()
	return nil, g.db.Write(ctx, func(tx *Tx) error { return g.write(tx, all) })
}
