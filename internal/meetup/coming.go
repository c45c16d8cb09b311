package meetup

import (
	"context"
	"strconv"
	"time"

	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/text"
)

// Answer is what somebody says who is asked whether they come.
type Answer int

const (
	Unanswered Answer = iota
	Coming
	Maybe
	Cant
)

// RSVP is somebody's answer for one time, and what they wrote to the host.
type RSVP struct {
	Answer Answer
	Note   string
	Seen   int // the number of the newest tiding of the meetup that there were then
}

// Counts are how many answered what.
type Counts struct{ Coming, Maybe, Cant int }

func (c *Counts) count(a Answer, n int) {
	switch a {
	case Coming:
		c.Coming += n
	case Maybe:
		c.Maybe += n
	case Cant:
		c.Cant += n
	}
}

// answerOf is what is kept of who has an answer's token, for one meetup: the answers
// that somebody gives to two don't show that.
func answerOf(owner key.Actor, thread int64) []byte {
	return owner.Hash("rsvp " + strconv.FormatInt(thread, 10))
}

// answerAhead is how far ahead one can say whether one comes.
const answerAhead = 366 * 24 * time.Hour

// RSVP keeps what somebody answers for one time of a meetup, in place of what they
// answered before; Unanswered takes it back. The zero time is the next.
func (m *Meetups) RSVP(ctx context.Context, owner key.Actor, thread int64, occurrence time.Time, a Answer, note string) error {
	r := RSVP{Answer: a, Note: text.CleanLine(note)}
	switch f := tooLong("note", r.Note, noteLength); {
	case !owner.Known():
		return errNoToken()
	case a < Unanswered || a > Cant:
		return fault.New(fault.Invalid, "meetup.no_answer").On("answer")
	case f != nil:
		return f
	}
	return m.DB.Write(ctx, func(tx *db.Tx) error {
		k, err := m.hold(tx, thread)
		if err != nil {
			return err
		}
		if err := k.stands(); err != nil {
			return err
		}
		o, err := k.answerable(occurrence, m.Clock.Now())
		if err != nil {
			return err
		}
		hash, original := answerOf(owner, thread), o.Original.Unix()
		told, err := m.telling(tx, thread)
		if err != nil {
			return err
		}
		r := r // it may run twice
		r.Seen = told.tidings
		was, err := findRSVP(tx, thread, original, hash)
		if err != nil || was == r || a == Unanswered && was.Answer == Unanswered {
			return err
		}
		counts, err := holdCount(tx, thread, o)
		if err != nil {
			return err
		}
		if a == Coming && was.Answer != Coming && k.room > 0 && counts.Coming >= k.room {
			return fault.New(fault.Conflict, "meetup.full", "n", k.room).On("answer")
		}
		counts.count(was.Answer, -1)
		counts.count(a, 1)
		if err := putRSVP(tx, thread, original, hash, r); err != nil {
			return err
		}
		if err := putCount(tx, thread, original, counts); err != nil {
			return err
		}
		return m.says(tx, k)
	})
}

// answerable finds the time of a meetup that somebody answers for.
func (k kept) answerable(occurrence, now time.Time) (Occurrence, error) {
	if occurrence.IsZero() {
		next := k.series().coming(now, 1)
		if len(next) == 0 {
			return Occurrence{}, fault.New(fault.Conflict, "meetup.over")
		}
		return next[0], nil
	}
	o, found := k.series().find(occurrence)
	if !found || !o.End.After(now) || o.Start.After(now.Add(answerAhead)) && k.rule != "" {
		return o, errNoOccurrence()
	}
	return o, nil
}

func errNoOccurrence() error { return fault.New(fault.Conflict, "meetup.no_occurrence") }

// Answered is what somebody answered for the times of a meetup, by when those would
// have begun in seconds since 1970.
func (m *Meetups) Answered(ctx context.Context, owner key.Actor, thread int64) (map[int64]RSVP, error) {
	var all map[int64]RSVP
	err := m.DB.Read(ctx, func(tx *db.Tx) error {
		all = map[int64]RSVP{}
		if !owner.Known() {
			return nil
		}
		_, err := db.All(tx, func(scan db.Scan) (none struct{}, err error) {
			var original int64
			var r RSVP
			err = scan(&original, &r.Answer, &r.Note, &r.Seen)
			all[original] = r
			return none, err
		}, `SELECT occurrence, answer, note, seen FROM rsvp WHERE thread = $1 AND hash = $2`, thread, answerOf(owner, thread))
		return err
	})
	return all, err
}

// Spot is where exactly a meetup is: where it is held back, for its host, and for
// whoever answered that they come to a time that isn't over or has just been.
func (m *Meetups) Spot(ctx context.Context, owner key.Actor, thread int64) (spot string, err error) {
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		spot = ""
		k, err := m.find(tx, thread)
		if err != nil {
			return err
		}
		if k.spotHeld && !k.hosts(owner) {
			var comes bool
			if owner.Known() {
				if err := tx.Row(`SELECT EXISTS (SELECT 1 FROM rsvp WHERE thread = $1 AND hash = $2 AND answer = $3)`, thread, answerOf(owner, thread), int(Coming)).Scan(&comes); err != nil {
					return err
				}
			}
			if !comes {
				return fault.New(fault.Forbidden, "meetup.spot_held")
			}
		}
		spot = k.spot
		return nil
	})
	return spot, err
}

// Note is what somebody wrote to the host, without who.
type Note struct {
	Occurrence time.Time // when that time would have begun
	RSVP
}

// notesMost is how many notes are shown.
const notesMost = 500

// Notes are what was written to the host of a meetup, for the host alone.
func (m *Meetups) Notes(ctx context.Context, host key.Actor, thread int64) (all []Note, err error) {
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		k, err := m.find(tx, thread)
		if err != nil {
			return err
		}
		if !k.hosts(host) {
			return fault.New(fault.Forbidden, "meetup.not_host")
		}
		all, err = db.All(tx, func(scan db.Scan) (n Note, err error) {
			var original int64
			err = scan(&original, &n.Answer, &n.Note)
			n.Occurrence = time.Unix(original, 0).In(k.location)
			return n, err
		}, `SELECT occurrence, answer, note FROM rsvp WHERE thread = $1 AND note <> '' ORDER BY occurrence, answer, note LIMIT $2`, thread, notesMost)
		return err
	})
	return all, err
}

// Counts are how many answered what for all times of a meetup that somebody
// answered for, also those that are over: by when they would have begun, in seconds
// since 1970.
func (m *Meetups) Counts(ctx context.Context, thread int64) (all map[int64]Counts, err error) {
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := countsOf(tx, []any{thread})
		all = found[thread]
		return err
	})
	return all, err
}
