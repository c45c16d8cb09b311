package recur

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"moot/internal/fault"
)

// ClockForm is how a start is written, by the clocks of its place: what a form's
// field for a day and a time sends.
const ClockForm = "2006-01-02T15:04"

// DayForm is how a day is written.
const DayForm = "2006-01-02"

// areas are the first words of the names of zones. Machines know others by which
// calendars elsewhere know nothing.
var areas = []string{"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}

// Zone loads a zone that has a name.
func Zone(name string) (*time.Location, error) {
	if area, _, _ := strings.Cut(name, "/"); name != "UTC" && !slices.Contains(areas, area) {
		return nil, fmt.Errorf("recur: no zone %q", name)
	}
	return time.LoadLocation(name)
}

// Start is when something begins that was written in ClockForm.
func Start(written string, zone *time.Location) (time.Time, *fault.Fault) {
	wall, err := time.Parse(ClockForm, written)
	if err != nil {
		return time.Time{}, fault.New(fault.Invalid, "meetup.start_unclear").On("start")
	}
	t, exact := At(wall, zone)
	if !exact {
		return t, fault.New(fault.Invalid, "meetup.start_gap", "time", Reading(wall), "becomes", Reading(t)).On("start")
	}
	return t, nil
}

// Soon sees that something begins neither in the past nor too far ahead.
func Soon(start, now time.Time) *fault.Fault {
	switch {
	case !start.After(now):
		return fault.New(fault.Invalid, "meetup.start_past").On("start")
	case start.After(now.AddDate(2, 0, 0)):
		return fault.New(fault.Invalid, "meetup.start_far").On("start")
	}
	return nil
}

// Reading is how a clock tells a time, in a message.
func Reading(t time.Time) string { return fmt.Sprintf("%02d:%02d", t.Hour(), t.Minute()) }
