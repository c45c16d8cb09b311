package meetuppages

import (
	"cmp"
	"slices"
	"time"

	"moot/internal/fault"
	"moot/internal/lang"
	"moot/internal/meetup"
	"moot/internal/place"
	"moot/internal/web/page"
)

const (
	// monthForm is how an address names a month.
	monthForm = "2006-01"
	// monthsAhead is how far ahead a month is shown: as far as a meetup may begin.
	monthsAhead = 24
	// monthReads is from how many stretches of meetup.Most a page of a month is made.
	monthReads = 4
)

var monthPage = page.Declare[*monthView](folder, "month")

// monthView is what is held in a place in a month.
type monthView struct {
	page.View
	Above    comingHead
	Weekdays []string
	Weeks    [][7]dayIn
	Any      bool
	Earlier  *monthLink
	Next     *monthLink
	First    string // address of the month's beginning, from a later part of it
	More     string // address of its rest, or ""
}

// monthLink leads to another month.
type monthLink struct{ Name, Address string }

// dayIn is a day of a week that the month has a part of. The zero dayIn is one of
// another month.
type dayIn struct {
	Day   time.Time
	Today bool
	All   []heldOn
}

// Number is which day of the month it is; 0 for one of another.
func (d dayIn) Number() int {
	if d.Day.IsZero() {
		return 0
	}
	return d.Day.Day()
}

// heldOn is a meetup at one of its times, on one of the days of that.
type heldOn struct {
	card
	At meetup.Occurrence
	On time.Time
}

// GoesOn reports whether it began on a day before.
func (h heldOn) GoesOn() bool { return !sameDay(h.On, h.At.Start) }

// daysOf are the days on which a time of a meetup is shown: of what goes on for days each
// of them, and else the one on which it begins.
func daysOf(o meetup.Occurrence) (all []time.Time) {
	last := o.Start
	if o.Days > 0 || o.Long() {
		last = o.End.Add(-1)
	}
	for day := o.Start; len(all) == 0 || !sameDay(all[len(all)-1], last); day = day.AddDate(0, 0, 1) {
		all = append(all, day)
	}
	return all
}

// month shows what is held in a place and in those within it, by the weeks of a month.
func (d *pages) month(q *page.Request) error {
	now := q.Now().In(q.Place.Zone())
	first, err := monthOf(q.R.PathValue("month"), now)
	if err != nil {
		return err
	}
	from := after(q)
	held, more, err := d.heldIn(q, first, from)
	if err != nil {
		return err
	}
	title := monthTitle(q, first)
	v := &monthView{Above: headOf(q, title, "month"), Any: len(held) > 0}
	here := v.Above.Path + "/" + first.Format(monthForm)
	if from != (meetup.Cursor{}) {
		v.First = here
	}
	if more != (meetup.Cursor{}) {
		v.More = here + "?after=" + keyOf(more)
	}
	begins := lang.FirstDay(q.Place.Country().Path())
	for i := range 7 {
		v.Weekdays = append(v.Weekdays, q.Language.WeekdayShort((begins+time.Weekday(i))%7))
	}
	v.Weeks = weeksOf(first, now, begins, held)
	v.Earlier, v.Next = d.monthLink(q, first.AddDate(0, -1, 0), now), d.monthLink(q, first.AddDate(0, 1, 0), now)
	v.View = page.View{
		Title: title, Description: title, NoIndex: true, Feeds: feeds(q),
		Trail: q.Trail(page.Crumb{Name: q.T("meetup.coming"), Address: v.Above.Path}, page.Crumb{Name: q.Language.Month(first)}),
	}
	return monthPage.Render(q, v)
}

// monthOf reads a month that may be shown: its first day, in UTC, where each day has
// a midnight.
func monthOf(written string, now time.Time) (time.Time, error) {
	first, err := time.Parse(monthForm, written)
	switch {
	case err != nil:
		return first, fault.New(fault.NotFound, "meetup.month_unclear")
	case monthsFrom(now, first) < 0:
		return first, fault.New(fault.NotFound, "meetup.month_over")
	case monthsFrom(now, first) > monthsAhead:
		return first, fault.New(fault.NotFound, "meetup.month_far")
	}
	return first, nil
}

// monthsFrom is how many months lie between two times.
func monthsFrom(a, b time.Time) int {
	return 12*(b.Year()-a.Year()) + int(b.Month()) - int(a.Month())
}

func (d *pages) monthLink(q *page.Request, first, now time.Time) *monthLink {
	if n := monthsFrom(now, first); n < 0 || n > monthsAhead {
		return nil
	}
	return &monthLink{q.Language.Month(first), "/" + q.Place.Path() + "/meetups/" + first.Format(monthForm)}
}

func monthTitle(q *page.Request, first time.Time) string {
	if q.Place.Kind() == place.World {
		return q.T("meetup.month_title_world", "month", q.Language.Month(first))
	}
	return q.T("meetup.month_title", "place", q.Name(q.Place), "month", q.Language.Month(first))
}

// aDayAround is how far the clocks of the earth are apart from any of them, and more.
const aDayAround = 27 * time.Hour

// heldIn are the times at which meetups are held in a month by their own clocks and that
// aren't over, in their order, and where the rest of it goes on.
func (d *pages) heldIn(q *page.Request, first time.Time, after meetup.Cursor) (all []heldOn, more meetup.Cursor, err error) {
	from, to := first.Add(-aDayAround), first.AddDate(0, 1, 0).Add(aDayAround)
	more = after
	for range monthReads {
		var held []meetup.Held
		held, more, err = d.meetups.Held(q.Context(), q.Place, from, to, more, meetup.Most)
		if err != nil {
			return nil, more, err
		}
		for _, h := range held {
			for _, o := range h.Times {
				c := cardOf(h.Meetup)
				c.Away = h.Place != q.Place
				for _, day := range daysOf(o) {
					began := sameDay(day, o.Start) || !day.Before(q.Now().AddDate(0, 0, -1))
					if day.Format(monthForm) == first.Format(monthForm) && o.End.After(q.Now()) && began {
						all = append(all, heldOn{c, o, day})
					}
				}
			}
		}
		if more == (meetup.Cursor{}) {
			break
		}
	}
	slices.SortStableFunc(all, func(a, b heldOn) int {
		return cmp.Or(cmp.Compare(a.On.Format(meetup.DayForm), b.On.Format(meetup.DayForm)), cmp.Compare(a.At.Start.Format(meetup.ClockForm), b.At.Start.Format(meetup.ClockForm)), cmp.Compare(a.Thread, b.Thread))
	})
	return all, more, nil
}

// weeksOf are the weeks of a month, with what is held on their days.
func weeksOf(first, now time.Time, begins time.Weekday, held []heldOn) (weeks [][7]dayIn) {
	column := int(first.Weekday()-begins+7) % 7
	for day := first; day.Month() == first.Month(); day = day.AddDate(0, 0, 1) {
		if column == 0 || len(weeks) == 0 {
			weeks = append(weeks, [7]dayIn{})
		}
		in := dayIn{Day: day, Today: sameDay(day, now)}
		for len(held) > 0 && sameDay(held[0].On, day) {
			in.All, held = append(in.All, held[0]), held[1:]
		}
		weeks[len(weeks)-1][column] = in
		column = (column + 1) % 7
	}
	return weeks
}
