package plan

import (
	"cmp"
	"time"

	"moot/internal/fault"
	"moot/internal/recur"
	"moot/internal/text"
)

// Brought is a meetup as a calendar elsewhere has it.
type Brought struct {
	recur.Written
	Title  string
	Venue  Venue
	Public bool   // as in Details
	Origin string // what its card says of where it comes from
}

// unsaid is how long something is taken to last that doesn't say.
const unsaid = 2 * time.Hour

// Fitting is a meetup from a calendar elsewhere that is right for this site.
type Fitting struct {
	Checked
	Changed map[int64]int64 // when single times are held, by when they would have begun; 0 where they were dropped
	Origin  string
	now     time.Time
}

// NextTime is the next time that it is held.
func (f Fitting) NextTime() recur.Occurrence {
	if next := f.series().Coming(f.now, 1); len(next) > 0 {
		return next[0]
	}
	return f.series().Occurrence(f.First, f.First)
}

// Often is how often it is held.
func (f Fitting) Often() recur.Every {
	e, _, _ := recur.Of(f.RRule, f.First)
	return e
}

func (f Fitting) series() recur.Series {
	return recur.Series{Start: f.First, Rule: f.RRule, Length: time.Duration(f.Minutes) * time.Minute, Changed: f.Changed}
}

// Fit has a meetup of a calendar elsewhere begin with its first time that is to come,
// and finds what keeps it from being announced in a place, whose zone is home.
func (b Brought) Fit(now time.Time, home *time.Location) (Fitting, error) {
	f := Fitting{Origin: b.Origin, now: now}
	w := b.Written
	w.Start = w.Start.Truncate(time.Minute)
	once := w.Rule == "" && len(w.Extra) == 0
	if _, err := recur.Zone(w.Start.Location().String()); err != nil || once {
		w.Start = w.Start.In(home)
	}
	w.Length = max(cmp.Or(max(w.Length, 0), unsaid), shortest*time.Minute)
	d := Details{Title: text.CleanLine(b.Title), Start: w.Start.Format(recur.ClockForm), Minutes: int(w.Length / time.Minute), Venue: b.Venue, Public: b.Public, brought: true}
	if once && !w.Start.After(now) && !d.underWay(w.Start, now) {
		return f, fault.New(fault.Invalid, "meetup.start_past").On("start")
	} else if !once {
		s, wrong := w.Ahead(now)
		if wrong != nil {
			return f, wrong
		}
		d.Start, d.Every, d.Rule, f.Changed = s.Start.Format(recur.ClockForm), recur.Otherwise, s.Rule, s.Changed
	}
	d.Zone = w.Start.Location().String()
	c, err := d.Check(now, home, nil)
	f.Checked = c
	return f, err
}
