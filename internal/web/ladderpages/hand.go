package ladderpages

import (
	"net/http"
	"slices"
	"time"

	"moot/internal/convene"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/place"
	"moot/internal/text"
	"moot/internal/web/page"
)

var handPage = page.Declare[*handView](folder, "hand")

// handView is the page of a hand: to put one up, or what can be done with one.
type handView struct {
	page.View
	Place    place.Place
	Hands    convene.Count
	Around   []convene.Near
	Hand     *convene.Hand // that this browser, or this link, has
	Token    string        // the hand's, for its owner
	Link     string        // the address to keep
	Raised   bool          // it went up just now
	Lowered  bool          // it came down just now
	Done     string        // what else was done with it just now, as a message; "" for nothing
	Soon     bool          // it comes down soon
	States   []state       // what is happening where the hand is asked
	Feed     string        // the address of its own feed
	Others   []held        // other hands of this browser
	Reaches  []int
	Reach    int
	To       string        // the city to move to, as typed
	Cities   []place.Place // that it may be, where it isn't sure which
	Days     int           // that a hand is up
	MayAsk   bool          // one of the hands here may ask all for a date
	Ticket   string
	Wait     time.Duration
	Work     int
	Problems page.Problems
}

// held is a hand of this browser in another city.
type held struct{ convene.Hand }

// hand is the page of one's hand in a city.
func (d *door) hand(q *page.Request) error {
	v := &handView{}
	query := q.R.URL.Query()
	v.Lowered = query.Get("down") != ""
	v.Raised = query.Get("up") != ""
	v.Done = doneWith[query.Get("done")]
	return d.renderHand(q, v)
}

// doneWith are the messages that say what was done with a hand, as addresses name it.
var doneWith = map[string]string{"renew": "ladder.hand_kept", "move": "ladder.hand_moved", "reach": "ladder.hand_changed"}

// mine are the hands of this browser that are up, and who owns each.
func (d *door) mine(q *page.Request) (owners []key.Actor, hands []convene.Hand, err error) {
	for _, owner := range q.Hands() {
		h, err := d.ladder.Hand(q.Context(), owner)
		if fault.Is(err, fault.NotFound) {
			continue
		} else if err != nil {
			return nil, nil, err
		}
		owners, hands = append(owners, owner), append(hands, h)
	}
	return owners, hands, nil
}

func (d *door) renderHand(q *page.Request, v *handView) (err error) {
	v.Place, v.Reaches = q.Place, convene.Reaches
	v.Days = int(d.ladder.Rules.HandLife / (24 * time.Hour))
	if v.Place.Kind() == place.City {
		if v.Hands, v.Around, err = d.ladder.Up(q.Context(), q.Place); err != nil {
			return err
		}
		now, err := d.step(q.Context(), q.Place)
		if err != nil {
			return err
		}
		v.MayAsk = now.MayAsk
	}
	if v.Hand == nil {
		owners, hands, err := d.mine(q)
		if err != nil {
			return err
		}
		for n := range hands {
			if hands[n].Place == q.Place {
				v.has(q, owners[n], hands[n])
			} else {
				v.Others = append(v.Others, held{hands[n]})
			}
		}
	}
	if v.Hand == nil {
		v.Raised, v.Done = false, ""
		t := q.Ticket(v.Ticket)
		v.Ticket, v.Wait, v.Work = t.Text, t.Wait, t.Bits
	}
	title := q.T("ladder.hand_title", "place", q.Name(q.Place))
	if v.Hand != nil {
		title = q.T("ladder.hand_yours", "place", q.Name(q.Place))
	}
	modules := []string{"write.js"}
	if v.Hand != nil {
		if v.States, err = d.states(q, v); err != nil {
			return err
		}
	}
	if q.Site.PushKey != "" && v.Place.Kind() == place.City {
		modules = append(modules, "push.js")
	}
	v.View = page.View{
		Title: title, Trail: q.Trail(page.Crumb{Name: q.T("ladder.hand")}), NoIndex: v.Hand != nil, Status: v.Status,
		Personal: true, Modules: modules,
	}
	return handPage.Render(q, v)
}

// has shows a hand to its owner.
func (v *handView) has(q *page.Request, owner key.Actor, h convene.Hand) {
	v.Hand, v.Token = &h, owner.Token()
	v.Reach, v.Soon = h.Reach, h.EndsSoon(q.Now())
	v.Link = q.Link("/hand/" + v.Token)
	v.Feed = v.Link + "/feed.atom"
}

// byLink is the page of a hand for whoever has its link.
func (d *door) byLink(q *page.Request) error {
	owner, ok := key.Parse(q.R.PathValue("token"))
	if !ok {
		return fault.New(fault.NotFound, "convene.no_hand")
	}
	h, err := d.ladder.Hand(q.Context(), owner)
	if err != nil {
		return err
	}
	q.Place = h.Place
	v := &handView{}
	v.has(q, owner, h)
	return d.renderHand(q, v)
}

// raise puts a hand up in a city.
func (d *door) raise(q *page.Request) error {
	form := q.R.PostForm
	v := &handView{Ticket: q.SentTicket(), Reach: q.Number("reach")}
	owners, _, err := d.mine(q)
	if err != nil {
		return err
	}
	fresh, err := d.ladder.Owner(q.Context(), v.Ticket)
	if err != nil {
		return err
	}
	ticket, err := q.Site.Guard.Redeem(v.Ticket, form.Get("proof"))
	if err != nil {
		if q.SentBefore(err, func() (bool, error) { return d.ladder.IsUp(q.Context(), fresh, q.Place) }) {
			return d.raised(q, owners, fresh)
		}
		return d.refuseHand(q, v, err)
	}
	if fresh, err = d.ladder.Raise(q.Context(), fresh, owners, q.Place, v.Reach); err != nil {
		ticket.GiveBack(err)
		return d.refuseHand(q, v, err)
	}
	ticket.Keep()
	return d.raised(q, owners, fresh)
}

// raised has the browser keep a hand, and shows it.
func (d *door) raised(q *page.Request, owners []key.Actor, fresh key.Actor) error {
	d.keep(q, with(owners, fresh))
	return q.Redirect(http.StatusSeeOther, "/"+q.Place.Path()+"/hand?up=1")
}

// keep has the browser keep its hands for longer than any of them is up.
func (d *door) keep(q *page.Request, owners []key.Actor) {
	q.KeepHands(owners, d.ladder.Rules.HandLife+10*24*time.Hour)
}

// with are owners of hands, one more among them.
func with(owners []key.Actor, one key.Actor) []key.Actor {
	if slices.Contains(owners, one) {
		return owners
	}
	return append(owners, one)
}

// change does what somebody asks of a hand whose token they have: take it down,
// keep it up, move it.
func (d *door) change(q *page.Request) error {
	form := q.R.PostForm
	owner, ok := key.Parse(form.Get("token"))
	if !ok {
		return fault.New(fault.NotFound, "convene.no_hand")
	}
	h, err := d.ladder.Hand(q.Context(), owner)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	gone := err != nil
	was, do := h.Place, form.Get("do")
	switch do {
	case "mark":
		if gone {
			return err
		}
		return d.toMark(q, owner)
	case "lower":
		if _, err := d.ladder.Lower(q.Context(), owner); err != nil {
			return err
		}
		d.keep(q, slices.DeleteFunc(q.Hands(), func(o key.Actor) bool { return o == owner }))
		if gone {
			return q.Redirect(http.StatusSeeOther, "/")
		}
		return q.Redirect(http.StatusSeeOther, "/"+h.Place.Path()+"/hand?down=1")
	case "renew":
		h, err = d.ladder.Renew(q.Context(), owner)
	case "move":
		h, err = d.move(q, owner, h, gone)
	case "ask": // the page on which that is done looks for the hand in a cookie
		if gone {
			return err
		}
		d.keep(q, with(q.Hands(), owner))
		return q.Redirect(http.StatusSeeOther, "/"+h.Place.Path()+"/hand/ask")
	default:
		return fault.New(fault.Invalid, "ladder.no_act")
	}
	if err != nil {
		if gone {
			return err
		}
		q.Place = h.Place
		v := &handView{To: form.Get("to")}
		_, v.Cities = meant(q.Site.Gazetteer, text.CleanLine(v.To))
		if now, failed := d.ladder.Hand(q.Context(), owner); failed == nil {
			q.Place = now.Place
			v.has(q, owner, now)
		}
		v.Reach = q.Number("reach")
		return d.refuseHand(q, v, err)
	}
	d.keep(q, with(q.Hands(), owner))
	if do == "move" && h.Place == was {
		do = "reach"
	}
	return q.Redirect(http.StatusSeeOther, "/"+h.Place.Path()+"/hand?done="+do)
}

// move takes a hand to the city that was typed, or has it reach further.
func (d *door) move(q *page.Request, owner key.Actor, h convene.Hand, gone bool) (convene.Hand, error) {
	if gone {
		return h, fault.New(fault.NotFound, "convene.no_hand")
	}
	to := h.Place
	if typed := text.CleanLine(q.R.PostForm.Get("to")); typed != "" {
		var err error
		if to, err = d.city(q, typed); err != nil {
			return h, err
		}
	}
	moved, err := d.ladder.Move(q.Context(), owner, q.Hands(), to, q.Number("reach"))
	if err != nil {
		return h, err
	}
	return moved, nil
}

// refuseHand gives the form back with what is wrong.
func (d *door) refuseHand(q *page.Request, v *handView, err error) error {
	problems, mendable := q.Problems(err)
	if !mendable {
		return err
	}
	v.Problems, v.Status = problems, page.StatusOf(err)
	q.RetryAfter(fault.Each(err)...)
	return d.renderHand(q, v)
}
