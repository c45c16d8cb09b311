package page

import (
	"cmp"
	"slices"

	"moot/internal/place"
)

// Start is what a thread can be started with: words alone, or a card. The forms of
// several folders offer all of them, and what somebody has typed goes along when they
// change their mind: each form has a button for every other, which sends it there with
// do=carry, and what the other has no field for waits in it, hidden.
type Start struct {
	Ways    []Way
	Default string // the value of the button that Enter presses, which stands before those of the ways
	Waits   []Waiting
}

// Way is one thing that can be started.
type Way struct {
	Name    string
	Address string // of its form
	Chosen  bool
}

// Waiting is a field of another form.
type Waiting struct{ Name, Value string }

// The ways there are.
const (
	StartThread = "/new"
	StartMeetup = "/meetups/new"
	StartDate   = "/hand/ask"
)

// carried are the fields of all forms that start something, but for a subject and a
// body, which each of them has.
var carried = append([]string{
	"name", "options",
	"day", "time", "minutes", "repeat", "until", "times", "venue", "directions", "recognise", "step-free", "cost", "room", "spot", "held", "public",
}, SlotFields...)

// Starts is the choice above a form that starts something, and what it keeps for the
// others: every field but its own.
func (q *Request) Starts(chosen, button string, own ...string) *Start {
	s := &Start{Default: button}
	for _, w := range []Way{{q.T("page.start_thread"), StartThread, false}, {q.T("page.start_meetup"), StartMeetup, false}, {q.T("page.start_date"), StartDate, false}} {
		if w.Address == StartDate && q.Place.Kind() != place.City {
			continue
		}
		w.Chosen = w.Address == chosen
		w.Address = "/" + q.Place.Path() + w.Address
		s.Ways = append(s.Ways, w)
	}
	for _, name := range carried {
		if value := q.R.PostForm.Get(name); value != "" && !slices.Contains(own, name) {
			s.Waits = append(s.Waits, Waiting{name, value})
		}
	}
	return s
}

// Carried reports whether a form came with what was typed into another.
func (q *Request) Carried() bool { return q.R.PostForm.Get("do") == "carry" }

// Subject is what somebody calls what they start, in whichever form.
func (q *Request) Subject() string {
	return cmp.Or(q.R.PostForm.Get("subject"), q.R.PostForm.Get("title"))
}
