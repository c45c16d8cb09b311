package meetuppages

import (
	"context"
	"embed"
	"fmt"
	"strconv"
	"time"

	"moot/internal/board"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/meetup"
	"moot/internal/web/page"
)

//go:embed *.html *.css
var files embed.FS

var (
	folder   = page.NewFolder("meetuppages", files)
	cardPart = page.DeclareFragment[card](folder, "meetup")
)

// pages are the folder's pages with what they stand on.
type pages struct {
	meetups *meetup.Meetups
	boards  *board.Boards
}

// New is the folder, on the meetups of a site, and the card that it brings to
// their threads.
func New(meetups *meetup.Meetups, boards *board.Boards) (page.Pages, page.Steps) {
	d := &pages{meetups, boards}
	return page.Pages{
		Folder: folder,
		Site: []page.Route{
			{Pattern: "GET /host/{no}/{token}", Handle: d.hostByLink},
			{Pattern: "POST /host/{no}", Handle: d.change},
		},
		Board: []page.Route{
			{Pattern: "GET /meetups", Handle: d.coming},
			{Pattern: "GET /meetups.ics", Handle: d.calendarOfPlace},
			{Pattern: "GET /meetups/new", Handle: d.askAnnounce},
			{Pattern: "POST /meetups/new", Handle: d.announce},
			{Pattern: "GET /t/{no}/meetup", Handle: d.meetup},
			{Pattern: "POST /t/{no}/meetup", Handle: d.answer},
			{Pattern: "GET /t/{no}/meetup.ics", Handle: d.calendarOfOne},
		},
	}, page.Steps{Card: d.card}
}

// card is a meetup on its thread and in lists.
type card struct {
	meetup.Meetup
	Path string // of its own page
	List bool   // it stands in a list, and its title leads to the thread
	Away bool   // of another place than that whose list it is
	Own  bool   // it stands on its own page, where it is answered
}

// Thread is the address of its thread.
func (c card) Address() string { return fmt.Sprintf("/%s/t/%d", c.Place.Path(), c.Meetup.Thread) }

// Next is the next time that it is held; of one that is over, the first.
func (c card) Next() meetup.Occurrence {
	if len(c.Coming) > 0 {
		return c.Coming[0]
	}
	return meetup.Occurrence{Original: c.Start, Start: c.Start, End: c.Start.Add(time.Duration(c.Minutes) * time.Minute)}
}

// Later are the times after the next, a few of them.
func (c card) Later() []meetup.Occurrence {
	if len(c.Coming) < 2 {
		return nil
	}
	return c.Coming[1:min(len(c.Coming), 4)]
}

func cardOf(m meetup.Meetup) card {
	c := card{Meetup: m}
	c.Path = c.Address() + "/meetup"
	return c
}

// card is shown above the posts of a thread that has one, the same to everybody.
func (d *pages) card(ctx context.Context, thread int64, kind string) (page.Part, error) {
	if kind != meetup.Card {
		return nil, nil
	}
	m, err := d.meetups.Meetup(ctx, thread)
	if err != nil {
		return nil, err
	}
	return cardPart.Of(cardOf(m)), nil
}

// find finds the meetup that a request is about.
func (d *pages) find(q *page.Request) (meetup.Meetup, error) {
	n, err := strconv.ParseInt(q.R.PathValue("no"), 10, 64)
	if err != nil || n < 1 {
		return meetup.Meetup{}, fault.New(fault.NotFound, "meetup.no_meetup")
	}
	m, err := d.meetups.Meetup(q.Context(), n)
	if err == nil && q.Place.Valid() && m.Place != q.Place {
		err = fault.New(fault.NotFound, "meetup.no_meetup")
	}
	return m, err
}

// owner is whoever answers: this browser, where it has a token.
func owner(q *page.Request) key.Actor { return q.Actor() }
