package recur

import (
	"testing"
	"time"
)

// What begins with a day by its clocks and is as long as some is held on those, however
// many hours they have.
func TestWholeDays(t *testing.T) {
	athens, cairo := zone(t, "Europe/Athens"), zone(t, "Africa/Cairo")
	for _, test := range []struct {
		name       string
		start      time.Time
		length     time.Duration
		days       int
		end, last  string
		hoursUntil float64
	}{
		{"a day", time.Date(2026, 12, 5, 0, 0, 0, 0, athens), wholeDay, 1, "2026-12-06T00:00", "2026-12-05", 24},
		{"a day of 25 hours", time.Date(2026, 10, 25, 0, 0, 0, 0, athens), wholeDay, 1, "2026-10-26T00:00", "2026-10-25", 25},
		{"three days, one of 23 hours", time.Date(2026, 3, 28, 0, 0, 0, 0, athens), 3 * wholeDay, 3, "2026-03-31T00:00", "2026-03-30", 71},
		{"a day whose clocks skip midnight", time.Date(2026, 4, 24, 1, 0, 0, 0, cairo), 23 * time.Hour, 0, "2026-04-25T00:00", "2026-04-24", 23},
		{"all of it", time.Date(2026, 4, 24, 1, 0, 0, 0, cairo), wholeDay, 1, "2026-04-25T00:00", "2026-04-24", 23},
		{"half a day", time.Date(2026, 12, 5, 0, 0, 0, 0, athens), 12 * time.Hour, 0, "2026-12-05T12:00", "2026-12-05", 12},
		{"from noon to noon", time.Date(2026, 12, 5, 12, 0, 0, 0, athens), wholeDay, 0, "2026-12-06T12:00", "2026-12-05", 24},
	} {
		o := Series{Start: test.start, Length: test.length}.Occurrence(test.start, test.start)
		if o.Days != test.days || o.End.Format(ClockForm) != test.end || o.Last().Format(DayForm) != test.last || o.End.Sub(o.Start).Hours() != test.hoursUntil {
			t.Errorf("%s: %d days until %v, last %v", test.name, o.Days, o.End, o.Last())
		}
	}

	// Each Friday in Cairo; on one of them clocks skip the hour at which it begins.
	fridays := Series{Start: time.Date(2026, 4, 17, 0, 0, 0, 0, cairo), Rule: "FREQ=WEEKLY;BYDAY=FR", Length: wholeDay}
	all := fridays.Between(fridays.Start, fridays.Start.AddDate(0, 0, 20), 9)
	if len(all) != 3 || all[1].Days != 1 || all[1].Start.Format(ClockForm) != "2026-04-24T01:00" || all[1].End.Format(ClockForm) != "2026-04-25T00:00" {
		t.Errorf("Fridays: %v", all)
	}

	// The last hour of the day that has 25 is in it, and the first of the next isn't.
	sundays := Series{Start: time.Date(2026, 10, 18, 0, 0, 0, 0, athens), Rule: "FREQ=WEEKLY;BYDAY=SU", Length: wholeDay}
	late := time.Date(2026, 10, 25, 23, 30, 0, 0, athens)
	if next := sundays.Coming(late, 1); len(next) != 1 || next[0].Start.Day() != 25 {
		t.Errorf("late on Sunday: %v", next)
	}
	if next := sundays.Coming(late.Add(30*time.Minute), 1); len(next) != 1 || next[0].Start.Format(DayForm) != "2026-11-01" {
		t.Errorf("after it: %v", next)
	}

	// One that was moved to an hour has that.
	sundays.Changed = map[int64]int64{sundays.Start.Unix(): sundays.Start.Add(18 * time.Hour).Unix()}
	if o, _ := sundays.Find(sundays.Start); o.Days != 0 || o.Start.Hour() != 18 {
		t.Errorf("moved: %v", o)
	}
}
