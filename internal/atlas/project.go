package atlas

import "math"

// Projection is a way to draw the globe on a plane: of the sphere with radius
// 1, x to the right and y up.
type Projection byte

const (
	// NaturalEarth shows the whole world with rounded corners: the Natural
	// Earth projection of T. Patterson in the polynomial form of B. Šavrič and
	// others, "A Polynomial Equation for the Natural Earth Projection",
	// Cartography and Geographic Information Science 38 (4), 2011.
	NaturalEarth Projection = 'n'
	// EqualArea shows a part of the world without bias to size: Lambert's
	// azimuthal equal-area projection, J. P. Snyder, "Map Projections: A Working
	// Manual", USGS Professional Paper 1395, 1987, equations 24-2 to 24-4.
	EqualArea Projection = 'l'
)

const radians = math.Pi / 180

// turned brings an angle into -180 to 180 degrees.
func turned(degrees float64) float64 { return math.Remainder(degrees, 360) }

func naturalEarth(lat, lon float64) (x, y float64) {
	p := lat * radians
	p2 := p * p
	p4 := p2 * p2
	x = lon * radians * (0.8707 - 0.131979*p2 + p4*(-0.013791+p4*(0.003971*p2-0.001529*p4)))
	y = p * (1.007226 + p2*(0.015085+p4*(-0.044475+0.028874*p2-0.005916*p4)))
	return x, y
}

func equalArea(centre, lat, lon float64) (x, y float64) {
	sin1, cos1 := math.Sincos(centre * radians)
	sin, cos := math.Sincos(lat * radians)
	sinLon, cosLon := math.Sincos(lon * radians)
	// The point opposite the centre has no image; it is drawn very far away.
	k := math.Sqrt(2 / max(1e-9, 1+sin1*sin+cos1*cos*cosLon))
	return k * cos * sinLon, k * (cos1*sin - sin1*cos*cosLon)
}

// View is where on the globe a sheet looks, and how its plane becomes the
// sheet's units.
type View struct {
	Projection Projection
	Lat, Lon   float64 // the centre, in degrees; the world's Lat is always 0
	Scale      float64 // units to a radius of the globe
	X, Y       float64 // where the centre falls on the sheet
}

// Project gives a place's position in the view, in the sheet's units: x to the
// right, y down.
func (v View) Project(lat, lon float64) (x, y float64) {
	if v.Projection == NaturalEarth {
		x, y = naturalEarth(lat, turned(lon-v.Lon))
	} else {
		x, y = equalArea(v.Lat, lat, lon-v.Lon)
	}
	return v.X + v.Scale*x, v.Y - v.Scale*y
}
