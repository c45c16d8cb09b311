package sign

import (
	"image/color"
	"math"
)

// tone is a colour as the stylesheet says it: OKLCH.
type tone struct{ lightness, chroma, hue float64 }

// The colours of a sign, by their names in tokens.css; the place's has the hue
// of the place.
var (
	sheet = tone{.995, .004, 85}
	ink   = tone{.22, .012, 60}
	soft  = tone{.46, .014, 65}
	line  = tone{.87, .012, 80}
	place = tone{.48, .15, 0}
)

// rgb is a tone on a screen (sRGB). One that no screen can show loses chroma
// until one can, as CSS Color 4 wants it.
func (t tone) rgb() color.RGBA {
	for {
		c, shown := t.srgb()
		if shown || t.chroma <= 0 {
			return c
		}
		t.chroma = max(0, t.chroma-.002)
	}
}

// srgb converts by way of OKLab (CSS Color 4, section 9.3). shown is whether the
// result is within what screens can show.
func (t tone) srgb() (c color.RGBA, shown bool) {
	sin, cos := math.Sincos(t.hue * math.Pi / 180)
	a, b := t.chroma*cos, t.chroma*sin
	cube := func(v float64) float64 { return v * v * v }
	l := cube(t.lightness + .3963377774*a + .2158037573*b)
	m := cube(t.lightness - .1055613458*a - .0638541728*b)
	s := cube(t.lightness - .0894841775*a - 1.2914855480*b)
	linear := [3]float64{
		4.0767416621*l - 3.3077115913*m + .2309699292*s,
		-1.2684380046*l + 2.6097574011*m - .3413193965*s,
		-.0041960863*l - .7034186147*m + 1.7076147010*s,
	}
	var out [3]uint8
	shown = true
	for i, v := range linear {
		if v < -.0005 || v > 1.0005 {
			shown = false
		}
		v = min(max(v, 0), 1)
		if v <= .0031308 {
			v *= 12.92
		} else {
			v = 1.055*math.Pow(v, 1/2.4) - .055
		}
		out[i] = uint8(math.Round(v * 255))
	}
	return color.RGBA{out[0], out[1], out[2], 255}, shown
}

// shades is how many steps there are from the sheet to an ink, both among them:
// so few that a sign needs few colours, so many that edges look smooth.
const shades = 12

// ramp appends to a palette the steps from the sheet to an ink.
func ramp(p color.Palette, to tone) color.Palette {
	from, end := sheet.rgb(), to.rgb()
	for i := range shades {
		mix := func(a, b uint8) uint8 { return uint8((int(a)*(shades-1-i) + int(b)*i) / (shades - 1)) }
		p = append(p, color.RGBA{mix(from.R, end.R), mix(from.G, end.G), mix(from.B, end.B), 255})
	}
	return p
}
