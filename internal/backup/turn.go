package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"moot/internal/clock"
	"moot/internal/db"
)

// Keep is the longest that a backup may be kept: what a writer takes back is
// gone from everywhere after that (docs/retention.md).
const Keep = 14 * 24 * time.Hour

// unfinished is the name of a backup that isn't whole yet; '*' stands for what
// tells it from others.
const unfinished = ".moot-*.unfinished"

// abandoned is how old an unfinished one must be for nobody to be writing it.
const abandoned = 24 * time.Hour

const stamp = "20060102T150405Z"

// named is the name of a backup in a folder.
func named(at time.Time, encrypted bool) string {
	if encrypted {
		return "moot-" + at.UTC().Format(stamp) + ".age"
	}
	return "moot-" + at.UTC().Format(stamp) + ".tar"
}

var ownName = regexp.MustCompile(`^moot-(\d{8}T\d{6}Z)\.(age|tar)$`)

// Expire deletes the backups in a folder that are older than so long, by their
// names, and what a process that died left unfinished. It touches nothing of
// another name, and nothing at all while the clock is suspect. It returns the
// names of those that it deleted.
func Expire(folder string, keep time.Duration, c *clock.Clock) (gone []string, err error) {
	now := c.Now()
	entries, err := os.ReadDir(folder)
	if err != nil || c.Suspect() {
		return nil, err
	}
	var wrong []error
	for _, entry := range entries {
		if !entry.Type().IsRegular() || !past(entry, now, keep) {
			continue
		}
		if err := os.Remove(filepath.Join(folder, entry.Name())); err != nil {
			wrong = append(wrong, err)
			continue
		}
		gone = append(gone, entry.Name())
	}
	if len(gone) > 0 {
		wrong = append(wrong, syncFolder(folder))
	}
	return gone, errors.Join(wrong...)
}

// past reports whether a file is a backup whose time is over.
func past(entry os.DirEntry, now time.Time, keep time.Duration) bool {
	if left, _ := filepath.Match(unfinished, entry.Name()); left {
		info, err := entry.Info()
		return err == nil && now.Sub(info.ModTime()) > abandoned
	}
	m := ownName.FindStringSubmatch(entry.Name())
	if m == nil {
		return false
	}
	at, err := time.Parse(stamp, m[1])
	return err == nil && now.Sub(at) > keep
}

// Times of a turn. Who makes a backup says each minute that they are at it; who
// has said nothing for ten has died.
const (
	atItEvery = time.Minute
	givenUp   = 10 * time.Minute
)

// Take takes the turn to make the backup that is due, so long after the one
// before. However many nodes ask, one has it, until it is Done or was silent
// for ten minutes. What a clock wrote that was ahead binds nobody.
func Take(ctx context.Context, d *db.DB, now time.Time, every time.Duration) (mine bool, err error) {
	ahead := now.Add(givenUp).Unix()
	err = d.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE backup_turn SET at_it = $1 WHERE (done_at <= $2 OR done_at > $4) AND (at_it <= $3 OR at_it > $4)`,
			now.Unix(), now.Add(-every).Unix(), now.Add(-givenUp).Unix(), ahead)
		mine = n > 0
		return err
	})
	return mine, err
}

// Still says that whoever has the turn is at it.
func Still(ctx context.Context, d *db.DB, now time.Time) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE backup_turn SET at_it = $1`, now.Unix())
		return err
	})
}

// Done says that the backup was made that was begun at a time. Where it failed
// nothing is said: ten minutes later somebody tries again.
func Done(ctx context.Context, d *db.DB, begun time.Time) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE backup_turn SET done_at = $1, at_it = 0`, begun.Unix())
		return err
	})
}

// Schedule is when backups are made, where to, and how long they are kept.
type Schedule struct {
	To         string // a folder
	Recipients Recipients
	Every      time.Duration
	Keep       time.Duration // at most Keep
}

// Tend makes the backup that is due, if it is this process's turn, and deletes
// those whose time is over. It returns nil where nothing was to be made.
func (s Site) Tend(ctx context.Context, plan Schedule, c *clock.Clock) (*Made, error) {
	if err := os.MkdirAll(plan.To, 0o700); err != nil {
		return nil, fmt.Errorf("the folder of backups: %w", err)
	}
	_, expired := Expire(plan.To, min(plan.Keep, Keep), c)
	begun := c.Now()
	mine, err := Take(ctx, s.DB, begun, plan.Every)
	if err != nil || !mine {
		return nil, errors.Join(expired, err)
	}
	working, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		for {
			select {
			case <-working.Done():
				return
			case <-time.After(atItEvery):
				Still(working, s.DB, c.Now()) // where it can't be said, another may begin too: no harm
			}
		}
	}()
	made, err := s.Make(ctx, plan.To, plan.Recipients, begun, func(Progress) {})
	if err != nil {
		return nil, errors.Join(expired, err)
	}
	stop()
	return &made, errors.Join(expired, Done(ctx, s.DB, begun))
}

// Follow tends the plan each minute until ctx ends, and tells what came of it:
// a backup that was made, or an error.
func (s Site) Follow(ctx context.Context, plan Schedule, c *clock.Clock, tell func(*Made, error)) {
	every := time.NewTicker(time.Minute)
	defer every.Stop()
	for {
		if made, err := s.Tend(ctx, plan, c); (made != nil || err != nil) && ctx.Err() == nil {
			tell(made, err)
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}
