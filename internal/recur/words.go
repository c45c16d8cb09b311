package recur

import (
	"time"

	"moot/internal/lang"
)

// inMonth are the words of what is held once a month, by which weekday of it that is,
// the last one last. Each is a message of its own: most languages bend the one word
// after the other.
var inMonth = [5][7]string{
	{"recur.first_sunday", "recur.first_monday", "recur.first_tuesday", "recur.first_wednesday", "recur.first_thursday", "recur.first_friday", "recur.first_saturday"},
	{"recur.second_sunday", "recur.second_monday", "recur.second_tuesday", "recur.second_wednesday", "recur.second_thursday", "recur.second_friday", "recur.second_saturday"},
	{"recur.third_sunday", "recur.third_monday", "recur.third_tuesday", "recur.third_wednesday", "recur.third_thursday", "recur.third_friday", "recur.third_saturday"},
	{"recur.fourth_sunday", "recur.fourth_monday", "recur.fourth_tuesday", "recur.fourth_wednesday", "recur.fourth_thursday", "recur.fourth_friday", "recur.fourth_saturday"},
	{"recur.last_sunday", "recur.last_monday", "recur.last_tuesday", "recur.last_wednesday", "recur.last_thursday", "recur.last_friday", "recur.last_saturday"},
}

// nth is which weekday of its month a day is, from 0; the fifth is the last.
func nth(day time.Time) int { return (day.Day() - 1) / 7 }

// Words say how often something is held whose first time is start, in its zone: "every
// first Tuesday of the month"; "" of what is held once.
func (e Every) Words(l *lang.Language, start time.Time) string {
	switch e {
	case Once:
		return ""
	case Weekly:
		return l.T("recur.week", "weekday", l.Weekday(start))
	case Fortnightly:
		return l.T("recur.fortnight", "weekday", l.Weekday(start))
	case Monthly:
		return l.T(inMonth[nth(start)][start.Weekday()])
	case MonthlyLast:
		return l.T(inMonth[len(inMonth)-1][start.Weekday()])
	}
	return l.T("recur.otherwise")
}
