package meetuppages

import (
	"net/http"
	"strings"
	"time"

	"moot/internal/calendar"
	"moot/internal/door"
	"moot/internal/meetup"
	"moot/internal/place"
	"moot/internal/web/page"
)

var comingPage = page.Declare[*comingView](folder, "coming")

// comingView is what is coming up in a place.
type comingView struct {
	page.View
	Place    place.Place
	Head     string
	Days     []dayOf
	Calendar string // address to subscribe to
	New      string // address to announce one
}

// dayOf is a day and what is held on it.
type dayOf struct {
	Day time.Time
	All []card
}

const atOnce = 40

// coming lists what is coming up in a place and in those within it, by the day.
func (d *pages) coming(q *page.Request) error {
	all, _, err := d.meetups.Coming(q.Context(), q.Place, meetup.Cursor{}, atOnce)
	if err != nil {
		return err
	}
	path := "/" + q.Place.Path()
	title := comingTitle(q)
	v := &comingView{Place: q.Place, Head: title, Calendar: path + "/meetups.ics"}
	if q.Place.Kind() == place.City {
		v.New = path + "/meetups/new"
	}
	for _, m := range all {
		c := cardOf(m)
		c.List, c.Away = true, m.Place != q.Place
		day := c.Next().Start
		if n := len(v.Days); n > 0 && sameDay(v.Days[n-1].Day, day) {
			v.Days[n-1].All = append(v.Days[n-1].All, c)
			continue
		}
		v.Days = append(v.Days, dayOf{day, []card{c}})
	}
	v.View = page.View{Title: title, Description: title, Trail: q.Trail(page.Crumb{Name: q.T("meetup.coming")})}
	return comingPage.Render(q, v)
}

func comingTitle(q *page.Request) string {
	if q.Place.Kind() == place.World {
		return q.T("meetup.coming_world")
	}
	return q.T("meetup.coming_title", "place", q.Name(q.Place))
}

func sameDay(a, b time.Time) bool {
	ay, am, ad := a.Date()
	by, bm, bd := b.Date()
	return ay == by && am == bm && ad == bd
}

// calendarOfPlace is what is coming up in a place, for a calendar to subscribe to.
func (d *pages) calendarOfPlace(q *page.Request) error {
	all, _, err := d.meetups.Coming(q.Context(), q.Place, meetup.Cursor{}, meetup.Most)
	if err != nil {
		return err
	}
	return d.sendCalendar(q, comingTitle(q), all...)
}

// calendarOfOne is one meetup, to keep.
func (d *pages) calendarOfOne(q *page.Request) error {
	m, err := d.find(q)
	if err != nil {
		return err
	}
	return d.sendCalendar(q, m.Title, m)
}

func (d *pages) sendCalendar(q *page.Request, name string, all ...meetup.Meetup) error {
	c := calendar.Calendar{Name: name}
	for _, m := range all {
		c.Events = append(c.Events, d.event(q, m))
	}
	body := c.Bytes()
	h := q.W.Header()
	h.Set("Content-Type", calendar.Type)
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", door.Tag(body))
	door.Write(q.W, q.R, http.StatusOK, body)
	return nil
}

// event is a meetup as calendars know it. The exact spot is in it only where
// everybody is told.
func (d *pages) event(q *page.Request, m meetup.Meetup) calendar.Event {
	e := calendar.Event{
		UID: m.UID, Sequence: m.Sequence, Changed: m.ChangedAt, Start: m.Start, End: m.Start.Add(time.Duration(m.Minutes) * time.Minute),
		Rule: m.Rule, Summary: m.Title, Location: m.Venue.Name, Cancelled: m.Cancelled,
	}
	for _, c := range m.Changed {
		if c.Start.IsZero() {
			e.Dropped = append(e.Dropped, c.Original)
		} else {
			e.Moved = append(e.Moved, calendar.Moved{Original: c.Original, Start: c.Start, End: c.Start.Add(time.Duration(m.Minutes) * time.Minute)})
		}
	}
	var words []string
	for _, w := range []string{m.Venue.Directions, m.Spot, m.Venue.Recognise, m.Venue.Cost, m.Reason} {
		if w != "" {
			words = append(words, w)
		}
	}
	e.Description = strings.Join(words, "\n")
	if q.Site.Base != "" {
		e.URL = q.Site.Base + cardOf(m).Address()
	}
	return e
}
