package recur

import (
	"time"

	"github.com/teambition/rrule-go"

	"moot/internal/fault"
)

// Cut ends the rule of what begins at start before a time, and begins it anew with the
// first time that it gives from then on; the zero time: it gives none.
func Cut(rule string, start, at time.Time) (before string, next time.Time, after string, f *fault.Fault) {
	o, f := readRule(rule, start)
	if f != nil {
		return "", next, "", f
	}
	s := Series{Start: start, Rule: o.RRuleString()}
	ends, left := *o, *o
	if ends.Count = 0; ends.Until.IsZero() || !ends.Until.Before(at) {
		ends.Until = at.Add(-time.Second)
	}
	before = ends.RRuleString()
	all := s.nearby(o, at).Originals(at, at.Add(Ahead), 1)
	if len(all) == 0 {
		return before, next, "", nil
	}
	if next = all[0]; o.Count > 0 {
		left.Count = max(o.Count-len(s.Originals(start, next.Add(-time.Second), mostTimes)), 1)
	}
	return before, next, left.RRuleString(), nil
}

// Moved is the rule of what begins at one time, with each time as much earlier or later as
// that one is: its weekdays move, its days of a month or of a year can't. False: it can't
// be moved so.
func Moved(rule string, from, to time.Time) (string, bool) {
	o, f := readRule(rule, from)
	if f != nil {
		return "", false
	}
	if !o.Until.IsZero() {
		o.Until = o.Until.Add(to.Sub(from))
	}
	day := func(t time.Time) time.Time { return Shown(t).Truncate(24 * time.Hour) }
	if later := int(day(to).Sub(day(from)) / (24 * time.Hour)); later != 0 && !turned(o, later) {
		return "", false
	}
	s := Series{Start: to, Rule: o.RRuleString()}
	return s.Rule, s.Has(to)
}

// turned has a rule be of other weekdays, so many days later, and its weeks begin with
// them. False: it names days in another way.
func turned(o *rrule.ROption, later int) bool {
	named := len(o.Bymonth) + len(o.Bymonthday) + len(o.Byyearday) + len(o.Byweekno)
	if o.Freq != rrule.WEEKLY && o.Freq != rrule.DAILY {
		return named+len(o.Byweekday) == 0
	}
	turn := func(d rrule.Weekday) rrule.Weekday { return days[((d.Day()+1+later)%7+7)%7] }
	for i, d := range o.Byweekday {
		o.Byweekday[i] = turn(d)
	}
	o.Wkst = turn(o.Wkst)
	return named == 0
}
