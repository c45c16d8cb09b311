package meetuppages

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"html/template"
	"net/http"
	"strconv"

	"moot/internal/board"
	"moot/internal/fault"
	"moot/internal/guard"
	"moot/internal/key"
	"moot/internal/meetup"
	"moot/internal/place"
	"moot/internal/web/page"
)

var announcePage = page.Declare[*announceView](folder, "announce")

// announceView is the form of a meetup: to announce one, or, for its host, to
// change it.
type announceView struct {
	page.View
	Place    place.Place
	Action   string
	Start    *page.Start // what else could be started; nil where a meetup is changed
	Details  meetup.Details
	Room     string // as typed
	Length   string // as typed: minutes
	Whole    bool   // it is on whole days, instead of having an hour and minutes
	Days     string // as typed: how many
	Body     string // of the opening post
	Asked    bool   // it was asked whether the place is public
	Hosts    *card  // the meetup that is changed; nil where one is announced
	Token    string // of its host
	Link     string // the host's link to keep
	Made     bool   // it was announced just now
	Kept     bool   // it was changed just now
	Notes    []meetup.Note
	Singles  []single    // the next times of one that repeats
	Telling  []telling   // the times that were, of which it can be told how
	Preview  *card       // as it would stand
	Slots    *page.Slots // for pictures; nil where there are none, and where a meetup is changed
	Times    string      // as typed
	one      one
	Reason   string
	Ticket   string
	Wait     string
	Ready    int64 // milliseconds
	Work     int
	Problems page.Problems
}

// Every reports whether it repeats in this way.
func (v *announceView) Every(e string) bool { return string(v.Details.Every) == e }

func (d *pages) askAnnounce(q *page.Request) error {
	return d.renderAnnounce(q, &announceView{Length: usualLength, Slots: d.tray.Empty(q)})
}

// usualLength is how long a meetup is taken to last, in minutes, until somebody says it.
const usualLength = "120"

// meetupFields are the form's own, of those that go along to other forms.
var meetupFields = append([]string{
	"day", "time", "minutes", "repeat", "until", "times", "venue", "directions", "recognise", "step-free", "cost", "room", "spot", "held", "public",
}, page.SlotFields...)

func (d *pages) renderAnnounce(q *page.Request, v *announceView) error {
	v.Place, v.Action = q.Place, "/"+q.Place.Path()+"/meetups/new"
	v.Start = q.Starts(page.StartMeetup, "announce", meetupFields...)
	if err := d.tray.Show(q, v.Slots, v.Problems); err != nil {
		return err
	}
	ticket := q.Ticket(v.Ticket)
	v.Ticket, v.Ready, v.Work = ticket.Text, ticket.Wait.Milliseconds(), ticket.Bits
	if ticket.Wait > 0 {
		v.Wait = q.T("board.wait", "wait", q.Language.Duration(ticket.Wait))
	}
	v.View = page.View{
		Title: q.T("meetup.announce_title", "place", q.Name(q.Place)), NoIndex: true, Personal: q.R.Method == http.MethodPost, Status: v.Status,
		Trail:   q.Trail(page.Crumb{Name: q.T("meetup.coming"), Address: "/" + q.Place.Path() + "/meetups"}, page.Crumb{Name: q.T("meetup.announce")}),
		Modules: []string{"write.js"},
	}
	return announcePage.Render(q, v)
}

// read is the form as it was sent.
func read(q *page.Request) *announceView {
	form := q.R.PostForm
	v := &announceView{Room: form.Get("room"), Length: form.Get("minutes"), Times: form.Get("times"), Body: form.Get("body"), Ticket: q.SentTicket(), Reason: form.Get("reason")}
	start := form.Get("day")
	if start != "" || form.Get("time") != "" {
		start += "T" + form.Get("time")
	}
	minutes := q.Number("minutes")
	if v.Whole = form.Has("days"); v.Whole {
		v.Days = form.Get("days")
		start, minutes = form.Get("day")+"T00:00", min(max(q.Number("days"), 0), 1000)*24*60
	}
	v.Details = meetup.Details{
		Title: form.Get("title"), Start: start, Minutes: minutes, Room: q.Number("room"), Spot: form.Get("spot"), Held: form.Get("held") != "",
		Venue: meetup.Venue{Name: form.Get("venue"), Directions: form.Get("directions"), Recognise: form.Get("recognise"), StepFree: form.Get("step-free") != "", Cost: form.Get("cost")},
		Every: meetup.Every(form.Get("repeat")), Until: form.Get("until"), Times: q.Number("times"), Public: form.Get("public") != "",
	}
	return v
}

// Day and Time are the start in two fields, since a browser without script has no
// better one.
func (v *announceView) Day() string  { return v.half(0, 10) }
func (v *announceView) Time() string { return v.half(11, 16) }

func (v *announceView) half(from, to int) string {
	if s := v.Details.Start; len(s) >= to {
		return s[from:to]
	} else if len(s) > from {
		return s[from:]
	}
	return ""
}

// Agreed reports whether hands agreed on it, and AgreedIn whether on its place, too.
func (v *announceView) Agreed() bool   { return v.Hosts != nil && !v.Hosts.Agreed.IsZero() }
func (v *announceView) AgreedIn() bool { return v.Hosts != nil && v.Hosts.AgreedIn }

// Words are those of the opening post.
func (v *announceView) Words() template.HTML { return written(v.Body) }

// Closed reports whether there is nothing to change any more.
func (v *announceView) Closed() bool {
	return v.Hosts != nil && (v.Hosts.Cancelled || v.Hosts.Over())
}

// announce starts a thread with a meetup on it, hosted by whoever gets its link.
func (d *pages) announce(q *page.Request) error {
	v := read(q)
	v.Slots = d.tray.Read(q)
	if q.Carried() {
		v.Details.Title, v.Length = q.Subject(), cmp.Or(v.Length, usualLength)
		return d.renderAnnounce(q, v)
	}
	if q.R.PostForm.Get("do") == "preview" {
		return d.preview(q, v)
	}
	secret, err := d.boards.Secret(q.Context())
	if err != nil {
		return err
	}
	host := key.Derived(secret, "host:"+v.Ticket)
	said := sha256.New() // whoever goes back and changes one has written another
	fmt.Fprintf(said, "%q %#v %q", q.Path(), v.Details, v.Body)
	v.Slots.Tell(said, q)
	n := board.NewThread{Place: q.Place, NewPost: board.NewPost{Body: v.Body, Once: guard.Once(v.Ticket, said.Sum(nil))}}
	ticket, err := q.Site.Guard.Redeem(v.Ticket, q.R.PostForm.Get("proof"))
	if err != nil {
		var t board.Target
		if q.SentBefore(err, func() (found bool, err error) {
			t, found, err = d.boards.Sent(q.Context(), n.Once)
			return found, err
		}) {
			return d.hosted(q, t.Thread, host)
		}
		return d.refuse(q, v, err, d.renderAnnounce)
	}
	actor, err := q.KeepActor()
	if err != nil {
		ticket.GiveBack(err)
		return err
	}
	var t board.Target
	if n.Pictures, err = d.tray.Develop(q, v.Slots); err == nil {
		t, err = d.meetups.Announce(q.Context(), actor, host, n, v.Details)
	}
	if err != nil {
		ticket.GiveBack(err)
		return d.refuse(q, v, err, d.renderAnnounce)
	}
	ticket.Keep()
	return d.hosted(q, t.Thread, host)
}

// preview shows a meetup as it would stand, with the next of its times, above the form.
func (d *pages) preview(q *page.Request, v *announceView) error {
	pictures, err := d.tray.Develop(q, v.Slots)
	if err != nil {
		return d.refuse(q, v, err, d.renderAnnounce)
	}
	m, err := d.meetups.Preview(q.Context(), board.NewThread{Place: q.Place, NewPost: board.NewPost{Body: v.Body, Pictures: pictures}}, v.Details)
	if err != nil {
		return d.refuse(q, v, err, d.renderAnnounce)
	}
	c := d.cardOf(m)
	c.Own, c.Draft = true, true
	v.Preview = &c
	return d.renderAnnounce(q, v)
}

// hosted takes a host to the page from which they look after their meetup.
func (d *pages) hosted(q *page.Request, thread int64, host key.Actor) error {
	return q.Redirect(http.StatusSeeOther, fmt.Sprintf("/host/%d/%s?made=1", thread, host.Token()))
}

// refuse gives a form back with what is wrong.
func (d *pages) refuse(q *page.Request, v *announceView, err error, render func(*page.Request, *announceView) error) error {
	problems, mendable := q.Problems(err)
	if !mendable {
		return err
	}
	v.Problems, v.Status = problems, page.StatusOf(err)
	v.Asked = problems.On("public") != ""
	q.RetryAfter(fault.Each(err)...)
	return render(q, v)
}

// hostByLink is the page of a meetup for whoever has its host's link.
func (d *pages) hostByLink(q *page.Request) error {
	host, ok := key.Parse(q.R.PathValue("token"))
	if !ok {
		return fault.New(fault.Forbidden, "meetup.not_host")
	}
	m, err := d.find(q)
	if err != nil {
		return err
	}
	query := q.R.URL.Query()
	v, err := d.hostView(q, host, m)
	if err != nil {
		return err
	}
	v.Made, v.Kept = query.Get("made") != "", query.Get("kept") != ""
	return d.renderHost(q, m, host, v)
}

// hostView is a host's form as the meetup is, with the spot that is held back from
// others.
func (d *pages) hostView(q *page.Request, host key.Actor, m meetup.Meetup) (v *announceView, err error) {
	v = &announceView{Details: m.Details(), Length: strconv.Itoa(m.Minutes)}
	if v.Whole = m.Days() > 0; v.Whole {
		v.Days = strconv.Itoa(m.Days())
	}
	if m.Room > 0 {
		v.Room = strconv.Itoa(m.Room)
	}
	if v.Details.Times > 0 {
		v.Times = strconv.Itoa(v.Details.Times)
	}
	if v.Details.Spot, err = d.meetups.Spot(q.Context(), host, m.Thread); fault.Is(err, fault.Forbidden) {
		err = nil // that it isn't the host's, renderHost says
	}
	return v, err
}

func (d *pages) renderHost(q *page.Request, m meetup.Meetup, host key.Actor, v *announceView) error {
	hosts, err := d.meetups.Hosts(q.Context(), m.Thread, host)
	if err != nil {
		return err
	}
	if !hosts {
		return fault.New(fault.Forbidden, "meetup.not_host")
	}
	if v.Notes, err = d.meetups.Notes(q.Context(), host, m.Thread); err != nil {
		return err
	}
	q.Place = m.Place
	c := d.cardOf(m)
	c.Own = true
	if err := d.illustrate(q, &c); err != nil {
		return err
	}
	v.Place, v.Hosts, v.Token = m.Place, &c, host.Token()
	v.Action = fmt.Sprintf("/host/%d", m.Thread)
	v.Link = q.Link(v.Action + "/" + v.Token)
	if err := d.addDates(q, m, v); err != nil {
		return err
	}
	v.View = page.View{
		Title: m.Title, NoIndex: true, Personal: true, Status: v.Status,
		Trail: q.Trail(page.Crumb{Name: q.T("meetup.coming"), Address: "/" + m.Place.Path() + "/meetups"}, page.Crumb{Name: m.Title, Address: c.Address()}, page.Crumb{Name: q.T("meetup.host")}),
	}
	return announcePage.Render(q, v)
}

// change does what a host asks: keep what the form says, or cancel.
func (d *pages) change(q *page.Request) error {
	host, ok := key.Parse(q.R.PostForm.Get("token"))
	if !ok {
		return fault.New(fault.Forbidden, "meetup.not_host")
	}
	m, err := d.find(q)
	if err != nil {
		return err
	}
	do := q.R.PostForm.Get("do")
	switch do {
	case "move", "drop", "undo", "tell":
		return d.changeOne(q, m, host, do)
	case "leave":
		return d.leave(q, m, host)
	case "stand":
		return d.stand(q, m, host)
	}
	v := read(q)
	again := func(q *page.Request, v *announceView) error { return d.renderHost(q, m, host, v) }
	v.Details.Zone = m.Details().Zone
	if v.Details.Every == meetup.Otherwise {
		v.Details.Rule = m.Rule
	}
	switch do {
	case "preview":
		then, err := d.meetups.PreviewEdit(q.Context(), host, m.Thread, v.Details)
		if err != nil {
			return d.refuse(q, v, err, again)
		}
		c := d.cardOf(then)
		c.Own, c.Draft = true, true
		v.Preview = &c
		if err := d.illustrate(q, v.Preview); err != nil {
			return err
		}
		return again(q, v)
	case "cancel":
		reason := v.Reason
		if v, err = d.hostView(q, host, m); err != nil {
			return err
		}
		v.Reason = reason
		err = d.meetups.Cancel(q.Context(), host, m.Thread, v.Reason)
	default:
		err = d.meetups.Edit(q.Context(), host, m.Thread, v.Details)
	}
	if err != nil {
		return d.refuse(q, v, err, again)
	}
	return q.Redirect(http.StatusSeeOther, fmt.Sprintf("/host/%d/%s?kept=1", m.Thread, host.Token()))
}
