package calendar

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"moot/internal/fault"
)

func clocksIn(t testing.TB, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// wrapped is a calendar of some lines.
func wrapped(lines ...string) []byte {
	return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VCALENDAR\r\n")
}

// event is an event of some lines.
func event(lines ...string) string {
	return "BEGIN:VEVENT\r\nUID:u\r\nSUMMARY:Tea\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT"
}

func read(t *testing.T, b []byte) *Book {
	t.Helper()
	book, err := Read(b, clocksIn(t, "Europe/Athens"))
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func TestTimesAreReadByTheirClocks(t *testing.T) {
	custom := "BEGIN:VTIMEZONE\r\nTZID:%s\r\n%sBEGIN:STANDARD\r\nDTSTART:19701025T040000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:%s\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\n" +
		"BEGIN:DAYLIGHT\r\nDTSTART:19700329T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0300\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE"
	for name, c := range map[string]struct{ before, start, want, wrong string }{
		"UTC":                   {"", "DTSTART:20261203T170000Z", "2026-12-03T17:00:00Z UTC", ""},
		"no zone":               {"", "DTSTART:20261203T190000", "2026-12-03T17:00:00Z Europe/Athens", ""},
		"IANA":                  {"", "DTSTART;TZID=America/New_York:20261203T190000", "2026-12-04T00:00:00Z America/New_York", ""},
		"quoted":                {"", `DTSTART;TZID="Asia/Kolkata":20261203T190000`, "2026-12-03T13:30:00Z Asia/Kolkata", ""},
		"a program's prefix":    {"", "DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Paris:20261203T190000", "2026-12-03T18:00:00Z Europe/Paris", ""},
		"three parts":           {"", "DTSTART;TZID=America/Argentina/Ushuaia:20261203T190000", "2026-12-03T22:00:00Z America/Argentina/Ushuaia", ""},
		"Windows":               {"", "DTSTART;TZID=GTB Standard Time:20261203T190000", "2026-12-03T17:00:00Z Europe/Bucharest", ""},
		"the calendar's":        {"X-WR-TIMEZONE:Europe/London", "DTSTART:20261203T190000", "2026-12-03T19:00:00Z Europe/London", ""},
		"X-LIC-LOCATION":        {fmt.Sprintf(custom, "Ours", "X-LIC-LOCATION:Europe/Helsinki\r\n", "+0200"), "DTSTART;TZID=Ours:20261203T190000", "2026-12-03T17:00:00Z Europe/Helsinki", ""},
		"own, like home":        {fmt.Sprintf(custom, "Ours", "", "+0200"), "DTSTART;TZID=Ours:20260703T190000", "2026-07-03T16:00:00Z Europe/Athens", ""},
		"own, like nothing":     {fmt.Sprintf(custom, "Ours", "", "+0245"), "DTSTART;TZID=Ours:20261203T190000", "", "calendar.zone"},
		"nobody's":              {"", "DTSTART;TZID=Mars/Olympus:20261203T190000", "", "calendar.zone"},
		"of a machine":          {"", "DTSTART;TZID=../../etc/passwd:20261203T190000", "", "calendar.zone"},
		"in a gap":              {"", "DTSTART:20270328T033000", "2027-03-28T01:30:00Z Europe/Athens", ""},
		"twice":                 {"", "DTSTART:20261025T033000", "2026-10-25T00:30:00Z Europe/Athens", ""},
		"no date":               {"", "DTSTART:tomorrow", "", "calendar.when"},
		"the 31st of February":  {"", "DTSTART:20260231T190000", "", "calendar.when"},
		"the year 9999":         {"", "DTSTART:99991231T190000", "", "calendar.year"},
		"the year 0":            {"", "DTSTART:00000101T190000", "", "calendar.year"},
		"none":                  {"", "X-NOTHING:1", "", "calendar.no_start"},
		"ends before it begins": {"", "DTSTART:20261203T190000\r\nDTEND:20261203T180000", "", "calendar.ends_early"},
		"two rules":             {"", "DTSTART:20261203T190000\r\nRRULE:FREQ=DAILY\r\nRRULE:FREQ=WEEKLY", "", "calendar.many_rules"},
		"a line that is none":   {"", "DTSTART:20261203T190000\r\nand so on", "", "calendar.unread"},
	} {
		f := read(t, wrapped(strings.TrimPrefix(c.before+"\r\n", "\r\n")+event(c.start))).Found[0]
		switch {
		case c.wrong != "":
			if f.Wrong == nil || f.Wrong.Key != c.wrong {
				t.Errorf("%s: %v, not %s", name, f.Wrong, c.wrong)
			}
		case f.Wrong != nil:
			t.Errorf("%s: %v", name, f.Wrong)
		default:
			if got := f.Start.UTC().Format(time.RFC3339) + " " + f.Start.Location().String(); got != c.want {
				t.Errorf("%s: %s, not %s", name, got, c.want)
			}
		}
	}
	for name := range windows {
		if ofIANA(windows[name]) == nil {
			t.Errorf("%s is no zone that this machine knows: %s", windows[name], name)
		}
	}
}

func TestAnEventIsReadWhole(t *testing.T) {
	athens := clocksIn(t, "Europe/Athens")
	b := wrapped("X-WR-CALNAME:Tea\\, and more", event("DTSTART;TZID=Europe/Athens:20261203T190000", "DURATION:PT1H30M", "RRULE:FREQ=WEEKLY",
		"EXDATE;VALUE=DATE:20261210", "EXDATE;TZID=Europe/Athens:20261217T190000,20261224T190000", "RDATE;TZID=Europe/Athens:20261205T100000",
		"LOCATION:Library café\\, behind\\nthe museum", "DESCRIPTION:One\\nTwo \\; three \\\\ four", "URL:https://example.org/tea", "SEQUENCE:3", "LAST-MODIFIED:20261101T000000Z",
		"BEGIN:VALARM", "TRIGGER:-PT15M", "DESCRIPTION:not this", "END:VALARM"),
		event("RECURRENCE-ID;TZID=Europe/Athens:20261231T190000", "DTSTART;TZID=Europe/Athens:20270102T180000", "DURATION:PT1H30M"),
		event("RECURRENCE-ID;TZID=Europe/Athens:20270107T190000", "DTSTART;TZID=Europe/Athens:20270107T190000", "STATUS:CANCELLED"),
		"BEGIN:VTODO", "UID:todo", "DTSTART:20261203T190000", "END:VTODO")
	book := read(t, b)
	at := func(month time.Month, day, hour int) time.Time {
		year := 2026
		if month == time.January {
			year++
		}
		return time.Date(year, month, day, hour, 0, 0, 0, athens)
	}
	want := Event{
		UID: "u", Sequence: 3, Changed: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Start: at(12, 3, 19), End: at(12, 3, 19).Add(90 * time.Minute), Rule: "FREQ=WEEKLY",
		Extra: []time.Time{at(12, 5, 10)}, Dropped: []time.Time{at(12, 10, 19), at(12, 17, 19), at(12, 24, 19), at(1, 7, 19)},
		Moved:   []Moved{{at(12, 31, 19), at(1, 2, 18), at(1, 2, 18).Add(90 * time.Minute)}},
		Summary: "Tea", Location: "Library café, behind\nthe museum", Description: "One\nTwo ; three \\ four", URL: "https://example.org/tea",
	}
	if len(book.Found) != 1 || book.Name != "Tea, and more" {
		t.Fatalf("%d events of %q", len(book.Found), book.Name)
	}
	if got := book.Found[0]; got.Wrong != nil || fmt.Sprint(got.Event) != fmt.Sprint(want) {
		t.Errorf("%v\n%v\nnot\n%v", got.Wrong, got.Event, want)
	}
}

func TestADayHasNoHours(t *testing.T) {
	book := read(t, wrapped(event("DTSTART;VALUE=DATE:20261203", "RRULE:FREQ=DAILY;INTERVAL=2;BYMINUTE=1,2;BYHOUR=9")))
	if rule := book.Found[0].Rule; rule != "FREQ=DAILY;INTERVAL=2" {
		t.Errorf("of days: %q", rule)
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	for _, name := range []string{"Europe/Athens", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"} {
		zone := clocksIn(t, name)
		at := func(day int) time.Time { return time.Date(2026, 12, day, 19, 0, 0, 0, zone) }
		e := Event{
			UID: "one, two; three", Sequence: 7, Changed: time.Date(2026, 11, 1, 8, 30, 0, 0, time.UTC), Start: at(3), End: at(3).Add(2 * time.Hour), Rule: "FREQ=WEEKLY",
			Extra: []time.Time{at(4)}, Dropped: []time.Time{at(10)}, Moved: []Moved{{at(17), at(18), at(18).Add(2 * time.Hour)}},
			Summary: "Tea, rents; and \\ more " + strings.Repeat("🫖é", 60), Location: "Library\nbehind the museum", Description: "a\nb\tc", URL: "https://example.org/a?b=c",
		}
		book, err := Read(Calendar{Name: "Ours; and yours", Events: []Event{e}}.Bytes(), time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if got := book.Found[0]; got.Wrong != nil || !reflect.DeepEqual(got.Event, e) || book.Name != "Ours; and yours" {
			t.Errorf("%s: %v\n%v\nnot\n%v", name, got.Wrong, got.Event, e)
		}
	}
}

func TestATimeBesideTheRuleIsWrittenAsOne(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2026, 12, day, 19, 0, 0, 0, time.UTC) }
	e := Event{UID: "u", Summary: "Tea", Start: at(3), End: at(3).Add(time.Hour), Rule: "FREQ=WEEKLY", Moved: []Moved{{at(5), at(5), at(5).Add(time.Hour)}, {at(10), at(11), at(11).Add(time.Hour)}}}
	got := read(t, Calendar{Events: []Event{e}}.Bytes()).Found[0]
	if len(got.Extra) != 1 || !got.Extra[0].Equal(at(5)) || len(got.Moved) != 1 || !got.Moved[0].Start.Equal(at(11)) {
		t.Errorf("%v and %v", got.Extra, got.Moved)
	}
}

func TestWhatIsNotForEverybody(t *testing.T) {
	for class, private := range map[string]bool{"": false, "PUBLIC": false, "public": false, "PRIVATE": true, "CONFIDENTIAL": true, "X-OURS": true} {
		lines := []string{"DTSTART:20261203T190000"}
		if class != "" {
			lines = append(lines, "CLASS:"+class)
		}
		if f := read(t, wrapped(event(lines...))).Found[0]; f.Private != private {
			t.Errorf("class %q is private: %v", class, f.Private)
		}
	}
	for address, shown := range map[string]string{
		"https://example.org/a": "https://example.org/a", "http://example.org": "http://example.org", "javascript:alert(1)": "", "https://me:secret@example.org/": "", "data:text/html,x": "", "//example.org": "", "https://": "",
	} {
		if f := read(t, wrapped(event("DTSTART:20261203T190000", "URL:"+address))).Found[0]; f.URL != shown {
			t.Errorf("%q is shown as %q", address, f.URL)
		}
	}
}

func TestOddlyWrittenCalendarsAreRead(t *testing.T) {
	plain := string(wrapped(event("DTSTART:20261203T190000Z", "DESCRIPTION:A long line that goes on", "ATTENDEE;CN=\"A; B: C\";ROLE=CHAIR:mailto:a@example.org")))
	for name, text := range map[string]string{
		"as it is": plain, "line feeds": strings.ReplaceAll(plain, "\r\n", "\n"), "returns": strings.ReplaceAll(plain, "\r\n", "\r"), "a mark before it": "\uFEFF" + plain,
		"small letters": strings.NewReplacer("BEGIN", "begin", "END", "end", "VEVENT", "vevent", "SUMMARY", "summary", "DTSTART", "dtstart", "DESCRIPTION", "description").Replace(plain),
		"empty lines":   strings.ReplaceAll(plain, "\r\n", "\r\n\r\n"), "folded at a tab": strings.Replace(plain, "that goes", "that\r\n\t goes", 1),
		"folded everywhere": strings.Replace(plain, "A long line that goes on", "A\r\n  lo\r\n n\r\n g\r\n  line that goes on", 1), "nothing at the end": strings.TrimRight(plain, "\r\n"),
		"two calendars": plain + strings.Replace(plain, "UID:u", "UID:v", 1), "bytes that are no text": strings.Replace(plain, "Tea", "Tea\xff\xfe", 1), "a zero": strings.Replace(plain, "Tea", "Te\x00a", 1),
	} {
		book, err := Read([]byte(text), time.UTC)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if f := book.Found[0]; f.Wrong != nil || !strings.HasPrefix(f.Summary, "Tea") || f.Description != "A long line that goes on" {
			t.Errorf("%s: %v, %q, %q", name, f.Wrong, f.Summary, f.Description)
		}
	}
}

func TestWhatIsNoCalendarIsRefusedWithASentence(t *testing.T) {
	many := func(n int, line string) string { return strings.Repeat(line+"\r\n", n) }
	for want, text := range map[string]string{
		"calendar.empty":               "",
		"calendar.not_one":             "<!doctype html>\n<title>Sign in</title>",
		"calendar.cut_off":             "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Te",
		"calendar.wrong_end":           "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n",
		"calendar.too_deep":            "BEGIN:VCALENDAR\r\n" + many(1000, "BEGIN:VEVENT"),
		"calendar.too_big":             strings.Repeat("x", 10<<20),
		"calendar.too_many_lines":      "BEGIN:VCALENDAR\r\n" + many(mostLines, "A:"),
		"calendar.long_line":           "BEGIN:VCALENDAR\r\nSUMMARY:" + strings.Repeat("x", mostLine),
		"calendar.too_many_parts":      "BEGIN:VCALENDAR\r\n" + many(mostParts, "BEGIN:X\r\nEND:X") + "END:VCALENDAR",
		"calendar.too_many_properties": "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + many(mostProperties+1, "RDATE:20261203T190000Z"),
		"calendar.too_many_events":     string(wrapped(many(mostEvents+1, event("DTSTART:20261203T190000Z")))),
	} {
		began := time.Now()
		_, err := Read([]byte(text), time.UTC)
		if all := fault.Each(err); len(all) != 1 || all[0].Key != want || all[0].Kind != fault.Invalid {
			t.Errorf("%v, not %s", err, want)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s after %v", want, took)
		}
	}
	if book, err := Read([]byte("BEGIN:VCALENDAR\r\nEND:VCALENDAR"), time.UTC); err != nil || len(book.Found) != 0 {
		t.Errorf("a calendar without events: %v", err)
	}
}

func TestSingleTimesThatLeadNowhere(t *testing.T) {
	when := "DTSTART:20261203T190000Z"
	for name, c := range map[string]struct {
		events []string
		wrong  string
	}{
		"of itself":          {[]string{event(when, "RECURRENCE-ID:20261203T190000Z")}, ""},
		"of no time":         {[]string{event(when, "RRULE:FREQ=WEEKLY"), event(when, "RECURRENCE-ID:never")}, "calendar.when"},
		"a hundred of one":   {[]string{event(when, "RRULE:FREQ=WEEKLY"), strings.Repeat(event(when, "RECURRENCE-ID:20261210T190000Z")+"\r\n", 99) + event(when, "RECURRENCE-ID:20261210T190000Z")}, ""},
		"related in a loop":  {[]string{event(when, "RELATED-TO:u"), event(when, "RELATED-TO:v")}, ""},
		"said of one twice":  {[]string{event(when, "SEQUENCE:2", "LOCATION:there"), event(when, "SEQUENCE:1", "LOCATION:here")}, ""},
		"with no such alias": {[]string{event(when, "RECURRENCE-ID;TZID=Nowhere:20261210T190000")}, "calendar.zone"},
	} {
		book := read(t, wrapped(c.events...))
		if len(book.Found) != 1 {
			t.Errorf("%s: %d events", name, len(book.Found))
			continue
		}
		f := book.Found[0]
		if c.wrong == "" && f.Wrong != nil || c.wrong != "" && (f.Wrong == nil || f.Wrong.Key != c.wrong) {
			t.Errorf("%s: %v, not %q", name, f.Wrong, c.wrong)
		}
		if name == "a hundred of one" && len(f.Moved) != 1 || name == "said of one twice" && f.Location != "there" {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestLengths(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"PT1H": time.Hour, "P1D": 24 * time.Hour, "P1DT2H30M": 26*time.Hour + 30*time.Minute, "P2W": 14 * 24 * time.Hour, "+PT90M": 90 * time.Minute, "PT5S": 5 * time.Second, "pt1h": time.Hour,
		"": -1, "P": -1, "PT": -1, "-PT1H": -1, "PT1": -1, "P1H": -1, "PT1D": -1, "PT1M1H": -1, "P9999999D": -1, "P1001D": -1, "PT99999999999999999999H": -1, "one hour": -1, "P1DT": -1,
	} {
		got, ok := duration(text)
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("%q is %v, %v", text, got, ok)
		}
	}
}

func FuzzRead(f *testing.F) {
	athens := clocksIn(f, "Europe/Athens")
	for _, seed := range crashers() {
		if len(seed) < 4<<10 { // making less of a large one takes all the time there is
			f.Add([]byte(seed))
		}
	}
	f.Add(Calendar{Name: "x", Events: []Event{{UID: "u", Start: time.Date(2026, 12, 3, 19, 0, 0, 0, athens), End: time.Date(2026, 12, 3, 21, 0, 0, 0, athens), Summary: "Tea"}}}.Bytes())
	f.Add(wrapped(weekly+"RRULE:FREQ=WEEKLY;COUNT=9\r\nRDATE:20261205T100000Z\r\nEXDATE:20261224T170000Z"+over, from("20261217T190000", "20261218T200000"), single("20261231T190000", "20270101T120000"), from("20270107T190000", "20270106T200000")))
	f.Add(wrapped(single("20261210T190000", "20261211T190000"), from("20261217T190000", "20261217T190000", "STATUS:CANCELLED")))
	f.Fuzz(func(t *testing.T, b []byte) {
		book, err := Read(b, athens)
		if err != nil {
			if len(fault.Each(err)) != 1 || fault.Each(err)[0].Kind != fault.Invalid {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		var events []Event
		for _, e := range book.Found {
			if e.Wrong != nil {
				continue
			}
			if e.Start.Year() < firstYear-1 || e.Start.Year() > lastYear+1 || e.End.Before(e.Start) {
				t.Fatalf("%v to %v", e.Start, e.End)
			}
			if !e.AllDay && e.UID != "" && !slices.ContainsFunc(events, func(o Event) bool { return o.UID == e.UID }) {
				events = append(events, e.Event)
			}
		}
		// What was read is written and read again, and is the same.
		again, err := Read(Calendar{Name: book.Name, Events: events}.Bytes(), athens)
		if len(events) > 20 {
			return
		}
		if err != nil {
			t.Fatalf("what was read can't be read again: %v", err)
		}
		for i, e := range again.Found {
			if i < len(events) && e.Wrong == nil && (!e.Start.Equal(events[i].Start) || !e.End.Equal(events[i].End)) {
				t.Fatalf("%v to %v became %v to %v", events[i].Start, events[i].End, e.Start, e.End)
			}
		}
	})
}
