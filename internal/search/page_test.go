package search

import (
	"slices"
	"testing"

	"moot/internal/db"
)

// many writes so many posts, a day apart, and returns their numbers.
func (s site) many(n int) (all []int64) {
	s.t.Helper()
	thread := s.start("gr/athens", "Rents", "rents at first")
	all = append(all, thread)
	for i := range n - 1 {
		s.clock.Set(noon.AddDate(0, 0, i))
		all = append(all, s.reply(thread, "rents again"))
	}
	s.caughtUp()
	slices.Reverse(all)
	return all
}

// pages reads on until there is no more.
func (s site) pages(q Query) (all []int64, pages int) {
	s.t.Helper()
	for {
		r := s.search(q)
		all = append(all, numbers(r)...)
		pages++
		if r.Next == "" || pages > 100 {
			return all, pages
		}
		q.After = r.Next
	}
}

func TestPages(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		want := s.many(2*PageSize + 5)
		all, pages := s.pages(Query{Text: "rents", Newest: true})
		if !slices.Equal(all, want) || pages != 3 {
			t.Errorf("in %d pages: %v, want %v", pages, all, want)
		}
		r := s.search(Query{Text: "rents"})
		if r.Count != len(want) || r.More || !r.Asked {
			t.Errorf("counted %+v", r)
		}

		// What is written between two pages moves neither.
		first := s.search(Query{Text: "rents", Newest: true})
		s.reply(want[len(want)-1], "rents once more")
		s.caughtUp()
		second := s.search(Query{Text: "rents", Newest: true, After: first.Next})
		if got := append(numbers(first), numbers(second)...); !slices.Equal(got, want[:2*PageSize]) {
			t.Errorf("with a new post between: %v", got)
		}
		newest := want[0] + 1
		s.takeBack(newest)
		s.takeBack(want[0])
		s.caughtUp()
		third := s.search(Query{Text: "rents", Newest: true, After: first.Next})
		if got := numbers(third); !slices.Equal(got, want[PageSize+1:2*PageSize+1]) {
			t.Errorf("with the newest post gone: %v", got)
		}
		for _, wrong := range []string{"x", "-1.0", "0.0", "1.-5", "99999999999999999999.1", "5"} {
			if got := numbers(s.search(Query{Text: "rents", Newest: true, After: wrong})); len(got) != PageSize {
				t.Errorf("after %q: %v", wrong, got)
			}
		}
	})
}

// A word that very many posts have is ranked among the newest of them, and
// older ones follow on later pages.
func TestABoundedNumberIsRanked(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		want := s.many(30)
		s.most = 7
		r := s.search(Query{Text: "rents"})
		if r.Count != 7 || !r.More {
			t.Errorf("counted %d, more: %v", r.Count, r.More)
		}
		all, _ := s.pages(Query{Text: "rents"})
		slices.Sort(all)
		slices.Reverse(all)
		if !slices.Equal(all, want) {
			t.Errorf("on all pages: %v, want %v", all, want)
		}
	})
}

// A search that takes too long stops where it is, and says so.
func TestASearchLooksBackOnlySoFar(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		old := s.start("gr/athens", "Rents", "rents of old")
		s.caughtUp()
		s.skipNumbers(1<<firstBits + 1)
		thread := s.start("gr/athens", "Rents", "rents of today")
		s.caughtUp()
		s.says("rents", thread, old)
		s.budget = -1
		r := s.search(Query{Text: "rents"})
		if got := numbers(r); !slices.Equal(got, []int64{thread}) || !r.More || r.Next == "" {
			t.Errorf("at first: %v, %+v", got, r)
		}
		all, pages := s.pages(Query{Text: "rents"})
		if !slices.Equal(all, []int64{thread, old}) || pages < 2 {
			t.Errorf("in %d pages: %v", pages, all)
		}
	})
}

// skipNumbers draws numbers that no post will have.
func (s site) skipNumbers(n int) {
	s.t.Helper()
	err := s.db.Write(s.t.Context(), func(tx *db.Tx) error {
		for range n {
			if _, err := tx.Next("post_number"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func TestStretchesLieInOneBlock(t *testing.T) {
	for _, before := range []int64{1, 2, 4096, 4097, 1 << 15, 1<<15 + 1, 5_000_000} {
		for bits := int64(firstBits); bits <= mostBits; bits += moreBits {
			high := before
			for high > 0 {
				s := stretchBefore(high, bits)
				if s.high != high || s.low < 0 || s.low >= s.high || block(bits, s.low) != block(bits, s.high-1) {
					t.Fatalf("before %d: %+v", high, s)
				}
				high = s.low
			}
		}
	}
}

func TestAGoneHitLeavesTheOthers(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		thread := s.start("gr/athens", "Rents", "rents")
		gone := s.reply(thread, "rents again")
		s.caughtUp()
		s.takeBack(gone)
		if r := s.search(Query{Text: "rents", Newest: true}); len(r.Hits) != 1 || r.Hits[0].Number != thread {
			t.Errorf("%+v", r)
		}
	})
}

func TestAHitTellsWhereItStands(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		thread := s.start("gr/athens", "On rents", "first")
		reply := s.reply(thread, "rents")
		s.caughtUp()
		r := s.search(Query{Text: "rents", Newest: true})
		if len(r.Hits) != 2 {
			t.Fatalf("%+v", r)
		}
		h := r.Hits[0]
		zone := at(t, "gr/athens").Zone()
		if h.Number != reply || h.Thread != thread || h.Path != "/gr/athens/t/"+itoa(thread)+"#p"+itoa(reply) || h.Opens || h.Place != at(t, "gr/athens") || !h.At.Equal(noon) || h.At.Location() != zone || h.Pictures != 0 {
			t.Errorf("the reply: %+v", h)
		}
		if o := r.Hits[1]; o.Number != thread || !o.Opens || !slices.Equal(o.Subject, []Piece{{"On ", false}, {"rents", true}}) {
			t.Errorf("the opening post: %+v", o)
		}
	})
}
