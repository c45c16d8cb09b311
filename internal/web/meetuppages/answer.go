package meetuppages

import (
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/meetup"
	"moot/internal/place"
	"moot/internal/text"
	"moot/internal/web/page"
)

var meetupPage = page.Declare[*meetupView](folder, "meetup")

// meetupView is a meetup's own page: what one needs to come, and the answer for one
// of its times.
type meetupView struct {
	page.View
	Card     card
	On       meetup.Occurrence // what is answered for
	Dates    []date            // the next times, where there are several
	Answer   meetup.Answer
	Note     string
	Answered bool     // kept just now
	Left     bool     // it was left by its host just now
	Spot     string   // told to whoever may know
	Since    []string // what was changed since this browser answered
	Open     bool     // it can be answered
	Map      template.HTML
	Hand     bool   // this browser has a hand somewhere
	Ticket   string // to take it on with
	Wait     time.Duration
	Work     int
	Problems page.Problems
}

// date is one of the next times, and what this browser answered for it.
type date struct {
	meetup.Occurrence
	Answer meetup.Answer
	On     bool // the form below is for it
}

// Number is by what an address knows it.
func (d date) Number() int64 { return d.Original.Unix() }

// Is reports whether the answer is this one: 1 coming, 2 maybe, 3 can't.
func (d date) Is(answer int) bool { return int(d.Answer) == answer }

// Is reports whether the answer is this one: 1 coming, 2 maybe, 3 can't.
func (v *meetupView) Is(answer int) bool { return int(v.Answer) == answer }

// Full reports whether as many come as there is room for.
func (v *meetupView) Full() bool { return v.Card.Room > 0 && v.On.Coming >= v.Card.Room }

func (d *pages) meetup(q *page.Request) error {
	m, err := d.find(q)
	if err != nil {
		return err
	}
	query := q.R.URL.Query()
	v := &meetupView{Answered: query.Get("answered") != "", Left: query.Get("left") != ""}
	return d.renderMeetup(q, m, v, moment(query.Get("on")))
}

// moment is a time as an address or a form has it; zero where it has none.
func moment(s string) time.Time {
	at, err := strconv.ParseInt(s, 10, 64)
	if err != nil || at <= 0 {
		return time.Time{}
	}
	return time.Unix(at, 0)
}

func (d *pages) renderMeetup(q *page.Request, m meetup.Meetup, v *meetupView, on time.Time) error {
	v.Card = d.cardOf(m)
	v.Card.Own = true
	if err := d.illustrate(q, &v.Card); err != nil {
		return err
	}
	v.Open = !m.Cancelled && len(m.Coming) > 0
	v.On = v.Card.Next()
	for _, o := range m.Coming {
		if o.Original.Equal(on) {
			v.On = o
		}
	}
	answered := map[int64]meetup.RSVP{}
	if who := owner(q); who.Known() {
		var err error
		if answered, err = d.meetups.Answered(q.Context(), who, m.Thread); err != nil {
			return err
		}
	}
	if a, ok := answered[v.On.Original.Unix()]; ok && v.Problems == nil {
		v.Answer, v.Note = a.Answer, a.Note
	}
	if v.Open && len(m.Coming) > 1 {
		for _, o := range m.Coming {
			v.Dates = append(v.Dates, date{o, answered[o.Original.Unix()].Answer, o.Original.Equal(v.On.Original)})
		}
	}
	v.Since = since(q, m, answered)
	if m.Held {
		spot, err := d.meetups.Spot(q.Context(), owner(q), m.Thread)
		if err != nil && !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
			return err
		}
		v.Spot = spot
	}
	if d.locate != nil && m.Place.Kind() == place.City {
		drawn, err := d.locate(q, m.Place)
		if err != nil {
			return err
		}
		v.Map = drawn
	}
	var modules []string
	if v.Card.Free {
		v.Hand, modules = len(q.Hands()) > 0, []string{"write.js"}
		t := q.Ticket(v.Ticket)
		v.Ticket, v.Wait, v.Work = t.Text, t.Wait, t.Bits
	}
	if q.Site.PushKey != "" && v.Open {
		modules = append(modules, "push.js")
	}
	v.View = page.View{
		Title: m.Title, Description: m.Title, Status: v.Status, Personal: true, Modules: modules,
		Feeds: []page.Feed{{Name: q.T("feed.title_meetup"), Address: v.Card.Path + ".atom"}, {Name: q.T("meetup.keep_it"), Address: v.Card.Path + ".ics", Type: "text/calendar"}},
		Sign:  &page.Sign{Kind: "article", Picture: v.Card.Address() + "/sign.png", Alt: q.T("board.sign", "title", m.Title, "place", q.Name(m.Place))},
		Trail: q.Trail(page.Crumb{Name: q.T("meetup.coming"), Address: "/" + m.Place.Path() + "/meetups"}, page.Crumb{Name: m.Title}),
	}
	return meetupPage.Render(q, v)
}

// answer keeps what somebody says: coming, maybe or can't.
func (d *pages) answer(q *page.Request) error {
	m, err := d.find(q)
	if err != nil {
		return err
	}
	form := q.R.PostForm
	v := &meetupView{Note: form.Get("note")}
	v.Answer = meetup.Answer(q.Number("answer"))
	occurrence := moment(form.Get("occurrence"))
	actor, err := q.KeepActor()
	if err != nil {
		return err
	}
	if v.Answer == meetup.Unanswered {
		if err := d.noteAlone(q, actor, m, occurrence, v.Note); err != nil {
			return d.refuseAnswer(q, m, v, err)
		}
	}
	if err := d.meetups.RSVP(q.Context(), actor, m.Thread, occurrence, v.Answer, v.Note); err != nil {
		return d.refuseAnswer(q, m, v, err)
	}
	path := cardOf(m).Path + "?answered=1"
	if m.Rule != "" && !occurrence.IsZero() {
		path += fmt.Sprintf("&on=%d", occurrence.Unix())
	}
	return q.Redirect(http.StatusSeeOther, path)
}

// noteAlone is what is wrong with a note for the host that is sent without an answer,
// with which it would go; nil where it stands there from an answer that is taken back.
func (d *pages) noteAlone(q *page.Request, actor key.Actor, m meetup.Meetup, occurrence time.Time, note string) error {
	if note = text.CleanLine(note); note == "" || m.Cancelled || m.Over() {
		return nil
	}
	answered, err := d.meetups.Answered(q.Context(), actor, m.Thread)
	if err != nil {
		return err
	}
	if occurrence.IsZero() {
		occurrence = m.Coming[0].Original
	}
	if answered[occurrence.Unix()].Note == note {
		return nil
	}
	return fault.New(fault.Invalid, "meetup.note_alone").On("answer")
}

// refuseAnswer gives the page back with what is wrong.
func (d *pages) refuseAnswer(q *page.Request, m meetup.Meetup, v *meetupView, err error) error {
	problems, mendable := q.Problems(err)
	switch {
	case fault.Is(err, fault.Forbidden):
		for _, f := range fault.Each(err) {
			problems = append(problems, page.Problem{Text: q.Language.Fault(f)})
		}
	case !mendable:
		return err
	}
	v.Problems, v.Status = problems, page.StatusOf(err)
	q.RetryAfter(fault.Each(err)...)
	return d.renderMeetup(q, m, v, moment(q.R.PostForm.Get("occurrence")))
}

// since is what was changed of a meetup since somebody answered, who has seen what there
// was when they answered last.
func since(q *page.Request, m meetup.Meetup, answered map[int64]meetup.RSVP) []string {
	seen := -1
	for _, a := range answered {
		seen = max(seen, a.Seen)
	}
	if seen < 0 {
		return nil
	}
	return m.ChangedSince(seen, q.Language, q.Now())
}
