package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"moot/internal/place"
)

// What people do is assumed. Shares are of all views.
const (
	viewFront   = .05 // the front page
	viewBoard   = .25 // a board's wall
	viewCatalog = .10
	viewThread  = .55
	viewSearch  = .01 // what is left is of pages that are for one visitor alone

	wide         = .15 // of the views of boards: one of those above the city's
	liveThreads  = 300 // on a board before the oldest is archived
	archived     = .10 // of the views of threads
	threadPosts  = 12  // on average
	longThread   = 500 // posts
	otherVariant = .15 // of views: in another language or theme than the board's usual
	uneven       = 1.0 // the spread (sigma of a lognormal) of how much cities of one size use the site
	fewest       = 100 // people of a place whose number isn't known
)

// world is a site with a board for every city, and how lively each is.
type world struct {
	cities  []place.Place
	until   []float64 // the sum of the shares of readers of cities up to this one
	posts   []int     // that each board holds
	life    float64   // seconds that a page is kept which nothing moves
	random  *rand.Rand
	gazette *place.Gazetteer
}

// newWorld spreads posts over the boards: by people, and unevenly.
func newWorld(g *place.Gazetteer, posts int, life float64, seed uint64) *world {
	w := &world{life: life, gazette: g, cities: g.World().Cities(math.MaxInt32), random: rand.New(rand.NewPCG(seed, seed))}
	w.until, w.posts = make([]float64, len(w.cities)), make([]int, len(w.cities))
	sum := 0.0
	for i, c := range w.cities {
		sum += float64(max(c.Population(), fewest)) * math.Exp(uneven*w.random.NormFloat64())
		w.until[i] = sum
	}
	// What is cut off at one board is left for the next, so that none is lost.
	given := 0
	for i := range w.until {
		w.until[i] /= sum
		w.posts[i] = int(w.until[i]*float64(posts)+.5) - given
		given += w.posts[i]
	}
	return w
}

// city draws the city of a reader or a writer.
func (w *world) city() int {
	return min(sort.SearchFloat64s(w.until, w.random.Float64()), len(w.cities)-1)
}

// rank draws one of n so that the kth is wanted as 1/k: Zipf's law.
func (w *world) rank(n int) int {
	return min(int(math.Exp(w.random.Float64()*math.Log(float64(n)+1))), n)
}

// thread draws a thread of a board, by how lately it was bumped; 0 where the
// board has none.
func (w *world) thread(city int) int {
	all := (w.posts[city] + threadPosts - 1) / threadPosts
	if all == 0 {
		return 0
	}
	if w.random.Float64() >= archived {
		all = min(all, liveThreads)
	}
	return w.rank(all)
}

// sheet is a page that can be kept.
type sheet struct {
	kind    byte // 'f', 'b', 'c', 't'
	other   bool // in another language or theme
	place   place.Place
	thread  int32
	present bool
}

// view draws what is looked at; not present where that can't be kept. searches
// are among those.
func (w *world) view() (s sheet, search bool) {
	city := w.city()
	at := w.cities[city]
	s = sheet{place: at, other: w.random.Float64() < otherVariant, present: true}
	u := w.random.Float64()
	switch {
	case u < viewFront:
		s.kind, s.place = 'f', w.gazette.World()
	case u < viewFront+viewBoard+viewCatalog:
		s.kind = 'b'
		if u > viewFront+viewBoard {
			s.kind = 'c'
		}
		for s.place.Parent().Valid() && w.random.Float64() < wide {
			s.place = s.place.Parent()
		}
	case u < viewFront+viewBoard+viewCatalog+viewThread:
		if s.kind, s.thread = 't', int32(w.thread(city)); s.thread == 0 {
			s.kind = 'b' // there is nothing to read but that there is nothing
		}
	default:
		return sheet{}, u > 1-viewSearch
	}
	return s, false
}

// moved are the pages that a post moves: its thread, its board and those above,
// the front page.
func (w *world) moved() []sheet {
	city := w.city()
	at := w.cities[city]
	list := []sheet{{kind: 't', place: at, thread: int32(max(w.thread(city), 1)), present: true}, {kind: 'f', place: w.gazette.World(), present: true}}
	for ; at.Valid(); at = at.Parent() {
		list = append(list, sheet{kind: 'b', place: at, present: true}, sheet{kind: 'c', place: at, present: true})
	}
	for _, s := range slices.Clone(list) {
		s.other = true
		list = append(list, s)
	}
	return list
}

// length is how many posts a thread has: drawn of its name, so that it is the
// same each time.
func (s sheet) length() int {
	draw := rand.New(rand.NewPCG(uint64(s.place.ID()), uint64(s.thread)))
	return min(1+int(draw.ExpFloat64()*threadPosts), longThread)
}

// weighs is how many bytes a page has when it is read, and how many microseconds
// of a core it takes to make it.
func (s sheet) weighs() (bytes, cpu int) {
	switch s.kind {
	case 't':
		n := s.length()
		return pageFrame + n*perPost, cpuFrame + n*cpuPerPost
	case 'c':
		return catalogBytes, cpuCatalog
	case 'f':
		return frontBytes, cpuBoard
	}
	return boardBytes, cpuBoard
}
