package board

import (
	"cmp"
	"context"
	"slices"
	"sync"
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

// Directory knows every board that has posts. It is kept in memory, read from
// the database once and moved by the outbox after that, so that a map or a
// list of neighbours asks the database nothing.
type Directory struct {
	boards *Boards

	mu     sync.RWMutex
	lively map[place.Place]Lively
	cursor event.Cursor
}

// Directory reads the boards that have posts. Run Follow beside it.
func (b *Boards) Directory(ctx context.Context) (*Directory, error) {
	d := &Directory{boards: b, lively: map[place.Place]Lively{}}
	err := b.db.Read(ctx, func(tx *db.Tx) (err error) {
		if d.cursor, err = event.Latest(tx); err != nil {
			return err
		}
		all, err := db.All(tx, b.scanLively, livelyQuery+` WHERE posts > 0`)
		for _, l := range all {
			d.lively[l.Place] = l
		}
		return err
	})
	return d, err
}

const livelyQuery = `SELECT place, threads - archived, archived, posts, lively, last_at FROM board`

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

// Follow keeps the directory true until ctx ends, and hands each event on once
// the directory is as it left it. Errors of the database are given to failed and
// tried again.
func (d *Directory) Follow(ctx context.Context, then func(event.Event), failed func(error)) error {
	return d.boards.outbox.Follow(ctx, d.boards.db, "boards", d.cursor, func(e event.Event) error {
		if err := d.refresh(ctx, e.Place); err != nil && ctx.Err() == nil {
			failed(err)
		}
		then(e)
		return nil
	}, failed)
}

// refresh reads one board anew: an event says where to look, not what is there.
func (d *Directory) refresh(ctx context.Context, path string) error {
	return d.boards.db.Read(ctx, func(tx *db.Tx) error {
		l, err := d.boards.scanLively(tx.Row(livelyQuery+` WHERE place = $1`, path).Scan)
		if err != nil && err != db.ErrNone {
			return err
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		if err == db.ErrNone || l.Posts <= 0 {
			if p, known := d.boards.places.ByPath(path); known {
				delete(d.lively, p)
			}
			return nil
		}
		d.lively[l.Place] = l
		return nil
	})
}

// Board is what the directory has of a place's board, and whether it is not
// quiet.
func (d *Directory) Board(p place.Place) (Lively, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	l, ok := d.lively[p]
	return l, ok
}

// Liveliest lists the liveliest boards within a place, itself left out.
func (d *Directory) Liveliest(within place.Place, limit int) []Lively {
	all := d.within(within)
	slices.SortFunc(all, func(a, b Lively) int {
		return cmp.Or(cmp.Compare(b.Liveliness, a.Liveliness), cmp.Compare(a.Place.Path(), b.Place.Path()))
	})
	return all[:min(limit, len(all))]
}

func (d *Directory) within(p place.Place) []Lively {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var all []Lively
	for q, l := range d.lively {
		if q != p && p.Contains(q) {
			all = append(all, l)
		}
	}
	return all
}

// Neighbour is a lively board and how far it is.
type Neighbour struct {
	Lively
	Distance float64 // km
}

// Nearest lists the cities nearest to a place whose boards are not quiet.
func (d *Directory) Nearest(p place.Place, limit int) []Neighbour {
	d.mu.RLock()
	var all []Neighbour
	for q, l := range d.lively {
		if q != p && q.Kind() == place.City {
			all = append(all, Neighbour{l, place.Distance(p, q)})
		}
	}
	d.mu.RUnlock()
	slices.SortFunc(all, func(a, b Neighbour) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Place.Path(), b.Place.Path()))
	})
	return all[:min(limit, len(all))]
}

// Totals are how many boards have posts, and how many posts they have.
func (d *Directory) Totals() (boards, posts int) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	for _, l := range d.lively {
		posts += l.Posts
	}
	return len(d.lively), posts
}
