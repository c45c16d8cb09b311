package meetuppages

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"moot/internal/meetup"
	"moot/internal/place"
	"moot/internal/web/page"
)

var comingPage = page.Declare[*comingView](folder, "coming")

// comingView is what is coming up in a place.
type comingView struct {
	page.View
	Above comingHead
	Days  []dayOf
	More  string // address of what comes after these, or ""
	Later bool   // these aren't the next
}

// comingHead is what stands above what is coming up, however that is shown.
type comingHead struct {
	Place place.Place
	Head  string
	Path  string // of the list; with ".ics" it is a calendar to subscribe to
	Month string // path of the month
	New   string // address to announce one, or ""
	Now   string // which of the ways it is: "list" or "month"
}

// dayOf is a day and what is held on it.
type dayOf struct {
	Day time.Time
	All []card
}

// atOnce is how many meetups a page of a list has.
const atOnce = 40

// coming lists what is coming up in a place and in those within it, by the day.
func (d *pages) coming(q *page.Request) error {
	if month := q.R.URL.Query().Get("month"); month != "" {
		return q.Redirect(http.StatusSeeOther, "/"+q.Place.Path()+"/meetups/"+url.PathEscape(month))
	}
	from := after(q)
	all, more, err := d.meetups.Coming(q.Context(), q.Place, from, atOnce)
	if err != nil {
		return err
	}
	title := comingTitle(q)
	v := &comingView{Above: headOf(q, title, "list"), Later: from != meetup.Cursor{}}
	if more != (meetup.Cursor{}) {
		v.More = v.Above.Path + "?after=" + keyOf(more)
	}
	cards := make([]card, len(all))
	shown := make([]*card, len(all))
	for i, m := range all {
		cards[i] = cardOf(m)
		cards[i].List, cards[i].Away = true, m.Place != q.Place
		shown[i] = &cards[i]
	}
	if err := d.illustrate(q, shown...); err != nil {
		return err
	}
	for _, c := range cards {
		day := c.Next().Start
		if n := len(v.Days); n > 0 && sameDay(v.Days[n-1].Day, day) {
			v.Days[n-1].All = append(v.Days[n-1].All, c)
			continue
		}
		v.Days = append(v.Days, dayOf{day, []card{c}})
	}
	v.View = page.View{Title: title, Description: title, Trail: q.Trail(page.Crumb{Name: q.T("meetup.coming")}), NoIndex: v.Later, Feeds: feeds(q)}
	return comingPage.Render(q, v)
}

// headOf is what stands above what is coming up in the request's place.
func headOf(q *page.Request, title, now string) comingHead {
	path := "/" + q.Place.Path() + "/meetups"
	h := comingHead{Place: q.Place, Head: title, Path: path, Month: path + "/" + q.Now().In(q.Place.Zone()).Format(monthForm), Now: now}
	if q.Place.Kind() == place.City {
		h.New = path + "/new"
	}
	return h
}

// feeds are what is coming up in the request's place, for programs.
func feeds(q *page.Request) []page.Feed {
	path := "/" + q.Place.Path() + "/meetups"
	return []page.Feed{
		{Name: q.T("feed.title_meetups"), Address: path + ".atom"},
		{Name: q.T("feed.title_calendar"), Address: path + ".ics", Type: "text/calendar"},
		{Name: q.T("feed.title_geojson"), Address: path + ".geojson", Type: "application/geo+json"},
	}
}

// keyOf is where a list goes on, as after reads it.
func keyOf(c meetup.Cursor) string { return fmt.Sprintf("%d.%d", c.Next, c.Thread) }

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
