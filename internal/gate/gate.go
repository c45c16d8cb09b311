package gate

import (
	"context"
	"sync"
	"time"
)

// Class is a kind of work.
type Class int

// The classes, those that matter most first.
const (
	Read    Class = iota // pages that are read: what must stay up
	Post                 // what changes something
	Listen               // who comes to hear what happens, and stays
	Program              // feeds and APIs: programs come again by themselves
	Search
	Classes // is their number
)

var names = [Classes]string{"read", "post", "listen", "program", "search"}

func (c Class) String() string { return names[c] }

const (
	// Long is how long somebody may wait in a queue that comes and goes.
	Long = time.Second
	// Short is how long somebody may wait in one that stands.
	Short = 20 * time.Millisecond
	// Patient is how long somebody may wait who would rather wait than be refused.
	Patient = 10 * time.Second
	// stands is how long there has to be a queue without a break until it stands.
	stands = 100 * time.Millisecond
	// few is how many wait, for each processor, without there being a crowd: their
	// turn comes soon, also on a machine that is busy with other things.
	few = 8
)

const (
	first = 8                     // places for each processor, at the start
	late  = 10 * time.Millisecond // what works is to get a processor by then
)

// most are the places of a class at the most, whatever the processors do: as
// many as may wait for a database that is slow, or away.
var most = [Classes]int{Read: 256, Post: 128, Listen: 64, Program: 64, Search: 16}

// own are the places of a class that no other can take: so many may be taken
// beyond the limit at each look at it, so that none is shut out, and none takes the
// processors from what matters more. Posts are many, as those that are written together
// cost little more than one.
var own = [Classes]int{Read: 1, Post: 4, Listen: 1, Program: 1, Search: 1}

// Gate is a gate for all classes. It is safe for use by many at once.
type Gate struct {
	limit *Limit // of all classes together

	mu      sync.Mutex
	working int
	places  int // what the limit is
	looked  time.Time
	few     int // who wait, without there being a crowd
	classes [Classes]line
}

// line is a class, and those of it who wait.
type line struct {
	most, own int
	working   int
	owed      int       // places of its own that may be taken until the next look
	queue     []*waiter // who came last at the end
	since     time.Time // when somebody had to wait, since somebody last had not; else zero
	refused   uint64
}

// waiter is somebody who waits.
type waiter struct{ come chan struct{} }

// New makes the gate of this process.
func New() *Gate {
	g, sum := &Gate{few: few * processors()}, 0
	for c := range g.classes {
		g.classes[c].most, g.classes[c].own = most[c], own[c]
		sum += most[c]
	}
	g.limit = NewLimit(late, first*processors(), processors(), sum)
	g.look(time.Now())
	return g
}

// Closed makes a gate that lets nobody in, so that it is seen what a door does then.
func Closed() *Gate {
	g := New()
	for c := range g.classes {
		g.classes[c].most, g.classes[c].own, g.classes[c].owed = 0, 0, 0
	}
	return g
}

// Enter waits for a place; false where there is none to be had soon, or who asks
// has gone. leave, which is to be called once, gives it back.
func (g *Gate) Enter(ctx context.Context, c Class) (leave func(), ok bool) {
	return g.enter(ctx, c, false)
}

// EnterPatiently is Enter for who would rather wait than be refused, however long the
// queue is: who has sent words that would be lost (Full is to be asked before they are
// read), and who came to stay.
func (g *Gate) EnterPatiently(ctx context.Context, c Class) (leave func(), ok bool) {
	return g.enter(ctx, c, true)
}

func (g *Gate) enter(ctx context.Context, c Class, patient bool) (leave func(), ok bool) {
	leave = func() { g.leave(c) }
	now := time.Now()
	g.mu.Lock()
	g.look(now)
	l := &g.classes[c]
	if g.free(c) && !g.awaited(c) {
		if g.working < g.places {
			l.since = time.Time{}
		}
		g.take(l)
		g.mu.Unlock()
		return leave, true
	}
	g.limit.Want()
	if !patient && g.full(l, now) {
		l.refused++
		g.mu.Unlock()
		return nil, false
	}
	if l.since.IsZero() {
		l.since = now
	}
	w := &waiter{make(chan struct{})}
	l.queue = append(l.queue, w)
	patience := Long
	switch {
	case patient:
		patience = Patient
	case g.crowds(l, now):
		patience = Short
	}
	g.mu.Unlock()
	return leave, g.wait(ctx, l, w, patience)
}

// wait waits for a turn.
func (g *Gate) wait(ctx context.Context, l *line, w *waiter, patience time.Duration) bool {
	end := time.NewTimer(patience)
	defer end.Stop()
	over := false
	select {
	case <-w.come:
		return true
	case <-end.C:
		over = true
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for n, other := range l.queue {
		if other == w {
			l.queue = append(l.queue[:n], l.queue[n+1:]...)
			if over {
				l.refused++
			}
			return false
		}
	}
	return true // their turn came meanwhile
}

// Full reports whether a class would be refused at once: to be asked before
// what is sent is read.
func (g *Gate) Full(c Class) bool {
	now := time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.look(now)
	l := &g.classes[c]
	if g.free(c) && !g.awaited(c) || !g.full(l, now) {
		return false
	}
	g.limit.Want()
	l.refused++
	return true
}

// full reports whether a queue is as long as it may be: one that stands, as there
// are places, so that nobody waits for longer than a few turns. The lock is held, here and below.
func (g *Gate) full(l *line, now time.Time) bool {
	if !l.stands(now) {
		return len(l.queue) >= l.most
	}
	return len(l.queue) >= min(l.most, max(g.few, g.places))
}

// stands reports whether there has been a queue for so long that it won't end by
// itself. That it is empty because all in it have given up isn't its end.
func (l *line) stands(now time.Time) bool {
	return !l.since.IsZero() && now.Sub(l.since) > stands
}

// crowds reports whether more than a few wait in a queue that stands.
func (g *Gate) crowds(l *line, now time.Time) bool { return l.stands(now) && len(l.queue) > g.few }

// look takes in the limit.
func (g *Gate) look(now time.Time) {
	if g.places = g.limit.Is(now, g.working); now.Sub(g.looked) >= every {
		g.looked = now
		for c := range g.classes {
			g.classes[c].owed = g.classes[c].own
		}
	}
}

// free reports whether a class may have one more place.
func (g *Gate) free(c Class) bool {
	l := &g.classes[c]
	return l.ownFree() || l.working < l.most && g.working < g.places
}

// ownFree reports whether a place of the class's own is free.
func (l *line) ownFree() bool { return l.owed > 0 && l.working < l.own }

// awaited reports whether somebody of the class waits, or of one that matters
// more; for a place of the class's own the others don't count.
func (g *Gate) awaited(c Class) bool {
	if l := &g.classes[c]; len(l.queue) > 0 || l.ownFree() {
		return len(l.queue) > 0
	}
	for more := range c {
		if len(g.classes[more].queue) > 0 && g.classes[more].working < g.classes[more].most {
			return true
		}
	}
	return false
}

func (g *Gate) take(l *line) {
	if g.working >= g.places {
		l.owed--
	}
	l.working++
	g.working++
}

// leave gives back a place, and lets in who may have it.
func (g *Gate) leave(c Class) {
	now := time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.classes[c].working--
	g.working--
	g.look(now)
	for c := range Classes {
		for l := &g.classes[c]; len(l.queue) > 0 && g.free(c); {
			g.call(l, now)
		}
	}
}

// call lets in the next of a queue: the first who came, or, where the queue stands, the
// last.
func (g *Gate) call(l *line, now time.Time) {
	next := 0
	if g.crowds(l, now) {
		next = len(l.queue) - 1
	}
	w := l.queue[next]
	l.queue = append(l.queue[:next], l.queue[next+1:]...)
	g.take(l)
	close(w.come)
}

// State is how a class stands.
type State struct {
	Working, Places, Waiting int
	Refused                  uint64 // since the start
}

// State is how a class stands now.
func (g *Gate) State(c Class) State {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := &g.classes[c]
	return State{l.working, l.most, len(l.queue), l.refused}
}

// Limit is how many places all classes have together now, those of their own
// aside.
func (g *Gate) Limit() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.places
}
