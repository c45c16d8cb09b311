package ladderpages

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"moot/internal/convene"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/meetup"
	"moot/internal/place"
	"moot/internal/web/page"
)

// How far back, and how much of it, a hand's page looks for what is happening.
const (
	lately    = 30 * 24 * time.Hour
	mostAsked = 20
)

// state is how far a city is that a hand is up in, or reaches.
type state struct {
	Place   place.Place
	Away    bool   // it isn't the hand's own
	Path    string // where to go on: to mark, to the meetup, to the thread
	Open    bool
	Closes  time.Time
	Meetup  *meetup.Meetup // that came of it, or is to come
	Told    string         // how it stands, in words
	Token   string         // of the hand, where this browser doesn't keep it
	Thread  int64
	Strange bool // this browser doesn't keep the hand
}

// states is what is happening where a hand is up and as far as it reaches: its own city
// first, each as it stands last. What an earlier search has come to is still told where
// that is to come, or was called off.
func (d *door) states(q *page.Request, v *handView) (all []state, err error) {
	asked, err := d.ladder.Asked(q.Context(), *v.Hand, q.Now().Add(-lately), mostAsked)
	if err != nil {
		return nil, err
	}
	strange := !slices.ContainsFunc(q.Hands(), func(o key.Actor) bool { return o.Token() == v.Token })
	seen := map[place.Place]bool{}
	for _, c := range asked {
		earlier := seen[c.Place]
		if earlier && !c.Came {
			continue
		}
		seen[c.Place] = true
		s := state{Place: c.Place, Away: c.Place != v.Hand.Place, Open: c.Open(), Closes: c.Closes, Token: v.Token, Thread: c.Thread, Strange: strange}
		if s.Open {
			s.Path = datesPath(c)
		} else if some, err := d.closed(q, c, &s); err != nil || !some {
			if err != nil {
				return nil, err
			}
			continue
		}
		all = append(all, s)
	}
	if !slices.ContainsFunc(all, func(s state) bool { return !s.Away }) {
		if m, found, err := d.meetups.Next(q.Context(), v.Hand.Place); err != nil {
			return nil, err
		} else if found {
			all = append(all, state{Place: m.Place, Meetup: &m, Path: meetupPath(m)})
		}
	}
	slices.SortStableFunc(all, func(a, b state) int {
		switch {
		case a.Away == b.Away:
			return 0
		case b.Away:
			return -1
		}
		return 1
	})
	return all, nil
}

func meetupPath(m meetup.Meetup) string {
	return fmt.Sprintf("/%s/t/%d/meetup", m.Place.Path(), m.Thread)
}

// closed says what came of a convening; false where that is over too.
func (d *door) closed(q *page.Request, c convene.Convening, s *state) (some bool, err error) {
	s.Path = fmt.Sprintf("/%s/t/%d", c.Place.Path(), c.Thread)
	if !c.Came {
		s.Told = d.ladder.Told(c, q.Language)
		return true, nil
	}
	m, err := d.meetups.Meetup(q.Context(), c.Thread)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	s.Meetup, s.Path = &m, meetupPath(m)
	return err == nil && !m.Over(), err
}

// toMark has the browser keep a hand whose link somebody followed, and takes it to where
// that marks.
func (d *door) toMark(q *page.Request, owner key.Actor) error {
	thread, err := strconv.ParseInt(q.R.PostForm.Get("thread"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "convene.no_convening")
	}
	c, err := d.ladder.Convening(q.Context(), thread)
	if err != nil {
		return err
	}
	if all := q.Hands(); !slices.Contains(all, owner) {
		d.keep(q, append(all, owner))
	}
	return q.Redirect(http.StatusSeeOther, datesPath(c))
}
