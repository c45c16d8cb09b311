package main

import (
	"fmt"
	"log"
	"maps"
	"math"
	"slices"
	"strings"

	"moot/internal/atlas"
)

const (
	longest = 6000 // bytes of a country's outline
	// speck is the area, in square units, of the smallest island drawn. Where
	// a country is made of such islands they are drawn as diamonds.
	speck   = 3.0
	diamond = 3
)

// drawCountries draws every country of the source.
func drawCountries(file []byte) (map[string]atlas.Sheet, error) {
	g, countries, err := readTopology(file)
	if err != nil {
		return nil, err
	}
	pieces := map[string][]ring{}
	for _, c := range countries {
		for _, polygon := range c.polygons {
			code := ownerOf(c.code, outlineOf(g, polygon[0]))
			for _, d := range divisions {
				if d.from == code {
					var south []ring
					polygon, south = divide(polygon, g.row(d.lat))
					pieces[d.to] = append(pieces[d.to], south...)
				}
			}
			pieces[code] = append(pieces[code], polygon...)
		}
	}
	delete(pieces, "")
	delete(pieces, antarctica)
	sheets := map[string]atlas.Sheet{}
	for _, code := range slices.Sorted(maps.Keys(pieces)) {
		var all []outline
		for _, r := range dissolve(pieces[code], g.seam()) {
			all = append(all, outlineOf(g, r))
		}
		if len(all) > 0 { // not the Vatican, which is smaller than the source's grid
			sheets[code] = drawCountry(all, alsoShown[code])
		}
	}
	return sheets, nil
}

func outlineOf(g grid, r ring) outline {
	o := make(outline, len(r))
	for i, s := range r {
		lat, lon := g.degrees(s)
		o[i] = atlas.Point{Lat: lat, Lon: lon}
	}
	return o
}

// ownerOf is the country that the gazetteer counts a polygon to.
func ownerOf(code string, land outline) string {
	for _, gift := range gifts {
		if gift.from != code {
			continue
		}
		b := box{gift.south, gift.west, gift.north, gift.east}
		if m := land.bounds(b.middle().Lon).middle(); b.holds(outline{m}) {
			return gift.to
		}
	}
	return code
}

// drawCountry draws a country from its rings.
func drawCountry(all []outline, also []atlas.Point) atlas.Sheet {
	land := slices.DeleteFunc(slices.Clone(all), func(o outline) bool { return o.area() <= 0 })
	shown := window(land, also)
	all = slices.DeleteFunc(slices.Clone(all), func(o outline) bool { return !shown.holds(o) })
	points := slices.Clone(also)
	for _, o := range all {
		points = append(points, dense(o)...)
	}
	sheet := atlas.Fit(shown.middle(), points)
	var lines []line
	drawn := 0.0
	for _, o := range all {
		l := project(sheet.View, dense(o))
		drawn += math.Abs(l.area())
		lines = append(lines, l)
	}
	scattered := drawn < 0.01*float64(sheet.Width*sheet.Height)
	for tolerance := 0.4; ; tolerance *= 1.15 {
		sheet.Outline = trace(lines, tolerance, scattered)
		if len(sheet.Outline) <= longest {
			return sheet
		}
	}
}

const (
	worldWidth = 1000
	// worldLon is the meridian in the middle: the seam then runs through the
	// Bering Strait and cuts no land.
	worldLon       = 11.0
	worldNorth     = 84.0
	worldSouth     = -56.5
	worldTolerance = 0.6
	worldMargin    = 4
	antarctica     = "aq"
	worldSpeck     = 1.5
)

// drawWorld draws all land but Antarctica, without borders.
func drawWorld(file []byte) (atlas.Sheet, error) {
	g, countries, err := readTopology(file)
	if err != nil {
		return atlas.Sheet{}, err
	}
	var rings []ring
	for _, c := range countries {
		if c.code != antarctica {
			for _, polygon := range c.polygons {
				rings = append(rings, polygon...)
			}
		}
	}
	view := atlas.View{Projection: atlas.NaturalEarth, Lon: worldLon, Scale: 1}
	right, _ := view.Project(0, worldLon+180)
	_, top := view.Project(worldNorth, worldLon)
	_, bottom := view.Project(worldSouth, worldLon)
	view.Scale = (worldWidth/2 - worldMargin) / math.Abs(right)
	view.X, view.Y = worldWidth/2, worldMargin-top*view.Scale
	sheet := atlas.Sheet{Width: worldWidth, Height: int(math.Ceil((bottom-top)*view.Scale)) + 2*worldMargin, View: view}
	var lines []line
	for _, r := range dissolve(rings, g.seam()) {
		l := project(view, dense(outlineOf(g, r)))
		if l.torn() {
			log.Printf("left out: a piece that the world's edge cuts, %d points near %v", len(l), outlineOf(g, r)[0])
			continue
		}
		lines = append(lines, l)
	}
	sheet.Outline = trace(lines, worldTolerance, false)
	return sheet, nil
}

// dense puts points into edges that are long, which a projection bends.
func dense(o outline) outline {
	const step = 1.0 // degree
	var out outline
	for i, a := range o {
		b := o[(i+1)%len(o)]
		across, up := math.Remainder(b.Lon-a.Lon, 360), b.Lat-a.Lat
		parts := math.Ceil(max(1, math.Hypot(across, up)/step))
		for k := 0.0; k < parts; k++ {
			out = append(out, atlas.Point{Lat: a.Lat + up*k/parts, Lon: a.Lon + across*k/parts})
		}
	}
	return out
}

// dot is a point of a sheet, and line a ring of them.
type dot struct{ x, y float64 }
type line []dot

func project(v atlas.View, o outline) line {
	l := make(line, len(o))
	for i, p := range o {
		l[i].x, l[i].y = v.Project(p.Lat, p.Lon)
	}
	return l
}

// area is the ring's, in square units, positive or negative by its direction.
func (l line) area() float64 {
	sum := 0.0
	for i, a := range l {
		b := l[(i+1)%len(l)]
		sum += a.x*b.y - b.x*a.y
	}
	return sum / 2
}

// torn reports whether a ring runs over the world's edge to the other side.
func (l line) torn() bool {
	for i, a := range l {
		if math.Abs(a.x-l[(i+1)%len(l)].x) > worldWidth/2 {
			return true
		}
	}
	return false
}

// middle is the mean of the ring's points.
func (l line) middle() dot {
	m := dot{}
	for _, d := range l {
		m.x, m.y = m.x+d.x/float64(len(l)), m.y+d.y/float64(len(l))
	}
	return m
}

// trace writes rings as path data in whole units, thinned by a tolerance.
func trace(lines []line, tolerance float64, scattered bool) string {
	var path strings.Builder
	seen := map[[2]int]bool{}
	for _, l := range lines {
		thin := whole(thinned(l, tolerance))
		if len(thin) > 2 && math.Abs(l.area()) >= max(speck, tolerance*tolerance) {
			write(&path, thin)
			continue
		}
		if m := whole(line{l.middle()})[0]; scattered && !seen[[2]int{m[0] / diamond, m[1] / diamond}] {
			seen[[2]int{m[0] / diamond, m[1] / diamond}] = true
			write(&path, [][2]int{{m[0] - diamond, m[1]}, {m[0], m[1] - diamond}, {m[0] + diamond, m[1]}, {m[0], m[1] + diamond}})
		}
	}
	return path.String()
}

// thinned leaves out the points of a ring that are no farther than a tolerance
// from the line without them (D. Douglas and T. Peucker, 1973).
func thinned(l line, tolerance float64) line {
	far, most := 0, 0.0
	for i, d := range l {
		if away := math.Hypot(d.x-l[0].x, d.y-l[0].y); away > most {
			far, most = i, away
		}
	}
	if far == 0 {
		return nil
	}
	keep := make([]bool, len(l)+1)
	closed := append(slices.Clone(l), l[0])
	keep[0], keep[far] = true, true
	thin(closed, keep, 0, far, tolerance)
	thin(closed, keep, far, len(l), tolerance)
	var out line
	for i, d := range l {
		if keep[i] {
			out = append(out, d)
		}
	}
	return out
}

func thin(l line, keep []bool, from, to int, tolerance float64) {
	worst, most := -1, tolerance
	a, b := l[from], l[to]
	length := math.Hypot(b.x-a.x, b.y-a.y)
	for i := from + 1; i < to; i++ {
		d := l[i]
		away := math.Hypot(d.x-a.x, d.y-a.y)
		if along := (d.x-a.x)*(b.x-a.x) + (d.y-a.y)*(b.y-a.y); length > 0 && along > 0 {
			if along < length*length {
				away = math.Abs((d.x-a.x)*(b.y-a.y)-(d.y-a.y)*(b.x-a.x)) / length
			} else {
				away = math.Hypot(d.x-b.x, d.y-b.y)
			}
		}
		if away > most {
			worst, most = i, away
		}
	}
	if worst < 0 {
		return
	}
	keep[worst] = true
	thin(l, keep, from, worst, tolerance)
	thin(l, keep, worst, to, tolerance)
}

// whole rounds a ring to whole units and drops points that fall together.
func whole(l line) [][2]int {
	var out [][2]int
	for _, d := range l {
		p := [2]int{int(math.Round(d.x)), int(math.Round(d.y))}
		if len(out) == 0 || out[len(out)-1] != p {
			out = append(out, p)
		}
	}
	for len(out) > 1 && out[0] == out[len(out)-1] {
		out = out[:len(out)-1]
	}
	return out
}

// write adds a ring to path data: M to its start, l for the way round, z.
func write(path *strings.Builder, r [][2]int) {
	fmt.Fprintf(path, "M%d %dl", r[0][0], r[0][1])
	for i, p := range r[1:] {
		dx, dy := p[0]-r[i][0], p[1]-r[i][1]
		if i > 0 && dx >= 0 {
			path.WriteByte(' ')
		}
		fmt.Fprint(path, dx)
		if dy >= 0 {
			path.WriteByte(' ')
		}
		fmt.Fprint(path, dy)
	}
	path.WriteByte('z')
}
