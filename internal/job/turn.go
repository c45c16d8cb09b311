package job

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"moot/internal/db"
)

// free is the condition that nobody holds a job, where $now is the time and
// $ahead one that no honest hold reaches: what a clock wrote that was ahead binds
// nobody. All in seconds since 1970.
func free(now, ahead int) string {
	return fmt.Sprintf(`(held_until <= $%d OR held_until > $%d)`, now, ahead)
}

// Turn is a job that this process has, as long as nobody has to take it over.
type Turn struct {
	About string // what it is about
	Try   int    // which try this is, from 1

	number, turn int64
	why          string
	kind         Kind
	began        time.Time
	done         atomic.Bool
}

// Done says, in the transaction that has its effect, that the work is done. Where
// the job is no longer this process's it is ErrOvertaken, which undoes that
// transaction. Work that never calls it is done when it returns no error.
func (t *Turn) Done(tx *db.Tx) error {
	var changed int64
	var err error
	if t.kind.Every == 0 {
		changed, err = tx.Exec(`DELETE FROM job WHERE number = $1 AND turn = $2`, t.number, t.turn)
	} else {
		changed, err = tx.Exec(`UPDATE job SET due = $3, held_until = 0, tries = 0, why = '' WHERE number = $1 AND turn = $2`,
			t.number, t.turn, t.began.Add(t.kind.Every).Unix())
	}
	if err == nil && changed == 0 {
		return ErrOvertaken
	}
	tx.After(func() { t.done.Store(true) })
	return err
}

// take takes the job that is due longest and that nobody has; nil where there is
// none.
func (c *Crew) take(ctx context.Context) (*Turn, error) {
	if len(c.kinds) == 0 || c.jobs.clock.Suspect() {
		return nil, nil
	}
	now := c.jobs.clock.Now()
	args := append([]any{now.Unix(), now.Add(2 * lease).Unix()}, c.names...)
	due := `SELECT number FROM job WHERE dead_at = 0 AND due <= $1 AND ` + free(1, 2) + ` AND kind IN (` + c.marks + `) ORDER BY due, number LIMIT 1`
	var there bool
	err := c.jobs.db.Read(ctx, func(tx *db.Tx) error { // which most looks end with
		return tx.Row(`SELECT EXISTS (`+due+`)`, args...).Scan(&there)
	})
	if err != nil || !there {
		return nil, err
	}
	var t *Turn
	err = c.jobs.db.Write(ctx, func(tx *db.Tx) error {
		var kind string
		t = &Turn{began: now}
		err := tx.Row(fmt.Sprintf(`UPDATE job SET held_until = $%d, turn = turn + 1, tries = tries + 1 WHERE number = (%s) RETURNING number, kind, about, turn, tries, why`,
			len(args)+1, tx.Unheld(due)), append(args, now.Add(lease).Unix())...).Scan(&t.number, &kind, &t.About, &t.turn, &t.Try, &t.why)
		if err == db.ErrNone {
			t = nil
			return nil
		}
		t.kind = c.kinds[kind]
		return err
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// do does a job and notes what became of it.
func (c *Crew) do(ctx context.Context, t *Turn) {
	log := c.log.With("job", t.number, "kind", t.kind.Name, "about", t.About)
	if t.kind.Every == 0 && t.Try > patience { // nobody lived to say that it failed
		if t.why == "" {
			t.why = "whoever was at it died of it"
		}
		if err := c.note(ctx, t, t.why); err != nil {
			log.Warn("giving up a job", "error", err)
		}
		return
	}
	working, stop := context.WithCancelCause(ctx)
	var staying sync.WaitGroup
	staying.Go(func() { c.stay(working, stop, t) })
	err := safely(working, t)
	stop(nil)
	staying.Wait()
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), lease) // also when the process is told to end
	defer cancel()
	switch {
	case t.done.Load():
		return
	case errors.Is(err, ErrOvertaken), errors.Is(context.Cause(working), ErrOvertaken):
		log.Info("a job was taken over while it was done")
		return
	case err == nil:
		err = c.jobs.db.Write(ending, t.Done)
	case ctx.Err() != nil:
		err = c.giveBack(ending, t)
	default:
		log.Warn("a job failed", "try", t.Try, "error", err)
		err = c.note(ending, t, err.Error())
	}
	if err != nil && !errors.Is(err, ErrOvertaken) {
		log.Warn("noting what became of a job", "error", err) // it is taken again when its hold is over
	}
}

// safely makes an error of a panic: the other work of the process goes on.
func safely(ctx context.Context, t *Turn) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return t.kind.Do(ctx, t)
}

// stay says that the work is still done, until ctx ends. Work that is no longer
// this process's is stopped, and so is what could not be held for as long as a
// hold lasts.
func (c *Crew) stay(ctx context.Context, stop context.CancelCauseFunc, t *Turn) {
	held := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(beat):
		}
		var changed int64
		err := c.jobs.db.Write(ctx, func(tx *db.Tx) (err error) {
			changed, err = tx.Exec(`UPDATE job SET held_until = $3 WHERE number = $1 AND turn = $2`, t.number, t.turn, c.jobs.clock.Now().Add(lease).Unix())
			return err
		})
		switch {
		case err == nil && changed > 0:
			held = time.Now()
		case err == nil && !t.done.Load(), err != nil && time.Since(held) > lease-beat:
			stop(ErrOvertaken)
			return
		}
	}
}

// note notes that the work failed, and when it is tried again, if ever.
func (c *Crew) note(ctx context.Context, t *Turn, why string) error {
	now := c.jobs.clock.Now()
	due, dead := now.Add(wait(t.Try)), int64(0)
	switch {
	case t.kind.Every > 0:
		due = now.Add(min(wait(t.Try), t.kind.Every))
	case t.Try >= patience:
		dead = now.Unix()
		c.log.Error("a job was given up: see moot jobs", "job", t.number, "kind", t.kind.Name, "about", t.About, "why", why)
	}
	why = strings.ToValidUTF8(strings.ReplaceAll(why[:min(len(why), whyLength)], "\x00", ""), "")
	return c.jobs.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE job SET due = $3, held_until = 0, why = $4, dead_at = $5 WHERE number = $1 AND turn = $2`,
			t.number, t.turn, due.Unix(), why, dead)
		return err
	})
}

// wait is how long is waited after so many failures.
func wait(tries int) time.Duration {
	return min(longestWait, firstWait<<min(tries-1, 10))
}

// giveBack lets others have a job at once, as if it had never been taken.
func (c *Crew) giveBack(ctx context.Context, t *Turn) error {
	return c.jobs.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE job SET held_until = 0, tries = tries - 1 WHERE number = $1 AND turn = $2`, t.number, t.turn)
		return err
	})
}
