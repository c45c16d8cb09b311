package place

import "hash/fnv"

// Hues is how many colours there are for places, as far apart on the circle of
// hues as they can be.
const Hues = 24

// Hue is which of the colours is p's: FNV-1a of its path, modulo Hues. A place
// keeps its colour for good.
func (p Place) Hue() int {
	h := fnv.New32a()
	h.Write([]byte(p.Path()))
	return int(h.Sum32() % Hues)
}

// Degrees is p's colour as an angle of hue.
func (p Place) Degrees() int { return p.Hue() * (360 / Hues) }
