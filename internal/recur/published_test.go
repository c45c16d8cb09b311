package recur

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/teambition/rrule-go"
)

// expansion is a rule with the times that it is known to give.
type expansion struct {
	rule  string // of what has days and no hours without those
	start time.Time
	times []time.Time // nil: none are known
}

func published(t *testing.T) (all []expansion) {
	t.Helper()
	b, err := os.ReadFile("testdata/expansions.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(strings.TrimSpace(line), "\t")
		e := expansion{rule: fields[0]}
		clock := fields[1][8:]
		parse := func(s string) time.Time {
			if len(s) > 8 {
				clock = s[8:]
			}
			at, err := time.Parse("20060102T150405", s[:8]+strings.TrimSuffix(max(clock, "T000000"), "Z"))
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			return at
		}
		e.start = parse(fields[1])
		if len(fields[1]) == 8 {
			e.rule = OfDays(e.rule)
		}
		if fields[2] != "-" {
			e.times = []time.Time{}
			for _, s := range strings.Fields(fields[2]) {
				e.times = append(e.times, parse(s))
			}
		}
		all = append(all, e)
	}
	if len(all) != 146 {
		t.Fatalf("%d rules", len(all))
	}
	return all
}

// timeless is the one rule whose publisher gives no times. They are as RFC 5545 has them,
// and as dateutil gives them.
const timeless = "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=30;BYWEEKNO=1;UNTIL=20320101"

// Every rule gives the times that it is published with, those within a day too; and
// what is taken gives them as it is kept, and from any of its times on.
func TestRulesGiveThePublishedTimes(t *testing.T) {
	taken, refused := 0, map[string]int{}
	for _, e := range published(t) {
		name := e.rule + " from " + e.start.Format("20060102T150405")
		if (e.times == nil) != (e.rule == timeless) {
			t.Errorf("%s is published with the times %v", name, e.times)
		}
		if e.times == nil {
			e.times = []time.Time{day(2024, 12, 30), day(2025, 12, 30), day(2030, 12, 30), day(2031, 12, 30)}
		}
		e.gives(t, name, Series{Start: e.start, Rule: strings.TrimSuffix(e.rule, ";")})
		rule, f := Check(e.rule, e.start)
		if f != nil {
			refused[f.Key]++
			continue
		}
		taken++
		s := Series{Start: e.start, Rule: rule}
		e.gives(t, name+", as it is kept", s)
		e.goesOn(t, name, s)
	}
	t.Logf("of 146 published rules %d are taken; of the others: %v", taken, refused)
	// Refused is what is held more than once a day, what doesn't begin with one of its
	// times, and what is longer than a rule may be.
	if want := map[string]int{"meetup.repeat_too_fine": 30, "meetup.repeat_first": 9, "meetup.repeat_unclear": 1}; !maps.Equal(refused, want) {
		t.Errorf("refused are %v, not %v", refused, want)
	}
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// gives sees that a series has the published times, and none beside.
func (e expansion) gives(t *testing.T, name string, s Series) {
	t.Helper()
	if got := s.Originals(e.start, e.start.AddDate(100, 0, 0), len(e.times)+1); !slices.EqualFunc(got, e.times, time.Time.Equal) {
		t.Errorf("%s: %v\nnot %v", name, got, e.times)
	}
}

// goesOn sees that a rule gives the same times from any of them on, and that what is to
// come of it begins with the next one.
func (e expansion) goesOn(t *testing.T, name string, s Series) {
	t.Helper()
	counts := strings.Contains(s.Rule, "COUNT=")
	for i, at := range e.times {
		left := e
		left.start, left.times = at, e.times[i:]
		if !counts {
			left.gives(t, fmt.Sprint(name, ", from ", at), Series{Start: at, Rule: s.Rule})
		}
		ahead, f := Written{Start: s.Start, Rule: s.Rule, Length: time.Hour}.Ahead(at.Add(-time.Second))
		if f != nil {
			t.Errorf("%s, a second before %v: %v", name, at, f)
			continue
		}
		left.gives(t, fmt.Sprint(name, ", ahead of ", at), ahead)
	}
}

// Weeks that begin on Mondays are those of ISO 8601, and all others have four days of
// their year as well.
func TestWeeksOfAYear(t *testing.T) {
	for at := day(1970, 1, 1); at.Year() < 2200; at = at.AddDate(0, 0, 1) {
		wantYear, wantWeek := at.ISOWeek()
		year, week, weeks := weekOfYear(at, rrule.MO)
		if _, last := day(year, 12, 28).ISOWeek(); year != wantYear || week != wantWeek || weeks != last {
			t.Fatalf("%v is in week %d of %d of %d, not %d of %d of %d", at, week, weeks, year, wantWeek, last, wantYear)
		}
	}
	for _, begins := range days {
		for y := 1970; y < 2200; y++ {
			if year, week, _ := weekOfYear(day(y, 1, 4), begins); year != y || week != 1 {
				t.Errorf("4 January %d is in week %d of %d, where weeks begin on %v", y, week, year, begins)
			}
			if first := weekOf(day(y, 1, 4), begins); first.Weekday() != time.Weekday((begins.Day()+1)%7) {
				t.Errorf("the week of 4 January %d begins on %v, not %v", y, first.Weekday(), begins)
			}
		}
	}
}
