package place

import (
	"math"
	"math/bits"
	"slices"
	"sort"
	"strings"
	"sync"

	"moot/internal/place/gazetteer"
)

// index is what Find needs beyond the sorted keys. Weights are in sevenths of
// a doubling of people, so that ten times the people are 23 more.
type index struct {
	weight []uint8  // of each place, by its people and kind
	best   []uint8  // of each key: the greatest weight of those who bear it
	wide   []uint32 // keys borne by countries and regions, ascending

	// For slips of the pen: keys by length in letters, and beside each the
	// letters it has.
	length []uint32 // start list over lengths 0 to maxLetters
	keys   []uint32
	sign   []uint64
}

// maxLetters is the length that all longer keys count as.
const maxLetters = 63

// chiefBonus is what a chief name weighs more than an odd alternate.
const chiefBonus = 16

func newIndex(g *Gazetteer) index {
	var x index
	var all sync.WaitGroup
	all.Go(func() { x.signAll(g.t) })
	x.weigh(g)
	t := g.t
	x.best = make([]uint8, t.Written.Keys.Len())
	for k := range x.best {
		wide := false
		for _, b := range g.bearers(uint32(k)) {
			x.best[k] = max(x.best[k], x.of(b))
			wide = wide || b>>1 < g.firstCity
		}
		if wide {
			x.wide = append(x.wide, uint32(k))
		}
	}
	all.Wait()
	return x
}

// of is the weight of a place under one of its names.
func (x *index) of(bearer uint32) uint8 {
	return x.weight[bearer>>1] + uint8(bearer&1)*chiefBonus
}

// weigh gives each place its weight. A region stands behind a city of its name
// that has a fifth of its people, since people look for their city.
func (x *index) weigh(g *Gazetteer) {
	x.weight = make([]uint8, g.t.Places())
	const world = 80 // whoever types an s doesn't look for svet
	of := func(people int64, less float64) uint8 {
		return uint8(min(max(7*math.Log2(float64(people+256))-less, 1), 255-chiefBonus))
	}
	for n := range g.firstCity {
		less := 8.0
		if n == 0 {
			less = world
		}
		if n >= g.firstRegion {
			less = 16
		}
		x.weight[n] = of(g.people[n], less)
	}
	for i, people := range g.t.People {
		x.weight[g.firstCity+uint32(i)] = of(int64(people), 0)
	}
	for i, people := range g.t.QuarterPeople {
		x.weight[g.firstQuarter+uint32(i)] = of(int64(people), 8)
	}
}

// signAll sorts the keys by length and notes their letters.
func (x *index) signAll(t *gazetteer.Tables) {
	n := t.Written.Keys.Len()
	length := make([]uint8, n)
	sign := make([]uint64, n)
	x.length = make([]uint32, maxLetters+2)
	for k := range uint32(n) {
		s, letters := signature(t.Written.Keys.Get(k))
		sign[k], length[k] = s, uint8(min(letters, maxLetters))
		x.length[length[k]+1]++
	}
	for l := range maxLetters + 1 {
		x.length[l+1] += x.length[l]
	}
	next := slices.Clone(x.length)
	x.keys, x.sign = make([]uint32, n), make([]uint64, n)
	for k, l := range length {
		x.keys[next[l]], x.sign[next[l]] = uint32(k), sign[k]
		next[l]++
	}
}

// signature is the set of a key's letters, by their last five bits: the lower
// half says which it has, the upper which it has twice. An edit of one letter
// sets at most one bit and clears at most one.
func signature(key string) (sign uint64, letters int) {
	for _, r := range key {
		bit := uint64(1) << (r & 31)
		sign |= bit | (sign&bit)<<32
		letters++
	}
	return sign, letters
}

// apart reports whether two signatures prove more than k edits.
func apart(a, b uint64, k int) bool {
	return bits.OnesCount64(a&^b) > k || bits.OnesCount64(b&^a) > k
}

// exact finds a key.
func (g *Gazetteer) exact(key string) (uint32, bool) {
	k := g.from(key)
	return k, k < uint32(g.t.Written.Keys.Len()) && g.t.Written.Keys.Get(k) == key
}

// from is the first key that is not before the given one.
func (g *Gazetteer) from(key string) uint32 {
	return uint32(sort.Search(g.t.Written.Keys.Len(), func(i int) bool { return g.t.Written.Keys.Get(uint32(i)) >= key }))
}

// prefixed are the keys that begin with prefix: from the first to before the
// last.
func (g *Gazetteer) prefixed(prefix string) (from, to uint32) {
	from = g.from(prefix)
	n := g.t.Written.Keys.Len() - int(from)
	to = from + uint32(sort.Search(n, func(i int) bool {
		return !strings.HasPrefix(g.t.Written.Keys.Get(from+uint32(i)), prefix)
	}))
	return from, to
}
