package job

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"moot/internal/db"
)

// Kind is one sort of work.
type Kind struct {
	Name  string
	Every time.Duration // it comes round by itself, so long after it was last begun; 0: it is added by somebody
	Do    func(ctx context.Context, t *Turn) error
}

// Crew does the jobs of some kinds, in one process. Those of other kinds are for
// nodes that know them: an older one beside a newer.
type Crew struct {
	jobs  *Jobs
	log   *slog.Logger
	kinds map[string]Kind
	names []any  // of the kinds, in an order that stays
	marks string // for them in a statement, from $3
}

// Crew makes one.
func (j *Jobs) Crew(log *slog.Logger, kinds ...Kind) *Crew {
	c := &Crew{jobs: j, log: log, kinds: map[string]Kind{}}
	var marks []string
	for i, k := range kinds {
		c.kinds[k.Name] = k
		c.names = append(c.names, k.Name)
		marks = append(marks, fmt.Sprintf("$%d", i+3))
	}
	c.marks = strings.Join(marks, ", ")
	return c
}

// Schedule makes the jobs that come round by themselves, where no node has yet.
// One that is due later than it can be, as where it came round less often or a
// clock was ahead, is due now.
func (c *Crew) Schedule(ctx context.Context) error {
	now := c.jobs.clock.Now()
	return c.jobs.db.Write(ctx, func(tx *db.Tx) error {
		for _, name := range c.names {
			kind := c.kinds[name.(string)]
			if kind.Every == 0 {
				continue
			}
			number, err := tx.Next("job_number")
			if err != nil {
				return err
			}
			if err := tx.Later(
				db.Do(`INSERT INTO job (number, kind, about, due, held_until, turn, tries, why, dead_at) VALUES ($1, $2, '', $3, 0, 0, 0, '', 0) ON CONFLICT DO NOTHING`, number, kind.Name, now.Unix()),
				db.Do(`UPDATE job SET due = $2 WHERE kind = $1 AND about = '' AND due > $3`, kind.Name, now.Unix(), now.Add(kind.Every+lease).Unix()),
			); err != nil {
				return err
			}
		}
		return nil
	})
}

// Follow does jobs as they fall due, a few at a time, until ctx ends. It returns
// when those under way have ended.
func (c *Crew) Follow(ctx context.Context) {
	var under sync.WaitGroup
	defer under.Wait()
	places := make(chan struct{}, atOnce)
	scheduled := false
	for ctx.Err() == nil {
		awaken := c.jobs.awaken()
		var err error
		if !scheduled && !c.jobs.clock.Suspect() {
			err = c.Schedule(ctx)
			scheduled = err == nil
		}
		var t *Turn
		if err == nil {
			places <- struct{}{}
			if t, err = c.take(ctx); t != nil {
				under.Go(func() {
					defer func() { <-places }()
					c.do(ctx, t)
				})
				continue
			}
			<-places
		}
		if err != nil && ctx.Err() == nil {
			c.log.Warn("looking for jobs", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-awaken:
		case <-time.After(lookAnyway):
		}
	}
}

// Due does what is due now, one after another, and tells how much that was.
func (c *Crew) Due(ctx context.Context) (taken int, err error) {
	for ctx.Err() == nil {
		t, err := c.take(ctx)
		if err != nil || t == nil {
			return taken, err
		}
		taken++
		c.do(ctx, t)
	}
	return taken, ctx.Err()
}
