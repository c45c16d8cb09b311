package plan

import (
	"slices"
	"strings"
	"testing"
	"time"

	"moot/internal/fault"
	"moot/internal/recur"
)

var friday = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func TestDetails(t *testing.T) {
	athens := zone(t, "Europe/Athens")
	good := Details{Title: "Rents: a first meeting", Start: "2026-12-03T19:00", Minutes: 120, Venue: Venue{Name: "Library café"}}
	with := func(change func(*Details)) Details {
		d := good
		change(&d)
		return d
	}
	for name, c := range map[string]struct {
		Details
		want string // field and message of each fault
	}{
		"right":                       {good, ""},
		"no title":                    {with(func(d *Details) { d.Title = " \n" }), "title needs_title"},
		"no place":                    {with(func(d *Details) { d.Venue.Name = "" }), "venue needs_venue"},
		"nothing":                     {Details{}, "minutes length, start start_unclear, title needs_title, venue needs_venue"},
		"a long title":                {with(func(d *Details) { d.Title = strings.Repeat("ά", titleLength+1) }), "title too_long"},
		"as long as it may be":        {with(func(d *Details) { d.Title = strings.Repeat("ά", titleLength) }), ""},
		"long directions and spot":    {with(func(d *Details) { d.Venue.Directions, d.Spot = strings.Repeat("x", 501), strings.Repeat("x", 301) }), "directions too_long, spot too_long"},
		"long marks and cost":         {with(func(d *Details) { d.Venue.Recognise, d.Venue.Cost = strings.Repeat("x", 201), strings.Repeat("x", 121) }), "cost too_long, recognise too_long"},
		"this very minute":            {with(func(d *Details) { d.Start = "2026-11-27T14:00" }), "start start_past"},
		"a minute ahead":              {with(func(d *Details) { d.Start = "2026-11-27T14:01" }), ""},
		"in 1970":                     {with(func(d *Details) { d.Start = "1970-01-01T00:00" }), "start start_past"},
		"two years ahead":             {with(func(d *Details) { d.Start = "2028-11-27T14:00" }), ""},
		"and a minute":                {with(func(d *Details) { d.Start = "2028-11-27T14:01" }), "start start_far"},
		"in the year 9999":            {with(func(d *Details) { d.Start = "9999-12-31T23:59" }), "start start_far"},
		"in the year 10000":           {with(func(d *Details) { d.Start = "10000-01-01T00:00" }), "start start_unclear"},
		"a day that isn't":            {with(func(d *Details) { d.Start = "2027-02-30T19:00" }), "start start_unclear"},
		"words":                       {with(func(d *Details) { d.Start = "tomorrow" }), "start start_unclear"},
		"when clocks go forward":      {with(func(d *Details) { d.Start = "2027-03-28T03:30" }), "start start_gap 03:30 04:30"},
		"by clocks that don't":        {with(func(d *Details) { d.Start, d.Zone = "2027-03-28T03:30", "Africa/Nairobi" }), ""},
		"when they go back":           {with(func(d *Details) { d.Start = "2027-10-31T03:30" }), ""},
		"14 minutes":                  {with(func(d *Details) { d.Minutes = 14 }), "minutes length"},
		"an end before its start":     {with(func(d *Details) { d.Minutes = -60 }), "minutes length"},
		"24 hours":                    {with(func(d *Details) { d.Minutes = 24 * 60 }), ""},
		"and a minute more":           {with(func(d *Details) { d.Minutes = 24*60 + 1 }), "minutes length"},
		"room for fewer than none":    {with(func(d *Details) { d.Room = -1 }), "room room 10000"},
		"room for too many":           {with(func(d *Details) { d.Room = 10001 }), "room room 10000"},
		"no zone":                     {with(func(d *Details) { d.Zone = "Athens" }), "zone zone"},
		"the machine's zone":          {with(func(d *Details) { d.Zone = "Local" }), "zone zone"},
		"a zone elsewhere":            {with(func(d *Details) { d.Zone = "Europe/../../etc/passwd" }), "zone zone"},
		"somebody's home":             {with(func(d *Details) { d.Venue = Venue{Name: "Our place", Directions: "second bell"} }), "public home our place"},
		"a home as the spot":          {with(func(d *Details) { d.Venue.Name, d.Spot = "Near the river", "Egnatia 12" }), "public home egnatia 12"},
		"a home in the past":          {with(func(d *Details) { d.Venue.Name, d.Start = "Our place", "2026-11-26T19:00" }), "public home our place, start start_past"},
		"midnight that is skipped":    {with(func(d *Details) { d.Start, d.Zone = "2027-04-30T00:00", "Africa/Cairo" }), "start start_gap 00:00 01:00"},
		"that whole day":              {with(func(d *Details) { d.Start, d.Zone, d.Minutes = "2027-04-30T00:00", "Africa/Cairo", 24*60 }), ""},
		"a home, said to be public":   {with(func(d *Details) { d.Venue.Name, d.Public = "Our place", true }), ""},
		"weekly":                      {with(func(d *Details) { d.Every = recur.Weekly }), ""},
		"weekly until before":         {with(func(d *Details) { d.Every, d.Until = recur.Weekly, "2026-12-02" }), "until until_early"},
		"weekly until that day":       {with(func(d *Details) { d.Every, d.Until = recur.Weekly, "2026-12-03" }), ""},
		"weekly until nonsense":       {with(func(d *Details) { d.Every, d.Until = recur.Weekly, "3 Dec" }), "until until_unclear"},
		"weekly until the year 9999":  {with(func(d *Details) { d.Every, d.Until = recur.Weekly, "9999-12-31" }), "repeat repeat_too_many 1000"},
		"once until a day":            {with(func(d *Details) { d.Until = "2027-01-31" }), "repeat once_ends"},
		"once, five times":            {with(func(d *Details) { d.Times = 5 }), "repeat once_ends"},
		"the last, and it is not":     {with(func(d *Details) { d.Every = recur.MonthlyLast }), "repeat repeat_first"},
		"the last Thursday":           {with(func(d *Details) { d.Every, d.Start = recur.MonthlyLast, "2026-12-31T19:00" }), ""},
		"some other often":            {with(func(d *Details) { d.Every = "hourly" }), "repeat repeat_unclear"},
		"a rule that isn't asked for": {with(func(d *Details) { d.Rule = "FREQ=SECONDLY" }), ""},
		"every second":                {with(func(d *Details) { d.Every, d.Rule = recur.Otherwise, "FREQ=SECONDLY" }), "repeat repeat_too_fine"},
	} {
		got := faults(func() error { _, err := c.Check(friday, athens, nil); return err }())
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// faults are the fields, messages and arguments of faults, sorted.
func faults(err error) string {
	var all []string
	for _, f := range fault.Each(err) {
		words := []string{f.Field, strings.TrimPrefix(f.Key, "meetup.")}
		for n := 1; n < len(f.Args) && f.Key != "meetup.too_long"; n += 2 {
			switch a := f.Args[n].(type) {
			case string:
				words = append(words, a)
			case int:
				words = append(words, map[int]string{1000: "1000", 10000: "10000"}[a])
			}
		}
		all = append(all, strings.Join(words, " "))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// Who changes the title of a meetup that goes on isn't asked about its start, nor
// again about a place that they said is public.
func TestWhatStaysIsNotAskedAboutAgain(t *testing.T) {
	athens := zone(t, "Europe/Athens")
	d := Details{Title: "Tea", Start: "2026-11-26T19:00", Minutes: 60, Venue: Venue{Name: "Our place"}, Every: recur.Weekly}
	was := Checked{Details: d, First: read(t, d.Start, athens)}
	d.Title = "Tea and cake"
	if _, err := d.Check(friday, athens, &was); err != nil {
		t.Error(err)
	}
	d.Start = "2026-11-27T13:00"
	if _, err := d.Check(friday, athens, &was); faults(err) != "start start_past" {
		t.Error(err)
	}
	d.Start, d.Venue.Directions = "2026-11-26T19:00", "ring the bell"
	if _, err := d.Check(friday, athens, &was); faults(err) != "public home our place" {
		t.Error(err)
	}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestTheLastDayIsOneOfThem(t *testing.T) {
	for name, from := range map[string]string{"Europe/Athens": "2027-10-26T19:00", "America/New_York": "2027-10-26T23:30", "Pacific/Kiritimati": "2027-10-26T00:30"} {
		d := Details{Title: "x", Venue: Venue{Name: "Library"}, Start: from, Minutes: 60, Every: recur.Weekly, Until: "2027-11-09"}
		c, err := d.Check(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), zone(t, name), nil)
		if err != nil {
			t.Fatal(err)
		}
		s := recur.Series{Start: c.First, Rule: c.RRule, Length: time.Hour}
		if all := s.Coming(c.First, 9); len(all) != 3 || all[2].Start.Format(recur.DayForm) != d.Until {
			t.Errorf("%s: %s gives %v", name, c.RRule, all)
		}
		if e, until, _ := recur.Of(c.RRule, c.First); e != recur.Weekly || until.Format(recur.DayForm) != d.Until {
			t.Errorf("%s: read back as %s until %v", name, e, until)
		}
	}
}

// read reads a time that its zone's clocks show once.
func read(t *testing.T, written string, l *time.Location) time.Time {
	t.Helper()
	start, f := recur.Start(written, l)
	if f != nil {
		t.Fatalf("%s: %v", written, f)
	}
	return start
}
