package convene_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	"moot/internal/convene"
	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/key"
)

// While hands mark, change their minds, go away and come down, all at once, what a
// convening says of its choices is what its marks say; and when it has closed, what
// it said then stays.
func TestTalliesAreTheMarks(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		kalamaria := at(t, "gr/kalamaria")
		hands := s.raise("gr/thessaloniki", 12)
		c, _ := s.standing("gr/thessaloniki")
		if err := s.Propose(t.Context(), c.Thread, convene.Venue{Name: "Library café", Why: "step-free"}, false); err != nil {
			t.Fatal(err)
		}
		choices := int64(len(c.Times) + 1)
		settle := func(answers ...convene.Answer) {
			var all sync.WaitGroup
			for seed, who := range hands {
				all.Go(func() {
					r := rand.New(rand.NewPCG(uint64(seed), 7))
					for range 12 {
						s.act(who, r, c.Thread, choices, answers)
					}
					if seed%5 == 0 {
						if _, err := s.Move(t.Context(), who, nil, kalamaria, 50); err != nil { // from where it may mark
							t.Error(err)
						}
						s.act(who, r, c.Thread, choices, answers)
					}
					if seed%4 == 0 {
						if _, err := s.Lower(t.Context(), who); err != nil {
							t.Error(err)
						}
					}
				})
			}
			all.Wait()
		}
		settle(convene.Unmarked, convene.Could, convene.Cant)
		now, _ := s.standing("gr/thessaloniki")
		if now.Thread != c.Thread || !now.Open() {
			t.Fatalf("it closed, though nothing suits anybody: %+v", now)
		}
		marks := map[[2]int64]int{}
		err := s.db.Read(t.Context(), func(tx *db.Tx) error {
			_, err := db.All(tx, func(scan db.Scan) (none struct{}, err error) {
				var choice, answer int64
				var n int
				err = scan(&choice, &answer, &n)
				marks[[2]int64{choice, answer}] = n
				return none, err
			}, `SELECT choice, answer, count(*) FROM mark WHERE thread = $1 GROUP BY choice, answer`, c.Thread)
			return err
		})
		if err != nil || len(marks) == 0 {
			t.Fatalf("%d marks, %v", len(marks), err)
		}
		for _, choice := range append(now.Times, now.Venues...) {
			for answer, told := range map[convene.Answer]int{convene.Suits: choice.Suits, convene.Could: choice.Could, convene.Cant: choice.Cant} {
				if n := marks[[2]int64{choice.Number, int64(answer)}]; n != told {
					t.Errorf("choice %d: %d marks of %d, and it says %d", choice.Number, n, answer, told)
				}
			}
		}

		hands = append(s.raise("gr/thessaloniki", 8), hands[1:4]...)
		settle(convene.Suits)
		closed, err := s.Convening(t.Context(), c.Thread)
		if err != nil || closed.Open() || !closed.Came {
			t.Fatalf("it stands open, though everything suits everybody: %+v, %v", closed, err)
		}
		for _, who := range hands {
			if _, err := s.Lower(t.Context(), who); err != nil {
				t.Fatal(err)
			}
		}
		after, err := s.Convening(t.Context(), c.Thread)
		if err != nil {
			t.Fatal(err)
		}
		for n, time := range after.Times {
			if time.Tally != closed.Times[n].Tally || time.Suits > 5 {
				t.Errorf("choice %d was %+v when it closed, and is %+v", time.Number, closed.Times[n].Tally, time.Tally)
			}
		}
		if n := s.count(`SELECT count(*) FROM mark`); n != 0 {
			t.Errorf("%d marks are left", n)
		}
	})
}

// act is one sending of the form, by a hand that may be down already.
func (s town) act(who key.Actor, r *rand.Rand, thread, choices int64, answers []convene.Answer) {
	form := map[int64]convene.Answer{}
	for range 1 + r.IntN(4) {
		form[1+r.Int64N(choices)] = answers[r.IntN(len(answers))]
	}
	if err := s.Mark(s.t.Context(), who, thread, form); err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Forbidden) {
		s.t.Error(err)
	}
}
