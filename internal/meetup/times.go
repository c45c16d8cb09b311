package meetup

import (
	"time"

	"moot/internal/recur"
)

// Occurrence is one of the times at which a meetup is held, and how many answered
// what for it.
type Occurrence struct {
	recur.Occurrence
	Counts
}

// series are the times of a meetup.
type series struct{ recur.Series }

func counted(all []recur.Occurrence) []Occurrence {
	times := make([]Occurrence, len(all))
	for i, o := range all {
		times[i].Occurrence = o
	}
	return times
}

// between are the occurrences that end after one time and begin before another, so
// many at the most.
func (s series) between(from, to time.Time, most int) []Occurrence {
	return counted(s.Between(from, to, most))
}

// coming are the next occurrences that aren't over.
func (s series) coming(now time.Time, most int) []Occurrence { return counted(s.Coming(now, most)) }

// find is the occurrence that is known by a time, unless it was dropped.
func (s series) find(original time.Time) (Occurrence, bool) {
	o, found := s.Find(original)
	return Occurrence{Occurrence: o}, found
}

// First is the first time of a meetup, without its counts.
func (m Meetup) First() Occurrence {
	end := m.Start.Add(time.Duration(m.Minutes) * time.Minute)
	return Occurrence{Occurrence: recur.Occurrence{Original: m.Start, Start: m.Start, End: end}}
}
