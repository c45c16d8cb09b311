package meetup

import (
	"cmp"
	"context"
	"slices"
	"time"

	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/place"
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
		k, err := m.find(tx, thread)
		if err != nil {
			return err
		}
		all, err := m.shown(tx, []kept{k}, shownAlone)
		if err == nil {
			found = all[0]
		}
		return err
	})
	return found, err
}

// Coming are the meetups that are to come or go on in a place and what lies in it,
// the one that is next first, those that are cancelled among them. More is where the
// list goes on; the zero Cursor where it ends.
func (m *Meetups) Coming(ctx context.Context, p place.Place, after Cursor, size int) (all []Meetup, more Cursor, err error) {
	where, args := `place = $4`, []any{p.Path()}
	switch {
	case !p.Valid():
		return nil, more, fault.New(fault.NotFound, "place.unknown")
	case p.Kind() == place.World:
		where, args = `next_at > 0`, nil
	case p.Kind() == place.Country:
		where = `country = $4 AND country <> ''`
	case p.Kind() == place.Region:
		where = `region = $4 AND region <> ''`
	}
	size = min(max(size, 1), Most)
	args = append([]any{after.Next, after.Thread, size + 1}, args...)
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		all, more = nil, Cursor{}
		found, err := db.All(tx, scanMeetup, `SELECT `+meetupColumns+` FROM meetup WHERE `+where+` AND next_at > 0 AND (next_at, thread) > ($1, $2) ORDER BY next_at, thread LIMIT $3`, args...)
		if err != nil {
			return err
		}
		if len(found) > size {
			found = found[:size]
			more = Cursor{found[size-1].nextAt, found[size-1].thread}
		}
		if err := m.complete(tx, found); err != nil {
			return err
		}
		all, err = m.shown(tx, found, shownAmong)
		return err
	})
	return all, more, err
}

// Next is the meetup that is next in a place, of those that stand; false where none is
// to come.
func (m *Meetups) Next(ctx context.Context, p place.Place) (next Meetup, found bool, err error) {
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		found = false
		all, err := db.All(tx, scanMeetup, `SELECT `+meetupColumns+` FROM meetup WHERE place = $1 AND next_at > 0 AND NOT cancelled ORDER BY next_at, thread LIMIT 1`, p.Path())
		if err != nil || len(all) == 0 {
			return err
		}
		if err := m.complete(tx, all); err != nil {
			return err
		}
		shown, err := m.shown(tx, all, 1)
		if found = err == nil && len(shown[0].Coming) > 0; found {
			next = shown[0]
		}
		return err
	})
	return next, found, err
}

var countsAmong = db.ForMany(func(n int) string {
	return `SELECT thread, occurrence, coming, maybe, cant FROM rsvp_count WHERE thread IN ` + db.Marks(1, 1, make([]string, n)...)
})

// countsOf are the counts of some meetups, by their threads and times.
func countsOf(tx *db.Tx, threads []any) (map[int64]map[int64]Counts, error) {
	counts := map[int64]map[int64]Counts{}
	if len(threads) == 0 {
		return counts, nil
	}
	query, args := countsAmong.Among(threads)
	_, err := db.All(tx, func(scan db.Scan) (none struct{}, err error) {
		var thread, occurrence int64
		var c Counts
		err = scan(&thread, &occurrence, &c.Coming, &c.Maybe, &c.Cant)
		if counts[thread] == nil {
			counts[thread] = map[int64]Counts{}
		}
		counts[thread][occurrence] = c
		return none, err
	}, query, args...)
	return counts, err
}

// shown are meetups as everybody may know them, with so many of their times.
func (m *Meetups) shown(tx *db.Tx, found []kept, times int) (all []Meetup, err error) {
	var threads []any
	for _, k := range found {
		threads = append(threads, k.thread)
	}
	counts, err := countsOf(tx, threads)
	if err != nil {
		return nil, err
	}
	now := m.Clock.Now()
	for _, k := range found {
		one := k.shown()
		if one.Place, err = m.place(k.place); err != nil {
			return nil, err
		}
		if k.nextAt > 0 {
			one.Coming = k.series().coming(now, times)
			if k.cancelled { // what would have come after it isn't told any more
				one.Coming = one.Coming[:min(len(one.Coming), 1)]
			}
		}
		for i := range one.Coming {
			one.Coming[i].Counts = counts[k.thread][one.Coming[i].Original.Unix()]
		}
		all = append(all, one)
	}
	return all, withTidings(tx, all, now)
}

func (k kept) shown() Meetup {
	one := Meetup{
		Thread: k.thread, UID: k.uid, Title: k.title, Start: k.start(), Minutes: k.minutes, Venue: k.venue, Spot: k.spot, Held: k.spotHeld, Room: k.room,
		Rule: k.rule, Sequence: k.sequence, ChangedAt: time.Unix(k.changedAt, 0).In(k.location), Cancelled: k.cancelled, Reason: k.reason,
		Hosted: len(k.host) > 0, series: k.series(),
	}
	if k.spotHeld {
		one.Spot = ""
	}
	one.Every, one.Until = everyOf(k.rule, one.Start)
	for original, moved := range k.changed {
		c := Change{Original: time.Unix(original, 0).In(k.location)}
		if moved > 0 {
			c.Start = time.Unix(moved, 0).In(k.location)
		}
		one.Changed = append(one.Changed, c)
	}
	slices.SortFunc(one.Changed, func(a, b Change) int { return cmp.Compare(a.Original.Unix(), b.Original.Unix()) })
	return one
}
