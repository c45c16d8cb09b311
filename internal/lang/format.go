package lang

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// The calendar's words are messages like all others, named here whole so that
// the tests see them used.
var (
	weekdays = [7]string{
		"lang.sun", "lang.mon", "lang.tue", "lang.wed", "lang.thu", "lang.fri", "lang.sat",
	}
	months = [12]string{
		"lang.jan", "lang.feb", "lang.mar", "lang.apr", "lang.may", "lang.jun",
		"lang.jul", "lang.aug", "lang.sep", "lang.oct", "lang.nov", "lang.dec",
	}
	monthsAlone = [12]string{
		"lang.month_jan", "lang.month_feb", "lang.month_mar", "lang.month_apr", "lang.month_may", "lang.month_jun",
		"lang.month_jul", "lang.month_aug", "lang.month_sep", "lang.month_oct", "lang.month_nov", "lang.month_dec",
	}
	longWeekdays = [7]string{
		"lang.sunday", "lang.monday", "lang.tuesday", "lang.wednesday", "lang.thursday", "lang.friday", "lang.saturday",
	}
	longMonths = [12]string{
		"lang.january", "lang.february", "lang.march", "lang.april", "lang.may_long", "lang.june",
		"lang.july", "lang.august", "lang.september", "lang.october", "lang.november", "lang.december",
	}
)

// dateArgs are the arguments of the messages that write a date, in t's zone.
func (l *Language) dateArgs(t time.Time) []any {
	return []any{
		"weekday", word(l.T(weekdays[t.Weekday()])),
		"day", word(strconv.Itoa(t.Day())),
		"month", word(l.T(months[t.Month()-1])),
		"year", word(strconv.Itoa(t.Year())),
		"time", word(t.Format("15:04")),
	}
}

// Date is a day in t's own zone: "Sun 22 Nov 2026".
func (l *Language) Date(t time.Time) string { return l.T("lang.date", l.dateArgs(t)...) }

// DateTime is a day and a time in t's own zone, with the year where it isn't
// the one that now is in: "Sun 22 Nov, 18:02".
func (l *Language) DateTime(t, now time.Time) string {
	if t.Year() != now.In(t.Location()).Year() {
		return l.T("lang.date_time_year", l.dateArgs(t)...)
	}
	return l.T("lang.date_time", l.dateArgs(t)...)
}

// DateNear is a day in t's own zone, with the year where it isn't the one that now is
// in: "Sun 22 Nov".
func (l *Language) DateNear(t, now time.Time) string {
	if t.Year() != now.In(t.Location()).Year() {
		return l.Date(t)
	}
	return l.T("lang.date_near", l.dateArgs(t)...)
}

// Span is when something is held that lasts so many whole days, or 0: "Sun 22 Nov, all
// day", "Sun 22 Nov – Tue 24 Nov". Where it has an hour it is when it begins, and when it
// ends where that is more than a day later: "Sun 22 Nov, 18:02", "Sun 22 Nov, 18:02 – Tue
// 24 Nov, 12:00".
func (l *Language) Span(start, end time.Time, days int, now time.Time) string {
	switch {
	case days == 1:
		return l.T("lang.all_day", "date", word(l.DateNear(start, now)))
	case days > 1:
		return l.T("lang.span", "from", word(l.DateNear(start, now)), "to", word(l.DateNear(start.AddDate(0, 0, days-1), now)))
	case end.Sub(start) > day:
		return l.T("lang.span", "from", word(l.DateTime(start, now)), "to", word(l.DateTime(end, now)))
	}
	return l.DateTime(start, now)
}

// Month is the month of t: "December 2026".
func (l *Language) Month(t time.Time) string {
	return l.T("lang.month_year", "month", word(l.T(monthsAlone[t.Month()-1])), "year", word(strconv.Itoa(t.Year())))
}

// MonthShort is the month of t without its year: "Dec".
func (l *Language) MonthShort(t time.Time) string { return l.T(months[t.Month()-1]) }

// WeekdayShort is a day of the week: "Sun".
func (l *Language) WeekdayShort(d time.Weekday) string { return l.T(weekdays[d]) }

// firstDays are the countries in which a week begins with another day than Monday,
// by their ISO 3166-1 codes in lower case (Unicode CLDR 48, weekData).
var firstDays = map[time.Weekday]string{
	time.Friday:   "mv",
	time.Saturday: "af bh dj dz eg iq ir jo kw ly om qa sd sy",
	time.Sunday: "ag as bd br bs bt bw bz ca co dm do et gt gu hk hn id il in is jm jp ke kh kr la mh mm mo mt mx mz ni np pa pe ph pk pr pt py " +
		"sa sg sv th tt tw um us ve vi ws ye za zw",
}

// FirstDay is the day with which a week begins in a country.
func FirstDay(country string) time.Weekday {
	for d, countries := range firstDays {
		if len(country) == 2 && strings.Contains(" "+countries+" ", " "+country+" ") {
			return d
		}
	}
	return time.Monday
}

// Weekday is the day of the week of a time in its own zone, spelt out: "Sunday".
func (l *Language) Weekday(t time.Time) string { return l.T(longWeekdays[t.Weekday()]) }

// DayLong is a day in t's own zone, spelt out, without that of the week: "22 November
// 2026". DateLong has that too.
func (l *Language) DayLong(t time.Time) string {
	return l.T("lang.day_long", "day", word(strconv.Itoa(t.Day())), "month", word(l.T(longMonths[t.Month()-1])), "year", word(strconv.Itoa(t.Year())))
}

// DateLong is a day in t's own zone, spelt out: "Sunday, 22 November 2026".
func (l *Language) DateLong(t time.Time) string {
	return l.T("lang.date_long", "weekday", word(l.Weekday(t)), "day", word(strconv.Itoa(t.Day())), "month", word(l.T(longMonths[t.Month()-1])), "year", word(strconv.Itoa(t.Year())))
}

const day = 24 * time.Hour

// Ago is how long ago something was, in the largest whole unit, rounded down:
// "now" for less than a minute, "12 min", "2 h", "3 days". From some days on a
// Date says more.
func (l *Language) Ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return l.T("lang.ago_now")
	case d < time.Hour:
		return l.T("lang.ago_minutes", "n", int(d/time.Minute))
	case d < day:
		return l.T("lang.ago_hours", "n", int(d/time.Hour))
	}
	return l.T("lang.ago_days", "n", int(d/day))
}

// Duration is how long to wait, in the largest unit and rounded up, so that
// nobody comes back too early: "5 seconds", "2 minutes". Never less than one
// second.
func (l *Language) Duration(d time.Duration) string {
	up := func(unit time.Duration) int { return int((d-1)/unit) + 1 }
	switch {
	case d <= time.Second:
		return l.T("lang.seconds", "n", 1)
	case d <= 59*time.Second:
		return l.T("lang.seconds", "n", up(time.Second))
	case d <= 59*time.Minute:
		return l.T("lang.minutes", "n", up(time.Minute))
	case d <= 23*time.Hour:
		return l.T("lang.hours", "n", up(time.Hour))
	}
	return l.T("lang.days", "n", up(day))
}

// Distance is a distance given in kilometres, rounded: "12 km".
func (l *Language) Distance(km float64) string {
	if km < 1 {
		return l.T("lang.km_under_one")
	}
	return l.T("lang.km", "n", int(math.Round(km)))
}

// List is an enumeration: "a", "a and b", "a, b and c". Items are isolated as
// arguments of T are.
func (l *Language) List(items []string) string {
	if len(items) == 0 {
		return ""
	}
	list := l.isolate(items[0])
	for i, item := range items[1:] {
		key := "lang.list_more"
		if i == len(items)-2 {
			key = "lang.list_last"
		}
		list = l.T(key, "list", word(list), "item", item)
	}
	return list
}
