package origin

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"html"
	"regexp"
	"strings"
	"time"
	"unicode"

	"moot/internal/board"
	"moot/internal/calendar"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/job"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/outbound"
	"moot/internal/place"
	"moot/internal/recur"
	"moot/internal/text"
)

// Bounds of what is brought.
const (
	MostOfFile  = 20       // new meetups of one file
	mostOfLook  = 10       // new meetups of one look at a calendar that is followed
	mostFollows = 60       // meetups to come of such a calendar
	mostWeighed = 300      // events that repeat, of one calendar
	mostOfDay   = 60       // meetups that files bring to one city in a day
	carried     = 40 << 10 // bytes of what a report carries on to be confirmed
	nameLength  = 80
	bodyLength  = 1500 // characters of what is said of an event
)

// Origins are the calendars that meetups of a site came from. They are safe for
// many goroutines.
type Origins struct {
	Settings
}

// Settings are what origins stand on.
type Settings struct {
	DB     *db.DB
	Clock  *clock.Clock
	Places *place.Gazetteer
	Boards *board.Boards
	Jobs   *job.Jobs
	Client *outbound.Client // asks for the calendars that are followed

	Name  string                             // of the site, which posts what is followed
	Words func(p place.Place) *lang.Language // in which the site writes there

	// What a meetup is made of: the rest is in the transaction in which it is decided.
	Card    string // the kind of its card
	Fit     func(p place.Place, e Event) (Fitting, error)
	CallOff func(tx *db.Tx, thread int64, reason string) error       // has it not be held
	Release func(tx *db.Tx, thread int64) error                      // has it stand without its calendar
	Known   func(tx *db.Tx, uids []string) (map[string]int64, error) // the threads of those that have these UIDs
}

// Event is something that is held, as a calendar elsewhere has it.
type Event struct {
	recur.Written
	Title             string
	Venue, Directions string
	Public            bool   // somebody says that its place is public
	Origin            string // what is said of where it comes from
}

// Fitting is an event that may become a meetup.
type Fitting struct {
	Next  recur.Occurrence
	Often recur.Every
	Bring func(tx *db.Tx, t board.Target, host key.Actor) error // makes it the card of a thread that is started
	Again func(tx *db.Tx, thread int64, host key.Actor) error   // has the meetup of a thread be this
}

// New is the origins of a site.
func New(s Settings) *Origins { return &Origins{s} }

// Fate is what becomes of an event.
type Fate int

const (
	Out     Fate = iota // it is left out
	Asked               // it may be announced if whoever brings it says that its place is public
	Fresh               // it is announced
	Changed             // its meetup is changed
	Same                // its meetup says the same already
	Called              // its meetup is called off
)

// Line is an event of a calendar, and what becomes of it.
type Line struct {
	Line   int
	Title  string
	Next   recur.Occurrence // as the calendar has it, where it isn't taken
	Every  recur.Every
	Venue  string
	Fate   Fate
	Why    *fault.Fault // why it is left out, or asked about
	Thread int64        // of its meetup, where it has one

	event  calendar.Found
	id     []byte
	digest []byte
	fits   Fitting
	stands brought
	known  bool
}

// ID is by what a form names the event.
func (l Line) ID() string { return fmt.Sprintf("%x", l.id[:8]) }

// Report is what becomes of a calendar's events, in the order of when they are held;
// those that are left out last.
type Report struct {
	Name  string // as the calendar calls itself
	Lines []Line
	Carry []byte // a calendar of those that matter, to be confirmed
}

// Count is how many have a fate.
func (r Report) Count(f Fate) (n int) {
	for _, l := range r.Lines {
		if l.Fate == f {
			n++
		}
	}
	return n
}

// Acts reports whether anything would happen.
func (r Report) Acts() bool {
	return r.Count(Fresh)+r.Count(Changed)+r.Count(Called)+r.Count(Asked) > 0
}

// idOf is what is kept of an event's UID.
func idOf(uid string) []byte {
	sum := sha256.Sum256([]byte("event " + uid))
	return sum[:16]
}

// digestOf is what is kept of what a calendar says of an event, to see whether that
// changes.
func digestOf(e calendar.Found, calendar string) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %d %d %q %q %v", text.CleanLine(e.Summary), text.CleanLine(e.Location), calendar, e.Start.Unix(), e.End.Unix(), e.Start.Location(), strings.ToUpper(e.Rule), e.Cancelled)
	for _, all := range [][]time.Time{e.Extra, e.Dropped} {
		for _, t := range all {
			fmt.Fprintf(h, " %d", t.Unix())
		}
		fmt.Fprint(h, ";")
	}
	for _, m := range e.Moved {
		fmt.Fprintf(h, " %d %d", m.Original.Unix(), m.Start.Unix())
	}
	return h.Sum(nil)[:16]
}

// weigh finds what becomes of an event by itself, whatever stands already.
func (o *Origins) weigh(p place.Place, e calendar.Found, name string, public bool) Line {
	e = inCity(e, p.Zone())
	l := Line{Line: e.Line, Title: shortened(text.CleanLine(e.Summary), 120), event: e, id: idOf(e.UID), digest: digestOf(e, name)}
	out := func(key string) Line {
		l.Why = fault.New(fault.Invalid, key)
		return l
	}
	times := written(e.Event)
	if !times.Start.IsZero() {
		l.Next = recur.Series{Start: times.Start, Length: times.Length}.Occurrence(times.Start, times.Start)
	}
	venue, directions := venueOf(e.Location)
	l.Venue = venue
	switch {
	case e.Private:
		l.Title = ""
		return out("origin.private")
	case e.Wrong != nil:
		l.Why = e.Wrong
		return l
	case e.UID == "":
		return out("origin.no_uid")
	case e.Cancelled:
		return out("origin.cancelled")
	case strings.Contains(e.Location, "://"):
		return out("origin.online")
	}
	var err error
	l.fits, err = o.Fit(p, Event{Written: times, Title: l.Title, Venue: venue, Directions: directions, Public: public, Origin: name})
	if err != nil {
		if l.Why = fault.Each(err)[0]; l.Why.Field == "public" {
			l.Fate = Asked
		}
		return l
	}
	l.Fate, l.Next, l.Every = Fresh, l.fits.Next, l.fits.Often
	return l
}

const day = 24 * time.Hour

// inCity has an event that has days and no hours be on those by the clocks of a city.
func inCity(e calendar.Found, city *time.Location) calendar.Found {
	if !e.AllDay {
		return e
	}
	at := func(t time.Time) time.Time {
		begins, _ := recur.At(recur.Shown(t).Truncate(day), city)
		return begins
	}
	every := func(all []time.Time) (moved []time.Time) {
		for _, t := range all {
			moved = append(moved, at(t))
		}
		return moved
	}
	e.Rule = e.RRule()
	e.Start, e.End, e.Extra, e.Dropped = at(e.Start), at(e.End), every(e.Extra), every(e.Dropped)
	singles := e.Moved
	e.Moved = nil
	for _, m := range singles {
		e.Moved = append(e.Moved, calendar.Moved{Original: at(m.Original), Start: at(m.Start), End: at(m.End)})
	}
	return e
}

// written are the times of an event, to the minute, as all are kept here.
func written(e calendar.Event) recur.Written {
	minutes := func(all []time.Time) (cut []time.Time) {
		for _, t := range all {
			cut = append(cut, t.Truncate(time.Minute))
		}
		return cut
	}
	w := recur.Written{Start: e.Start.Truncate(time.Minute), Rule: e.Rule, Length: e.End.Sub(e.Start), Extra: minutes(e.Extra)}
	if e.AllDay { // some of which have other hours than a day
		w.Length = max(recur.Shown(e.End).Sub(recur.Shown(e.Start)).Round(day), day)
	}
	for _, t := range minutes(e.Dropped) {
		w.Changed = append(w.Changed, recur.Change{Original: t})
	}
	for _, m := range e.Moved {
		w.Changed = append(w.Changed, recur.Change{Original: m.Original.Truncate(time.Minute), Start: m.Start.Truncate(time.Minute)})
	}
	return w
}

// venueOf is a place as calendars have it, on one line or several: its name, and
// how to find it.
func venueOf(location string) (name, directions string) {
	whole := text.CleanLine(location)
	name = whole
	if first, more, several := strings.Cut(strings.TrimSpace(location), "\n"); several {
		name, directions = text.CleanLine(first), text.CleanLine(more)
	} else if first, more, several := strings.Cut(whole, ","); several {
		name, directions = strings.TrimSpace(first), strings.TrimSpace(more)
	}
	if text.Length(name) > nameLength {
		name, directions = shortened(name, nameLength), whole
	}
	return name, shortened(directions, 500)
}

// shortened is a text that is no longer than so many characters, cut between words.
func shortened(s string, most int) string {
	if text.Length(s) <= most {
		return s
	}
	r := []rune(s)[:most-1]
	for i := len(r) - 1; i > most/2; i-- {
		if unicode.IsSpace(r[i]) {
			r = r[:i]
			break
		}
	}
	return strings.TrimRightFunc(string(r), unicode.IsSpace) + "…"
}

// marks are what some calendars write into descriptions: HTML.
var (
	breaks = regexp.MustCompile(`(?i)<br\s*/?>|</(p|div|li|h[1-6])>`)
	marks  = regexp.MustCompile(`(?s)</?[a-zA-Z][^<>]*>`)
	gaps   = regexp.MustCompile(`\n{3,}`)
)

// bodyOf is what is said of an event, as the first post of its thread.
func bodyOf(e calendar.Event) string {
	said := e.Description
	if marks.MatchString(said) {
		said = html.UnescapeString(marks.ReplaceAllString(breaks.ReplaceAllString(said, "\n"), ""))
	}
	said = shortened(gaps.ReplaceAllString(text.Clean(said), "\n\n"), bodyLength)
	if e.URL != "" && !strings.Contains(said, e.URL) {
		said = strings.TrimSpace(said + "\n\n" + e.URL)
	}
	if said == "" {
		said = text.CleanLine(e.Summary)
	}
	return said
}

// newNumber is a number for a calendar.
func newNumber() int64 {
	var b [8]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return int64(binary.BigEndian.Uint64(b[:])>>12) + 1
}

// today is the day that is counted.
func (o *Origins) today() int64 { return o.Clock.Now().Unix() / (24 * 3600) }

// checkName is a calendar's name, as it may be shown.
func checkName(name string) (string, *fault.Fault) {
	name = text.CleanLine(name)
	switch n := text.Length(name); {
	case n == 0:
		return name, fault.New(fault.Invalid, "origin.needs_name").On("name")
	case n > nameLength:
		return name, fault.New(fault.Invalid, "meetup.too_long", "limit", nameLength, "length", n).On("name")
	}
	return name, nil
}

// ownerOf is what is kept of who brought a file.
func ownerOf(owner key.Actor) []byte {
	if !owner.Known() {
		return []byte{}
	}
	return owner.Hash("calendar")
}
