package notify_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/convene"
	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/job"
	"moot/internal/key"
	"moot/internal/meetup"
	"moot/internal/notify"
	"moot/internal/place"
)

func somebody(t *testing.T) key.Actor {
	t.Helper()
	a, err := key.Fresh(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (s *site) at(path string) place.Place {
	s.t.Helper()
	p, ok := s.places.ByPath(path)
	if !ok {
		s.t.Fatalf("no place %s", path)
	}
	return p
}

// tea is on Thursday, 3 December, 19:00 in Kilkis, which is 17:00 in UTC.
var tea = meetup.Details{Title: "Tea and rents", Start: "2026-12-03T19:00", Minutes: 120, Venue: meetup.Venue{Name: "Library café"}}

var begins = time.Date(2026, 12, 3, 17, 0, 0, 0, time.UTC)

func (s *site) announce(d meetup.Details) (thread int64, host key.Actor) {
	s.t.Helper()
	host = somebody(s.t)
	made, err := s.meetups.Announce(s.t.Context(), key.Anyone, host, board.NewThread{Place: s.at("gr/kilkis")}, d)
	if err != nil {
		s.t.Fatal(err)
	}
	return made.Thread, host
}

// work does the jobs of the ladder that are due.
func (s *site) work() {
	s.t.Helper()
	if _, err := s.crew(s.db).Due(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) crew(d *db.DB) *job.Crew {
	meetups, ladder := s.steps(d)
	return job.New(d, s.clock).Crew(slog.New(slog.DiscardHandler), append(ladder.Kinds(), meetups.Kinds()...)...)
}

func (s *site) ask(n *notify.Notices, about notify.About, b browser, language string) {
	s.t.Helper()
	if err := n.Ask(s.t.Context(), about, b.Subscription, language); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) rows(query string, args ...any) (n int) {
	s.t.Helper()
	if err := s.db.Read(s.t.Context(), func(tx *db.Tx) error { return tx.Row(query, args...).Scan(&n) }); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// paid waits until everybody was told what they are to be told now.
func (s *site) paid() {
	s.t.Helper()
	until(s.t, "everything that happened was read", func() bool {
		s.outbox.Wake()
		var born, number int64
		s.db.Read(s.t.Context(), func(tx *db.Tx) error {
			return tx.Row(`SELECT born, number FROM event ORDER BY born DESC, number DESC LIMIT 1`).Scan(&born, &number)
		})
		return s.cursor() == fmt.Sprintf("%d.%d", born, number)
	})
	until(s.t, "all are told", func() bool {
		s.outbox.Wake()
		now := s.clock.Now() // what a node is at is held for a minute
		return s.rows(`SELECT count(*) FROM push_debt WHERE due <= $1 OR due = $2 AND tries = 0`, now.Unix(), now.Add(time.Minute).Unix()) == 0
	})
}

// said is what a browser was told, in its order.
func (s *site) said(b browser, path string) (all []map[string]string) {
	s.t.Helper()
	for _, m := range s.messages() {
		if m.path == "/wpush/"+path {
			all = append(all, b.read(s.t, m.body))
		}
	}
	return all
}

func TestWhoAskedAboutAMeetupIsToldUntilItIsOver(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		thread, host := s.announce(tea)
		english, greek := newBrowser(t, "english"), newBrowser(t, "greek")
		s.ask(s.Notices, notify.About{Meetup: thread}, english, "en")
		s.ask(s.Notices, notify.About{Meetup: thread}, greek, "el")

		s.clock.Set(begins.Add(-24*time.Hour - time.Second))
		s.work()
		s.paid()
		if len(s.messages()) != 0 {
			t.Fatal("reminded too soon")
		}
		s.clock.Set(begins.Add(-24 * time.Hour))
		s.work()
		s.work()
		s.paid()
		page := fmt.Sprintf("/gr/kilkis/t/%d/meetup", thread)
		if got := s.said(english, "english"); len(got) != 1 || got[0]["title"] != "Tea and rents" || got[0]["body"] != "It is coming up: Thu 3 Dec, 19:00, Library café." || got[0]["url"] != page {
			t.Errorf("%v", got)
		}
		if got := s.said(greek, "greek"); len(got) != 1 || !strings.Contains(got[0]["body"], "Πλησιάζει") {
			t.Errorf("%v", got)
		}
		if m := s.messages()[0]; strings.Contains(string(m.body)+m.path+m.authorization+m.topic, "Library") {
			t.Error("the push service can read it")
		}

		// It is moved, within their quiet time twice: they are told once, of all.
		for _, to := range []meetup.To{{Start: "2026-12-04T18:30"}, {Venue: meetup.Venue{Name: "Town hall"}}} {
			if err := s.meetups.Move(t.Context(), host, thread, to); err != nil {
				t.Fatal(err)
			}
		}
		s.paid()
		if len(s.messages()) != 2 {
			t.Error("told in their quiet time")
		}
		s.clock.Advance(11 * time.Minute)
		s.paid()
		if got := s.said(english, "english"); len(got) != 2 || got[1]["body"] != "Moved to Fri 4 Dec, 18:30 from Thu 3 Dec, 19:00.\nAt another place: Town hall instead of Library café." {
			t.Errorf("%v", got)
		}
		s.clock.Set(begins.Add(-30 * time.Minute)) // a day before the new time: another reminder
		s.work()
		s.paid()
		if got := s.said(english, "english"); len(got) != 3 || got[2]["body"] != "It is coming up: Fri 4 Dec, 18:30, Town hall." {
			t.Errorf("%v", got)
		}
		s.clock.Advance(11 * time.Minute)
		if err := s.meetups.Cancel(t.Context(), host, thread, "snow"); err != nil {
			t.Fatal(err)
		}
		s.paid()
		if got := s.said(english, "english"); len(got) != 4 || got[3]["body"] != "Cancelled: snow" {
			t.Errorf("%v", got)
		}
		if n := s.rows(`SELECT count(*) FROM job WHERE kind = $1`, meetup.RemindJob); n != 0 {
			t.Error("somebody would be reminded of what is cancelled")
		}
		s.clock.Set(begins.Add(48 * time.Hour))
		s.work()
		s.paid()
		if asks, debts := s.rows(`SELECT count(*) FROM push_ask`), s.rows(`SELECT count(*) FROM push_debt`); asks+debts != 0 || len(s.messages()) != 8 {
			t.Errorf("%d asks and %d debts are left when it is over, %d messages", asks, debts, len(s.messages()))
		}
	})
}

func TestNobodyIsRemindedOfWhatHasBegunOrOfWhatTheyHaveJustSeen(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		thread, host := s.announce(tea)
		b := newBrowser(t, "b")
		s.ask(s.Notices, notify.About{Meetup: thread}, b, "en")
		s.clock.Set(begins.Add(-time.Hour)) // the site was away
		s.work()
		s.paid()
		if got := s.said(b, "b"); len(got) != 1 {
			t.Errorf("late, but not too late: %v", got)
		}
		late := newBrowser(t, "late")
		s.ask(s.Notices, notify.About{Meetup: thread}, late, "en")
		s.clock.Set(begins.Add(time.Second))
		s.work()
		s.paid()
		if got := s.said(late, "late"); len(got) != 0 {
			t.Errorf("who asked later than a day before: %v", got)
		}

		next := tea
		next.Start = "2026-12-10T19:00"
		other, _ := s.announce(next)
		s.ask(s.Notices, notify.About{Meetup: other}, b, "en")
		s.clock.Set(begins.AddDate(0, 0, 7).Add(time.Second)) // the site was away, and it has begun
		s.work()
		s.paid()
		if got := s.said(b, "b"); len(got) != 1 {
			t.Errorf("reminded of what has begun: %v", got)
		}
		if err := s.meetups.Cancel(t.Context(), host, thread, "late"); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		if err := s.Ask(t.Context(), notify.About{Meetup: thread}, b.Subscription, "en"); !fault.Is(err, fault.Conflict) {
			t.Errorf("asked about what is over: %v", err)
		}
	})
}

// All nodes have the same jobs and the same debts: each browser is reminded once. One
// that dies in the middle of the job leaves it as it was.
func TestSeveralNodesRemindOnce(t *testing.T) {
	nodes(t, 3, func(t *testing.T, s *site, handles []*db.DB) {
		var any *notify.Notices
		for _, d := range handles {
			any = s.node(d)
			follow(t, any)
		}
		until(t, "the reader begins", func() bool { return s.cursor() != "" })
		weekly := tea
		weekly.Every = meetup.Weekly
		thread, _ := s.announce(weekly)
		const browsers = 20
		for i := range browsers {
			s.ask(any, notify.About{Meetup: thread}, newBrowser(t, fmt.Sprint(i)), "en")
		}
		for week := range 3 {
			s.clock.Set(begins.AddDate(0, 0, 7*week).Add(-24 * time.Hour))
			died := errors.New("the power failed")
			if err := s.meetups.Remind(t.Context(), thread, func(*db.Tx) error { return died }); !errors.Is(err, died) {
				t.Fatal(err)
			}
			var all sync.WaitGroup
			for _, d := range handles {
				all.Go(func() {
					if _, err := s.crew(d).Due(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			s.paid()
			until(t, "all are told", func() bool { return s.rows(`SELECT count(*) FROM push_debt`) == 0 })
			for path, n := range s.times() {
				if n != week+1 {
					t.Errorf("%s was reminded %d times in %d weeks", path, n, week+1)
				}
			}
			if len(s.times()) != browsers {
				t.Errorf("%d browsers were reminded", len(s.times()))
			}
		}
	})
}

func TestASuspectClockRemindsNobody(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		thread, _ := s.announce(tea)
		b := newBrowser(t, "b")
		s.ask(s.Notices, notify.About{Meetup: thread}, b, "en")
		s.clock.Jump(begins.Sub(s.clock.Now()) - time.Hour)
		s.work()
		s.paid()
		if err := s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(s.messages()) != 0 || s.rows(`SELECT count(*) FROM push_ask`) != 1 || s.rows(`SELECT count(*) FROM meetup_tiding`) != 0 {
			t.Error("it believed a clock that jumped")
		}
	})
}

func TestADebtWaitsForAServiceThatFails(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		thread, host := s.announce(tea)
		b := newBrowser(t, "down")
		s.answers["/wpush/down"] = 503
		s.ask(s.Notices, notify.About{Meetup: thread}, b, "en")
		if err := s.meetups.Cancel(t.Context(), host, thread, "snow"); err != nil {
			t.Fatal(err)
		}
		const tried = 5
		for i := range tried {
			if i > 0 {
				s.clock.Advance(time.Hour)
			}
			until(t, "it was tried, and is to be tried again", func() bool {
				s.outbox.Wake()
				return s.rows(`SELECT count(*) FROM push_debt WHERE tries = $1`, i+1) == 1
			})
			if n := len(s.messages()); n != i+1 {
				t.Fatalf("the service was asked %d times in %d tries", n, i+1)
			}
		}
		s.mu.Lock()
		s.answers["/wpush/down"] = 201
		s.mu.Unlock()
		s.clock.Advance(time.Hour)
		until(t, "nothing is owed", func() bool {
			s.outbox.Wake()
			return s.rows(`SELECT count(*) FROM push_debt`) == 0
		})
		if got := s.said(b, "down"); len(got) != tried+1 || got[tried]["body"] != "Cancelled: snow" {
			t.Errorf("%v", got)
		}

		// One that says the browser is gone is believed, for all that it asked.
		s.mu.Lock()
		s.answers["/wpush/down"] = 410
		s.mu.Unlock()
		if err := s.Subscribe(t.Context(), s.thread.Number, b.Subscription, "en"); err != nil {
			t.Fatal(err)
		}
		s.ask(s.Notices, notify.About{City: s.at("gr/kilkis")}, b, "en")
		s.reply()
		until(t, "it is forgotten", func() bool { return s.subscriptions()+s.rows(`SELECT count(*) FROM push_ask`) == 0 })
	})
}

// raise has so many hands up in a city, and is who owns them.
func (s *site) raise(path string, count int) (owners []key.Actor) {
	s.t.Helper()
	for range count {
		owner := somebody(s.t)
		if _, err := s.ladder.Raise(s.t.Context(), owner, nil, s.at(path), 0); err != nil {
			s.t.Fatal(err)
		}
		owners = append(owners, owner)
	}
	return owners
}

func TestWhoAskedAboutACityIsToldOfDatesThereAndAround(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		here, near, far, off := newBrowser(t, "here"), newBrowser(t, "near"), newBrowser(t, "far"), newBrowser(t, "off")
		kilkis, thessaloniki := s.at("gr/kilkis"), s.at("gr/thessaloniki") // 40 km apart
		s.ask(s.Notices, notify.About{City: kilkis}, here, "en")
		s.ask(s.Notices, notify.About{City: thessaloniki, Reach: 50}, near, "en")
		s.ask(s.Notices, notify.About{City: thessaloniki, Reach: 25}, far, "en")
		s.ask(s.Notices, notify.About{City: kilkis}, off, "en")
		if err := s.EndAsk(t.Context(), notify.About{City: kilkis}, off.Endpoint); err != nil {
			t.Fatal(err)
		}
		owners := s.raise("gr/kilkis", 5)
		s.paid()
		c, _, err := s.ladder.Standing(t.Context(), kilkis)
		if err != nil || !c.Open() {
			t.Fatalf("%+v, %v", c, err)
		}
		thread := fmt.Sprintf("/gr/kilkis/t/%d", c.Thread)
		for name, b := range map[string]browser{"here": here, "near": near} {
			if got := s.said(b, name); len(got) != 1 || !strings.HasPrefix(got[0]["body"], "A date is being looked for") || got[0]["url"] != thread+"/dates" || got[0]["title"] != "A date in Kilkis" {
				t.Errorf("%s: %v", name, got)
			}
		}
		if len(s.messages()) != 2 {
			t.Errorf("%d were told", len(s.messages()))
		}
		for _, owner := range owners {
			if err := s.ladder.Mark(t.Context(), owner, c.Thread, map[int64]convene.Answer{c.Times[1].Number: convene.Suits}); err != nil {
				t.Fatal(err)
			}
		}
		s.paid()
		if got := s.said(here, "here"); len(got) != 2 || !strings.HasPrefix(got[1]["body"], "A date was found: ") || got[1]["url"] != thread+"/meetup" {
			t.Errorf("%v", got)
		}
	})
}

func TestWhoAskedAboutACityIsToldThatNothingCameOfIt(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := newBrowser(t, "b")
		s.ask(s.Notices, notify.About{City: s.at("gr/kilkis")}, b, "el")
		s.raise("gr/kilkis", 5)
		s.paid()
		s.clock.Advance(5*24*time.Hour + time.Minute)
		s.work()
		s.paid()
		if got := s.said(b, "b"); len(got) != 2 || !strings.HasPrefix(got[1]["body"], "Καμία ημερομηνία δεν βόλευε") || strings.Contains(got[1]["url"], "/dates") {
			t.Errorf("%v", got)
		}
		s.clock.Advance(14 * 24 * time.Hour)
		s.work()
		s.paid()
		if got := s.said(b, "b"); len(got) != 3 || !strings.HasPrefix(got[2]["body"], "Αναζητείται ημερομηνία") {
			t.Errorf("it opened anew: %v", got)
		}
		s.clock.Advance(60 * 24 * time.Hour)
		if err := s.Sweep(t.Context()); err != nil || s.rows(`SELECT count(*) FROM push_ask`) != 0 {
			t.Errorf("kept for longer than 60 days: %v", err)
		}
	})
}

func TestAsksThatAreNone(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		good := newBrowser(t, "x").Subscription
		for name, about := range map[string]notify.About{
			"nothing":     {},
			"a region":    {City: s.at("gr/attica")},
			"some reach":  {City: s.at("gr/kilkis"), Reach: 7},
			"no meetup":   {Meetup: s.thread.Number},
			"no thread":   {Meetup: 999_999},
			"half a city": {Reach: 10},
		} {
			if err := s.Ask(t.Context(), about, good, "en"); !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		wrong := good
		wrong.Endpoint = "https://evil.example/x"
		if err := s.Ask(t.Context(), notify.About{City: s.at("gr/kilkis")}, wrong, "en"); !fault.Is(err, fault.Invalid) {
			t.Errorf("another host: %v", err)
		}
		for range 3 {
			s.ask(s.Notices, notify.About{City: s.at("gr/kilkis"), Reach: 10}, browser{Subscription: good}, "en")
		}
		if n := s.rows(`SELECT count(*) FROM push_ask`); n != 1 {
			t.Errorf("%d rows of one ask", n)
		}
	})
}
