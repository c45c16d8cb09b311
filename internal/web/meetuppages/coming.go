package meetuppages

import (
	"fmt"
	"net/http"
	"strconv"
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
	More     string // address of what comes after these, or ""
	Later    bool   // these aren't the next
}

// dayOf is a day and what is held on it.
type dayOf struct {
	Day time.Time
	All []card
}

// How many meetups a page of a list has, and a calendar at the most.
const (
	atOnce     = 40
	inCalendar = 1000
)

// coming lists what is coming up in a place and in those within it, by the day.
func (d *pages) coming(q *page.Request) error {
	from := after(q)
	all, more, err := d.meetups.Coming(q.Context(), q.Place, from, atOnce)
	if err != nil {
		return err
	}
	path := "/" + q.Place.Path()
	title := comingTitle(q)
	v := &comingView{Place: q.Place, Head: title, Calendar: path + "/meetups.ics", Later: from != meetup.Cursor{}}
	if more != (meetup.Cursor{}) {
		v.More = fmt.Sprintf("%s/meetups?after=%d.%d", path, more.Next, more.Thread)
	}
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
	v.View = page.View{Title: title, Description: title, Trail: q.Trail(page.Crumb{Name: q.T("meetup.coming")}), NoIndex: v.Later}
	return comingPage.Render(q, v)
}

// after is where a list goes on: "NEXT.THREAD", as the page before has it.
func after(q *page.Request) (c meetup.Cursor) {
	next, thread, _ := strings.Cut(q.R.URL.Query().Get("after"), ".")
	n, wrong := strconv.ParseInt(next, 10, 64)
	t, err := strconv.ParseInt(thread, 10, 64)
	if wrong != nil || err != nil {
		return meetup.Cursor{}
	}
	return meetup.Cursor{Next: n, Thread: t}
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
	var all []meetup.Meetup
	for from := (meetup.Cursor{}); ; {
		some, more, err := d.meetups.Coming(q.Context(), q.Place, from, meetup.Most)
		if err != nil {
			return err
		}
		if all = append(all, some...); more == (meetup.Cursor{}) || len(all) >= inCalendar {
			return d.sendCalendar(q, comingTitle(q), all...)
		}
		from = more
	}
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
