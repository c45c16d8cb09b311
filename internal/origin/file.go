package origin

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"moot/internal/board"
	"moot/internal/calendar"
	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/place"
)

// File is a calendar that somebody brings as a file.
type File struct {
	Place  place.Place
	Owner  key.Actor // whoever brings it, and has brought it before
	Bytes  []byte
	Name   string          // as they call it; "" as it calls itself
	Public map[string]bool // events, by ID, of which they say that their place is public
	Leave  map[string]bool // events that are not to be announced
}

// Look finds what would become of each event of a file. Nothing happens.
func (o *Origins) Look(ctx context.Context, f File) (r *Report, err error) {
	lines, name, err := o.read(f)
	if err != nil {
		return nil, err
	}
	err = o.DB.Read(ctx, func(tx *db.Tx) error {
		r = &Report{Name: name, Lines: slices.Clone(lines)}
		number := int64(0)
		c, err := ofOwner(tx, ownerOf(f.Owner))
		if err == nil {
			number = c.number
		} else if err != db.ErrNone {
			return err
		}
		return o.compare(tx, r, f, number)
	})
	if err != nil {
		return nil, err
	}
	r.carry()
	return r, nil
}

// read reads a file's events, and what each would be by itself.
func (o *Origins) read(f File) ([]Line, string, error) {
	if f.Place.Kind() != place.City {
		return nil, "", fault.New(fault.Invalid, "origin.no_city")
	}
	book, err := calendar.Read(f.Bytes, f.Place.Zone())
	if err != nil {
		return nil, "", fault.Each(err)[0].On("file")
	}
	name := shortened(cmp.Or(f.Name, book.Name), nameLength)
	return o.weighAll(f.Place, book, name, func(uid string) bool { return f.Public[idText(uid)] }), name, nil
}

// weighAll finds what becomes of a calendar's events, each by itself.
func (o *Origins) weighAll(p place.Place, book *calendar.Book, name string, public func(uid string) bool) (lines []Line) {
	repeat := 0
	for _, e := range book.Found {
		if e.Rule != "" || len(e.Extra) > 0 {
			if repeat++; repeat > mostWeighed && e.Wrong == nil {
				e.Wrong = fault.New(fault.Invalid, "origin.too_many")
			}
		}
		lines = append(lines, o.weigh(p, e, name, public(e.UID)))
	}
	return lines
}

func idText(uid string) string { return Line{id: idOf(uid)}.ID() }

// compare finds what stands of a file's events, and keeps to the bounds.
func (o *Origins) compare(tx *db.Tx, r *Report, f File, number int64) error {
	mine, err := ofCalendar(tx, number)
	if err != nil {
		return err
	}
	r.Lines = append(r.Lines, lost(r.Lines, mine)...)
	var ids []any
	var uids []string
	for _, l := range r.Lines {
		if l.event.UID != "" {
			ids, uids = append(ids, l.id), append(uids, l.event.UID)
		}
	}
	stands, err := standing(tx, f.Place.Path(), ids)
	if err != nil {
		return err
	}
	own, err := o.Known(tx, uids)
	if err != nil {
		return err
	}
	today, err := broughtToday(tx, f.Place.Path(), o.today())
	if err != nil {
		return err
	}
	slices.SortStableFunc(r.Lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(min(b.Fate, 1), min(a.Fate, 1)), a.Next.Start.Compare(b.Next.Start))
	})
	room := min(MostOfFile, max(mostOfDay-today, 0))
	for i := range r.Lines {
		l := &r.Lines[i]
		if thread, known := own[l.event.UID]; known {
			l.out("origin.of_this_site", thread)
			continue
		}
		if l.stands, l.known = stands[string(l.id)]; l.known {
			l.against(number)
			continue
		}
		if l.Fate == Fresh && f.Leave[l.ID()] {
			l.out("origin.not_wanted", 0)
		}
		if l.Fate != Fresh && l.Fate != Asked {
			continue
		}
		if room--; room < 0 && today >= mostOfDay-MostOfFile {
			l.out("origin.day_full", 0)
		} else if room < 0 {
			l.out("origin.too_many", 0)
		}
	}
	return nil
}

// lost are the parts of series that stand, of a calendar that has the series and no such
// part: it doesn't go on otherwise any more.
func lost(lines []Line, mine []brought) (gone []Line) {
	stands := map[string]brought{}
	for _, b := range mine {
		if !b.gone {
			stands[string(b.event)] = b
		}
	}
	for _, l := range lines {
		delete(stands, string(l.id))
	}
	if len(stands) == 0 {
		return nil
	}
	for _, l := range lines {
		if l.event.UID == "" || l.event.Wrong != nil || l.event.Private {
			continue
		}
		for part := max(l.event.Parts, 1) + 1; part <= calendar.MostParts; part++ {
			e := l.event
			e.UID, e.Cancelled, e.Parts = calendar.PartUID(l.event.UID, part), true, 0
			if b, is := stands[string(idOf(e.UID))]; is {
				gone = append(gone, Line{Line: l.Line, Title: l.Title, Next: l.Next, Venue: l.Venue, event: e, id: b.event, digest: b.digest})
			}
		}
	}
	return gone
}

func (l *Line) out(why string, thread int64) {
	l.Fate, l.Thread, l.Why = Out, thread, fault.New(fault.Invalid, why)
}

// against holds an event against its meetup, for the calendar with a number.
func (l *Line) against(number int64) {
	l.Thread = l.stands.thread
	switch {
	case l.stands.calendar != number:
		l.out("origin.of_others", l.stands.thread)
	case l.event.Cancelled && l.event.Wrong == nil && !l.event.Private:
		l.off()
	case l.ended(l.stands):
		l.off()
	case l.Fate == Fresh:
		if l.Fate = Changed; bytes.Equal(l.stands.digest, l.digest) && !l.stands.gone {
			l.Fate = Same
		}
	}
}

// off has a meetup be called off, if it isn't.
func (l *Line) off() {
	if l.Fate, l.Why = Called, nil; l.stands.gone {
		l.Fate = Same
	}
}

// ended reports whether a series is over by what its calendar says now, which isn't what
// it said when its meetup became what it is: such as one that goes on otherwise from a
// time on that is over.
func (l Line) ended(b brought) bool {
	repeats := l.event.Rule != "" || len(l.event.Extra) > 0
	return repeats && !l.event.Private && l.Why != nil && l.Why.Key == "meetup.start_past" && !bytes.Equal(b.digest, l.digest)
}

// carry makes a calendar of the events that matter, of no more than fit into a
// form. It is read again when the report is confirmed, so that nothing has to be
// kept until then.
func (r *Report) carry() {
	for {
		c := calendar.Calendar{Name: r.Name}
		last := -1
		for i, l := range r.Lines {
			if l.Fate == Fresh || l.Fate == Asked || l.Fate == Changed || l.Fate == Called {
				e := l.event.Event
				e.Description = shortened(e.Description, bodyLength)
				c.Events = append(c.Events, e)
				last = i
			}
		}
		if r.Carry = c.Bytes(); len(r.Carry) <= carried || last < 0 {
			return
		}
		r.Lines[last].out("origin.too_many", r.Lines[last].Thread)
	}
}

// Brought is what came of a file.
type Brought struct{ New, Changed, Called int }

// Bring does what Look told of: all of it, or nothing. Actor is who posts.
func (o *Origins) Bring(ctx context.Context, actor key.Actor, f File) (done Brought, err error) {
	name, wrong := checkName(f.Name)
	if wrong != nil {
		return done, wrong
	}
	if !f.Owner.Known() {
		return done, fault.New(fault.Forbidden, "meetup.no_token")
	}
	f.Name = name
	lines, _, err := o.read(f)
	if err != nil {
		return done, err
	}
	starts := map[string]func(*db.Tx) (board.Target, error){}
	for i, l := range lines {
		if l.Fate != Fresh {
			continue
		}
		if starts[l.ID()], err = o.ready(ctx, actor, f, l); err != nil {
			lines[i].Fate, lines[i].Why = Out, fault.Each(err)[0]
		}
	}
	err = o.DB.Write(ctx, func(tx *db.Tx) error {
		done = Brought{}
		c, err := ofOwner(tx, ownerOf(f.Owner))
		if err != nil && err != db.ErrNone {
			return err
		}
		made := err == nil
		if !made {
			c = keptCalendar{number: newNumber(), place: f.Place.Path(), owner: ownerOf(f.Owner)}
		} else if c.place != f.Place.Path() {
			return fault.New(fault.Conflict, "origin.other_city")
		}
		c.name = name
		r := &Report{Lines: slices.Clone(lines)}
		if err := o.compare(tx, r, f, c.number); err != nil {
			return err
		}
		if !made && r.Count(Fresh) == 0 {
			return fault.New(fault.Conflict, "origin.nothing")
		}
		if made {
			err = updateCalendar(tx, c)
		} else {
			err = insertCalendar(tx, c)
		}
		if err != nil {
			return err
		}
		done, err = o.act(tx, c, r, f.Owner, func(l Line) (board.Target, error) { return starts[l.ID()](tx) })
		return err
	})
	return done, err
}

// ready makes an event ready to be announced, by whoever brings it.
func (o *Origins) ready(ctx context.Context, actor key.Actor, f File, l Line) (func(*db.Tx) (board.Target, error), error) {
	return o.Boards.Ready(ctx, actor, board.NewThread{
		Place: f.Place, Subject: l.Title, NewPost: board.NewPost{Body: bodyOf(l.event.Event)},
		Card: board.Card{Kind: o.Card, Write: func(tx *db.Tx, t board.Target) error { return l.fits.Bring(tx, t, f.Owner) }},
	})
}

// act does what a report says.
func (o *Origins) act(tx *db.Tx, c keptCalendar, r *Report, host key.Actor, start func(Line) (board.Target, error)) (done Brought, err error) {
	for _, l := range r.Lines {
		b := brought{thread: l.Thread, calendar: c.number, place: c.place, event: l.id, digest: l.digest, day: o.today()}
		switch l.Fate {
		case Fresh:
			var t board.Target
			t, err = start(l)
			b.thread = t.Thread
			done.New++
		case Changed:
			err = l.fits.Again(tx, l.Thread, host)
			done.Changed++
		case Called:
			b.gone = true
			err = o.CallOff(tx, l.Thread, o.gone(tx, c))
			done.Called++
		default:
			continue
		}
		if err == nil {
			err = putBrought(tx, b)
		}
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// gone is why a meetup is called off that its calendar has no longer.
func (o *Origins) gone(_ *db.Tx, c keptCalendar) string {
	p, _ := o.Places.ByPath(c.place)
	return o.Words(p).T("origin.gone", "calendar", c.name)
}

// Owned are the threads of the meetups that came of the file of whoever has a token,
// and the calendar's name; false where they brought none here.
func (o *Origins) Owned(ctx context.Context, p place.Place, owner key.Actor) (name string, threads []int64, found bool, err error) {
	err = o.DB.Read(ctx, func(tx *db.Tx) error {
		threads, found = nil, false
		c, err := ofOwner(tx, ownerOf(owner))
		if err == db.ErrNone || err == nil && c.place != p.Path() {
			return nil
		} else if err != nil {
			return err
		}
		name, found = c.name, true
		list, err := ofCalendar(tx, c.number)
		for _, b := range list {
			threads = append(threads, b.thread)
		}
		return err
	})
	return name, threads, found, err
}
