package place

import (
	"cmp"
	"math"
	"slices"

	"moot/internal/place/gazetteer"
)

// grid sorts the cities by the degree of latitude and longitude that they lie
// in, so that those near a point are found without looking at all.
type grid struct {
	start  []uint32 // start list over cells, rows from south to north
	cities []uint32 // counted from the first city
}

const rows, cols = 180, 360

// cell is the cell of a point in 1/10,000 of a degree.
func cell(lat, lon int32) int {
	y := min(max(int(math.Floor(float64(lat)/10000))+90, 0), rows-1)
	x := (int(math.Floor(float64(lon)/10000)) + 180 + cols) % cols
	return y*cols + x
}

func newGrid(t *gazetteer.Tables) grid {
	gr := grid{start: make([]uint32, rows*cols+1), cities: make([]uint32, len(t.ID))}
	for i := range t.ID {
		gr.start[cell(t.Lat[i], t.Lon[i])+1]++
	}
	for i := range rows * cols {
		gr.start[i+1] += gr.start[i]
	}
	next := slices.Clone(gr.start)
	for i := range t.ID {
		c := cell(t.Lat[i], t.Lon[i])
		gr.cities[next[c]] = uint32(i)
		next[c]++
	}
	return gr
}

// Near are the cities within km of p's point, the nearest first, at most
// limit, without p itself.
func (g *Gazetteer) Near(p Place, limit int, km float64) []Place {
	if p.g != g || p.Kind() == World || limit <= 0 || !(km > 0) {
		return nil
	}
	for radius := 25.0; ; radius *= 2 {
		r := min(radius, km)
		list := g.within(p, r)
		if len(list) >= limit || r >= km || r >= math.Pi*earth {
			return list[:min(limit, len(list))]
		}
	}
}

// within lists all cities within km of p, the nearest first.
func (g *Gazetteer) within(p Place, km float64) []Place {
	lat, lon := p.Point()
	type found struct {
		city uint32
		km   float64
	}
	var list []found
	dy := km / (math.Pi * earth / 180)
	south, north := max(lat-dy, -90), min(lat+dy, 90)
	dx := 180.0 // a circle that holds a pole holds every longitude
	if widest := max(math.Abs(south), math.Abs(north)); widest < 89 {
		dx = min(180, dy/math.Cos(widest*math.Pi/180))
	}
	west := int(math.Floor(lon - dx))
	span := min(int(math.Floor(lon+dx))-west+1, cols)
	for y := int(math.Floor(south)) + 90; y <= min(int(math.Floor(north))+90, rows-1); y++ {
		for x := range span {
			c := y*cols + ((west+x+180)%cols+cols)%cols
			for _, i := range g.grid.cities[g.grid.start[c]:g.grid.start[c+1]] {
				d := haversine(lat, lon, float64(g.t.Lat[i])/10000, float64(g.t.Lon[i])/10000)
				if d <= km && g.firstCity+i != p.n {
					list = append(list, found{i, d})
				}
			}
		}
	}
	slices.SortFunc(list, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.km, b.km), cmp.Compare(a.city, b.city))
	})
	out := make([]Place, len(list))
	for i, f := range list {
		out[i] = Place{g, g.firstCity + f.city}
	}
	return out
}
