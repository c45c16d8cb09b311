package calendar

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// unfolded are the lines of a calendar, as RFC 5545 has them read.
func unfolded(t testing.TB, b []byte) []string {
	t.Helper()
	if !bytes.HasSuffix(b, []byte("END:VCALENDAR\r\n")) || !utf8.Valid(b) {
		t.Fatalf("no calendar: %q", b)
	}
	for line := range bytes.SplitSeq(bytes.TrimSuffix(b, []byte("\r\n")), []byte("\r\n")) {
		if len(line) > 75 || !utf8.Valid(line) || bytes.ContainsAny(line, "\r\n\x00") {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
	whole := strings.ReplaceAll(string(b), "\r\n ", "")
	return strings.Split(strings.TrimSuffix(whole, "\r\n"), "\r\n")
}

var unescape = strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n")

// values are those of a property, in order.
func values(lines []string, property string) (all []string) {
	for _, line := range lines {
		if name, value, _ := strings.Cut(line, ":"); name == property || strings.HasPrefix(name, property+";") {
			all = append(all, value)
		}
	}
	return all
}

func tea(l *time.Location) Event {
	start := time.Date(2026, 12, 3, 19, 0, 0, 0, l)
	return Event{
		UID: "0b4b3c5e-1111-4222-8333-444455556666", Sequence: 3, Changed: time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC), Start: start, End: start.Add(2 * time.Hour),
		Rule: "FREQ=WEEKLY;INTERVAL=1;BYDAY=TH", Dropped: []time.Time{start.AddDate(0, 0, 21)},
		Moved:   []Moved{{start.AddDate(0, 0, 7), start.AddDate(0, 0, 8), start.AddDate(0, 0, 8).Add(2 * time.Hour)}},
		Summary: "Tea, rents; and \\ more", Location: "Library café, behind the museum", Description: "First line\nsecond", URL: "https://moot.example/gr/athens/t/1",
	}
}

func TestACalendar(t *testing.T) {
	got := string(Calendar{Name: "Athens", Events: []Event{tea(zone(t, "Europe/Athens"))}}.Bytes())
	want := strings.ReplaceAll(`BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Moot//Moot//EN
CALSCALE:GREGORIAN
METHOD:PUBLISH
NAME:Athens
X-WR-CALNAME:Athens
REFRESH-INTERVAL;VALUE=DURATION:PT1H
X-PUBLISHED-TTL:PT1H
BEGIN:VTIMEZONE
TZID:Europe/Athens
BEGIN:STANDARD
DTSTART:20241231T000000
TZOFFSETFROM:+0200
TZOFFSETTO:+0200
TZNAME:EET
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20250330T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
TZNAME:EEST
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20251026T040000
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
TZNAME:EET
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:0b4b3c5e-1111-4222-8333-444455556666
DTSTAMP:20261127T120000Z
LAST-MODIFIED:20261127T120000Z
SEQUENCE:3
DTSTART;TZID=Europe/Athens:20261203T190000
DTEND;TZID=Europe/Athens:20261203T210000
RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=TH
EXDATE;TZID=Europe/Athens:20261224T190000
SUMMARY:Tea\, rents\; and \\ more
LOCATION:Library café\, behind the museum
DESCRIPTION:First line\nsecond
URL:https://moot.example/gr/athens/t/1
STATUS:CONFIRMED
END:VEVENT
BEGIN:VEVENT
UID:0b4b3c5e-1111-4222-8333-444455556666
DTSTAMP:20261127T120000Z
LAST-MODIFIED:20261127T120000Z
SEQUENCE:3
RECURRENCE-ID;TZID=Europe/Athens:20261210T190000
DTSTART;TZID=Europe/Athens:20261211T190000
DTEND;TZID=Europe/Athens:20261211T210000
SUMMARY:Tea\, rents\; and \\ more
LOCATION:Library café\, behind the museum
DESCRIPTION:First line\nsecond
URL:https://moot.example/gr/athens/t/1
STATUS:CONFIRMED
END:VEVENT
END:VCALENDAR
`, "\n", "\r\n")
	if got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestWhatIsCancelledAndWhatGoesByUTC(t *testing.T) {
	e := tea(time.UTC)
	e.Cancelled, e.Rule, e.Dropped, e.Moved = true, "", nil, nil
	lines := unfolded(t, Calendar{Events: []Event{e}}.Bytes())
	if !slices.Equal(values(lines, "STATUS"), []string{"CANCELLED"}) || !slices.Equal(values(lines, "DTSTART"), []string{"20261203T190000Z"}) || values(lines, "TZID") != nil || values(lines, "NAME") != nil {
		t.Errorf("%q", lines)
	}
}

// The clocks of Berlin skip 02:30 on 28 March 2027: what is held at 02:30 each Sunday
// is held at 03:30 then. Dropped or moved, it is named as the rule gives it.
func TestWhatTheClocksSkipIsNamedAsTheRuleGivesIt(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	start := time.Date(2027, 3, 7, 2, 30, 0, 0, berlin)
	skipped := time.Date(2027, 3, 28, 3, 30, 0, 0, berlin)
	plain := time.Date(2027, 3, 14, 2, 30, 0, 0, berlin)
	event := func() Event {
		return Event{UID: "u", Changed: start, Start: start, End: start.Add(time.Hour), Rule: "FREQ=WEEKLY;BYDAY=SU", Summary: "x"}
	}
	dropped := event()
	dropped.Dropped = []time.Time{plain, skipped}
	if got := values(unfolded(t, Calendar{Events: []Event{dropped}}.Bytes()), "EXDATE"); !slices.Equal(got, []string{"20270314T023000", "20270328T023000"}) {
		t.Errorf("dropped: %q", got)
	}
	moved := event()
	moved.Moved = []Moved{{Original: skipped, Start: skipped.Add(8 * time.Hour), End: skipped.Add(9 * time.Hour)}}
	lines := unfolded(t, Calendar{Events: []Event{moved}}.Bytes())
	if got := values(lines, "RECURRENCE-ID"); !slices.Equal(got, []string{"20270328T023000"}) {
		t.Errorf("moved: %q", got)
	}
	if got := values(lines, "DTSTART"); !slices.Contains(got, "20270328T113000") {
		t.Errorf("moved to %q", got)
	}
	// In UTC there is no such time, and where a whole other time is named it stays.
	other := event()
	other.Dropped = []time.Time{plain.Add(time.Hour)}
	if got := values(unfolded(t, Calendar{Events: []Event{other}}.Bytes()), "EXDATE"); !slices.Equal(got, []string{"20270314T033000"}) {
		t.Errorf("another: %q", got)
	}
}

// Whoever reads a zone as it is written, and knows nothing else of it, finds the
// offsets that Go's tables have.
func TestZonesSayWhatClocksShow(t *testing.T) {
	for _, name := range []string{
		"Europe/Athens", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu", "Africa/Casablanca", "Europe/Dublin",
		"America/Santiago", "Pacific/Chatham", "Asia/Gaza", "Africa/Cairo", "Pacific/Kiritimati", "America/St_Johns",
	} {
		l := zone(t, name)
		e := tea(l)
		lines := unfolded(t, Calendar{Events: []Event{e}}.Bytes())
		const hours = 24 * 365 * (yearsAhead - 2)
		for h := 0; h < hours; h += 23 {
			at := e.Start.Add(time.Duration(h) * time.Hour)
			_, want := at.In(l).Zone()
			if got := readOffset(t, lines, at); got != want {
				t.Errorf("%s at %v: %d, want %d\n%s", name, at, got, want, strings.Join(lines, "\n"))
				break
			}
		}
		var rules int
		for _, r := range values(lines, "RRULE") {
			if strings.HasPrefix(r, "FREQ=YEARLY") {
				rules++
			}
		}
		if want := map[string]int{"Europe/Athens": 2, "America/New_York": 2, "Australia/Lord_Howe": 2, "Africa/Casablanca": 0, "Asia/Kathmandu": 0}; rules != want[name] && (want[name] != 0 || name == "Asia/Kathmandu") {
			t.Errorf("%s has %d rules", name, rules)
		}
	}
}

// readOffset is what the observances of the one zone in some lines say of a time.
func readOffset(t *testing.T, lines []string, at time.Time) int {
	t.Helper()
	seconds := func(s string) int {
		n, err := strconv.Atoi(s[1:])
		if err != nil {
			t.Fatal(err)
		}
		n = n/100*3600 + n%100*60
		if s[0] == '-' {
			return -n
		}
		return n
	}
	var newest time.Time
	found := 0
	for len(lines) > 0 {
		line := lines[0]
		lines = lines[1:]
		if line != "BEGIN:STANDARD" && line != "BEGIN:DAYLIGHT" {
			continue
		}
		end := slices.Index(lines, strings.Replace(line, "BEGIN", "END", 1))
		one := lines[:end]
		from, to := seconds(values(one, "TZOFFSETFROM")[0]), seconds(values(one, "TZOFFSETTO")[0])
		starts := append(values(one, "DTSTART"), values(one, "RDATE")...)
		begins, err := time.Parse(local, starts[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range values(one, "RRULE") {
			for year := begins.Year() + 1; year <= at.Year()+1; year++ {
				starts = append(starts, onDay(t, r, year, begins).Format(local))
			}
		}
		for _, s := range starts {
			wall, err := time.Parse(local, s)
			if err != nil {
				t.Fatal(err)
			}
			if when := wall.Add(-time.Duration(from) * time.Second); !when.After(at) && when.After(newest) {
				newest, found = when, to
			}
		}
	}
	return found
}

// onDay is what a rule of the year gives in one.
func onDay(t *testing.T, rule string, year int, begins time.Time) time.Time {
	t.Helper()
	var month int
	var day string
	for part := range strings.SplitSeq(rule, ";") {
		if m, ok := strings.CutPrefix(part, "BYMONTH="); ok {
			month, _ = strconv.Atoi(m)
		}
		if d, ok := strings.CutPrefix(part, "BYDAY="); ok {
			day = d
		}
	}
	n, err := strconv.Atoi(day[:len(day)-2])
	if err != nil {
		t.Fatal(err)
	}
	var all []time.Time
	for d := time.Date(year, time.Month(month), 1, begins.Hour(), begins.Minute(), begins.Second(), 0, time.UTC); int(d.Month()) == month; d = d.AddDate(0, 0, 1) {
		if strings.ToUpper(d.Weekday().String()[:2]) == day[len(day)-2:] {
			all = append(all, d)
		}
	}
	if n < 0 {
		return all[len(all)+n]
	}
	return all[n-1]
}

// Words stay words, whatever is in them.
func FuzzWords(f *testing.F) {
	for _, seed := range []string{"plain", "a\r\nBEGIN:VEVENT\r\nSUMMARY:b", "\\n; , \\", "\x00\x1b\u0085\u2028\tx", strings.Repeat("ά", 200), "\xff\xfe", "a\rb\nc", strings.Repeat("😀,", 60)} {
		f.Add(seed)
	}
	athens := zone(f, "Europe/Athens")
	plain := len(unfolded(f, Calendar{Name: "x", Events: []Event{tea(athens)}}.Bytes()))
	f.Fuzz(func(t *testing.T, words string) {
		e := tea(athens)
		e.UID, e.Summary, e.Location, e.Description, e.URL, e.Rule = "u"+words, words, "l"+words, "d"+words, "https://moot.example/"+words, "FREQ=DAILY;"+words
		lines := unfolded(t, Calendar{Name: "n" + words, Events: []Event{e}}.Bytes())
		if len(lines) != plain {
			t.Fatalf("%d lines, not %d: %q", len(lines), plain, lines)
		}
		if url := values(lines, "URL")[0]; len(strings.Fields(url)) != 1 || strings.Fields(url)[0] != url {
			t.Errorf("an address %q", url)
		}
		want := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(words, "\uFFFD"))
		want = strings.Map(func(r rune) rune {
			if r != '\n' && r != '\t' && (r < 0x20 || r >= 0x7f && r < 0xa0) {
				return -1
			}
			return r
		}, want)
		if got := unescape.Replace(values(lines, "SUMMARY")[0]); got != want {
			t.Errorf("%q comes back as %q", want, got)
		}
	})
}

// RFC 7986, 5.10: an image is an address, with its type, on the event and on each single
// time that was moved.
func TestAnEventHasAnImage(t *testing.T) {
	e := tea(time.UTC)
	e.Image = Image{URL: "https://moot.example/f/1t.jpg\r\nX:y", Type: "image/jpeg\r\n;:\""}
	c := Calendar{Events: []Event{e}}
	if got, want := values(unfolded(t, c.Bytes()), "IMAGE"), "https://moot.example/f/1t.jpgX:y"; !slices.Equal(got, []string{want, want}) || strings.Count(string(c.Bytes()), "IMAGE;VALUE=URI;DISPLAY=BADGE;FMTTYPE=image/jpeg:") != 2 {
		t.Errorf("%q", c.Bytes())
	}
	if got := values(unfolded(t, Calendar{Events: []Event{tea(time.UTC)}}.Bytes()), "IMAGE"); got != nil {
		t.Errorf("none is %q", got)
	}
}
