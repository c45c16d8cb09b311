package search

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/event"
	"moot/internal/place"
)

// Index finds posts. It is safe for many goroutines.
type Index struct {
	db     *db.DB
	clock  *clock.Clock
	outbox *event.Outbox
	places *place.Gazetteer
	boards *board.Boards
	most   int           // matches that one search ranks
	budget time.Duration // after which it looks no further back

	searches, took atomic.Int64 // for Stats; took in nanoseconds
}

// Stats are how many searches were made, and how many seconds they took, all
// together.
func (x *Index) Stats() (searches int64, seconds float64) {
	return x.searches.Load(), time.Duration(x.took.Load()).Seconds()
}

// New is the index of a site's posts. Run Follow beside it.
func New(d *db.DB, c *clock.Clock, outbox *event.Outbox, places *place.Gazetteer, boards *board.Boards) *Index {
	return &Index{db: d, clock: c, outbox: outbox, places: places, boards: boards, most: 2000, budget: 25 * time.Millisecond}
}

// PageSize is how many hits Search gives at once.
const PageSize = 20

// Results is what was found.
type Results struct {
	Asked bool // there was something to look for
	Hits  []Hit
	Count int    // posts that match, of those that were looked at
	More  bool   // there may be older ones than those counted
	Next  string // give it as Query.After to read on; "" where there is no more
}

// Hit is a post that was found.
type Hit struct {
	Number   int64
	Thread   int64
	Path     string // the address at which it is seen
	Place    place.Place
	At       time.Time // in the place's zone
	Opens    bool      // it opened its thread
	Pictures int       // that can be seen
	Subject  []Piece   // its thread's title; nil where it has none
	Snippet  []Piece   // what it says, around what was looked for
}

// Search finds posts, the best match of the newest first, or just the newest.
// Its errors are the database's; no query is one.
func (x *Index) Search(ctx context.Context, q Query) (Results, error) {
	p := q.plan(x.places, x.clock.Now())
	if p.base.op == nothing {
		return Results{}, nil
	}
	defer func(began time.Time) {
		x.searches.Add(1)
		x.took.Add(int64(time.Since(began)))
	}(time.Now())
	from := readCursor(q.After)
	found, older, err := x.matches(ctx, p, &from, q.Newest)
	if err != nil {
		return Results{}, err
	}
	r := Results{Asked: true, Count: len(found), More: older > 0}
	skip := min(from.skip, len(found))
	shown := found[skip:min(skip+PageSize, len(found))]
	switch {
	case skip+PageSize < len(found):
		r.Next = cursor{from.before, skip + PageSize}.String()
	case older > 0:
		r.Next = cursor{older, 0}.String()
	}
	r.Hits, err = x.hits(ctx, p, shown)
	return r, err
}

// matches finds the newest matches before a cursor, in the order in which they
// are shown, and where to go on if there may be more. A cursor at the start is
// put behind the newest post, so that those to come don't move the pages.
func (x *Index) matches(ctx context.Context, p plan, from *cursor, newestFirst bool) (found []match, older int64, err error) {
	err = x.db.Read(ctx, func(tx *db.Tx) error {
		found, older = nil, 0
		last, err := last(tx)
		if err != nil {
			return err
		}
		if from.before <= 0 || from.before > last+1 {
			*from = cursor{last + 1, from.skip}
		}
		pace := pace{bits: firstBits, left: x.budget, last: time.Now()}
		for high := from.before; high > 0 && older == 0; {
			s := stretchBefore(high, pace.bits)
			some, err := newest(tx, p, s, x.most-len(found))
			if err != nil {
				return err
			}
			found = append(found, some...)
			high = s.low
			switch late := pace.late(s, len(some), x.most-len(found)); {
			case len(found) >= x.most:
				older = found[len(found)-1].number
			case late:
				older = high // 0 where that was all
			}
		}
		if newestFirst {
			return nil
		}
		return rank(tx, p, found)
	})
	return found, older, err
}

// pace says how far back to look at once, so that a word that stands in every
// post costs little, one that stands in few takes few steps, and two that never
// meet don't keep anybody waiting.
type pace struct {
	bits int64
	left time.Duration // of the budget
	last time.Time
}

// late notes that so many were found in a stretch, where so many more are
// wanted, and reports whether to stop there. The next one is four times as long
// if so much should still fit, and shorter where the last would no longer.
func (p *pace) late(s stretch, found, wanted int) bool {
	now := time.Now()
	took := now.Sub(p.last)
	p.last, p.left = now, p.left-took
	if took<<moreBits <= p.left {
		p.bits = min(p.bits+moreBits, mostBits)
	}
	for ; took > p.left && p.bits > firstBits; took >>= moreBits {
		p.bits -= moreBits
	}
	for p.bits > firstBits && int64(found)<<p.bits > int64(wanted)*(s.high-s.low) {
		p.bits -= moreBits // as many as are wanted stand in less
	}
	return p.left < 0
}

// halfLife is the time after which a match counts half as much.
const halfLife = 90 * 24 * time.Hour

// What a match is worth, in doublings.
const (
	subjectWorth  = 2
	togetherWorth = 1
)

// considered is how many of the best matches are asked whether the words stand
// in a row.
const considered = 200

// rank puts matches in order: what they are worth, halved with every half-life.
// On that scale all posts grow old alike, so their order doesn't change with
// time, nor from page to page.
func rank(tx *db.Tx, p plan, found []match) error {
	sortByWorth(found)
	if p.together.op == nothing || len(found) == 0 {
		return nil
	}
	best := found[:min(len(found), considered)]
	has, err := matching(tx, p.together, best)
	for i := range best {
		best[i].together = has[best[i].number]
	}
	sortByWorth(best)
	return err
}

func sortByWorth(found []match) {
	slices.SortFunc(found, func(a, b match) int {
		return cmp.Or(cmp.Compare(b.worth(), a.worth()), cmp.Compare(b.number, a.number))
	})
}

func (m match) worth() float64 {
	w := float64(m.at) / halfLife.Seconds()
	if m.subject {
		w += subjectWorth
	}
	if m.together {
		w += togetherWorth
	}
	return w
}

// hits reads the posts that were found. One taken back a moment ago is left out.
func (x *Index) hits(ctx context.Context, p plan, found []match) ([]Hit, error) {
	numbers := make([]int64, len(found))
	for i, m := range found {
		numbers[i] = m.number
	}
	posts, err := x.boards.WrittenPosts(ctx, numbers...)
	if err != nil {
		return nil, err
	}
	order := make(map[int64]int, len(found))
	for i, n := range numbers {
		order[n] = i
	}
	slices.SortFunc(posts, func(a, b board.Written) int { return cmp.Compare(order[a.Post.Number], order[b.Post.Number]) })
	hits := make([]Hit, len(posts))
	for i, w := range posts {
		hits[i] = Hit{
			Number: w.Post.Number, Thread: w.Post.Thread, Path: w.Path(), Place: w.Place, At: w.Post.At, Opens: w.Post.Opens(),
			Pictures: pictures(w.Post), Subject: p.mark(w.Subject), Snippet: p.snippet(w.Post),
		}
	}
	return hits, nil
}

// seconds are the moments between which a post was written.
func (p plan) seconds() (since, before int64) {
	since, before = 0, math.MaxInt64
	if !p.from.IsZero() {
		since = p.from.Unix()
	}
	if !p.to.IsZero() {
		before = p.to.Unix()
	}
	return since, before
}

// cursor is a place in the results: behind so many of the matches before a
// post's number.
type cursor struct {
	before int64
	skip   int
}

func (c cursor) String() string { return fmt.Sprintf("%d.%d", c.before, c.skip) }

// readCursor reads a cursor; one that can't be read is the start.
func readCursor(s string) (c cursor) {
	if _, err := fmt.Sscanf(s, "%d.%d", &c.before, &c.skip); err != nil || c.before <= 0 || c.skip < 0 {
		return cursor{}
	}
	return c
}
