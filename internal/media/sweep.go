package media

import (
	"context"
	"errors"
	"strings"
	"time"

	"moot/internal/db"
)

// How long a picture waits for a post, and how old a file must be that no row
// names before it is taken for one that a crash left behind.
const (
	unusedKept = time.Hour
	orphanKept = 2 * time.Hour
)

// sweepAtOnce is how many pictures one sweep lets go in one transaction.
const sweepAtOnce = 200

// Sweep lets go of the pictures that no post shows, and then of their files.
// It does nothing while the clock is suspect: a clock that jumps must delete
// nothing.
func (p *Pictures) Sweep(ctx context.Context) error {
	for !p.clock.Suspect() {
		var gone []Picture
		err := p.db.Write(ctx, func(tx *db.Tx) (err error) {
			gone, err = db.All(tx, scanPicture, `DELETE FROM picture WHERE number IN
				(SELECT number FROM picture WHERE used = 0 AND at < $1 ORDER BY at LIMIT $2) RETURNING `+strings.ReplaceAll(columns, "p.", ""), p.clock.Now().Add(-unusedKept).Unix(), sweepAtOnce)
			return err
		})
		if err != nil {
			return err
		}
		for _, one := range gone {
			if err := p.discard(ctx, one); err != nil {
				return err
			}
		}
		if len(gone) < sweepAtOnce {
			return nil
		}
	}
	return nil
}

// discard deletes a picture's files. What a crash keeps it from is done by
// SweepFiles.
func (p *Pictures) discard(ctx context.Context, gone Picture) (err error) {
	for _, name := range gone.stored() {
		err = errors.Join(err, p.files.Delete(ctx, name))
	}
	return err
}

// SweepFiles deletes the files that no row names: those of a picture whose row
// was never written, or is gone. It reads the name of every file there is.
func (p *Pictures) SweepFiles(ctx context.Context) (deleted int, err error) {
	if p.clock.Suspect() {
		return 0, nil
	}
	old := p.clock.Now().Add(-orphanKept)
	for file, err := range p.files.Each(ctx, "") {
		if err != nil {
			return deleted, err
		}
		name := base(file.Name)
		number, _, ok := parseName(name)
		if !ok || file.Name != stored(name, number) || file.Modified.After(old) {
			continue
		}
		var named bool
		if err := p.db.Read(ctx, func(tx *db.Tx) error {
			return tx.Row(`SELECT EXISTS (SELECT 1 FROM picture WHERE number = $1 AND state <> 'removed')`, number).Scan(&named)
		}); err != nil {
			return deleted, err
		}
		if named {
			continue
		}
		if err := p.files.Delete(ctx, file.Name); err != nil {
			return deleted, err
		}
		deleted++
	}
	return deleted, nil
}
