package convene

import (
	"context"
	"strconv"
	"strings"
	"time"

	"moot/internal/board"
	"moot/internal/db"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/guard"
	"moot/internal/key"
	"moot/internal/place"
	"moot/internal/text"
)

// Card is the kind of card that a convening is on its thread.
const Card = "convening"

// Answer is what a hand says of a choice.
type Answer int

const (
	Unmarked Answer = iota
	Suits
	Could
	Cant
)

// Venue is a public place that somebody proposed to meet in.
type Venue struct {
	Name       string
	Directions string // how to find it
	Why        string // why there: easy to reach, quiet, large enough
	StepFree   bool
	Free       bool // nothing has to be bought or paid
}

// Choice is what hands mark: a time, or a place.
type Choice struct {
	Number int64
	At     time.Time // in the city's zone; zero: it is a place
	Venue  Venue
	Tally
}

func (c *Tally) count(a Answer, n int) {
	switch a {
	case Suits:
		c.Suits += n
	case Could:
		c.Could += n
	case Cant:
		c.Cant += n
	}
}

// Convening is the poll for a date.
type Convening struct {
	Thread        int64
	Place         place.Place
	Opened        time.Time // in the city's zone, as are the others
	Closes        time.Time // at the latest
	Closed        time.Time // zero while it is open
	Hands         Count     // that are up in the city, or were when it closed
	Times, Venues []Choice
	Came          bool   // a meetup came of it
	At, In        int64  // the numbers of the time and of the place that won; 0 for none
	Again         *Again // when the city is asked anew by itself; nil where it is being asked, or is to meet
}

// Open reports whether it takes marks.
func (c Convening) Open() bool { return c.Closed.IsZero() }

// Best is how many hands the best of its times suited.
func (c Convening) Best() int {
	most := 0
	for _, t := range c.Times {
		most = max(most, t.Suits)
	}
	return most
}

// Choice is the choice with a number.
func (c Convening) Choice(number int64) (Choice, bool) {
	for _, all := range [][]Choice{c.Times, c.Venues} {
		for _, one := range all {
			if one.Number == number && number > 0 {
				return one, true
			}
		}
	}
	return Choice{}, false
}

// Agreed is what a convening that closed has found: when, and, where anybody
// proposed a place, in which.
type Agreed struct {
	Thread board.Target
	Place  place.Place
	At     time.Time
	Venue  Venue // its Name is "" where none was proposed
	Hands  int   // that the time suits
}

// consider opens a convening in a city with so many hands where the rules say
// that one opens by itself. The city's count of hands is held.
func (l *Ladder) consider(tx *db.Tx, p place.Place, up int) error {
	if up < l.Rules.Hands {
		return nil
	}
	last, err := l.last(tx, p.Path())
	if err != nil || last.open || last.toCome || !l.Rules.Opens(up, last.Before, l.Clock.Now()) {
		return err
	}
	words := l.Words(p)
	_, err = l.Boards.Put(tx, board.NewThread{
		Place:   p,
		Subject: words.T("convene.thread_subject", "place", p.Name(words.Tag())),
		NewPost: board.NewPost{Name: l.Name, Body: words.T("convene.thread_body", "place", p.Name(words.Tag()), "n", up)},
		Card:    board.Card{Kind: Card, Write: func(tx *db.Tx, t board.Target) error { return l.begin(tx, p, t, up) }},
	})
	return err
}

// last is how far a city is: how its last convening ended, or that one stands open or
// that a meetup is to come.
type last struct {
	Before
	open, toCome bool
}

func (l *Ladder) last(tx *db.Tx, at string) (found last, err error) {
	if found.toCome, err = l.ToCome(tx, at); err != nil {
		return found, err
	}
	k, err := newest(tx, at)
	switch {
	case err == db.ErrNone:
		return last{Before{Came: true}, false, found.toCome}, nil
	case err != nil:
		return found, err
	}
	found.Before, found.open = k.before(), k.closed == 0
	return found, nil
}

// before is how a convening that has closed ended.
func (k keptConvening) before() Before {
	return Before{Came: k.came, At: time.Unix(k.closed, 0), Hands: k.hands}
}

// begin makes a new thread a convening.
func (l *Ladder) begin(tx *db.Tx, p place.Place, t board.Target, up int) error {
	opened := l.minute()
	closes := opened.Add(l.Rules.Open)
	if err := insertConvening(tx, threadAt{t.Thread, t.Place}, opened, closes, up); err != nil {
		return err
	}
	for _, at := range l.Rules.Times(opened, p.Zone()) {
		if _, err := insertChoice(tx, t.Thread, at.Unix(), Venue{}); err != nil {
			return err
		}
	}
	if err := l.Boards.Stay(tx, t, true); err != nil {
		return err
	}
	if err := l.Jobs.Add(tx, CloseJob, strconv.FormatInt(t.Thread, 10), closes); err != nil {
		return err
	}
	if err := l.tiding(tx, threadAt{t.Thread, t.Place}, Opened); err != nil {
		return err
	}
	return l.cardsChanged(tx, []threadAt{{t.Thread, t.Place}})
}

// Begin opens a convening for somebody whose hand is up in the city: from Rules.Ask
// hands on, where none stands open and no meetup is to come. What they write is the
// opening post; where they leave out the subject or the words, the site's stand there.
func (l *Ladder) Begin(ctx context.Context, actor, owner key.Actor, n board.NewThread) (board.Target, error) {
	if !n.Place.Valid() || n.Place.Kind() != place.City {
		return board.Target{}, fault.New(fault.Invalid, "convene.no_city").On("place")
	}
	words, name := l.Words(n.Place), "place"
	if strings.TrimSpace(n.Subject) == "" {
		n.Subject = words.T("convene.thread_subject", name, n.Place.Name(words.Tag()))
	}
	if strings.TrimSpace(n.Body) == "" {
		n.Body = words.T("convene.begun_body", name, n.Place.Name(words.Tag()))
	}
	n.Card = board.Card{Kind: Card, Write: func(tx *db.Tx, t board.Target) error {
		up, err := l.mayBegin(tx, owner, t.Place)
		if err != nil {
			return err
		}
		return l.begin(tx, n.Place, t, up)
	}}
	return l.Boards.Start(ctx, actor, n)
}

// mayBegin sees whether the hand of whoever has a token may open a convening in a
// city, and holds the city's count of hands, so that of two who ask at the same
// moment the second finds the first one's.
func (l *Ladder) mayBegin(tx *db.Tx, owner key.Actor, at string) (up int, err error) {
	h, err := holdHand(tx, handOf(owner))
	if err == db.ErrNone || err == nil && h.place != at {
		return 0, fault.New(fault.Forbidden, "convene.hand_first")
	} else if err != nil {
		return 0, err
	}
	if up, err = countHands(tx, at, 0); err != nil {
		return 0, err
	}
	if up < l.Rules.Ask {
		return 0, fault.New(fault.Conflict, "convene.too_few_to_ask", "n", l.Rules.Ask)
	}
	last, err := l.last(tx, at)
	switch {
	case err != nil:
		return 0, err
	case last.open:
		return 0, fault.New(fault.Conflict, "convene.stands")
	case last.toCome:
		return 0, fault.New(fault.Conflict, "convene.meets")
	}
	return up, nil
}

// Convening is the convening on a thread: a fault of kind NotFound where it has
// none.
func (l *Ladder) Convening(ctx context.Context, thread int64) (c Convening, err error) {
	err = l.DB.Read(ctx, func(tx *db.Tx) error {
		k, err := findConvening(tx, thread)
		if err == db.ErrNone {
			return fault.New(fault.NotFound, "convene.no_convening")
		} else if err != nil {
			return err
		}
		c, err = l.shown(tx, k)
		return err
	})
	return c, err
}

// Standing is the newest convening of a city; false where it never had one.
func (l *Ladder) Standing(ctx context.Context, p place.Place) (c Convening, any bool, err error) {
	err = l.DB.Read(ctx, func(tx *db.Tx) error {
		k, err := newest(tx, p.Path())
		if any = err != db.ErrNone; !any {
			return nil
		} else if err != nil {
			return err
		}
		c, err = l.shown(tx, k)
		return err
	})
	return c, any && err == nil, err
}

func (l *Ladder) shown(tx *db.Tx, k keptConvening) (Convening, error) {
	p, err := l.place(k.place)
	if err != nil {
		return Convening{}, err
	}
	c := Convening{
		Thread: k.number, Place: p, Opened: time.Unix(k.opened, 0).In(p.Zone()), Closes: time.Unix(k.closes, 0).In(p.Zone()),
		Came: k.came, At: k.at, In: k.in,
	}
	up := k.hands
	if k.closed > 0 {
		c.Closed = time.Unix(k.closed, 0).In(p.Zone())
	} else if up, err = countedHands(tx, p.Path()); err != nil {
		return c, err
	}
	c.Hands = l.Rules.shown(up)
	if c.Again, err = l.again(tx, k, p.Zone()); err != nil {
		return c, err
	}
	all, err := choicesOf(tx, k.number)
	for _, one := range all {
		if one.At.IsZero() {
			c.Venues = append(c.Venues, one)
		} else {
			one.At = one.At.In(p.Zone())
			c.Times = append(c.Times, one)
		}
	}
	return c, err
}

// again is when a city is asked anew after a convening that came to nothing: nil where
// that isn't the city's newest, or a meetup is to come.
func (l *Ladder) again(tx *db.Tx, k keptConvening, zone *time.Location) (*Again, error) {
	if k.closed == 0 || k.came {
		return nil, nil
	}
	if now, err := newest(tx, k.place); err != nil || now.number != k.number {
		return nil, err
	}
	if to, err := l.ToCome(tx, k.place); err != nil || to {
		return nil, err
	}
	a := l.Rules.Again(k.before())
	a.From = a.From.In(zone)
	return &a, nil
}

// May reports whether a hand may mark in a city: it is up there, or reaches as
// far.
func (l *Ladder) May(h Hand, in place.Place) bool {
	return h.Place == in || h.Reach > 0 && place.Distance(h.Place, in) <= float64(h.Reach)
}

// Marked is what a hand has marked in a convening, by the number of the choice.
func (l *Ladder) Marked(ctx context.Context, owner key.Actor, thread int64) (marked map[int64]Answer, err error) {
	err = l.DB.Read(ctx, func(tx *db.Tx) (err error) {
		marked, err = marksOf(tx, thread, handOf(owner))
		return err
	})
	return marked, err
}

// Mark keeps what a hand says of some choices of a convening, in place of what it
// said of them before. Where that settles it, it closes at once.
func (l *Ladder) Mark(ctx context.Context, owner key.Actor, thread int64, answers map[int64]Answer) error {
	return l.DB.Write(ctx, func(tx *db.Tx) error {
		h, err := holdHand(tx, handOf(owner))
		if err == db.ErrNone {
			return fault.New(fault.Forbidden, "convene.hand_first")
		} else if err != nil {
			return err
		}
		k, err := holdConvening(tx, thread)
		if err != nil {
			return err
		}
		in, err := l.place(k.place)
		if err != nil {
			return err
		}
		hand, err := l.shownHand(h)
		if err != nil {
			return err
		}
		if !l.May(hand, in) {
			return fault.New(fault.Forbidden, "convene.hand_too_far")
		}
		choices, err := choicesOf(tx, k.number)
		if err != nil {
			return err
		}
		for number, answer := range answers {
			if answer < Unmarked || answer > Cant || !has(choices, number) {
				return fault.New(fault.Invalid, "convene.no_choice")
			}
		}
		if err := putMarks(tx, thread, h.hash, answers); err != nil {
			return err
		}
		closed, err := l.settle(tx, k, in)
		if err != nil {
			return err
		}
		if closed {
			return l.Jobs.Drop(tx, CloseJob, strconv.FormatInt(thread, 10))
		}
		return l.cardsChanged(tx, []threadAt{k.thread()})
	})
}

func has(choices []Choice, number int64) bool {
	for _, c := range choices {
		if c.Number == number {
			return true
		}
	}
	return false
}

// How long what somebody writes of a place may be, in characters; how many places
// one convening takes.
const (
	nameLength       = 80
	directionsLength = 500
	whyLength        = 300
	mostVenues       = 12
)

// Propose adds a public place to a convening. One that looks as if somebody lives
// there is asked about (fault convene.home), unless its proposer says that it is
// public. The same place is there once.
func (l *Ladder) Propose(ctx context.Context, thread int64, v Venue, public bool) error {
	v.Name, v.Directions, v.Why = text.CleanLine(v.Name), text.CleanLine(v.Directions), text.CleanLine(v.Why)
	if err := v.check(public); err != nil {
		return err
	}
	return l.DB.Write(ctx, func(tx *db.Tx) error {
		k, err := holdConvening(tx, thread)
		if err != nil {
			return err
		}
		choices, err := choicesOf(tx, k.number)
		if err != nil {
			return err
		}
		venues, there := proposed(choices, v)
		if there {
			return nil
		}
		if venues >= mostVenues {
			return fault.New(fault.Conflict, "convene.venues_full", "n", mostVenues)
		}
		if _, err := insertChoice(tx, thread, 0, v); err != nil {
			return err
		}
		return l.cardsChanged(tx, []threadAt{k.thread()})
	})
}

// Proposed reports whether a place stands among those of a convening.
func (l *Ladder) Proposed(ctx context.Context, thread int64, v Venue) (there bool, err error) {
	err = l.DB.Read(ctx, func(tx *db.Tx) error {
		k, err := findConvening(tx, thread)
		if err != nil {
			return err
		}
		choices, err := choicesOf(tx, k.number)
		_, there = proposed(choices, v)
		return err
	})
	return there, err
}

// proposed is how many places there are, and whether one of them has this one's name.
func proposed(choices []Choice, v Venue) (venues int, there bool) {
	name := text.Fold(text.CleanLine(v.Name))
	for _, c := range choices {
		if c.At.IsZero() {
			venues++
			there = there || text.Fold(c.Venue.Name) == name
		}
	}
	return venues, there
}

func (v Venue) check(public bool) error {
	var faults []*fault.Fault
	if v.Name == "" {
		faults = append(faults, fault.New(fault.Invalid, "convene.venue_needs_name").On("name"))
	}
	if v.Why == "" {
		faults = append(faults, fault.New(fault.Invalid, "convene.venue_needs_why").On("why"))
	}
	for _, f := range []struct {
		field, words string
		most         int
	}{{"name", v.Name, nameLength}, {"directions", v.Directions, directionsLength}, {"why", v.Why, whyLength}} {
		if n := text.Length(f.words); n > f.most {
			faults = append(faults, fault.New(fault.Invalid, "convene.too_long", "limit", f.most, "length", n).On(f.field))
		}
	}
	if len(faults) == 0 && !public {
		if what := guard.Home(v.Name + "\n" + v.Directions); what != "" {
			faults = append(faults, fault.New(fault.Invalid, "convene.home", "what", what).On("public"))
		}
	}
	return fault.Join(faults...)
}

// Close closes the convening on a thread where the rules say so. Done is told of
// the transaction in which it does.
func (l *Ladder) Close(ctx context.Context, thread int64, done func(*db.Tx) error) error {
	return l.DB.Write(ctx, func(tx *db.Tx) error {
		if k, err := holdConvening(tx, thread); err == nil {
			in, err := l.place(k.place)
			if err != nil {
				return err
			}
			if _, err := l.settle(tx, k, in); err != nil {
				return err
			}
		} else if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Conflict) {
			return err
		}
		return done(tx)
	})
}

// settle closes a convening that is held where the rules say so.
func (l *Ladder) settle(tx *db.Tx, k keptConvening, in place.Place) (closed bool, err error) {
	choices, err := choicesOf(tx, k.number)
	if err != nil {
		return false, err
	}
	var times, venues []Tally
	var at, where []Choice
	for _, c := range choices {
		if c.At.IsZero() {
			venues, where = append(venues, c.Tally), append(where, c)
		} else {
			times, at = append(times, c.Tally), append(at, c)
		}
	}
	if k.hands, err = countedHands(tx, k.place); err != nil {
		return false, err
	}
	now := l.Clock.Now()
	verdict, won := l.Rules.Settle(times, k.hands, time.Unix(k.closes, 0), now)
	if verdict == Stands {
		return false, nil
	}
	k.closed, k.came = max(l.minute().Unix(), k.opened+1), verdict == Meets
	agreed := Agreed{Thread: board.Target{Number: k.number, Thread: k.number, Place: k.place}, Place: in}
	if k.came {
		agreed.At, agreed.Hands, k.at = at[won].At.In(in.Zone()), at[won].Suits, at[won].Number
		if best := Best(venues); best >= 0 {
			agreed.Venue, k.in = where[best].Venue, where[best].Number
		}
	}
	if err := closeConvening(tx, k); err != nil {
		return false, err
	}
	if err := l.tiding(tx, k.thread(), Closed); err != nil {
		return false, err
	}
	if !k.came {
		if err := l.Boards.Stay(tx, agreed.Thread, false); err != nil {
			return false, err
		}
		if err := l.cardsChanged(tx, []threadAt{k.thread()}); err != nil {
			return false, err
		}
		return true, l.Jobs.Add(tx, LookJob, k.place, now.Add(l.Rules.Rest))
	}
	return true, l.Meet(tx, agreed)
}

// Look opens a convening in a city where the rules say so, now that time has gone
// by or a meetup is over.
func (l *Ladder) Look(ctx context.Context, at string, done func(*db.Tx) error) error {
	p, err := l.place(at)
	if err != nil {
		return err
	}
	return l.DB.Write(ctx, func(tx *db.Tx) error {
		up, err := countHands(tx, at, 0)
		if err != nil {
			return err
		}
		if err := l.consider(tx, p, up); err != nil {
			return err
		}
		return done(tx)
	})
}

// cardsChanged tells that convenings say something else.
func (l *Ladder) cardsChanged(tx *db.Tx, changed []threadAt) error {
	for _, t := range changed {
		if err := l.Outbox.Append(tx, event.Event{Kind: event.CardChanged, Place: t.place, Thread: t.number, At: l.minute()}); err != nil {
			return err
		}
	}
	return nil
}
