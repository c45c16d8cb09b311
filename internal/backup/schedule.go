package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"moot/internal/clock"
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

// Schedule is when backups are made, where to, and how long they are kept.
type Schedule struct {
	To         string // a folder
	Recipients Recipients
	Every      time.Duration
	Keep       time.Duration // at most Keep
}

// MakeDue makes the backup that is due: the work of a job that comes round by
// itself, so that one node makes it.
func (s Site) MakeDue(ctx context.Context, plan Schedule, now time.Time) (Made, error) {
	if err := os.MkdirAll(plan.To, 0o700); err != nil {
		return Made{}, fmt.Errorf("the folder of backups: %w", err)
	}
	return s.Make(ctx, plan.To, plan.Recipients, now, func(Progress) {})
}

// Newest is when the newest backup of the plan was made that is in this machine's
// folder; the zero time where there is none.
func (plan Schedule) Newest() (newest time.Time, err error) {
	entries, err := os.ReadDir(plan.To)
	if errors.Is(err, fs.ErrNotExist) {
		return newest, nil
	}
	for _, entry := range entries {
		if m := ownName.FindStringSubmatch(entry.Name()); m != nil {
			if at, err := time.Parse(stamp, m[1]); err == nil && at.After(newest) {
				newest = at
			}
		}
	}
	return newest, err
}

// Expire deletes the backups of the plan that are past their time, from this
// machine's folder.
func (plan Schedule) Expire(c *clock.Clock) error {
	if _, err := os.Stat(plan.To); errors.Is(err, fs.ErrNotExist) {
		return nil // none was made here
	}
	_, err := Expire(plan.To, min(plan.Keep, Keep), c)
	return err
}
