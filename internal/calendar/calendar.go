package calendar

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Type is the media type of a calendar.
const Type = "text/calendar; charset=utf-8"

// Calendar is what somebody takes home, or subscribes to.
type Calendar struct {
	Name   string
	Events []Event
}

// Event is one that is held once, or again and again.
type Event struct {
	UID         string
	Sequence    int
	Changed     time.Time
	Start, End  time.Time   // the first time, in the zone that it goes by
	AllDay      bool        // it has days and no hours: from the beginning of one to that of another
	Rule        string      // an RRULE; "" for once
	Extra       []time.Time // times beside those of the rule
	Dropped     []time.Time
	Moved       []Moved
	Summary     string
	Location    string
	Description string
	URL         string
	Image       Image
	Cancelled   bool
	Parts       int // of how many parts of a series it may be the first, each of which goes on otherwise; 0: it is all of it
}

// parts is the property in which a calendar that is carried on says that of a series.
const parts = "X-MOOT-PARTS"

// Image is a small picture that stands for an event (RFC 7986, 5.10). The zero Image is
// none.
type Image struct {
	URL  string
	Type string // "image/jpeg"
}

// Moved is a single time of an event that is at another.
type Moved struct{ Original, Start, End time.Time }

// zone is the zone that the event goes by; nil for UTC.
func (e Event) zone() *time.Location {
	if l := e.Start.Location(); l != time.UTC && l.String() != "UTC" {
		return l
	}
	return nil
}

// Bytes is the calendar as it is sent.
func (c Calendar) Bytes() []byte {
	w := new(writer)
	w.line("BEGIN:VCALENDAR")
	w.line("VERSION:2.0")
	w.line("PRODID:-//Moot//Moot//EN")
	w.line("CALSCALE:GREGORIAN")
	w.line("METHOD:PUBLISH")
	if c.Name != "" {
		w.text("NAME", c.Name)
		w.text("X-WR-CALNAME", c.Name) // by which most readers know it
	}
	w.line("REFRESH-INTERVAL;VALUE=DURATION:PT1H")
	w.line("X-PUBLISHED-TTL:PT1H")
	w.zones(c.Events)
	for _, e := range c.Events {
		e.settle()
		w.event(e, nil)
		for _, m := range e.Moved {
			w.event(e, &m)
		}
	}
	w.line("END:VCALENDAR")
	return w.out
}

// settle has a time that is "moved" to where it is be what it is: one beside the rule.
func (e *Event) settle() {
	var moved []Moved
	for _, m := range e.Moved {
		if m.Original.Equal(m.Start) {
			e.Extra = append(slices.Clone(e.Extra), m.Start)
		} else {
			moved = append(moved, m)
		}
	}
	e.Moved = moved
}

// zones writes each zone that an event goes by, from before the first event that
// does.
func (w *writer) zones(events []Event) {
	first := map[string]Event{}
	var names []string
	for _, e := range events {
		if e.zone() == nil || e.AllDay {
			continue
		}
		name := e.zone().String()
		if f, known := first[name]; !known {
			names = append(names, name)
			first[name] = e
		} else if e.Start.Before(f.Start) {
			first[name] = e
		}
	}
	slices.Sort(names)
	for _, name := range names {
		w.zone(first[name].zone(), first[name].Start.Year())
	}
}

// event writes an event, or a single time of it that was moved.
func (w *writer) event(e Event, m *Moved) {
	w.line("BEGIN:VEVENT")
	w.text("UID", e.UID)
	w.line("DTSTAMP:" + e.Changed.UTC().Format(inUTC))
	w.line("LAST-MODIFIED:" + e.Changed.UTC().Format(inUTC))
	w.line("SEQUENCE:" + strconv.Itoa(e.Sequence))
	if m != nil {
		w.original("RECURRENCE-ID", m.Original, e)
		w.time("DTSTART", m.Start, e)
		w.time("DTEND", m.End, e)
	} else {
		w.time("DTSTART", e.Start, e)
		w.time("DTEND", e.End, e)
		if e.Rule != "" {
			w.line("RRULE:" + only(e.RRule(), "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789=;,+-"))
		}
		for _, t := range e.Extra {
			w.time("RDATE", t, e)
		}
		for _, t := range e.Dropped {
			w.original("EXDATE", t, e)
		}
	}
	if e.Parts > 1 && m == nil {
		w.line(parts + ":" + strconv.Itoa(e.Parts))
	}
	w.text("SUMMARY", e.Summary)
	for _, p := range [][2]string{{"LOCATION", e.Location}, {"DESCRIPTION", e.Description}} {
		if p[1] != "" {
			w.text(p[0], p[1])
		}
	}
	if e.URL != "" {
		w.line("URL:" + uri(e.URL))
	}
	if e.Image.URL != "" {
		w.line("IMAGE;VALUE=URI;DISPLAY=BADGE;FMTTYPE=" + only(e.Image.Type, "abcdefghijklmnopqrstuvwxyz/") + ":" + uri(e.Image.URL))
	}
	if e.Cancelled {
		w.line("STATUS:CANCELLED")
	} else {
		w.line("STATUS:CONFIRMED")
	}
	w.line("END:VEVENT")
}

// uri is an address without what no address holds.
func uri(url string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return -1
		}
		return r
	}, url)
}

// Forms of times.
const (
	date  = "20060102"
	local = "20060102T150405"
	inUTC = local + "Z"
)

// RRule is its rule as it is written: one that begins with a day ends with one (RFC 5545,
// 3.3.10).
func (e Event) RRule() string {
	before, until, ends := strings.Cut(e.Rule, "UNTIL=")
	if !e.AllDay || !ends {
		return e.Rule
	}
	until, after, more := strings.Cut(until, ";")
	if t, err := time.Parse(inUTC, until); err == nil {
		until = t.In(e.Start.Location()).Format(date)
	}
	if more {
		after = ";" + after
	}
	return before + "UNTIL=" + until + after
}

// time writes a time by the clocks that its event goes by.
func (w *writer) time(property string, t time.Time, e Event) {
	if e.AllDay {
		w.line(property + ";VALUE=DATE:" + t.In(e.Start.Location()).Format(date))
	} else if l := e.zone(); l != nil {
		w.line(property + ";TZID=" + zoneName(l) + ":" + t.In(l).Format(local))
	} else {
		w.line(property + ":" + t.UTC().Format(inUTC))
	}
}

// original writes a time by which the event's rule gives it, as a reader works it out:
// where the clocks skip that, by what they would have shown (RFC 5545, 3.3.5).
func (w *writer) original(property string, t time.Time, e Event) {
	l := e.zone()
	if e.AllDay || l == nil || clockOf(t.In(l)) == clockOf(e.Start) {
		w.time(property, t, e)
		return
	}
	_, before := t.Add(-24 * time.Hour).In(l).Zone()
	if wall := t.UTC().Add(time.Duration(before) * time.Second); clockOf(wall) == clockOf(e.Start) {
		w.line(property + ";TZID=" + zoneName(l) + ":" + wall.Format(local))
		return
	}
	w.time(property, t, e)
}

// clockOf is what clocks show of a time.
func clockOf(t time.Time) [3]int { return [3]int{t.Hour(), t.Minute(), t.Second()} }

// zoneName is the name of a zone: IANA's have no other characters.
func zoneName(l *time.Location) string {
	return only(l.String(), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-")
}

// only is what a text has of some characters.
func only(s, these string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(these, r) {
			return r
		}
		return -1
	}, s)
}

type writer struct{ out []byte }

// foldAt is how many bytes a line has at the most, without its end.
const foldAt = 75

// line writes a line, which goes on in others where it is too long.
func (w *writer) line(s string) {
	for room := foldAt; len(s) > room; room = foldAt - 1 {
		cut := room
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		w.out = append(append(w.out, s[:cut]...), "\r\n "...)
		s = s[cut:]
	}
	w.out = append(append(w.out, s...), "\r\n"...)
}

var escapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\r", `\n`, "\n", `\n`)

// text writes a property whose value is a text.
func (w *writer) text(property, value string) {
	value = escapes.Replace(strings.ToValidUTF8(value, "\uFFFD"))
	w.line(property + ":" + strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' {
			return -1
		}
		return r
	}, value))
}
