package main

import (
	"moot/internal/board"
	"moot/internal/convene"
	"moot/internal/db"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/meetup"
	"moot/internal/place"
)

// convenedMinutes is how long a meetup is taken to last that a convening has found.
const convenedMinutes = 120

// openLadder makes the steps from a board to a meeting, each of which knows nothing
// of the others: what a convening finds becomes a meetup, and when that is over the
// hands that are up are asked again.
func (s *site) openLadder(name string, languages []*lang.Language) {
	words := func(p place.Place) *lang.Language { return lang.SpokenIn(p.Country().Path(), languages) }
	s.meetups = meetup.New(meetup.Settings{
		DB: s.db, Clock: s.clock, Outbox: s.outbox, Places: s.places, Boards: s.boards, Jobs: s.jobs,
		Over:    func(tx *db.Tx, at string) error { return s.jobs.Add(tx, convene.LookJob, at, s.clock.Now()) },
		MayHost: func(tx *db.Tx, hand key.Actor, at string) (bool, error) { return s.ladder.MayAct(tx, hand, at) },
	})
	s.boards.Bare = func(tx *db.Tx, t board.Target, card string) (bool, error) {
		if card != meetup.Card {
			return false, nil
		}
		at, ok := s.places.ByPath(t.Place)
		if !ok {
			at = s.places.World()
		}
		return s.meetups.Bare(tx, t, words(at).T("meetup.taken_back"))
	}
	s.ladder = convene.New(convene.Settings{
		DB: s.db, Clock: s.clock, Outbox: s.outbox, Places: s.places, Boards: s.boards, Jobs: s.jobs, Rules: convene.Defaults(),
		Name: name, Words: words, ToCome: s.meetups.ToCome,
		Meet: func(tx *db.Tx, a convene.Agreed) error {
			l := words(a.Place)
			d := meetup.Details{
				Title: l.T("meetup.convened", "place", a.Place.Name(l.Tag())), Start: a.At.Format(meetup.ClockForm), Minutes: convenedMinutes,
				Venue: meetup.Venue{Name: a.Venue.Name, Directions: a.Venue.Directions, StepFree: a.Venue.StepFree},
			}
			return s.meetups.Make(tx, a.Thread, d)
		},
	})
}
