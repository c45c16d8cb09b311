package meetup

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"moot/internal/attendance"
	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/job"
	"moot/internal/key"
	"moot/internal/meetup/record"
	"moot/internal/place"
	"moot/internal/plan"
	"moot/internal/recur"
	"moot/internal/tiding"
)

// Card is the kind of card that a meetup is on its thread.
const Card = "meetup"

// What somebody says of a meetup.
type (
	Details = plan.Details
	Venue   = plan.Venue
	Every   = recur.Every
)

// What its form offers, and how a start and a day are written there.
const (
	Once        = recur.Once
	Weekly      = recur.Weekly
	Fortnightly = recur.Fortnightly
	Monthly     = recur.Monthly
	MonthlyLast = recur.MonthlyLast
	Otherwise   = recur.Otherwise

	ClockForm = recur.ClockForm
	DayForm   = recur.DayForm
)

// Occurrence is one of the times at which a meetup is held, and how many answered
// what for it.
type Occurrence = attendance.Occurrence

// Meetups are the meetups of a site. They are safe for many goroutines.
type Meetups struct {
	Settings
}

// Settings are what meetups stand on.
type Settings struct {
	DB     *db.DB
	Clock  *clock.Clock
	Outbox *event.Outbox
	Places *place.Gazetteer
	Boards *board.Boards
	Jobs   *job.Jobs

	// Over is told of a place where a meetup is over or cancelled, in that
	// transaction.
	Over func(tx *db.Tx, place string) error

	// MayHost reports whether a hand may take on what hands agreed on in a place. Nil:
	// none may.
	MayHost func(tx *db.Tx, hand key.Actor, place string) (bool, error)
}

// New is the meetups of a site.
func New(s Settings) *Meetups { return &Meetups{s} }

// Meetup is a meetup as everybody may know it.
type Meetup struct {
	Thread    int64
	Place     place.Place
	UID       string // by which calendars know it
	Title     string
	Start     time.Time // the first time, in its zone, as are the others
	Minutes   int
	Venue     Venue // its Name is "" where none is found yet
	Spot      string
	Held      bool // there is a spot, and it is told to those who come: Spot is ""
	Room      int  // for how many people; 0 for any number
	Every     Every
	Until     time.Time // when it repeats no more; zero: no day ends it
	Times     int       // how often it is held; 0: no number ends it
	Rule      string    // of RFC 5545; "" where it is held once
	Changed   []Change  // single times that were moved or dropped, in order
	Sequence  int
	ChangedAt time.Time
	Cancelled bool
	Reason    string          // why it was cancelled
	Hosted    bool            // somebody hosts it
	Agreed    time.Time       // the start that hands agreed on; zero where none did
	AgreedIn  bool            // they agreed on its place, too
	Free      bool            // a hand may take it on; if it is cancelled, so that it is held after all
	After     []After         // how it was, the newest first
	Origin    string          // the calendar that it was brought from; "" where somebody announced it here
	Coming    []Occurrence    // the next that aren't over, with how many come
	Tidings   []tiding.Tiding // what became of it since it was announced, in order
	Standing  []tiding.Tiding // those that say something of what is to come
	series    record.Series
}

// Change is what became of a single time.
type Change struct {
	Original time.Time
	Start    time.Time // zero: it was dropped
	Reason   string    // why it was dropped
}

// Over reports whether nothing of it is to come.
func (m Meetup) Over() bool { return len(m.Coming) == 0 }

// First is the first time of a meetup, without its counts.
func (m Meetup) First() Occurrence {
	return m.At(m.Start, m.Start)
}

// At is a time of a meetup that begins at one, and is known by one, without its counts.
func (m Meetup) At(original, start time.Time) Occurrence {
	return Occurrence{Occurrence: m.series.Occurrence(original, start)}
}

// Days is on how many whole days each of its times is; 0 where they have an hour.
func (m Meetup) Days() int { return m.series.Days() }

// Between are the occurrences that end after one time and begin before another, so
// many at the most, without their counts.
func (m Meetup) Between(from, to time.Time, most int) []Occurrence {
	return m.series.Between(from, to, most)
}

// Details are what was said of the meetup, for the form that changes it. The start
// of one that repeats is the next of its times. The spot isn't among them where it
// is held back.
func (m Meetup) Details() Details {
	d := Details{
		Title: m.Title, Start: m.Start.Format(ClockForm), Zone: m.Start.Location().String(), Minutes: m.Minutes, Venue: m.Venue,
		Spot: m.Spot, Held: m.Held, Room: m.Room, Every: m.Every,
	}
	if m.Rule != "" && len(m.Coming) > 0 {
		d.Start = m.Coming[0].Original.Format(ClockForm)
	}
	if d.Times = m.Times; m.Every == Otherwise {
		d.Rule, d.Times = m.Rule, 0
	} else if !m.Until.IsZero() {
		d.Until = m.Until.Format(DayForm)
	}
	return d
}

// Announce starts a thread with a meetup, which whoever will have the host's token
// may change. Where the thread has no subject, or no words, they are the meetup's title.
func (m *Meetups) Announce(ctx context.Context, actor, host key.Actor, n board.NewThread, d Details) (board.Target, error) {
	if !n.Place.Valid() {
		return board.Target{}, fault.New(fault.NotFound, "place.unknown")
	}
	c, err := d.Check(m.Clock.Now(), n.Place.Zone(), nil)
	n.Subject, n.Body = cmp.Or(n.Subject, c.Title), cmp.Or(n.Body, c.Title)
	if err == nil && !host.Known() {
		err = errNoToken()
	}
	if err != nil { // and what else is wrong with the form
		n.Body = cmp.Or(n.Body, "-") // no words are missing but the title
		_, _, other := m.Boards.Preview(ctx, n.Place, n.Subject, n.NewPost)
		if other != nil && !fault.Is(other, fault.Invalid) {
			return board.Target{}, other
		}
		return board.Target{}, fault.Join(append(fault.Each(err), fault.Each(other)...)...)
	}
	n.Card = board.Card{Kind: Card, Write: func(tx *db.Tx, t board.Target) error {
		return m.insert(tx, t, n.Place, c, record.Record{Host: record.HostOf(host, t.Thread)})
	}}
	return m.Boards.Start(ctx, actor, n)
}

// Make makes a meetup of the card of a thread that stands, in the transaction in
// which that is decided. Nobody hosts it yet. Its details are the site's own: of
// them only the time is looked at, which may have passed, and there may be no venue.
func (m *Meetups) Make(tx *db.Tx, t board.Target, d Details) error {
	p, err := m.records().Place(t.Place)
	if err != nil {
		return err
	}
	c := plan.Checked{Details: d.Clean()}
	zone := p.Zone()
	if c.Zone != "" {
		if zone, err = recur.Zone(c.Zone); err != nil {
			return err
		}
	}
	c.Zone = zone.String()
	wall, err := time.Parse(ClockForm, d.Start)
	if err != nil {
		return err
	}
	c.First, _ = recur.At(wall, zone)
	if err := m.Boards.Carry(tx, t, Card, c.Title); err != nil {
		return err
	}
	if err := m.Boards.Stay(tx, t, true); err != nil {
		return err
	}
	return m.insert(tx, t, p, c, record.Record{Host: []byte{}, AgreedAt: c.First.Unix(), AgreedIn: c.Venue.Name != ""})
}

func (m *Meetups) insert(tx *db.Tx, t board.Target, p place.Place, c plan.Checked, k record.Record) error {
	k.Thread, k.Place, k.UID, k.ChangedAt, k.NextAt = t.Thread, t.Place, newUID(), m.minute().Unix(), c.First.Unix()
	k.Take(c)
	if err := k.Insert(tx, p); err != nil {
		return err
	}
	if err := m.goesOn(tx, k); err != nil {
		return err
	}
	if err := m.planFirst(tx, k); err != nil {
		return err
	}
	return m.says(tx, k)
}

// target is the thread of a meetup.
func target(k record.Record) board.Target {
	return board.Target{Number: k.Thread, Thread: k.Thread, Place: k.Place}
}

// goesOn has what is next of a meetup be looked at when it is over, and its thread
// stand on its board until then.
func (m *Meetups) goesOn(tx *db.Tx, k record.Record) error {
	if err := m.Boards.Keep(tx, target(k), k.StaysUntil()); err != nil {
		return err
	}
	return m.Jobs.Add(tx, OverJob, k.About(), k.Ends())
}

// newUID is a random UUID, as RFC 7986 asks for: it tells nothing, and stays when
// the site's address doesn't.
func newUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// ToCome reports whether a meetup is to come in a place: one that stands and isn't
// over.
func (m *Meetups) ToCome(tx *db.Tx, place string) (to bool, err error) {
	err = tx.Row(`SELECT EXISTS (SELECT 1 FROM meetup WHERE place = $1 AND next_at > 0 AND NOT cancelled AND (rrule <> '' OR next_at + 60 * minutes > $2))`,
		place, m.Clock.Now().Unix()).Scan(&to)
	return to, err
}

// keep stores a meetup that is held, and tells that it says something else.
func (m *Meetups) keep(tx *db.Tx, k record.Record) error {
	if err := k.Update(tx); err != nil {
		return err
	}
	return m.says(tx, k)
}

// says tells that a meetup says something else.
func (m *Meetups) says(tx *db.Tx, k record.Record) error {
	return m.Outbox.Append(tx, event.Event{Kind: event.CardChanged, Place: k.Place, Thread: k.Thread, At: m.minute()})
}

// minute is the time as it is kept: security.md 1.7.
func (m *Meetups) minute() time.Time { return m.Clock.Now().Truncate(time.Minute) }

func (m *Meetups) records() record.Table { return record.Table{Places: m.Places} }

func errNoToken() error { return fault.New(fault.Forbidden, "meetup.no_token") }
