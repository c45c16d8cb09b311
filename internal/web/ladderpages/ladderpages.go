package ladderpages

import (
	"context"
	"embed"
	"html/template"

	"moot/internal/convene"
	"moot/internal/meetup"
	"moot/internal/place"
	"moot/internal/web/page"
)

//go:embed *.html *.css
var files embed.FS

var folder = page.NewFolder("ladderpages", files)

// door is the folder's pages with what they stand on.
type door struct {
	ladder  *convene.Ladder
	meetups *meetup.Meetups
}

// New is the folder, on the ladder and the meetups of a site, and what it brings to
// the pages of boards.
func New(ladder *convene.Ladder, meetups *meetup.Meetups) (page.Pages, page.Steps) {
	d := &door{ladder, meetups}
	return page.Pages{
		Folder: folder,
		Site: []page.Route{
			{Pattern: "GET /hand/{token}", Handle: d.byLink},
			{Pattern: "POST /hand", Handle: d.change},
		},
		Board: []page.Route{
			{Pattern: "GET /hand", Handle: d.hand},
			{Pattern: "POST /hand", Handle: d.raise},
			{Pattern: "GET /hand/ask", Handle: d.ask},
			{Pattern: "POST /hand/ask", Handle: d.begin},
			{Pattern: "GET /t/{no}/dates", Handle: d.dates},
			{Pattern: "POST /t/{no}/dates", Handle: d.mark},
			{Pattern: "POST /t/{no}/venues", Handle: d.propose},
		},
	}, page.Steps{Strip: d.strip, Card: d.card, Side: d.side}
}

var (
	stripPart = page.DeclareFragment[strip](folder, "strip")
	sidePart  = page.DeclareFragment[strip](folder, "side")
	cardPart  = page.DeclareFragment[card](folder, "convening")
)

// strip is the ladder: how far a city has come.
type strip struct {
	Place     place.Place
	Hands     convene.Count
	Near      *convene.Near // the nearest city with hands, where this one has few
	Convening *card
	Meetup    *meetup.Meetup // that is to come
	Step      int            // the one that is next: 1 hands, 2 a date, 3 to meet
	MayAsk    bool           // one of the hands may ask all for a date
}

// strip is shown beneath the name of a city's board, the same to everybody.
func (d *door) strip(ctx context.Context, p place.Place) (page.Part, error) {
	if p.Kind() != place.City {
		return nil, nil
	}
	s, err := d.step(ctx, p)
	if err != nil {
		return nil, err
	}
	return stripPart.Of(s), nil
}

// side is the same, shown beside the posts of a city's threads.
func (d *door) side(q *page.Request) (template.HTML, error) {
	if q.Place.Kind() != place.City {
		return "", nil
	}
	s, err := d.step(q.Context(), q.Place)
	if err != nil {
		return "", err
	}
	html, err := sidePart.Make(q.Reader, s)
	return template.HTML(html), err
}

// step is how far a city has come.
func (d *door) step(ctx context.Context, p place.Place) (strip, error) {
	s := strip{Place: p, Step: 1}
	here, around, err := d.ladder.Up(ctx, p)
	if err != nil {
		return s, err
	}
	s.Hands = here
	if len(around) > 0 && here.Exactly < d.ladder.Rules.Hands {
		s.Near = &around[0]
	}
	c, any, err := d.ladder.Standing(ctx, p)
	if err != nil {
		return s, err
	}
	if any {
		s.Convening = &card{c, datesPath(c), d.ladder.Rules}
		if c.Open() {
			s.Step = 2
		}
	}
	next, found, err := d.meetups.Next(ctx, p)
	if err != nil {
		return s, err
	}
	if found {
		s.Meetup, s.Step = &next, 3
	}
	s.MayAsk = s.Step == 1 && d.ladder.Rules.MayAsk(here)
	return s, nil
}

// card is a convening on its thread.
type card struct {
	convene.Convening
	Path  string // of the page on which it is marked
	Rules convene.Rules
}

// Won is the choice that won for the time; its number is 0 where none did.
func (c card) Won() convene.Choice { return c.choice(c.At) }

// Where is the choice that won for the place.
func (c card) Where() convene.Choice { return c.choice(c.In) }

func (c card) choice(number int64) convene.Choice {
	found, _ := c.Choice(number)
	return found
}

// card is shown above the posts of a thread that has one, the same to everybody.
func (d *door) card(ctx context.Context, thread int64, kind string) (page.Part, error) {
	if kind != convene.Card {
		return nil, nil
	}
	c, err := d.ladder.Convening(ctx, thread)
	if err != nil {
		return nil, err
	}
	return cardPart.Of(card{c, datesPath(c), d.ladder.Rules}), nil
}
