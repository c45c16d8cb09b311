package calendar

import (
	"fmt"
	"time"
)

// yearsAhead is how many years of a zone are looked at: what its clocks do at the
// same day of each of them they are taken to do for ever.
const yearsAhead = 10

// change is when a zone's clocks begin to show something else.
type change struct {
	at       time.Time // by the clocks of before, as if it were one of UTC
	from, to int       // seconds ahead of UTC
	name     string
	summer   bool
}

// alike reports whether two changes are from and to the same.
func (c change) alike(d change) bool {
	return c.from == d.from && c.to == d.to && c.name == d.name && c.summer == d.summer
}

// changes are those of a zone from the beginning of a year on, the first of which
// is what its clocks show then.
func changes(l *time.Location, year int) []change {
	t := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).In(l)
	name, offset := t.Zone()
	all := []change{{at: time.Date(year-1, 12, 31, 0, 0, 0, 0, time.UTC), from: offset, to: offset, name: name, summer: t.IsDST()}}
	for {
		_, next := t.ZoneBounds()
		if next.IsZero() || next.Year() >= year+yearsAhead {
			return all
		}
		_, from := t.Zone()
		t = next.In(l)
		name, to := t.Zone()
		all = append(all, change{at: t.UTC().Add(time.Duration(from) * time.Second), from: from, to: to, name: name, summer: t.IsDST()})
	}
}

// zone writes what a zone's clocks show from the year before one on.
func (w *writer) zone(l *time.Location, year int) {
	w.line("BEGIN:VTIMEZONE")
	w.line("TZID:" + zoneName(l))
	all := changes(l, year-1)
	w.observance(all[:1], "")
	rest := all[1:]
	for len(rest) > 0 {
		var same, others []change
		for _, c := range rest {
			if c.alike(rest[0]) {
				same = append(same, c)
			} else {
				others = append(others, c)
			}
		}
		w.observance(same, yearly(same))
		rest = others
	}
	w.line("END:VTIMEZONE")
}

// yearly is the rule by which alike changes come once in each of the years, or "".
func yearly(all []change) string {
	if len(all) < yearsAhead-1 {
		return ""
	}
	nth := func(t time.Time) int { return (t.Day()-1)/7 + 1 }
	last := func(t time.Time) bool { return t.AddDate(0, 0, 7).Month() != t.Month() }
	first := all[0].at
	allLast, allNth := true, true
	for n, c := range all {
		if c.at.Year() != first.Year()+n || c.at.Month() != first.Month() || c.at.Weekday() != first.Weekday() || c.at.Sub(c.at.Truncate(24*time.Hour)) != first.Sub(first.Truncate(24*time.Hour)) {
			return ""
		}
		allLast, allNth = allLast && last(c.at), allNth && nth(c.at) == nth(first)
	}
	day := [...]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}[first.Weekday()]
	switch {
	case allLast:
		return fmt.Sprintf("FREQ=YEARLY;BYMONTH=%d;BYDAY=-1%s", first.Month(), day)
	case allNth:
		return fmt.Sprintf("FREQ=YEARLY;BYMONTH=%d;BYDAY=%d%s", first.Month(), nth(first), day)
	}
	return ""
}

// observance writes changes that are alike: by their rule, or each by itself.
func (w *writer) observance(all []change, rule string) {
	kind := "STANDARD"
	if all[0].summer {
		kind = "DAYLIGHT"
	}
	w.line("BEGIN:" + kind)
	w.line("DTSTART:" + all[0].at.Format(local))
	w.line("TZOFFSETFROM:" + offset(all[0].from))
	w.line("TZOFFSETTO:" + offset(all[0].to))
	w.text("TZNAME", all[0].name)
	if rule != "" {
		w.line("RRULE:" + rule)
	} else {
		for _, c := range all[1:] {
			w.line("RDATE:" + c.at.Format(local))
		}
	}
	w.line("END:" + kind)
}

// offset is how far ahead of UTC clocks are.
func offset(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	s := fmt.Sprintf("%c%02d%02d", sign, seconds/3600, seconds/60%60)
	if seconds%60 != 0 {
		s += fmt.Sprintf("%02d", seconds%60)
	}
	return s
}
