package convene

import (
	"cmp"
	"slices"
	"time"
)

// Rules are a site's numbers for hands and convenings (ladder.md 1 and 2).
type Rules struct {
	HandLife time.Duration // a hand comes down so long after the week in which it was put up or renewed
	Shown    int           // hands are told of exactly from so many on
	Held     int           // hands that one device holds
	Hands    int           // so many open a convening by themselves
	Ask      int           // so many let one of them open one
	First    int           // days from the opening to the first time that is offered
	Last     int           // and to the last
	Open     time.Duration // how long a convening stands open
	Enough   int           // hands that one time suits close it at once
	Least    int           // hands that the best time must suit
	Growth   int           // more hands than at a closing that came to nothing open it anew
	Rest     time.Duration // and so does time
}

// Defaults are the numbers of ladder.md.
func Defaults() Rules {
	const day = 24 * time.Hour
	return Rules{
		HandLife: 60 * day, Shown: 3, Held: 3, Hands: 5, Ask: 3, First: 5, Last: 16,
		Open: 5 * day, Enough: 5, Least: 3, Growth: 2, Rest: 14 * day,
	}
}

// Reaches are the distances, in km, that the owner of a hand may choose from; 0
// is their city alone.
var Reaches = []int{0, 10, 25, 50, 100}

const week = 7 * 24 * time.Hour

// monday is the beginning of the first whole week since 1970, in UTC.
var monday = time.Date(1970, 1, 5, 0, 0, 0, 0, time.UTC)

// Week is the number of the week that a time lies in: all that is kept of when a
// hand went up.
func Week(t time.Time) int64 {
	since := t.Sub(monday)
	w := int64(since / week)
	if since < 0 && since%week != 0 {
		w--
	}
	return w
}

// Ends is when a hand of a week comes down: the life of a hand after that week's
// end, so that everybody has all of it.
func (r Rules) Ends(w int64) time.Time {
	return monday.Add(time.Duration(w+1)*week + r.HandLife)
}

// expired is the newest week whose hands have come down.
func (r Rules) expired(now time.Time) int64 { return Week(now.Add(-r.HandLife)) - 1 }

// Evening and Afternoon are when the times begin that a convening offers, by the
// city's clocks.
const (
	Evening   = 19
	Afternoon = 15
)

// offered are the days of the week that times are offered on: two evenings and
// two days of the weekend.
var offered = map[time.Weekday]int{time.Tuesday: Evening, time.Thursday: Evening, time.Saturday: Afternoon, time.Sunday: Afternoon}

// notice is how long before a time that wins a convening closes at the latest.
const notice = 3 * time.Hour

// Times are what a convening that opens now offers, in the city's zone and in
// order: the evenings of Tuesday and Thursday and the afternoons of Saturday and
// Sunday, from Rules.First to Rules.Last days ahead, and none that is over or near
// when the convening closes. A time that the city's clocks
// skip is an hour later there (time.Date).
func (r Rules) Times(now time.Time, zone *time.Location) (all []time.Time) {
	y, m, d := now.In(zone).Date()
	for ahead := r.First; ahead <= r.Last; ahead++ {
		noon := time.Date(y, m, d+ahead, 12, 0, 0, 0, zone)
		if hour, ok := offered[noon.Weekday()]; ok {
			if at := time.Date(y, m, d+ahead, hour, 0, 0, 0, zone); !at.Before(now.Add(r.Open + notice)) {
				all = append(all, at)
			}
		}
	}
	return all
}

// Tally is how a choice was marked.
type Tally struct{ Suits, Could, Cant int }

// better orders tallies: more suits, then fewer can't. What comes first among
// equals is for who asks.
func better(a, b Tally) int {
	return cmp.Or(cmp.Compare(b.Suits, a.Suits), cmp.Compare(a.Cant, b.Cant))
}

// Best is the number of the tally that wins: most suits, then fewest can't, then
// the first. -1 where there is none.
func Best(all []Tally) int {
	if len(all) == 0 {
		return -1
	}
	best := 0
	for n := range all {
		if better(all[n], all[best]) < 0 {
			best = n
		}
	}
	return best
}

// Verdict is what becomes of a convening.
type Verdict int

const (
	Stands  Verdict = iota // it goes on
	Meets                  // it becomes a meetup
	Nothing                // it closes, and nothing comes of it for now
)

// Settle judges a convening that closes at a time: how its times are marked, how
// many hands may mark. It closes at once when one time suits Rules.Enough of them
// or all of them; else when its days are over. The number is that of the time that
// won.
func (r Rules) Settle(times []Tally, hands int, closes, now time.Time) (Verdict, int) {
	best := Best(times)
	suits := 0
	if best >= 0 {
		suits = times[best].Suits
	}
	atOnce := suits >= r.Enough || suits >= hands && suits >= r.Least
	if !atOnce && now.Before(closes) {
		return Stands, -1
	}
	if suits < r.Least {
		return Nothing, -1
	}
	return Meets, best
}

// Before is how the last convening of a city ended.
type Before struct {
	Came  bool      // a meetup came of it; also where there was none yet
	At    time.Time // when it closed
	Hands int       // that were up then
}

// Opens reports whether a convening opens by itself in a city with so many hands,
// where none stands open and no meetup is to come.
func (r Rules) Opens(hands int, last Before, now time.Time) bool {
	if hands < r.Hands {
		return false
	}
	return last.Came || hands >= last.Hands+r.Growth || !now.Before(last.At.Add(r.Rest))
}

// Again is when a city is asked anew by itself after a convening that came to nothing.
type Again struct {
	Hands int       // at once, when so many hands are up
	Least int       // later, when so many are
	From  time.Time // from when on that is so
}

// Again is when a convening opens after one that came to nothing (see Opens). Where
// its hands were too few to be told of, as many are meant as they could have been.
func (r Rules) Again(last Before) Again {
	return Again{Hands: max(r.Hands, max(last.Hands, r.Shown-1)+r.Growth), Least: r.Hands, From: last.At.Add(r.Rest)}
}

// MayAsk reports whether one of so many hands may open a convening.
func (r Rules) MayAsk(up Count) bool { return up.Exactly >= r.Ask }

// shown is how a number of hands is told: exactly from Rules.Shown on, and below
// that as a few.
func (r Rules) shown(up int) Count {
	switch {
	case up <= 0:
		return Count{}
	case up < r.Shown:
		return Count{Few: true}
	}
	return Count{Exactly: up}
}

// Count is a number of hands as it may be told.
type Count struct {
	Exactly int  // 0 where it isn't told
	Few     bool // some, and too few to say how many
}

// None reports whether no hand is up.
func (c Count) None() bool { return c == Count{} }

// nearest sorts what lies around by how far it is.
func nearest(all []Near) {
	slices.SortFunc(all, func(a, b Near) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Place.Path(), b.Place.Path()))
	})
}
