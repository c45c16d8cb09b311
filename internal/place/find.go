package place

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"moot/internal/place/gazetteer"
)

// Match is a place that Find found.
type Match struct {
	Place Place
	Name  string // the name that matched, as written; a quarter's, where the match is a quarter of Place
	Slip  bool   // the query is no name of the place, but a slip of the pen away from one
}

// Bounds of a search.
const (
	maxQuery  = 100 // letters of a query that count
	maxResult = 100
	maxWords  = 8 // words of a query of which some may narrow the others
)

// How much the quality of a match counts beside the weight of a place. What
// is typed whole comes before what is begun, unless it is an odd alternate of
// a hamlet and a capital begins so; both come before a slip of the pen.
const (
	isName      = 100
	isNarrowed  = 90 // "springfield il", 北京市
	isWords     = 0  // the first words of a longer name
	isBegun     = -20
	isPrimary   = 20 // more, where what is begun is the name that the place is shown by
	perSlip     = -60
	begunSlip   = -75
	hundredfold = 46 // so much more must a slip weigh to be worth showing beside a place of that very name
)

// Find finds places by any of their names in any script, whole or begun, with
// or without accents, with a slip of the pen (one in a name of four letters,
// two in one of eight), and narrowed by a country or region in front or
// behind. The best come first: by how well they match, then by their people.
func (g *Gazetteer) Find(query string, limit int) []Match {
	q := gazetteer.Fold(cut(query))
	if q == "" || limit <= 0 {
		return nil
	}
	s := &search{g: g, limit: min(limit, maxResult)}
	whole := s.whole(q)
	if !whole && strings.Contains(q, " ") && s.narrowed(q) {
		return s.matches()
	}
	if !whole && len(s.found) == 0 {
		s.withoutSuffix(q)
	}
	if s.few() {
		s.slips(q, nil, perSlip)
	}
	if s.few() {
		s.begunSlips(q)
	}
	return s.matches()
}

// cut bounds a query.
func cut(s string) string {
	n := 0
	for i := range s {
		if n == maxQuery {
			return s[:i]
		}
		n++
	}
	return s
}

// candidate is a place that may be in the result.
type candidate struct {
	place   uint32
	written uint32
	score   int16
	slip    bool
}

// search is one run of Find.
type search struct {
	g     *Gazetteer
	limit int
	found []candidate
	floor int16 // what scores no more than that can't be in the result
	full  bool  // floor counts
	least int   // what a slip must weigh to be worth showing
}

// few reports whether there is room left in the result.
func (s *search) few() bool {
	s.settle()
	return len(s.found) < s.limit
}

// settle sorts what is found, drops places found twice, and what is too much.
func (s *search) settle() {
	slices.SortFunc(s.found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), -cmp.Compare(a.place, b.place), cmp.Compare(a.written, b.written))
	})
	kept := s.found[:0]
	for _, c := range s.found {
		if !slices.ContainsFunc(kept, func(k candidate) bool { return k.place == c.place }) {
			kept = append(kept, c)
		}
		if len(kept) == s.limit {
			s.floor, s.full = kept[len(kept)-1].score, true
			break
		}
	}
	s.found = kept
}

// add takes all bearers of a key, or those in the spans if there are any.
func (s *search) add(key uint32, quality int, in spans, slip bool) {
	g, t := s.g, s.g.t
	begun := quality == isBegun || quality == isWords
	for w := t.Written.Variants[key]; w < t.Written.Variants[key+1]; w++ {
		for _, b := range t.Bearers[t.Postings[w]:t.Postings[w+1]] {
			n := b >> 1
			score := int16(int(g.index.of(b)) + quality)
			if begun && t.Primary[n] == w {
				score += isPrimary
			}
			if s.full && score <= s.floor {
				continue
			}
			if n >= g.firstQuarter {
				n = g.firstCity + t.Host[n-g.firstQuarter]
			}
			if in != nil && !in.hold(n) {
				continue
			}
			s.found = append(s.found, candidate{n, w, score, slip})
			if len(s.found) >= 1024 {
				s.settle()
			}
		}
	}
}

// whole finds places whose name is the query or begins with it. It reports
// whether the query is a chief name of some place.
func (s *search) whole(q string) bool {
	g := s.g
	from, to := g.prefixed(q)
	if from == to {
		return false
	}
	chief := false
	if g.t.Written.Keys.Get(from) == q {
		s.add(from, isName, nil, false)
		s.least = int(g.index.best[from]) + hundredfold
		for _, b := range g.bearers(from) {
			chief = chief || b&1 == 1
		}
		from++
	}
	s.settle()
	s.begun(q, from, to, nil)
	return chief
}

// bearers are those of all ways to write a key.
func (g *Gazetteer) bearers(key uint32) []uint32 {
	t := g.t
	return t.Bearers[t.Postings[t.Written.Variants[key]]:t.Postings[t.Written.Variants[key+1]]]
}

// begun takes the weightiest of the keys that begin with q. Those that are too
// light for the result are passed over by looking at one byte of each.
func (s *search) begun(q string, from, to uint32, in spans) {
	best := s.g.index.best[from:to]
	light := 0
	if in == nil {
		light = threshold(best, 4*s.limit) - (isWords - isBegun) - isPrimary
	}
	for i, b := range best {
		if int(b) < light {
			continue
		}
		key := from + uint32(i)
		quality := isBegun
		if s.g.t.Written.Keys.Get(key)[len(q)] == ' ' {
			quality = isWords
		}
		if s.full && int(b)+quality+isPrimary <= int(s.floor) {
			continue
		}
		s.add(key, quality, in, false)
	}
}

// threshold is the greatest number that at least want of the list reach.
func threshold(list []uint8, want int) int {
	var count [256]int
	for _, b := range list {
		count[b]++
	}
	for b := 255; b > 0; b-- {
		if want -= count[b]; want <= 0 {
			return b
		}
	}
	return 0
}

// withoutSuffix tries a Chinese or Japanese name without the word for what
// kind of place it is, which people add or leave out as they like.
func (s *search) withoutSuffix(q string) {
	r, size := utf8.DecodeLastRuneInString(q)
	if len(q) > size && strings.ContainsRune("市县縣区區都府州镇鎮乡鄉村町省", r) {
		if key, ok := s.g.exact(q[:len(q)-size]); ok {
			s.add(key, isNarrowed, nil, false)
		}
	}
}

func (s *search) matches() []Match {
	s.settle()
	list := make([]Match, len(s.found))
	for i, c := range s.found {
		list[i] = Match{Place: Place{s.g, c.place}, Name: s.g.t.Written.Get(c.written), Slip: c.slip}
	}
	return list
}
