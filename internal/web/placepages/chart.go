package placepages

import (
	"cmp"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"moot/internal/atlas"
	"moot/internal/board"
	"moot/internal/directory"
	"moot/internal/fault"
	"moot/internal/place"
	"moot/internal/web/page"
)

const (
	chartBoards = 300 // boards with posts on a map
	chartCities = 60  // cities of a country on its map, quiet ones too
	chartNames  = 16  // names written on a map
	chartMeets  = 100 // cities in which people meet soon

	// meetsAhead is how far ahead that is.
	meetsAhead = 30 * 24 * time.Hour
)

var mapPage = page.Declare[*mapView](folder, "map")

type mapView struct {
	page.View
	Heading string
	Chart   chart
	Boards  []board.Lively // the same as the dots, for who can't see them
	Cities  []place.Place
	Meeting []meeting // where people meet soon: those with a ring
}

// meeting is a city in which people meet soon.
type meeting struct {
	directory.Meeting
	Address string // of what is coming up there
}

// chart is a map, ready to be drawn in a viewBox.
type chart struct {
	Label         string
	Legend        string
	Meets         string // what a ring says, where there is one
	Width, Height int
	Outline       string
	Dots          []dot
}

// dot is a board on a map. Numbers are of the viewBox, written for SVG.
type dot struct {
	Place  place.Place
	Class  string
	Label  string
	X, Y   string
	R      string
	Ring   string // radius of the ring of a city in which people meet soon, or ""
	Reach  string // radius of the circle that can be pressed; "" for that of the dot
	Text   string // the name beside it, or ""
	TextX  string
	TextY  string
	Anchor string

	x, y, r float64
}

// chart is the page of a map: of the world or of a country.
func (d *door) chart(q *page.Request) error {
	p := q.Place
	if p.Kind() == place.City || p.Kind() == place.Region {
		return q.Redirect(http.StatusSeeOther, "/"+p.Country().Path()+"/map")
	}
	if !d.hasMap(p) {
		return fault.New(fault.NotFound, "places.no_map")
	}
	lively := d.directory.Liveliest(p, chartBoards)
	v := &mapView{Heading: q.T("places.map_world"), Boards: lively}
	if p.Kind() == place.Country {
		v.Heading = q.T("places.map_of", "place", q.Name(p))
		v.Cities = p.Cities(chartCities)
	}
	v.Title, v.Description = v.Heading, q.T("places.map_description")
	v.Trail = q.Trail(page.Crumb{Name: q.T("places.map")})
	soon := d.directory.Meeting(p, q.Now(), q.Now().Add(meetsAhead), chartMeets)
	for _, g := range soon {
		v.Meeting = append(v.Meeting, meeting{g, "/" + g.Place.Path() + "/meetups"})
	}
	v.Chart = d.draw(q, p, lively, v.Cities, soon)
	return mapPage.Render(q, v)
}

// hasMap reports whether there is a map of a place.
func (d *door) hasMap(p place.Place) bool {
	_, ok := d.sheet(p)
	return ok
}

// sheet is the map of a place. A country whose outline is too small to be drawn
// has one of its cities alone.
func (d *door) sheet(p place.Place) (atlas.Sheet, bool) {
	switch p.Kind() {
	case place.World:
		return d.atlas.World(), true
	case place.Country:
		if sheet, ok := d.atlas.Country(p.Path()); ok {
			return sheet, true
		}
		var points []atlas.Point
		for _, city := range p.Cities(chartCities) {
			lat, lon := city.Point()
			points = append(points, atlas.Point{Lat: lat, Lon: lon})
		}
		return atlas.Around(points)
	}
	return atlas.Sheet{}, false
}

// draw makes the map of the world or of a country, with the boards that have
// posts, small dots for quiet cities, and rings around those in which people meet soon.
func (d *door) draw(q *page.Request, p place.Place, lively []board.Lively, quiet []place.Place, soon []directory.Meeting) chart {
	sheet, _ := d.sheet(p)
	c := chart{
		Label: q.T("places.map_label"), Width: sheet.Width, Height: sheet.Height, Outline: sheet.Outline,
	}
	unit := unit(sheet)
	meets := map[place.Place]directory.Meeting{}
	for _, g := range soon {
		meets[g.Place] = g
	}
	done := map[place.Place]bool{}
	for _, b := range d.withMeeting(lively, soon) {
		if b.Place.Kind() != place.City || done[b.Place] {
			continue
		}
		done[b.Place] = true
		at := dot{
			Place: b.Place,
			Class: "busy hue-" + strconv.Itoa(b.Place.Hue()),
			Label: q.T("places.dot", "place", q.Name(b.Place), "n", b.Threads),
			r:     unit * min(14, 4+1.6*math.Log2(1+float64(b.Posts))),
			Reach: round(16 * unit),
		}
		if g, ok := meets[b.Place]; ok {
			at.Ring = round(at.r + 6*unit)
			at.Label = q.T("places.dot_meets", "dot", at.Label, "time", q.Language.Span(g.Start, g.End, g.Days, q.Now()))
			c.Meets = q.T("places.map_meets")
		}
		c.place(sheet, at)
	}
	// Small ones are drawn last, so that none is hidden beneath a large one.
	slices.SortStableFunc(c.Dots, func(a, b dot) int { return cmp.Compare(b.r, a.r) })
	var small []dot
	busy := c.Dots
	c.Dots = nil
	for _, city := range quiet {
		if !done[city] {
			c.place(sheet, dot{Place: city, Class: "still", Label: q.Name(city), r: 3 * unit, Reach: round(9 * unit)})
		}
	}
	small = c.Dots
	if p.Kind() == place.Country {
		names(q, sheet, busy, small)
		c.Legend = q.T("places.map_legend")
	}
	c.Dots = append(small, busy...)
	return c
}

// withMeeting are boards with posts, and those besides on which people meet soon.
func (d *door) withMeeting(lively []board.Lively, soon []directory.Meeting) []board.Lively {
	all := slices.Clone(lively)
	for _, g := range soon {
		if b, ok := d.directory.Board(g.Place); ok {
			all = append(all, b)
		}
	}
	return all
}

// unit is what a thousandth of the width of a page is on a sheet that is shown
// as wide as the page, or, where it is tall, as tall as the window.
func unit(s atlas.Sheet) float64 {
	return max(float64(s.Width)/1000, float64(s.Height)/900)
}

// place puts a dot on the map where its place lies on it.
func (c *chart) place(sheet atlas.Sheet, at dot) {
	lat, lon := at.Place.Point()
	x, y, inside := sheet.Project(lat, lon)
	if !inside {
		return
	}
	at.x, at.y = x, y
	at.X, at.Y, at.R = round(x), round(y), round(at.r)
	c.Dots = append(c.Dots, at)
}

// names writes names beside the dots that matter most, as long as none is
// written over another or over the edge.
func names(q *page.Request, sheet atlas.Sheet, groups ...[]dot) {
	type box struct{ left, top, right, bottom float64 }
	var taken []box
	unit := unit(sheet)
	written := 0
	for _, dots := range groups {
		for i := range dots {
			at := &dots[i]
			name := q.Name(at.Place)
			wide := (float64(utf8.RuneCountInString(name))*10.5 + 6) * unit
			gap := at.r + 5*unit
			b := box{at.x + gap, at.y - 11*unit, at.x + gap + wide, at.y + 9*unit}
			at.Anchor = "start"
			if b.right > float64(sheet.Width) {
				b.left, b.right = at.x-gap-wide, at.x-gap
				at.Anchor = "end"
			}
			free := b.left > 0 && b.top > 0 && b.bottom < float64(sheet.Height) && !slices.ContainsFunc(taken, func(o box) bool {
				return b.left < o.right && o.left < b.right && b.top < o.bottom && o.top < b.bottom
			})
			if free && written < chartNames {
				at.Text, at.TextX, at.TextY = name, round(b.left+3*unit), round(at.y+7*unit)
				if at.Anchor == "end" {
					at.TextX = round(b.right - 3*unit)
				}
				written++
				taken = append(taken, b)
			}
		}
	}
}

func round(x float64) string { return strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64) }
