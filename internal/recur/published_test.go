package recur

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/teambition/rrule-go"
)

// otherwise are the published rules, and when they begin, for which the library that
// counts days gives other times, and why. None of them is taken here, but the first,
// which is read without its last character.
var otherwise = map[string]string{
	"FREQ=WEEKLY;INTERVAL=1;COUNT=2;BYDAY=MO; from 20141006T090000":                              semicolon,
	"FREQ=YEARLY;BYWEEKNO=1,2;UNTIL=20170101T000000Z from 20130101T000000":                       wholeWeek,
	"FREQ=YEARLY;BYMONTHDAY=29;COUNT=3 from 20240229T000000":                                     everyMonth,
	"FREQ=YEARLY;BYMONTHDAY=-29,-1;COUNT=4 from 20240201T000000":                                 everyMonth,
	"FREQ=DAILY;BYMINUTE=1,2,3,4;INTERVAL=2;COUNT=3 from 20241018T000000":                        finer,
	"FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=30;BYWEEKNO=1;UNTIL=20320101 from 20241230T000000":        undone,
	"FREQ=YEARLY;BYWEEKNO=1,2;UNTIL=20170101T000000Z from 20130108T000000":                       wholeWeek,
	"FREQ=YEARLY;BYWEEKNO=1,2;WKST=FR;UNTIL=20170101T000000Z from 20130108T000000":               wholeWeek,
	"FREQ=YEARLY;BYWEEKNO=1,2;UNTIL=20170101T000000Z from 20130107T000000":                       wholeWeek,
	"FREQ=YEARLY;BYWEEKNO=1,2;WKST=TU;UNTIL=20170101T000000Z from 20130107T000000":               wholeWeek,
	"FREQ=YEARLY;BYWEEKNO=1,2;WKST=WE;UNTIL=20170101T000000Z from 20130107T000000":               wholeWeek,
	"FREQ=YEARLY;BYWEEKNO=1,2;WKST=TH;UNTIL=20170101T000000Z from 20130107T000000":               wholeWeek,
	"FREQ=YEARLY;BYWEEKNO=1,2;UNTIL=20170101T000000Z from 20140111T000000":                       wholeWeek,
	"FREQ=YEARLY;BYWEEKNO=1,2;WKST=TU;UNTIL=20180101T000000Z from 20140111T000000":               wholeWeek,
	"FREQ=YEARLY;BYWEEKNO=1,2;WKST=SU;UNTIL=20180101T000000Z from 20140111T000000":               wholeWeek,
	"FREQ=YEARLY;BYWEEKNO=-1,-2;COUNT=2 from 20131224T000000":                                    wholeWeek,
	"FREQ=WEEKLY;BYDAY=MO,TU,SU,SA,TH;BYSETPOS=3,2;COUNT=4 from 20240102T120000":                 restOfWeek,
	"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,3;COUNT=3 from 20241023T000000":                 restOfWeek,
	"FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16,9;BYMINUTE=0,20,40,0;COUNT=2 from 19970902T090000": twice,
	"FREQ=YEARLY;BYWEEKNO=53;COUNT=1 from 20230101T000000":                                       wholeWeek,
	"FREQ=YEARLY;BYWEEKNO=-1,-2;COUNT=5 from 20270102T000000":                                    wholeWeek,
	"FREQ=YEARLY;BYWEEKNO=53;BYDAY=TU,SA;INTERVAL=6;UNTIL=20170101T000000Z from 20100102T000000": otherYear,
	"FREQ=YEARLY;BYWEEKNO=53;BYDAY=TU,SA;INTERVAL=5;UNTIL=20170101T000000Z from 20100102T000000": otherYear,
	"FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO,TU;INTERVAL=3;UNTIL=20320101 from 20241231T000000":          otherYear,
}

const (
	semicolon  = "a semicolon at its end is a fault"
	wholeWeek  = "BYWEEKNO without BYDAY is each day of those weeks, not the one of the first time"
	otherYear  = "the days of a week that belong to the year before or after are counted in another year, where years are left out"
	everyMonth = "BYMONTHDAY without BYMONTH is of every month, not of that of the first time"
	restOfWeek = "BYSETPOS counts from the first time, not from where its week begins"
	finer      = "BYMINUTE makes more times of a day, where FREQ=DAILY is published to leave some out"
	twice      = "an hour or minute that is named twice is held twice"
	undone     = "its publisher doesn't give its times either"
)

// expansion is a rule with the times that it is known to give.
type expansion struct {
	rule  string
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

// given are the times that the library gives by itself, so many at the most.
func (e expansion) given(most int) ([]time.Time, error) {
	o, err := rrule.StrToROption(e.rule)
	if err != nil {
		return nil, err
	}
	o.Dtstart = e.start
	r, err := rrule.NewRRule(*o)
	if err != nil {
		return nil, err
	}
	var all []time.Time
	for next := r.Iterator(); len(all) < most; {
		at, more := next()
		if !more {
			break
		}
		all = append(all, at)
	}
	return all, nil
}

// What the library gives are the published times, but for those that are told of;
// and what is taken here gives the published times always.
func TestRulesGiveThePublishedTimes(t *testing.T) {
	taken, equal, different := 0, 0, 0
	for _, e := range published(t) {
		name := e.rule + " from " + e.start.Format("20060102T150405")
		all, err := e.given(len(e.times) + 1)
		same := err == nil && e.times != nil && slices.EqualFunc(all, e.times, time.Time.Equal)
		why, known := otherwise[name]
		switch {
		case same && known:
			t.Errorf("%s: as published, though it is said that %s", name, why)
		case !same && !known:
			t.Errorf("%s: %v, %v\nnot %v", name, err, all, e.times)
		case same:
			equal++
		default:
			different++
		}
		rule, f := Check(e.rule, e.start)
		if f != nil {
			continue
		}
		taken++
		s := Series{Start: e.start, Rule: rule}
		if got := s.Originals(e.start, e.start.AddDate(60, 0, 0), len(e.times)+1); !slices.EqualFunc(got, e.times, time.Time.Equal) {
			t.Errorf("%s is taken, and gives %v, not %v", name, got, e.times)
		}
	}
	t.Logf("of 146 published rules the library gives the times of %d, and others for %d; %d are taken here", equal, different, taken)
}
