package importpages

import (
	"fmt"
	"net/http"
	"slices"

	"moot/internal/door"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/origin"
	"moot/internal/place"
	"moot/internal/web/page"
)

// reportView is what would become of each event of a file.
type reportView struct {
	page.View
	Place    place.Place
	Action   string
	Name     string
	Token    string
	Calendar string // what is carried on
	Groups   []group
	Acts     bool
	Ticket   string
	Wait     string
	Ready    int64 // milliseconds
	Work     int
	Problems page.Problems
}

// group is the events of which the same becomes.
type group struct {
	Head  string
	Fate  string // "new", "ask", "change", "same" or "out"
	Lines []line
}

type line struct {
	origin.Line
	Why     string
	Address string // of its meetup, or ""
	Taken   bool   // its box is ticked
}

// groups are in which order events are shown.
var groups = []struct {
	name  string
	fates []origin.Fate
	head  func(q *page.Request, n int) string
}{
	{"new", []origin.Fate{origin.Fresh}, func(q *page.Request, n int) string { return q.T("origin.group_new", "n", n) }},
	{"ask", []origin.Fate{origin.Asked}, func(q *page.Request, n int) string { return q.T("origin.group_ask", "n", n) }},
	{"change", []origin.Fate{origin.Changed, origin.Called}, func(q *page.Request, n int) string { return q.T("origin.group_change", "n", n) }},
	{"same", []origin.Fate{origin.Same}, func(q *page.Request, n int) string { return q.T("origin.group_same", "n", n) }},
	{"out", []origin.Fate{origin.Out}, func(q *page.Request, n int) string { return q.T("origin.group_out", "n", n) }},
}

// sent is a file that is to be looked at, or a report that is confirmed.
func (d *pages) sent(q *page.Request) error {
	form := q.R.PostForm
	v := &importView{Name: form.Get("name"), Token: form.Get("token")}
	file := origin.File{Place: q.Place, Name: v.Name, Public: ticked(form["public"])}
	if v.Token != "" {
		owner, ok := key.Parse(v.Token)
		if !ok {
			return fault.New(fault.NotFound, "origin.no_calendar")
		}
		file.Owner = owner
	}
	if form.Get("do") == "bring" {
		file.Bytes = []byte(form.Get("calendar"))
		return d.bring(q, v, file, ticked(form["take"]))
	}
	i := slices.IndexFunc(q.Files, func(f door.File) bool { return f.Field == "file" })
	switch {
	case i < 0:
		return d.refuse(q, v, fault.New(fault.Invalid, "origin.no_file").On("file"))
	case q.Files[i].TooBig:
		return d.refuse(q, v, fault.New(fault.Invalid, "calendar.too_big", "mib", 1).On("file"))
	}
	file.Bytes = q.Files[i].Bytes
	report, err := d.origins.Look(q.Context(), file)
	if err != nil {
		return d.refuse(q, v, err)
	}
	return d.report(q, &reportView{Name: report.Name, Token: v.Token}, report, nil)
}

// ticked are the values of a form's boxes that are ticked.
func ticked(all []string) map[string]bool {
	set := map[string]bool{}
	for _, v := range all {
		set[v] = true
	}
	return set
}

// report shows what would become of a file's events. Taken are the boxes that were
// ticked; nil for all.
func (d *pages) report(q *page.Request, v *reportView, r *origin.Report, taken map[string]bool) error {
	v.Place, v.Action, v.Calendar, v.Acts = q.Place, "/"+q.Place.Path()+"/meetups/import", string(r.Carry), r.Acts()
	for _, g := range groups {
		shown := group{Fate: g.name}
		for _, l := range r.Lines {
			if !slices.Contains(g.fates, l.Fate) {
				continue
			}
			one := line{Line: l, Taken: taken == nil && l.Fate == origin.Fresh || taken[l.ID()]}
			if l.Why != nil {
				one.Why = q.Language.Fault(l.Why)
			}
			if l.Thread > 0 {
				one.Address = fmt.Sprintf("/%s/t/%d", q.Place.Path(), l.Thread)
			}
			shown.Lines = append(shown.Lines, one)
		}
		if n := len(shown.Lines); n > 0 {
			shown.Head = g.head(q, n)
			v.Groups = append(v.Groups, shown)
		}
	}
	if v.Acts {
		ticket := q.Ticket(v.Ticket)
		v.Ticket, v.Ready, v.Work = ticket.Text, ticket.Wait.Milliseconds(), ticket.Bits
		if ticket.Wait > 0 {
			v.Wait = q.T("board.wait", "wait", q.Language.Duration(ticket.Wait))
		}
	}
	v.View = page.View{
		Title: q.T("origin.report_title"), NoIndex: true, Personal: true, Status: v.Status, Trail: trail(q), Modules: []string{"write.js"},
	}
	return reportPage.Render(q, v)
}

// bring does what the report said, once, and leads to what came of it.
func (d *pages) bring(q *page.Request, v *importView, file origin.File, taken map[string]bool) error {
	secret, err := d.boards.Secret(q.Context())
	if err != nil {
		return err
	}
	ticketText := q.SentTicket()
	fresh := !file.Owner.Known()
	if fresh {
		file.Owner = key.Derived(secret, "calendar:"+ticketText)
	}
	before, err := d.origins.Look(q.Context(), file)
	if err != nil {
		return d.refuse(q, v, err)
	}
	file.Leave = map[string]bool{}
	for _, l := range before.Lines {
		file.Leave[l.ID()] = !taken[l.ID()] && !file.Public[l.ID()]
	}
	again := func(err error) error {
		problems, mendable := q.Problems(err)
		if !mendable {
			return err
		}
		q.RetryAfter(fault.Each(err)...)
		return d.report(q, &reportView{View: page.View{Status: page.StatusOf(err)}, Name: v.Name, Token: v.Token, Ticket: ticketText, Problems: problems}, before, both(taken, file.Public))
	}
	ticket, err := q.Site.Guard.Redeem(ticketText, q.R.PostForm.Get("proof"))
	if err != nil {
		if q.SentBefore(err, func() (bool, error) {
			_, _, found, err := d.origins.Owned(q.Context(), q.Place, file.Owner)
			return found && fresh, err
		}) {
			return d.done(q, file.Owner, origin.Brought{})
		}
		return again(err)
	}
	actor, err := q.KeepActor()
	if err != nil {
		ticket.GiveBack(err)
		return err
	}
	done, err := d.origins.Bring(q.Context(), actor, file)
	if err != nil {
		ticket.GiveBack(err)
		return again(err)
	}
	ticket.Keep()
	return d.done(q, file.Owner, done)
}

func both(a, b map[string]bool) map[string]bool {
	all := map[string]bool{}
	for _, set := range []map[string]bool{a, b} {
		for id := range set {
			all[id] = true
		}
	}
	return all
}

func (d *pages) done(q *page.Request, owner key.Actor, b origin.Brought) error {
	return q.Redirect(http.StatusSeeOther, fmt.Sprintf("/%s/meetups/import/%s?new=%d&changed=%d&called=%d", q.Place.Path(), owner.Token(), b.New, b.Changed, b.Called))
}
