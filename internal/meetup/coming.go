package meetup

import (
	"context"
	"time"

	"moot/internal/attendance"
	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/plan"
	"moot/internal/text"
)

// How somebody answers who is asked whether they come.
type (
	Answer = attendance.Answer
	RSVP   = attendance.RSVP
	Counts = attendance.Counts
	Note   = attendance.Note
)

const (
	Unanswered = attendance.Unanswered
	Coming     = attendance.Coming
	Maybe      = attendance.Maybe
	Cant       = attendance.Cant
)

// noteLength is how long a note to the host may be, in characters.
const noteLength = 300

// RSVP keeps what somebody answers for one time of a meetup, in place of what they
// answered before; Unanswered takes it back. The zero time is the next.
func (m *Meetups) RSVP(ctx context.Context, owner key.Actor, thread int64, occurrence time.Time, a Answer, note string) error {
	r := RSVP{Answer: a, Note: text.CleanLine(note)}
	switch f := plan.TooLong("note", r.Note, noteLength); {
	case !owner.Known():
		return errNoToken()
	case a < Unanswered || a > Cant:
		return fault.New(fault.Invalid, "meetup.no_answer").On("answer")
	case f != nil:
		return f
	}
	return m.DB.Write(ctx, func(tx *db.Tx) error {
		k, err := m.records().Hold(tx, thread)
		if err != nil {
			return err
		}
		if err := k.Stands(); err != nil {
			return err
		}
		o, err := k.Answerable(occurrence, m.Clock.Now())
		if err != nil {
			return err
		}
		told, err := m.telling(tx, thread)
		if err != nil {
			return err
		}
		r := r // it may run twice
		r.Seen = told.tidings
		was, err := attendance.Find(tx, owner, thread, o.Original)
		if err != nil || was == r || a == Unanswered && was.Answer == Unanswered {
			return err
		}
		counts, err := attendance.HoldCounts(tx, thread, o)
		if err != nil {
			return err
		}
		if a == Coming && was.Answer != Coming && k.Room > 0 && counts.Coming >= k.Room {
			return fault.New(fault.Conflict, "meetup.full", "n", k.Room).On("answer")
		}
		if err := attendance.Put(tx, owner, thread, o.Original, was, r, counts); err != nil {
			return err
		}
		return m.says(tx, k)
	})
}

// Answered is what somebody answered for the times of a meetup, by when those would
// have begun in seconds since 1970.
func (m *Meetups) Answered(ctx context.Context, owner key.Actor, thread int64) (map[int64]RSVP, error) {
	all := map[int64]RSVP{}
	err := m.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if owner.Known() {
			all, err = attendance.Of(tx, owner, thread)
		}
		return err
	})
	return all, err
}

// Spot is where exactly a meetup is: where it is held back, for its host, and for
// whoever answered that they come to a time that isn't over or has just been.
func (m *Meetups) Spot(ctx context.Context, owner key.Actor, thread int64) (spot string, err error) {
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		spot = ""
		k, err := m.records().Find(tx, thread)
		if err != nil {
			return err
		}
		if k.SpotHeld && !k.Hosts(owner) {
			var comes bool
			if owner.Known() {
				if comes, err = attendance.Comes(tx, owner, thread); err != nil {
					return err
				}
			}
			if !comes {
				return fault.New(fault.Forbidden, "meetup.spot_held")
			}
		}
		spot = k.Spot
		return nil
	})
	return spot, err
}

// Notes are what was written to the host of a meetup, for the host alone.
func (m *Meetups) Notes(ctx context.Context, host key.Actor, thread int64) (all []Note, err error) {
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		k, err := m.records().Find(tx, thread)
		if err != nil {
			return err
		}
		if !k.Hosts(host) {
			return fault.New(fault.Forbidden, "meetup.not_host")
		}
		all, err = attendance.Notes(tx, thread, k.Location)
		return err
	})
	return all, err
}

// Counts are how many answered what for all times of a meetup that somebody
// answered for, also those that are over: by when they would have begun, in seconds
// since 1970.
func (m *Meetups) Counts(ctx context.Context, thread int64) (all map[int64]Counts, err error) {
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := attendance.CountsOf(tx, []any{thread})
		all = found[thread]
		return err
	})
	return all, err
}
