package recur

import (
	"strings"
	"testing"
	"time"

	"moot/internal/fault"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// read reads a time that its zone's clocks show once.
func read(t *testing.T, written string, l *time.Location) time.Time {
	t.Helper()
	start, f := Start(written, l)
	if f != nil {
		t.Fatalf("%s: %v", written, f)
	}
	return start
}

const shownForm = "2 Jan 15:04 -0700"

func TestWhenClocksShowATime(t *testing.T) {
	for _, c := range []struct{ zone, wall, want string }{
		{"Europe/Athens", "2027-01-15T19:00", "15 Jan 19:00 +0200"},
		{"Europe/Athens", "2027-07-15T19:00", "15 Jul 19:00 +0300"},
		{"Europe/Athens", "2027-03-28T03:30", "gap 28 Mar 04:30 +0300"},
		{"Europe/Athens", "2027-03-28T02:59", "28 Mar 02:59 +0200"},
		{"Europe/Athens", "2027-03-28T04:00", "28 Mar 04:00 +0300"},
		{"Europe/Athens", "2027-10-31T03:30", "31 Oct 03:30 +0300"}, // shown twice: the first
		{"America/New_York", "2027-03-14T02:00", "gap 14 Mar 03:00 -0400"},
		{"America/New_York", "2027-11-07T01:15", "7 Nov 01:15 -0400"},
		{"America/New_York", "2027-11-07T02:00", "7 Nov 02:00 -0500"},
		{"Australia/Lord_Howe", "2027-10-03T02:15", "gap 3 Oct 02:45 +1100"},
		{"Australia/Lord_Howe", "2027-10-03T02:30", "3 Oct 02:30 +1100"},
		{"Australia/Lord_Howe", "2027-04-04T01:45", "4 Apr 01:45 +1100"},
		{"Australia/Lord_Howe", "2027-04-04T02:00", "4 Apr 02:00 +1030"},
		{"Pacific/Apia", "2011-12-30T12:00", "gap 31 Dec 12:00 +1400"}, // a day that never was
		{"UTC", "2027-03-28T03:30", "28 Mar 03:30 +0000"},
	} {
		wall, err := time.Parse(ClockForm, c.wall)
		if err != nil {
			t.Fatal(err)
		}
		got, exact := At(wall, zone(t, c.zone))
		want, gap := strings.CutPrefix(c.want, "gap ")
		if s := got.Format(shownForm); s != want || exact == gap {
			t.Errorf("%s in %s: %s, exact %v; want %s", c.wall, c.zone, s, exact, c.want)
		}
	}
}

// What repeats keeps its hour, whatever the clocks do.
func TestRepeatsAcrossTheChangeOfClocks(t *testing.T) {
	for _, c := range []struct {
		zone, start string
		every       Every
		want        string
	}{
		{"Europe/Athens", "2027-03-16T19:00", Weekly, "16 Mar 19:00 +0200, 23 Mar 19:00 +0200, 30 Mar 19:00 +0300, 6 Apr 19:00 +0300"},
		{"Europe/Athens", "2027-10-19T19:00", Fortnightly, "19 Oct 19:00 +0300, 2 Nov 19:00 +0200, 16 Nov 19:00 +0200, 30 Nov 19:00 +0200"},
		{"Europe/Athens", "2027-02-28T03:30", MonthlyLast, "28 Feb 03:30 +0200, 28 Mar 04:30 +0300, 25 Apr 03:30 +0300, 30 May 03:30 +0300"}, // skipped once
		{"America/New_York", "2027-02-12T19:00", Monthly, "12 Feb 19:00 -0500, 12 Mar 19:00 -0500, 9 Apr 19:00 -0400, 14 May 19:00 -0400"},
		{"America/New_York", "2027-10-31T01:30", Weekly, "31 Oct 01:30 -0400, 7 Nov 01:30 -0400, 14 Nov 01:30 -0500, 21 Nov 01:30 -0500"},
		{"America/New_York", "2027-09-28T23:30", MonthlyLast, "28 Sep 23:30 -0400, 26 Oct 23:30 -0400, 30 Nov 23:30 -0500, 28 Dec 23:30 -0500"},
		{"Australia/Lord_Howe", "2027-03-23T19:00", Weekly, "23 Mar 19:00 +1100, 30 Mar 19:00 +1100, 6 Apr 19:00 +1030, 13 Apr 19:00 +1030"},
		{"Australia/Lord_Howe", "2027-09-26T02:15", Weekly, "26 Sep 02:15 +1030, 3 Oct 02:45 +1100, 10 Oct 02:15 +1100, 17 Oct 02:15 +1100"},
		{"Australia/Lord_Howe", "2027-08-31T08:00", Monthly, "31 Aug 08:00 +1030, 28 Sep 08:00 +1030, 26 Oct 08:00 +1100, 30 Nov 08:00 +1100"}, // a fifth is the last
		{"Pacific/Kiritimati", "2027-01-04T00:15", Monthly, "4 Jan 00:15 +1400, 1 Feb 00:15 +1400, 1 Mar 00:15 +1400, 5 Apr 00:15 +1400"},
		{"Pacific/Pago_Pago", "2027-01-01T23:45", Weekly, "1 Jan 23:45 -1100, 8 Jan 23:45 -1100, 15 Jan 23:45 -1100, 22 Jan 23:45 -1100"},
	} {
		start := read(t, c.start, zone(t, c.zone))
		s := Series{Start: start, Rule: c.every.Rule(start, time.Time{}, 0), Length: 2 * time.Hour}
		if f := fault.Join(func() *fault.Fault { _, f := Check(s.Rule, start); return f }()); f != nil {
			t.Errorf("%s: %v", s.Rule, f)
		}
		var got []string
		for _, o := range s.Coming(start, 4) {
			got = append(got, o.Start.Format(shownForm))
			if !o.Start.Equal(o.Original) || o.End.Sub(o.Start) != 2*time.Hour || !s.Has(o.Original) {
				t.Errorf("%s: %+v", s.Rule, o)
			}
		}
		if all := strings.Join(got, ", "); all != c.want {
			t.Errorf("%s from %s in %s:\n%s, want\n%s", s.Rule, c.start, c.zone, all, c.want)
		}
	}
}

func TestHowOftenIsReadBack(t *testing.T) {
	start := read(t, "2027-06-08T19:00", zone(t, "Europe/Athens"))
	for _, e := range []Every{Once, Weekly, Fortnightly, Monthly} {
		if got, until, _ := Of(e.Rule(start, time.Time{}, 0), start); got != e || !until.IsZero() {
			t.Errorf("%q is read as %q until %v", e, got, until)
		}
	}
	if got, _, _ := Of("FREQ=WEEKLY;BYDAY=TU,TH", start); got != Otherwise {
		t.Errorf("two days a week are %q", got)
	}
}

func TestRules(t *testing.T) {
	start := read(t, "2027-06-08T19:00", zone(t, "Europe/Athens")) // the second Tuesday
	for rule, want := range map[string]string{
		"FREQ=WEEKLY":                                           "",
		"rrule:freq=weekly;byday=TU,TH":                         "",
		"FREQ=DAILY":                                            "",
		"FREQ=DAILY;COUNT=1000":                                 "",
		"FREQ=MONTHLY;BYDAY=2TU":                                "",
		"FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2":                      "",
		"FREQ=YEARLY":                                           "",
		"FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=8":                    "",
		"FREQ=YEARLY;BYMONTHDAY=8":                              "",
		"FREQ=YEARLY;BYWEEKNO=23":                               "",
		"FREQ=YEARLY;BYYEARDAY=159":                             "",
		"FREQ=WEEKLY;BYDAY=TU,WE;BYSETPOS=1":                    "",
		"FREQ=DAILY;BYSETPOS=-1":                                "",
		"FREQ=WEEKLY;BYDAY=TU;BYHOUR=19;BYMINUTE=0;BYSECOND=0":  "",
		"FREQ=WEEKLY;BYHOUR=19,19":                              "",
		"FREQ=WEEKLY;UNTIL=20270608":                            "",
		"FREQ=WEEKLY;UNTIL=20270608T160000Z":                    "",
		"FREQ=WEEKLY;UNTIL=20270608T155959Z":                    "meetup.until_early",
		"FREQ=WEEKLY;UNTIL=20270607":                            "meetup.until_early",
		"FREQ=SECONDLY":                                         "meetup.repeat_too_fine",
		"FREQ=MINUTELY;COUNT=3":                                 "meetup.repeat_too_fine",
		"FREQ=HOURLY;INTERVAL=24":                               "meetup.repeat_too_fine",
		"FREQ=DAILY;BYHOUR=9,19":                                "meetup.repeat_too_fine",
		"FREQ=WEEKLY;BYMINUTE=1,2,3":                            "meetup.repeat_too_fine",
		"FREQ=DAILY;COUNT=1000000":                              "meetup.repeat_too_many",
		"FREQ=YEARLY;COUNT=1001":                                "meetup.repeat_too_many",
		"FREQ=DAILY;UNTIL=99991231":                             "meetup.repeat_too_many",
		"FREQ=DAILY;UNTIL=20310608T160000Z":                     "meetup.repeat_too_many",
		"FREQ=WEEKLY;BYDAY=WE":                                  "meetup.repeat_first",
		"FREQ=MONTHLY;BYDAY=-1TU":                               "meetup.repeat_first",
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30":                   "meetup.repeat_first",
		"FREQ=WEEKLY;BYHOUR=18":                                 "meetup.repeat_first",
		"FREQ=WEEKLY;BYMINUTE=30":                               "meetup.repeat_first",
		"FREQ=WEEKLY;BYDAY=TU,WE;BYSETPOS=2":                    "meetup.repeat_first",
		"FREQ=YEARLY;BYWEEKNO=24":                               "meetup.repeat_first",
		"FREQ=WEEKLY;BYHOUR=25":                                 "meetup.repeat_unclear",
		"FREQ=MONTHLY;BYWEEKNO=23":                              "meetup.repeat_unclear",
		"FREQ=YEARLY;BYWEEKNO=23;BYDAY=1TU":                     "meetup.repeat_unclear",
		"FREQ=YEARLY;BYWEEKNO=23;BYDAY=TU,WE;BYSETPOS=1":        "meetup.repeat_unclear",
		"FREQ=DAILY;BYYEARDAY=159":                              "meetup.repeat_unclear",
		"FREQ=YEARLY;RSCALE=GREGORIAN":                          "meetup.repeat_unclear",
		"FREQ=YEARLY;SKIP=OMIT":                                 "meetup.repeat_unclear",
		"FREQ=WEEKLY;INTERVAL=2000000000":                       "meetup.repeat_unclear",
		"FREQ=WEEKLY;INTERVAL=-1":                               "meetup.repeat_unclear",
		"FREQ=WEEKLY;COUNT=-1":                                  "meetup.repeat_unclear",
		"FREQ=WEEKLY;BYEASTER=0":                                "meetup.repeat_unclear",
		"FREQ=WEEKLY;DTSTART=20270101":                          "meetup.repeat_unclear",
		"FREQ=WEEKLY\nDTSTART:20270101":                         "meetup.repeat_unclear",
		"FREQ=MONTHLY;BYDAY=99TU":                               "meetup.repeat_unclear",
		"FREQ=MONTHLY;BYMONTHDAY=32":                            "meetup.repeat_unclear",
		"FREQ=OFTEN":                                            "meetup.repeat_unclear",
		"INTERVAL=2":                                            "meetup.repeat_unclear",
		"":                                                      "meetup.repeat_unclear",
		"FREQ=WEEKLY;BYDAY=" + strings.Repeat("TU,", 80) + "TU": "meetup.repeat_unclear",
	} {
		kept, f := Check(rule, start)
		switch {
		case want == "" && f != nil, want != "" && (f == nil || f.Key != want):
			t.Errorf("%q: %v, want %q", rule, f, want)
		case want == "":
			if again, f := Check(kept, start); f != nil || again != kept {
				t.Errorf("%q is kept as %q, and that as %q: %v", rule, kept, again, f)
			}
		}
	}
}

// A rule is kept as it was written, but for the hour, which its first time says, and for
// what a form of ours says: so it is known how often that is, and the hour can be changed.
func TestRulesAreKeptAsTheyWereWritten(t *testing.T) {
	start := read(t, "2027-06-08T19:00", zone(t, "Europe/Athens"))
	for rule, want := range map[string]string{
		"FREQ=WEEKLY;BYDAY=TU;BYHOUR=19;BYMINUTE=0":      "FREQ=WEEKLY;BYDAY=TU",
		"FREQ=YEARLY;BYWEEKNO=23":                        "FREQ=YEARLY;BYWEEKNO=23",
		"FREQ=YEARLY;BYMONTHDAY=8":                       "FREQ=YEARLY;BYMONTHDAY=8",
		"FREQ=WEEKLY;WKST=SU;BYSETPOS=1,1;BYDAY=TU,WE":   "FREQ=WEEKLY;WKST=SU;BYSETPOS=1,1;BYDAY=TU,WE",
		"FREQ=YEARLY;INTERVAL=2;BYWEEKNO=23,23;BYDAY=TU": "FREQ=YEARLY;INTERVAL=2;BYWEEKNO=23,23;BYDAY=TU",
	} {
		if kept, f := Check(rule, start); f != nil || kept != want {
			t.Errorf("%q is kept as %q, %v", rule, kept, f)
		}
	}
	kept, _ := Check("FREQ=WEEKLY;BYDAY=TU;BYHOUR=19;BYMINUTE=0", start)
	if every, _, _ := Of(kept, start); every != Weekly {
		t.Errorf("each Tuesday at seven is %q", every)
	}
	if got := OfDays("FREQ=WEEKLY;byhour=9,10; BYMINUTE=1;BYDAY=TU"); got != "FREQ=WEEKLY;BYDAY=TU" {
		t.Errorf("of days: %q", got)
	}
}

// A rule is cut in two, and the second is held as much earlier or later as its first time.
func TestRulesAreCutAndMoved(t *testing.T) {
	athens := zone(t, "Europe/Athens")
	for _, c := range []struct{ rule, start, at, to, before, after string }{
		{"FREQ=WEEKLY", "2027-06-08T19:00", "2027-06-22T19:00", "2027-06-22T20:30", "FREQ=WEEKLY;UNTIL=20270622T155959Z;BYDAY=TU", "FREQ=WEEKLY;BYDAY=TU"},
		{"FREQ=WEEKLY;BYDAY=TU,SU;BYHOUR=19", "2027-06-08T19:00", "2027-06-20T19:00", "2027-06-22T19:00", "FREQ=WEEKLY;UNTIL=20270620T155959Z;BYDAY=TU,SU", "FREQ=WEEKLY;WKST=WE;BYDAY=TH,TU"},
		{"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;WKST=SU;COUNT=5", "2027-06-07T19:00", "2027-07-05T19:00", "2027-07-02T19:00", "FREQ=WEEKLY;INTERVAL=2;UNTIL=20270705T155959Z;BYDAY=MO", "FREQ=WEEKLY;INTERVAL=2;WKST=FR;COUNT=3;BYDAY=FR"},
		{"FREQ=DAILY;UNTIL=20270620T160000Z", "2027-06-08T19:00", "2027-06-10T19:00", "2027-06-11T20:00", "FREQ=DAILY;UNTIL=20270610T155959Z", "FREQ=DAILY;WKST=TU;UNTIL=20270621T170000Z"},
		{"FREQ=MONTHLY;BYDAY=2TU", "2027-06-08T19:00", "2027-07-13T19:00", "2027-07-13T18:00", "FREQ=MONTHLY;UNTIL=20270713T155959Z;BYDAY=+2TU", "FREQ=MONTHLY;BYDAY=+2TU"},
		{"FREQ=MONTHLY;BYDAY=2TU", "2027-06-08T19:00", "2027-07-13T19:00", "2027-07-14T19:00", "FREQ=MONTHLY;UNTIL=20270713T155959Z;BYDAY=+2TU", ""},
		{"FREQ=MONTHLY", "2027-06-08T19:00", "2027-07-08T19:00", "2027-07-09T19:00", "FREQ=MONTHLY;UNTIL=20270708T155959Z", "FREQ=MONTHLY"},
		{"FREQ=DAILY;BYMONTH=6", "2027-06-08T19:00", "2027-06-10T19:00", "2027-06-11T19:00", "FREQ=DAILY;UNTIL=20270610T155959Z;BYMONTH=6", ""},
		{"FREQ=WEEKLY;UNTIL=20270615T160000Z", "2027-06-08T19:00", "2027-06-22T19:00", "", "FREQ=WEEKLY;UNTIL=20270615T160000Z;BYDAY=TU", "none"},
	} {
		start, at := read(t, c.start, athens), read(t, c.at, athens)
		before, next, after, f := Cut(c.rule, start, at)
		if f != nil || before != c.before || next.IsZero() != (c.after == "none") || !next.IsZero() && !next.Equal(at) {
			t.Errorf("%s is cut to %s until %v: %v", c.rule, before, next, f)
		}
		if c.after == "none" {
			continue
		}
		if moved, can := Moved(after, next, read(t, c.to, athens)); can != (c.after != "") || can && moved != c.after {
			t.Errorf("%s goes on as %s, %v, not %s", c.rule, moved, can, c.after)
		}
	}
	if _, _, _, f := Cut("FREQ=HOURLY", read(t, "2027-06-08T19:00", athens), read(t, "2027-06-08T20:00", athens)); f == nil {
		t.Error("what is held each hour is cut")
	}
}

func TestSingleTimesAreMovedAndDropped(t *testing.T) {
	athens := zone(t, "Europe/Athens")
	start := read(t, "2027-03-16T19:00", athens)
	second, third, fourth := read(t, "2027-03-23T19:00", athens), read(t, "2027-03-30T19:00", athens), read(t, "2027-04-06T19:00", athens)
	late := read(t, "2027-04-07T20:00", athens)
	s := Series{Start: start, Rule: Weekly.Rule(start, time.Time{}, 0), Length: time.Hour, Changed: map[int64]int64{second.Unix(): 0, third.Unix(): late.Unix()}}
	got := s.Coming(start, 4)
	if len(got) != 4 || !got[0].Start.Equal(start) || !got[1].Start.Equal(fourth) || !got[2].Start.Equal(late) || !got[2].Original.Equal(third) || !got[2].Moved() || got[3].Start.Format(shownForm) != "13 Apr 19:00 +0300" {
		t.Errorf("%v", got)
	}
	if _, found := s.Find(second); found {
		t.Error("one that was dropped is found")
	}
	if o, found := s.Find(third); !found || !o.Start.Equal(late) {
		t.Errorf("one that was moved: %v", o)
	}
	if _, found := s.Find(late); found {
		t.Error("one is known by where it was moved to")
	}
	// What goes on is there until its end.
	if o := s.Coming(start.Add(time.Hour-time.Nanosecond), 1)[0]; !o.Start.Equal(start) {
		t.Errorf("in its last moment: %v", o)
	}
	if o := s.Coming(start.Add(time.Hour), 1)[0]; !o.Start.Equal(fourth) {
		t.Errorf("at its end: %v", o)
	}
	if all := s.Between(start, fourth, 9); len(all) != 1 {
		t.Errorf("before the fourth: %v", all)
	}
}

// No rule that is taken makes anybody wait, or gives what it shouldn't.
func FuzzRule(f *testing.F) {
	for _, seed := range []string{"FREQ=WEEKLY", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=DAILY;UNTIL=20280101T000000Z", "FREQ=MONTHLY;INTERVAL=520;BYSETPOS=-1;BYDAY=MO,TU,WE,TH,FR;WKST=SU", "FREQ=YEARLY;INTERVAL=2;BYWEEKNO=53,-2;WKST=FR", "FREQ=WEEKLY;BYSETPOS=-1;BYHOUR=9", "FREQ=YEARLY;BYYEARDAY=-1;BYMONTHDAY=31", "FREQ=WEEKLY;COUNT=3;BYMONTH=13"} {
		f.Add(seed, int64(1812470400))
	}
	lordHowe, err := time.LoadLocation("Australia/Lord_Howe")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, rule string, at int64) {
		start := time.Unix(1_700_000_000+(at%100_000_000), 0).In(lordHowe).Truncate(time.Minute)
		kept, fault := Check(rule, start)
		if fault != nil {
			return
		}
		if strings.ContainsAny(kept, "\r\n") {
			t.Errorf("%q is kept as %q", rule, kept)
		}
		all := Series{Start: start, Rule: kept, Length: time.Hour}.Coming(start, 20)
		if len(all) == 0 || !all[0].Start.Equal(start) {
			t.Errorf("%q from %v gives %v", kept, start, all)
		}
		for n, o := range all {
			if n > 0 && !all[n-1].Start.Before(o.Start) {
				t.Errorf("%q: %v after %v", kept, o, all[n-1])
			}
		}
	})
}

// What programs write of what is held every week is said as a form of ours says it.
func TestEveryWeekIsSaidInOneWay(t *testing.T) {
	thursday := time.Date(2026, 12, 3, 19, 0, 0, 0, zone(t, "Europe/Athens"))
	for rule, want := range map[string]Every{
		"FREQ=WEEKLY": Weekly, "FREQ=WEEKLY;INTERVAL=1;WKST=SU": Weekly, "FREQ=WEEKLY;BYDAY=TH;WKST=SU": Weekly, "FREQ=WEEKLY;BYHOUR=19;BYMINUTE=0": Weekly,
		"FREQ=WEEKLY;INTERVAL=2;WKST=SU": Fortnightly, "FREQ=MONTHLY;INTERVAL=1;BYDAY=1TH": Monthly,
		"FREQ=WEEKLY;BYDAY=TH,FR;WKST=SU": Otherwise, "FREQ=WEEKLY;BYMONTH=12": Otherwise, "FREQ=WEEKLY;INTERVAL=3": Otherwise,
	} {
		kept, f := Check(rule, thursday)
		if every, _, _ := Of(kept, thursday); f != nil || every != want {
			t.Errorf("%s is kept as %s, which is %q: %v", rule, kept, every, f)
		}
	}
}
