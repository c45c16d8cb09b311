package live

import (
	"slices"
	"time"

	"moot/internal/guard"
)

// Listener is somebody who listens.
type Listener struct {
	hub      *Hub
	crier    *crier
	topic    Topic
	language string
	visitor  guard.Visitor
	first    []byte // what they missed

	// What follows is the crier's.
	line   Line
	owed   [][]byte // what waits to be written
	waits  int      // bytes of that
	held   int      // bytes of it that are this listener's own
	behind int      // pulse since which something waits
	at     int      // place among the crier's listeners; -1: let go
	seat   int      // among those of the topic
	slot   int      // pulse at which the heart beats
}

// Sit gives a listener who joined their connection, and head, which is written
// before anything else. The hub closes it when they leave or are let go.
func (l *Listener) Sit(line Line, head []byte) {
	first, held := append(slices.Clone(head), l.first...), len(l.first)
	l.first = nil
	sat := l.crier.do(func() {
		l.held = held
		if l.at < 0 { // let go before they sat
			line.Close()
			l.free()
			return
		}
		l.line = line
		l.owed, l.waits = slices.Insert(l.owed, 0, first), l.waits+len(first)
		l.crier.flush(l)
	})
	if !sat {
		line.Close()
	}
}

// Leave lets the listener go.
func (l *Listener) Leave() {
	held := len(l.first)
	l.first = nil
	l.crier.do(func() {
		l.crier.drop(l)
		l.held += held
		l.free()
	})
}

// free gives back the room that what they missed took.
func (l *Listener) free() {
	l.hub.held.Add(-int64(l.held))
	l.held = 0
}

// crier is the one goroutine that writes to its share of the listeners. All
// that it has is its own.
type crier struct {
	hub       *Hub
	inbox     chan func()
	listeners []*Listener
	topics    map[Topic][]*Listener
	behind    map[*Listener]struct{} // those whom something waits for
	pulses    int
}

func newCrier(h *Hub) *crier {
	return &crier{hub: h, inbox: make(chan func(), 64), topics: map[Topic][]*Listener{}, behind: map[*Listener]struct{}{}}
}

// do has the crier do something, after all it was asked to do before; false
// where the hub is closed.
func (c *crier) do(what func()) bool {
	select {
	case <-c.hub.done:
		return false
	default:
	}
	select {
	case c.inbox <- what:
		return true
	case <-c.hub.done:
		return false
	}
}

// again is how soon a line that took no more is tried again.
const again = 40 * time.Millisecond

func (c *crier) run(pulse time.Duration) {
	beat := time.NewTicker(pulse)
	defer beat.Stop()
	var retry <-chan time.Time
	for {
		if retry == nil && len(c.behind) > 0 {
			retry = time.After(again)
		}
		select {
		case what := <-c.inbox:
			what()
		case <-retry:
			retry = nil
			for l := range c.behind {
				c.flush(l)
			}
		case <-beat.C:
			c.beat()
		case <-c.hub.done:
			c.end()
			return
		}
	}
}

// end lets all go.
func (c *crier) end() {
	for len(c.listeners) > 0 {
		c.drop(c.listeners[len(c.listeners)-1])
	}
	for { // those who sat down as the hub closed
		select {
		case what := <-c.inbox:
			what()
		default:
			for len(c.listeners) > 0 {
				c.drop(c.listeners[len(c.listeners)-1])
			}
			return
		}
	}
}

func (c *crier) add(l *Listener) {
	l.at, l.seat = len(c.listeners), len(c.topics[l.topic])
	c.listeners = append(c.listeners, l)
	c.topics[l.topic] = append(c.topics[l.topic], l)
}

// drop lets a listener go.
func (c *crier) drop(l *Listener) {
	if l.at < 0 {
		return
	}
	c.listeners = without(c.listeners, l.at, func(moved *Listener) { moved.at = l.at })
	if left := without(c.topics[l.topic], l.seat, func(moved *Listener) { moved.seat = l.seat }); len(left) > 0 {
		c.topics[l.topic] = left
	} else {
		delete(c.topics, l.topic)
	}
	delete(c.behind, l)
	l.at, l.owed = -1, nil
	l.free()
	if l.line != nil {
		l.line.Close()
	}
	c.hub.left(l)
}

// without takes one out of a list by putting the last in its place.
func without(list []*Listener, at int, moved func(*Listener)) []*Listener {
	last := len(list) - 1
	if at != last {
		list[at] = list[last]
		moved(list[at])
	}
	list[last] = nil
	return list[:last]
}

// cry writes to all who listen to a topic.
func (c *crier) cry(t Topic, made map[string][]byte) {
	all := c.topics[t]
	for i := len(all) - 1; i >= 0; i-- { // from the end, since one who is let go is replaced by the last
		if b := made[all[i].language]; len(b) > 0 {
			c.tell(all[i], b)
		}
	}
}

// tell writes to a listener what they take now, and keeps the rest for them.
func (c *crier) tell(l *Listener, b []byte) {
	if len(l.owed) == 0 && l.line != nil {
		n, err := l.line.Write(b)
		if err != nil {
			c.drop(l)
			return
		}
		if b = b[n:]; len(b) == 0 {
			return
		}
	}
	l.owed, l.waits = append(l.owed, b), l.waits+len(b)
	c.wait(l)
}

// flush writes what waits for a listener.
func (c *crier) flush(l *Listener) {
	for len(l.owed) > 0 {
		n, err := l.line.Write(l.owed[0])
		if err != nil {
			c.drop(l)
			return
		}
		l.waits -= n
		if l.owed[0] = l.owed[0][n:]; len(l.owed[0]) > 0 {
			c.wait(l)
			return
		}
		l.owed[0], l.owed = nil, l.owed[1:]
	}
	l.owed = nil
	l.free()
	delete(c.behind, l)
}

// wait notes that something waits for a listener, unless that is too much.
func (c *crier) wait(l *Listener) {
	if l.waits > c.hub.limits.Owed {
		c.hub.slow.Add(1)
		c.drop(l)
		return
	}
	if _, waits := c.behind[l]; !waits && l.line != nil {
		l.behind = c.pulses
		c.behind[l] = struct{}{}
	}
}

// heart is a comment, which browsers pass over.
var heart = []byte(":\n\n")

// beat is one pulse: it lets those go who are no longer there, or don't read,
// and lets the others know that we still are.
func (c *crier) beat() {
	c.pulses++
	for i := len(c.listeners) - 1; i >= 0; i-- {
		l := c.listeners[i]
		if l.line == nil {
			continue // their door is still busy with them
		}
		_, waits := c.behind[l]
		switch turn := c.pulses + l.slot; {
		case waits && c.pulses-l.behind > tooSlow:
			c.hub.slow.Add(1)
			c.drop(l)
		case turn%glance == 0 && l.line.Ended():
			c.drop(l)
		case turn%heartbeat == 0 && !waits:
			c.tell(l, heart)
		}
	}
}
