package convene_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/convene"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/job"
	"moot/internal/key"
	"moot/internal/lang"
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

var friday = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// town is a site with the first steps of the ladder. A meetup is only noted: what
// becomes of it is another room's.
type town struct {
	*convene.Ladder
	t     *testing.T
	db    *db.DB
	clock *clock.Clock
	jobs  *job.Jobs
	mu    *sync.Mutex
	met   *[]convene.Agreed
	over  map[int64]bool // meetups that are over
}

func open(t *testing.T, d *db.DB) town {
	held, outbox := clock.Hold(friday), event.New()
	s := town{t: t, db: d, clock: held, jobs: job.New(d, held), mu: new(sync.Mutex), met: new([]convene.Agreed), over: map[int64]bool{}}
	english, _ := lang.Lookup("en")
	s.Ladder = convene.New(convene.Settings{
		DB: d, Clock: held, Outbox: outbox, Places: gazetteer(), Boards: board.New(d, held, outbox, gazetteer(), board.Limits{PostLength: 8000}),
		Jobs: s.jobs, Rules: convene.Defaults(), Words: func(place.Place) *lang.Language { return english },
		ToCome: func(_ *db.Tx, at string) (bool, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			for _, a := range *s.met {
				if a.Place.Path() == at && !s.over[a.Thread.Thread] {
					return true, nil
				}
			}
			return false, nil
		},
		Meet: func(tx *db.Tx, a convene.Agreed) error {
			tx.After(func() {
				s.mu.Lock()
				defer s.mu.Unlock()
				*s.met = append(*s.met, a)
			})
			return nil
		},
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

// raise puts hands up in a city.
func (s town) raise(path string, n int) (owners []key.Actor) {
	s.t.Helper()
	for range n {
		who := somebody(s.t)
		if _, err := s.Raise(s.t.Context(), who, nil, at(s.t, path), 0); err != nil {
			s.t.Fatal(err)
		}
		owners = append(owners, who)
	}
	return owners
}

func (s town) up(path string) convene.Count {
	s.t.Helper()
	here, _, err := s.Up(s.t.Context(), at(s.t, path))
	if err != nil {
		s.t.Fatal(err)
	}
	return here
}

// standing is the newest convening of a city.
func (s town) standing(path string) (convene.Convening, bool) {
	s.t.Helper()
	c, any, err := s.Standing(s.t.Context(), at(s.t, path))
	if err != nil {
		s.t.Fatal(err)
	}
	return c, any
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
	for _, j := range s.list() {
		if j.Why != "" {
			s.t.Errorf("job %s %s failed: %s", j.Kind, j.About, j.Why)
		}
	}
}

func (s town) list() []job.Job {
	s.t.Helper()
	all, err := s.jobs.List(s.t.Context(), 10000)
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

func (s town) mark(owner key.Actor, c convene.Convening, choice convene.Choice, a convene.Answer) {
	s.t.Helper()
	if err := s.Mark(s.t.Context(), owner, c.Thread, map[int64]convene.Answer{choice.Number: a}); err != nil {
		s.t.Fatal(err)
	}
}

func (s town) count(query string, args ...any) (n int) {
	s.t.Helper()
	if err := s.db.Read(s.t.Context(), func(tx *db.Tx) error { return tx.Row(query, args...).Scan(&n) }); err != nil {
		s.t.Fatal(err)
	}
	return n
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

func TestFiveHandsOpenAConvening(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		s.raise("gr/thessaloniki", 4)
		if _, any := s.standing("gr/thessaloniki"); any {
			t.Fatal("four opened one")
		}
		s.raise("gr/thessaloniki", 1)
		c, any := s.standing("gr/thessaloniki")
		if !any || !c.Open() || c.Hands.Exactly != 5 || len(c.Times) < 4 || len(c.Venues) != 0 || !c.Closes.Equal(friday.AddDate(0, 0, 5)) {
			t.Fatalf("%+v", c)
		}
		view, err := s.Boards.Thread(t.Context(), c.Thread, board.Span{})
		if err != nil || view.Thread.Card != convene.Card || !view.Thread.Pinned || view.Thread.Subject == "" || view.Opening.Tag != "" || view.Thread.Place != c.Place {
			t.Errorf("its thread: %+v, %v", view.Thread, err)
		}
		s.raise("gr/thessaloniki", 7)
		if n := s.count(`SELECT count(*) FROM convening`); n != 1 {
			t.Errorf("%d convenings", n)
		}
		if c, _ := s.standing("gr/thessaloniki"); c.Hands.Exactly != 12 {
			t.Errorf("%+v hands", c.Hands)
		}
	})
}

// However many hands go up at one moment, on however many nodes, one convening
// opens.
func TestHandsThatGoUpTogetherOpenOne(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		var all sync.WaitGroup
		for range 24 {
			who := somebody(t)
			all.Go(func() {
				if _, err := s.Raise(context.Background(), who, nil, at(t, "gr/athens"), 0); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := s.count(`SELECT count(*) FROM convening`); n != 1 || s.up("gr/athens").Exactly != 24 {
			t.Errorf("%d convenings, %+v", n, s.up("gr/athens"))
		}
	})
}

func TestTheOneWhoMarksLastClosesIt(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		hands := s.raise("gr/thessaloniki", 6)
		c, _ := s.standing("gr/thessaloniki")
		third := c.Times[2]
		for _, v := range []convene.Venue{{Name: "Library café", Why: "step-free, and nobody has to buy anything", StepFree: true, Free: true}, {Name: "White Tower", Why: "everybody knows it"}} {
			if err := s.Propose(t.Context(), c.Thread, v, false); err != nil {
				t.Fatal(err)
			}
		}
		if c, _ = s.standing("gr/thessaloniki"); len(c.Venues) != 2 || !c.Venues[0].Venue.StepFree || c.Venues[1].Venue.Free {
			t.Fatalf("%+v", c.Venues)
		}
		for n, who := range hands[:4] {
			s.mark(who, c, c.Times[0], convene.Cant)
			s.mark(who, c, third, convene.Suits)
			s.mark(who, c, third, convene.Suits) // from another tab
			s.mark(who, c, c.Venues[n%2], convene.Suits)
		}
		s.mark(hands[0], c, c.Venues[1], convene.Cant) // who changes their mind
		if c, _ = s.standing("gr/thessaloniki"); !c.Open() || c.Times[2].Tally != (convene.Tally{Suits: 4}) || c.Times[0].Cant != 4 || c.Venues[1].Tally != (convene.Tally{Suits: 2, Cant: 1}) {
			t.Fatalf("%+v", c)
		}
		if marked, err := s.Marked(t.Context(), hands[0], c.Thread); err != nil || marked[third.Number] != convene.Suits || marked[c.Venues[1].Number] != convene.Cant || len(marked) != 4 {
			t.Errorf("%v, %v", marked, err)
		}
		s.mark(hands[4], c, third, convene.Suits)
		c, _ = s.standing("gr/thessaloniki")
		if c.Open() || !c.Came || c.At != third.Number || c.In != 1+int64(len(c.Times)) || c.Times[2].Suits != 5 {
			t.Errorf("five marked one time: %+v", c)
		}
		if len(*s.met) != 1 || !(*s.met)[0].At.Equal(third.At) || (*s.met)[0].Venue.Name != "Library café" || (*s.met)[0].Hands != 5 {
			t.Errorf("agreed: %+v", *s.met)
		}
		if n := s.count(`SELECT count(*) FROM mark`); n != 0 {
			t.Errorf("%d marks are kept", n)
		}
		wants(t, s.Mark(t.Context(), hands[5], c.Thread, map[int64]convene.Answer{third.Number: convene.Suits}), fault.Conflict, "convene.closed")
		wants(t, s.Propose(t.Context(), c.Thread, convene.Venue{Name: "Too late", Why: "x"}, true), fault.Conflict, "convene.closed")
		for _, j := range s.list() {
			if j.Kind == convene.CloseJob {
				t.Errorf("it is to be closed once more: %+v", j)
			}
		}
		s.raise("gr/thessaloniki", 5)
		if n := s.count(`SELECT count(*) FROM convening`); n != 1 {
			t.Error("another opened while they are to meet")
		}
		if view, err := s.Boards.Thread(t.Context(), c.Thread, board.Span{}); err != nil || !view.Thread.Pinned {
			t.Errorf("before they have met its thread stands no longer above the others: %v", err)
		}
		s.over[c.Thread] = true
		if err := s.Look(t.Context(), "gr/thessaloniki", func(*db.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if next, _ := s.standing("gr/thessaloniki"); next.Thread == c.Thread || !next.Open() {
			t.Error("when they have met, no other opens for the hands that are up")
		}
	})
}

func TestAConveningClosesByItself(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		hands := s.raise("gr/thessaloniki", 9)
		c, _ := s.standing("gr/thessaloniki")
		for _, who := range hands[:3] {
			s.mark(who, c, c.Times[3], convene.Suits)
		}
		s.clock.Set(c.Closes.Add(-time.Second))
		s.work()
		if c, _ = s.standing("gr/thessaloniki"); !c.Open() {
			t.Fatal("it closed too soon")
		}
		s.clock.Set(c.Closes)
		s.work()
		if c, _ = s.standing("gr/thessaloniki"); c.Open() || !c.Came || len(*s.met) != 1 || (*s.met)[0].Venue.Name != "" {
			t.Errorf("%+v, %+v", c, *s.met)
		}
	})
}

func TestAConveningThatComesToNothingOpensAnew(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		hands := s.raise("gr/thessaloniki", 5)
		c, _ := s.standing("gr/thessaloniki")
		s.mark(hands[0], c, c.Times[0], convene.Suits)
		s.mark(hands[1], c, c.Times[0], convene.Suits)
		s.clock.Set(c.Closes)
		s.work()
		first, _ := s.standing("gr/thessaloniki")
		if first.Open() || first.Came || first.Times[0].Suits != 2 {
			t.Fatalf("%+v", first)
		}
		if view, err := s.Boards.Thread(t.Context(), c.Thread, board.Span{}); err != nil || view.Thread.Pinned || !view.Thread.Open() {
			t.Errorf("its thread: %+v, %v", view.Thread, err)
		}
		s.raise("gr/thessaloniki", 1)
		if again, _ := s.standing("gr/thessaloniki"); again.Thread != first.Thread {
			t.Fatal("one more hand opened it anew")
		}
		s.raise("gr/thessaloniki", 1)
		second, _ := s.standing("gr/thessaloniki")
		if second.Thread == first.Thread || !second.Open() {
			t.Fatal("two more hands did not open it anew")
		}
		s.clock.Set(second.Closes)
		s.work()
		s.clock.Advance(14*24*time.Hour - time.Minute)
		s.work()
		if c, _ := s.standing("gr/thessaloniki"); c.Thread != second.Thread || c.Open() {
			t.Fatalf("before 14 days: %+v", c)
		}
		s.clock.Advance(time.Minute)
		s.work()
		if c, _ := s.standing("gr/thessaloniki"); c.Thread == second.Thread || !c.Open() {
			t.Fatalf("after 14 days: %+v", c)
		}
	})
}

func TestWhoMayMark(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		s.raise("gr/thessaloniki", 5)
		c, _ := s.standing("gr/thessaloniki")
		one := map[int64]convene.Answer{c.Times[0].Number: convene.Suits}
		wants(t, s.Mark(t.Context(), key.Anyone, c.Thread, one), fault.Forbidden, "convene.hand_first")
		wants(t, s.Mark(t.Context(), somebody(t), c.Thread, one), fault.Forbidden, "convene.hand_first")
		far, near := somebody(t), somebody(t)
		for who, reach := range map[key.Actor]int{far: 25, near: 50} {
			if _, err := s.Raise(t.Context(), who, nil, at(t, "gr/kilkis"), reach); err != nil {
				t.Fatal(err)
			}
		}
		wants(t, s.Mark(t.Context(), far, c.Thread, one), fault.Forbidden, "convene.hand_too_far")
		if err := s.Mark(t.Context(), near, c.Thread, one); err != nil {
			t.Errorf("a hand that reaches as far: %v", err)
		}
		wants(t, s.Mark(t.Context(), near, c.Thread+1, one), fault.NotFound, "convene.no_convening")
		wants(t, s.Mark(t.Context(), near, c.Thread, map[int64]convene.Answer{999: convene.Suits}), fault.Invalid, "convene.no_choice")
		wants(t, s.Mark(t.Context(), near, c.Thread, map[int64]convene.Answer{c.Times[0].Number: 4}), fault.Invalid, "convene.no_choice")
		if err := s.Mark(t.Context(), near, c.Thread, map[int64]convene.Answer{c.Times[0].Number: convene.Unmarked}); err != nil || s.count(`SELECT count(*) FROM mark`) != 0 {
			t.Errorf("a mark that is taken away: %v", err)
		}
		s.mark(near, c, c.Times[0], convene.Suits)
		if _, err := s.Lower(t.Context(), near); err != nil || s.count(`SELECT count(*) FROM mark`) != 0 {
			t.Errorf("what a hand marked stays when it comes down: %v", err)
		}
	})
}

func TestPlacesThatAreProposed(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		s.raise("gr/thessaloniki", 5)
		c, _ := s.standing("gr/thessaloniki")
		wants(t, s.Propose(t.Context(), c.Thread, convene.Venue{Why: "x"}, false), fault.Invalid, "convene.venue_needs_name")
		wants(t, s.Propose(t.Context(), c.Thread, convene.Venue{Name: "Library"}, false), fault.Invalid, "convene.venue_needs_why")
		home := convene.Venue{Name: "Our place", Directions: "Egnatia 12, second bell", Why: "warm"}
		wants(t, s.Propose(t.Context(), c.Thread, home, false), fault.Invalid, "convene.home")
		if err := s.Propose(t.Context(), c.Thread, home, true); err != nil {
			t.Errorf("who says that it is public: %v", err)
		}
		for range 2 {
			if err := s.Propose(t.Context(), c.Thread, convene.Venue{Name: " LIBRARY  café", Why: "x"}, false); err != nil {
				t.Fatal(err)
			}
		}
		if c, _ = s.standing("gr/thessaloniki"); len(c.Venues) != 2 || c.Venues[1].Venue.Name != "LIBRARY café" {
			t.Errorf("%+v", c.Venues)
		}
		var err error
		for n := 0; err == nil && n < 50; n++ {
			err = s.Propose(t.Context(), c.Thread, convene.Venue{Name: "Square number " + strconv.Itoa(n), Why: "x"}, true)
		}
		wants(t, err, fault.Conflict, "convene.venues_full")
	})
}

func TestSomebodyOpensAConvening(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thessaloniki := at(t, "gr/thessaloniki")
		begin := func(owner key.Actor) (board.Target, error) {
			return s.Begin(t.Context(), key.Anyone, owner, board.NewThread{Place: thessaloniki, Subject: "Rents", NewPost: board.NewPost{Body: "Who meets?"}})
		}
		hands := s.raise("gr/thessaloniki", 2)
		_, err := begin(somebody(t))
		wants(t, err, fault.Forbidden, "convene.hand_first")
		_, err = begin(s.raise("gr/kilkis", 1)[0])
		wants(t, err, fault.Forbidden, "convene.hand_first")
		_, err = begin(hands[0])
		wants(t, err, fault.Conflict, "convene.too_few_to_ask")
		if n := s.count(`SELECT count(*) FROM thread`); n != 0 {
			t.Fatalf("%d threads of convenings that did not open", n)
		}
		s.raise("gr/thessaloniki", 1)
		made, err := begin(hands[0])
		if err != nil {
			t.Fatal(err)
		}
		if c, _ := s.standing("gr/thessaloniki"); c.Thread != made.Thread || !c.Open() {
			t.Errorf("%+v", c)
		}
		_, err = begin(hands[1])
		wants(t, err, fault.Conflict, "convene.stands")
		s.raise("gr/thessaloniki", 4)
		if n := s.count(`SELECT count(*) FROM convening`); n != 1 {
			t.Errorf("%d convenings", n)
		}
	})
}

func TestASuspectClockClosesNothing(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		s.raise("gr/thessaloniki", 5)
		s.clock.Jump(365 * 24 * time.Hour)
		s.work()
		if c, _ := s.standing("gr/thessaloniki"); !c.Open() {
			t.Error("a clock that jumped closed it")
		}
	})
}
