package recur_test

import (
	"testing"
	"time"

	"moot/internal/lang"
	"moot/internal/recur"
)

func TestARepeatIsSaidInWords(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 12, n, 19, 0, 0, 0, time.UTC) }
	for _, test := range []struct {
		every  recur.Every
		start  time.Time
		en, el string
	}{
		{recur.Once, day(1), "", ""},
		{recur.Weekly, day(1), "every Tuesday", "κάθε Τρίτη"},
		{recur.Fortnightly, day(5), "every second week, on Saturday", "κάθε δεύτερη εβδομάδα, Σάββατο"},
		{recur.Monthly, day(1), "every first Tuesday of the month", "κάθε πρώτη Τρίτη του μήνα"},
		{recur.Monthly, day(7), "every first Monday of the month", "κάθε πρώτη Δευτέρα του μήνα"},
		{recur.Monthly, day(8), "every second Tuesday of the month", "κάθε δεύτερη Τρίτη του μήνα"},
		{recur.Monthly, day(19), "every third Saturday of the month", "κάθε τρίτο Σάββατο του μήνα"},
		{recur.Monthly, day(28), "every fourth Monday of the month", "κάθε τέταρτη Δευτέρα του μήνα"},
		{recur.Monthly, day(29), "every last Tuesday of the month", "κάθε τελευταία Τρίτη του μήνα"}, // a fifth one, as its rule has it
		{recur.MonthlyLast, day(1), "every last Tuesday of the month", "κάθε τελευταία Τρίτη του μήνα"},
		{recur.Otherwise, day(1), "again and again", "ξανά και ξανά"},
	} {
		for _, l := range lang.All() {
			want := map[string]string{"en": test.en, "el": test.el}[l.Code()]
			if got := test.every.Words(l, test.start); got != want {
				t.Errorf("%s, %q of %s: %q, want %q", l.Code(), test.every, test.start.Format(time.DateOnly), got, want)
			}
		}
	}
}
