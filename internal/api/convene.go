package api

import (
	"net/http"
	"slices"
	"time"

	"moot/internal/api/rest"
	"moot/internal/board"
	"moot/internal/convene"
	"moot/internal/door"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/place"
)

type handCount struct {
	Exactly int  `json:"count,omitempty" doc:"How many are up; absent where there is none, or too few to say how many."`
	Few     bool `json:"few" doc:"Some are up, and too few to say how many."`
}

type hands struct {
	Place placeRef `json:"place"`
	handCount
	Around    []handsNear `json:"around" doc:"Cities near it where hands are up, the nearest first."`
	Convening int64       `json:"convening,omitempty" doc:"The thread of its newest convening, open or closed."`
}

type handsNear struct {
	placeRef
	Kilometres float64 `json:"km"`
	handCount
}

type hand struct {
	Place placeRef  `json:"place" doc:"The city where it is up."`
	Reach int       `json:"reach" doc:"How far its owner would go, in km; 0: only there."`
	Ends  time.Time `json:"ends_at" doc:"When it comes down unless it is renewed."`
}

type raised struct {
	hand
	Token string `json:"token" doc:"The hand's, and no other: as a bearer token it looks after the hand, and marks. The site keeps a hash of it."`
	URL   string `json:"url" format:"uri-reference" doc:"The private page of the hand on this site."`
}

type newHand struct {
	Reach int      `json:"reach,omitempty" doc:"0, 10, 25, 50 or 100 km."`
	Held  []string `json:"held,omitempty" doc:"The tokens of the other hands of the same device, of which it has one in a city and few in all."`
	redeemed
}

type movedHand struct {
	To    string   `json:"to,omitempty" doc:"The id of another city; absent: it stays."`
	Reach int      `json:"reach" doc:"0, 10, 25, 50 or 100 km."`
	Held  []string `json:"held,omitempty" doc:"The tokens of the other hands of the same device."`
}

type lowered struct {
	Place string `json:"place,omitempty" doc:"The id of the city where it was up; absent where it was up no more."`
}

type asking struct {
	Hand    string `json:"hand" doc:"The token of a hand that is up in the city."`
	Subject string `json:"subject,omitempty" doc:"Absent: the site's words."`
	Text    string `json:"text,omitempty" doc:"The opening post; absent: the site's words."`
	redeemed
}

type convening struct {
	Thread int64     `json:"thread"`
	Place  placeRef  `json:"place"`
	Opened time.Time `json:"opened_at"`
	Closes time.Time `json:"closes_at" doc:"At the latest."`
	Closed time.Time `json:"closed_at,omitzero" doc:"Absent while it takes marks."`
	Hands  handCount `json:"hands" doc:"That are up in the city, or were when it closed."`
	Times  []choice  `json:"times"`
	Venues []choice  `json:"venues"`
	Came   bool      `json:"came" doc:"A meetup came of it, which stands on its thread."`
	At     int64     `json:"at,omitempty" doc:"The number of the time that won."`
	In     int64     `json:"in,omitempty" doc:"The number of the place that won."`
	Again  *again    `json:"again,omitempty" doc:"When the city is asked anew by itself, after one that came to nothing."`
	Marked []mark    `json:"marked,omitempty" doc:"What the hand has marked whose token was brought."`
}

type choice struct {
	Number int64     `json:"number" doc:"By which it is marked."`
	At     time.Time `json:"at,omitzero" doc:"Of a time: when, in the city's zone."`
	Venue  *venue    `json:"venue,omitempty" doc:"Of a place."`
	Suits  int       `json:"suits" doc:"How many hands it suits."`
	Could  int       `json:"could"`
	Cant   int       `json:"cant"`
}

type venue struct {
	Name       string `json:"name" doc:"A public place: one that anybody may enter."`
	Directions string `json:"directions,omitempty" doc:"How to find it."`
	Why        string `json:"why" doc:"Why there: step-free, nothing has to be bought."`
	StepFree   bool   `json:"step_free,omitempty"`
	Free       bool   `json:"free,omitempty" doc:"Nothing has to be bought or paid."`
}

type again struct {
	Hands int       `json:"hands" doc:"At once when so many are up."`
	Least int       `json:"least" doc:"Later, when so many are."`
	From  time.Time `json:"from" doc:"From when on that is so."`
}

type mark struct {
	Choice int64  `json:"choice"`
	Answer string `json:"answer" enum:"none,suits,could,cant"`
}

type marking struct {
	Marks []mark `json:"marks" doc:"In place of what the hand said of these before; of others it stays."`
}

type newVenue struct {
	venue
	Public bool `json:"public,omitempty" doc:"It is a public place, though it looks as if somebody lived there."`
	redeemed
}

// says are the answers of a hand, by their numbers.
var says = []string{"none", "suits", "could", "cant"}

// held are the owners of the other hands of a device.
func held(tokens []string) (owners []key.Actor, err error) {
	for _, t := range tokens {
		a, ok := key.Parse(t)
		if !ok || len(owners) == maxHeld {
			return nil, rest.Bad("held")
		}
		owners = append(owners, a)
	}
	return owners, nil
}

// maxHeld is how many tokens of hands are looked at.
const maxHeld = 16

func (c *call) hand(h convene.Hand) hand {
	if !h.Place.Valid() { // there was a fault, which is told instead
		return hand{}
	}
	return hand{c.place(h.Place), h.Reach, h.Ends}
}

func countOf(n convene.Count) handCount { return handCount{n.Exactly, n.Few} }

func (d *api) hands(c *call) (answer, error) {
	p, err := c.Place()
	if err != nil {
		return answer{}, err
	}
	if p.Kind() != place.City {
		return answer{}, fault.New(fault.NotFound, "convene.no_city")
	}
	here, around, err := d.Ladder.Up(c.R.Context(), p)
	if err != nil {
		return answer{}, err
	}
	made := hands{Place: c.place(p), handCount: countOf(here), Around: []handsNear{}}
	for _, n := range around {
		made.Around = append(made.Around, handsNear{c.place(n.Place), rounded(n.Distance), countOf(n.Hands)})
	}
	newest, any, err := d.Ladder.Standing(c.R.Context(), p)
	if any {
		made.Convening = newest.Thread
	}
	return answer{Body: made}, err
}

func (d *api) raise(c *call, n newHand) (answer, error) {
	p, err := c.Place()
	if err != nil {
		return answer{}, err
	}
	others, err := held(n.Held)
	if err != nil {
		return answer{}, err
	}
	owner, err := d.Ladder.Owner(c.R.Context(), n.Ticket)
	if err != nil {
		return answer{}, err
	}
	ticket, err := c.Guard.Redeem(n.Ticket, n.Proof)
	if err != nil {
		if c.Before(err, func() (bool, error) { return d.Ladder.IsUp(c.R.Context(), owner, p) }) {
			return c.raised(owner)
		}
		return answer{}, err
	}
	if owner, err = d.Ladder.Raise(c.R.Context(), owner, others, p, n.Reach); err != nil {
		ticket.GiveBack(err)
		return answer{}, err
	}
	ticket.Keep()
	return c.raised(owner)
}

func (c *call) raised(owner key.Actor) (answer, error) {
	h, err := c.Ladder.Hand(c.R.Context(), owner)
	return answer{Status: http.StatusCreated, Location: "/api/v1/hand", Body: raised{c.hand(h), owner.Token(), "/hand/" + owner.Token()}}, err
}

// ofHand does what whoever holds a hand's token asks of it.
func (d *api) ofHand(act func(c *call, owner key.Actor) (any, error)) func(*door.Asked) error {
	return d.handle(func(c *call) (answer, error) {
		owner, err := c.Owner()
		if err != nil {
			return answer{}, err
		}
		made, err := act(c, owner)
		return answer{Body: made, Own: true}, err
	})
}

func lookAt(c *call, owner key.Actor) (any, error) {
	h, err := c.Ladder.Hand(c.R.Context(), owner)
	return c.hand(h), err
}

func renew(c *call, owner key.Actor) (any, error) {
	h, err := c.Ladder.Renew(c.R.Context(), owner)
	return c.hand(h), err
}

func lower(c *call, owner key.Actor) (any, error) {
	p, err := c.Ladder.Lower(c.R.Context(), owner)
	if !p.Valid() {
		return lowered{}, err
	}
	return lowered{rest.ID(p)}, err
}

func (d *api) move(c *call, n movedHand) (answer, error) {
	owner, err := c.Owner()
	if err != nil {
		return answer{}, err
	}
	others, err := held(n.Held)
	if err != nil {
		return answer{}, err
	}
	h, err := d.Ladder.Hand(c.R.Context(), owner)
	if err != nil {
		return answer{}, err
	}
	to := h.Place
	if n.To != "" {
		if to, err = c.Named(n.To); err != nil {
			return answer{}, fault.New(fault.Invalid, "place.unknown").On("to")
		}
	}
	h, err = d.Ladder.Move(c.R.Context(), owner, others, to, n.Reach)
	return answer{Body: c.hand(h)}, err
}

func (d *api) ask(c *call, n asking) (answer, error) {
	p, err := c.Place()
	if err != nil {
		return answer{}, err
	}
	owner, ok := key.Parse(n.Hand)
	if !ok {
		return answer{}, rest.Bad("hand")
	}
	s := sent{newThread: newThread{Subject: n.Subject, newReply: newReply{newPost: newPost{Text: n.Text}, redeemed: n.redeemed}}}
	return c.submit(s, func(actor key.Actor, post board.NewPost) (board.Target, error) {
		return d.Ladder.Begin(c.R.Context(), actor, owner, board.NewThread{Place: p, Subject: n.Subject, NewPost: post})
	})
}

func (d *api) convening(c *call) (answer, error) {
	number, err := c.Number()
	if err != nil {
		return answer{}, err
	}
	owner, err := c.Actor()
	if err != nil {
		return answer{}, err
	}
	made, err := c.convening(number, owner)
	return answer{Body: made, Own: true}, err
}

// convening is one as everybody may know it, with what a hand has marked.
func (c *call) convening(number int64, owner key.Actor) (convening, error) {
	v, err := c.Ladder.Convening(c.R.Context(), number)
	if err != nil {
		return convening{}, err
	}
	made := convening{
		Thread: v.Thread, Place: c.place(v.Place), Opened: v.Opened, Closes: v.Closes, Closed: v.Closed, Hands: countOf(v.Hands),
		Times: choices(v.Times), Venues: choices(v.Venues), Came: v.Came, At: v.At, In: v.In,
	}
	if v.Again != nil {
		made.Again = &again{v.Again.Hands, v.Again.Least, v.Again.From}
	}
	if owner.Known() {
		marked, err := c.Ladder.Marked(c.R.Context(), owner, number)
		if err != nil {
			return made, err
		}
		for _, one := range slices.Concat(made.Times, made.Venues) {
			if a, ok := marked[one.Number]; ok {
				made.Marked = append(made.Marked, mark{one.Number, says[a]})
			}
		}
	}
	return made, nil
}

func choices(all []convene.Choice) []choice {
	made := make([]choice, len(all))
	for i, c := range all {
		made[i] = choice{Number: c.Number, At: c.At, Suits: c.Suits, Could: c.Could, Cant: c.Cant}
		if c.At.IsZero() {
			made[i].Venue = &venue{c.Venue.Name, c.Venue.Directions, c.Venue.Why, c.Venue.StepFree, c.Venue.Free}
		}
	}
	return made
}

func (d *api) mark(c *call, n marking) (answer, error) {
	number, err := c.Number()
	if err != nil {
		return answer{}, err
	}
	owner, err := c.Owner()
	if err != nil {
		return answer{}, err
	}
	answers := map[int64]convene.Answer{}
	for _, m := range n.Marks {
		a := slices.Index(says, m.Answer)
		if _, twice := answers[m.Choice]; a < 0 || twice {
			return answer{}, rest.Bad("marks")
		}
		answers[m.Choice] = convene.Answer(a)
	}
	if err := d.Ladder.Mark(c.R.Context(), owner, number, answers); err != nil {
		return answer{}, err
	}
	made, err := c.convening(number, owner)
	return answer{Body: made}, err
}

func (d *api) propose(c *call, n newVenue) (answer, error) {
	number, err := c.Number()
	if err != nil {
		return answer{}, err
	}
	v := convene.Venue{Name: n.Name, Directions: n.Directions, Why: n.Why, StepFree: n.StepFree, Free: n.Free}
	ticket, err := c.Guard.Redeem(n.Ticket, n.Proof)
	if err != nil {
		if !c.Before(err, func() (bool, error) { return d.Ladder.Proposed(c.R.Context(), number, v) }) {
			return answer{}, err
		}
	} else if err := d.Ladder.Propose(c.R.Context(), number, v, n.Public); err != nil {
		ticket.GiveBack(err)
		return answer{}, err
	} else {
		ticket.Keep()
	}
	made, err := c.convening(number, key.Anyone)
	return answer{Status: http.StatusCreated, Body: made}, err
}
