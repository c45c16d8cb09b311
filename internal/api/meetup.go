package api

import (
	"fmt"
	"math"
	"slices"
	"time"

	"moot/internal/api/rest"
	"moot/internal/board"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/meetup"
)

type meetupFull struct {
	Thread  int64     `json:"thread" doc:"Its thread, by whose number it is known."`
	Place   placeRef  `json:"place"`
	UID     string    `json:"uid" doc:"By which calendars know it."`
	Title   string    `json:"title"`
	Start   time.Time `json:"start" doc:"The first time, in its zone."`
	Zone    string    `json:"zone" example:"Europe/Athens"`
	Minutes int       `json:"minutes"`
	Venue   string    `json:"venue,omitempty" doc:"The public place; absent where none is found yet."`
	venueWords
	Spot      string       `json:"spot,omitempty" doc:"Where exactly, for whoever may know."`
	Held      bool         `json:"held" doc:"The spot is told to those who come, and to nobody else."`
	Room      int          `json:"room,omitempty" doc:"For how many people; absent: any number."`
	Repeat    string       `json:"repeat,omitempty" enum:"week,fortnight,month,month-last,otherwise"`
	Rule      string       `json:"rule,omitempty" doc:"RRULE of RFC 5545."`
	Sequence  int          `json:"sequence" doc:"Grows with each change that calendars are to take over."`
	ChangedAt time.Time    `json:"changed_at"`
	Cancelled bool         `json:"cancelled"`
	Reason    string       `json:"reason,omitempty" doc:"Why it was cancelled."`
	Hosted    bool         `json:"hosted" doc:"Somebody hosts it."`
	Coming    []occurrence `json:"coming" doc:"The next times that aren't over; none: it is over."`
	Changes   []change     `json:"changes,omitempty" doc:"Single times that were moved or dropped."`
	Answers   []rsvp       `json:"answers,omitempty" doc:"What whoever brought the token has answered."`
	URL       string       `json:"url" format:"uri-reference"`
}

// venueWords are what is said of a meetup's place.
type venueWords struct {
	Directions string `json:"directions,omitempty" doc:"How to find it."`
	Recognise  string `json:"recognise,omitempty" doc:"How to recognise the others."`
	StepFree   bool   `json:"step_free,omitempty"`
	Cost       string `json:"cost,omitempty"`
}

func (w venueWords) of(name string) meetup.Venue {
	return meetup.Venue{Name: name, Directions: w.Directions, Recognise: w.Recognise, StepFree: w.StepFree, Cost: w.Cost}
}

type occurrence struct {
	Original time.Time `json:"original" doc:"When it would have begun by the rule: by this it is known."`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Days     int       `json:"days,omitempty" doc:"On how many whole days it is; absent: it has an hour."`
	Coming   int       `json:"coming"`
	Maybe    int       `json:"maybe"`
	Cant     int       `json:"cant"`
}

type change struct {
	Original time.Time `json:"original"`
	Start    time.Time `json:"start,omitzero" doc:"Absent: it was dropped."`
}

type meetupList struct {
	Place   placeRef     `json:"place"`
	Meetups []meetupFull `json:"meetups" doc:"The next first, those that are cancelled among them."`
	Next    string       `json:"next,omitempty" doc:"Give it as after to read on; absent where there is no more."`
}

// details are what is said of a meetup; fields are those of the pages' form.
type details struct {
	Title   string `json:"title"`
	Start   string `json:"start" doc:"By the clocks of its zone." example:"2026-12-01T18:30"`
	Zone    string `json:"zone,omitempty" doc:"Absent: the place's."`
	Minutes int    `json:"minutes"`
	Venue   string `json:"venue" doc:"A public place: one that anybody may enter."`
	venueWords
	Spot   string `json:"spot,omitempty" doc:"Where exactly."`
	Held   bool   `json:"held,omitempty" doc:"Tell the spot to those who come, and to nobody else."`
	Room   int    `json:"room,omitempty"`
	Repeat string `json:"repeat,omitempty" enum:"week,fortnight,month,month-last,otherwise"`
	Until  string `json:"until,omitempty" doc:"The last day on which it is held." example:"2027-06-30"`
	Rule   string `json:"rule,omitempty" doc:"With repeat otherwise: RRULE of RFC 5545."`
	Public bool   `json:"public,omitempty" doc:"It is a public place, though it looks as if somebody lived there."`
}

type newMeetup struct {
	details
	Text     string       `json:"text,omitempty" doc:"The opening post; absent: the title."`
	Pictures []newPicture `json:"pictures,omitempty" doc:"Of the opening post."`
	redeemed
}

type announced struct {
	posted
	Host string `json:"host_token" doc:"As a bearer token it changes the meetup, and reads the notes to its host."`
	Page string `json:"host_url" format:"uri-reference" doc:"The host's private page on this site."`
}

type movedMeetup struct {
	Start   string `json:"start,omitempty" doc:"Of one that repeats, the first time from now on." example:"2026-12-01T18:30"`
	Minutes int    `json:"minutes,omitempty"`
	Venue   string `json:"venue,omitempty" doc:"Another place, with what is said of it; absent: it stays."`
	venueWords
	Public bool `json:"public,omitempty"`
}

type cancelling struct {
	Reason string `json:"reason" doc:"Everybody is told."`
}

type single struct {
	Occurrence string `json:"occurrence" format:"date-time" doc:"The original of one of its times."`
}

type droppedSingle struct {
	single
	Reason string `json:"reason,omitempty" doc:"Everybody is told."`
}

type movedSingle struct {
	single
	Start string `json:"start" example:"2026-12-01T18:30"`
}

type rsvp struct {
	Occurrence string `json:"occurrence,omitempty" format:"date-time" doc:"The original of one of its times; absent: the next."`
	Answer     string `json:"answer" enum:"none,coming,maybe,cant"`
	Note       string `json:"note,omitempty" doc:"For the host alone."`
}

type answered struct {
	meetupFull
	Token string `json:"token,omitempty" doc:"Made for who brought none: as a bearer token it changes the answer."`
}

type notes struct {
	Notes []rsvp `json:"notes" doc:"What was written to the host, without who."`
}

// comes are the answers to a meetup, by their numbers.
var comes = []string{"none", "coming", "maybe", "cant"}

// usualMeetups is how many meetups a list holds where it isn't asked otherwise.
const usualMeetups = 50

func rounded(km float64) float64 { return math.Round(km*10) / 10 }

func (c *call) meetup(m meetup.Meetup) meetupFull {
	made := meetupFull{
		Thread: m.Thread, Place: c.place(m.Place), UID: m.UID, Title: m.Title, Start: m.Start, Zone: m.Start.Location().String(), Minutes: m.Minutes,
		Venue: m.Venue.Name, venueWords: venueWords{m.Venue.Directions, m.Venue.Recognise, m.Venue.StepFree, m.Venue.Cost},
		Spot: m.Spot, Held: m.Held, Room: m.Room, Repeat: string(m.Every), Rule: m.Rule, Sequence: m.Sequence, ChangedAt: m.ChangedAt,
		Cancelled: m.Cancelled, Reason: m.Reason, Hosted: m.Hosted, Coming: []occurrence{}, URL: fmt.Sprintf("/%s/t/%d/meetup", m.Place.Path(), m.Thread),
	}
	for _, o := range m.Coming {
		made.Coming = append(made.Coming, occurrence{o.Original, o.Start, o.End, o.Days, o.Coming, o.Maybe, o.Cant})
	}
	for _, one := range m.Changed {
		made.Changes = append(made.Changes, change{one.Original, one.Start})
	}
	return made
}

// look is a meetup as somebody may know it: with their answers, and the spot where
// they come to it.
func (c *call) look(number int64, who key.Actor) (meetupFull, error) {
	m, err := c.Meetups.Meetup(c.R.Context(), number)
	if err != nil {
		return meetupFull{}, err
	}
	made := c.meetup(m)
	if !who.Known() {
		return made, nil
	}
	given, err := c.Meetups.Answered(c.R.Context(), who, number)
	if err != nil {
		return made, err
	}
	for _, o := range m.Coming {
		if a, ok := given[o.Original.Unix()]; ok {
			made.Answers = append(made.Answers, rsvp{o.Original.Format(time.RFC3339), comes[a.Answer], a.Note})
		}
	}
	if m.Held {
		if made.Spot, err = c.Meetups.Spot(c.R.Context(), who, number); fault.Is(err, fault.Forbidden) {
			err = nil
		}
	}
	return made, err
}

func (d *api) coming(c *call) (answer, error) {
	p, err := c.Place()
	if err != nil {
		return answer{}, err
	}
	q := c.Query()
	size := q.Number("limit", 1, meetup.Most, usualMeetups)
	var after meetup.Cursor
	if s := q.Text("after", longestCursor); s != "" {
		if _, err := fmt.Sscanf(s, "%d-%d", &after.Next, &after.Thread); err != nil || cursorOf(after) != s {
			q.Wrong("after")
		}
	}
	if err := q.Err(); err != nil {
		return answer{}, err
	}
	all, more, err := d.Meetups.Coming(c.R.Context(), p, after, int(size))
	made := meetupList{Place: c.place(p), Meetups: []meetupFull{}}
	for _, m := range all {
		made.Meetups = append(made.Meetups, c.meetup(m))
	}
	if more != (meetup.Cursor{}) {
		made.Next = cursorOf(more)
	}
	return answer{Body: made}, err
}

func cursorOf(c meetup.Cursor) string { return fmt.Sprintf("%d-%d", c.Next, c.Thread) }

func (d *api) meetup(c *call) (answer, error) {
	number, err := c.Number()
	if err != nil {
		return answer{}, err
	}
	who, err := c.Actor()
	if err != nil {
		return answer{}, err
	}
	made, err := c.look(number, who)
	return answer{Body: made, Own: true}, err
}

// details are a meetup's for its use-case.
func (d details) details() meetup.Details {
	return meetup.Details{
		Title: d.Title, Start: d.Start, Zone: d.Zone, Minutes: d.Minutes, Spot: d.Spot, Held: d.Held, Room: d.Room,
		Venue: d.venueWords.of(d.Venue), Every: meetup.Every(d.Repeat), Until: d.Until, Rule: d.Rule, Public: d.Public,
	}
}

func (d *api) announce(c *call, n newMeetup) (answer, error) {
	p, err := c.Place()
	if err != nil {
		return answer{}, err
	}
	secret, err := d.Boards.Secret(c.R.Context())
	if err != nil {
		return answer{}, err
	}
	host := key.Derived(secret, "host:"+n.Ticket)
	s := sent{newThread: newThread{newReply: newReply{newPost: newPost{Text: n.Text, Pictures: n.Pictures}, redeemed: n.redeemed}}, more: fmt.Sprintf("%#v", n.details)}
	made, err := c.submit(s, func(actor key.Actor, post board.NewPost) (board.Target, error) {
		return d.Meetups.Announce(c.R.Context(), actor, host, board.NewThread{Place: p, NewPost: post}, n.details.details())
	})
	if p, ok := made.Body.(posted); ok {
		made.Location = fmt.Sprintf("/api/v1/meetups/%d", p.Thread)
		made.Body = announced{p, host.Token(), fmt.Sprintf("/host/%d/%s", p.Thread, host.Token())}
	}
	return made, err
}

func (d *api) rsvp(c *call, n rsvp) (answer, error) {
	number, err := c.Number()
	if err != nil {
		return answer{}, err
	}
	var at time.Time
	if n.Occurrence != "" {
		if at, err = time.Parse(time.RFC3339, n.Occurrence); err != nil {
			return answer{}, rest.Bad("occurrence")
		}
	}
	a := slices.Index(comes, n.Answer)
	if a < 0 {
		return answer{}, rest.Bad("answer")
	}
	who, fresh, err := c.Poster()
	if err != nil {
		return answer{}, err
	}
	if err := d.Meetups.RSVP(c.R.Context(), who, number, at, meetup.Answer(a), n.Note); err != nil {
		return answer{}, err
	}
	made := answered{}
	if made.meetupFull, err = c.look(number, who); fresh {
		made.Token = who.Token()
	}
	return answer{Body: made}, err
}

// hosting does what a host asks, and is the meetup as it is then.
func hosting[N any](act func(c *call, host key.Actor, number int64, n N) error) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		number, err := c.Number()
		if err != nil {
			return answer{}, err
		}
		host, err := c.Owner()
		if err != nil {
			return answer{}, err
		}
		var n N
		if err := c.Read(&n); err != nil {
			return answer{}, err
		}
		if err := act(c, host, number, n); err != nil {
			return answer{}, err
		}
		made, err := c.look(number, host)
		return answer{Body: made}, err
	}
}

func edit(c *call, host key.Actor, number int64, n details) error {
	return c.Meetups.Edit(c.R.Context(), host, number, n.details())
}

func moveMeetup(c *call, host key.Actor, number int64, n movedMeetup) error {
	return c.Meetups.Move(c.R.Context(), host, number, meetup.To{Start: n.Start, Minutes: n.Minutes, Venue: n.venueWords.of(n.Venue), Public: n.Public})
}

func cancel(c *call, host key.Actor, number int64, n cancelling) error {
	return c.Meetups.Cancel(c.R.Context(), host, number, n.Reason)
}

func moveOne(c *call, host key.Actor, number int64, n movedSingle) error {
	at, err := time.Parse(time.RFC3339, n.Occurrence)
	if err != nil {
		return rest.Bad("occurrence")
	}
	return c.Meetups.MoveOne(c.R.Context(), host, number, at, n.Start)
}

func dropOne(c *call, host key.Actor, number int64, n droppedSingle) error {
	at, err := time.Parse(time.RFC3339, n.Occurrence)
	if err != nil {
		return rest.Bad("occurrence")
	}
	return c.Meetups.DropOne(c.R.Context(), host, number, at, n.Reason)
}

func (d *api) notes(c *call) (answer, error) {
	number, err := c.Number()
	if err != nil {
		return answer{}, err
	}
	host, err := c.Owner()
	if err != nil {
		return answer{}, err
	}
	all, err := d.Meetups.Notes(c.R.Context(), host, number)
	made := notes{Notes: []rsvp{}}
	for _, n := range all {
		made.Notes = append(made.Notes, rsvp{n.Occurrence.Format(time.RFC3339), comes[n.Answer], n.Note})
	}
	return answer{Body: made, Own: true}, err
}
