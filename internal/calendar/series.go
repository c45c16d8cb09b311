package calendar

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"moot/internal/fault"
	"moot/internal/recur"
)

// Bounds of series that go on otherwise from a time on.
const (
	MostParts = 20                  // of one series
	mostCuts  = 300                 // of a calendar
	mostNamed = 366 * 240           // times by which single ones may be named
	farthest  = 31 * 24 * time.Hour // to which a time may be moved, and all later ones with it
)

// PartUID is by what a part of a series is known; the first has the UID of all of it.
func PartUID(uid string, part int) string {
	if part < 2 {
		return uid
	}
	return fmt.Sprintf("%x/%d", sha256.Sum256([]byte(uid)), part)
}

// whole is what is held of all that has one UID, with what became of its single times:
// one event or, where it was changed from one of them on, one that follows the other.
func (g *gathered) whole() []Found {
	slices.SortStableFunc(g.single, func(a, b one) int { return a.instead.Compare(b.instead) })
	if g.main == nil {
		return []Found{alone(g.single)}
	}
	f, rest := g.main.Found, g.single
	for _, s := range rest {
		f.Wrong = cmp.Or(f.Wrong, s.Wrong)
	}
	if f.Wrong != nil || f.Cancelled {
		return []Found{f}
	}
	var all []Found
	for {
		i := slices.IndexFunc(rest, goesOn)
		if i < 0 {
			all = append(all, f.with(rest))
			break
		}
		before, after, moved := f.with(rest[:i]).cut(rest[i], rest[i+1:])
		if before != nil {
			all = append(all, *before)
		}
		if after == nil {
			break
		}
		f, rest = *after, moved
		if len(all) == MostParts-1 && slices.ContainsFunc(rest, goesOn) {
			f.Wrong = refused("calendar.many_rules", "line", f.Line)
		}
		if f.UID = PartUID(g.main.UID, len(all)+1); f.Wrong != nil {
			all = append(all, f)
			break
		}
	}
	if len(all) > 1 {
		all[0].Parts = len(all)
	}
	return all
}

func goesOn(s one) bool { return s.later }

// cuts are how often what has one UID goes on otherwise.
func (g *gathered) cuts() (n int) {
	for _, s := range g.single {
		if s.later {
			n++
		}
	}
	return n
}

// alone are single times of something that isn't there: an event that is held then, and
// is what the first of them says. How that goes on nobody knows.
func alone(single []one) Found {
	f := single[0].Found
	held := slices.DeleteFunc(slices.Clone(single), func(s one) bool { return s.Cancelled })
	if len(held) > 0 {
		f = held[0].Found
	}
	for i, s := range held {
		if f.Wrong, f.Private = cmp.Or(f.Wrong, s.Wrong), f.Private || s.Private; i > 0 {
			f.Extra = append(f.Extra, s.Start)
		}
	}
	f.Parts = MostParts
	return f
}

// with is an event with what became of some of its times.
func (f Found) with(single []one) Found {
	f.Dropped, f.Moved = slices.Clone(f.Dropped), slices.Clone(f.Moved)
	for _, s := range single {
		switch {
		case s.Cancelled:
			f.Dropped = append(f.Dropped, s.instead)
		case !s.Start.Equal(s.instead):
			f.Moved = append(f.Moved, Moved{s.instead, s.Start, s.End})
		}
	}
	return f
}

// cut ends a series before one of its times, from which on another follows: as much
// earlier or later, with what that time says. Nil are the one or the other where nothing is
// held then. Later are the single times after that one, which are the second's from then on.
func (f Found) cut(s one, later []one) (before, after *Found, _ []one) {
	at := s.instead.In(f.Start.Location())
	left := recur.Series{} // what the rule gives from then on, where it was
	first := f
	if first.Extra, first.Dropped = until(f.Extra, at), until(f.Dropped, at); f.Rule != "" {
		var wrong *fault.Fault
		if first.Rule, left.Start, left.Rule, wrong = recur.Cut(f.Rule, f.Start, at); wrong != nil {
			return &f, nil, nil // which is refused for its rule
		}
	}
	by := recur.Shown(s.Start.In(at.Location())).Sub(recur.Shown(at))
	move := func(t time.Time) time.Time {
		t, _ = recur.At(recur.Shown(t.In(at.Location())).Add(by), at.Location())
		return t
	}
	if f.Start.Before(at) {
		before = &first
	}
	if s.Cancelled {
		if before == nil { // all of it is
			f.Cancelled, before = true, &f
		}
		return before, nil, nil
	}
	next := f.from(s, left, move)
	if by == 0 || len(later) == 0 {
		return before, &next, later
	}
	was := map[int64]bool{} // when it would have been held, by which most programs name single times
	for _, t := range append(left.Originals(at, later[len(later)-1].instead, mostNamed), f.Extra...) {
		was[t.Unix()] = true
	}
	later = slices.Clone(later)
	for i, l := range later {
		if was[l.instead.Unix()] {
			later[i].instead = move(l.instead)
		}
	}
	return before, &next, later
}

// from is a series from one of its times on: what is left of its rule, and the times
// beside that, are moved with it.
func (f Found) from(s one, left recur.Series, move func(time.Time) time.Time) Found {
	next, at := s.Found, s.instead
	next.Summary, next.Location = cmp.Or(s.Summary, f.Summary), cmp.Or(s.Location, f.Location)
	next.Description, next.URL = cmp.Or(s.Description, f.Description), cmp.Or(s.URL, f.URL)
	next.Private = f.Private || s.Private
	next.Extra, next.Dropped = moved(f.Extra, at, move), moved(f.Dropped, at, move)
	next.Start, next.End = move(at), s.End
	ruled := left.Rule != "" && left.Start.Equal(at)
	switch {
	case s.Start.Sub(at).Abs() > farthest:
		next.Wrong = refused("calendar.from_then_on", "line", s.Line)
	case s.Rule != "": // it says itself how it goes on
	case !ruled && !f.Start.Equal(at) && !slices.ContainsFunc(f.Extra, at.Equal):
		next.Wrong = refused("calendar.from_no_time", "line", s.Line)
	case left.Rule != "":
		next.Start = move(left.Start)
		next.End = next.Start.Add(s.End.Sub(s.Start))
		var can bool
		if next.Rule, can = recur.Moved(left.Rule, left.Start, next.Start); !can {
			next.Wrong = refused("calendar.from_then_on", "line", s.Line)
		}
	}
	next.Extra = slices.DeleteFunc(next.Extra, next.Start.Equal) // with which it begins
	return next
}

// until are those of some times that are before one.
func until(all []time.Time, at time.Time) (some []time.Time) {
	for _, t := range all {
		if t.Before(at) {
			some = append(some, t)
		}
	}
	return some
}

// moved are those of some times that aren't before one, each where move has it.
func moved(all []time.Time, at time.Time, move func(time.Time) time.Time) (some []time.Time) {
	for _, t := range all {
		if !t.Before(at) {
			some = append(some, move(t))
		}
	}
	return some
}
