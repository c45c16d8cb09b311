package replica

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// How replicas are looked at: how often, how long an answer may take, and how many
// looks in a row must find nothing wrong with one that was left alone.
const (
	lookEvery = time.Second
	lookTime  = time.Second
	steadily  = 3
)

// Watch looks at the replicas of a primary until ctx ends, and tells the log once when
// one is left alone and once when it is asked again.
func (all *Set) Watch(ctx context.Context, primary *sql.DB, log *slog.Logger) {
	every := time.NewTicker(lookEvery)
	defer every.Stop()
	for {
		all.look(ctx, primary, log)
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// look asks the primary how far it is, and then each replica.
func (all *Set) look(ctx context.Context, primary *sql.DB, log *slog.Logger) {
	now := time.Now()
	wrong := all.lookAtPrimary(ctx, primary, now)
	if !all.known() {
		return // it is not known yet of what they must be copies
	}
	var looks sync.WaitGroup
	for _, r := range all.all {
		looks.Go(func() {
			position, err := r.position(ctx)
			if ctx.Err() == nil {
				all.note(r, now, position, err, wrong, log)
			}
		})
	}
	looks.Wait()
}

// lookAtPrimary notes how far the primary is.
func (all *Set) lookAtPrimary(ctx context.Context, primary *sql.DB, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	var original string
	var position int64
	err := primary.QueryRowContext(ctx, `SELECT `+identity+`, CAST(pg_current_wal_lsn() - '0/0' AS bigint)`).Scan(&original, &position)
	if err != nil {
		return err
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	all.original = original
	all.stands.add(stand{now, position})
	return nil
}

// known reports whether the primary has ever answered.
func (all *Set) known() bool {
	all.mu.Lock()
	defer all.mu.Unlock()
	return all.original != ""
}

// position is how far a replica is in what the primary wrote.
func (r *Replica) position(ctx context.Context) (position int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	follows := false
	err = r.Pool.QueryRowContext(ctx, `SELECT pg_is_in_recovery(), coalesce(CAST(pg_last_wal_replay_lsn() - '0/0' AS bigint), 0)`).Scan(&follows, &position)
	if err == nil && !follows {
		err = ErrLeads
	}
	return position, err
}

// stand is how far the primary was at a time.
type stand struct {
	at       time.Time
	position int64
}

// stands are those of late, the oldest first.
type stands []stand

// manyStands are those of an hour: one that is further behind is away.
const manyStands = int(time.Hour / lookEvery)

func (all *stands) add(one stand) {
	if n := len(*all); n > 0 && (*all)[n-1].position > one.position {
		*all = nil // another leads now, and what the last one wrote at its end is lost
	}
	if len(*all) >= manyStands {
		*all = slices.Delete(*all, 0, manyStands/2)
	}
	*all = append(*all, one)
}

// upTo is the last time at which the primary had nothing but what lies below a
// position; zero where that is before all of them.
func (all stands) upTo(position int64) time.Time {
	for _, one := range slices.Backward(all) {
		if one.position <= position {
			return one.at
		}
	}
	return time.Time{}
}

// note takes down what a look at a replica found.
func (all *Set) note(r *Replica, now time.Time, position int64, err, primary error, log *slog.Logger) {
	all.mu.Lock()
	upTo, oldest := all.stands.upTo(position), now
	if len(all.stands) > 0 {
		oldest = all.stands[0].at
	}
	all.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.log, r.leads = log, err == ErrLeads
	if err != nil {
		r.setAlone(err)
		return
	}
	if upTo.After(r.upTo) {
		r.upTo = upTo
	}
	r.behind = now.Sub(oldest)
	if !upTo.IsZero() {
		r.behind = now.Sub(upTo)
	}
	switch {
	case r.behind <= all.most && upTo.IsZero():
		r.steady = 0 // where the primary stood before it was first asked nobody knows
	case r.behind <= all.most:
		r.setFine(now)
	case primary != nil:
		r.setAlone(errors.New("how far it is nobody knows, as the primary doesn't say how far that is"))
	default:
		r.setAlone(fmt.Errorf("it is behind by %v or more", r.behind.Round(time.Second)))
	}
}

// Leave leaves a replica alone that failed whom it was to answer.
func (r *Replica) Leave(why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.setAlone(why)
}

// setAlone leaves it alone. The lock is held, here and below.
func (r *Replica) setAlone(why error) {
	r.steady = 0
	if r.state == leftAlone {
		return
	}
	r.state, r.since = leftAlone, time.Now()
	r.log.Warn("a replica of the database is left alone, and the primary asked", "replica", r.name, "error", why)
}

// setFine has it be asked again, once that is so for a while.
func (r *Replica) setFine(now time.Time) {
	r.steady++
	switch {
	case r.state == unseen:
		r.log.Info("a replica of the database is asked", "replica", r.name)
	case r.state == leftAlone && r.steady >= steadily:
		r.log.Info("a replica of the database is asked again", "replica", r.name, "after", now.Sub(r.since).Round(time.Second))
	default:
		return
	}
	r.state = asked
}

// Lag is how far a replica is behind.
type Lag struct {
	Replica string // its host and port
	Behind  time.Duration
	Known   bool // it was ever found to be a replica
	Asked   bool // it isn't left alone
	Leads   bool // it takes writes
}

// Lags are those of all replicas. One that doesn't answer is further behind from one
// moment to the next.
func (all *Set) Lags() (lags []Lag) {
	for _, r := range all.all {
		lags = append(lags, r.lag(time.Now()))
	}
	return lags
}

func (r *Replica) lag(now time.Time) Lag {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := Lag{Replica: r.name, Behind: r.behind, Known: !r.upTo.IsZero(), Asked: r.state == asked, Leads: r.leads}
	if l.Known && r.state == leftAlone {
		l.Behind = now.Sub(r.upTo)
	}
	return l
}

// Close closes all connections.
func (all *Set) Close() (err error) {
	for _, r := range all.all {
		err = errors.Join(err, r.Pool.Close())
	}
	return err
}
