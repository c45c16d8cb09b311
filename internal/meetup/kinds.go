package meetup

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"moot/internal/db"
	"moot/internal/job"
)

// The kinds of the jobs of meetups.
const (
	OverJob   = "meetup-over"   // about the thread of a meetup
	RemindJob = "meetup-remind" // about the same
	sweepJob  = "sweep-meetups"
)

// Kinds are the jobs of meetups.
func (m *Meetups) Kinds() []job.Kind {
	about := func(act func(ctx context.Context, thread int64, done func(*db.Tx) error) error) func(context.Context, *job.Turn) error {
		return func(ctx context.Context, t *job.Turn) error {
			number, err := strconv.ParseInt(t.About, 10, 64)
			if err != nil {
				return fmt.Errorf("meetup: a job about thread %q", t.About)
			}
			return act(ctx, number, t.Done)
		}
	}
	return []job.Kind{
		{Name: OverJob, Do: about(m.Over)},
		{Name: RemindJob, Do: about(m.Remind)},
		{Name: sweepJob, Every: time.Hour, Do: func(ctx context.Context, _ *job.Turn) error { return m.Sweep(ctx) }},
	}
}

// How long after the end it is kept who answered what, and where exactly it was
// (security.md 1.7, rows 14 and 15).
const (
	answersKept = 48 * time.Hour
	spotKept    = 7 * 24 * time.Hour
)

// sweepAtOnce is of how many times the answers are deleted in one transaction.
const sweepAtOnce = 50

// Sweep deletes the answers, exact spots and hosts whose time is over, unless the
// clock is suspect.
func (m *Meetups) Sweep(ctx context.Context) error {
	for !m.Clock.Suspect() {
		var n int
		err := m.DB.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = sweepAnswers(tx, m.Clock.Now().Add(-answersKept))
			return err
		})
		if err != nil {
			return err
		}
		if n < sweepAtOnce {
			break
		}
	}
	if m.Clock.Suspect() {
		return nil
	}
	return m.DB.Write(ctx, func(tx *db.Tx) error {
		if err := sweepTidings(tx, m.Clock.Now(), m.Clock.Now().Add(-spotKept)); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE meetup SET spot = '', spot_held = $2, host = $3, kept = $2 WHERE over_at > 0 AND over_at <= $1 AND kept`,
			m.Clock.Now().Add(-spotKept).Unix(), false, []byte{})
		return err
	})
}

// sweepAnswers deletes the answers for some times that ended before one, and is how
// many times those were. Their numbers stay.
func sweepAnswers(tx *db.Tx, before time.Time) (int, error) {
	type over struct{ thread, occurrence int64 }
	times, err := db.All(tx, func(scan db.Scan) (o over, err error) {
		return o, scan(&o.thread, &o.occurrence)
	}, `SELECT thread, occurrence FROM rsvp_count WHERE kept AND ends_at <= $1 ORDER BY thread, occurrence LIMIT $2`, before.Unix(), sweepAtOnce)
	for _, o := range times {
		if err != nil {
			break
		}
		err = tx.Later(db.Do(`DELETE FROM rsvp WHERE thread = $1 AND occurrence = $2`, o.thread, o.occurrence),
			db.Do(`UPDATE rsvp_count SET kept = $3 WHERE thread = $1 AND occurrence = $2`, o.thread, o.occurrence, false))
	}
	return len(times), err
}
