package flyer

import (
	"math"

	"rsc.io/qr"

	"moot/internal/font"
)

// Sheet is a page with everything in its place, in points from its upper left
// corner.
type Sheet struct {
	Width, Height float64
	Title         string
	Language      string

	marks []mark
}

// mark is something black on a sheet: the letters of a text, or an area.
type mark struct {
	x, y   float64 // of its upper left corner; of letters that read upwards, of the lower left
	w, h   float64 // of an area, and how much room there is for letters
	set    set     // letters; none for an area
	words  string  // what the letters say
	again  bool    // they were said on this sheet before
	upward bool    // the line reads from the foot to the head
}

func (m mark) letters() bool { return m.set.block != nil }

// at is where a point of a mark's letters, as their block sees it, is on the sheet.
func (m mark) at(x, y float32) (float64, float64) {
	along, down := float64(x)*m.set.scale, float64(y)*m.set.scale
	if m.upward {
		return m.x + down, m.y - along
	}
	return m.x + along, m.y + down
}

// ink is the rectangle that a mark covers.
func (m mark) ink() (left, top, right, bottom float64) {
	if !m.letters() {
		return m.x, m.y, m.x + m.w, m.y + m.h
	}
	a, b, c, d := m.set.block.Ink()
	x0, y0 := m.at(a, b)
	x1, y1 := m.at(c, d)
	return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
}

// set is a text that was set, and how large a pixel of that is on the sheet.
type set struct {
	block *font.Block
	scale float64
}

func (s set) width() float64  { return float64(s.block.Width) * s.scale }
func (s set) height() float64 { return float64(s.block.Height) * s.scale }
func (s set) empty() bool     { return s.block == nil || s.block.Lines == 0 }

// em is how large every text is set, in pixels, before it is made as large as it is
// to be: the letters of a size that is no whole number would stand too far apart.
const em = 100

// Words are the texts on the sheet, in the order in which they are read, each once.
func (s *Sheet) Words() (all []string) {
	for _, m := range s.marks {
		if m.letters() && !m.again {
			all = append(all, m.words)
		}
	}
	return all
}

// code is a QR code of a text, with as much to spare against dirt and folds as its
// size allows, and nil of one that is too long for any.
func code(text string) *qr.Code {
	best, err := qr.Encode(text, qr.M)
	if err != nil {
		best, err = qr.Encode(text, qr.L)
		if err != nil {
			return nil
		}
		return best
	}
	for _, level := range []qr.Level{qr.Q, qr.H} {
		if c, err := qr.Encode(text, level); err == nil && c.Size == best.Size {
			best = c
		}
	}
	return best
}

// Code is a QR code as a PNG, with the white that belongs around it; nil of a text
// that is too long for any.
func Code(text string) []byte {
	c := code(text)
	if c == nil {
		return nil
	}
	return c.PNG()
}

// put puts a code onto the sheet, so wide, without the white around it.
func (s *Sheet) put(c *qr.Code, x, y, wide float64) {
	module := wide / float64(c.Size)
	for row := range c.Size {
		for from := 0; from < c.Size; {
			to := from
			for to < c.Size && c.Black(to, row) {
				to++
			}
			if to > from {
				s.area(x+float64(from)*module, y+float64(row)*module, float64(to-from)*module, module)
			}
			from = max(to, from+1)
		}
	}
}

// area blackens a rectangle.
func (s *Sheet) area(x, y, w, h float64) {
	s.marks = append(s.marks, mark{x: x, y: y, w: w, h: h})
}

// dashes is a line to cut along: across the sheet, or up.
func (s *Sheet) dashes(x, y, length float64, up bool) {
	const dash, gap, thick = 5, 4, 0.7
	n := math.Floor((length + gap) / (dash + gap))
	step := (length - dash) / max(n-1, 1)
	for i := range int(n) {
		if up {
			s.area(x-thick/2, y+float64(i)*step, thick, dash)
		} else {
			s.area(x+float64(i)*step, y-thick/2, dash, thick)
		}
	}
}
