package directory

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"moot/internal/board"
	"moot/internal/event"
	"moot/internal/place"
	"moot/internal/recur"
)

// Directory is what is known of all boards.
type Directory struct {
	boards *board.Boards
	places *place.Gazetteer

	meetings Meetings

	mu      sync.RWMutex
	lively  map[place.Place]board.Lively
	meeting map[place.Place]Meeting // the next one that stands
	cursor  event.Cursor
}

// Open reads the boards that have posts. Run Follow beside it.
func Open(ctx context.Context, boards *board.Boards, places *place.Gazetteer) (*Directory, error) {
	d := &Directory{boards: boards, places: places, lively: map[place.Place]board.Lively{}}
	all, cursor, err := boards.Lively(ctx)
	for _, l := range all {
		d.lively[l.Place] = l
	}
	d.cursor = cursor
	return d, err
}

// Meeting is where and when people meet next.
type Meeting struct {
	Place  place.Place
	Thread int64 // of the meetup
	recur.Occurrence
}

// Meetings are where a directory learns of that. It is handed them, so that it needs
// to know nothing of meetups.
type Meetings struct {
	All func(ctx context.Context) ([]Meeting, error)                            // the next one of each place
	At  func(ctx context.Context, path string) (m Meeting, any bool, err error) // of one
}

// ReadMeetings reads where people meet next, before Follow keeps that true as well.
func (d *Directory) ReadMeetings(ctx context.Context, from Meetings) error {
	all, err := from.All(ctx)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.meetings, d.meeting = from, map[place.Place]Meeting{}
	for _, m := range all {
		d.meeting[m.Place] = m
	}
	return nil
}

// Follow keeps the directory true until ctx ends, and hands each event on once
// the directory is as it left it. Errors of the database are given to failed and
// tried again.
func (d *Directory) Follow(ctx context.Context, then func(event.Event), failed func(error)) error {
	return d.boards.Follow(ctx, "boards", d.cursor, func(e event.Event) error {
		err := d.refresh(ctx, e.Place)
		if e.Kind == event.CardChanged || e.Kind == event.ThreadGone {
			err = cmp.Or(err, d.refreshMeeting(ctx, e.Place))
		}
		if err != nil && ctx.Err() == nil {
			failed(err)
		}
		then(e)
		return nil
	}, failed)
}

// refresh reads one board anew: an event says where to look, not what is there.
func (d *Directory) refresh(ctx context.Context, path string) error {
	l, lively, err := d.boards.LivelyAt(ctx, path)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if lively {
		d.lively[l.Place] = l
	} else if p, known := d.places.ByPath(path); known {
		delete(d.lively, p)
	}
	return nil
}

// refreshMeeting reads anew where people meet next on one board.
func (d *Directory) refreshMeeting(ctx context.Context, path string) error {
	if d.meetings.At == nil {
		return nil
	}
	m, found, err := d.meetings.At(ctx, path)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if p, known := d.places.ByPath(path); found {
		d.meeting[m.Place] = m
	} else if known {
		delete(d.meeting, p)
	}
	return nil
}

// Meeting are the places within a place, itself left out, where people meet between
// two times, with the next meetup that stands in each: the one that is next first.
func (d *Directory) Meeting(within place.Place, from, to time.Time, limit int) []Meeting {
	d.mu.RLock()
	var all []Meeting
	for p, m := range d.meeting {
		if p != within && within.Contains(p) && m.End.After(from) && m.Start.Before(to) {
			all = append(all, m)
		}
	}
	d.mu.RUnlock()
	slices.SortFunc(all, func(a, b Meeting) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Place.Path(), b.Place.Path()))
	})
	return all[:min(limit, len(all))]
}

// Board is what the directory has of a place's board, and whether it is not
// quiet.
func (d *Directory) Board(p place.Place) (board.Lively, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	l, ok := d.lively[p]
	return l, ok
}

// Liveliest lists the liveliest boards within a place, itself left out.
func (d *Directory) Liveliest(within place.Place, limit int) []board.Lively {
	all := d.within(within)
	slices.SortFunc(all, func(a, b board.Lively) int {
		return cmp.Or(cmp.Compare(b.Liveliness, a.Liveliness), cmp.Compare(a.Place.Path(), b.Place.Path()))
	})
	return all[:min(limit, len(all))]
}

func (d *Directory) within(p place.Place) []board.Lively {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var all []board.Lively
	for q, l := range d.lively {
		if q != p && p.Contains(q) {
			all = append(all, l)
		}
	}
	return all
}

// Neighbour is a lively board and how far it is.
type Neighbour struct {
	board.Lively
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
