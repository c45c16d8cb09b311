package placepages

import (
	"cmp"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"moot/internal/atlas"
	"moot/internal/place"
	"moot/internal/web/page"
)

// Tiles are street maps that the site's operator serves on the site's own address,
// cut as OpenStreetMap's are: squares of Web Mercator, 256 pixels wide.
type Tiles struct {
	Path   string // "/tiles/{z}/{x}/{y}.png"; "" for none
	Credit string // whose they are, beneath each map
}

const (
	zoom     = 12 // about 10 km a tile
	tileSide = 256
	columns  = 3
	rows     = 2

	neighbours      = 4   // cities that are named beside one
	neighboursAmong = 120 // the largest of so many around it
	neighboursReach = 200 // km
)

var locatorPart = page.DeclareFragment[locator](folder, "locator")

// locator is a small map with one city on it, and what it shows in words.
type locator struct {
	Country place.Place
	City    place.Place
	Chart   chart
	Marked  bool // the city is on the chart
	Where   string
	Near    string
	Tiles   []tile
	X, Y    string // of the city on the tiles
	Credit  string
}

// tile is a square of the street map.
type tile struct{ Address string }

// Locate draws where a city is: in its country, by its outline, or on the street
// maps of the operator.
func Locate(maps *atlas.Atlas, tiles Tiles) page.Locate {
	d := &door{atlas: maps}
	return func(q *page.Request, city place.Place) (template.HTML, error) {
		l := locator{City: city, Country: city.Country(), Where: page.Where(q.Language, city), Credit: tiles.Credit}
		near := around(q.Site.Gazetteer, city)
		var names []string
		for _, p := range near {
			names = append(names, q.T("places.locator_place", "place", q.Name(p), "distance", q.Language.Distance(place.Distance(city, p))))
		}
		if len(names) > 0 {
			l.Near = q.Language.List(names)
		}
		if lat, lon := city.Point(); tiles.Path != "" && math.Abs(lat) < mercatorEnds {
			l.Tiles, l.X, l.Y = tiles.around(lat, lon)
		} else {
			l.Chart, l.Marked = d.locate(q, city, near)
		}
		html, err := locatorPart.Make(q.Reader, l)
		return template.HTML(html), err
	}
}

// around are the largest cities around one, the nearest first.
func around(places *place.Gazetteer, city place.Place) []place.Place {
	near := places.Near(city, neighboursAmong, neighboursReach)
	slices.SortStableFunc(near, func(a, b place.Place) int { return cmp.Compare(b.Population(), a.Population()) })
	near = near[:min(neighbours, len(near))]
	slices.SortStableFunc(near, func(a, b place.Place) int {
		return cmp.Compare(place.Distance(city, a), place.Distance(city, b))
	})
	return near
}

// locate draws a city's country with the city on it, and those around; false where its country's sheet
// shows another part.
func (d *door) locate(q *page.Request, city place.Place, near []place.Place) (c chart, marked bool) {
	sheet, _ := d.sheet(city.Country())
	c = chart{Width: sheet.Width, Height: sheet.Height, Outline: sheet.Outline}
	c.Label = q.T("places.locator_label", "country", q.Name(city.Country()), "place", q.Name(city))
	unit := unit(sheet)
	c.place(sheet, dot{Place: city, r: 22 * unit})
	if len(c.Dots) == 0 {
		return c, false
	}
	at := &c.Dots[0]
	at.Text, at.TextY, at.Anchor, at.TextX = q.Name(city), round(at.y+14*unit), "start", round(at.x+36*unit)
	if at.x > float64(sheet.Width)/2 {
		at.Anchor, at.TextX = "end", round(at.x-36*unit)
	}
	own := *at
	for _, p := range near { // those that aren't so near that they would lie on it
		x, y, _ := sheet.Project(p.Point())
		if p.Country() == city.Country() && math.Hypot(x-own.x, y-own.y) > 34*unit {
			c.place(sheet, dot{Place: p, Class: "still", r: 9 * unit})
		}
	}
	return c, true
}

// mercatorEnds is the latitude up to which Web Mercator shows the earth.
const mercatorEnds = 85.05

// around are the tiles around a place, row by row, and where on them it is.
func (t Tiles) around(lat, lon float64) (all []tile, x, y string) {
	n := math.Exp2(zoom)
	px := (lon + 180) / 360 * n
	sin := math.Sin(lat * math.Pi / 180)
	py := (0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)) * n
	left := int(math.Floor(px)) - columns/2
	top := int(math.Round(py)) - rows/2
	top = min(max(top, 0), int(n)-rows)
	for row := range rows {
		for column := range columns {
			all = append(all, tile{strings.NewReplacer(
				"{z}", strconv.Itoa(zoom), "{x}", strconv.Itoa((left+column+int(n))%int(n)), "{y}", strconv.Itoa(top+row),
			).Replace(t.Path)})
		}
	}
	return all, round((px - float64(left)) * tileSide), round((py - float64(top)) * tileSide)
}
