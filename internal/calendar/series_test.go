package calendar

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"moot/internal/recur"
)

// held is when an event is held, in its order; and what is wrong with it.
func held(f Found) string {
	if f.Wrong != nil {
		return f.Wrong.Key
	}
	if f.Cancelled {
		return "cancelled"
	}
	const form = "2 Jan 15:04"
	var all []time.Time
	rule := f.Rule
	if rule != "" {
		rule, _ = recur.Check(rule, f.Start)
	}
	for _, t := range append(recur.Series{Start: f.Start, Rule: rule}.Originals(f.Start, f.Start.AddDate(1, 0, 0), 5), f.Extra...) {
		if !slices.ContainsFunc(f.Dropped, t.Equal) && !slices.ContainsFunc(f.Moved, func(m Moved) bool { return m.Original.Equal(t) }) {
			all = append(all, t)
		}
	}
	for _, m := range f.Moved {
		all = append(all, m.Start)
	}
	slices.SortFunc(all, time.Time.Compare)
	var texts []string
	for _, t := range slices.CompactFunc(all, time.Time.Equal) {
		texts = append(texts, t.In(f.Start.Location()).Format(form))
	}
	return strings.Join(texts, ", ") + fmt.Sprintf(" for %v, %s at %s", f.End.Sub(f.Start), f.Summary, f.Location)
}

const (
	weekly = "BEGIN:VEVENT\r\nUID:u\r\nSUMMARY:Tea\r\nLOCATION:Library\r\nDTSTART;TZID=Europe/Athens:20261203T190000\r\nDURATION:PT2H\r\n"
	over   = "\r\nEND:VEVENT"
)

// from is what is said of a weekly meeting from one of its times on.
func from(at, start string, more ...string) string {
	return "BEGIN:VEVENT\r\nUID:u\r\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Athens:" + at + "\r\nDTSTART;TZID=Europe/Athens:" + start + "\r\n" + strings.Join(append([]string{"DURATION:PT1H", "SUMMARY:Coffee"}, more...), "\r\n") + over
}

// single is what is said of a single time.
func single(at, start string, more ...string) string {
	return "BEGIN:VEVENT\r\nUID:u\r\nSUMMARY:Tea\r\nLOCATION:Library\r\nRECURRENCE-ID;TZID=Europe/Athens:" + at + "\r\nDTSTART;TZID=Europe/Athens:" + start + "\r\n" + strings.Join(append(more, "DURATION:PT2H"), "\r\n") + over
}

// otherwise is a series that goes on otherwise, and its parts.
type otherwise struct {
	events []string
	want   []string
}

// parts are of how many parts the first says that it is.
func (o otherwise) parts() int {
	switch whole := strings.Contains(o.events[0], weekly); {
	case !whole:
		return MostParts
	case len(o.want) > 1:
		return len(o.want)
	}
	return 0
}

func TestSeriesThatGoOnOtherwise(t *testing.T) {
	for name, c := range map[string]otherwise{
		"another hour": {[]string{weekly + "RRULE:FREQ=WEEKLY" + over, from("20261217T190000", "20261217T200000")},
			[]string{"3 Dec 19:00, 10 Dec 19:00 for 2h0m0s, Tea at Library", "17 Dec 20:00, 24 Dec 20:00, 31 Dec 20:00, 7 Jan 20:00, 14 Jan 20:00 for 1h0m0s, Coffee at Library"}},
		"another day": {[]string{weekly + "RRULE:FREQ=WEEKLY;BYDAY=TH;UNTIL=20270107T170000Z" + over, from("20261217T190000", "20261218T180000", "LOCATION:Park")},
			[]string{"3 Dec 19:00, 10 Dec 19:00 for 2h0m0s, Tea at Library", "18 Dec 18:00, 25 Dec 18:00, 1 Jan 18:00, 8 Jan 18:00 for 1h0m0s, Coffee at Park"}},
		"two days of every second week": {[]string{weekly + "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TH,SU" + over, from("20261217T190000", "20261219T190000")},
			[]string{"3 Dec 19:00, 6 Dec 19:00 for 2h0m0s, Tea at Library", "19 Dec 19:00, 22 Dec 19:00, 2 Jan 19:00, 5 Jan 19:00, 16 Jan 19:00 for 1h0m0s, Coffee at Library"}},
		"so many times": {[]string{weekly + "RRULE:FREQ=WEEKLY;COUNT=4" + over, from("20261217T190000", "20261217T190000")},
			[]string{"3 Dec 19:00, 10 Dec 19:00 for 2h0m0s, Tea at Library", "17 Dec 19:00, 24 Dec 19:00 for 1h0m0s, Coffee at Library"}},
		"single times and others beside": {[]string{weekly + "RRULE:FREQ=WEEKLY;COUNT=5\r\nEXDATE;TZID=Europe/Athens:20261210T190000,20261224T190000\r\nRDATE;TZID=Europe/Athens:20261205T100000,20270102T100000" + over,
			single("20261203T190000", "20261204T190000"), from("20261217T190000", "20261217T200000"), single("20261231T190000", "20270101T120000")},
			[]string{"4 Dec 19:00, 5 Dec 10:00 for 2h0m0s, Tea at Library", "17 Dec 20:00, 1 Jan 12:00, 2 Jan 11:00 for 1h0m0s, Coffee at Library"}},
		"a single time that is named as it is held": {[]string{weekly + "RRULE:FREQ=WEEKLY;COUNT=4" + over, from("20261217T190000", "20261217T200000"), single("20261224T200000", "20261224T200000", "STATUS:CANCELLED")},
			[]string{"3 Dec 19:00, 10 Dec 19:00 for 2h0m0s, Tea at Library", "17 Dec 20:00 for 1h0m0s, Coffee at Library"}},
		"twice": {[]string{weekly + "RRULE:FREQ=WEEKLY;COUNT=5" + over, from("20261224T190000", "20261224T210000", "LOCATION:Park"), from("20261210T190000", "20261210T200000")},
			[]string{"3 Dec 19:00 for 2h0m0s, Tea at Library", "10 Dec 20:00, 17 Dec 20:00 for 1h0m0s, Coffee at Library", "24 Dec 21:00, 31 Dec 21:00 for 1h0m0s, Coffee at Park"}},
		"from its beginning": {[]string{weekly + "RRULE:FREQ=WEEKLY;COUNT=2" + over, from("20261203T190000", "20261203T200000")},
			[]string{"3 Dec 20:00, 10 Dec 20:00 for 1h0m0s, Coffee at Library"}},
		"it ends": {[]string{weekly + "RRULE:FREQ=WEEKLY" + over, from("20261217T190000", "20261217T190000", "STATUS:CANCELLED"), single("20261224T190000", "20261225T190000")},
			[]string{"3 Dec 19:00, 10 Dec 19:00 for 2h0m0s, Tea at Library"}},
		"it ends as it begins": {[]string{weekly + "RRULE:FREQ=WEEKLY" + over, from("20261203T190000", "20261203T190000", "STATUS:CANCELLED")}, []string{"cancelled"}},
		"from a time beside the rule": {[]string{weekly + "RRULE:FREQ=WEEKLY;COUNT=3\r\nRDATE;TZID=Europe/Athens:20261205T100000" + over, from("20261205T100000", "20261205T110000")},
			[]string{"3 Dec 19:00 for 2h0m0s, Tea at Library", "5 Dec 11:00, 10 Dec 20:00, 17 Dec 20:00 for 1h0m0s, Coffee at Library"}},
		"of times without a rule": {[]string{weekly + "RDATE;TZID=Europe/Athens:20261205T100000,20261206T100000" + over, from("20261205T100000", "20261205T110000")},
			[]string{"3 Dec 19:00 for 2h0m0s, Tea at Library", "5 Dec 11:00, 6 Dec 11:00 for 1h0m0s, Coffee at Library"}},
		"a rule of its own": {[]string{weekly + "RRULE:FREQ=WEEKLY" + over, from("20261217T190000", "20261218T190000", "RRULE:FREQ=DAILY;COUNT=2")},
			[]string{"3 Dec 19:00, 10 Dec 19:00 for 2h0m0s, Tea at Library", "18 Dec 19:00, 19 Dec 19:00 for 1h0m0s, Coffee at Library"}},
		"another day of the month": {[]string{weekly + "RRULE:FREQ=MONTHLY;BYDAY=1TH" + over, from("20270107T190000", "20270108T190000")},
			[]string{"3 Dec 19:00 for 2h0m0s, Tea at Library", "calendar.from_then_on"}},
		"far from where it was": {[]string{weekly + "RRULE:FREQ=WEEKLY" + over, from("20261210T190000", "20281210T190000")},
			[]string{"3 Dec 19:00 for 2h0m0s, Tea at Library", "calendar.from_then_on"}},
		"of no time of its own": {[]string{weekly + "RRULE:FREQ=WEEKLY" + over, from("20261218T190000", "20261219T190000")},
			[]string{"3 Dec 19:00, 10 Dec 19:00, 17 Dec 19:00 for 2h0m0s, Tea at Library", "calendar.from_no_time"}},
		"over the change of clocks": {[]string{weekly + "RRULE:FREQ=MONTHLY;BYDAY=1TH" + over, from("20270304T190000", "20270304T173000")},
			[]string{"3 Dec 19:00, 7 Jan 19:00, 4 Feb 19:00 for 2h0m0s, Tea at Library", "4 Mar 17:30, 1 Apr 17:30, 6 May 17:30, 3 Jun 17:30, 1 Jul 17:30 for 1h0m0s, Coffee at Library"}},
		"only single times": {[]string{single("20261210T190000", "20261211T190000"), single("20261203T190000", "20261203T190000"), single("20261217T190000", "20261217T190000", "STATUS:CANCELLED")},
			[]string{"3 Dec 19:00, 11 Dec 19:00 for 2h0m0s, Tea at Library"}},
		"a single time, and no more":     {[]string{single("20261210T190000", "20261211T190000")}, []string{"11 Dec 19:00 for 2h0m0s, Tea at Library"}},
		"only single times that are off": {[]string{single("20261210T190000", "20261210T190000", "STATUS:CANCELLED")}, []string{"cancelled"}},
	} {
		book := read(t, wrapped(c.events...))
		var got []string
		uids := map[string]bool{}
		for _, f := range book.Found {
			got = append(got, held(f))
			uids[f.UID] = true
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%s\nnot\n%s", name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
		if first := book.Found[0]; len(uids) != len(c.want) || first.UID != "u" || first.Parts != c.parts() {
			t.Errorf("%s: the UIDs %v, in %d parts", name, uids, first.Parts)
		}
		// What is carried on says the same.
		carried := Calendar{}
		var kept []string
		for _, f := range book.Found {
			if f.Wrong == nil {
				carried.Events = append(carried.Events, f.Event)
				kept = append(kept, held(f))
			}
		}
		for i, f := range read(t, carried.Bytes()).Found {
			if was := carried.Events[i]; held(f) != kept[i] || f.UID != was.UID || f.Rule != was.Rule || f.Parts != was.Parts {
				t.Errorf("%s: carried on, %s of %s\nis %s of %s, in %d parts", name, kept[i], was.Rule, held(f), f.Rule, f.Parts)
			}
		}
	}
}

// A private time makes what is held at it private, and a series has no end of parts.
func TestPartsAreBounded(t *testing.T) {
	events := []string{weekly + "RRULE:FREQ=DAILY" + over}
	for n := range 100 {
		day := time.Date(2026, 12, 4, 19, 0, 0, 0, time.UTC).AddDate(0, 0, n).Format("20060102T150405")
		events = append(events, from(day, day))
	}
	all := read(t, wrapped(events...)).Found
	if len(all) != MostParts || all[MostParts-2].Wrong != nil || all[MostParts-1].Wrong == nil {
		t.Errorf("%d parts", len(all))
	}
	events = nil
	for n := range 400 {
		events = append(events, strings.ReplaceAll(weekly+"RRULE:FREQ=DAILY"+over+"\r\n"+from("20261204T190000", "20261204T200000"), "UID:u", fmt.Sprint("UID:u", n)))
	}
	all = read(t, wrapped(events...)).Found
	if n := len(slices.DeleteFunc(all, func(f Found) bool { return f.Wrong == nil })); n != 100 || len(all) != 700 {
		t.Errorf("%d events, %d of them refused", len(all), n)
	}
	private := read(t, wrapped(single("20261210T190000", "20261211T190000"), single("20261217T190000", "20261217T190000", "CLASS:PRIVATE"))).Found[0]
	if !private.Private {
		t.Error("a private time is shown with another")
	}
}
