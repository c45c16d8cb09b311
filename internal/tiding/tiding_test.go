package tiding

import (
	"fmt"
	"testing"
	"time"

	"moot/internal/lang"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func day(n int) time.Time { return noon.AddDate(0, 0, n) }

func TestWhatStillSaysSomething(t *testing.T) {
	all := []Tiding{
		{Number: 1, Kind: Moved, At: day(0), Was: day(7), Now: day(8), WasVenue: "café", Venue: "café"},
		{Number: 2, Kind: Soon, At: day(0), Occurrence: day(8), Was: day(8), Now: day(8)},
		{Number: 3, Kind: Moved, At: day(1), Was: day(8), Now: day(9), WasVenue: "café", Venue: "hall"},
		{Number: 4, Kind: Directions, At: day(1)},
		{Number: 5, Kind: Moved, At: day(1), Occurrence: day(14), Was: day(14), Now: day(15)},
		{Number: 6, Kind: Dropped, At: day(1), Occurrence: day(21), Was: day(21)},
		{Number: 7, Kind: Moved, At: day(2), Occurrence: day(14), Was: day(15), Now: day(13)},
	}
	for _, c := range []struct {
		once bool
		now  time.Time
		want string
	}{
		{true, day(2), "[3 4 6 7]"},
		{false, day(2), "[3 4 6 7]"},
		{false, day(14), "[3 4 6 7]"}, // the time before is still to come
		{false, day(15), "[3 4 6]"},
		{false, day(21), "[3 4]"},
		{false, day(31), "[]"},
		{true, day(31), "[3 4]"}, // of one that is held once
	} {
		var got []int
		for _, one := range Standing(all, c.once, c.now) {
			got = append(got, one.Number)
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("once %v, on day %d: %v, want %s", c.once, int(c.now.Sub(noon).Hours()/24), got, c.want)
		}
	}
}

func TestWhatSomebodyHasntBeenTold(t *testing.T) {
	english, _ := lang.Lookup("en")
	soon := Tiding{Number: 1, Kind: Soon, Was: day(1), Now: day(1), Venue: "hall", WasVenue: "hall"}
	moved := Tiding{Number: 2, Kind: Moved, Was: day(1), Now: day(2), Venue: "hall", WasVenue: "hall"}
	off := Tiding{Number: 3, Kind: CalledOff, Was: day(2), Venue: "", WasVenue: "hall", Reason: "snow"}
	for _, c := range []struct {
		all   []Tiding
		since int
		now   time.Time
		want  int
		until time.Time
	}{
		{[]Tiding{soon}, 0, noon, 1, day(1)},
		{[]Tiding{soon}, 0, day(1), 0, time.Time{}}, // it has begun
		{[]Tiding{soon}, 1, noon, 0, time.Time{}},
		{[]Tiding{soon, moved}, 0, noon, 2, time.Time{}},
		{[]Tiding{soon, moved}, 1, noon, 1, time.Time{}},
		{[]Tiding{soon, moved, off}, 0, noon, 1, time.Time{}},
		{[]Tiding{soon, moved, off}, 3, noon, 0, time.Time{}},
	} {
		lines, until := Untold(c.all, c.since, english, c.now)
		if len(lines) != c.want || !until.Equal(c.until) {
			t.Errorf("%d tidings since %d: %q until %v", len(c.all), c.since, lines, until)
		}
	}
}

func TestEveryChangeHasWordsOfItsOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range lang.All() {
		for _, one := range []Tiding{
			{Kind: Soon, Now: day(1), Venue: "hall"}, {Kind: Moved, Was: day(1), Now: day(2)}, {Kind: Dropped, Was: day(1)}, {Kind: Directions}, {Kind: CalledOff, Reason: "snow"},
			{Kind: Moved, Was: day(1), Now: day(1)}, {Kind: Moved, Was: day(1), Now: day(1), Venue: "hall"}, {Kind: Moved, Was: day(1), Now: day(1), WasVenue: "café", Venue: "hall"},
			{Kind: Moved, Was: day(1), Now: day(2), WasVenue: "café", Venue: "hall"},
		} {
			words := one.Words(l, noon)
			if words == "" || seen[words] {
				t.Errorf("%s: %+v is %q", l.Code(), one, words)
			}
			seen[words] = true
		}
	}
}
