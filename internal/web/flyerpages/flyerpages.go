package flyerpages

import (
	"embed"
	"fmt"
	"net/http"
	"strconv"

	"moot/internal/board"
	"moot/internal/convene"
	"moot/internal/fault"
	"moot/internal/guard"
	"moot/internal/meetup"
	"moot/internal/place"
	"moot/internal/web/page"
)

//go:embed *.html *.css *.js
var files embed.FS

var folder = page.NewFolder("flyerpages", files)

// pages are the folder's pages with what they stand on.
type pages struct {
	boards  *board.Boards
	ladder  *convene.Ladder
	meetups *meetup.Meetups
	press   *press
}

// New is the folder, on what there are flyers of.
func New(boards *board.Boards, ladder *convene.Ladder, meetups *meetup.Meetups) page.Pages {
	d := &pages{boards, ladder, meetups, newPress()}
	return page.Pages{
		Folder: folder,
		Site:   []page.Route{{Pattern: "GET /m/{no}", Handle: d.short}},
		Board: []page.Route{
			{Pattern: "GET /flyer", Handle: d.spread},
			{Pattern: "GET /flyer/{sheet}", Handle: d.sheet, Class: guard.Search},
			{Pattern: "GET /t/{no}/flyer", Handle: d.spread},
			{Pattern: "GET /t/{no}/flyer/{sheet}", Handle: d.sheet, Class: guard.Search},
		},
	}
}

// short leads from a short address to what is there by now: the meetup, the date that
// is being looked for, or the thread.
func (d *pages) short(q *page.Request) error {
	n, err := number(q)
	if err != nil {
		return err
	}
	t, err := d.boards.Find(q.Context(), n)
	if err != nil {
		return err
	}
	path := fmt.Sprintf("/%s/t/%d", t.Place, t.Thread)
	if _, err := d.meetups.Meetup(q.Context(), t.Thread); err == nil {
		return q.Redirect(http.StatusFound, path+"/meetup")
	} else if !fault.Is(err, fault.NotFound) {
		return err
	}
	if c, err := d.ladder.Convening(q.Context(), t.Thread); err == nil && c.Open() {
		return q.Redirect(http.StatusFound, path+"/dates")
	} else if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return q.Redirect(http.StatusFound, t.Path())
}

// number is that of a thread in the address.
func number(q *page.Request) (int64, error) {
	n, err := strconv.ParseInt(q.R.PathValue("no"), 10, 64)
	if err != nil || n < 1 {
		return 0, fault.New(fault.NotFound, "web.no_page")
	}
	return n, nil
}

// subject is what a flyer is about: a meetup, a date that is being looked for, or the
// hands of a city.
type subject struct {
	place     place.Place
	path      string // of its page of flyers
	page      string // that the flyer leads to
	short     string // the address that stands on it
	title     string // "" where the flyer's own words are its title
	over      string // the key of why there is no flyer any more
	meetup    *meetup.Meetup
	convening *convene.Convening
}

// find finds what a request is about.
func (d *pages) find(q *page.Request) (subject, error) {
	if q.R.PathValue("no") == "" {
		if q.Place.Kind() != place.City {
			return subject{}, fault.New(fault.NotFound, "convene.no_city")
		}
		path := "/" + q.Place.Path()
		return subject{place: q.Place, path: path + "/flyer", page: path + "/hand", short: path + "/hand"}, nil
	}
	n, err := number(q)
	if err != nil {
		return subject{}, err
	}
	s := subject{place: q.Place, short: fmt.Sprintf("/m/%d", n)}
	thread := fmt.Sprintf("/%s/t/%d", q.Place.Path(), n)
	s.path = thread + "/flyer"
	m, err := d.meetups.Meetup(q.Context(), n)
	if err == nil && m.Place == q.Place {
		s.page, s.title, s.meetup = thread+"/meetup", m.Title, &m
		switch {
		case m.Cancelled:
			s.over = "flyer.over_cancelled"
		case m.Over():
			s.over = "flyer.over"
		}
		return s, nil
	} else if err != nil && !fault.Is(err, fault.NotFound) {
		return s, err
	}
	c, err := d.ladder.Convening(q.Context(), n)
	if err == nil && c.Place == q.Place {
		s.page, s.convening = thread+"/dates", &c
		if !c.Open() {
			s.over = "flyer.convening_closed"
		}
		return s, nil
	} else if err != nil && !fault.Is(err, fault.NotFound) {
		return s, err
	}
	return s, fault.New(fault.NotFound, "meetup.no_meetup")
}
