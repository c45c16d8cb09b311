package plan

import (
	"time"

	"moot/internal/fault"
	"moot/internal/guard"
	"moot/internal/recur"
	"moot/internal/text"
)

// Bounds of a meetup.
const (
	shortest    = 15 // minutes
	titleLength = 120

	nameLength       = 80
	directionsLength = 500
	recogniseLength  = 200
	costLength       = 120
	spotLength       = 300
)

// How long a meetup is at the most, in minutes: one that somebody announces, and one
// that a calendar has elsewhere, which may be a festival.
const (
	aDay    = 24 * 60
	Longest = 31 * aDay
)

// MostRoom is for how many people one is at the most.
const MostRoom = 10000

// Venue is the public place of a meetup.
type Venue struct {
	Name       string
	Directions string // how to find it
	Recognise  string // how to recognise the others
	StepFree   bool
	Cost       string // what it costs; "" for nothing said
}

// Details are what somebody says of a meetup.
type Details struct {
	Title   string
	Start   string // in recur.ClockForm
	Zone    string // whose clocks: IANA's name; "" for those of the place
	Minutes int
	Venue   Venue
	Spot    string // where exactly
	Held    bool   // the spot is told to those who come, and not to all
	Room    int    // for how many people; 0 for any number
	Every   recur.Every
	Until   string // in recur.DayForm: the last day on which it is held; "" where no day ends it
	Times   int    // how often it is held; 0 where no number ends it
	Rule    string // the rule of RFC 5545 instead, where Every is recur.Otherwise
	Public  bool   // who wrote this says that the place is public, whatever it looks like
	brought bool   // a calendar elsewhere has it
}

// Checked are details that are right.
type Checked struct {
	Details
	First time.Time // when it begins, the first time, in its zone
	RRule string    // of RFC 5545; "" where it is held once
	Next  time.Time // of one that repeats, which of its times comes next: what its form gives as the start
}

// days is on how many whole days it is; 0 where it has an hour.
func (c Checked) days() int {
	return recur.Series{Start: c.First, Length: time.Duration(c.Minutes) * time.Minute}.Days()
}

// Begins reports whether a start is the one of before.
func (c Checked) Begins(start time.Time) bool { return start.Equal(c.First) || start.Equal(c.Next) }

// Check cleans details and finds what is wrong with them. Zone is the place's. Was
// is what they were before, or nil: what stays as it is isn't asked about again.
func (d Details) Check(now time.Time, zone *time.Location, was *Checked) (Checked, error) {
	c := Checked{Details: d.Clean()}
	faults := c.checkWords()
	faults = append(faults, c.checkLength(was))
	if c.Room < 0 || c.Room > MostRoom {
		faults = append(faults, fault.New(fault.Invalid, "meetup.room", "n", MostRoom).On("room"))
	}
	if c.Zone != "" {
		var err error
		if zone, err = recur.Zone(c.Zone); err != nil {
			return c, fault.Join(append(faults, fault.New(fault.Invalid, "meetup.zone").On("zone"))...)
		}
	}
	c.Zone = zone.String()
	start, f := recur.Start(c.Start, zone)
	if f != nil && recur.Begin(start).Equal(start) && c.Minutes > 0 && c.Minutes%aDay == 0 {
		f = nil // clocks that skip midnight begin the day later
	}
	if c.First = start; f == nil && (was == nil || !was.Begins(start)) && !c.underWay(start, now) {
		f = recur.Soon(start, now)
	}
	if f == nil {
		c.RRule, f = c.checkRepeat(start)
	}
	if was != nil && was.RRule == c.RRule && was.Begins(start) {
		c.First = was.First
	}
	return c, fault.Join(append(faults, f, c.checkHome(was))...)
}

// underWay reports whether a calendar elsewhere has it go on for days, of which some are
// over and some are to come.
func (d Details) underWay(start, now time.Time) bool {
	return d.brought && d.Minutes >= aDay && !start.After(now) && start.Add(time.Duration(d.Minutes)*time.Minute).After(now)
}

// checkHome asks about what looks as if somebody lives there. What stays as it was isn't
// asked about again.
func (d Details) checkHome(was *Checked) *fault.Fault {
	if d.Public || was != nil && was.Venue == d.Venue && was.Spot == d.Spot {
		return nil
	}
	if what := guard.Home(d.Venue.Name + "\n" + d.Venue.Directions + "\n" + d.Spot); what != "" {
		return fault.New(fault.Invalid, "meetup.home", "what", what).On("public")
	}
	return nil
}

// Clean are the details with their words cleaned.
func (d Details) Clean() Details {
	for _, words := range []*string{&d.Title, &d.Venue.Name, &d.Venue.Directions, &d.Venue.Recognise, &d.Venue.Cost, &d.Spot} {
		*words = text.CleanLine(*words)
	}
	return d
}

// checkLength sees that it is neither too short nor too long. What is as long as it was
// may stay so, and what was on whole days may be on others.
func (d Details) checkLength(was *Checked) *fault.Fault {
	whole := was != nil && was.days() > 0
	switch {
	case d.brought && d.Minutes > Longest:
		return fault.New(fault.Invalid, "origin.too_long", "n", Longest/aDay)
	case whole && (d.Minutes < shortest || d.Minutes > Longest):
		return fault.New(fault.Invalid, "meetup.days", "n", Longest/aDay).On("minutes")
	case d.Minutes < shortest, d.Minutes > aDay && !d.brought && !whole && (was == nil || was.Minutes != d.Minutes):
		return fault.New(fault.Invalid, "meetup.length").On("minutes")
	}
	return nil
}

// checkWords sees that there is a title and a place, and that nothing is too long.
func (d Details) checkWords() (faults []*fault.Fault) {
	if d.Title == "" {
		faults = append(faults, fault.New(fault.Invalid, "meetup.needs_title").On("title"))
	}
	if d.Venue.Name == "" {
		faults = append(faults, fault.New(fault.Invalid, "meetup.needs_venue").On("venue"))
	}
	for _, f := range []struct {
		field, words string
		most         int
	}{
		{"title", d.Title, titleLength}, {"venue", d.Venue.Name, nameLength}, {"directions", d.Venue.Directions, directionsLength},
		{"recognise", d.Venue.Recognise, recogniseLength}, {"cost", d.Venue.Cost, costLength}, {"spot", d.Spot, spotLength},
	} {
		faults = append(faults, TooLong(f.field, f.words, f.most))
	}
	return faults
}

// TooLong is the fault of words that are too long for their field, or nil.
func TooLong(field, words string, most int) *fault.Fault {
	if n := text.Length(words); n > most {
		return fault.New(fault.Invalid, "meetup.too_long", "limit", most, "length", n).On(field)
	}
	return nil
}

// checkRepeat is the rule by which it is held again and again, or "".
func (d Details) checkRepeat(start time.Time) (string, *fault.Fault) {
	switch d.Every {
	case recur.Once:
		if d.Until != "" || d.Times != 0 {
			return "", fault.New(fault.Invalid, "meetup.once_ends").On("repeat")
		}
		return "", nil
	case recur.Otherwise:
		return recur.Check(d.Rule, start)
	case recur.Weekly, recur.Fortnightly, recur.Monthly, recur.MonthlyLast:
	default:
		return "", fault.New(fault.Invalid, "meetup.repeat_unclear").On("repeat")
	}
	var until time.Time
	if d.Until != "" {
		day, err := time.Parse(recur.DayForm, d.Until)
		if err != nil {
			return "", fault.New(fault.Invalid, "meetup.until_unclear").On("until")
		}
		until, _ = recur.At(day.Add(24*time.Hour-time.Second), start.Location())
	}
	if d.Times < 0 {
		return "", fault.New(fault.Invalid, "meetup.times_unclear").On("times")
	}
	if d.Times > 0 && d.Until != "" {
		return "", fault.New(fault.Invalid, "meetup.times_and_until").On("times")
	}
	return recur.Check(d.Every.Rule(start, until, d.Times), start)
}
