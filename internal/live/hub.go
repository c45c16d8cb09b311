package live

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"moot/internal/event"
	"moot/internal/guard"
)

// Topic is what can be listened to: a thread, or a board.
type Topic struct {
	Thread int64  // its number; 0: a board
	Board  string // its place's path; "": a thread
}

// Source says what is told of a topic. It is the same for all who listen to it.
type Source struct {
	// Tell reads what an event left behind, once; nil where that is nothing to
	// anybody. It may be asked of an event again, and long after.
	Tell func(context.Context, event.Event) (Say, error)

	// Since reads what came after a post, for who has the page up to there.
	Since func(ctx context.Context, post int64) (Say, error)
}

// Say words what was read in a language.
type Say func(language string) ([]Message, error)

// Limits bound what listeners cost.
type Limits struct {
	All    int // listeners
	Each   int // listeners of one visitor
	Owed   int // bytes that wait for a listener who doesn't read; all share what is told
	Missed int // bytes that listeners missed and wait for, of all together: those are each one's own
	Criers int // goroutines that write; 0: one for each processor
}

// Defaults are limits for a site in everyday use. All who come by an onion
// address may be one visitor, so Each leaves room for them. A process that may
// open few files keeps half of them for everything else.
func Defaults() Limits {
	return Limits{All: min(20_000, files()/2), Each: 1_000, Owed: 512 << 10, Missed: 32 << 20}
}

// How time passes for listeners, in pulses.
const (
	pulse     = time.Second
	heartbeat = 25 // pulses: proxies cut what is silent for longer, many at 60 s
	glance    = 5  // pulses between two looks at whether a listener is still there
	tooSlow   = 30 // pulses for which a listener may owe it to us to read
)

// Recent is how many events a hub remembers for those who come back: an hour
// of a very busy site, in under a megabyte.
const Recent = 8192

// What one who comes back is told at the most; who missed more reads anew.
const (
	mostMissed  = 100      // things
	mostInBytes = 64 << 10 // bytes
)

// ErrFull is for who comes when there is no place: they can look by themselves.
var ErrFull = errors.New("live: no place to listen")

// Hub is all who listen on one node.
type Hub struct {
	limits Limits
	failed func(error)
	criers []*crier
	done   chan struct{}
	ended  sync.WaitGroup
	held   atomic.Int64 // bytes that listeners missed and wait for
	slow   atomic.Int64 // listeners who were let go, as they didn't read
	full   atomic.Int64 // who came when there was no place

	// order is of what is told: the events one after another, and who begins
	// to listen between which of them. It is taken before count.
	order  sync.Mutex
	recent recent

	count     sync.Mutex
	audiences map[Topic]*audience
	each      map[guard.Visitor]int
	all       int
	next      int // crier
	closed    bool
}

// audience is who listens to a topic.
type audience struct {
	source    *Source
	languages map[string]int // listeners
}

// New is a hub nobody listens to yet. Past are the newest events there were, in
// order; failed is told what goes wrong in reading what happened.
func New(limits Limits, past []event.Event, failed func(error)) *Hub {
	return newHub(limits, past, failed, pulse)
}

func newHub(limits Limits, past []event.Event, failed func(error), pulse time.Duration) *Hub {
	h := &Hub{
		limits: limits, failed: failed, done: make(chan struct{}),
		audiences: map[Topic]*audience{}, each: map[guard.Visitor]int{},
	}
	for _, e := range past {
		h.recent.add(e)
	}
	if limits.Criers == 0 {
		limits.Criers = runtime.GOMAXPROCS(0)
	}
	for range limits.Criers {
		c := newCrier(h)
		h.criers = append(h.criers, c)
		h.ended.Go(func() { c.run(pulse) })
	}
	return h
}

// Listeners is how many listen.
func (h *Hub) Listeners() int {
	h.count.Lock()
	defer h.count.Unlock()
	return h.all
}

// Refused is how many were let go since they didn't read what they were told, and
// how many were not let in since there was no place.
func (h *Hub) Refused() (slow, full int64) { return h.slow.Load(), h.full.Load() }

// Close lets all go, and lets nobody in any more. Those who were cut off come
// back each after a wait of their own.
func (h *Hub) Close() {
	h.count.Lock()
	closed := h.closed
	h.closed = true
	h.count.Unlock()
	if !closed {
		close(h.done)
	}
	h.ended.Wait()
}

// Ask is what somebody wants to listen to.
type Ask struct {
	Topic    Topic
	Language string // code
	Visitor  guard.Visitor
	Source   *Source
	Event    int64 // the last event that they heard; 0: none
	Post     int64 // where they heard none, the newest post that they have; 0: not known
}

// Join lets somebody in, and reads what they missed. What is told from now on
// waits for them until they Sit. ErrFull where there is no place.
func (h *Hub) Join(ctx context.Context, a Ask) (*Listener, error) {
	l := &Listener{hub: h, topic: a.Topic, language: a.Language, visitor: a.Visitor}
	if !h.enter(l) {
		h.full.Add(1)
		return nil, ErrFull
	}
	h.order.Lock()
	h.attend(l, a.Source)
	last := h.recent.last()
	missed, known := h.recent.after(a.Event, a.Topic)
	l.crier.do(func() { l.crier.add(l) })
	h.order.Unlock()

	messages, err := catchUp(ctx, a, missed, known)
	if err != nil {
		l.Leave()
		return nil, err
	}
	l.first = opening(messages, last)
	if !h.hold(len(l.first)) {
		l.first = opening(Anew, last)
		h.held.Add(int64(len(l.first)))
	}
	return l, nil
}

// hold takes room for what one listener missed, if that is not too much.
func (h *Hub) hold(bytes int) bool {
	if bytes > mostInBytes {
		return false
	}
	if h.held.Add(int64(bytes)) > int64(h.limits.Missed) {
		h.held.Add(-int64(bytes))
		return false
	}
	return true
}

// opening is how a stream begins: with what was missed, and where one who
// loses it now will have been.
func opening(messages []Message, last int64) []byte {
	b := append([]byte(nil), "retry: "...)
	b = strconv.AppendInt(b, retry().Milliseconds(), 10)
	b = append(b, "\n\n"...)
	b = stream(b, messages, 0)
	return stream(b, []Message{{Name: here, Data: strconv.AppendInt(nil, last, 10)}}, last)
}

// retry is how long a browser is to wait before it comes back. It differs from
// one to the next, so that all those who lose a site at one moment don't come
// back at one.
func retry() time.Duration { return 2*time.Second + rand.N(6*time.Second) }

func catchUp(ctx context.Context, a Ask, missed []event.Event, known bool) ([]Message, error) {
	var says []Say
	switch {
	case a.Event == 0 && a.Post == 0:
	case a.Event == 0:
		say, err := a.Source.Since(ctx, a.Post)
		if err != nil {
			return nil, err
		}
		says = append(says, say)
	case !known || len(missed) > mostMissed:
		return Anew, nil
	}
	for _, e := range missed {
		say, err := a.Source.Tell(ctx, e)
		if err != nil {
			return nil, err
		}
		says = append(says, say)
	}
	var all []Message
	for _, say := range says {
		if say == nil {
			continue
		}
		messages, err := say(a.Language)
		if err != nil {
			return nil, err
		}
		all = append(all, messages...)
	}
	return all, nil
}

// enter counts a listener, if there is a place.
func (h *Hub) enter(l *Listener) bool {
	h.count.Lock()
	defer h.count.Unlock()
	if h.closed || h.all >= h.limits.All || h.each[l.visitor] >= h.limits.Each {
		return false
	}
	h.all++
	h.each[l.visitor]++
	l.crier = h.criers[h.next%len(h.criers)]
	l.slot = h.next / len(h.criers) % heartbeat
	h.next++
	return true
}

// attend has events of the listener's topic told in its language.
func (h *Hub) attend(l *Listener, source *Source) {
	h.count.Lock()
	defer h.count.Unlock()
	a := h.audiences[l.topic]
	if a == nil {
		a = &audience{source: source, languages: map[string]int{}}
		h.audiences[l.topic] = a
	}
	a.languages[l.language]++
}

// left forgets a listener.
func (h *Hub) left(l *Listener) {
	h.count.Lock()
	defer h.count.Unlock()
	h.all--
	if h.each[l.visitor]--; h.each[l.visitor] == 0 {
		delete(h.each, l.visitor)
	}
	a := h.audiences[l.topic]
	if a.languages[l.language]--; a.languages[l.language] == 0 {
		delete(a.languages, l.language)
	}
	if len(a.languages) == 0 {
		delete(h.audiences, l.topic)
	}
}
