package convene_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"moot/internal/convene"
	"moot/internal/fault"
	"moot/internal/key"
)

func TestAHandGoesUpAndComesDown(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		kilkis := at(t, "gr/kilkis")
		who := s.raise("gr/kilkis", 1)[0]
		if c := s.up("gr/kilkis"); !c.Few || c.Exactly != 0 {
			t.Errorf("one hand is told as %+v", c)
		}
		h, err := s.Hand(t.Context(), who)
		if err != nil || h.Place != kilkis || h.Ends.Before(friday.AddDate(0, 0, 60)) || h.Ends.After(friday.AddDate(0, 0, 67)) {
			t.Errorf("%+v, %v", h, err)
		}
		// Its form sent again puts up no other.
		if again, err := s.Raise(t.Context(), who, nil, kilkis, 0); err != nil || again != who {
			t.Errorf("sent again: %v", err)
		}
		// A device that has one there has it renewed.
		s.clock.Advance(30 * 24 * time.Hour)
		if same, err := s.Raise(t.Context(), somebody(t), []key.Actor{who}, kilkis, 0); err != nil || same != who {
			t.Errorf("a second of one device: %v", err)
		}
		if n := s.count(`SELECT count(*) FROM hand`); n != 1 {
			t.Errorf("%d hands", n)
		}
		if later, _ := s.Hand(t.Context(), who); !later.Ends.After(h.Ends) {
			t.Error("it was not renewed")
		}
		if p, err := s.Lower(t.Context(), who); err != nil || p != kilkis {
			t.Errorf("taken down in %v: %v", p, err)
		}
		if c := s.up("gr/kilkis"); !c.None() {
			t.Errorf("still %+v", c)
		}
		if _, err := s.Lower(t.Context(), who); err != nil {
			t.Errorf("taken down again: %v", err)
		}
		if c := s.up("gr/kilkis"); !c.None() || s.count(`SELECT up FROM hands`) != 0 {
			t.Errorf("taken down twice, counted %+v", c)
		}
		_, err = s.Hand(t.Context(), who)
		wants(t, err, fault.NotFound, "convene.no_hand")
		_, err = s.Renew(t.Context(), who)
		wants(t, err, fault.NotFound, "convene.no_hand")
	})
}

func TestADeviceHoldsThreeHands(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		var held []key.Actor
		for _, city := range []string{"gr/athens", "gr/thessaloniki", "gr/kilkis"} {
			who, err := s.Raise(t.Context(), somebody(t), held, at(t, city), 25)
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, who)
		}
		_, err := s.Raise(t.Context(), somebody(t), held, at(t, "gb/leeds"), 0)
		wants(t, err, fault.Conflict, "convene.hands_full")
		if _, err := s.Lower(t.Context(), held[0]); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Raise(t.Context(), somebody(t), held, at(t, "gb/leeds"), 0); err != nil {
			t.Errorf("one of three came down: %v", err)
		}
		for name, try := range map[string]struct {
			at    string
			reach int
			key   string
		}{"a country": {"gr", 0, "convene.no_city"}, "the world": {"world", 0, "convene.no_city"}, "a reach of one's own": {"gr/athens", 7, "convene.reach"}, "a negative reach": {"gr/athens", -10, "convene.reach"}} {
			_, err := s.Raise(t.Context(), somebody(t), nil, at(t, try.at), try.reach)
			wants(t, err, fault.Invalid, try.key)
			if t.Failed() {
				t.Fatal(name)
			}
		}
	})
}

func TestAHandMoves(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		who := s.raise("gr/kilkis", 4)[0]
		h, err := s.Move(t.Context(), who, nil, at(t, "gr/thessaloniki"), 50)
		if err != nil || h.Place.Path() != "gr/thessaloniki" || h.Reach != 50 {
			t.Fatalf("%+v, %v", h, err)
		}
		if from, to := s.up("gr/kilkis"), s.up("gr/thessaloniki"); from.Exactly != 3 || !to.Few {
			t.Errorf("%+v, %+v", from, to)
		}
		if h, err = s.Move(t.Context(), who, nil, at(t, "gr/thessaloniki"), 0); err != nil || h.Reach != 0 || !s.up("gr/thessaloniki").Few {
			t.Errorf("%+v, %v", h, err)
		}
		_, err = s.Move(t.Context(), somebody(t), nil, at(t, "gr/athens"), 0)
		wants(t, err, fault.NotFound, "convene.no_hand")
		// Athens sees the three in Piraeus, and how far that is; not those in Kilkis.
		s.raise("gr/piraeus", 3)
		_, around, err := s.Up(t.Context(), at(t, "gr/athens"))
		if err != nil || len(around) != 1 || around[0].Place.Path() != "gr/piraeus" || around[0].Hands.Exactly != 3 || around[0].Distance < 5 || around[0].Distance > 12 {
			t.Errorf("around: %+v, %v", around, err)
		}
	})
}

// A device has one hand in a city, also by moving one there; and what a hand marked
// is forgotten where it may mark no longer.
func TestAHandThatMovesLeavesItsMarks(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		kilkis, thessaloniki := at(t, "gr/kilkis"), at(t, "gr/thessaloniki")
		s.raise("gr/thessaloniki", 5)
		c, _ := s.standing("gr/thessaloniki")
		who, mine := somebody(t), somebody(t)
		if _, err := s.Raise(t.Context(), who, nil, kilkis, 50); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Raise(t.Context(), mine, []key.Actor{who}, thessaloniki, 0); err != nil {
			t.Fatal(err)
		}
		s.mark(who, c, c.Times[0], convene.Could)
		s.mark(mine, c, c.Times[0], convene.Could)
		_, err := s.Move(t.Context(), who, []key.Actor{who, mine}, thessaloniki, 0)
		wants(t, err, fault.Conflict, "convene.hand_there")
		if h, err := s.Hand(t.Context(), who); err != nil || h.Place != kilkis || s.count(`SELECT count(*) FROM mark`) != 2 {
			t.Errorf("what was refused changed something: %+v, %v", h, err)
		}
		if _, err := s.Move(t.Context(), who, nil, kilkis, 100); err != nil || s.count(`SELECT count(*) FROM mark`) != 2 {
			t.Errorf("one that reaches further lost its marks: %v", err)
		}
		if _, err := s.Move(t.Context(), who, nil, kilkis, 10); err != nil || s.count(`SELECT count(*) FROM mark`) != 1 {
			t.Errorf("one that reaches less far keeps its marks: %v", err)
		}
		if _, err := s.Move(t.Context(), mine, nil, thessaloniki, 0); err != nil || s.count(`SELECT count(*) FROM mark`) != 1 {
			t.Errorf("one that stays lost its marks: %v", err)
		}
		if _, err := s.Move(t.Context(), mine, nil, at(t, "gr/athens"), 0); err != nil || s.count(`SELECT count(*) FROM mark`) != 0 {
			t.Errorf("one that went away keeps its marks: %v", err)
		}
	})
}

// However often one form is sent at once, one hand goes up.
func TestAFormThatIsSentTwicePutsOneHandUp(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		one, err := s.Owner(t.Context(), "one ticket")
		if err != nil {
			t.Fatal(err)
		}
		if other, err := s.Owner(t.Context(), "another"); err != nil || other == one {
			t.Errorf("two tickets make one owner: %v", err)
		}
		const forms = 12 // for two of them to meet
		for n := range forms {
			who, err := s.Owner(t.Context(), strconv.Itoa(n))
			if err != nil {
				t.Fatal(err)
			}
			begin := make(chan struct{})
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					<-begin
					if whose, err := s.Raise(context.Background(), who, nil, at(t, "gr/athens"), 0); err != nil || whose != who {
						t.Error(err)
					}
				})
			}
			close(begin)
			all.Wait()
		}
		if up, hands := s.count(`SELECT up FROM hands`), s.count(`SELECT count(*) FROM hand`); up != forms || hands != forms {
			t.Errorf("%d hands, counted %d", hands, up)
		}
	})
}

func TestHandsComeDownByThemselves(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		s.raise("gr/kilkis", 4)
		h, err := s.Hand(t.Context(), s.raise("gr/athens", 1)[0])
		if err != nil {
			t.Fatal(err)
		}
		s.clock.Set(h.Ends.Add(-time.Second))
		if err := s.Sweep(t.Context()); err != nil || s.count(`SELECT count(*) FROM hand`) != 5 {
			t.Errorf("before their time: %v", err)
		}
		s.clock.Set(h.Ends)
		if err := s.Sweep(t.Context()); err != nil || s.count(`SELECT count(*) FROM hand`) != 0 || !s.up("gr/kilkis").None() {
			t.Errorf("at their time %d are left: %v", s.count(`SELECT count(*) FROM hand`), err)
		}
		s.raise("gr/kilkis", 3)
		s.clock.Jump(10 * 365 * 24 * time.Hour)
		if err := s.Sweep(t.Context()); err != nil || s.up("gr/kilkis").Exactly != 3 {
			t.Errorf("a clock that jumps took hands down: %v", err)
		}
	})
}
