package main

import (
	"moot/internal/convene"
	"moot/internal/lang"
	"moot/internal/place"
)

// openLadder makes the steps from a board to a meeting.
func (s *site) openLadder(languages []*lang.Language) {
	s.ladder = convene.New(convene.Settings{
		DB: s.db, Clock: s.clock, Outbox: s.outbox, Places: s.places, Boards: s.boards, Jobs: s.jobs, Rules: convene.Defaults(),
		Words: func(p place.Place) *lang.Language { return lang.SpokenIn(p.Country().Path(), languages) },
	})
}
