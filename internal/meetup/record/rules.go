package record

import (
	"time"

	"moot/internal/attendance"
	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/plan"
)

// startsWithin is how far whoever took on what hands agreed on may move its start,
// within that day.
const startsWithin = 2 * time.Hour

// Agrees is what is in the way of what hands agreed on: its host may add to it, and
// change nothing of it.
func (k Record) Agrees(was, c plan.Checked) error {
	if k.AgreedAt == 0 {
		return nil
	}
	var faults []*fault.Fault
	agreed := time.Unix(k.AgreedAt, 0).In(k.Location)
	if c.First.Sub(agreed).Abs() > startsWithin || c.First.In(k.Location).YearDay() != agreed.YearDay() {
		faults = append(faults, fault.New(fault.Conflict, "meetup.agreed_start").On("start"))
	}
	if k.AgreedIn && (c.Venue.Name != was.Venue.Name || c.Venue.Directions != was.Venue.Directions || c.Venue.StepFree != was.Venue.StepFree) {
		faults = append(faults, fault.New(fault.Conflict, "meetup.agreed_venue").On("venue"))
	}
	if c.RRule != "" {
		faults = append(faults, fault.New(fault.Conflict, "meetup.agreed_once").On("repeat"))
	}
	if c.Room != 0 {
		faults = append(faults, fault.New(fault.Conflict, "meetup.agreed_room").On("room"))
	}
	return fault.Join(faults...)
}

// SpotKept is how long after the end it is kept where exactly it was, and who hosts it
// (security.md 1.7, row 15); Afterwards is until when its host can tell how it was.
const (
	SpotKept   = 7 * 24 * time.Hour
	Afterwards = SpotKept
)

// StandsAgain reports whether a hand may have it stand again: until it begins.
func (k Record) StandsAgain(now time.Time) bool {
	return k.Cancelled && k.MayStand && time.Unix(k.NextAt, 0).After(now)
}

// Free reports whether a hand may take it on: what hands agreed on and nobody hosts, as
// long as it can be told how it was, and what its host cancelled, as long as it can stand
// again.
func (k Record) Free(now time.Time) bool {
	return k.StandsAgain(now) || k.AgreedAt != 0 && len(k.Host) == 0 && !k.Cancelled && k.ToTell(now)
}

// ToTell reports whether it can be told how it was, or what is next isn't over.
func (k Record) ToTell(now time.Time) bool {
	return k.NextAt > 0 || time.Unix(k.OverAt, 0).Add(Afterwards).After(now)
}

// Took reports whether a time was held before the meetup was cancelled, if it was.
func (k Record) Took(o attendance.Occurrence) bool {
	return !k.Cancelled || !o.End.After(time.Unix(k.ChangedAt, 0))
}

// MostTold is of how many times it is shown how they were: more than a week of days.
const MostTold = 12

func (k Record) Afters(tx *db.Tx) ([]attendance.After, error) {
	return attendance.AftersOf(tx, k.Thread, k.Series().Series, MostTold)
}

// answerAhead is how far ahead one can say whether one comes.
const answerAhead = 366 * 24 * time.Hour

// Answerable finds the time of a meetup that somebody answers for.
func (k Record) Answerable(occurrence, now time.Time) (attendance.Occurrence, error) {
	if occurrence.IsZero() {
		next := k.Series().Coming(now, 1)
		if len(next) == 0 {
			return attendance.Occurrence{}, fault.New(fault.Conflict, "meetup.over")
		}
		return next[0], nil
	}
	o, found := k.Series().Find(occurrence)
	if !found || !o.End.After(now) || o.Start.After(now.Add(answerAhead)) && k.Rule != "" {
		return o, ErrNoOccurrence()
	}
	return o, nil
}

func ErrNoOccurrence() error { return fault.New(fault.Conflict, "meetup.no_occurrence") }
