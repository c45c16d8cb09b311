package place

import (
	_ "embed"
	"fmt"
	"hash/maphash"
	"sync"
	"time"

	"golang.org/x/text/language"

	"moot/internal/place/gazetteer"
)

//go:embed gazetteer.zst
var file []byte

// Gazetteer is all places. It never changes once it is loaded.
type Gazetteer struct {
	t                      *gazetteer.Tables
	firstRegion, firstCity uint32 // numbers of the first region and the first city; the world is 0, countries from 1
	firstQuarter           uint32

	countryBlock  []uint32 // for each country, its first block of cities; one more at the end
	blockCountry  []uint8
	blockRegion   []uint16 // noRegion for the blocks of cities without a region
	cityBlock     []uint16
	regionCountry []uint8

	byPath hashIndex
	people []int64  // of the world, countries and regions
	seats  []uint32 // their largest city

	zones []zone
	lang  map[string]uint8 // catalogue name → index in t.Langs
	codes []language.Region

	grid  grid
	index index
}

const noRegion = 1<<16 - 1

type zone struct {
	once sync.Once
	loc  *time.Location
}

var load = sync.OnceValues(func() (*Gazetteer, error) {
	t, err := gazetteer.Decode(file)
	if err != nil {
		return nil, fmt.Errorf("place: %w", err)
	}
	return fill(t), nil
})

// Load reads the gazetteer that is built in. It is read once; every call gives
// the same.
func Load() (*Gazetteer, error) { return load() }

// fill makes of the tables what they don't say by themselves.
func fill(t *gazetteer.Tables) *Gazetteer {
	g := &Gazetteer{t: t, firstRegion: uint32(t.FirstRegion()), firstCity: uint32(t.FirstCity()), firstQuarter: uint32(t.FirstQuarter())}
	var all sync.WaitGroup
	g.blocks()
	all.Go(func() {
		g.byPath = newHashIndex(t.Paths)
		g.grid = newGrid(t)
	})
	g.sums()
	g.index = newIndex(g)
	g.zones = make([]zone, len(t.Zones))
	g.lang = make(map[string]uint8, len(t.Langs))
	for i, l := range t.Langs {
		g.lang[l] = uint8(i)
	}
	for _, c := range t.Codes {
		r, _ := language.ParseRegion(c) // the zero Region has no name, and GeoNames' is shown
		g.codes = append(g.codes, r)
	}
	all.Wait()
	return g
}

// blocks works out which country and region each block of cities belongs to.
func (g *Gazetteer) blocks() {
	t := g.t
	for c := range t.Codes {
		g.countryBlock = append(g.countryBlock, uint32(len(g.blockCountry)))
		for r := t.Regions[c]; r < t.Regions[c+1]; r++ {
			g.blockCountry = append(g.blockCountry, uint8(c))
			g.blockRegion = append(g.blockRegion, uint16(r))
			g.regionCountry = append(g.regionCountry, uint8(c))
		}
		g.blockCountry = append(g.blockCountry, uint8(c))
		g.blockRegion = append(g.blockRegion, noRegion)
	}
	g.countryBlock = append(g.countryBlock, uint32(len(g.blockCountry)))
	g.cityBlock = make([]uint16, len(t.ID))
	for b := range len(t.Blocks) - 1 {
		for i := t.Blocks[b]; i < t.Blocks[b+1]; i++ {
			g.cityBlock[i] = uint16(b)
		}
	}
}

// regionBlock is the block of a region's cities: one for each region before
// it, and one for each country before its own.
func (g *Gazetteer) regionBlock(r uint32) uint32 { return r + uint32(g.regionCountry[r]) }

// sums counts the people of regions, countries and the world, and finds their
// largest cities.
func (g *Gazetteer) sums() {
	g.people = make([]int64, g.firstCity)
	g.seats = make([]uint32, g.firstCity)
	for n := range g.firstCity {
		from, to := Place{g, n}.span()
		best := from
		for i := from; i < to; i++ {
			g.people[n] += int64(g.t.People[i])
			if g.t.People[i] > g.t.People[best] {
				best = i
			}
		}
		g.seats[n] = best
	}
}

// hashIndex finds a string's number: open addressing over numbers plus 1.
type hashIndex struct {
	seed  maphash.Seed
	slots []uint32
}

func newHashIndex(list gazetteer.Strings) hashIndex {
	size := 1
	for size < 2*list.Len() {
		size *= 2
	}
	h := hashIndex{seed: maphash.MakeSeed(), slots: make([]uint32, size)}
	for i := range uint32(list.Len()) {
		at := maphash.String(h.seed, list.Get(i)) & uint64(size-1)
		for h.slots[at] != 0 {
			at = (at + 1) & uint64(size-1)
		}
		h.slots[at] = i + 1
	}
	return h
}

func (h hashIndex) find(list gazetteer.Strings, s string) (uint32, bool) {
	mask := uint64(len(h.slots) - 1)
	for at := maphash.String(h.seed, s) & mask; h.slots[at] != 0; at = (at + 1) & mask {
		if i := h.slots[at] - 1; list.Get(i) == s {
			return i, true
		}
	}
	return 0, false
}

// zone loads a zone when it is first asked for.
func (g *Gazetteer) zone(i uint16) *time.Location {
	z := &g.zones[i]
	z.once.Do(func() {
		loc, err := time.LoadLocation(g.t.Zones[i])
		if err != nil {
			loc = time.UTC // can't happen: a test loads them all
		}
		z.loc = loc
	})
	return z.loc
}

// World is the place that holds all others.
func (g *Gazetteer) World() Place { return Place{g, 0} }

// Countries are all countries, sorted by path.
func (g *Gazetteer) Countries() []Place { return g.run(1, g.firstRegion) }

// Len is how many cities, regions and countries there are.
func (g *Gazetteer) Len() (cities, regions, countries int) {
	return len(g.t.ID), len(g.t.RegionCodes), len(g.t.Codes)
}
