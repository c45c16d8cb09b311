package job

import (
	"context"
	"errors"
	"sync"
	"time"

	"moot/internal/clock"
	"moot/internal/db"
)

const (
	lease       = time.Minute      // for which a job is held by who takes it, or says that they are at it
	beat        = 15 * time.Second // between two times of saying so
	lookAnyway  = 5 * time.Second  // between two looks, when nobody wakes
	atOnce      = 4                // jobs under way in one process
	patience    = 20               // tries before one is given up
	firstWait   = 15 * time.Second // after a failure; twice as long after each more
	longestWait = time.Hour
	deadKept    = 30 * 24 * time.Hour
	whyLength   = 500 // bytes of a reason
)

// Jobs are the jobs of a site.
type Jobs struct {
	db    *db.DB
	clock *clock.Clock
	mu    sync.Mutex
	wake  chan struct{}
}

// New is the jobs of the site that is in a database.
func New(d *db.DB, c *clock.Clock) *Jobs {
	return &Jobs{db: d, clock: c, wake: make(chan struct{})}
}

// Add has a job done once it is due, if the transaction is committed. About is
// the ids of what it is about, as its kind reads them; of one kind there is one
// job about the same. One that is there already is moved: it counts as new, and
// who has it now has it no longer.
func (j *Jobs) Add(tx *db.Tx, kind, about string, due time.Time) error {
	number, err := tx.Next("job_number")
	if err != nil {
		return err
	}
	tx.After(j.awake)
	return tx.Later(db.Do(`INSERT INTO job (number, kind, about, due, held_until, turn, tries, why, dead_at) VALUES ($1, $2, $3, $4, 0, 0, 0, '', 0)
		ON CONFLICT (kind, about) DO UPDATE SET due = excluded.due, held_until = 0, turn = job.turn + 1, tries = 0, why = '', dead_at = 0`,
		number, kind, about, due.Unix()))
}

// Drop takes a job out again, if there is one: what it was for is gone.
func (j *Jobs) Drop(tx *db.Tx, kind, about string) error {
	return tx.Later(db.Do(`DELETE FROM job WHERE kind = $1 AND about = $2`, kind, about))
}

// Job is one as it stands.
type Job struct {
	Number      int64
	Kind, About string
	Due         time.Time
	Held        bool   // a node is at it
	Tries       int    // since it was done last, or added
	Why         string // the last of them failed
	Dead        time.Time
}

// List is the jobs there are, the dead first and then by when they are due, up to
// a limit.
func (j *Jobs) List(ctx context.Context, limit int) (all []Job, err error) {
	now := j.clock.Now()
	err = j.db.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = db.All(tx, func(scan db.Scan) (one Job, err error) {
			var due, held, dead int64
			err = scan(&one.Number, &one.Kind, &one.About, &due, &held, &one.Tries, &one.Why, &dead)
			one.Due, one.Held = time.Unix(due, 0).UTC(), held > now.Unix()
			if dead > 0 {
				one.Dead = time.Unix(dead, 0).UTC()
			}
			return one, err
		}, `SELECT number, kind, about, due, held_until, tries, why, dead_at FROM job ORDER BY CASE WHEN dead_at > 0 THEN 0 ELSE 1 END, due, number LIMIT $1`, limit)
		return err
	})
	return all, err
}

// Again has a job done now, also one that was given up. It reports whether there
// is one of this number that no node is at.
func (j *Jobs) Again(ctx context.Context, number int64) (found bool, err error) {
	now := j.clock.Now()
	err = j.db.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE job SET due = $2, held_until = 0, turn = turn + 1, tries = 0, dead_at = 0 WHERE number = $1 AND `+free(2, 3),
			number, now.Unix(), now.Add(2*lease).Unix())
		found = n > 0
		tx.After(j.awake)
		return err
	})
	return found, err
}

// Sweep forgets the jobs that were given up long ago, unless the clock is
// suspect.
func (j *Jobs) Sweep(ctx context.Context) error {
	if j.clock.Suspect() {
		return nil
	}
	return j.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`DELETE FROM job WHERE dead_at > 0 AND dead_at <= $1`, j.clock.Now().Add(-deadKept).Unix())
		return err
	})
}

// Backlog is what wants an operator's eye.
type Backlog struct {
	Dead int           // jobs that were given up
	Late time.Duration // how long that one has been due that nobody is at and waits longest
}

// Backlog reads it.
func (j *Jobs) Backlog(ctx context.Context) (b Backlog, err error) {
	now := j.clock.Now()
	err = j.db.Read(ctx, func(tx *db.Tx) error {
		var due *int64
		if err := tx.Row(`SELECT count(*) FROM job WHERE dead_at > 0`).Scan(&b.Dead); err != nil {
			return err
		}
		if err := tx.Row(`SELECT min(due) FROM job WHERE dead_at = 0 AND due <= $1 AND `+free(1, 2), now.Unix(), now.Add(2*lease).Unix()).Scan(&due); err != nil {
			return err
		}
		b.Late = 0
		if due != nil {
			b.Late = now.Sub(time.Unix(*due, 0))
		}
		return nil
	})
	return b, err
}

func (j *Jobs) awake() {
	j.mu.Lock()
	defer j.mu.Unlock()
	close(j.wake)
	j.wake = make(chan struct{})
}

// awaken is closed when something was added. Ask for it before looking.
func (j *Jobs) awaken() <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.wake
}

// ErrOvertaken says that a job is no longer whose it was: another node took it
// over, or it was moved or dropped.
var ErrOvertaken = errors.New("job: somebody else has it now")
