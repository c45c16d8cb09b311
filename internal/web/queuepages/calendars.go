package queuepages

import (
	"net/http"
	"strconv"
	"strings"

	"moot/internal/fault"
	"moot/internal/origin"
	"moot/internal/web/page"
)

var calendarsPage = page.Declare[*calendarsView](folder, "calendars")

// calendarsView is the calendars that the site looks at, for a steward.
type calendarsView struct {
	page.View
	Head     string
	Closed   bool // this browser was not let in
	Done     string
	List     []followed
	City     string // as typed
	Name     string
	Address  string // as typed, where it was refused; one that is followed is shown to nobody
	Public   bool
	Problems page.Problems
}

// followed is such a calendar as the page shows it.
type followed struct {
	origin.Followed
	Why string
}

func (d *door) calendars(q *page.Request) error {
	v := &calendarsView{}
	switch q.R.URL.Query().Get("done") {
	case "followed":
		v.Done = q.T("origin.followed")
	case "stopped":
		v.Done = q.T("origin.unfollowed")
	}
	return d.showCalendars(q, v)
}

func (d *door) showCalendars(q *page.Request, v *calendarsView) error {
	actor, err := d.steward(q)
	if err != nil {
		return err
	}
	v.Head = q.T("origin.calendars")
	if !actor.Steward() {
		v.Done = ""
	}
	if v.Closed = !actor.Steward(); v.Closed {
		v.Status = http.StatusForbidden
	} else {
		all, err := d.origins.Follows(q.Context(), actor)
		if err != nil {
			return err
		}
		for _, f := range all {
			one := followed{Followed: f}
			if f.Why != nil {
				one.Why = q.Language.Fault(f.Why)
			}
			v.List = append(v.List, one)
		}
	}
	v.View = page.View{
		Title: v.Head, Trail: q.Trail(page.Crumb{Name: q.T("queue.title"), Address: "/queue"}, page.Crumb{Name: v.Head}),
		NoIndex: true, Personal: true, Status: v.Status,
	}
	return calendarsPage.Render(q, v)
}

// changeCalendars does what a steward asks: have a calendar looked at, or no longer.
func (d *door) changeCalendars(q *page.Request) error {
	actor, err := d.steward(q)
	if err != nil {
		return err
	}
	form := q.R.PostForm
	v := &calendarsView{}
	if !actor.Steward() {
		return d.showCalendars(q, v)
	}
	switch do := form.Get("do"); do {
	case "follow":
		v.City, v.Name, v.Address, v.Public = form.Get("place"), form.Get("name"), form.Get("address"), form.Get("public") != ""
		city, known := q.Site.Gazetteer.ByPath(strings.Trim(strings.ToLower(strings.TrimSpace(v.City)), "/"))
		if !known {
			err = fault.New(fault.Invalid, "origin.place").On("place")
		} else {
			_, err = d.origins.Follow(q.Context(), actor, city, v.Name, v.Address, v.Public)
		}
		if err == nil {
			return q.Redirect(http.StatusSeeOther, "/queue/calendars?done=followed")
		}
	case "keep", "call-off":
		var number int64
		if number, err = strconv.ParseInt(form.Get("calendar"), 10, 64); err != nil {
			return fault.New(fault.Invalid, "queue.act")
		}
		if err = d.origins.Unfollow(q.Context(), actor, number, do == "call-off"); err == nil || fault.Is(err, fault.NotFound) {
			return q.Redirect(http.StatusSeeOther, "/queue/calendars?done=stopped")
		}
	default:
		err = fault.New(fault.Invalid, "queue.act")
	}
	if err != nil {
		problems, mendable := q.Problems(err)
		if !mendable {
			return err
		}
		v.Problems, v.Status = problems, page.StatusOf(err)
	}
	return d.showCalendars(q, v)
}
