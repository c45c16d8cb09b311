package recur

import (
	"time"

	"github.com/teambition/rrule-go"

	"moot/internal/fault"
)

// Written is what repeats as a calendar elsewhere has it, which may have begun long
// ago.
type Written struct {
	Start   time.Time // the first time, in its zone
	Rule    string    // of RFC 5545; "" where it is held at the times of Extra besides
	Length  time.Duration
	Extra   []time.Time // times beside those of the rule
	Changed []Change
}

// Change is what became of a single time.
type Change struct {
	Original time.Time
	Start    time.Time // zero: it was dropped
}

// Bounds of single times. Those that are over aren't counted.
const mostChanges = 400

// alone is the rule of what is held once by itself, and at other times besides.
const alone = "FREQ=DAILY;COUNT=1"

// Ahead is what is to come of it: the same times, from the first on that has not
// begun. It is a fault where there is none, or the rule is none that is taken.
func (w Written) Ahead(now time.Time) (Series, *fault.Fault) {
	rule := w.Rule
	if rule == "" {
		rule = alone
	}
	o, f := readRule(rule, w.Start)
	if f != nil {
		return Series{}, f
	}
	if o.Count > mostTimes {
		return Series{}, fault.New(fault.Invalid, "meetup.repeat_too_many", "n", mostTimes).On("repeat")
	}
	s := Series{Start: w.Start, Rule: o.RRuleString(), Length: w.Length}
	if !s.Has(s.Start) {
		return s, fault.New(fault.Invalid, "meetup.repeat_first").On("repeat")
	}
	past := fault.New(fault.Invalid, "meetup.start_past").On("start")
	changed := w.singles(s.nearby(o, now.AddDate(0, -1, 0)), now)
	if len(changed) > mostChanges {
		return s, fault.New(fault.Conflict, "meetup.changes_full", "n", mostChanges)
	}
	next, left := s.nearer(o, now)
	if next.IsZero() { // of the rule nothing is to come; what else there is stands by itself
		for _, moved := range changed {
			if t := time.Unix(moved, 0).In(w.Start.Location()); t.After(now) && (next.IsZero() || t.Before(next)) {
				next, left = t, alone
			}
		}
		if next.IsZero() {
			return s, past
		}
		for original, moved := range changed {
			if moved == next.Unix() {
				delete(changed, original)
			}
		}
	}
	s.Start, s.Rule, s.Changed = next, left, changed
	if len(s.Coming(now, 1)) == 0 { // each that is to come was dropped
		return s, past
	}
	return s, nil
}

// singles are the times that are at others, beside the rule's, or not held, as far
// as they are to come, or were to come a month ago and were put off until now.
func (w Written) singles(s Series, now time.Time) map[int64]int64 {
	from, to := now, now // between which times of the rule are asked about
	for _, t := range w.Extra {
		to = later(to, t)
	}
	for _, c := range w.Changed {
		from, to = earlier(from, c.Original), later(to, c.Original)
	}
	given := map[int64]bool{}
	if len(w.Extra)+len(w.Changed) > 0 {
		for _, t := range s.Originals(later(from, now.AddDate(0, -1, 0)), earlier(to, now.Add(Ahead)), 366*11) {
			given[t.Unix()] = true
		}
	}
	changed := map[int64]int64{}
	for _, t := range w.Extra {
		if t.After(now) && !given[t.Unix()] {
			changed[t.Unix()] = t.Unix()
		}
	}
	for _, c := range w.Changed {
		_, extra := changed[c.Original.Unix()]
		dropped := c.Start.IsZero()
		switch {
		case extra:
			delete(changed, c.Original.Unix())
			if !dropped && c.Start.After(now) {
				changed[c.Start.Unix()] = c.Start.Unix()
			}
		case !c.Original.After(now) && (dropped || !c.Start.After(now)) || !given[c.Original.Unix()]:
		case dropped:
			changed[c.Original.Unix()] = 0
		default:
			changed[c.Original.Unix()] = c.Start.Unix()
		}
	}
	return changed
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// nearer is the first time of a rule after now, and the rule that gives the same
// times from there on: any of its times begins it as well as the first did. The zero
// time: there is none in the next two years.
func (s Series) nearer(o *rrule.ROption, now time.Time) (time.Time, string) {
	next := s.nearby(o, now).Originals(now.Add(time.Second), now.AddDate(2, 0, 0), 1)
	if len(next) == 0 {
		return time.Time{}, ""
	}
	if o.Count == 0 {
		return next[0], s.Rule
	}
	left := *o
	left.Count = max(o.Count-len(s.Originals(s.Start, next[0].Add(-time.Second), mostTimes)), 1)
	return next[0], left.RRuleString()
}

// nearby is the series begun anew by whole steps of its rule, before now: nobody
// counts the days since 1970.
func (s Series) nearby(o *rrule.ROption, now time.Time) Series {
	step := map[rrule.Frequency]int{rrule.DAILY: 1, rrule.WEEKLY: 7}[o.Freq] * max(o.Interval, 1)
	if step == 0 || o.Count > 0 {
		return s
	}
	if steps := int(now.Sub(s.Start)/(24*time.Hour))/step - 1; steps > 0 {
		s.Start, _ = At(Shown(s.Start).AddDate(0, 0, steps*step), s.Start.Location())
	}
	return s
}
