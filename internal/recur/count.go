package recur

import (
	"slices"
	"time"

	"github.com/teambition/rrule-go"
)

// cycle is after how many years days, weekdays and weeks are the same again. The library
// looks for what a rule gives up to the year 9999, even where that is nothing: it is asked
// about times that are whole cycles later, with room for as many years as anybody asks.
const (
	cycle = 400
	room  = 9999 - 200
)

// counted calls see with the times of a rule, by clocks that are taken for those of UTC,
// in order, until see has enough. The library knows when a rule begins and ends (Dtstart,
// Until); what it counts otherwise than calendars do is told to it here, or counted here:
// COUNT, and the weeks of a year.
func counted(o rrule.ROption, see func(time.Time) (more bool)) {
	later := (room - o.Dtstart.Year()) / cycle * cycle
	o.Dtstart, o.Until = o.Dtstart.AddDate(later, 0, 0), o.Until.AddDate(later, 0, 0)
	start, number, keep := o.Dtstart, o.Count, anyTime
	o = told(o)
	if o.Count = 0; len(o.Byweekno) > 0 {
		keep = ofWeeks(o, start)
		o.Byweekno, o.Interval = nil, 1
	}
	r, err := rrule.NewRRule(o)
	if err != nil {
		return // can't happen: it was read
	}
	next := r.Iterator()
	for n := 0; number == 0 || n < number; {
		t, more := next()
		if !more {
			return
		}
		if t.Before(start) || !keep(t) {
			continue
		}
		if n++; !see(t.AddDate(-later, 0, 0)) {
			return
		}
	}
}

func anyTime(time.Time) bool { return true }

// told is a rule with what it leaves to its first time (RFC 5545, 3.3.10), as far as the
// library takes it otherwise:
//   - weeks of a year without a day are held on the weekday of the first time;
//   - days of a month, each year and without a month, are those of its month;
//   - which of a week's days it is, is counted from where that week begins;
//   - an hour that is named twice is one.
func told(o rrule.ROption) rrule.ROption {
	first := o.Dtstart
	daysSaid := len(o.Byweekday)+len(o.Byyearday) > 0
	switch {
	case o.Freq != rrule.YEARLY || daysSaid:
	case len(o.Byweekno) > 0 && len(o.Bymonthday) == 0:
		o.Byweekday = []rrule.Weekday{days[first.Weekday()]}
	case len(o.Byweekno) == 0 && len(o.Bymonthday) > 0 && len(o.Bymonth) == 0:
		o.Bymonth = []int{int(first.Month())}
	}
	if o.Freq == rrule.WEEKLY && len(o.Bysetpos) > 0 {
		if len(o.Byweekday) == 0 {
			o.Byweekday = []rrule.Weekday{days[first.Weekday()]}
		}
		o.Dtstart = weekOf(first, o.Wkst)
	}
	o.Byhour, o.Byminute, o.Bysecond = once(o.Byhour), once(o.Byminute), once(o.Bysecond)
	return o
}

// once are numbers in order, each of them once.
func once(all []int) []int { return slices.Compact(slices.Sorted(slices.Values(all))) }

// weekOf is when the week of a time begins, at the time's hour.
func weekOf(t time.Time, begins rrule.Weekday) time.Time {
	return t.AddDate(0, 0, -((int(t.Weekday()) + 6 - begins.Day()) % 7))
}

// weekOfYear is in which week of which year a time is, and how many weeks that year has:
// its first is the one that has four days of it (ISO 8601, but for the day on which weeks
// begin).
func weekOfYear(t time.Time, begins rrule.Weekday) (year, week, weeks int) {
	first := func(year int) time.Time {
		return weekOf(time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC), begins)
	}
	between := func(a, b time.Time) int { return int(b.Sub(a) / (7 * 24 * time.Hour)) }
	if year = t.Year(); t.Before(first(year)) {
		year--
	} else if !t.Before(first(year + 1)) {
		year++
	}
	return year, between(first(year), t) + 1, between(first(year), first(year+1))
}

// ofWeeks reports of each time of a rule, in order, whether it is in one of the rule's
// weeks. An interval counts the years that these weeks are of, from the one of the first
// time; where that one has none left, from the first time's own year.
func ofWeeks(o rrule.ROption, start time.Time) func(time.Time) bool {
	from, _, _ := weekOfYear(start, o.Wkst)
	found := false
	return func(t time.Time) bool {
		year, week, weeks := weekOfYear(t, o.Wkst)
		if !slices.Contains(o.Byweekno, week) && !slices.Contains(o.Byweekno, week-weeks-1) {
			return false
		}
		if !found && year != from {
			from = start.Year()
		}
		found = true
		return (year-from)%max(o.Interval, 1) == 0
	}
}
