package recur

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"

	"moot/internal/fault"
)

// Every is how often something is held.
type Every string

// What a form offers. The day of the week, and which of the month it
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
// ahead than Ahead.
const (
	ruleLength  = 200
	mostTimes   = 1000 // of a rule that has an end
	mostBetween = 520  // weeks, months … between two times

	// Ahead is how far ahead Coming looks.
	Ahead = 10 * 366 * 24 * time.Hour
)

const wholeDay = 24 * time.Hour

// At is when the clocks of a zone show a time, which is given as if it were one of
// UTC. Of one that they show twice it is the first. One that they skip is as much
// later as they skip, and exact is false (RFC 5545, 3.3.5).
func At(wall time.Time, zone *time.Location) (t time.Time, exact bool) {
	offset := func(t time.Time) time.Duration {
		_, seconds := t.In(zone).Zone()
		return time.Duration(seconds) * time.Second
	}
	before := wall.Add(-offset(wall.Add(-wholeDay))).In(zone)
	if Shown(before).Equal(wall) {
		return before, true
	}
	if after := wall.Add(-offset(wall.Add(wholeDay))).In(zone); Shown(after).Equal(wall) {
		return after, true
	}
	return before, false
}

// Shown is what the clocks of its zone show at a time, as if it were one of UTC.
func Shown(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

var days = [...]rrule.Weekday{rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA}

// Rule is the rule of what begins at start and is held so often, until the end of a
// day (the zero time: no day ends it) or so many times (0: no number ends it). A fifth
// weekday of a month is its last.
func (e Every) Rule(start, until time.Time, times int) string {
	o := rrule.ROption{Freq: rrule.WEEKLY, Until: until, Count: times}
	day := days[start.Weekday()]
	switch n := nth(start); {
	case e == Fortnightly:
		o.Interval = 2
	case e == MonthlyLast || e == Monthly && n == 4:
		o.Freq, day = rrule.MONTHLY, day.Nth(-1)
	case e == Monthly:
		o.Freq, day = rrule.MONTHLY, day.Nth(n+1)
	case e != Weekly:
		return ""
	}
	o.Byweekday = []rrule.Weekday{day}
	return o.RRuleString()
}

// Of is how often something with a rule is held, until when, and how many times; zero
// where that doesn't end it.
func Of(rule string, start time.Time) (every Every, until time.Time, times int) {
	if rule == "" {
		return Once, until, 0
	}
	o, err := rrule.StrToROption(rule)
	if err != nil {
		return Otherwise, until, 0
	}
	for _, e := range []Every{Weekly, Fortnightly, MonthlyLast, Monthly} {
		if e.Rule(start, o.Until, o.Count) == rule {
			return e, o.Until.In(start.Location()), o.Count
		}
	}
	return Otherwise, o.Until.In(start.Location()), o.Count
}

// understood are the parts of a rule that are taken.
var understood = []string{"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYHOUR", "BYMINUTE", "BYSECOND", "BYSETPOS", "WKST"}

// ofHours are those of them that say at what time of a day.
var ofHours = []string{"BYHOUR", "BYMINUTE", "BYSECOND"}

// Check reads the rule of what begins at start, and writes it as it is kept:
// with an end in UTC, and without the hour, which start says.
func Check(rule string, start time.Time) (string, *fault.Fault) {
	o, f := readRule(rule, start)
	if f != nil {
		return "", f
	}
	return o.RRuleString(), checkTimes(o, start)
}

// readRule reads a rule, whatever times it gives.
func readRule(rule string, start time.Time) (*rrule.ROption, *fault.Fault) {
	rule = strings.TrimSuffix(strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(rule)), "RRULE:"), ";")
	unclear := fault.New(fault.Invalid, "meetup.repeat_unclear").On("repeat")
	if len(rule) > ruleLength {
		return nil, unclear
	}
	var until string
	for part := range strings.SplitSeq(rule, ";") {
		name, value, _ := strings.Cut(part, "=")
		switch {
		case name == "FREQ" && slices.Contains([]string{"HOURLY", "MINUTELY", "SECONDLY"}, value):
			return nil, tooFine()
		case !slices.Contains(understood, name):
			return nil, unclear
		case name == "UNTIL":
			until = value
		}
	}
	o, err := rrule.StrToROptionInLocation(rule, start.Location())
	if err != nil || o.Interval < 0 || o.Interval > mostBetween || o.Count < 0 || meaningless(o) {
		return nil, unclear
	}
	if len(until) == len("20060102") { // all of that day
		y, m, d := o.Until.Date()
		o.Until, _ = At(time.Date(y, m, d, 23, 59, 59, 0, time.UTC), start.Location())
	}
	if _, err := rrule.NewRRule(*o); err != nil {
		return nil, unclear
	}
	hour, minute, second := start.Clock()
	for _, at := range []struct {
		said  *[]int
		start int
	}{{&o.Byhour, hour}, {&o.Byminute, minute}, {&o.Bysecond, second}} {
		if all := once(*at.said); len(all) > 1 {
			return nil, tooFine()
		} else if len(all) == 1 && all[0] == at.start {
			*at.said = nil
		}
	}
	plain(o, start)
	return o, nil
}

// plain says what is held on one day of each week, or second week, as a form of ours says
// it: programs leave the day out, or say in how few weeks it is, and with which day those
// begin.
func plain(o *rrule.ROption, start time.Time) {
	if o.Interval == 1 {
		o.Interval = 0
	}
	day := days[start.Weekday()]
	others := len(o.Bymonth) + len(o.Bymonthday) + len(o.Byyearday) + len(o.Byweekno) + len(o.Bysetpos) + len(o.Byhour) + len(o.Byminute) + len(o.Bysecond)
	if o.Freq == rrule.WEEKLY && others == 0 && (len(o.Byweekday) == 0 || len(o.Byweekday) == 1 && o.Byweekday[0] == day) {
		o.Byweekday, o.Wkst = []rrule.Weekday{day}, rrule.MO
	}
}

// tooFine is the fault of a rule that would hold something more than once a day.
func tooFine() *fault.Fault { return fault.New(fault.Invalid, "meetup.repeat_too_fine").On("repeat") }

// meaningless reports whether a rule says what has no meaning (RFC 5545, 3.3.10), so that
// programs differ in what they make of it: days and weeks of a year where it isn't each
// year, and which of such weeks, or of their weekdays, it is.
func meaningless(o *rrule.ROption) bool {
	if len(o.Byweekno) == 0 {
		return len(o.Byyearday) > 0 && o.Freq != rrule.YEARLY
	}
	numbered := func(d rrule.Weekday) bool { return d.N() != 0 }
	return o.Freq != rrule.YEARLY || len(o.Bysetpos) > 0 || slices.ContainsFunc(o.Byweekday, numbered)
}

// OfDays is the rule of what has days and no hours: whatever it says of those is passed
// over (RFC 5545, 3.3.10).
func OfDays(rule string) string {
	return strings.Join(slices.DeleteFunc(strings.Split(rule, ";"), func(part string) bool {
		name, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(part)), "=")
		return slices.Contains(ofHours, name)
	}), ";")
}

// checkTimes sees that a rule gives the start, and not too many times.
func checkTimes(o *rrule.ROption, start time.Time) *fault.Fault {
	if !o.Until.IsZero() && o.Until.Before(start) {
		return fault.New(fault.Invalid, "meetup.until_early").On("until")
	}
	s := Series{Start: start, Rule: o.RRuleString()}
	if !s.Has(start) {
		return fault.New(fault.Invalid, "meetup.repeat_first").On("repeat")
	}
	ends := !o.Until.IsZero() || o.Count > 0
	if o.Count > mostTimes || ends && len(s.Originals(start, start.Add(100*366*24*time.Hour), mostTimes+1)) > mostTimes {
		return fault.New(fault.Invalid, "meetup.repeat_too_many", "n", mostTimes).On("repeat")
	}
	return nil
}

// Occurrence is one of the times at which something is held.
type Occurrence struct {
	Original   time.Time // when it would have begun, by which it is known
	Start, End time.Time
	Days       int // how many whole days that is; 0 where it has an hour
}

// Span is from when to when it is held, and on how many whole days.
func (o Occurrence) Span() (start, end time.Time, days int) { return o.Start, o.End, o.Days }

// Long reports whether it goes on for days without being held on whole ones.
func (o Occurrence) Long() bool { return o.Days == 0 && o.End.Sub(o.Start) > wholeDay }

// Last is the last day of what is held on whole days.
func (o Occurrence) Last() time.Time { return o.Start.AddDate(0, 0, max(o.Days, 1)-1) }

// Moved reports whether it is held at another time than its rule says.
func (o Occurrence) Moved() bool { return !o.Start.Equal(o.Original) }

// Series are the times at which something is held.
type Series struct {
	Start   time.Time // the first, in its zone
	Rule    string    // of RFC 5545; "" where it is held once
	Length  time.Duration
	Changed map[int64]int64 // what became of single times: by when they would have begun, in seconds since 1970; 0: dropped
}

// Originals are the times that the rule gives from one time to another, both
// included, in order and so many at the most. The rule counts days, and the clocks
// of the zone tell when those times are.
func (s Series) Originals(from, to time.Time, most int) (all []time.Time) {
	if s.Rule == "" {
		if s.Start.Before(from) || s.Start.After(to) {
			return nil
		}
		return []time.Time{s.Start}
	}
	zone := s.Start.Location()
	o, err := rrule.StrToROption(s.Rule)
	if err != nil {
		return nil // can't happen: it was checked
	}
	o.Dtstart = Shown(s.Start)
	last := Shown(to.In(zone)).Add(24 * time.Hour)
	if o.Until.IsZero() || Shown(o.Until.In(zone)).After(last) {
		o.Until = last
	} else {
		o.Until = Shown(o.Until.In(zone))
	}
	counted(*o, func(wall time.Time) bool {
		if t, _ := At(wall, zone); !t.Before(from) && !t.After(to) {
			all = append(all, t)
		}
		return len(all) < most
	})
	return all
}

// Has reports whether the rule gives a time.
func (s Series) Has(original time.Time) bool { return len(s.Originals(original, original, 1)) > 0 }

// Days is on how many whole days it is held each time: 0 where it has an hour. What
// begins with a day by its clocks and is as long as some is held on those.
func (s Series) Days() int {
	if s.Length <= 0 || s.Length%wholeDay != 0 || !Begin(s.Start).Equal(s.Start) {
		return 0
	}
	return int(s.Length / wholeDay)
}

// Begin is when the day of a time begins by its clocks, which may skip midnight.
func Begin(t time.Time) time.Time {
	begins, _ := At(Shown(t).Truncate(wholeDay), t.Location())
	return begins
}

// Occurrence is a time of it that begins at another than its rule says, or at that.
func (s Series) Occurrence(original, start time.Time) Occurrence {
	zone := s.Start.Location()
	o := Occurrence{Original: original.In(zone), Start: start.In(zone), End: start.Add(s.Length).In(zone)}
	if days := s.Days(); days > 0 && Begin(o.Start).Equal(start) {
		o.Days = days
		o.End, _ = At(Shown(o.Start).Truncate(wholeDay).AddDate(0, 0, days), zone)
	}
	return o
}

// longest is how long after its start a time of it may end: a day by the clocks may have
// more hours than others.
func (s Series) longest() time.Duration {
	if s.Days() > 0 {
		return s.Length + 3*time.Hour
	}
	return s.Length
}

// Between are the occurrences that end after one time and begin before another, in
// order and so many at the most.
func (s Series) Between(from, to time.Time, most int) (all []Occurrence) {
	for original, moved := range s.Changed {
		if o := s.Occurrence(time.Unix(original, 0), time.Unix(moved, 0)); moved != 0 && o.End.After(from) && o.Start.Before(to) {
			all = append(all, o)
		}
	}
	for _, t := range s.Originals(from.Add(1-s.longest()), to.Add(-1), most+1+len(s.Changed)) {
		if _, changed := s.Changed[t.Unix()]; changed {
			continue
		}
		if o := s.Occurrence(t, t); o.End.After(from) {
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b Occurrence) int { return cmp.Or(a.Start.Compare(b.Start), a.Original.Compare(b.Original)) })
	return all[:min(len(all), most)]
}

// Coming are the next occurrences that aren't over.
func (s Series) Coming(now time.Time, most int) []Occurrence {
	return s.Between(now, now.Add(Ahead), most)
}

// Find is the occurrence that is known by a time, unless it was dropped.
func (s Series) Find(original time.Time) (Occurrence, bool) {
	moved, changed := s.Changed[original.Unix()]
	switch {
	case changed && moved == 0:
		return Occurrence{}, false
	case changed:
		return s.Occurrence(original, time.Unix(moved, 0)), true
	}
	return s.Occurrence(original, original), s.Has(original)
}
