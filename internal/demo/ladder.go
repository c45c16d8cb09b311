package demo

import (
	"context"
	"crypto/rand"
	"time"

	"moot/internal/board"
	"moot/internal/convene"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/media"
	"moot/internal/meetup"
	"moot/internal/place"
)

// Steps are what the demo's cities climb on.
type Steps struct {
	Places   *place.Gazetteer
	Pictures *media.Pictures
	Ladder   *convene.Ladder
	Meetups  *meetup.Meetups
}

// The cities of the demo by how far they have come.
const (
	fewHands  = "gr/kilkis"       // and all of them within reach of Thessaloniki
	someHands = "gr/thessaloniki" // one too few
	asked     = "de/leipzig"      // a date is being looked for
	agreed    = "pl/krakow"       // it was found
	announced = "gb/leeds"        // somebody announced a meetup, each week
)

// Seed has cities stand on every step that there is: each of them that has no hands,
// or no meetup, as if it were now.
func (s Steps) Seed(ctx context.Context, now time.Time) error {
	for _, step := range []struct {
		city  string
		climb func(context.Context) error
	}{
		{fewHands, func(ctx context.Context) error { _, err := s.raise(ctx, fewHands, 2, 50); return err }},
		{someHands, func(ctx context.Context) error {
			_, err := s.raise(ctx, someHands, s.Ladder.Rules.Hands-1, 0)
			return err
		}},
		{asked, s.ask},
		{agreed, s.agree},
		{announced, func(ctx context.Context) error { return s.announce(ctx, now) }},
	} {
		if begun, err := s.begun(ctx, step.city); err != nil {
			return err
		} else if begun {
			continue
		}
		if err := step.climb(ctx); err != nil {
			return err
		}
	}
	return nil
}

// begun reports whether a city has climbed before, perhaps not as far as it was to.
func (s Steps) begun(ctx context.Context, path string) (bool, error) {
	p, err := s.at(path)
	if err != nil {
		return false, err
	}
	hands, _, err := s.Ladder.Up(ctx, p)
	if err != nil {
		return false, err
	}
	_, coming, err := s.Meetups.Next(ctx, p)
	return coming || !hands.None(), err
}

func (s Steps) at(path string) (place.Place, error) {
	p, ok := s.Places.ByPath(path)
	if !ok {
		return p, fault.New(fault.NotFound, "place.unknown")
	}
	return p, nil
}

// raise puts hands up in a city.
func (s Steps) raise(ctx context.Context, path string, n, reach int) (owners []key.Actor, err error) {
	p, err := s.at(path)
	if err != nil {
		return nil, err
	}
	for range n {
		who, err := key.Fresh(rand.Reader)
		if err == nil {
			_, err = s.Ladder.Raise(ctx, who, nil, p, reach)
		}
		if err != nil {
			return nil, err
		}
		owners = append(owners, who)
	}
	return owners, nil
}

// convening puts hands up until a convening opens, which gets places to choose from.
func (s Steps) convening(ctx context.Context, path string, hands int, venues ...convene.Venue) ([]key.Actor, convene.Convening, error) {
	owners, err := s.raise(ctx, path, max(hands, s.Ladder.Rules.Hands, s.Ladder.Rules.Enough+1), 0)
	if err != nil {
		return nil, convene.Convening{}, err
	}
	p, err := s.at(path)
	if err != nil {
		return nil, convene.Convening{}, err
	}
	c, _, err := s.Ladder.Standing(ctx, p)
	for _, v := range venues {
		if err == nil {
			err = s.Ladder.Propose(ctx, c.Thread, v, true)
		}
	}
	if err == nil {
		c, err = s.Ladder.Convening(ctx, c.Thread)
	}
	return owners, c, err
}

// agree has hands find a date.
func (s Steps) agree(ctx context.Context) error {
	owners, c, err := s.convening(ctx, agreed, 6, convene.Venue{
		Name: "Biblioteka, kawiarnia w holu", Directions: "Parter, po lewej stronie", Why: "Bez schodów, i nic nie trzeba kupować", StepFree: true, Free: true,
	})
	for _, who := range owners[:s.Ladder.Rules.Enough] {
		if err == nil {
			err = s.Ladder.Mark(ctx, who, c.Thread, map[int64]convene.Answer{c.Times[1].Number: convene.Suits, c.Venues[0].Number: convene.Suits})
		}
	}
	if err != nil {
		return err
	}
	for n, answer := range []meetup.Answer{meetup.Coming, meetup.Coming, meetup.Coming, meetup.Coming, meetup.Maybe} {
		if err := s.Meetups.RSVP(ctx, owners[n], c.Thread, time.Time{}, answer, ""); err != nil {
			return err
		}
	}
	return nil
}

// ask has hands look for a date.
func (s Steps) ask(ctx context.Context) error {
	owners, c, err := s.convening(ctx, asked, 8,
		convene.Venue{Name: "Stadtbibliothek, Café im Erdgeschoss", Directions: "Durch den Haupteingang, dann rechts", Why: "Stufenlos, und niemand muss etwas kaufen", StepFree: true, Free: true},
		convene.Venue{Name: "Clara-Zetkin-Park, am Musikpavillon", Why: "Leicht zu finden, und draußen", Free: true})
	if err != nil {
		return err
	}
	for n, who := range owners[:min(6, s.Ladder.Rules.Enough+1)] { // no time suits so many
		marks := map[int64]convene.Answer{c.Venues[n%2].Number: convene.Suits}
		for i, choice := range c.Times {
			marks[choice.Number] = []convene.Answer{convene.Suits, convene.Could, convene.Cant, convene.Unmarked}[(n+2*i)%4]
		}
		if err := s.Ladder.Mark(ctx, who, c.Thread, marks); err != nil {
			return err
		}
	}
	return nil
}

// announce announces a meetup for each week.
func (s Steps) announce(ctx context.Context, now time.Time) error {
	p, err := s.at(announced)
	if err != nil {
		return err
	}
	host, err := key.Fresh(rand.Reader)
	if err != nil {
		return err
	}
	table, err := take(ctx, s.Pictures, shownFile{File: "square.jpg", Alt: "A drawing of a square with trees, and people around a table."})
	if err != nil {
		return err
	}
	y, m, d := now.In(p.Zone()).Date()
	t, err := s.Meetups.Announce(ctx, key.Anyone, host, board.NewThread{Place: p, NewPost: board.NewPost{
		Body:     "An hour, no speeches. We go round once and everybody says what their rent was two years ago and what it is now. Bring the letter if you have one.",
		Pictures: []media.New{table},
	}}, meetup.Details{
		Title: "Rent letters, read together", Start: time.Date(y, m, d+4, 18, 30, 0, 0, p.Zone()).Format(meetup.ClockForm), Minutes: 60, Every: meetup.Weekly,
		Venue:  meetup.Venue{Name: "Central Library, first floor café", Directions: "Up the lift by the main entrance, then left", Recognise: "A paper crane on the table", StepFree: true, Cost: "Nothing"},
		Public: true,
	})
	if err != nil {
		return err
	}
	for _, answer := range []meetup.Answer{meetup.Coming, meetup.Coming, meetup.Coming, meetup.Maybe, meetup.Cant} {
		who, err := key.Fresh(rand.Reader)
		if err == nil {
			err = s.Meetups.RSVP(ctx, who, t.Thread, time.Time{}, answer, "")
		}
		if err != nil {
			return err
		}
	}
	return nil
}
