package feed

import (
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"time"

	"moot/internal/board"
	"moot/internal/calendar"
	"moot/internal/door"
	"moot/internal/fault"
	"moot/internal/meetup"
	"moot/internal/place"
	"moot/internal/tiding"
)

// listed is how many meetups a page of a list has for programs.
const listed = 40

// comingUp is the address of what is coming up in a place.
func comingUp(p place.Place) string { return "/" + p.Path() + "/meetups" }

// addressOf is the path of a meetup's thread.
func addressOf(m meetup.Meetup) string { return fmt.Sprintf("/%s/t/%d", m.Place.Path(), m.Thread) }

// titleComing is what a list of meetups is called.
func (r *reading) titleComing(p place.Place) string {
	if p.Kind() == place.World {
		return r.T("meetup.coming_world")
	}
	return r.T("meetup.coming_title", "place", r.name(p))
}

// after is where a list of meetups goes on: "NEXT.THREAD", as keyOf writes it.
func after(a *door.Asked) (c meetup.Cursor) {
	next, thread, _ := strings.Cut(a.R.URL.Query().Get("after"), ".")
	n, wrong := strconv.ParseInt(next, 10, 64)
	t, err := strconv.ParseInt(thread, 10, 64)
	if wrong != nil || err != nil {
		return meetup.Cursor{}
	}
	return meetup.Cursor{Next: n, Thread: t}
}

// keyOf is where a list of meetups goes on, as text; "" for its beginning.
func keyOf(c meetup.Cursor) string {
	if c == (meetup.Cursor{}) {
		return ""
	}
	return fmt.Sprintf("%d.%d", c.Next, c.Thread)
}

// aMeetup finds the meetup that a request is about.
func (d *feeds) aMeetup(a *door.Asked) (meetup.Meetup, error) {
	n, err := number(a)
	if err != nil {
		return meetup.Meetup{}, err
	}
	m, err := d.Meetups.Meetup(a.R.Context(), n)
	if err == nil && m.Place != a.Place {
		err = fault.New(fault.NotFound, "meetup.no_meetup")
	}
	return m, err
}

// coming is what is coming up in a place and within it: an entry for each meetup,
// and on the day before one a reminder of it.
func (d *feeds) coming(a *door.Asked) error {
	from := after(a)
	all, more, err := d.Meetups.Coming(a.R.Context(), a.Place, from, listed)
	if err != nil {
		return err
	}
	r := d.reading(a)
	opened, err := r.openings(all...)
	if err != nil {
		return err
	}
	path := comingUp(a.Place)
	f := r.feed("meetups "+a.Place.Path(), path+".atom", path)
	f.Title = r.title(r.titleComing(a.Place))
	f.Logo = r.base + "/" + a.Place.Path() + "/sign.png"
	f.Links = append(f.Links, link{Rel: "alternate", Type: calendarType, Address: r.base + path + ".ics"}, link{Rel: "alternate", Type: geoType, Address: r.base + path + ".geojson"})
	now := d.Clock.Now()
	for _, m := range all {
		f.add(r.meetup(m, opened[m.Thread]))
		for _, o := range r.eves(m, now) {
			f.add(r.eve(m, o, opened[m.Thread]))
		}
	}
	f.pages("after", keyOf(from), keyOf(more))
	return r.send(f)
}

// oneMeetup is what becomes of a meetup: each change of it, that it was cancelled, and on
// the day before each of its times a reminder, the newest first; and what it is now.
func (d *feeds) oneMeetup(a *door.Asked) error {
	m, err := d.aMeetup(a)
	if err != nil {
		return err
	}
	r := d.reading(a)
	opened, err := r.openings(m)
	if err != nil {
		return err
	}
	path := addressOf(m)
	f := r.feed(fmt.Sprint("becomes of meetup ", m.Thread), path+"/meetup.atom", path+"/meetup")
	f.Title = r.title(clean(m.Title))
	f.Logo = r.base + path + "/sign.png"
	f.Links = append(f.Links, link{Rel: "alternate", Type: calendarType, Address: r.base + path + "/meetup.ics"})
	for _, e := range r.becomes(m, opened[m.Thread]) {
		f.add(e)
	}
	f.add(r.meetup(m, opened[m.Thread]))
	f.pages("after", "", "")
	return r.send(f)
}

// add puts an entry into the feed, which changed when that did.
func (f *document) add(e entry) {
	if at, err := time.Parse(time.RFC3339, e.Updated); err == nil {
		f.touch(at)
	}
	f.Entries = append(f.Entries, e)
}

// openings are the opening posts of the threads of meetups, by their numbers. One
// that was taken back stands as an empty one.
func (r *reading) openings(all ...meetup.Meetup) (map[int64]board.Post, error) {
	opened := make(map[int64]board.Post, len(all))
	numbers := make([]int64, len(all))
	for i, m := range all {
		numbers[i] = m.Thread
		opened[m.Thread] = board.Post{Number: m.Thread, Thread: m.Thread, At: m.ChangedAt}
	}
	written, err := r.Boards.WrittenPosts(r.Context(), numbers...)
	for _, w := range written {
		opened[w.Post.Number] = w.Post
	}
	return opened, err
}

// meetup is the entry of a meetup, as it is now.
func (r *reading) meetup(m meetup.Meetup, opening board.Post) entry {
	title := m.Title
	if m.Cancelled {
		title = r.T("feed.meetup_cancelled", "title", m.Title)
	}
	e := r.aboutMeetup(fmt.Sprint("meetup ", m.Thread), title, m, opening)
	if m.ChangedAt.After(opening.At) {
		e.Updated = stamp(m.ChangedAt)
	}
	e.Content.Text = r.card(m, m.Coming) + clean(r.content(opening, nil))
	return e
}

// becomes are the entries of what was told of a meetup, the newest first. Each stays as
// it was told.
func (r *reading) becomes(m meetup.Meetup, opening board.Post) (all []entry) {
	tidings := tiding.Changes(m.Tidings)
	if n := len(tidings); n == 0 && (m.Cancelled || m.Sequence > 0) || n > 0 && m.ChangedAt.After(tidings[n-1].At) {
		all = append(all, r.change(m, opening))
	}
	for _, o := range r.eves(m, r.Clock.Now()) {
		all = append(all, r.eve(m, o, opening))
	}
	for _, t := range slices.Backward(tidings) {
		all = append(all, r.tiding(m, t, opening))
	}
	slices.SortStableFunc(all, func(a, b entry) int { return -compareStamps(a.Updated, b.Updated) })
	return all
}

// nameOf is by what the feeds of a meetup and of a hand know one tiding.
func nameOf(m meetup.Meetup, t tiding.Tiding) string {
	return fmt.Sprintf("meetup tiding %d %d", m.Thread, t.Number)
}

// tiding is the entry of one thing that became of a meetup.
func (r *reading) tiding(m meetup.Meetup, t tiding.Tiding, opening board.Post) entry {
	words := t.Words(r.Language, t.At)
	title := r.T("feed.meetup_tiding", "title", m.Title, "words", words)
	if t.Kind == tiding.CalledOff {
		title = r.T("feed.meetup_cancelled", "title", m.Title)
	}
	opening.Pictures = nil
	e := r.aboutMeetup(nameOf(m, t), title, m, opening)
	e.Published = stamp(t.At)
	e.Updated = e.Published
	e.Content.Text = clean("<p>" + html.EscapeString(words) + "</p>")
	return e
}

// change is the entry that says that something was changed of a meetup that is no tiding
// of its own: another one each time.
func (r *reading) change(m meetup.Meetup, opening board.Post) entry {
	name, title := fmt.Sprintf("meetup %d change %d", m.Thread, m.Sequence), r.T("feed.meetup_changed", "title", m.Title)
	if m.Cancelled {
		name, title = fmt.Sprintf("meetup %d cancelled", m.Thread), r.T("feed.meetup_cancelled", "title", m.Title)
	}
	e := r.aboutMeetup(name, title, m, opening)
	e.Published = stamp(m.ChangedAt)
	e.Updated = e.Published
	e.Content.Text = r.card(m, m.Coming)
	return e
}

// eves are the times of a meetup of which one is reminded now.
func (r *reading) eves(m meetup.Meetup, now time.Time) []meetup.Occurrence {
	if m.Cancelled {
		return nil
	}
	return meetup.Eves(now, m.Coming)
}

// eve is the entry that reminds of a time of a meetup. One that is moved after that
// has another.
func (r *reading) eve(m meetup.Meetup, o meetup.Occurrence, opening board.Post) entry {
	title := r.T("feed.meetup_reminder", "title", m.Title, "time", r.when(o, r.Clock.Now()))
	e := r.aboutMeetup(fmt.Sprintf("meetup %d eve %d %d", m.Thread, o.Original.Unix(), o.Start.Unix()), title, m, opening)
	e.Published = stamp(meetup.Eve(o.Start))
	e.Updated = e.Published
	e.Content.Text = r.card(m, []meetup.Occurrence{o})
	return e
}

// aboutMeetup is an entry about a meetup, without what it says.
func (r *reading) aboutMeetup(name, title string, m meetup.Meetup, opening board.Post) entry {
	e := r.entry(name, title, addressOf(m), m.Place, opening)
	if opening.Body == "" { // it was taken back, or says nothing
		e.Author.Name = r.feeds.Name
	}
	e.Links = append(e.Links, link{Rel: "related", Type: calendarType, Address: r.base + addressOf(m) + "/meetup.ics"})
	if m.Place != r.asked.Place {
		e.Categories = []category{{Term: m.Place.Path(), Label: r.name(m.Place)}}
	}
	return e
}

// card is a meetup in HTML, at some of its times: when, where, and what to know.
func (r *reading) card(m meetup.Meetup, times []meetup.Occurrence) string {
	var w strings.Builder
	line := func(label, words string) {
		switch {
		case words == "":
		case label == "":
			fmt.Fprintf(&w, "<p>%s</p>", html.EscapeString(words))
		default:
			fmt.Fprintf(&w, "<p><strong>%s</strong> %s</p>", html.EscapeString(label), html.EscapeString(words))
		}
	}
	if m.Cancelled {
		line(r.T("meetup.is_cancelled"), m.Reason)
	}
	for i, o := range times {
		if i == shownTimes {
			break
		}
		line("", r.until(o))
	}
	if len(times) == 0 {
		line(r.T("meetup.is_over"), r.when(m.First(), r.Clock.Now()))
	}
	line("", m.Every.Words(r.Language, m.Start))
	if m.Venue.Name == "" {
		line("", r.T("meetup.where_open"))
	}
	line("", m.Venue.Name)
	if m.Venue.StepFree {
		line("", r.T("ladder.step_free"))
	}
	line(r.T("meetup.find_it"), m.Venue.Directions)
	line(r.T("meetup.spot"), m.Spot)
	if m.Held {
		line(r.T("meetup.spot"), r.T("meetup.spot_held"))
	}
	line(r.T("meetup.know_us"), m.Venue.Recognise)
	line(r.T("meetup.cost"), m.Venue.Cost)
	return clean(w.String())
}

// when is a time of a meetup in words.
func (r *reading) when(o meetup.Occurrence, now time.Time) string {
	return r.Span(o.Start, o.End, o.Days, now)
}

// until is a time of a meetup in words, with when it ends and by which clocks.
func (r *reading) until(o meetup.Occurrence) string {
	words := r.when(o, r.Clock.Now())
	switch {
	case o.Days > 0:
		return words
	case o.Long():
		return words + o.End.Format(" MST")
	}
	return words + " – " + o.End.Format("15:04 MST")
}

// shownTimes is how many times of a meetup an entry tells.
const shownTimes = 3

const calendarType = "text/calendar"

// inCalendar is how many meetups a calendar has at the most.
const inCalendar = 1000

// calendarOfPlace is what is coming up in a place, for a calendar to subscribe to.
func (d *feeds) calendarOfPlace(a *door.Asked) error {
	var all []meetup.Meetup
	for from := (meetup.Cursor{}); ; {
		some, more, err := d.Meetups.Coming(a.R.Context(), a.Place, from, meetup.Most)
		if err != nil {
			return err
		}
		if all = append(all, some...); more == (meetup.Cursor{}) || len(all) >= inCalendar {
			break
		}
		from = more
	}
	r := d.reading(a)
	return r.sendCalendar(r.titleComing(a.Place), all...)
}

// calendarOfOne is one meetup, to keep.
func (d *feeds) calendarOfOne(a *door.Asked) error {
	m, err := d.aMeetup(a)
	if err != nil {
		return err
	}
	return d.reading(a).sendCalendar(m.Title, m)
}

func (r *reading) sendCalendar(name string, all ...meetup.Meetup) error {
	threads := make([]int64, len(all))
	for i, m := range all {
		threads[i] = m.Thread
	}
	pictures, err := r.Pictures.Firsts(r.Context(), threads...)
	if err != nil {
		return err
	}
	c := calendar.Calendar{Name: name}
	for _, m := range all {
		e := r.event(m)
		if p, has := pictures[m.Thread]; has {
			e.Image = calendar.Image{URL: r.base + "/f/" + p.ThumbFile(), Type: "image/" + p.Thumb.Kind}
		}
		c.Events = append(c.Events, e)
	}
	r.asked.W.Header().Add("Vary", "Accept-Language")
	r.tell(r.asked, door.Answer{Type: calendar.Type, Body: c.Bytes()}, r.base, "/"+r.asked.Place.Path()+r.asked.R.URL.Path, r.Code())
	return nil
}

// event is a meetup as calendars know it. The exact spot is in it only where
// everybody is told.
func (r *reading) event(m meetup.Meetup) calendar.Event {
	e := calendar.Event{
		UID: m.UID, Sequence: m.Sequence, Changed: m.ChangedAt, Start: m.Start, End: m.First().End, AllDay: m.Days() > 0,
		Rule: m.Rule, Summary: m.Title, Location: m.Venue.Name, Cancelled: m.Cancelled, URL: r.base + addressOf(m),
	}
	for _, c := range m.Changed {
		if c.Start.IsZero() {
			e.Dropped = append(e.Dropped, c.Original)
		} else {
			e.Moved = append(e.Moved, calendar.Moved{Original: c.Original, Start: c.Start, End: m.At(c.Original, c.Start).End})
		}
	}
	var words []string
	for _, w := range []string{m.Venue.Directions, m.Spot, m.Venue.Recognise, m.Venue.Cost, m.Reason} {
		if w != "" {
			words = append(words, w)
		}
	}
	e.Description = strings.Join(words, "\n")
	return e
}
