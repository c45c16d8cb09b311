package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"golang.org/x/text/language"
)

// spot is a point of the source: its whole numbers times the map's grid. Spots
// that are one in the source are equal here, so borders can be found exactly.
type spot struct{ x, y int }

// ring is a closed line; its last spot is not its first one again. Land is to
// the right of it: rings around land run clockwise, holes the other way.
type ring []spot

// grid turns spots into degrees.
type grid struct{ scaleX, scaleY, fromX, fromY float64 }

func (g grid) degrees(s spot) (lat, lon float64) {
	return float64(s.y)*g.scaleY + g.fromY, float64(s.x)*g.scaleX + g.fromX
}

// seam is the x of 180° east, where -180° is moved to.
func (g grid) seam() int { return int((180-g.fromX)/g.scaleX + 0.5) }

// row is the y that is nearest to a latitude.
func (g grid) row(lat float64) int { return int((lat-g.fromY)/g.scaleY + 0.5) }

// country is a shape of the source: polygons of rings, the first of each
// around land and the others around holes.
type country struct {
	code, name string
	polygons   [][]ring
}

// readTopology reads the countries of a TopoJSON file (The TopoJSON Format
// Specification, M. Bostock and C. Metcalf: arcs are delta-coded on a grid, and
// ~i is arc i backwards).
func readTopology(file []byte) (grid, []country, error) {
	var source struct {
		Transform struct{ Scale, Translate [2]float64 }
		Objects   struct {
			Countries struct {
				Geometries []struct {
					Type, ID   string
					Arcs       json.RawMessage
					Properties struct{ Name string }
				}
			}
		}
		Arcs [][][2]int
	}
	if err := json.Unmarshal(file, &source); err != nil {
		return grid{}, nil, err
	}
	t := source.Transform
	g := grid{t.Scale[0], t.Scale[1], t.Translate[0], t.Translate[1]}
	arcs := make([][]spot, len(source.Arcs))
	for i, deltas := range source.Arcs {
		at := spot{}
		for _, d := range deltas {
			at.x, at.y = at.x+d[0], at.y+d[1]
			arcs[i] = append(arcs[i], at)
		}
	}
	var countries []country
	for _, shape := range source.Objects.Countries.Geometries {
		indices := [][][]int{nil}
		into := any(&indices)
		if shape.Type == "Polygon" {
			into = &indices[0]
		}
		if err := json.Unmarshal(shape.Arcs, into); err != nil {
			return g, nil, fmt.Errorf("%s: %w", shape.Properties.Name, err)
		}
		c := country{code: codeOf(shape.ID, shape.Properties.Name), name: shape.Properties.Name}
		for _, polygon := range indices {
			var rings []ring
			for _, line := range polygon {
				rings = append(rings, follow(arcs, line, g.seam()))
			}
			c.polygons = append(c.polygons, rings)
		}
		countries = append(countries, c)
	}
	return g, countries, nil
}

// codeOf is the ISO 3166-1 code of a shape, in lower case, or "" for a shape
// that belongs to none.
func codeOf(id, name string) string {
	if code, ok := byName[name]; ok {
		return code
	}
	number, err := strconv.Atoi(id)
	if err != nil {
		return ""
	}
	region, err := language.EncodeM49(number)
	if err != nil || !region.IsCountry() {
		return ""
	}
	return string([]byte{region.String()[0] | 0x20, region.String()[1] | 0x20})
}

// follow joins arcs to a ring.
func follow(arcs [][]spot, line []int, seam int) ring {
	var r ring
	for _, i := range line {
		arc := arcs[max(i, ^i)]
		if i < 0 {
			arc = slices.Clone(arc)
			slices.Reverse(arc)
		}
		for _, s := range arc {
			if s.x == 0 {
				s.x = seam
			}
			if len(r) == 0 || r[len(r)-1] != s {
				r = append(r, s)
			}
		}
	}
	for len(r) > 1 && r[0] == r[len(r)-1] {
		r = r[:len(r)-1]
	}
	return r
}

// edge is a line from one spot to another.
type edge struct{ from, to spot }

// dissolve joins rings that touch: what two of them run along in opposite
// directions, a border or the cut at the antimeridian, goes.
func dissolve(rings []ring, seam int) []ring {
	crossings := cutsOf(rings, seam)
	var edges []edge
	count := map[edge]int{}
	for _, r := range rings {
		for i, from := range r {
			for _, e := range cut(edge{from, r[(i+1)%len(r)]}, seam, crossings) {
				edges = append(edges, e)
				count[e]++
			}
		}
	}
	next := map[spot][]spot{}
	var starts []spot
	for _, e := range edges {
		if count[edge{e.to, e.from}] > 0 || e.from == e.to {
			continue
		}
		next[e.from] = append(next[e.from], e.to)
		starts = append(starts, e.from)
	}
	var joined []ring
	for _, start := range starts {
		var r ring
		for at := start; len(next[at]) > 0; {
			r = append(r, at)
			to := next[at][0]
			next[at] = next[at][1:]
			at = to
		}
		if len(r) > 2 {
			joined = append(joined, r)
		}
	}
	return joined
}

// cutsOf lists the y of every spot on the seam, in order.
func cutsOf(rings []ring, seam int) []int {
	var ys []int
	for _, r := range rings {
		for _, s := range r {
			if s.x == seam {
				ys = append(ys, s.y)
			}
		}
	}
	slices.Sort(ys)
	return slices.Compact(ys)
}

// cut splits an edge that runs along the seam at every spot on it, so that
// what lies along its other side is made of the same edges.
func cut(e edge, seam int, ys []int) []edge {
	if e.from.x != seam || e.to.x != seam {
		return []edge{e}
	}
	low, high := min(e.from.y, e.to.y), max(e.from.y, e.to.y)
	var edges []edge
	for i := range len(ys) - 1 {
		if ys[i] >= low && ys[i+1] <= high {
			edges = append(edges, edge{spot{seam, ys[i]}, spot{seam, ys[i+1]}})
		}
	}
	if e.from.y > e.to.y {
		slices.Reverse(edges)
		for i, e := range edges {
			edges[i] = edge{e.to, e.from}
		}
	}
	return edges
}

// divide cuts rings along a row of the grid into what lies north and what lies
// south of it (I. Sutherland and G. Hodgman, "Reentrant Polygon Clipping",
// 1974: where a ring crosses often, its parts stay joined along the cut).
func divide(rings []ring, y int) (north, south []ring) {
	for _, r := range rings {
		if n := clip(r, y, 1); len(n) > 2 {
			north = append(north, n)
		}
		if s := clip(r, y, -1); len(s) > 2 {
			south = append(south, s)
		}
	}
	return north, south
}

// clip keeps what lies on one side of a row: 1 for above it, -1 for below.
func clip(r ring, y, side int) ring {
	var kept ring
	for i, a := range r {
		b := r[(i+1)%len(r)]
		if (a.y-y)*side >= 0 {
			kept = append(kept, a)
		}
		if (a.y-y)*(b.y-y) < 0 {
			kept = append(kept, spot{a.x + (b.x-a.x)*(y-a.y)/(b.y-a.y), y})
		}
	}
	return kept
}
