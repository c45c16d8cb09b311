package board

import (
	"context"
	"time"

	"moot/internal/db"
	"moot/internal/decay"
	"moot/internal/event"
	"moot/internal/place"
)

// Lively is a board that has posts.
type Lively struct {
	Place      place.Place
	Threads    int // the archived ones left out
	Posts      int
	Archived   int       // threads in the archive
	Last       time.Time // of its newest post, in the place's zone
	Liveliness decay.Count
}

const livelyQuery = `SELECT place, threads - archived, archived, posts, lively, last_at FROM board`

// Lively reads every board that has posts, and how far the outbox had come.
func (b *Boards) Lively(ctx context.Context) (all []Lively, cursor event.Cursor, err error) {
	err = b.db.Read(ctx, func(tx *db.Tx) (err error) {
		if cursor, err = event.Latest(tx); err != nil {
			return err
		}
		all, err = db.All(tx, b.scanLively, livelyQuery+` WHERE posts > 0`)
		return err
	})
	return all, cursor, err
}

// LivelyAt reads the board of one place, and whether it isn't quiet.
func (b *Boards) LivelyAt(ctx context.Context, path string) (l Lively, lively bool, err error) {
	err = b.db.Read(ctx, func(tx *db.Tx) (err error) {
		l, err = b.scanLively(tx.Row(livelyQuery+` WHERE place = $1`, path).Scan)
		if err == db.ErrNone {
			return nil
		}
		return err
	})
	return l, err == nil && l.Posts > 0, err
}

func (b *Boards) scanLively(scan db.Scan) (l Lively, err error) {
	var path string
	var at int64
	if err = scan(&path, &l.Threads, &l.Archived, &l.Posts, &l.Liveliness, &at); err != nil {
		return l, err
	}
	if l.Place, err = b.place(path); err == nil {
		l.Last = time.Unix(at, 0).In(l.Place.Zone())
	}
	return l, err
}

// Follow hands on what happens on the boards after a cursor: event.Outbox.Follow.
func (b *Boards) Follow(ctx context.Context, name string, after event.Cursor, see func(event.Event) error, failed func(error)) error {
	return b.outbox.Follow(ctx, b.db, name, after, see, failed)
}
