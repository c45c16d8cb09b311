package origin

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"moot/internal/board"
	"moot/internal/db"
	"moot/internal/key"
	"moot/internal/place"
)

// bodies are the first posts of the threads of events that are followed: what they
// say of themselves, or their title where a board wouldn't take that.
func (o *Origins) bodies(ctx context.Context, p place.Place, lines []Line) map[string]string {
	bodies := map[string]string{}
	for _, l := range lines {
		if l.Fate != Fresh {
			continue
		}
		body := bodyOf(l.event.Event)
		if _, _, err := o.Boards.Preview(ctx, p, l.Title, board.NewPost{Body: body}); err != nil {
			body = l.Title
		}
		bodies[string(l.id)] = body
	}
	return bodies
}

// follow has the meetups of a calendar be what that says now.
func (o *Origins) follow(tx *db.Tx, c *keptCalendar, list []brought, lines []Line, bodies map[string]string) error {
	p, _ := o.Places.ByPath(c.place)
	slices.SortStableFunc(lines, func(a, b Line) int { return a.Next.Start.Compare(b.Next.Start) })
	var ids []any
	var uids []string
	for _, l := range lines {
		ids, uids = append(ids, l.id), append(uids, l.event.UID)
	}
	stands, err := standing(tx, c.place, ids)
	if err != nil {
		return err
	}
	own, err := o.Known(tx, uids)
	if err != nil {
		return err
	}
	there, standing := map[string]bool{}, 0
	for _, b := range list {
		if !b.gone {
			standing++
		}
	}
	fresh := 0
	c.leftOut = 0
	for _, l := range lines {
		there[string(l.id)] = true
		b, known := stands[string(l.id)]
		_, ours := own[l.event.UID]
		switch {
		case known:
			err = o.keepUp(tx, c, l, b)
		case l.Fate == Fresh && !ours && fresh < mostOfLook && standing < mostFollows:
			fresh, standing = fresh+1, standing+1
			err = o.begin(tx, p, c, l, bodies[string(l.id)])
		case l.Why == nil || l.Why.Key != "meetup.start_past":
			c.leftOut++
		}
		if err != nil {
			return err
		}
	}
	for _, b := range list {
		if !there[string(b.event)] && !b.gone {
			if err := o.lose(tx, c, b); err != nil {
				return err
			}
		}
	}
	if fresh == mostOfLook { // there may be more: the next look is to see them
		c.etag, c.modified = "", ""
	}
	return nil
}

// begin announces what is new in a calendar. The site posts it, and nobody hosts it.
func (o *Origins) begin(tx *db.Tx, p place.Place, c *keptCalendar, l Line, body string) error {
	t, err := o.Boards.Put(tx, board.NewThread{
		Place: p, Subject: l.Title, NewPost: board.NewPost{Name: o.Name, Body: cmp.Or(body, l.Title)},
		Card: board.Card{Kind: o.Card, Write: func(tx *db.Tx, t board.Target) error { return l.fits.Bring(tx, t, key.Anyone) }},
	})
	if err != nil {
		return err
	}
	return putBrought(tx, brought{thread: t.Thread, calendar: c.number, place: c.place, event: l.id, digest: l.digest, day: o.today()})
}

// keepUp has a meetup be what its calendar says now. What a file brought before is
// the calendar's from now on that stewards chose; of two such calendars it stays
// with the one that had it first.
func (o *Origins) keepUp(tx *db.Tx, c *keptCalendar, l Line, b brought) error {
	if b.calendar != c.number {
		of, err := holdCalendar(tx, b.calendar)
		if err != nil || of.host != "" {
			return err
		}
	}
	switch {
	case l.event.Cancelled && l.event.Wrong == nil, l.Fate != Fresh && l.event.Private, l.ended(b):
		return o.lose(tx, c, b)
	case l.Fate != Fresh, b.calendar == c.number && bytes.Equal(b.digest, l.digest) && !b.gone:
		return nil // what can't be taken as it is now leaves the meetup as it was
	}
	if err := l.fits.Again(tx, b.thread, key.Anyone); err != nil {
		return err
	}
	b.calendar, b.digest, b.gone = c.number, l.digest, false
	return putBrought(tx, b)
}

// lose calls a meetup off that its calendar has no longer.
func (o *Origins) lose(tx *db.Tx, c *keptCalendar, b brought) error {
	if b.gone {
		return nil
	}
	if err := o.CallOff(tx, b.thread, o.gone(tx, *c)); err != nil {
		return err
	}
	b.gone = true
	return putBrought(tx, b)
}
