package calendar

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"
	"time"

	"moot/internal/fault"
	"moot/internal/recur"
)

// Book is a calendar that somebody else's program wrote, as it was read.
type Book struct {
	Name  string // as it calls itself, or ""
	Found []Found
}

// Found is an event that stands in a book.
type Found struct {
	Event
	Line    int          // on which it begins
	Private bool         // its class says that it isn't for everybody
	Wrong   *fault.Fault // why it can't be taken; its other fields may then be empty
}

// years between which things are held that are taken. What repeats may have begun
// long ago.
const firstYear, lastYear = 1970, 2200

// Read reads a calendar. What is wrong with all of it is the fault; what is wrong
// with one event is that event's. Home is whose clocks a time goes by that names
// none, or one that nobody else knows and that goes like them.
func Read(b []byte, home *time.Location) (*Book, error) {
	if len(b) > MostBytes {
		return nil, refused("calendar.too_big", "mib", MostBytes>>20)
	}
	calendars, wrong := components(b)
	if wrong != nil {
		return nil, wrong
	}
	book := &Book{}
	series := map[string]*gathered{}
	var order []*gathered
	events := 0
	for _, c := range calendars {
		book.Name = cmp.Or(book.Name, nameOf(c))
		clocks := clocksOf(c, home)
		for _, part := range c.within {
			if part.name != "VEVENT" {
				continue
			}
			if events++; events > mostEvents {
				return nil, refused("calendar.too_many_events", "n", mostEvents)
			}
			e := clocks.event(part)
			key := e.UID
			if key == "" {
				key = "line " + strconv.Itoa(e.Line)
			}
			g := series[key]
			if g == nil {
				g = &gathered{}
				series[key] = g
				order = append(order, g)
			}
			g.add(e)
		}
	}
	cuts := 0
	for _, g := range order {
		if cuts += g.cuts(); cuts > mostCuts && g.main != nil && g.cuts() > 0 {
			g.main.Wrong = refused("calendar.many_rules", "line", g.main.Line)
		}
		book.Found = append(book.Found, g.whole()...)
	}
	return book, nil
}

func nameOf(c *component) string {
	for _, name := range []string{"NAME", "X-WR-CALNAME"} {
		if p, ok := c.first(name); ok && strings.TrimSpace(p.value) != "" {
			return strings.TrimSpace(plain(p.value))
		}
	}
	return ""
}

// one is one VEVENT: something that is held, or a single time of it that is at
// another.
type one struct {
	Found
	instead time.Time // which time of a series it stands for; zero: none
	later   bool      // it stands for all later ones too
}

// gathered is all that has one UID.
type gathered struct {
	main   *one
	single []one
}

// add takes in an event. Of two that are the same the newer counts: that of the
// higher sequence, and of those the one that was changed last.
func (g *gathered) add(e one) {
	newer := func(a, b one) bool {
		return cmp.Or(cmp.Compare(a.Sequence, b.Sequence), a.Changed.Compare(b.Changed)) >= 0
	}
	if e.instead.IsZero() {
		if g.main == nil || newer(e, *g.main) {
			g.main = &e
		}
		return
	}
	for i, s := range g.single {
		if s.instead.Equal(e.instead) {
			if newer(e, s) {
				g.single[i] = e
			}
			return
		}
	}
	g.single = append(g.single, e)
}

// event reads a VEVENT.
func (k *clocks) event(c *component) one {
	e := one{Found: Found{Line: c.line}}
	text := func(name string) string {
		p, _ := c.first(name)
		return strings.TrimSpace(plain(p.value))
	}
	e.UID, e.Summary, e.Location, e.Description = text("UID"), text("SUMMARY"), text("LOCATION"), text("DESCRIPTION")
	if p, ok := c.first("URL"); ok {
		e.URL = address(p.value)
	}
	class := strings.ToUpper(text("CLASS"))
	e.Private = class != "" && class != "PUBLIC" // RFC 5545, 3.8.1.3: what isn't known is private
	e.Cancelled = strings.EqualFold(text("STATUS"), "CANCELLED")
	e.Sequence, _ = strconv.Atoi(text("SEQUENCE"))
	e.Sequence = min(max(e.Sequence, 0), 1<<30)
	e.Parts, _ = strconv.Atoi(text(parts))
	e.Parts = min(max(e.Parts, 0), MostParts)
	if p, ok := c.first("LAST-MODIFIED"); ok {
		e.Changed, _ = time.Parse(inUTC, p.value)
	}
	if e.Wrong = k.times(c, &e); e.Wrong == nil && c.unread > 0 {
		e.Wrong = refused("calendar.unread", "line", c.unread)
	}
	if e.Wrong == nil && len(e.UID) > 255 {
		e.Wrong = refused("calendar.long_uid", "line", c.line)
	}
	return e
}

// address is one of the web, as it may be shown, or "".
func address(s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(s) > 500 {
		return ""
	}
	return u.String()
}

// times reads when an event is held.
func (k *clocks) times(c *component, e *one) *fault.Fault {
	begins, ok := c.first("DTSTART")
	if !ok {
		return refused("calendar.no_start", "line", c.line)
	}
	var f *fault.Fault
	if e.Start, e.AllDay, f = k.moment(begins); f != nil {
		return f
	}
	if e.End, f = k.end(c, e); f != nil {
		return f
	}
	if rules := c.all("RRULE"); len(rules) > 1 || len(c.all("EXRULE")) > 0 {
		return refused("calendar.many_rules", "line", c.line)
	} else if len(rules) == 1 {
		e.Rule = strings.TrimSpace(rules[0].value)
		if e.AllDay {
			e.Rule = recur.OfDays(e.Rule)
		}
	}
	if e.Dropped, f = k.moments(c.all("EXDATE"), e); f != nil {
		return f
	}
	if e.Extra, f = k.moments(c.all("RDATE"), e); f != nil {
		return f
	}
	if p, ok := c.first("RECURRENCE-ID"); ok {
		at, f := k.moments([]property{p}, e)
		if f != nil || len(at) != 1 {
			return cmp.Or(f, refused("calendar.when", "line", p.line))
		}
		e.instead, e.later = at[0], strings.EqualFold(p.parameter("RANGE"), "THISANDFUTURE")
	}
	return nil
}

// end is when an event ends that has begun to be read.
func (k *clocks) end(c *component, e *one) (end time.Time, f *fault.Fault) {
	p, ends := c.first("DTEND")
	d, lasts := c.first("DURATION")
	switch {
	case ends:
		if end, _, f = k.moment(p); f != nil {
			return end, f
		}
		if end.Before(e.Start) {
			return end, refused("calendar.ends_early", "line", p.line)
		}
		if e.AllDay && end.Equal(e.Start) { // which some programs write of a single day
			end = e.Start.AddDate(0, 0, 1)
		}
	case lasts:
		length, ok := duration(d.value)
		if !ok {
			return end, refused("calendar.when", "line", d.line)
		}
		end = e.Start.Add(length)
	case e.AllDay:
		end = e.Start.AddDate(0, 0, 1)
	default:
		end = e.Start
	}
	return end, nil
}

// moments are all times of some properties, each of which may hold many. A day
// without an hour stands for the event's own hour of it, by its clocks.
func (k *clocks) moments(all []property, e *one) (found []time.Time, f *fault.Fault) {
	for _, p := range all {
		for value := range strings.SplitSeq(p.value, ",") {
			one := p
			one.value, _, _ = strings.Cut(value, "/") // of a period, when it begins
			t, day, f := k.moment(one)
			if f != nil {
				return nil, f
			}
			if day && !e.AllDay {
				s := e.Start
				t, _ = recur.At(time.Date(t.Year(), t.Month(), t.Day(), s.Hour(), s.Minute(), s.Second(), 0, time.UTC), s.Location())
			}
			if found = append(found, t); len(found) > mostProperties {
				return nil, refused("calendar.too_many_properties", "line", p.line, "n", mostProperties)
			}
		}
	}
	return found, nil
}

// moment is a time of a property: RFC 5545, 3.3.4 and 3.3.5.
func (k *clocks) moment(p property) (t time.Time, day bool, f *fault.Fault) {
	value := strings.ToUpper(strings.TrimSpace(p.value))
	zone := k.home
	if id := p.parameter("TZID"); id != "" && !strings.HasSuffix(value, "Z") {
		var known bool
		if zone, known = k.zone(id); !known {
			return t, false, refused("calendar.zone", "line", p.line, "zone", short(id))
		}
	}
	var err error
	switch len(value) {
	case len(date):
		t, err = time.Parse(date, value)
		day = true
	case len(local):
		t, err = time.Parse(local, value)
	default:
		t, err = time.Parse(inUTC, value)
		zone = time.UTC
	}
	if err != nil {
		return t, false, refused("calendar.when", "line", p.line)
	}
	if t.Year() < firstYear || t.Year() > lastYear {
		return t, false, refused("calendar.year", "line", p.line)
	}
	t, _ = recur.At(t, zone)
	return t, day, nil
}

// short is a name of somebody else's as a sentence can hold it.
func short(s string) string {
	r := []rune(s)
	return string(r[:min(len(r), 60)])
}

// duration reads a length: RFC 5545, 3.3.6. It is not less than nothing and not
// more than a thousand days.
func duration(s string) (d time.Duration, ok bool) {
	s, found := strings.CutPrefix(strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(s)), "+"), "P")
	if !found || s == "" {
		return 0, false
	}
	days, hours, timed := strings.Cut(s, "T")
	if timed && hours == "" {
		return 0, false
	}
	for _, part := range []struct {
		text  string
		units string
		of    []time.Duration
	}{
		{days, "WD", []time.Duration{7 * 24 * time.Hour, 24 * time.Hour}},
		{hours, "HMS", []time.Duration{time.Hour, time.Minute, time.Second}},
	} {
		next := 0
		for text := part.text; text != ""; {
			end := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
			if end < 1 || end > 6 {
				return 0, false
			}
			unit := strings.IndexByte(part.units, text[end])
			if unit < next {
				return 0, false
			}
			n, _ := strconv.Atoi(text[:end])
			if n > 1000*24*3600 {
				return 0, false
			}
			d += time.Duration(n) * part.of[unit]
			if d > 1000*24*time.Hour {
				return 0, false
			}
			next, text = unit+1, text[end+1:]
		}
	}
	return d, true
}
