package calendar

import (
	"strings"
	"testing"
	"time"
)

// What has days and no hours is written as that, and read as it was written.
func TestWholeDaysAreWrittenAndRead(t *testing.T) {
	athens := zone(t, "Europe/Athens")
	on := func(day int) time.Time { return time.Date(2026, 12, day, 0, 0, 0, 0, athens) }
	e := tea(athens)
	e.Start, e.End, e.AllDay = on(4), on(7), true
	e.Rule = "FREQ=WEEKLY;UNTIL=20261231T215959Z;BYDAY=FR"
	e.Dropped, e.Extra, e.Moved = []time.Time{on(11)}, []time.Time{on(16)}, []Moved{{on(18), on(19), on(22)}}
	written := string(Calendar{Name: "Athens", Events: []Event{e}}.Bytes())
	for _, line := range []string{
		"DTSTART;VALUE=DATE:20261204", "DTEND;VALUE=DATE:20261207", "RRULE:FREQ=WEEKLY;UNTIL=20261231;BYDAY=FR", "EXDATE;VALUE=DATE:20261211", "RDATE;VALUE=DATE:20261216",
		"RECURRENCE-ID;VALUE=DATE:20261218\r\nDTSTART;VALUE=DATE:20261219\r\nDTEND;VALUE=DATE:20261222",
	} {
		if !strings.Contains(written, line+"\r\n") {
			t.Errorf("no %q in\n%s", line, written)
		}
	}
	if strings.Contains(written, "VTIMEZONE") {
		t.Error("days go by the clocks of whoever reads them, and need no zone")
	}
	book, err := Read([]byte(written), athens)
	if err != nil || len(book.Found) != 1 || book.Found[0].Wrong != nil {
		t.Fatalf("%+v, %v", book, err)
	}
	f := book.Found[0]
	if !f.AllDay || !f.Start.Equal(e.Start) || !f.End.Equal(e.End) || f.Rule != "FREQ=WEEKLY;UNTIL=20261231;BYDAY=FR" ||
		len(f.Dropped) != 1 || !f.Dropped[0].Equal(on(11)) || len(f.Extra) != 1 || !f.Extra[0].Equal(on(16)) ||
		len(f.Moved) != 1 || !f.Moved[0].Original.Equal(on(18)) || !f.Moved[0].Start.Equal(on(19)) {
		t.Errorf("read: %+v", f)
	}
}

// Programs write the end of a single day in three ways.
func TestOneDay(t *testing.T) {
	for _, end := range []string{"", "DTEND;VALUE=DATE:20261204\r\n", "DTEND;VALUE=DATE:20261205\r\n", "DURATION:P1D\r\n"} {
		book, err := Read([]byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART;VALUE=DATE:20261204\r\n"+end+"END:VEVENT\r\nEND:VCALENDAR\r\n"), time.UTC)
		if err != nil || len(book.Found) != 1 {
			t.Fatal(err)
		}
		if f := book.Found[0]; f.Wrong != nil || !f.AllDay || f.End.Sub(f.Start) != 24*time.Hour {
			t.Errorf("%q: %+v", end, f)
		}
	}
}
