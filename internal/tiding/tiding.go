// Package tiding is what becomes of a meetup after it was announced, as it is told to
// those who wait for it: that a time of it is a day away, that it was moved, is
// elsewhere, isn't held.
//
// It promises that a tiding has what was and what is, so that nobody has to guess what
// changed; that it is numbered for its meetup, so that whoever knows up to which number
// they were told misses none; and that no more is kept than says something still: the
// newest fifty of a meetup, for 60 days.
//
// Which of them still matter is a function without a clock or a database. It owns the
// table meetup_tiding.
package tiding

import (
	"cmp"
	"slices"
	"time"

	"moot/internal/db"
	"moot/internal/lang"
)

// Kind is what became of it.
type Kind int

const (
	Soon       Kind = iota + 1 // a time of it is a day away
	Moved                      // it, or one of its times, is at another time or place
	Dropped                    // one of its times isn't held
	Directions                 // how to find it is another
	CalledOff                  // it isn't held at all
)

// Tiding is one thing that became of a meetup.
type Tiding struct {
	Number          int // from 1, in the order in which they came
	Kind            Kind
	At              time.Time // to the minute
	Occurrence      time.Time // which of its times; zero: all of it
	Was             time.Time // when that was to begin, of all of it the next; zero where that is nothing to it, or it wasn't to be held
	Now             time.Time // when it begins; zero: it isn't held
	WasVenue, Venue string
	Reason          string // why it isn't held at all
	Days            int    // on how many whole days each of its times is; 0 where they have an hour
}

// SameTime reports whether its time stayed as it was.
func (t Tiding) SameTime() bool { return t.Was.Equal(t.Now) }

// SameVenue reports whether its place stayed as it was.
func (t Tiding) SameVenue() bool { return t.WasVenue == t.Venue }

// How long what changed is told, and how much of it is kept.
const (
	shown = 30 * 24 * time.Hour // of a whole meetup that repeats
	kept  = 60 * 24 * time.Hour
	most  = 50 // of one meetup
)

// aspect is when, where, or how one of a meetup's times is found.
type aspect struct {
	occurrence int64
	what       string
}

// Again reports whether a time that was dropped is held after all, or all of it that was
// cancelled.
func (t Tiding) Again() bool { return t.Kind == Moved && t.Was.IsZero() && !t.Now.IsZero() }

// turn is the last of them that says of all of it that it isn't held, or is after all; -1
// where none does. Off reports which.
func turn(all []Tiding) (i int, off bool) {
	for i, t := range slices.Backward(all) {
		if t.Kind == CalledOff || t.Again() && t.Occurrence.IsZero() {
			return i, t.Kind == CalledOff
		}
	}
	return -1, false
}

// changes are the aspects that a tiding is about.
func (t Tiding) changes() (all []aspect) {
	of := t.Occurrence.Unix()
	if t.Kind == Directions {
		return []aspect{{of, "how"}}
	}
	if !t.SameTime() || t.SameVenue() {
		all = append(all, aspect{of, "when"})
	}
	if !t.SameVenue() {
		all = append(all, aspect{of, "where"})
	}
	return all
}

// Standing are those that still say something about what is to come, of when, where and
// how each time the newest only, in order: what was changed of the whole of it, of one
// that repeats for a while; and of a single time until that is over, as it was and as it
// is.
func Standing(all []Tiding, once bool, now time.Time) (left []Tiding) {
	known := map[aspect]bool{}
	for _, t := range slices.Backward(all) {
		switch {
		case t.Kind == Soon || t.Kind == CalledOff:
			continue
		case !slices.ContainsFunc(t.changes(), func(a aspect) bool { return !known[a] }):
			continue
		case t.Occurrence.IsZero() && !once && !now.Before(t.At.Add(shown)):
			continue
		case !t.Occurrence.IsZero() && !t.Was.After(now) && !t.Now.After(now):
			continue
		}
		for _, a := range t.changes() {
			known[a] = true
		}
		left = append(left, t)
	}
	slices.Reverse(left)
	return left
}

// Changes are those that don't only remind.
func Changes(all []Tiding) []Tiding {
	return slices.DeleteFunc(slices.Clone(all), func(t Tiding) bool { return t.Kind == Soon })
}

// Untold words those behind a number, for whoever was told up to there, and says until
// when that is of use; the zero time: for a while. One that is cancelled is told as that
// alone, one that is held after all not as cancelled; and nobody is reminded of what has
// begun.
func Untold(all []Tiding, since int, words *lang.Language, now time.Time) (lines []string, until time.Time) {
	last, off := turn(all)
	for i, t := range all {
		switch {
		case t.Number <= since, off && i != last, !off && t.Kind == CalledOff, t.Kind == Soon && !t.Now.After(now):
			continue
		case t.Kind == Soon && len(lines) == 0:
			until = t.Now
		case t.Kind != Soon:
			until = time.Time{}
		}
		lines = append(lines, t.Words(words, now))
	}
	return lines, until
}

// Words are the tiding in those of a language.
func (t Tiding) Words(words *lang.Language, now time.Time) string {
	when := words.DateTime
	if t.Days > 0 {
		when = words.DateNear
	}
	was, is := when(t.Was, now), when(t.Now, now)
	open := words.T("meetup.where_open")
	venue := cmp.Or(t.Venue, open)
	switch {
	case t.Kind == CalledOff:
		return words.T("meetup.told_cancelled", "reason", t.Reason)
	case t.Kind == Soon:
		return words.T("meetup.told_soon", "date", is, "venue", venue)
	case t.Kind == Dropped:
		return words.T("meetup.told_dropped", "date", was)
	case t.Again():
		return words.T("meetup.told_again", "date", is)
	case t.Kind == Directions:
		return words.T("meetup.told_directions")
	case t.SameTime() && t.SameVenue():
		return words.T("meetup.told_times", "date", is)
	case t.SameTime() && t.WasVenue == "":
		return words.T("meetup.told_where", "venue", venue)
	case t.SameTime():
		return words.T("meetup.told_elsewhere", "venue", venue, "was", t.WasVenue)
	case t.SameVenue():
		return words.T("meetup.told_moved", "date", is, "was", was)
	}
	return words.T("meetup.told_moved_elsewhere", "date", is, "venue", venue, "was", was, "place", cmp.Or(t.WasVenue, open))
}

// Put keeps a tiding of the meetup on a thread, and lets the oldest go.
func (t Tiding) Put(tx *db.Tx, thread int64) error {
	if _, err := tx.Exec(`INSERT INTO meetup_tiding (thread, number, kind, at, occurrence, was_at, now_at, was_venue, now_venue, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		thread, t.Number, int(t.Kind), t.At.Unix(), second(t.Occurrence), second(t.Was), second(t.Now), t.WasVenue, t.Venue, t.Reason); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM meetup_tiding WHERE thread = $1 AND number <= $2`, thread, t.Number-most)
	return err
}

func second(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.Unix()
}

var among = db.ForMany(func(n int) string {
	return `SELECT thread, number, kind, at, occurrence, was_at, now_at, was_venue, now_venue, reason FROM meetup_tiding WHERE thread IN ` + db.Marks(1, 1, make([]string, n)...)
})

// Of are the tidings of the meetups on some threads, db.MostAtOnce at the most, each of
// which has a zone, in order.
func Of(tx *db.Tx, zones map[int64]*time.Location) (map[int64][]Tiding, error) {
	all := map[int64][]Tiding{}
	if len(zones) == 0 {
		return all, nil
	}
	var threads []any
	for thread := range zones {
		threads = append(threads, thread)
	}
	query, args := among.Among(threads)
	_, err := db.All(tx, func(scan db.Scan) (none struct{}, err error) {
		var thread, at, occurrence, was, is int64
		var t Tiding
		if err = scan(&thread, &t.Number, &t.Kind, &at, &occurrence, &was, &is, &t.WasVenue, &t.Venue, &t.Reason); err != nil {
			return none, err
		}
		for to, second := range map[*time.Time]int64{&t.At: at, &t.Occurrence: occurrence, &t.Was: was, &t.Now: is} {
			if second != 0 {
				*to = time.Unix(second, 0).In(zones[thread])
			}
		}
		all[thread] = append(all[thread], t)
		return none, nil
	}, query, args...)
	for _, of := range all {
		slices.SortFunc(of, func(a, b Tiding) int { return cmp.Compare(a.Number, b.Number) })
	}
	return all, err
}

// Forget deletes those of a thread.
func Forget(tx *db.Tx, thread int64) error {
	_, err := tx.Exec(`DELETE FROM meetup_tiding WHERE thread = $1`, thread)
	return err
}

// Sweep deletes those that are past their time.
func Sweep(tx *db.Tx, now time.Time) error {
	_, err := tx.Exec(`DELETE FROM meetup_tiding WHERE at <= $1`, now.Add(-kept).Unix())
	return err
}
