package convene

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"moot/internal/db"
	"moot/internal/event"
	"moot/internal/lang"
	"moot/internal/place"
)

// What there is to be told of a convening to those who are asked.
const (
	Opened = 1
	Closed = 2
)

// tiding tells that it opened, or closed.
func (l *Ladder) tiding(tx *db.Tx, t threadAt, what int64) error {
	return l.Outbox.Append(tx, event.Event{Kind: event.ConveningTiding, Place: t.place, Thread: t.number, Post: what, At: l.minute()})
}

// Untold is what whoever is asked is to be told of a convening up to something that
// became of it: how it stands. Where it has closed since that, only what is told then.
func (l *Ladder) Untold(c Convening, upto int64, words *lang.Language) (lines []string) {
	if c.Open() == (upto == Opened) {
		lines = append(lines, l.Told(c, words))
	}
	return lines
}

// Way is the address at which somebody who is asked goes on: to mark, to the meetup that
// came of it, to the thread.
func (l *Ladder) Way(c Convening) string {
	path := fmt.Sprintf("/%s/t/%d", c.Place.Path(), c.Thread)
	switch {
	case c.Open():
		path += "/dates"
	case c.Came:
		path += "/meetup"
	}
	return path
}

// Told is how a convening stands, as it is told to those who are asked.
func (l *Ladder) Told(c Convening, words *lang.Language) string {
	now := l.Clock.Now()
	if c.Open() {
		return words.T("convene.told_open", "date", words.DateTime(c.Closes, now))
	}
	if !c.Came {
		return words.T("convene.told_nothing", "date", words.Date(c.Closed.Add(l.Rules.Rest)))
	}
	at, _ := c.Choice(c.At)
	if in, found := c.Choice(c.In); found {
		return words.T("convene.told_found", "date", words.DateTime(at.At, now), "venue", in.Venue.Name)
	}
	return words.T("convene.told_found_nowhere", "date", words.DateTime(at.At, now))
}

// reachedMost is how many cities are looked at around one, the nearest first.
const reachedMost = 4000

// Reaching are the cities whose hands are asked for a date in one, by how far they have
// to reach for that: one of Reaches. By 0 it is that city alone.
func (l *Ladder) Reaching(in place.Place) map[int][]place.Place {
	all := map[int][]place.Place{0: {in}}
	for _, p := range l.Places.Near(in, reachedMost, float64(Reaches[len(Reaches)-1])) {
		d := place.Distance(p, in)
		if n := slices.IndexFunc(Reaches, func(r int) bool { return r > 0 && d <= float64(r) }); n >= 0 {
			all[Reaches[n]] = append(all[Reaches[n]], p)
		}
	}
	return all
}

// Asked are the convenings in which a hand may mark, or might have, that opened after a
// time: the newest first, so many at the most.
func (l *Ladder) Asked(ctx context.Context, h Hand, since time.Time, most int) (all []Convening, err error) {
	paths := []any{h.Place.Path()}
	for _, p := range l.Places.Near(h.Place, reachedMost, float64(h.Reach)) {
		if l.May(h, p) {
			paths = append(paths, p.Path())
		}
	}
	err = l.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		var found []keptConvening
		for some := range slices.Chunk(paths, db.MostAtOnce) {
			query, args := conveningsIn.Among(some)
			these, err := db.All(tx, scanConvening, query, append([]any{since.Unix()}, args...)...)
			if err != nil {
				return err
			}
			found = append(found, these...)
		}
		slices.SortFunc(found, func(a, b keptConvening) int { return cmp.Compare(b.number, a.number) })
		for _, k := range found[:min(len(found), most)] {
			c, err := l.shown(tx, k)
			if err != nil {
				return err
			}
			all = append(all, c)
		}
		return nil
	})
	return all, err
}
