package boardpages

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"time"

	"moot/internal/board"
	"moot/internal/fault"
	"moot/internal/guard"
	"moot/internal/web/page"
)

var writePage = page.Declare[*writeView](folder, "write")

// writing is the form to write in: as it is given out, or as it came back.
type writing struct {
	Action   string      // where it is sent
	Opens    bool        // it starts a thread, and so has a subject
	Start    *page.Start // what else could be started; nil where that isn't asked
	Limits   board.Limits
	Subject  string
	Name     string
	Body     string
	Options  string
	Sage     bool
	Ticket   string
	Wait     time.Duration // before the ticket is good
	Work     int           // bits of the work that makes it good at once
	More     bool          // the part that most people don't need stands open
	Slots    *page.Slots   // for pictures; nil where the board takes none
	Problems page.Problems
}

// First is the first field that is wrong: where a reader starts to mend it.
func (w *writing) First() string {
	for _, field := range []string{"subject", "body", "picture-1", "picture-2", "picture-3", "picture-4", "name"} {
		if w.Problems.On(field) != "" {
			return field
		}
	}
	return ""
}

// writeView is the page of the form alone: where somebody chose to write, saw
// a preview, or was refused.
type writeView struct {
	page.View
	Head    string
	Lead    string
	Thread  *board.Thread // replied to
	Quoted  *shownPost    // the post that the reply answers
	Preview *shownPost
	Title   string // of the previewed thread
	Write   *writing
}

// blank is an empty form: to reply to t, or to start a thread where t is nil. On
// a page that is the same for everybody it has no ticket: the browser is lent one
// when somebody begins to write (ticket.go).
func (d *door) blank(q *page.Request, t *board.Thread) *writing {
	w := &writing{Action: "/" + q.Place.Path() + "/new", Opens: true, Limits: d.boards.Limits(), Slots: d.tray.Empty(q)}
	if t != nil {
		w.Action, w.Opens = t.Path(), false
	}
	return w
}

// read is the form as it was sent. What can't be shown again (bytes that are no
// text, control characters) is left out of what comes back; the post that is
// checked has it still.
func (d *door) read(q *page.Request, action string, opens bool) (*writing, board.NewThread) {
	form := q.R.PostForm
	n := board.NewThread{Place: q.Place, Subject: form.Get("subject"), NewPost: board.NewPost{
		Name: form.Get("name"), Body: form.Get("body"), Options: form.Get("options"), Sage: form.Get("sage") != "",
	}}
	if !opens {
		n.Subject = ""
	}
	w := &writing{
		Action: action, Opens: opens, Limits: d.boards.Limits(),
		Subject: page.Showable(n.Subject), Name: page.Showable(n.Name), Body: page.Showable(n.Body), Options: page.Showable(n.Options), Sage: n.Sage,
		Ticket: page.Showable(q.SentTicket()), Slots: d.tray.Read(q),
	}
	w.More = w.Name != "" || w.Options != ""
	return w, n
}

// threadFields are the form's own, of those that go along to other forms.
var threadFields = append([]string{"name", "options"}, page.SlotFields...)

// once tells two sendings of one form from two posts: the same ticket with the
// same words and pictures. Whoever goes back and writes something else has
// written it anew.
func once(q *page.Request, w *writing, n board.NewThread) []byte {
	h := sha256.New()
	for _, part := range []string{w.Action, n.Subject, n.Body} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	w.Slots.Tell(h, q)
	return guard.Once(w.Ticket, h.Sum(nil))
}

// askStart is the form that starts a thread.
func (d *door) askStart(q *page.Request) error {
	return d.renderWrite(q, &writeView{Write: d.blank(q, nil)})
}

// askReply is the form that replies, on a page of its own: what a number leads
// to, and what works in a thread too long for a poor phone.
func (d *door) askReply(q *page.Request) error {
	n, err := number(q)
	if err != nil {
		return err
	}
	view, err := d.boards.Thread(q.Context(), n, board.Span{Last: 1})
	if err != nil {
		return err
	}
	v := &writeView{Thread: &view.Thread, Write: d.blank(q, &view.Thread)}
	if quote := key(q, "quote"); quote > 0 {
		v.Write.Body = fmt.Sprintf(">>%d\n", quote)
		if t, p, err := d.boards.Post(q.Context(), quote); err == nil && !p.Gone {
			shown := show(q.Reader, t, view.Opening.Tag).post(p)
			v.Quoted = &shown
		}
	}
	if !view.Thread.Open() {
		return q.Redirect(http.StatusSeeOther, view.Thread.Path())
	}
	return d.renderWrite(q, v)
}

// start starts a thread, or shows how it would look.
func (d *door) start(q *page.Request) error {
	w, n := d.read(q, "/"+q.Place.Path()+"/new", true)
	v := &writeView{Write: w}
	if q.Carried() {
		w.Subject = page.Showable(q.Subject())
		return d.renderWrite(q, v)
	}
	if q.R.PostForm.Get("do") == "preview" {
		return d.preview(q, v, n)
	}
	return d.send(q, v, n, func(n board.NewThread) (board.Target, error) {
		actor, err := q.KeepActor()
		if err != nil {
			return board.Target{}, err
		}
		return d.boards.Start(q.Context(), actor, n)
	})
}

// reply adds a post to a thread, or shows how it would look.
func (d *door) reply(q *page.Request) error {
	number, err := number(q)
	if err != nil {
		return err
	}
	w, n := d.read(q, fmt.Sprintf("/%s/t/%d", q.Place.Path(), number), false)
	v := &writeView{Write: w}
	if view, err := d.boards.Thread(q.Context(), number, board.Span{Last: 1}); err == nil {
		v.Thread = &view.Thread
	}
	if q.R.PostForm.Get("do") == "preview" {
		return d.preview(q, v, n)
	}
	return d.send(q, v, n, func(n board.NewThread) (board.Target, error) {
		actor, err := q.KeepActor()
		if err != nil {
			return board.Target{}, err
		}
		return d.boards.Reply(q.Context(), actor, number, n.NewPost)
	})
}

// send redeems the form's ticket and does the act. Whatever goes wrong, the
// form comes back with every word that was in it.
func (d *door) send(q *page.Request, v *writeView, n board.NewThread, act func(board.NewThread) (board.Target, error)) error {
	n.Once = once(q, v.Write, n)
	ticket, err := q.Site.Guard.Redeem(v.Write.Ticket, q.R.PostForm.Get("proof"))
	if err != nil {
		if t, found := d.sentBefore(q, n.Once, err); found {
			return d.posted(q, n, t)
		}
		return d.refused(q, v, err)
	}
	var made board.Target
	if n.Pictures, err = d.tray.Develop(q, v.Write.Slots); err == nil {
		made, err = act(n)
	}
	if err != nil {
		ticket.GiveBack(err) // nothing came of it: the form may be sent again
		return d.refused(q, v, err)
	}
	ticket.Keep()
	return d.posted(q, n, made)
}

// sentBefore finds what an earlier sending of the form made.
func (d *door) sentBefore(q *page.Request, once []byte, refusal error) (board.Target, bool) {
	var t board.Target
	found := q.SentBefore(refusal, func() (found bool, err error) {
		t, found, err = d.boards.Sent(q.Context(), once)
		return found, err
	})
	return t, found
}

// posted takes the writer to what they wrote; with the old word "nonoko" in
// the options, to the board.
func (d *door) posted(q *page.Request, n board.NewThread, t board.Target) error {
	if board.HasOption(n.Options, "nonoko") {
		return q.Redirect(http.StatusSeeOther, "/"+t.Place)
	}
	return q.Redirect(http.StatusSeeOther, fmt.Sprintf("/%s/t/%d?posted=%d#p%d", t.Place, t.Thread, t.Number, t.Number))
}

// preview shows the post as it would stand, above the form.
func (d *door) preview(q *page.Request, v *writeView, n board.NewThread) error {
	var err error
	if n.Pictures, err = d.tray.Develop(q, v.Write.Slots); err != nil {
		return d.refused(q, v, err)
	}
	p, subject, err := d.boards.Preview(q.Context(), q.Place, n.Subject, n.NewPost)
	if err != nil {
		return d.refused(q, v, err)
	}
	t := board.Thread{Place: q.Place, Subject: subject}
	if v.Thread != nil {
		t = *v.Thread
	}
	shown := show(q.Reader, t, "").post(p)
	v.Preview = &shown
	v.Title, _ = title(q.Reader, t, p)
	return d.renderWrite(q, v)
}

// refused gives the form back with what is wrong beside its fields. A thread
// that is no longer there takes nothing of what was written with it.
func (d *door) refused(q *page.Request, v *writeView, err error) error {
	v.Status = page.StatusOf(err)
	problems, mendable := q.Problems(err)
	switch {
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Forbidden):
		v.Status = http.StatusNotFound
		for _, f := range fault.Each(err) {
			problems = append(problems, page.Problem{Field: "body", Text: q.Language.Fault(f)})
		}
	case !mendable:
		return err
	}
	q.RetryAfter(fault.Each(err)...)
	v.Write.Problems = problems
	if v.Write.Problems.On("name") != "" {
		v.Write.More = true
	}
	return d.renderWrite(q, v)
}

// renderWrite answers with the form's page. A ticket that is still good stays
// in the form; where it isn't, there is a new one.
func (d *door) renderWrite(q *page.Request, v *writeView) error {
	w := v.Write
	ticket := q.Ticket(w.Ticket)
	w.Ticket, w.Wait, w.Work = ticket.Text, ticket.Wait, ticket.Bits
	if err := d.tray.Show(q, w.Slots, w.Problems); err != nil {
		return err
	}
	v.Head, v.Lead = q.T("board.start_title"), q.T("board.start_lead", "place", q.Name(q.Place))
	if !w.Opens {
		v.Head, v.Lead = q.T("board.reply_title"), ""
	} else {
		w.Start = q.Starts(page.StartThread, "post", threadFields...)
	}
	crumb := page.Crumb{Name: v.Head}
	if v.Preview != nil {
		v.Head, v.Lead = q.T("board.preview_title"), q.T("board.preview_lead")
	}
	status := v.Status
	v.View = page.View{Title: v.Head, Trail: q.Trail(crumb), NoIndex: true, Personal: q.R.Method != http.MethodGet, Status: status, Modules: []string{"write.js", "habits.js"}}
	return writePage.Render(q, v)
}
