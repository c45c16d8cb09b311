package meetup

import (
	"cmp"
	"context"
	"slices"
	"time"

	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/meetup/record"
	"moot/internal/place"
	"moot/internal/plan"
	"moot/internal/recur"
)

// Held is a meetup with those of its times that lie in a span.
type Held struct {
	Meetup
	Times []Occurrence // with their counts where they are among the next; at least one
}

// heldMost is how many times of one meetup lie in a span at the most: one for each
// day of a month, and single ones that were moved there.
const heldMost = 62

// Held are the times at which meetups are held in a place and what lies in it, that
// end after one time and begin before another: of so many meetups at the most. Of one
// that is cancelled it is what would have come next. More is where the list goes on;
// the zero Cursor where it ends. What is over isn't looked at, nor what is held once
// before that span.
func (m *Meetups) Held(ctx context.Context, p place.Place, from, to time.Time, after Cursor, size int) (all []Held, more Cursor, err error) {
	if !p.Valid() {
		return nil, more, fault.New(fault.NotFound, "place.unknown")
	}
	size = min(max(size, 1), Most)
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		all, more = nil, Cursor{}
		once, err := list(tx, p, after, size, ` AND rrule = '' AND next_at > $4 AND next_at < $5`, from.Add(-plan.Longest*time.Minute).Unix(), to.Unix())
		if err != nil {
			return err
		}
		again, err := list(tx, p, after, size, ` AND rrule <> '' AND next_at < $4`, to.Unix())
		if err != nil {
			return err
		}
		found := append(once, again...)
		slices.SortFunc(found, func(a, b record.Record) int {
			return cmp.Or(cmp.Compare(a.NextAt, b.NextAt), cmp.Compare(a.Thread, b.Thread))
		})
		found, more = cut(found, size)
		shown, err := m.completed(tx, found, shownAmong)
		if err != nil {
			return err
		}
		for _, one := range shown {
			if times := one.heldIn(from, to); len(times) > 0 {
				all = append(all, Held{one, times})
			}
		}
		return nil
	})
	return all, more, err
}

// heldIn are the times of a meetup in a span.
func (m Meetup) heldIn(from, to time.Time) (times []Occurrence) {
	if m.Cancelled {
		for _, o := range m.Coming {
			if o.End.After(from) && o.Start.Before(to) {
				times = append(times, o)
			}
		}
		return times
	}
	times = m.Between(from, to, heldMost)
	for i := range times {
		for _, next := range m.Coming {
			if next.Original.Equal(times[i].Original) {
				times[i] = next
			}
		}
	}
	return times
}

// Eve is the time on the day before a time of a meetup, by its clocks, from which who
// follows a feed is reminded of it (ladder.md 3).
func Eve(start time.Time) time.Time { return start.AddDate(0, 0, -1) }

// Eves are those of some times of a meetup of which one is to be reminded: whose eve
// has come, and which aren't over.
func Eves(now time.Time, times []Occurrence) (all []Occurrence) {
	for _, o := range times {
		if !Eve(o.Start).After(now) && o.End.After(now) {
			all = append(all, o)
		}
	}
	return all
}

// Gathering is where and when a meetup is held next.
type Gathering struct {
	Place  place.Place
	Thread int64
	recur.Occurrence
}

// Gatherings are the next one of each place in which one is to come that stands.
func (m *Meetups) Gatherings(ctx context.Context) (all []Gathering, err error) {
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		seen := map[string]bool{}
		_, err := db.All(tx, func(scan db.Scan) (none struct{}, err error) {
			var path, zone string
			var thread, next, minutes int64
			if err = scan(&path, &thread, &next, &minutes, &zone); err != nil || seen[path] {
				return none, err
			}
			seen[path] = true
			g, err := m.gathering(path, thread, next, minutes, zone)
			all = append(all, g)
			return none, err
		}, `SELECT place, thread, next_at, minutes, zone FROM meetup WHERE next_at > 0 AND NOT cancelled ORDER BY next_at, thread`)
		return err
	})
	return all, err
}

// GatheringAt is the next one of a place, by its path; false where none is to come.
func (m *Meetups) GatheringAt(ctx context.Context, path string) (g Gathering, found bool, err error) {
	err = m.DB.Read(ctx, func(tx *db.Tx) error {
		found = false
		var zone string
		var thread, next, minutes int64
		err := tx.Row(`SELECT thread, next_at, minutes, zone FROM meetup WHERE place = $1 AND next_at > 0 AND NOT cancelled ORDER BY next_at, thread LIMIT 1`, path).
			Scan(&thread, &next, &minutes, &zone)
		if err == db.ErrNone {
			return nil
		} else if err != nil {
			return err
		}
		g, err = m.gathering(path, thread, next, minutes, zone)
		found = err == nil
		return err
	})
	return g, found, err
}

func (m *Meetups) gathering(path string, thread, next, minutes int64, zone string) (Gathering, error) {
	p, err := m.records().Place(path)
	if err != nil {
		return Gathering{}, err
	}
	clocks := p.Zone()
	if clocks.String() != zone {
		if clocks, err = recur.Zone(zone); err != nil {
			return Gathering{}, err
		}
	}
	start := time.Unix(next, 0).In(clocks)
	times := recur.Series{Start: start, Length: time.Duration(minutes) * time.Minute}
	return Gathering{p, thread, times.Occurrence(start, start)}, nil
}
