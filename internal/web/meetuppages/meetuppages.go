package meetuppages

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/media"
	"moot/internal/meetup"
	"moot/internal/text"
	"moot/internal/tiding"
	"moot/internal/web/cache"
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
	meetups  *meetup.Meetups
	boards   *board.Boards
	pictures *media.Pictures
	tray     page.Tray
	clock    *clock.Clock
	locate   page.Locate
}

// New is the folder, on the meetups and the pictures of a site, with what another
// folder draws of where a city is; and what it brings to others: the card of a thread,
// and what is coming up.
func New(meetups *meetup.Meetups, boards *board.Boards, pictures *media.Pictures, locate page.Locate) (page.Pages, page.Steps) {
	d := &pages{meetups, boards, pictures, page.Tray{Pictures: pictures, Rule: boards.Limits().Pictures}, meetups.Clock, locate}
	return page.Pages{
		Folder: folder,
		Site: []page.Route{
			{Pattern: "GET /host/{no}/{token}", Handle: d.hostByLink},
			{Pattern: "POST /host/{no}", Handle: d.change},
		},
		Board: []page.Route{
			{Pattern: "GET /meetups", Handle: d.coming, Shared: aboutBoard},
			{Pattern: "GET /meetups/{month}", Handle: d.month, Shared: aboutBoard},
			{Pattern: "GET /meetups/new", Handle: d.askAnnounce},
			{Pattern: "POST /meetups/new", Handle: d.announce, Files: media.MaxPictures},
			{Pattern: "GET /t/{no}/meetup", Handle: d.meetup},
			{Pattern: "POST /t/{no}/meetup", Handle: d.answer},
			{Pattern: "POST /t/{no}/host", Handle: d.takeOn},
		},
	}, page.Steps{Card: d.card, Soon: d.soon, Gists: d.gists}
}

// aboutBoard is what moves what is coming up in a place.
func aboutBoard(q *page.Request) []cache.Topic { return []cache.Topic{{Board: q.Place.Path()}} }

// card is a meetup on its thread and in lists.
type card struct {
	meetup.Meetup
	Path  string        // of its own page
	List  bool          // it stands in a list, and its title leads to the thread
	Away  bool          // of another place than that whose list it is
	Own   bool          // it stands on its own page, where it is answered
	Draft bool          // it isn't announced yet
	Image string        // address of the picture that stands for it, for programs; "" for none
	Photo *page.Picture // that, where it is shown
	now   time.Time
}

// Apart are the single times that are to come otherwise than the rule says: moved, or
// not held.
func (c card) Apart() (all []meetup.Change) {
	for _, one := range c.Changed {
		if later := one.Original.After(c.now) || one.Start.After(c.now); later && len(all) < 6 && !c.Cancelled {
			all = append(all, one)
		}
	}
	return all
}

// Changes are what was changed, but for the single times that the card tells of apart.
func (c card) Changes() []tiding.Tiding {
	apart := c.Apart()
	return slices.DeleteFunc(slices.Clone(c.Standing), func(t tiding.Tiding) bool {
		return !c.List && slices.ContainsFunc(apart, func(one meetup.Change) bool { return one.Original.Equal(t.Occurrence) })
	})
}

// Told is how it was, with its notes as the posts of a thread are shown.
func (c card) Told() (all []told) {
	for _, a := range c.After[:min(len(c.After), 3)] {
		all = append(all, told{a, written(a.Notes)})
	}
	return all
}

// written is what somebody wrote, as the posts of a thread are shown.
func written(words string) template.HTML {
	return template.HTML(text.Parse(words).HTML(text.Renderer{}))
}

// told is how one of its times was.
type told struct {
	meetup.After
	HTML template.HTML
}

// Thread is the address of its thread.
func (c card) Address() string { return fmt.Sprintf("/%s/t/%d", c.Place.Path(), c.Meetup.Thread) }

// Next is the next time that it is held; of one that is over, the first.
func (c card) Next() meetup.Occurrence {
	if len(c.Coming) > 0 {
		return c.Coming[0]
	}
	return c.First()
}

// Status is how it stands, by its name at schema.org.
func (c card) Status() string {
	switch {
	case c.Cancelled:
		return "https://schema.org/EventCancelled"
	case c.Next().Moved():
		return "https://schema.org/EventRescheduled"
	}
	return "https://schema.org/EventScheduled"
}

// Attendance is that one comes to it, by its name at schema.org.
func (c card) Attendance() string { return "https://schema.org/OfflineEventAttendanceMode" }

// Country is the ISO 3166-1 code of the country it is held in, or "".
func (c card) Country() string { return strings.ToUpper(c.Place.Country().Path()) }

// Later are the times after the next, a few of them.
func (c card) Later() []meetup.Occurrence {
	if len(c.Coming) < 2 {
		return nil
	}
	return c.Coming[1:min(len(c.Coming), 4)]
}

func (d *pages) cardOf(m meetup.Meetup) card {
	c := cardOf(m)
	c.now = d.clock.Now()
	return c
}

func cardOf(m meetup.Meetup) card {
	c := card{Meetup: m}
	c.Path = c.Address() + "/meetup"
	return c
}

// illustrate gives cards the pictures that stand for them: of what their threads open
// with, the first that readers see without asking.
func (d *pages) illustrate(q *page.Request, cards ...*card) error {
	threads := make([]int64, len(cards))
	for i, c := range cards {
		threads[i] = c.Meetup.Thread
	}
	firsts, err := d.pictures.Firsts(q.Context(), threads...)
	for _, c := range cards {
		if a, has := firsts[c.Meetup.Thread]; has {
			shown := page.PictureOf(q.Language, a)
			c.Image, c.Photo = shown.Address, &shown
		}
	}
	return err
}

// card is shown above the posts of a thread that has one, the same to everybody. The
// picture stands in the first of them, and isn't shown twice.
func (d *pages) card(ctx context.Context, thread int64, kind string) (page.Part, error) {
	if kind != meetup.Card {
		return nil, nil
	}
	m, err := d.meetups.Meetup(ctx, thread)
	if err != nil {
		return nil, err
	}
	c := d.cardOf(m)
	firsts, err := d.pictures.Firsts(ctx, thread)
	if a, has := firsts[thread]; has {
		c.Image = "/f/" + a.File()
	}
	return cardPart.Of(c), err
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
