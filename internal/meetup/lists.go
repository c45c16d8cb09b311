package meetup

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"moot/internal/attendance"
	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/meetup/record"
	"moot/internal/place"
	"moot/internal/recur"
)

// How many times of one meetup are shown: on a page of its own, and in a list.
const (
	shownAlone = 12
	shownAmong = 3
)

// Most is how many meetups a list takes.
const Most = db.MostAtOnce

// Cursor is where a list goes on. The zero Cursor is its beginning.
type Cursor struct{ Next, Thread int64 }

// Meetup is the meetup on a thread: a fault of kind NotFound where it has none.
func (m *Meetups) Meetup(ctx context.Context, thread int64) (found Meetup, err error) {
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		k, err := m.records().Find(tx, thread)
		if err != nil {
			return err
		}
		all, err := m.shown(tx, []record.Record{k}, shownAlone)
		if err != nil {
			return err
		}
		found = all[0]
		found.After, err = k.Afters(tx)
		return err
	})
	return found, err
}

var amongQuery = db.ForMany(func(n int) string {
	return `SELECT ` + record.Columns + ` FROM meetup WHERE thread IN ` + db.Marks(1, 1, make([]string, n)...)
})

// Among are the meetups on some threads, Most at the most, by thread, with the next of
// their times.
func (m *Meetups) Among(ctx context.Context, threads []int64) (all map[int64]Meetup, err error) {
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		all = map[int64]Meetup{}
		keys := make([]any, 0, len(threads))
		for _, n := range threads[:min(len(threads), Most)] {
			keys = append(keys, n)
		}
		if len(keys) == 0 {
			return nil
		}
		query, args := amongQuery.Among(keys)
		found, err := db.All(tx, record.Scan, query, args...)
		if err != nil {
			return err
		}
		shown, err := m.completed(tx, found, 1)
		for _, one := range shown {
			all[one.Thread] = one
		}
		return err
	})
	return all, err
}

// within is what a query says of meetups in a place and what lies in it, with the
// number of the argument that it takes.
func within(p place.Place, n int) (where string, args []any) {
	switch p.Kind() {
	case place.World:
		return `next_at > 0`, nil
	case place.Country:
		return fmt.Sprintf(`next_at > 0 AND country <> '' AND country = $%d`, n), []any{p.Path()}
	case place.Region:
		return fmt.Sprintf(`next_at > 0 AND region <> '' AND region = $%d`, n), []any{p.Path()}
	}
	return fmt.Sprintf(`next_at > 0 AND place = $%d`, n), []any{p.Path()}
}

// list are so many of the meetups in a place that are to come, from a cursor on, of
// which a condition holds that takes arguments from $4 on; with one more where there
// are more.
func list(tx *db.Tx, p place.Place, after Cursor, size int, condition string, args ...any) ([]record.Record, error) {
	where, of := within(p, 4+len(args))
	args = append(append([]any{after.Next, after.Thread, size + 1}, args...), of...)
	return db.All(tx, record.Scan, `SELECT `+record.Columns+` FROM meetup WHERE `+where+condition+` AND (next_at, thread) > ($1, $2) ORDER BY next_at, thread LIMIT $3`, args...)
}

// cut is a list without what is beyond its size, and where it goes on.
func cut(found []record.Record, size int) ([]record.Record, Cursor) {
	if len(found) <= size {
		return found, Cursor{}
	}
	last := found[size-1]
	return found[:size], Cursor{last.NextAt, last.Thread}
}

// Coming are the meetups that are to come or go on in a place and what lies in it,
// the one that is next first, those that are cancelled among them. More is where the
// list goes on; the zero Cursor where it ends.
func (m *Meetups) Coming(ctx context.Context, p place.Place, after Cursor, size int) (all []Meetup, more Cursor, err error) {
	if !p.Valid() {
		return nil, more, fault.New(fault.NotFound, "place.unknown")
	}
	size = min(max(size, 1), Most)
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		all, more = nil, Cursor{}
		found, err := list(tx, p, after, size, "")
		if err != nil {
			return err
		}
		found, more = cut(found, size)
		all, err = m.completed(tx, found, shownAmong)
		return err
	})
	return all, more, err
}

// Soon are the meetups that are next in a place and what lies in it, of those that
// stand, so many at the most.
func (m *Meetups) Soon(ctx context.Context, p place.Place, size int) (all []Meetup, err error) {
	if !p.Valid() {
		return nil, fault.New(fault.NotFound, "place.unknown")
	}
	size = min(max(size, 1), Most)
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := list(tx, p, Cursor{}, size, ` AND NOT cancelled`)
		if err != nil {
			return err
		}
		found, _ = cut(found, size)
		all, err = m.completed(tx, found, 1)
		all = slices.DeleteFunc(all, Meetup.Over)
		return err
	})
	return all, err
}

// Next is the meetup that is next in a place, of those that stand; false where none is
// to come.
func (m *Meetups) Next(ctx context.Context, p place.Place) (next Meetup, found bool, err error) {
	all, err := m.Soon(ctx, p, 1)
	if err != nil || len(all) == 0 {
		return next, false, err
	}
	return all[0], true, nil
}

// completed are meetups that were found, as everybody may know them.
func (m *Meetups) completed(tx *db.Tx, found []record.Record, times int) ([]Meetup, error) {
	if err := m.records().Complete(tx, found); err != nil {
		return nil, err
	}
	return m.shown(tx, found, times)
}

// shown are meetups as everybody may know them, with so many of their times.
func (m *Meetups) shown(tx *db.Tx, found []record.Record, times int) (all []Meetup, err error) {
	var threads []any
	for _, k := range found {
		threads = append(threads, k.Thread)
	}
	counts, err := attendance.CountsOf(tx, threads)
	if err != nil {
		return nil, err
	}
	now := m.Clock.Now()
	for _, k := range found {
		one := shown(k)
		one.Free = k.Free(now)
		if one.Place, err = m.records().Place(k.Place); err != nil {
			return nil, err
		}
		if k.NextAt > 0 {
			one.Coming = k.Series().Coming(now, times)
			if k.Cancelled { // what would have come after it isn't told any more
				one.Coming = one.Coming[:min(len(one.Coming), 1)]
			}
		}
		for i := range one.Coming {
			one.Coming[i].Counts = counts[k.Thread][one.Coming[i].Original.Unix()]
		}
		all = append(all, one)
	}
	return all, withTidings(tx, all, now)
}

func shown(k record.Record) Meetup {
	one := Meetup{
		Thread: k.Thread, UID: k.UID, Title: k.Title, Start: k.Start(), Minutes: k.Minutes, Venue: k.Venue, Spot: k.Spot, Held: k.SpotHeld, Room: k.Room,
		Rule: k.Rule, Sequence: k.Sequence, ChangedAt: time.Unix(k.ChangedAt, 0).In(k.Location), Cancelled: k.Cancelled, Reason: k.Reason,
		Hosted: len(k.Host) > 0, Origin: k.Origin, series: k.Series(),
	}
	if k.SpotHeld {
		one.Spot = ""
	}
	if k.AgreedAt > 0 {
		one.Agreed, one.AgreedIn = time.Unix(k.AgreedAt, 0).In(k.Location), k.AgreedIn
	}
	one.Every, one.Until, one.Times = recur.Of(k.Rule, one.Start)
	for original, moved := range k.Changed {
		c := Change{Original: time.Unix(original, 0).In(k.Location), Reason: k.Reasons[original]}
		if moved > 0 {
			c.Start = time.Unix(moved, 0).In(k.Location)
		}
		one.Changed = append(one.Changed, c)
	}
	slices.SortFunc(one.Changed, func(a, b Change) int { return cmp.Compare(a.Original.Unix(), b.Original.Unix()) })
	return one
}
