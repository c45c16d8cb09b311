package ladderpages

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"
	"time"

	"moot/internal/board"
	"moot/internal/convene"
	"moot/internal/fault"
	"moot/internal/guard"
	"moot/internal/key"
	"moot/internal/place"
	"moot/internal/web/page"
)

var askPage = page.Declare[*askView](folder, "ask")

// askView is the page on which somebody whose hand is up asks all others for a date.
type askView struct {
	page.View
	Place    place.Place
	Rules    convene.Rules
	Step     strip  // how far the city is
	Has      bool   // this browser has a hand here
	May      bool   // somebody may ask now
	Title    string // that the thread has where none is given
	Subject  string
	Body     string
	Start    *page.Start
	Ticket   string
	Wait     time.Duration
	Work     int
	Problems page.Problems
}

// Words reports whether there are words that must not be lost.
func (v *askView) Words() bool { return v.Subject != "" || v.Body != "" }

// Days is how long what is asked stands open.
func (v *askView) Days() int { return int(v.Rules.Open / (24 * time.Hour)) }

func (d *door) ask(q *page.Request) error { return d.renderAsk(q, &askView{}) }

func (d *door) renderAsk(q *page.Request, v *askView) error {
	if q.Place.Kind() != place.City {
		return fault.New(fault.NotFound, "convene.no_city")
	}
	var err error
	if v.Step, err = d.step(q.Context(), q.Place); err != nil {
		return err
	}
	if _, v.Has, err = d.here(q); err != nil {
		return err
	}
	v.Place, v.Rules, v.May = q.Place, d.ladder.Rules, v.Step.MayAsk
	words := d.ladder.Words(q.Place)
	v.Title = words.T("convene.thread_subject", "place", q.Place.Name(words.Tag()))
	v.Start = q.Starts(page.StartDate, "ask")
	t := q.Ticket(v.Ticket)
	v.Ticket, v.Wait, v.Work = t.Text, t.Wait, t.Bits
	v.View = page.View{
		Title: q.T("ladder.ask_title", "place", q.Name(q.Place)), NoIndex: true, Personal: true, Status: v.Status, Modules: []string{"write.js"},
		Trail: q.Trail(page.Crumb{Name: q.T("ladder.hand"), Address: "/" + q.Place.Path() + "/hand"}, page.Crumb{Name: q.T("ladder.ask")}),
	}
	return askPage.Render(q, v)
}

// here is the owner of this browser's hand in the request's city, if it has one.
func (d *door) here(q *page.Request) (key.Actor, bool, error) {
	owners, hands, err := d.mine(q)
	n := slices.IndexFunc(hands, func(h convene.Hand) bool { return h.Place == q.Place })
	if err != nil || n < 0 {
		return key.Anyone, false, err
	}
	return owners[n], true, nil
}

// begin opens a convening, with what was written as its opening post.
func (d *door) begin(q *page.Request) error {
	form := q.R.PostForm
	v := &askView{Ticket: q.SentTicket(), Subject: q.Subject(), Body: form.Get("body")}
	if q.Carried() {
		return d.renderAsk(q, v)
	}
	words := sha256.Sum256(fmt.Appendf(nil, "ask %q %q %q", q.Path(), v.Subject, v.Body))
	n := board.NewThread{Place: q.Place, Subject: v.Subject, NewPost: board.NewPost{Body: v.Body, Once: guard.Once(v.Ticket, words[:])}}
	ticket, err := q.Site.Guard.Redeem(v.Ticket, form.Get("proof"))
	if err != nil {
		var t board.Target
		if q.SentBefore(err, func() (found bool, err error) {
			t, found, err = d.ladder.Boards.Sent(q.Context(), n.Once)
			return found, err
		}) {
			return d.begun(q, t)
		}
		return d.refuseAsk(q, v, err)
	}
	owner, _, err := d.here(q)
	var actor key.Actor
	if err == nil {
		actor, err = q.KeepActor()
	}
	var t board.Target
	if err == nil {
		t, err = d.ladder.Begin(q.Context(), actor, owner, n)
	}
	if err != nil {
		ticket.GiveBack(err)
		return d.refuseAsk(q, v, err)
	}
	ticket.Keep()
	return d.begun(q, t)
}

// begun takes whoever asked to the thread, where their post's delete code is.
func (d *door) begun(q *page.Request, t board.Target) error {
	return q.Redirect(http.StatusSeeOther, fmt.Sprintf("/%s/t/%d?posted=%d", t.Place, t.Thread, t.Number))
}

// refuseAsk gives the form back with what is wrong.
func (d *door) refuseAsk(q *page.Request, v *askView, err error) error {
	problems, mendable := d.problems(q, err)
	if !mendable {
		return err
	}
	v.Problems, v.Status = problems, page.StatusOf(err)
	q.RetryAfter(fault.Each(err)...)
	return d.renderAsk(q, v)
}
