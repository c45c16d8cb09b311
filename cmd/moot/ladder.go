package main

import (
	"context"
	"time"

	"moot/internal/board"
	"moot/internal/config"
	"moot/internal/convene"
	"moot/internal/db"
	"moot/internal/directory"
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
func (s *site) openLadder(name string, rules convene.Rules, languages []*lang.Language) {
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
	s.origins = origin.New(s.whatIsBrought(origin.Settings{
		DB: s.db, Clock: s.clock, Places: s.places, Boards: s.boards, Jobs: s.jobs,
		Client: outbound.New(outbound.Settings{Hosts: []string{"*"}}), Name: name, Words: words,
	}))
	s.ladder = convene.New(convene.Settings{
		DB: s.db, Clock: s.clock, Outbox: s.outbox, Places: s.places, Boards: s.boards, Jobs: s.jobs, Rules: rules,
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

// meetings are the meetups of the site as its directory knows them.
func (s *site) meetings() directory.Meetings {
	return directory.Meetings{
		All: func(ctx context.Context) (all []directory.Meeting, err error) {
			found, err := s.meetups.Gatherings(ctx)
			for _, g := range found {
				all = append(all, directory.Meeting(g))
			}
			return all, err
		},
		At: func(ctx context.Context, path string) (directory.Meeting, bool, error) {
			g, found, err := s.meetups.GatheringAt(ctx, path)
			return directory.Meeting(g), found, err
		},
	}
}

// rulesOf are a site's numbers for hands and convenings.
func rulesOf(l config.Ladder) convene.Rules {
	const day = 24 * time.Hour
	return convene.Rules{
		HandLife: time.Duration(l.HandDays) * day, Shown: l.Shown, Held: l.Held, Hands: l.Hands, Ask: l.Ask, First: l.First, Last: l.Last,
		Open: time.Duration(l.OpenDays) * day, Enough: l.Enough, Least: l.Least, Growth: l.Growth, Rest: time.Duration(l.RestDays) * day,
	}
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
			Next: f.NextTime(), Often: f.Often(),
			Bring: func(tx *db.Tx, t board.Target, host key.Actor) error { return s.meetups.Bring(tx, t, p, f, host) },
			Again: func(tx *db.Tx, thread int64, host key.Actor) error { return s.meetups.BringAgain(tx, thread, f, host) },
		}, nil
	}
	return o
}
