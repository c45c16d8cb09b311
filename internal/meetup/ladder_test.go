package meetup_test

import (
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/convene"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/job"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/meetup"
	"moot/internal/place"
)

// The two steps put together as a command does it: hands open a convening, that
// becomes a meetup, and when the meetup is over the hands that are still up open
// another.
func TestFromHandsToAMeetupAndOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		held, outbox := clock.Hold(friday), event.New()
		jobs, boards := job.New(d, held), board.New(d, held, outbox, gazetteer(), board.Limits{PostLength: 8000})
		english, _ := lang.Lookup("en")
		meetups := meetup.New(meetup.Settings{
			DB: d, Clock: held, Outbox: outbox, Places: gazetteer(), Boards: boards, Jobs: jobs,
			Over: func(tx *db.Tx, at string) error { return jobs.Add(tx, convene.LookJob, at, held.Now()) },
		})
		ladder := convene.New(convene.Settings{
			DB: d, Clock: held, Outbox: outbox, Places: gazetteer(), Boards: boards, Jobs: jobs, Rules: convene.Defaults(),
			Words: func(place.Place) *lang.Language { return english }, ToCome: meetups.ToCome,
			Meet: func(tx *db.Tx, a convene.Agreed) error {
				return meetups.Make(tx, a.Thread, meetup.Details{
					Title: "We meet", Start: a.At.Format(meetup.ClockForm), Minutes: 120,
					Venue: meetup.Venue{Name: a.Venue.Name, Directions: a.Venue.Directions, StepFree: a.Venue.StepFree},
				})
			},
		})
		crew := jobs.Crew(quiet, append(ladder.Kinds(), meetups.Kinds()...)...)
		work := func() {
			t.Helper()
			if _, err := crew.Due(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		thessaloniki := at(t, "gr/thessaloniki")
		standing := func() convene.Convening {
			t.Helper()
			c, _, err := ladder.Standing(t.Context(), thessaloniki)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		var hands []key.Actor
		for range 5 {
			who := somebody(t)
			if _, err := ladder.Raise(t.Context(), who, nil, thessaloniki, 0); err != nil {
				t.Fatal(err)
			}
			hands = append(hands, who)
		}
		first := standing()
		if err := ladder.Propose(t.Context(), first.Thread, convene.Venue{Name: "Library café", Why: "step-free", StepFree: true}, false); err != nil {
			t.Fatal(err)
		}
		venue := standing().Venues[0].Number
		for _, who := range hands {
			if err := ladder.Mark(t.Context(), who, first.Thread, map[int64]convene.Answer{first.Times[1].Number: convene.Suits, venue: convene.Suits}); err != nil {
				t.Fatal(err)
			}
		}
		m, err := meetups.Meetup(t.Context(), first.Thread)
		if err != nil || !m.Start.Equal(first.Times[1].At) || m.Venue.Name != "Library café" || !m.Venue.StepFree || m.Hosted {
			t.Fatalf("%+v, %v", m, err)
		}
		if _, err := ladder.Raise(t.Context(), somebody(t), nil, thessaloniki, 0); err != nil || standing().Thread != first.Thread {
			t.Errorf("another opened while it is to come: %v", err)
		}
		held.Set(m.Coming[0].End.Add(-time.Second))
		work()
		if standing().Thread != first.Thread {
			t.Error("another opened before it was over")
		}
		held.Set(m.Coming[0].End)
		work()
		second := standing()
		if second.Thread == first.Thread || !second.Open() {
			t.Fatalf("none opened when it was over: %+v", second)
		}
		// One that is cancelled makes room for another as well.
		for _, who := range hands {
			if err := ladder.Mark(t.Context(), who, second.Thread, map[int64]convene.Answer{second.Times[0].Number: convene.Suits}); err != nil {
				t.Fatal(err)
			}
		}
		if err := meetups.Cancel(t.Context(), key.Steward, second.Thread, "snow"); err != nil {
			t.Fatal(err)
		}
		work()
		if c := standing(); c.Thread == second.Thread || !c.Open() {
			t.Errorf("none opened when it was cancelled: %+v", c)
		}
	})
}
