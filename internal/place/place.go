package place

import (
	"cmp"
	"math"
	"slices"
	"time"
	_ "time/tzdata" // so that zones load on machines that have no zone database
)

// Kind says what sort of place a place is.
type Kind uint8

// The kinds, from the widest.
const (
	World Kind = iota
	Country
	Region
	City
)

func (k Kind) String() string {
	return [...]string{"world", "country", "region", "city"}[k&3]
}

// Place is a node of the gazetteer. It is small, and equal to another exactly
// if both are the same place. The zero Place is no place: ask Valid.
type Place struct {
	g *Gazetteer
	n uint32 // its number in the tables
}

// Valid reports whether p is a place at all.
func (p Place) Valid() bool { return p.g != nil }

// Kind says what p is. The zero Place counts as the world.
func (p Place) Kind() Kind {
	switch {
	case p.g == nil || p.n == 0:
		return World
	case p.n < p.g.firstRegion:
		return Country
	case p.n < p.g.firstCity:
		return Region
	}
	return City
}

// Path is the address of p: "world", "gr", "gr/attica", "gr/athens".
func (p Place) Path() string {
	if p.g == nil {
		return ""
	}
	return p.g.t.Paths.Get(p.n)
}

// ID is the GeoNames id of a city, and 0 for all else.
func (p Place) ID() int64 {
	if p.Kind() != City {
		return 0
	}
	return int64(p.g.t.ID[p.city()])
}

// city is the number of a city, counted from the first city.
func (p Place) city() uint32 { return p.n - p.g.firstCity }

// country is the number of p's country, counted from 0.
func (p Place) country() uint32 {
	switch p.Kind() {
	case Country:
		return p.n - 1
	case Region:
		return uint32(p.g.regionCountry[p.n-p.g.firstRegion])
	}
	return uint32(p.g.blockCountry[p.g.cityBlock[p.city()]])
}

// Country is the country that p is or lies in; the zero Place for the world.
func (p Place) Country() Place {
	if p.Kind() == World {
		return Place{}
	}
	return Place{p.g, 1 + p.country()}
}

// Region is the region that p is or lies in; the zero Place where it has none.
func (p Place) Region() Place {
	switch p.Kind() {
	case Region:
		return p
	case City:
		if r := p.g.blockRegion[p.g.cityBlock[p.city()]]; r != noRegion {
			return Place{p.g, p.g.firstRegion + uint32(r)}
		}
	}
	return Place{}
}

// Parent is the next wider place: a city's region, or its country where it has
// no region; a region's country; a country's world. The world has the zero Place.
func (p Place) Parent() Place {
	switch p.Kind() {
	case Country:
		return p.g.World()
	case Region:
		return p.Country()
	case City:
		if r := p.Region(); r.Valid() {
			return r
		}
		return p.Country()
	}
	return Place{}
}

// span is the cities of p, which lie side by side: from the first to before
// the last, counted from 0.
func (p Place) span() (from, to uint32) {
	g := p.g
	switch p.Kind() {
	case World:
		return 0, uint32(len(g.t.ID))
	case Country:
		c := p.country()
		return g.t.Blocks[g.countryBlock[c]], g.t.Blocks[g.countryBlock[c+1]]
	case Region:
		b := g.regionBlock(p.n - g.firstRegion)
		return g.t.Blocks[b], g.t.Blocks[b+1]
	}
	return p.city(), p.city() + 1
}

// Children are the places one step beneath: the world's countries; a country's
// regions, then its cities without a region; a region's cities, the largest
// first. Countries and regions are sorted by path.
func (p Place) Children() []Place {
	if p.g == nil {
		return nil
	}
	g := p.g
	switch p.Kind() {
	case World:
		return g.Countries()
	case Country:
		c := p.country()
		list := g.run(g.firstRegion+g.t.Regions[c], g.firstRegion+g.t.Regions[c+1])
		slices.SortFunc(list, byPath)
		rest := g.countryBlock[c+1] - 1 // the block of cities without a region
		return append(list, g.run(g.firstCity+g.t.Blocks[rest], g.firstCity+g.t.Blocks[rest+1])...)
	case Region:
		from, to := p.span()
		return g.run(g.firstCity+from, g.firstCity+to)
	}
	return nil
}

func byPath(a, b Place) int { return cmp.Compare(a.Path(), b.Path()) }

// run lists the places from one number to before another.
func (g *Gazetteer) run(from, to uint32) []Place {
	list := make([]Place, 0, to-from)
	for n := from; n < to; n++ {
		list = append(list, Place{g, n})
	}
	return list
}

// Cities are the largest cities of the world, a country or a region, the
// largest first, at most limit. Of a city it is the city itself.
func (p Place) Cities(limit int) []Place {
	if p.g == nil || limit <= 0 {
		return nil
	}
	from, to := p.span()

	if k := p.Kind(); k == World || k == Country {
		return p.g.largest(from, to, limit)
	}
	to = min(to, from+uint32(min(limit, int(to-from))))
	return p.g.run(p.g.firstCity+from, p.g.firstCity+to)
}

// largest picks the cities with most people of a span.
func (g *Gazetteer) largest(from, to uint32, limit int) []Place {
	limit = min(limit, int(to-from))
	people := g.t.People
	less := func(a, b uint32) int { return cmp.Or(cmp.Compare(people[b], people[a]), cmp.Compare(a, b)) }
	var best []uint32
	least := uint32(0) // people of the last that counts, once there are enough
	for n := from; n < to; n++ {
		if people[n] < least {
			continue
		}
		best = append(best, n)
		if len(best) >= 2*limit+64 {
			slices.SortFunc(best, less)
			best = best[:limit]
			least = people[best[limit-1]]
		}
	}
	slices.SortFunc(best, less)
	list := make([]Place, min(limit, len(best)))
	for i := range list {
		list[i] = Place{g, g.firstCity + best[i]}
	}
	return list
}

// Population is how many people GeoNames counts in a city (0 where it doesn't
// know), and the sum of its cities for a region, a country and the world.
func (p Place) Population() int64 {
	if p.g == nil {
		return 0
	}
	if p.Kind() == City {
		return int64(p.g.t.People[p.city()])
	}
	return p.g.people[p.n]
}

// seat is the city that stands for a place on a map and a clock: its largest.
func (p Place) seat() uint32 {
	if p.Kind() == City {
		return p.city()
	}
	return p.g.seats[p.n]
}

// Point is where p lies, in degrees, north and east positive. Of a region and
// a country it is the point of the largest city; of the world 0, 0.
func (p Place) Point() (lat, lon float64) {
	if p.Kind() == World {
		return 0, 0
	}
	c := p.seat()
	return float64(p.g.t.Lat[c]) / 10000, float64(p.g.t.Lon[c]) / 10000
}

// Zone is the time zone of a city; that of the largest city for a region and a
// country; UTC for the world.
func (p Place) Zone() *time.Location {
	if p.Kind() == World {
		return time.UTC
	}
	return p.g.zone(p.g.t.Zone[p.seat()])
}

// Contains reports whether q is p or lies in p.
func (p Place) Contains(q Place) bool {
	if p.g == nil || p.g != q.g {
		return false
	}
	switch p.Kind() {
	case World:
		return true
	case Country:
		return q.Country() == p
	case Region:
		return q.Region() == p
	}
	return p == q
}

// earth is the mean radius of the earth in km (IUGG).
const earth = 6371.0088

// Distance is how far apart two places' points are, in km, along the sphere
// (haversine formula).
func Distance(a, b Place) float64 {
	if a.g == nil || b.g == nil {
		return math.Inf(1)
	}
	lat1, lon1 := a.Point()
	lat2, lon2 := b.Point()
	return haversine(lat1, lon1, lat2, lon2)
}

func haversine(lat1, lon1, lat2, lon2 float64) float64 {
	const rad = math.Pi / 180
	y := math.Sin((lat2 - lat1) / 2 * rad)
	x := math.Sin((lon2 - lon1) / 2 * rad)
	h := y*y + math.Cos(lat1*rad)*math.Cos(lat2*rad)*x*x
	return 2 * earth * math.Asin(math.Sqrt(min(h, 1)))
}
