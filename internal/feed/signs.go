package feed

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"moot/internal/board"
	"moot/internal/door"
	"moot/internal/fault"
	"moot/internal/font"
	"moot/internal/lang"
	"moot/internal/meetup"
	"moot/internal/sign"
)

// Drawing a sign takes a core for 40 to 120 ms. So drawn ones are kept, a
// visitor pays for each as for a search, only one is drawn at a time, and only
// so many wait for it.
const (
	signs     = 256 // kept, of 20 to 50 kB each
	inLine    = 4   // askers that draw or wait
	signAgain = 5 * time.Second
	signFresh = 24 * time.Hour
)

// easel is where signs are drawn.
type easel struct {
	drawn *recent[[]byte]
	line  chan struct{} // who draws or waits
	brush chan struct{} // who draws
	draw  func(sign.Sign) ([]byte, error)
}

func newEasel() *easel {
	return &easel{newRecent[[]byte](signs), make(chan struct{}, inLine), make(chan struct{}, 1), sign.Draw}
}

// sign draws a sign, or finds it drawn.
func (e *easel) sign(ctx context.Context, s sign.Sign) ([]byte, error) {
	name := fmt.Sprintf("%q", []any{s.Title, s.Place, s.When, s.Where, s.Site, s.Hue, s.Direction})
	if picture, ok := e.drawn.get(name); ok {
		return picture, nil
	}
	busy := fault.New(fault.Unavailable, "feed.busy").After(signAgain)
	select {
	case e.line <- struct{}{}:
		defer func() { <-e.line }()
	default:
		return nil, busy
	}
	select {
	case e.brush <- struct{}{}:
		defer func() { <-e.brush }()
	case <-ctx.Done():
		return nil, busy
	}
	if picture, ok := e.drawn.get(name); ok { // drawn while this waited
		return picture, nil
	}
	picture, err := e.draw(s)
	if err == nil {
		e.drawn.put(name, picture)
	}
	return picture, err
}

// placeSign is the sign of a board.
func (d *feeds) placeSign(a *door.Asked) error {
	r := d.reading(a)
	return r.sendSign(sign.Sign{Place: r.name(a.Place)})
}

// threadSign is the sign of a thread. One whose opening post was taken back
// shows its board alone.
func (d *feeds) threadSign(a *door.Asked) error {
	n, err := number(a)
	if err != nil {
		return err
	}
	view, err := d.Boards.Thread(a.R.Context(), n, board.Span{Last: 1})
	if err != nil {
		return err
	}
	if view.Thread.Place != a.Place {
		a.W.Header().Set("Location", view.Thread.Path()+"/sign.png")
		a.W.WriteHeader(http.StatusMovedPermanently)
		return nil
	}
	r := d.reading(a)
	s := sign.Sign{Place: r.name(a.Place)}
	if !view.Opening.Gone {
		s.Title = r.headline(view.Thread, view.Opening)
	}
	if view.Thread.Card == meetup.Card && d.Meetups != nil {
		if err := r.tellMeetup(&s, n); err != nil {
			return err
		}
	}
	return r.sendSign(s)
}

// tellMeetup puts onto a sign what is held when and where, in the language of the
// place, since whoever is sent a link may speak another than who asks for its picture.
func (r *reading) tellMeetup(s *sign.Sign, thread int64) error {
	m, err := r.Meetups.Meetup(r.Context(), thread)
	if err != nil {
		return err
	}
	own := lang.SpokenIn(m.Place.Country().Path(), r.Languages)
	s.Title, s.Place, s.Where = m.Title, m.Place.Name(own.Tag()), m.Venue.Name
	switch {
	case m.Cancelled:
		s.When, s.Where = own.T("meetup.is_cancelled"), ""
	case m.Over():
		s.When = own.T("meetup.is_over")
	default:
		if next := m.Coming[0]; next.Days > 0 || next.Long() {
			s.When = own.Span(next.Start, next.End, next.Days, r.Clock.Now())
		} else {
			s.When = own.DateLong(next.Start) + ", " + next.Start.Format("15:04")
		}
	}
	return nil
}

// sendSign answers with a sign of the asked place's colour.
func (r *reading) sendSign(s sign.Sign) error {
	s.Site, s.Hue, s.Direction = r.feeds.Name, r.asked.Place.Degrees(), font.LTR
	if r.Dir() == "rtl" {
		s.Direction = font.RTL
	}
	picture, err := r.easel.sign(r.asked.R.Context(), s)
	if err != nil {
		return err
	}
	r.asked.W.Header().Add("Vary", "Accept-Language")
	r.tell(r.asked, door.Answer{Type: "image/png", Body: picture, Keep: signFresh}, r.asked.Place.Path(), r.asked.R.URL.Path, r.Code())
	return nil
}
