package meetup

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"moot/internal/attendance"
	"moot/internal/db"
	"moot/internal/job"
	"moot/internal/meetup/record"
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

// answersKept is how long after the end it is kept who answered what (security.md 1.7,
// row 14).
const answersKept = 48 * time.Hour

// Sweep deletes the answers, exact spots and hosts whose time is over, unless the
// clock is suspect.
func (m *Meetups) Sweep(ctx context.Context) error {
	for !m.Clock.Suspect() {
		var n int
		err := m.DB.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = attendance.Sweep(tx, m.Clock.Now().Add(-answersKept))
			return err
		})
		if err != nil {
			return err
		}
		if n < attendance.AtOnce {
			break
		}
	}
	if m.Clock.Suspect() {
		return nil
	}
	return m.DB.Write(ctx, func(tx *db.Tx) error {
		if err := sweepTidings(tx, m.Clock.Now(), m.Clock.Now().Add(-record.SpotKept)); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE meetup SET spot = '', spot_held = $2, host = $3, kept = $2 WHERE over_at > 0 AND over_at <= $1 AND kept`,
			m.Clock.Now().Add(-record.SpotKept).Unix(), false, []byte{})
		return err
	})
}
