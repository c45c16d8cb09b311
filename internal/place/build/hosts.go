package main

import (
	"cmp"
	"math"
	"slices"
)

// findHosts finds the city that each quarter lies under: of those of its
// country within about a degree, the one that pulls most, by people over the
// square of the distance; else the nearest.
func (w *world) findHosts() {
	grid := map[[2]int32][]*node{}
	cell := func(n *node) [2]int32 {
		return [2]int32{floor(n.lat, 10000), floor(n.lon, 10000)}
	}
	for _, c := range w.cities {
		grid[cell(c)] = append(grid[cell(c)], c)
	}
	for _, q := range w.quarters {
		best, pull := (*node)(nil), 0.0
		at := cell(q)
		for lat := at[0] - 1; lat <= at[0]+1; lat++ {
			for lon := at[1] - 1; lon <= at[1]+1; lon++ {
				for _, c := range grid[[2]int32{lat, lon}] {
					if c.code != q.code {
						continue
					}
					d := away(q, c) + 2
					if p := float64(c.people+500) / (d * d); p > pull {
						best, pull = c, p
					}
				}
			}
		}
		if best == nil {
			best = w.nearest(q)
		}
		q.host = best
	}
	order := make(map[*node]int, len(w.cities))
	for i, c := range w.cities {
		order[c] = i
	}
	slices.SortFunc(w.quarters, func(a, b *node) int {
		return cmp.Or(cmp.Compare(order[a.host], order[b.host]), cmp.Compare(a.id, b.id))
	})
}

func floor(n, by int32) int32 { return int32(math.Floor(float64(n) / float64(by))) }

// nearest is the nearest city of the same country, or of any where it has none.
func (w *world) nearest(q *node) *node {
	best, least := (*node)(nil), math.Inf(1)
	for _, c := range w.cities {
		d := away(q, c)
		if c.code != q.code {
			d += 1e6
		}
		if d < least {
			best, least = c, d
		}
	}
	return best
}

// away is the distance in km, near enough for places near each other.
func away(a, b *node) float64 {
	y := float64(a.lat-b.lat) / 10000 * 111.2
	x := float64(a.lon-b.lon) / 10000 * 111.2 * math.Cos(float64(a.lat)/10000*math.Pi/180)
	return math.Hypot(x, y)
}
