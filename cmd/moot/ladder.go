package main

import (
	"moot/internal/board"
	"moot/internal/convene"
	"moot/internal/db"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/meetup"
	"moot/internal/origin"
	"moot/internal/outbound"
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
		Over: func(tx *db.Tx, at string) error { return s.jobs.Add(tx, convene.LookJob, at, s.clock.Now()) },
	})
	s.origins = origin.New(s.whatIsBrought(origin.Settings{
		DB: s.db, Clock: s.clock, Places: s.places, Boards: s.boards, Jobs: s.jobs,
		Client: outbound.New(outbound.Settings{Hosts: []string{"*"}}), Name: name, Words: words,
	}))
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

// whatIsBrought has the events of calendars elsewhere become meetups.
func (s *site) whatIsBrought(o origin.Settings) origin.Settings {
	o.Card, o.CallOff, o.Release, o.Known = meetup.Card, s.meetups.CallOff, s.meetups.Release, s.meetups.Known
	o.Fit = func(p place.Place, e origin.Event) (origin.Fitting, error) {
		f, err := s.meetups.Fit(p, meetup.Brought{
			Written: e.Written, Title: e.Title, Venue: meetup.Venue{Name: e.Venue, Directions: e.Directions}, Public: e.Public, Origin: e.Origin,
		})
		if err != nil {
			return origin.Fitting{}, err
		}
		return origin.Fitting{
			Next: f.Next(), Often: f.Often(),
			Bring: func(tx *db.Tx, t board.Target, host key.Actor) error { return s.meetups.Bring(tx, t, p, f, host) },
			Again: func(tx *db.Tx, thread int64, host key.Actor) error { return s.meetups.BringAgain(tx, thread, f, host) },
		}, nil
	}
	return o
}
