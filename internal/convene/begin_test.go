package convene_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/convene"
	"moot/internal/fault"
	"moot/internal/key"
)

// However many ask at one moment, and whoever's hand goes up beside them, one
// convening opens; all others are told so, and nothing of theirs is on the board.
func TestThoseWhoAskTogetherOpenOne(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thessaloniki := at(t, "gr/thessaloniki")
		hands := s.raise("gr/thessaloniki", 4)
		var all sync.WaitGroup
		var mu sync.Mutex
		var made []board.Target
		start := make(chan struct{})
		for n, who := range hands {
			all.Go(func() {
				<-start
				m, err := s.Begin(context.Background(), key.Anyone, who, board.NewThread{Place: thessaloniki, NewPost: board.NewPost{Body: "I am number " + strconv.Itoa(n)}})
				if err != nil {
					wants(t, err, fault.Conflict, "convene.stands")
					return
				}
				mu.Lock()
				defer mu.Unlock()
				made = append(made, m)
			})
		}
		for range 3 {
			who := somebody(t)
			all.Go(func() {
				<-start
				if _, err := s.Raise(context.Background(), who, nil, thessaloniki, 0); err != nil {
					t.Error(err)
				}
			})
		}
		close(start)
		all.Wait()
		if n, threads := s.count(`SELECT count(*) FROM convening`), s.count(`SELECT count(*) FROM thread`); n != 1 || threads != 1 || len(made) > 1 {
			t.Errorf("%d convenings on %d threads, %d were told that they asked", n, threads, len(made))
		}
		if up := s.up("gr/thessaloniki"); up.Exactly != 7 {
			t.Errorf("%+v are up", up)
		}
	})
}

func TestWhoAsksSaysWhy(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thessaloniki := at(t, "gr/thessaloniki")
		hands := s.raise("gr/thessaloniki", 3)
		n := board.NewThread{Place: thessaloniki, Subject: "Rents", NewPost: board.NewPost{Body: string(make([]byte, 9000))}}
		_, err := s.Begin(t.Context(), key.Anyone, hands[0], n)
		if !fault.Is(err, fault.Invalid) || s.count(`SELECT count(*) FROM convening`) != 0 {
			t.Errorf("words that no post may have: %v", err)
		}
		if _, err := s.Begin(t.Context(), key.Anyone, hands[0], board.NewThread{Place: at(t, "gr")}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a country is asked: %v", err)
		}
		made, err := s.Begin(t.Context(), key.Anyone, hands[0], board.NewThread{Place: thessaloniki, Subject: " \n"})
		if err != nil {
			t.Fatal(err)
		}
		view, err := s.Boards.Thread(t.Context(), made.Thread, board.Span{})
		if err != nil || view.Thread.Subject != "When do we meet in Thessaloniki?" || view.Opening.Body == "" || !view.Thread.Pinned {
			t.Errorf("without words: %+v, %v", view.Thread, err)
		}
		// It closes at once when it suits all three.
		c, _ := s.standing("gr/thessaloniki")
		for _, who := range hands {
			s.mark(who, c, c.Times[1], convene.Suits)
		}
		if c, _ = s.standing("gr/thessaloniki"); !c.Came || c.Again != nil {
			t.Fatalf("it suits all three: %+v", c)
		}
		_, err = s.Begin(t.Context(), key.Anyone, hands[1], board.NewThread{Place: thessaloniki})
		wants(t, err, fault.Conflict, "convene.meets")
	})
}

// What a card says of when a city is asked again is what then happens.
func TestWhenACityIsAskedAgain(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		hands := s.raise("gr/thessaloniki", 3)
		if _, err := s.Begin(t.Context(), key.Anyone, hands[0], board.NewThread{Place: at(t, "gr/thessaloniki")}); err != nil {
			t.Fatal(err)
		}
		c, _ := s.standing("gr/thessaloniki")
		if c.Again != nil {
			t.Errorf("while it is open: %+v", c.Again)
		}
		s.mark(hands[0], c, c.Times[0], convene.Suits)
		s.clock.Set(c.Closes)
		s.work()
		first, _ := s.standing("gr/thessaloniki")
		if first.Came || first.Best() != 1 || first.Again == nil || first.Again.Hands != 5 || first.Again.Least != 5 || !first.Again.From.Equal(first.Closed.AddDate(0, 0, 14)) {
			t.Fatalf("%+v, again %+v", first, first.Again)
		}
		// Whoever doesn't want to wait asks anew.
		if _, err := s.Begin(t.Context(), key.Anyone, hands[1], board.NewThread{Place: at(t, "gr/thessaloniki")}); err != nil {
			t.Fatal(err)
		}
		if old, err := s.Convening(t.Context(), first.Thread); err != nil || old.Again != nil {
			t.Errorf("of one that another followed: %+v, %v", old.Again, err)
		}
		second, _ := s.standing("gr/thessaloniki")
		s.raise("gr/thessaloniki", 4)
		s.clock.Set(second.Closes)
		s.work()
		if second, _ = s.standing("gr/thessaloniki"); second.Again == nil || second.Again.Hands != 9 {
			t.Fatalf("%+v", second.Again)
		}
		s.raise("gr/thessaloniki", 1)
		if now, _ := s.standing("gr/thessaloniki"); now.Thread != second.Thread {
			t.Error("it was asked before as many are up as the card says")
		}
		s.raise("gr/thessaloniki", 1)
		if now, _ := s.standing("gr/thessaloniki"); now.Thread == second.Thread || !now.Open() {
			t.Error("it wasn't asked when as many are up as the card says")
		}
	})
}

// What Again says is what Opens does, for every number of hands.
func TestAgainIsWhenOneOpens(t *testing.T) {
	rules := convene.Defaults()
	for was := range 20 {
		last := convene.Before{At: friday, Hands: was}
		again := rules.Again(last)
		for up := range 30 {
			soon, later := rules.Opens(up, last, friday.Add(time.Hour)), rules.Opens(up, last, again.From)
			if soon != (up >= again.Hands) && was >= rules.Shown || up >= again.Hands && !soon || later != (up >= again.Least) {
				t.Errorf("after %d hands, with %d: opens %v at once and %v later; told %+v", was, up, soon, later, again)
			}
		}
	}
	// Two that weren't told of can't be found out by it.
	if one, two := rules.Again(convene.Before{Hands: 1}), rules.Again(convene.Before{Hands: 2}); one != two {
		t.Errorf("%+v, %+v", one, two)
	}
}

// A hand that marks from many tabs at one moment is counted once, by one of them.
func TestAHandMarksFromManyTabs(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		hands := s.raise("gr/thessaloniki", 5)
		c, _ := s.standing("gr/thessaloniki")
		var all sync.WaitGroup
		start := make(chan struct{})
		for n := range 12 {
			all.Go(func() {
				<-start
				if err := s.Mark(context.Background(), hands[n%2], c.Thread, map[int64]convene.Answer{1: convene.Answer(1 + n%3), 2: convene.Suits}); err != nil {
					t.Error(err)
				}
			})
		}
		close(start)
		all.Wait()
		c, _ = s.standing("gr/thessaloniki")
		if one, two := c.Times[0], c.Times[1]; one.Suits+one.Could+one.Cant != 2 || two.Tally != (convene.Tally{Suits: 2}) {
			t.Errorf("two hands are counted as %+v, %+v", one.Tally, two.Tally)
		}
		s.mark(hands[0], c, c.Times[0], convene.Cant)
		if marked, err := s.Marked(t.Context(), hands[0], c.Thread); err != nil || marked[1] != convene.Cant {
			t.Errorf("the last one doesn't count: %v, %v", marked, err)
		}
	})
}
