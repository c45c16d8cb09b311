package live

import "moot/internal/event"

// recent is the newest events, in order: a ring.
type recent struct {
	events []event.Event
	start  int // of the oldest, once the ring is full
}

func (r *recent) add(e event.Event) {
	if len(r.events) < Recent {
		r.events = append(r.events, e)
		return
	}
	r.events[r.start] = e
	r.start = (r.start + 1) % Recent
}

// at is the n-th event, the oldest first.
func (r *recent) at(n int) event.Event { return r.events[(r.start+n)%len(r.events)] }

// last is the number of the newest event; 0 where none is known.
func (r *recent) last() int64 {
	if len(r.events) == 0 {
		return 0
	}
	return r.at(len(r.events) - 1).Number
}

// after lists the events of a topic behind the one with a number, and whether
// that one is still known. Of several that concern one thing the first stands
// for all, since whoever tells of it looks at what there is now.
func (r *recent) after(number int64, t Topic) (events []event.Event, known bool) {
	if number == 0 {
		return nil, false
	}
	from := len(r.events) - 1
	for ; from >= 0; from-- {
		if r.at(from).Number == number {
			break
		}
	}
	if from < 0 {
		return nil, false
	}
	seen := map[thing]bool{}
	for n := from + 1; n < len(r.events); n++ {
		e := r.at(n)
		if !t.has(e) {
			continue
		}
		if about := t.about(e); !seen[about] {
			seen[about] = true
			events = append(events, e)
		}
	}
	return events, true
}

// thing is what events may concern several of: a post of a thread, a thread of a board,
// or what stands above them, which is one.
type thing struct {
	number int64
	above  bool // the card of a thread, or how far a board's place has come
}

func (t Topic) about(e event.Event) thing {
	switch e.Kind {
	case event.CardChanged, event.HandsChanged, event.MeetupTiding, event.ConveningTiding:
		return thing{above: true}
	}
	if t.Board != "" {
		return thing{number: e.Thread}
	}
	return thing{number: e.Post}
}

func (t Topic) has(e event.Event) bool {
	return t == Topic{Thread: e.Thread} || t == Topic{Board: e.Place}
}
