package ladderpages

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"moot/internal/convene"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/web/page"
)

var datesPage = page.Declare[*datesView](folder, "dates")

// datesView is the page on which a hand marks, and on which anybody proposes a
// place.
type datesView struct {
	page.View
	Convening     convene.Convening
	Thread        string // its address
	Path          string // this page's
	May           bool   // this browser has a hand that may mark
	Far           *convene.Hand
	Of            string // whose marks the form shows
	Marked        bool   // marks were kept just now
	Times, Venues []choice
	Venue         convene.Venue
	Public        bool // it was said to be a public place
	Asked         bool // and was asked about
	Ticket        string
	Wait          time.Duration
	Work          int
	Problems      page.Problems
}

// choice is one with what this browser's hand says of it.
type choice struct {
	convene.Choice
	Answer convene.Answer
}

// Name is the name of the choice's field.
func (c choice) Name() string { return "mark-" + strconv.FormatInt(c.Number, 10) }

// Was is the name of the field that says how it was marked when the page was made.
func (c choice) Was() string { return "was-" + strconv.FormatInt(c.Number, 10) }

// Is reports whether it is so marked: 0 not, 1 suits, 2 could, 3 can't.
func (c choice) Is(answer int) bool { return int(c.Answer) == answer }

// Card is the poll as its thread shows it.
func (v *datesView) Card() card { return card{Convening: v.Convening, Path: v.Path} }

// markOf tells the marks of a browser's hands apart, and nothing of them.
func markOf(owner key.Actor) string { return hex.EncodeToString(owner.Hash("whose marks")[:4]) }

func datesPath(c convene.Convening) string {
	return fmt.Sprintf("/%s/t/%d/dates", c.Place.Path(), c.Thread)
}

func (d *door) dates(q *page.Request) error {
	return d.renderDates(q, &datesView{Marked: q.R.URL.Query().Get("marked") != ""})
}

// find finds the convening that a request is about.
func (d *door) find(q *page.Request) (convene.Convening, error) {
	n, err := strconv.ParseInt(q.R.PathValue("no"), 10, 64)
	if err != nil || n < 1 {
		return convene.Convening{}, fault.New(fault.NotFound, "convene.no_convening")
	}
	c, err := d.ladder.Convening(q.Context(), n)
	if err == nil && c.Place != q.Place {
		err = fault.New(fault.NotFound, "convene.no_convening")
	}
	return c, err
}

// owner is this browser's hand that may mark in a convening, if it has one; else
// one that is too far, if it has that.
func (d *door) owner(q *page.Request, c convene.Convening) (owner key.Actor, may bool, far *convene.Hand, err error) {
	owners, hands, err := d.mine(q)
	for n, h := range hands {
		if d.ladder.May(h, c.Place) {
			return owners[n], true, nil, nil
		}
		far = &hands[n]
	}
	return key.Anyone, false, far, err
}

func (d *door) renderDates(q *page.Request, v *datesView) error {
	c, err := d.find(q)
	if err != nil {
		return err
	}
	owner, may, far, err := d.owner(q, c)
	if err != nil {
		return err
	}
	marked := map[int64]convene.Answer{}
	if may {
		if marked, err = d.ladder.Marked(q.Context(), owner, c.Thread); err != nil {
			return err
		}
	}
	v.Convening, v.May, v.Far, v.Path, v.Of = c, may, far, datesPath(c), markOf(owner)
	v.Thread = strings.TrimSuffix(v.Path, "/dates")
	for _, one := range c.Times {
		v.Times = append(v.Times, choice{one, marked[one.Number]})
	}
	for _, one := range c.Venues {
		v.Venues = append(v.Venues, choice{one, marked[one.Number]})
	}
	t := q.Ticket(v.Ticket)
	v.Ticket, v.Wait, v.Work = t.Text, t.Wait, t.Bits
	v.View = page.View{
		Title: q.T("ladder.dates_title", "place", q.Name(c.Place)), NoIndex: true, Personal: true, Status: v.Status, Modules: []string{"write.js"},
		Trail: q.Trail(page.Crumb{Name: q.T("board.thread_number", "number", c.Thread), Address: v.Thread}, page.Crumb{Name: q.T("ladder.dates")}),
	}
	return datesPage.Render(q, v)
}

// readDates is the page's one form as it was sent: a place that is proposed, beside the marks.
func readDates(q *page.Request) *datesView {
	form := q.R.PostForm
	return &datesView{Ticket: q.SentTicket(), Public: form.Get("public") != "", Venue: convene.Venue{
		Name: form.Get("name"), Directions: form.Get("directions"), Why: form.Get("why"), StepFree: form.Get("step-free") != "", Free: form.Get("free") != "",
	}}
}

// mark keeps what a hand says of each choice. A place that was named beside that and
// isn't proposed yet stays to be.
func (d *door) mark(q *page.Request) error {
	c, owner, answers, err := d.sent(q)
	if err != nil {
		return err
	}
	v := readDates(q)
	if err := d.ladder.Mark(q.Context(), owner, c.Thread, answers); err != nil {
		return d.refuseDates(q, v, err)
	}
	if v.Venue.Name != "" || v.Venue.Directions != "" || v.Venue.Why != "" {
		v.Marked = true
		return d.renderDates(q, v)
	}
	return q.Redirect(http.StatusSeeOther, datesPath(c)+"?marked=1")
}

// sent is about which convening a form is, whose hand sent it, and what it marks.
func (d *door) sent(q *page.Request) (c convene.Convening, owner key.Actor, answers map[int64]convene.Answer, err error) {
	if c, err = d.find(q); err == nil {
		owner, _, _, err = d.owner(q, c)
	}
	if err == nil {
		answers, err = marks(q, owner)
	}
	return c, owner, answers, err
}

// marks are what the form says of each choice that was changed on it.
func marks(q *page.Request, owner key.Actor) (map[int64]convene.Answer, error) {
	of, answers := q.R.PostForm.Get("of"), map[int64]convene.Answer{}
	for field, values := range q.R.PostForm {
		number, ok := strings.CutPrefix(field, "mark-")
		if !ok {
			continue
		}
		if of == markOf(owner) && q.R.PostForm.Get("was-"+number) == values[0] {
			continue // as it was on this page: another tab may have marked it since
		}
		n, err := strconv.ParseInt(number, 10, 64)
		answer, wrong := strconv.Atoi(values[0])
		if err != nil || wrong != nil {
			return nil, fault.New(fault.Invalid, "convene.no_choice")
		}
		answers[n] = convene.Answer(answer)
	}
	return answers, nil
}

// propose adds a public place, and keeps what was marked beside that.
func (d *door) propose(q *page.Request) error {
	c, owner, answers, err := d.sent(q)
	if err != nil {
		return err
	}
	v := readDates(q)
	if len(answers) > 0 {
		if err := d.ladder.Mark(q.Context(), owner, c.Thread, answers); err != nil {
			return d.refuseDates(q, v, err)
		}
	}
	ticket, err := q.Site.Guard.Redeem(v.Ticket, q.R.PostForm.Get("proof"))
	if err != nil {
		if q.SentBefore(err, func() (bool, error) { return d.ladder.Proposed(q.Context(), c.Thread, v.Venue) }) {
			return q.Redirect(http.StatusSeeOther, datesPath(c)+"#places")
		}
		return d.refuseDates(q, v, err)
	}
	if err := d.ladder.Propose(q.Context(), c.Thread, v.Venue, v.Public); err != nil {
		ticket.GiveBack(err)
		return d.refuseDates(q, v, err)
	}
	ticket.Keep()
	return q.Redirect(http.StatusSeeOther, datesPath(c)+"#places")
}

// refuseDates gives the page back with what is wrong.
func (d *door) refuseDates(q *page.Request, v *datesView, err error) error {
	problems, mendable := d.problems(q, err)
	if !mendable {
		return err
	}
	v.Problems, v.Status = problems, page.StatusOf(err)
	v.Asked = problems.On("public") != ""
	q.RetryAfter(fault.Each(err)...)
	return d.renderDates(q, v)
}

// problems reads what is wrong as a form's: also what only a hand may do, which the
// page says how to get.
func (d *door) problems(q *page.Request, err error) (page.Problems, bool) {
	problems, mendable := q.Problems(err)
	if fault.Is(err, fault.Forbidden) {
		for _, f := range fault.Each(err) {
			problems = append(problems, page.Problem{Text: q.Language.Fault(f)})
		}
		mendable = true
	}
	return problems, mendable
}
