package meetuppages

import (
	"net/http"
	"strconv"
	"time"

	"moot/internal/fault"
	"moot/internal/meetup"
	"moot/internal/web/page"
)

var meetupPage = page.Declare[*meetupView](folder, "meetup")

// meetupView is a meetup's own page: what one needs to come, and the answer.
type meetupView struct {
	page.View
	Card     card
	Answer   meetup.Answer
	Note     string
	Answered bool   // kept just now
	Spot     string // told to whoever may know
	Open     bool   // it can be answered
	Problems page.Problems
}

// Is reports whether the answer is this one: 1 coming, 2 maybe, 3 can't.
func (v *meetupView) Is(answer int) bool { return int(v.Answer) == answer }

func (d *pages) meetup(q *page.Request) error {
	m, err := d.find(q)
	if err != nil {
		return err
	}
	return d.renderMeetup(q, m, &meetupView{Answered: q.R.URL.Query().Get("answered") != ""})
}

func (d *pages) renderMeetup(q *page.Request, m meetup.Meetup, v *meetupView) error {
	v.Card = cardOf(m)
	v.Card.Own = true
	v.Open = !m.Cancelled && len(m.Coming) > 0
	if who := owner(q); who.Known() {
		answered, err := d.meetups.Answered(q.Context(), who, m.Thread)
		if err != nil {
			return err
		}
		if a, ok := answered[v.Card.Next().Original.Unix()]; ok && v.Problems == nil {
			v.Answer, v.Note = a.Answer, a.Note
		}
	}
	if m.Held {
		spot, err := d.meetups.Spot(q.Context(), owner(q), m.Thread)
		if err != nil && !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
			return err
		}
		v.Spot = spot
	}
	v.View = page.View{
		Title: m.Title, Description: m.Title, Status: v.Status, Personal: true,
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
	at, err := strconv.ParseInt(form.Get("occurrence"), 10, 64)
	if err != nil {
		at = 0
	}
	var occurrence time.Time
	if at > 0 {
		occurrence = time.Unix(at, 0)
	}
	actor, err := q.KeepActor()
	if err != nil {
		return err
	}
	if err := d.meetups.RSVP(q.Context(), actor, m.Thread, occurrence, v.Answer, v.Note); err != nil {
		problems, mendable := q.Problems(err)
		if !mendable {
			return err
		}
		v.Problems, v.Status = problems, page.StatusOf(err)
		return d.renderMeetup(q, m, v)
	}
	return q.Redirect(http.StatusSeeOther, cardOf(m).Path+"?answered=1")
}
