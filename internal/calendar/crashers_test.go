package calendar

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"moot/internal/fault"
)

// crasher is what another reader of calendars crashed or hung on, written anew after
// the report.
type crasher struct{ of, text string }

// crashers are those that are public, as far as they are small.
func crashing() []crasher {
	e := func(of string, lines ...string) crasher {
		return crasher{of, string(wrapped(event(append([]string{"DTSTART:20261203T190000Z"}, lines...)...)))}
	}
	all := []crasher{
		e("libical #140, hangs", "RRULE:FREQ=YEARLY;BYDAY=4TH;BYMONTHDAY=24;BYMONTH=11"),
		{"ical4j #261, loops", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20180915T130000\r\nLOCATION:somewhere\r\nSUMMARY:Reservation\r\n"},
		e("sabre/vobject #90, loops", "RRULE:FREQ=MONTHLY;BYDAY=0TH;INTERVAL=1;UNTIL=20350101"),
		e("node-ical #542, no memory", "RRULE:FREQ=YEARLY;COUNT=1;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYHOUR=0,1,2,3,4,5,6;BYMINUTE=0,1,2,3;BYSECOND=0,1,2"),
		e("dateutil #1441, loops", "RRULE:FREQ=MONTHLY;INTERVAL=0;BYHOUR=0;BYDAY=MO;BYMONTHDAY=1;UNTIL=20261231T200000Z"),
		e("dateutil #1094, hangs", "RRULE:FREQ=MINUTELY", "EXRULE:FREQ=MINUTELY"),
		e("Radicale #2188, hangs", "RRULE:FREQ=DAILY;COUNT=1000000000"),
		{"hoodie/icalendar #91, panics", "BEGIN:"},
		{"luxifer/ical #3, panics", string(wrapped(event("DTSTART;TZID=:20180822T140000")))},
		{"gocal #28, panics", string(wrapped("BEGIN:VEVENT\r\nDTSTART:20080212\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYMONTH=2;BYMONTHDAY=12\r\nURL:http://example.com/lincol\r\n n\r\nEND:VEVENT"))},
		{"golang-ical #48, panics", string(wrapped(event("X-ALT-DESC;FMTTYPE=text/html:<html>\r\n\t<body>\r\n\r\n\t</body>\r\n</html>")))},
		{"golang-ical #111, refuses", string(wrapped("BEGIN:VTIMEZONE\r\nTZID:Europe/Moscow\r\nBEGIN:STANDARD\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE", event("DTSTART;TZID=Europe/Moscow;VALUE=DATE:20240323", "DTSTAMP;TZID=Europe/Moscow:00010101T000000")))},
		e("iCalcreator #35, loops", "BEGIN:VALARM\r\nTRIGGER:-PT99999999999H\r\nEND:VALARM"),
	}
	// What fuzzers found in libical and python's icalendar: names, values and
	// parameters that are cut off, empty, doubled, or not of their kind.
	for of, line := range map[string]string{
		"an empty name": ":", "a name that is cut off": "DTSTA", "no name": ";TZID=x:1", "a parameter that is cut off": "DTSTART;TZID", "a parameter without a value": "DTSTART;TZID=", "a parameter without a name": "DTSTART;=x:1",
		"a quote that is open": `DTSTART;TZID="Europe/Athens:20261203T190000`, "quotes within": `DTSTART;TZID="a"b"c":20261203T190000`, "only a quote": `X;Y=":`, "semicolons": "DTSTART;;;:20261203T190000", "a colon": "DTSTART:",
		"month 13": "DTSTART:20261303T190000Z", "hour 25": "DTSTART:20261203T250000Z", "second 60": "DTSTART:20261231T235960Z", "less than a year": "DTSTART:-0010101T000000", "a letter": "DTSTART:2026120ET190000Z", "two of T": "DTSTART:20261203TT90000",
		"Z without a time": "DTSTART:20261203Z", "no hours": "DTSTART:20261203T", "a long number": "SEQUENCE:" + strings.Repeat("9", 400), "less than none": "SEQUENCE:-2147483649", "half a length": "DURATION:P", "lengths that overflow": "DURATION:P2147483648W", "signs": "DURATION:-+-PT1H",
		"a period without an end": "RDATE;VALUE=PERIOD:20261203T190000Z/", "a period of nothing": "RDATE;VALUE=PERIOD:/", "commas": "EXDATE:,,,,", "a rule of nothing": "RRULE:", "a rule of equals": "RRULE:===;;;=", "a rule twice over": "RRULE:FREQ=DAILY;FREQ=YEARLY;FREQ=DAILY", "a rule that never is": "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
		"a number that is none": "RRULE:FREQ=DAILY;COUNT=1e9", "a week of none": "RRULE:FREQ=YEARLY;BYWEEKNO=0,54,-99", "a day of 400": "RRULE:FREQ=YEARLY;BYYEARDAY=400", "a lone return": "SUMMARY:a\rb", "a fold at the end": "SUMMARY:a\r\n ", "folds of nothing": "SUMMARY:a\r\n \r\n \r\n \r\n ", "a backslash at the end": `SUMMARY:a\`, "bytes of no letter": "SUMMARY:\xff\xfe\xc3", "a letter that is cut off": "SUMMARY:\xf0\x9f", "zeroes": "SUM\x00MARY:\x00",
		"begin of nothing": "BEGIN:", "end of nothing": "END:", "begin of a zone within": "BEGIN:VTIMEZONE", "end of another": "END:VCALENDAR", "a name of bytes": "\xff\xff:\xff", "a zone of its own within": "BEGIN:VTIMEZONE\r\nTZID:x\r\nBEGIN:STANDARD\r\nEND:STANDARD\r\nEND:VTIMEZONE", "an offset of nothing": "TZOFFSETTO:+", "base64 that is none": "ATTACH;ENCODING=BASE64;VALUE=BINARY:=====",
	} {
		all = append(all, e(of, line), crasher{of + ", first", string(wrapped(event(line, "DTSTART:20261203T190000Z")))}, crasher{of + ", outside", string(wrapped(line, event("DTSTART:20261203T190000Z")))})
	}
	return append(all,
		crasher{"zones without an offset", string(wrapped("BEGIN:VTIMEZONE\r\nTZID:x\r\nBEGIN:STANDARD\r\nTZOFFSETTO:+9999\r\nEND:STANDARD\r\nEND:VTIMEZONE", event("DTSTART;TZID=x:20261203T190000")))},
		crasher{"a zone named twice", string(wrapped(strings.Repeat("BEGIN:VTIMEZONE\r\nTZID:x\r\nEND:VTIMEZONE\r\n", 50), event("DTSTART;TZID=x:20261203T190000")))},
		crasher{"nothing but folds", "BEGIN:VCALENDAR" + strings.Repeat("\r\n ", 50_000)},
		crasher{"nothing but ends", strings.Repeat("END:VCALENDAR\r\n", 1000)},
		crasher{"nothing but returns", strings.Repeat("\r", 1<<20)},
		crasher{"nothing but zeroes", strings.Repeat("\x00", 1<<20)},
		crasher{"a parameter without end", "BEGIN:VCALENDAR\r\nA" + strings.Repeat(";B=C", 8000) + ":x\r\nEND:VCALENDAR"},
	)
}

func crashers() (texts []string) {
	for _, c := range crashing() {
		texts = append(texts, c.text)
	}
	return texts
}

// What others crashed on is read or refused with a sentence, soon. MOOT_CRASHERS may
// name a folder of more of them, such as those that libical keeps in its test-data, named
// fuzz…, poc…, crash… and issue…: 49 in March 2026, 53 with 4.0.2, twelve of which are
// cards of people.
func TestWhatOthersCrashOn(t *testing.T) {
	all := crashing()
	if folder := os.Getenv("MOOT_CRASHERS"); folder != "" {
		files, err := filepath.Glob(filepath.Join(folder, "*"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%d files in %s, %v", len(files), folder, err)
		}
		for _, name := range files {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, crasher{filepath.Base(name), string(b)})
		}
	}
	for _, c := range all {
		began := time.Now()
		book, err := Read([]byte(c.text), time.UTC)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: %v", c.of, took)
		}
		if all := fault.Each(err); err != nil && (len(all) != 1 || all[0].Kind != fault.Invalid) {
			t.Errorf("%s: refused with %v", c.of, err)
		}
		if err == nil && len(book.Found) > mostEvents {
			t.Errorf("%s: %d events", c.of, len(book.Found))
		}
	}
	t.Logf("%d inputs", len(all))
}
