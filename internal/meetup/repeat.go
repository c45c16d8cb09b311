package meetup

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"

	"moot/internal/fault"
)

// Every is how often a meetup is held.
type Every string

// What the form of a meetup offers. The day of the week, and which of the month it
// is, are those of the first time.
const (
	Once        Every = ""
	Weekly      Every = "week"
	Fortnightly Every = "fortnight"
	Monthly     Every = "month"      // such as each second Tuesday
	MonthlyLast Every = "month-last" // such as each last Friday
	Otherwise   Every = "otherwise"  // by a rule that none of these makes
)

// Bounds of what repeats. Without an end it may go on for ever: nobody looks further
// ahead than ahead.
const (
	ruleLength  = 200
	mostTimes   = 1000 // of a rule that has an end
	mostBetween = 520  // weeks, months … between two times
	ahead       = 10 * 366 * 24 * time.Hour
)

// at is when the clocks of a zone show a time, which is given as if it were one of
// UTC. Of one that they show twice it is the first. One that they skip is as much
// later as they skip, and exact is false (RFC 5545, 3.3.5).
func at(wall time.Time, zone *time.Location) (t time.Time, exact bool) {
	const day = 24 * time.Hour
	offset := func(t time.Time) time.Duration {
		_, seconds := t.In(zone).Zone()
		return time.Duration(seconds) * time.Second
	}
	before := wall.Add(-offset(wall.Add(-day))).In(zone)
	if shown(before).Equal(wall) {
		return before, true
	}
	if after := wall.Add(-offset(wall.Add(day))).In(zone); shown(after).Equal(wall) {
		return after, true
	}
	return before, false
}

// shown is what the clocks of its zone show at a time, as if it were one of UTC.
func shown(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

var days = [...]rrule.Weekday{rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA}

// rule is the rule of what begins at start and is held so often, until the end of a
// day (the zero time: without end). A fifth weekday of a month is its last.
func (e Every) rule(start, until time.Time) string {
	o := rrule.ROption{Freq: rrule.WEEKLY, Until: until}
	day := days[start.Weekday()]
	switch nth := (start.Day()-1)/7 + 1; {
	case e == Fortnightly:
		o.Interval = 2
	case e == MonthlyLast || e == Monthly && nth == 5:
		o.Freq, day = rrule.MONTHLY, day.Nth(-1)
	case e == Monthly:
		o.Freq, day = rrule.MONTHLY, day.Nth(nth)
	case e != Weekly:
		return ""
	}
	o.Byweekday = []rrule.Weekday{day}
	return o.RRuleString()
}

// everyOf is how often a meetup with a rule is held, and until when; zero: without
// end.
func everyOf(rule string, start time.Time) (Every, time.Time) {
	if rule == "" {
		return Once, time.Time{}
	}
	o, err := rrule.StrToROption(rule)
	if err != nil {
		return Otherwise, time.Time{}
	}
	for _, e := range []Every{Weekly, Fortnightly, MonthlyLast, Monthly} {
		if e.rule(start, o.Until) == rule {
			return e, o.Until.In(start.Location())
		}
	}
	return Otherwise, o.Until.In(start.Location())
}

// understood are the parts of a rule that are taken. Those that name hours, minutes
// or seconds would hold a meetup more than once a day.
var understood = []string{"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"}

// checkRule reads the rule of what begins at start, and writes it as it is kept:
// with an end in UTC.
func checkRule(rule string, start time.Time) (string, *fault.Fault) {
	rule = strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(rule)), "RRULE:")
	unclear := fault.New(fault.Invalid, "meetup.repeat_unclear").On("repeat")
	if len(rule) > ruleLength {
		return "", unclear
	}
	var until string
	for part := range strings.SplitSeq(rule, ";") {
		name, value, _ := strings.Cut(part, "=")
		switch {
		case strings.HasPrefix(name, "BYHOUR"), strings.HasPrefix(name, "BYMINUTE"), strings.HasPrefix(name, "BYSECOND"),
			name == "FREQ" && slices.Contains([]string{"HOURLY", "MINUTELY", "SECONDLY"}, value):
			return "", fault.New(fault.Invalid, "meetup.repeat_too_fine").On("repeat")
		case !slices.Contains(understood, name):
			return "", unclear
		case name == "UNTIL":
			until = value
		}
	}
	o, err := rrule.StrToROptionInLocation(rule, start.Location())
	if err != nil || o.Interval < 0 || o.Interval > mostBetween || o.Count < 0 {
		return "", unclear
	}
	if len(until) == len("20060102") { // all of that day
		y, m, d := o.Until.Date()
		o.Until, _ = at(time.Date(y, m, d, 23, 59, 59, 0, time.UTC), start.Location())
	}
	if _, err := rrule.NewRRule(*o); err != nil {
		return "", unclear
	}
	return o.RRuleString(), checkTimes(o, start)
}

// checkTimes sees that a rule gives the start, and not too many times.
func checkTimes(o *rrule.ROption, start time.Time) *fault.Fault {
	if !o.Until.IsZero() && o.Until.Before(start) {
		return fault.New(fault.Invalid, "meetup.until_early").On("until")
	}
	s := series{start: start, rule: o.RRuleString()}
	if !s.has(start) {
		return fault.New(fault.Invalid, "meetup.repeat_first").On("repeat")
	}
	ends := !o.Until.IsZero() || o.Count > 0
	if o.Count > mostTimes || ends && len(s.originals(start, start.Add(100*366*24*time.Hour), mostTimes+1)) > mostTimes {
		return fault.New(fault.Invalid, "meetup.repeat_too_many", "n", mostTimes).On("repeat")
	}
	return nil
}

// Occurrence is one of the times at which a meetup is held.
type Occurrence struct {
	Original   time.Time // when it would have begun, by which it is known
	Start, End time.Time
	Counts
}

// Moved reports whether it is held at another time than its rule says.
func (o Occurrence) Moved() bool { return !o.Start.Equal(o.Original) }

// series are the times of a meetup.
type series struct {
	start   time.Time // the first, in its zone
	rule    string
	length  time.Duration
	changed map[int64]int64 // what became of single times: by when they would have begun, in seconds since 1970; 0: dropped
}

// originals are the times that the rule gives from one time to another, both
// included, in order and so many at the most. The rule counts days, and the clocks
// of the zone tell when those times are.
func (s series) originals(from, to time.Time, most int) (all []time.Time) {
	if s.rule == "" {
		if s.start.Before(from) || s.start.After(to) {
			return nil
		}
		return []time.Time{s.start}
	}
	zone := s.start.Location()
	o, err := rrule.StrToROption(s.rule)
	if err != nil {
		return nil // can't happen: it was checked
	}
	o.Dtstart = shown(s.start)
	last := shown(to.In(zone)).Add(24 * time.Hour)
	if o.Until.IsZero() || shown(o.Until.In(zone)).After(last) {
		o.Until = last
	} else {
		o.Until = shown(o.Until.In(zone))
	}
	r, err := rrule.NewRRule(*o)
	if err != nil {
		return nil
	}
	for next := r.Iterator(); len(all) < most; {
		wall, more := next()
		if !more {
			break
		}
		if t, _ := at(wall, zone); !t.Before(from) && !t.After(to) {
			all = append(all, t)
		}
	}
	return all
}

// has reports whether the rule gives a time.
func (s series) has(original time.Time) bool { return len(s.originals(original, original, 1)) > 0 }

func (s series) occurrence(original, start time.Time) Occurrence {
	zone := s.start.Location()
	return Occurrence{Original: original.In(zone), Start: start.In(zone), End: start.Add(s.length).In(zone)}
}

// between are the occurrences that end after one time and begin before another, in
// order and so many at the most.
func (s series) between(from, to time.Time, most int) (all []Occurrence) {
	for original, moved := range s.changed {
		if o := s.occurrence(time.Unix(original, 0), time.Unix(moved, 0)); moved != 0 && o.End.After(from) && o.Start.Before(to) {
			all = append(all, o)
		}
	}
	for _, t := range s.originals(from.Add(1-s.length), to.Add(-1), most+len(s.changed)) {
		if _, changed := s.changed[t.Unix()]; !changed {
			all = append(all, s.occurrence(t, t))
		}
	}
	slices.SortFunc(all, func(a, b Occurrence) int { return cmp.Or(a.Start.Compare(b.Start), a.Original.Compare(b.Original)) })
	return all[:min(len(all), most)]
}

// coming are the next occurrences that aren't over.
func (s series) coming(now time.Time, most int) []Occurrence {
	return s.between(now, now.Add(ahead), most)
}

// find is the occurrence that is known by a time, unless it was dropped.
func (s series) find(original time.Time) (Occurrence, bool) {
	moved, changed := s.changed[original.Unix()]
	switch {
	case changed && moved == 0:
		return Occurrence{}, false
	case changed:
		return s.occurrence(original, time.Unix(moved, 0)), true
	}
	return s.occurrence(original, original), s.has(original)
}

// reading is how a clock tells a time, in a message.
func reading(t time.Time) string { return fmt.Sprintf("%02d:%02d", t.Hour(), t.Minute()) }
