package convene

import (
	"testing"
	"time"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestWeeks(t *testing.T) {
	for at, want := range map[time.Time]int64{
		time.Date(1970, 1, 5, 0, 0, 0, 0, time.UTC):        0,
		time.Date(1970, 1, 4, 23, 59, 59, 0, time.UTC):     -1,
		time.Date(1970, 1, 11, 23, 59, 59, 0, time.UTC):    0,
		time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC):      2968,
		time.Date(2026, 11, 29, 23, 59, 59, 999, time.UTC): 2968,
	} {
		if got := Week(at); got != want {
			t.Errorf("%v lies in week %d, not %d", at, got, want)
		}
	}
}

// Whoever puts a hand up has it up for 60 days at the least, and a week more at
// the most.
func TestAHandHasItsDays(t *testing.T) {
	r := Defaults()
	for hour := range 24 * 21 {
		up := time.Date(2026, 11, 1, hour, 30, 0, 0, time.UTC)
		ends := r.Ends(Week(up))
		if kept := ends.Sub(up); kept < r.HandLife || kept > r.HandLife+week {
			t.Fatalf("a hand of %v comes down after %v", up, kept)
		}
		if r.expired(ends.Add(-time.Second)) >= Week(up) || r.expired(ends) < Week(up) {
			t.Fatalf("a hand of %v that ends at %v is not swept then", up, ends)
		}
	}
}

func TestTimesThatAreOffered(t *testing.T) {
	athens := zone(t, "Europe/Athens")
	got := Defaults().Times(time.Date(2026, 11, 27, 22, 30, 0, 0, time.UTC), athens) // already Saturday there
	want := []string{"Thu 3 Dec 19:00", "Sat 5 Dec 15:00", "Sun 6 Dec 15:00", "Tue 8 Dec 19:00", "Thu 10 Dec 19:00", "Sat 12 Dec 15:00", "Sun 13 Dec 15:00"}
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for n, at := range got {
		if s := at.Format("Mon 2 Jan 15:04"); s != want[n] || at.Location() != athens {
			t.Errorf("%s, want %s", s, want[n])
		}
	}
	// Every city gets times of its own day, whenever it opens: at least four, none
	// before the fifth day or after the sixteenth.
	for _, name := range []string{"Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "America/Sao_Paulo", "Australia/Lord_Howe", "Europe/Lisbon"} {
		l := zone(t, name)
		for day := range 366 {
			now := time.Date(2026, 1, 1+day, day%24, 17, 0, 0, time.UTC)
			all := Defaults().Times(now, l)
			if len(all) < 4 {
				t.Fatalf("%s, %v: %v", name, now, all)
			}
			midnight := func(at time.Time) time.Time {
				y, m, d := at.In(l).Date()
				return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
			}
			for n, at := range all {
				ahead := int(midnight(at).Sub(midnight(now)) / (24 * time.Hour))
				if ahead < 5 || ahead > 16 || n > 0 && !all[n-1].Before(at) {
					t.Fatalf("%s, %v: %v is %d days ahead", name, now, at, ahead)
				}
				if at.Hour() != Evening && at.Hour() != Afternoon {
					t.Fatalf("%s: %v", name, at)
				}
			}
		}
	}
}

func TestTheBestChoice(t *testing.T) {
	for name, c := range map[string]struct {
		all  []Tally
		want int
	}{
		"none":            {nil, -1},
		"one":             {[]Tally{{}}, 0},
		"most suits":      {[]Tally{{Suits: 1}, {Suits: 3, Cant: 9}, {Suits: 2}}, 1},
		"fewest can't":    {[]Tally{{Suits: 3, Cant: 2}, {Suits: 3, Cant: 1}, {Suits: 3, Cant: 1}}, 1},
		"the earliest":    {[]Tally{{Suits: 3}, {Suits: 3}}, 0},
		"could is no yes": {[]Tally{{Suits: 1, Could: 9}, {Suits: 2}}, 1},
	} {
		if got := Best(c.all); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestHowAConveningCloses(t *testing.T) {
	r := Defaults()
	opened := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	closes := opened.Add(r.Open)
	for name, c := range map[string]struct {
		times []Tally
		hands int
		now   time.Time
		want  Verdict
		won   int
	}{
		"nobody has marked":            {[]Tally{{}, {}}, 5, opened, Stands, -1},
		"four of six":                  {[]Tally{{}, {Suits: 4}}, 6, opened, Stands, -1},
		"five, at once":                {[]Tally{{}, {Suits: 5}}, 20, opened, Meets, 1},
		"all four there are":           {[]Tally{{Suits: 4}}, 4, opened, Meets, 0},
		"all three":                    {[]Tally{{Suits: 3}}, 3, opened, Meets, 0},
		"both of two are too few":      {[]Tally{{Suits: 2}}, 2, opened, Stands, -1},
		"nobody of nobody":             {[]Tally{{}}, 0, opened, Stands, -1},
		"a second before its end":      {[]Tally{{Suits: 4}}, 9, closes.Add(-time.Second), Stands, -1},
		"three at the end":             {[]Tally{{Suits: 1}, {Suits: 3}}, 9, closes, Meets, 1},
		"two at the end":               {[]Tally{{Suits: 2, Could: 7}}, 9, closes, Nothing, -1},
		"nothing was offered":          {nil, 9, closes, Nothing, -1},
		"the better of two":            {[]Tally{{Suits: 5, Cant: 2}, {Suits: 5, Cant: 1}}, 9, opened, Meets, 1},
		"more marks than hands are up": {[]Tally{{Suits: 4}}, 3, opened, Meets, 0},
	} {
		if got, won := r.Settle(c.times, c.hands, closes, c.now); got != c.want || won != c.won {
			t.Errorf("%s: %v, %d, want %v, %d", name, got, won, c.want, c.won)
		}
	}
}

func TestWhenAConveningOpens(t *testing.T) {
	r := Defaults()
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	never := Before{Came: true}
	failed := Before{At: now, Hands: 6}
	for name, c := range map[string]struct {
		hands int
		last  Before
		now   time.Time
		want  bool
	}{
		"four hands":                    {4, never, now, false},
		"five":                          {5, never, now, true},
		"a meetup came of the last":     {5, Before{Came: true, At: now, Hands: 9}, now, true},
		"the last came to nothing":      {6, failed, now, false},
		"one more hand":                 {7, failed, now, false},
		"two more":                      {8, failed, now, true},
		"a second before 14 days":       {6, failed, now.Add(r.Rest - time.Second), false},
		"14 days":                       {6, failed, now.Add(r.Rest), true},
		"14 days, and too few":          {4, failed, now.Add(r.Rest), false},
		"fewer, and then 14 days":       {5, failed, now.Add(r.Rest), true},
		"growth does not help too few ": {4, Before{At: now, Hands: 1}, now, false},
	} {
		if got := r.Opens(c.hands, c.last, c.now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// One lonely hand must not point at a person.
func TestHandsAreCountedFromThreeOn(t *testing.T) {
	r := Defaults()
	for up, want := range map[int]Count{-1: {}, 0: {}, 1: {Few: true}, 2: {Few: true}, 3: {Exactly: 3}, 400: {Exactly: 400}} {
		if got := r.shown(up); got != want || got.None() != (up <= 0) {
			t.Errorf("%d hands are told as %+v", up, got)
		}
	}
}
