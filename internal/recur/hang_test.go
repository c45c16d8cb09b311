package recur

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// hangs is how long nothing takes that ends, on any machine.
const hangs = 30 * time.Second

// Whatever a rule says, what becomes of it is known in the end: those on which others
// hang, those that never come to pass, and the longest lists of everything that is taken.
func TestNoRuleMakesAnybodyWait(t *testing.T) {
	numbers := func(from, to int) string {
		var all []string
		for n := from; n <= to; n++ {
			all = append(all, fmt.Sprint(n))
		}
		return strings.Join(all, ",")
	}
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	total := time.Duration(0)
	for _, rule := range []string{
		"FREQ=DAILY", "FREQ=DAILY;INTERVAL=0", "FREQ=MONTHLY;INTERVAL=0;BYDAY=MO;BYMONTHDAY=1;UNTIL=20261231T200000Z", "FREQ=MONTHLY;BYDAY=0TH;UNTIL=20350101", "FREQ=YEARLY;BYDAY=4TH;BYMONTHDAY=24;BYMONTH=11",
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30,31", "FREQ=MONTHLY;BYDAY=5MO;BYMONTH=2;COUNT=1000", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;COUNT=1000", "FREQ=DAILY;COUNT=1000", "FREQ=DAILY;INTERVAL=520;COUNT=1000",
		"FREQ=YEARLY;INTERVAL=520;COUNT=1000", "FREQ=YEARLY;BYMONTH=" + numbers(1, 12) + ";BYMONTHDAY=" + numbers(1, 31) + ";BYDAY=MO,TU,WE", "FREQ=MONTHLY;BYMONTHDAY=" + numbers(1, 31) + ";BYSETPOS=366", "FREQ=YEARLY;BYDAY=53MO", "FREQ=DAILY;UNTIL=99991231T000000Z",
		"FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6", "FREQ=YEARLY;BYWEEKNO=53;INTERVAL=7;COUNT=1000", "FREQ=YEARLY;INTERVAL=520;BYWEEKNO=53", "FREQ=YEARLY;BYWEEKNO=9;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYWEEKNO=" + numbers(1, 53) + ";BYDAY=MO,TU,WE,TH", "FREQ=YEARLY;BYWEEKNO=-53;BYYEARDAY=366;COUNT=1000",
		"FREQ=WEEKLY;BYSETPOS=366", "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30;BYSETPOS=1;COUNT=9", "FREQ=DAILY;BYSETPOS=2", "FREQ=YEARLY;BYYEARDAY=-366;INTERVAL=519;COUNT=1000", "FREQ=YEARLY;BYMONTHDAY=31;BYDAY=53MO", "FREQ=DAILY;BYHOUR=19;BYMINUTE=0;BYSECOND=0;COUNT=1000", "FREQ=WEEKLY;BYHOUR=" + numbers(0, 23),
		"FREQ=WEEKLY;BYDAY=MO;BYMONTH=13", "FREQ=SECONDLY", "FREQ=DAILY;COUNT=1000000000", "FREQ=DAILY;COUNT=99999999999999999999",
	} {
		for _, start := range []time.Time{time.Date(1970, 1, 1, 19, 0, 0, 0, time.UTC), time.Date(1972, 2, 29, 19, 0, 0, 0, time.UTC), time.Date(2026, 12, 3, 19, 0, 0, 0, time.UTC)} {
			began := time.Now()
			late := time.AfterFunc(hangs, func() { panic(fmt.Sprintf("%s from %v hangs", rule, start)) })
			w := Written{Start: start, Rule: rule, Length: time.Hour}
			for _, t := range w.every(now, 400) {
				w.Changed = append(w.Changed, Change{Original: t})
			}
			s, f := w.Ahead(now)
			if f == nil {
				s.Coming(now, 40)
				Check(s.Rule, s.Start)
			}
			if _, next, left, f := Cut(rule, start, now); f == nil && !next.IsZero() {
				Moved(left, next, next.AddDate(0, 0, 3))
			}
			late.Stop()
			total += time.Since(began)
		}
	}
	t.Logf("%v for all", total)
}

// every are days on which nothing is held.
func (w Written) every(now time.Time, n int) (all []time.Time) {
	for i := range n {
		all = append(all, now.AddDate(0, 0, i))
	}
	return all
}
