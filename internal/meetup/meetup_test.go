package meetup_test

import (
	"crypto/rand"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/job"
	"moot/internal/key"
	"moot/internal/meetup"
	"moot/internal/place"
)

var gazetteer = sync.OnceValue(func() *place.Gazetteer {
	g, err := place.Load()
	if err != nil {
		panic(err)
	}
	return g
})

var quiet = slog.New(slog.DiscardHandler)

var friday = time.Date(2026, 11, 27, 12, 0, 30, 0, time.UTC)

// town is a site with meetups.
type town struct {
	*meetup.Meetups
	t     *testing.T
	db    *db.DB
	clock *clock.Clock
	jobs  *job.Jobs
	over  *[]string // the places that the composition was told of
	hand  key.Actor // that may host
}

func open(t *testing.T, d *db.DB) town {
	held, outbox := clock.Hold(friday), event.New()
	s := town{t: t, db: d, clock: held, jobs: job.New(d, held), over: new([]string), hand: somebody(t)}
	s.Meetups = meetup.New(meetup.Settings{
		DB: d, Clock: held, Outbox: outbox, Places: gazetteer(), Boards: board.New(d, held, outbox, gazetteer(), board.Limits{PostLength: 8000}), Jobs: s.jobs,
		Over: func(tx *db.Tx, at string) error {
			tx.After(func() { *s.over = append(*s.over, at) })
			return nil
		},
		MayHost: func(_ *db.Tx, hand key.Actor, _ string) (bool, error) { return hand == s.hand, nil },
	})
	return s
}

func each(t *testing.T, test func(t *testing.T, s town)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, open(t, d)) })
}

func at(t *testing.T, path string) place.Place {
	t.Helper()
	p, ok := gazetteer().ByPath(path)
	if !ok {
		t.Fatalf("no place %s", path)
	}
	return p
}

func somebody(t *testing.T) key.Actor {
	t.Helper()
	a, err := key.Fresh(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// tea is what most meetups here are: Thursday, 3 December, 19:00 to 21:00.
func tea(change ...func(*meetup.Details)) meetup.Details {
	d := meetup.Details{
		Title: "Tea and rents", Start: "2026-12-03T19:00", Minutes: 120,
		Venue: meetup.Venue{Name: "Library café", Directions: "behind the museum", Recognise: "a red scarf", StepFree: true, Cost: "nothing"},
	}
	for _, c := range change {
		c(&d)
	}
	return d
}

func weekly(d *meetup.Details) { d.Every = meetup.Weekly }

func (s town) announce(path string, d meetup.Details) (thread int64, host key.Actor) {
	s.t.Helper()
	host = somebody(s.t)
	made, err := s.Announce(s.t.Context(), somebody(s.t), host, board.NewThread{Place: at(s.t, path), NewPost: board.NewPost{Body: "Who comes?"}}, d)
	if err != nil {
		s.t.Fatal(err)
	}
	return made.Thread, host
}

func (s town) meetup(thread int64) meetup.Meetup {
	s.t.Helper()
	m, err := s.Meetup(s.t.Context(), thread)
	if err != nil {
		s.t.Fatal(err)
	}
	return m
}

// starts are the times of a meetup, as its clocks show them.
func (s town) starts(thread int64, n int) string {
	s.t.Helper()
	var all []string
	for _, o := range s.meetup(thread).Coming[:n] {
		all = append(all, o.Start.Format("2 Jan 15:04"))
	}
	return strings.Join(all, ", ")
}

func (s town) rsvp(owner key.Actor, thread int64, occurrence time.Time, a meetup.Answer) {
	s.t.Helper()
	if err := s.RSVP(s.t.Context(), owner, thread, occurrence, a, ""); err != nil {
		s.t.Fatal(err)
	}
}

// work does the jobs that are due.
func (s town) work() {
	s.t.Helper()
	crew := s.jobs.Crew(quiet, s.Kinds()...)
	if err := crew.Schedule(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	if _, err := crew.Due(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	all, err := s.jobs.List(s.t.Context(), 1000)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, j := range all {
		if j.Why != "" {
			s.t.Errorf("job %s %s failed: %s", j.Kind, j.About, j.Why)
		}
	}
}

func (s town) count(query string, args ...any) (n int) {
	s.t.Helper()
	if err := s.db.Read(s.t.Context(), func(tx *db.Tx) error { return tx.Row(query, args...).Scan(&n) }); err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s town) toCome(path string) (to bool) {
	s.t.Helper()
	if err := s.db.Read(s.t.Context(), func(tx *db.Tx) (err error) {
		to, err = s.ToCome(tx, path)
		return err
	}); err != nil {
		s.t.Fatal(err)
	}
	return to
}

// changes is how often it was told that a card changed.
func (s town) changes() int {
	return s.count(`SELECT count(*) FROM event WHERE kind = $1`, string(event.CardChanged))
}

func wants(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	for _, f := range fault.Each(err) {
		if f.Kind == kind && f.Key == key {
			return
		}
	}
	t.Errorf("got %v, want %v %s", err, kind, key)
}

func TestAMeetupIsAnnounced(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, host := s.announce("gr/athens", tea(func(d *meetup.Details) { d.Title, d.Room = "  Tea\tand rents ", 20 }))
		m := s.meetup(thread)
		start := time.Date(2026, 12, 3, 17, 0, 0, 0, time.UTC)
		if m.Title != "Tea and rents" || !m.Start.Equal(start) || m.Start.Location().String() != "Europe/Athens" || m.Minutes != 120 || m.Venue != tea().Venue ||
			m.Room != 20 || m.Every != meetup.Once || m.Rule != "" || m.Sequence != 0 || m.Cancelled || !m.Hosted || m.Place != at(t, "gr/athens") ||
			len(m.UID) != 36 || !m.ChangedAt.Equal(friday.Truncate(time.Minute)) || len(m.Coming) != 1 || !m.Coming[0].End.Equal(start.Add(2*time.Hour)) {
			t.Errorf("%+v", m)
		}
		if d := m.Details(); d != tea(func(d *meetup.Details) { d.Zone, d.Room = "Europe/Athens", 20 }) {
			t.Errorf("for its form: %+v", d)
		}
		view, err := s.Boards.Thread(t.Context(), thread, board.Span{})
		if err != nil || view.Thread.Card != meetup.Card || view.Thread.Subject != "Tea and rents" || view.Opening.Body != "Who comes?" {
			t.Errorf("its thread: %+v, %v", view, err)
		}
		if hosts, err := s.Hosts(t.Context(), thread, host); !hosts || err != nil {
			t.Errorf("its host doesn't host it: %v", err)
		}
		for _, other := range []key.Actor{somebody(t), key.Anyone, key.Steward} {
			if hosts, _ := s.Hosts(t.Context(), thread, other); hosts {
				t.Error("somebody else hosts it")
			}
		}
		if !s.toCome("gr/athens") || s.toCome("gr/piraeus") || s.changes() != 1 {
			t.Errorf("to come: %v, %v; told %d times", s.toCome("gr/athens"), s.toCome("gr/piraeus"), s.changes())
		}
		_, err = s.Meetup(t.Context(), thread+1)
		wants(t, err, fault.NotFound, "meetup.no_meetup")
	})
}

func TestWhatIsWrongIsToldAtOnceAndNothingIsMade(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		bad := board.NewThread{Place: at(t, "gr/athens"), Subject: strings.Repeat("x", 200)}
		_, err := s.Announce(t.Context(), somebody(t), somebody(t), bad, tea(func(d *meetup.Details) { d.Title, d.Start = "", "2020-01-01T19:00" }))
		var fields []string
		for _, f := range fault.Each(err) {
			fields = append(fields, f.Field)
		}
		for _, want := range []string{"title", "start", "subject"} {
			if !slices.Contains(fields, want) {
				t.Errorf("nothing is said of %s: %v", want, err)
			}
		}
		_, err = s.Announce(t.Context(), somebody(t), key.Anyone, board.NewThread{Place: at(t, "gr/athens"), NewPost: board.NewPost{Body: "x"}}, tea())
		wants(t, err, fault.Forbidden, "meetup.no_token")
		_, err = s.Announce(t.Context(), somebody(t), somebody(t), board.NewThread{}, tea())
		wants(t, err, fault.NotFound, "place.unknown")
		if n := s.count(`SELECT count(*) FROM thread`) + s.count(`SELECT count(*) FROM meetup`); n != 0 {
			t.Errorf("%d are made", n)
		}
	})
}

// A form that is sent twice announces one meetup, and the same host has it.
func TestAFormThatIsSentTwice(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		host := somebody(t)
		n := board.NewThread{Place: at(t, "gr/athens"), NewPost: board.NewPost{Body: "x", Once: []byte("0123456789abcdef")}}
		one, err := s.Announce(t.Context(), key.Anyone, host, n, tea())
		if err != nil {
			t.Fatal(err)
		}
		if two, err := s.Announce(t.Context(), key.Anyone, host, n, tea()); err != nil || two != one || s.count(`SELECT count(*) FROM meetup`) != 1 {
			t.Errorf("%v and %v: %v", one, two, err)
		}
	})
}

func TestAConveningBecomesAMeetup(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		var made board.Target
		err := s.db.Write(t.Context(), func(tx *db.Tx) (err error) {
			if made, err = s.Boards.Put(tx, board.NewThread{Place: at(t, "gr/athens"), Subject: "When?", NewPost: board.NewPost{Body: "x"}, Card: board.Card{Kind: "convening"}}); err != nil {
				return err
			}
			return s.Make(tx, made, meetup.Details{Title: "We meet", Start: "2026-12-03T19:00", Minutes: 120})
		})
		if err != nil {
			t.Fatal(err)
		}
		m := s.meetup(made.Thread)
		if m.Hosted || m.Venue.Name != "" || m.Title != "We meet" || s.starts(made.Thread, 1) != "3 Dec 19:00" {
			t.Errorf("%+v", m)
		}
		view, err := s.Boards.Thread(t.Context(), made.Thread, board.Span{})
		if err != nil || view.Thread.Card != meetup.Card || !view.Thread.Pinned {
			t.Errorf("%+v, %v", view.Thread, err)
		}
		host, other := somebody(t), somebody(t)
		wants(t, s.Edit(t.Context(), host, made.Thread, tea()), fault.Forbidden, "meetup.not_host")
		wants(t, s.Host(t.Context(), made.Thread, key.Anyone, nil), fault.Forbidden, "meetup.no_token")
		wants(t, s.Host(t.Context(), made.Thread, key.Steward, nil), fault.Forbidden, "meetup.no_token")
		for range 2 {
			if err := s.Host(t.Context(), made.Thread, host, []key.Actor{s.hand}); err != nil {
				t.Fatal(err)
			}
		}
		wants(t, s.Host(t.Context(), made.Thread, other, []key.Actor{s.hand}), fault.Conflict, "meetup.hosted")
		if err := s.Edit(t.Context(), host, made.Thread, tea()); err != nil {
			t.Fatal(err)
		}
		if m := s.meetup(made.Thread); !m.Hosted || m.Venue.Name != "Library café" || m.Sequence != 1 {
			t.Errorf("%+v", m)
		}
		// A time that passed while it was agreed upon is over at once.
		if err := s.db.Write(t.Context(), func(tx *db.Tx) error {
			late, err := s.Boards.Put(tx, board.NewThread{Place: at(t, "gb/leeds"), Subject: "When?", NewPost: board.NewPost{Body: "x"}})
			if err != nil {
				return err
			}
			return s.Make(tx, late, meetup.Details{Title: "We met", Start: "2026-11-26T19:00", Minutes: 60})
		}); err != nil {
			t.Fatal(err)
		}
		s.work()
		if s.toCome("gb/leeds") || !slices.Equal(*s.over, []string{"gb/leeds"}) {
			t.Errorf("over in %v", *s.over)
		}
	})
}

func TestOnlyItsHostOrAStewardChangesIt(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, host := s.announce("gr/athens", tea(weekly))
		acts := map[string]func(key.Actor) error{
			"edit": func(a key.Actor) error { return s.Edit(t.Context(), a, thread, tea(weekly)) },
			"move": func(a key.Actor) error { return s.Move(t.Context(), a, thread, meetup.To{Minutes: 90}) },
			"one": func(a key.Actor) error {
				return s.MoveOne(t.Context(), a, thread, s.meetup(thread).Start, "2026-12-04T19:00")
			},
			"drop":   func(a key.Actor) error { return s.DropOne(t.Context(), a, thread, s.meetup(thread).Start, "") },
			"cancel": func(a key.Actor) error { return s.Cancel(t.Context(), a, thread, "ill") },
		}
		for name, act := range acts {
			for _, other := range []key.Actor{somebody(t), key.Anyone} {
				before := s.changes()
				wants(t, act(other), fault.Forbidden, "meetup.not_host")
				if s.changes() != before || t.Failed() {
					t.Fatal(name)
				}
			}
		}
		for _, name := range []string{"edit", "move", "one", "drop", "cancel"} {
			who := host
			if name == "move" || name == "cancel" {
				who = key.Steward
			}
			before := s.changes()
			if err := acts[name](who); err != nil || s.changes() != before+1 {
				t.Errorf("%s: %v, told %d times", name, err, s.changes()-before)
			}
		}
		for name, act := range acts {
			if err := act(host); name != "one" && name != "drop" {
				wants(t, err, fault.Conflict, "meetup.cancelled")
			} else if !fault.Is(err, fault.Conflict) {
				t.Errorf("%s of one that was cancelled: %v", name, err)
			}
		}
	})
}

func TestWhatIsChangedRaisesTheSequence(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, host := s.announce("gr/athens", tea())
		uid := s.meetup(thread).UID
		s.clock.Advance(time.Hour)
		guest := somebody(t)
		s.rsvp(guest, thread, time.Time{}, meetup.Coming)
		for n, c := range []struct {
			name  string
			act   func() error
			rises int
		}{
			{"nothing", func() error { return s.Edit(t.Context(), host, thread, tea()) }, 0},
			{"the title", func() error {
				return s.Edit(t.Context(), host, thread, tea(func(d *meetup.Details) { d.Title = "Tea" }))
			}, 0},
			{"the hour", func() error { return s.Move(t.Context(), host, thread, meetup.To{Start: "2026-12-03T20:00"}) }, 1},
			{"the length", func() error { return s.Move(t.Context(), host, thread, meetup.To{Minutes: 60}) }, 1},
			{"the place", func() error {
				return s.Move(t.Context(), host, thread, meetup.To{Venue: meetup.Venue{Name: "Town hall"}})
			}, 1},
			{"the spot", func() error {
				d := s.meetup(thread).Details()
				d.Spot = "second floor"
				return s.Edit(t.Context(), host, thread, d)
			}, 1},
			{"the clocks", func() error {
				d := s.meetup(thread).Details()
				d.Zone = "Europe/Sofia"
				return s.Edit(t.Context(), host, thread, d)
			}, 1},
		} {
			before := s.meetup(thread).Sequence
			s.clock.Advance(time.Minute)
			if err := c.act(); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			m := s.meetup(thread)
			if m.Sequence != before+c.rises || m.UID != uid || !m.ChangedAt.Equal(friday.Truncate(time.Minute).Add(time.Hour+time.Duration(n+1)*time.Minute)) {
				t.Errorf("%s: sequence %d after %d, %v", c.name, m.Sequence, before, m.ChangedAt)
			}
			if m.Coming[0].Coming != 1 {
				t.Errorf("%s: who comes is lost", c.name)
			}
		}
		m := s.meetup(thread)
		if m.Title != "Tea" || m.Minutes != 60 || m.Venue != (meetup.Venue{Name: "Town hall"}) || m.Coming[0].Start.Format(time.RFC3339) != "2026-12-03T20:00:00+02:00" || m.Spot != "second floor" {
			t.Errorf("%+v", m)
		}
		if a, err := s.Answered(t.Context(), guest, thread); err != nil || a[m.Start.Unix()].Answer != meetup.Coming || len(a) != 1 {
			t.Errorf("the guest's answer: %v, %v", a, err)
		}
		wants(t, s.RSVP(t.Context(), guest, thread, m.Start.Add(-time.Hour), meetup.Cant, ""), fault.Conflict, "meetup.no_occurrence")
		wants(t, s.Move(t.Context(), host, thread, meetup.To{Start: "2026-11-27T10:00"}), fault.Invalid, "meetup.start_past")
		wants(t, s.Move(t.Context(), host, thread, meetup.To{Venue: meetup.Venue{Name: "My flat"}}), fault.Invalid, "meetup.home")
	})
}

func TestACancelledMeetupStaysToBeSeen(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, host := s.announce("gr/athens", tea(weekly))
		guest := somebody(t)
		s.rsvp(guest, thread, time.Time{}, meetup.Coming)
		wants(t, s.Cancel(t.Context(), host, thread, " \n"), fault.Invalid, "meetup.needs_reason")
		wants(t, s.Cancel(t.Context(), host, thread, strings.Repeat("x", 301)), fault.Invalid, "meetup.too_long")
		if err := s.Cancel(t.Context(), host, thread, "The café is closed.\n"); err != nil {
			t.Fatal(err)
		}
		m := s.meetup(thread)
		if !m.Cancelled || m.Reason != "The café is closed." || m.Sequence != 1 || len(m.Coming) != 1 || m.Coming[0].Coming != 1 {
			t.Errorf("%+v", m)
		}
		if s.toCome("gr/athens") || !slices.Equal(*s.over, []string{"gr/athens"}) {
			t.Errorf("it is still to come; over in %v", *s.over)
		}
		wants(t, s.RSVP(t.Context(), guest, thread, time.Time{}, meetup.Cant, ""), fault.Conflict, "meetup.cancelled")
		wants(t, s.Host(t.Context(), thread, guest, []key.Actor{s.hand}), fault.Conflict, "meetup.hosted")
		if all, _, err := s.Coming(t.Context(), at(t, "gr/athens"), meetup.Cursor{}, 10); err != nil || len(all) != 1 || !all[0].Cancelled {
			t.Errorf("the list: %+v, %v", all, err)
		}
		s.clock.Set(m.Coming[0].End)
		s.work()
		if all, _, err := s.Coming(t.Context(), at(t, "gr/athens"), meetup.Cursor{}, 10); err != nil || len(all) != 0 || !s.meetup(thread).Over() || !s.meetup(thread).Cancelled {
			t.Errorf("when its time is over: %+v, %v", all, err)
		}
		s.clock.Advance(48 * time.Hour)
		s.work()
		if n := s.count(`SELECT count(*) FROM rsvp`); n != 0 {
			t.Errorf("%d answers are kept", n)
		}
	})
}
