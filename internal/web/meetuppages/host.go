package meetuppages

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/meetup"
	"moot/internal/web/page"
)

// single is one of the times of a meetup that repeats, for its host to move or drop.
type single struct {
	meetup.Occurrence
	Path     string // the form's
	Token    string
	Dropped  bool
	Day      string // as typed
	Time     string
	Reason   string
	Open     bool // the form stands open, since something in it is wrong
	Problems page.Problems
}

// Number is by what the form knows it.
func (s single) Number() int64 { return s.Original.Unix() }

// singles are the next times of a meetup, with those of them that aren't held.
func singles(m meetup.Meetup, path, token string, now time.Time) (all []single) {
	if m.Rule == "" || m.Cancelled {
		return nil
	}
	add := func(o meetup.Occurrence, dropped bool, reason string) {
		day, hour, _ := strings.Cut(o.Start.Format(meetup.ClockForm), "T")
		all = append(all, single{Occurrence: o, Path: path, Token: token, Dropped: dropped, Day: day, Time: hour, Reason: reason})
	}
	for _, o := range m.Coming {
		add(o, false, "")
	}
	for _, c := range m.Changed {
		if c.Start.IsZero() && c.Original.After(now) {
			add(m.At(c.Original, c.Original), true, c.Reason)
		}
	}
	slices.SortFunc(all, func(a, b single) int { return a.Start.Compare(b.Start) })
	return all
}

// telling is a time that was, of which its host can tell.
type telling struct {
	meetup.After
	Path     string
	Token    string
	Number   string // of people, as typed
	Words    string
	Problems page.Problems
}

// ID is by what the form knows it.
func (t telling) ID() int64 { return t.Original.Unix() }

// one is what a host's form says of a single time, where something in it is wrong.
type one struct {
	of       int64
	do       string
	day      string
	hour     string
	words    string // the reason, or what is told
	came     string
	problems page.Problems
}

// takeOn has whoever has a hand in the city host what hands agreed on, by a link that
// they get.
func (d *pages) takeOn(q *page.Request) error {
	m, err := d.find(q)
	if err != nil {
		return err
	}
	v := &meetupView{Ticket: q.SentTicket()}
	secret, err := d.boards.Secret(q.Context())
	if err != nil {
		return err
	}
	host := key.Derived(secret, "host:"+v.Ticket)
	ticket, err := q.Site.Guard.Redeem(v.Ticket, q.R.PostForm.Get("proof"))
	if err != nil {
		if q.SentBefore(err, func() (bool, error) { return d.meetups.Hosts(q.Context(), m.Thread, host) }) {
			return d.hosted(q, m.Thread, host)
		}
		return d.refuseAnswer(q, m, v, err)
	}
	if err := d.meetups.Host(q.Context(), m.Thread, host, q.Hands()); err != nil {
		ticket.GiveBack(err)
		return d.refuseAnswer(q, m, v, err)
	}
	ticket.Keep()
	return d.hosted(q, m.Thread, host)
}

// addDates adds to a host's page the single times, and those of which it can be told
// how they were.
func (d *pages) addDates(q *page.Request, m meetup.Meetup, v *announceView) error {
	v.Singles = singles(m, v.Action, v.Token, d.clock.Now())
	for i := range v.Singles {
		if s := &v.Singles[i]; v.one.of == s.Number() && v.one.do != "tell" {
			s.Open, s.Problems, s.Reason = true, v.one.problems, v.one.words
			if v.one.do == "move" {
				s.Day, s.Time = v.one.day, v.one.hour
			}
		}
	}
	past, err := d.meetups.ToTell(q.Context(), m.Thread)
	for _, a := range past {
		t := telling{After: a, Path: v.Action, Token: v.Token, Words: a.Notes}
		if a.Told {
			t.Number = strconv.Itoa(a.Came)
		}
		if v.one.of == t.ID() && v.one.do == "tell" {
			t.Number, t.Words, t.Problems = v.one.came, v.one.words, v.one.problems
		}
		v.Telling = append(v.Telling, t)
	}
	return err
}

// changeOne does what a host asks of a single time: move it, drop it, have it as it
// was, tell how it was.
func (d *pages) changeOne(q *page.Request, m meetup.Meetup, host key.Actor, do string) error {
	form := q.R.PostForm
	of, err := strconv.ParseInt(form.Get("occurrence"), 10, 64)
	if err != nil {
		return fault.New(fault.Conflict, "meetup.no_occurrence")
	}
	o := one{of: of, do: do, day: form.Get("day"), hour: form.Get("time"), words: cmp.Or(form.Get("reason"), form.Get("notes")), came: form.Get("came")}
	at := time.Unix(of, 0)
	switch do {
	case "move":
		err = d.meetups.MoveOne(q.Context(), host, m.Thread, at, o.day+"T"+o.hour)
	case "drop":
		err = d.meetups.DropOne(q.Context(), host, m.Thread, at, o.words)
	case "undo":
		err = d.meetups.UndoOne(q.Context(), host, m.Thread, at)
	case "tell":
		came := q.Number("came")
		if strings.TrimSpace(o.came) == "" {
			came = -1
		}
		err = d.meetups.Tell(q.Context(), host, m.Thread, at, came, o.words)
	}
	if err != nil {
		problems, mendable := q.Problems(err)
		if !mendable {
			return err
		}
		o.problems = problems
		v, failed := d.hostView(q, host, m)
		if failed != nil {
			return failed
		}
		v.one, v.Status = o, page.StatusOf(err)
		return d.renderHost(q, m, host, v)
	}
	where := "dates"
	if do == "tell" {
		where = "after"
	}
	return q.Redirect(http.StatusSeeOther, fmt.Sprintf("/host/%d/%s?kept=1#%s", m.Thread, host.Token(), where))
}

// stand has what its host cancelled be held after all.
func (d *pages) stand(q *page.Request, m meetup.Meetup, host key.Actor) error {
	if err := d.meetups.Host(q.Context(), m.Thread, host, nil); err != nil {
		return err
	}
	return q.Redirect(http.StatusSeeOther, fmt.Sprintf("/host/%d/%s?kept=1", m.Thread, host.Token()))
}

// leave has a host look after what hands agreed on no longer.
func (d *pages) leave(q *page.Request, m meetup.Meetup, host key.Actor) error {
	if err := d.meetups.Leave(q.Context(), host, m.Thread); err != nil {
		return err
	}
	return q.Redirect(http.StatusSeeOther, cardOf(m).Path+"?left=1")
}
