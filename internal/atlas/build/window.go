package main

import (
	"math"
	"slices"

	"moot/internal/atlas"
)

const (
	radians = math.Pi / 180
	earth   = 6371.0 // km
)

// outline is a ring in degrees.
type outline []atlas.Point

// area is the part of the sphere that a ring encloses, in km²: positive where
// it runs clockwise. (R. Chamberlain and W. Duquette, "Some Algorithms for
// Polygons on a Sphere", JPL 2007, equation 5.)
func (o outline) area() float64 {
	sum := 0.0
	for i, a := range o {
		b := o[(i+1)%len(o)]
		sum += math.Remainder(b.Lon-a.Lon, 360) * radians * (2 + math.Sin(a.Lat*radians) + math.Sin(b.Lat*radians))
	}
	return sum * earth * earth / 2
}

// box is a part of the globe between two latitudes and two longitudes, of
// which east may be beyond 180.
type box struct{ south, west, north, east float64 }

// bounds is the box of a ring, with longitudes near to a given one.
func (o outline) bounds(near float64) box {
	b := box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, p := range o {
		lon := near + math.Remainder(p.Lon-near, 360)
		b = b.with(box{p.Lat, lon, p.Lat, lon})
	}
	return b
}

func (b box) with(o box) box {
	return box{min(b.south, o.south), min(b.west, o.west), max(b.north, o.north), max(b.east, o.east)}
}

// middle is the box's centre.
func (b box) middle() atlas.Point {
	return atlas.Point{Lat: (b.south + b.north) / 2, Lon: (b.west + b.east) / 2}
}

// size is the box's area in km².
func (b box) size() float64 {
	return (b.east - b.west) * radians * (math.Sin(b.north*radians) - math.Sin(b.south*radians)) * earth * earth
}

// gap is about how far two boxes are apart, in km.
func (b box) gap(o box) float64 {
	down := max(0, o.south-b.north, b.south-o.north)
	across := max(0, o.west-b.east, b.west-o.east) * math.Cos(max(min(b.north, 89), min(o.north, 89))*radians)
	return math.Hypot(down, across) * radians * earth
}

const (
	near      = 300.0 // km that a piece of land may lie off to belong to the main part
	largeness = 0.25  // of the main part's area, from which a piece is shown however far off
	// A near piece may enlarge the window by growth and shareGrowth times its
	// share of the land, but a small one by no more than the first figures say.
	smallGrowth, smallShareGrowth = 0.1, 60.0
	growth, shareGrowth           = 0.6, 6.0
)

// window chooses what a country's sheet shows: the largest piece of land, what
// must be shown besides, and then again and again the next piece that is large,
// or near and worth the room it takes. Overseas land so far off that the
// country would become a speck is left out.
func window(land []outline, also []atlas.Point) box {
	land = slices.Clone(land)
	slices.SortStableFunc(land, func(a, b outline) int {
		switch d := b.area() - a.area(); {
		case d > 0:
			return 1
		case d < 0:
			return -1
		}
		return 0
	})
	main := land[0]
	at := main[0].Lon
	at = main.bounds(at).middle().Lon
	shown, whole := main.bounds(at), main.area()
	for _, p := range also {
		shown = shown.with(outline{p}.bounds(at))
	}
	rest := land[1:]
	for {
		i := slices.IndexFunc(rest, func(o outline) bool {
			b, share := o.bounds(at), o.area()/whole
			if share >= largeness {
				return true
			}
			enlarged := shown.with(b).size() / shown.size()
			return shown.gap(b) <= near && enlarged <= 1+min(growth+shareGrowth*share, smallGrowth+smallShareGrowth*share)
		})
		if i < 0 {
			return shown
		}
		shown = shown.with(rest[i].bounds(at))
		rest = slices.Delete(rest, i, i+1)
	}
}

// holds reports whether a ring's box lies in the window, all of it. The window
// may have been made of that box with other longitudes, so it allows for what
// adding 360 rounds off.
func (b box) holds(o outline) bool {
	const least = 1e-9
	other := o.bounds(b.middle().Lon)
	return other.south >= b.south-least && other.north <= b.north+least && other.west >= b.west-least && other.east <= b.east+least
}
