package atlas

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed" // the outlines
	"fmt"
	"math"
	"strconv"
	"strings"
)

// outlines is what build made: gzip of one line a sheet, its fields between
// tabs: code, width, height, projection, lat, lon, scale, x, y, outline.
//
//go:embed atlas.txt.gz
var outlines []byte

// WorldCode is the code of the world's sheet.
const WorldCode = "world"

// Sheet is a map: an outline, and a way to find places on it. Its units are
// those of an SVG view box from 0 0 to Width Height.
type Sheet struct {
	Width, Height int
	Outline       string // the land, as SVG path data of M, l and z, filled by either rule; "" where none is known
	View          View
}

// Project gives a place's position on the sheet, x to the right and y down,
// from its latitude and longitude in degrees. inside is false where it falls
// off the sheet: a country's sheet shows its main part, not every island.
func (s Sheet) Project(lat, lon float64) (x, y float64, inside bool) {
	x, y = s.View.Project(lat, lon)
	return x, y, x >= 0 && y >= 0 && x <= float64(s.Width) && y <= float64(s.Height)
}

// ViewBox is the sheet's SVG view box.
func (s Sheet) ViewBox() string { return fmt.Sprintf("0 0 %d %d", s.Width, s.Height) }

// Atlas holds the sheets. It never changes, and is safe for many goroutines.
type Atlas struct{ sheets map[string]Sheet }

// Load reads the sheets that are part of the program.
func Load() (*Atlas, error) { return read(outlines) }

func read(packed []byte) (*Atlas, error) {
	unpack, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("atlas: %w", err)
	}
	a := &Atlas{map[string]Sheet{}}
	lines := bufio.NewScanner(unpack)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		code, sheet, err := parse(lines.Text())
		if err != nil {
			return nil, fmt.Errorf("atlas: sheet %d: %w", len(a.sheets)+1, err)
		}
		a.sheets[code] = sheet
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("atlas: %w", err)
	}
	if _, ok := a.sheets[WorldCode]; !ok {
		return nil, fmt.Errorf("atlas: there is no world")
	}
	return a, nil
}

func parse(line string) (code string, s Sheet, err error) {
	fields := strings.Split(line, "\t")
	if len(fields) != 10 || len(fields[3]) != 1 {
		return "", s, fmt.Errorf("%d fields, want 10", len(fields))
	}
	var numbers [8]float64
	for i, field := range append(fields[1:3:3], fields[4:9]...) {
		if numbers[i], err = strconv.ParseFloat(field, 64); err != nil {
			return "", s, err
		}
	}
	s.Width, s.Height = int(numbers[0]), int(numbers[1])
	s.View = View{Projection(fields[3][0]), numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]}
	s.Outline = fields[9]
	return fields[0], s, nil
}

// World is the sheet of the whole world without Antarctica.
func (a *Atlas) World() Sheet { return a.sheets[WorldCode] }

// Country is the sheet of a country, by its ISO 3166-1 code in lower case
// ("gr"). It is false where no outline is known: see Around.
func (a *Atlas) Country(code string) (Sheet, bool) {
	s, ok := a.sheets[code]
	return s, ok && code != WorldCode
}

// Point is a place by its latitude and longitude in degrees.
type Point struct{ Lat, Lon float64 }

const (
	side   = 1000 // of a country's sheet, the longer one
	margin = 24   // between what is shown and the sheet's edge
	// leastSpan is what a sheet shows at least, in radii of the globe: 20 km.
	leastSpan = 20 / 6371.0
)

// Around is a sheet without an outline, just large enough for some places. It
// is false where there are none.
func Around(points []Point) (Sheet, bool) {
	if len(points) == 0 {
		return Sheet{}, false
	}
	// Longitudes are taken from the first place's, so that islands on both
	// sides of the antimeridian stay together.
	low, high := Point{math.Inf(1), math.Inf(1)}, Point{math.Inf(-1), math.Inf(-1)}
	for _, p := range points {
		lon := turned(p.Lon - points[0].Lon)
		low = Point{min(low.Lat, p.Lat), min(low.Lon, lon)}
		high = Point{max(high.Lat, p.Lat), max(high.Lon, lon)}
	}
	centre := Point{(low.Lat + high.Lat) / 2, points[0].Lon + (low.Lon+high.Lon)/2}
	return Fit(centre, points), true
}

// Fit is a sheet without an outline that looks at a centre and shows all of
// the places given, at the largest scale that leaves a margin.
func Fit(centre Point, points []Point) Sheet {
	view := View{Projection: EqualArea, Lat: centre.Lat, Lon: turned(centre.Lon), Scale: 1}
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range points {
		x, y := view.Project(p.Lat, p.Lon)
		left, right = min(left, x), max(right, x)
		top, bottom = min(top, y), max(bottom, y)
	}
	widen := func(a, b float64) (float64, float64) {
		lack := max(0, leastSpan-(b-a)) / 2
		return a - lack, b + lack
	}
	left, right = widen(left, right)
	top, bottom = widen(top, bottom)
	view.Scale = (side - 2*margin) / max(right-left, bottom-top)
	view.X, view.Y = margin-left*view.Scale, margin-top*view.Scale
	return Sheet{
		Width:  int(math.Round((right-left)*view.Scale)) + 2*margin,
		Height: int(math.Round((bottom-top)*view.Scale)) + 2*margin,
		View:   view,
	}
}
