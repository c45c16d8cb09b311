package record

import (
	"time"

	"moot/internal/attendance"
	"moot/internal/recur"
)

// MostChanged is how many single times of a meetup can be moved or dropped, and how
// many that are to come are looked at when the whole is moved: more than a year of
// days.
const MostChanged = 400

// Series are the times of a meetup.
type Series struct{ recur.Series }

func counted(all []recur.Occurrence) []attendance.Occurrence {
	times := make([]attendance.Occurrence, len(all))
	for i, o := range all {
		times[i].Occurrence = o
	}
	return times
}

// Between are the occurrences that end after one time and begin before another, so
// many at the most.
func (s Series) Between(from, to time.Time, most int) []attendance.Occurrence {
	return counted(s.Series.Between(from, to, most))
}

// Coming are the next occurrences that aren't over.
func (s Series) Coming(now time.Time, most int) []attendance.Occurrence {
	return counted(s.Series.Coming(now, most))
}

// Find is the occurrence that is known by a time, unless it was dropped.
func (s Series) Find(original time.Time) (attendance.Occurrence, bool) {
	o, found := s.Series.Find(original)
	return attendance.Occurrence{Occurrence: o}, found
}

// ToRemind is the next time of a meetup that somebody may be reminded of: one that
// didn't begin, behind those that all know of.
func (s Series) ToRemind(reminded, now time.Time) (attendance.Occurrence, bool) {
	from := now
	if reminded.After(now) {
		from = reminded
	}
	for _, o := range s.Between(from, now.Add(recur.Ahead), MostChanged+1) {
		if o.Start.After(from) {
			return o, true
		}
	}
	return attendance.Occurrence{}, false
}
