package raster

import (
	"encoding/binary"
	"image"
	"image/color"
)

// ColourTable numbers colours in the order in which it meets them, up to 256.
type ColourTable struct {
	colours [256]uint32
	n       int
	slots   [1024]struct {
		colour uint32
		index  int16 // 1 more than its number; 0: empty
	}
}

// Index is the number of a colour; false if there are more than 256.
func (t *ColourTable) Index(colour uint32) (int, bool) {
	for at := colour * 0x9e3779b1 >> 22; ; at = (at + 1) % uint32(len(t.slots)) {
		switch slot := &t.slots[at]; {
		case slot.index > 0 && slot.colour == colour:
			return int(slot.index) - 1, true
		case slot.index > 0:
		case t.n == len(t.colours):
			return 0, false
		default:
			t.colours[t.n] = colour
			t.n++
			slot.colour, slot.index = colour, int16(t.n)
			return t.n - 1, true
		}
	}
}

// Palette is the colours in their order, each of which was read as four bytes:
// red, green, blue, alpha.
func (t *ColourTable) Palette() color.Palette {
	p := make(color.Palette, t.n)
	for i, c := range t.colours[:t.n] {
		p[i] = color.NRGBA{uint8(c), uint8(c >> 8), uint8(c >> 16), uint8(c >> 24)}
	}
	return p
}

// fewColours is the same picture with a palette; nil if it has more colours than
// fit in one.
func fewColours(p *image.NRGBA) *image.Paletted {
	few := image.NewPaletted(p.Rect, nil)
	var t ColourTable
	last, number := uint32(0), -1
	for i := range few.Pix {
		if c := binary.LittleEndian.Uint32(p.Pix[4*i:]); c != last || number < 0 {
			var ok bool
			if number, ok = t.Index(c); !ok {
				return nil
			}
			last = c
		}
		few.Pix[i] = uint8(number)
	}
	few.Palette = t.Palette()
	return few
}

// fewGreys is the same picture with a palette, if it has so few greys that they
// fit in half a byte; else nil.
func fewGreys(p *image.Gray) *image.Paletted {
	var seen [256]bool
	for y := range p.Rect.Dy() {
		for _, v := range p.Pix[y*p.Stride:][:p.Rect.Dx()] {
			seen[v] = true
		}
	}
	var greys color.Palette
	var number [256]uint8
	for v, s := range seen {
		if s {
			number[v] = uint8(len(greys))
			greys = append(greys, color.NRGBA{uint8(v), uint8(v), uint8(v), 255})
		}
	}
	if len(greys) > 16 {
		return nil
	}
	few := image.NewPaletted(p.Rect, greys)
	for y := range p.Rect.Dy() {
		copy(few.Pix[y*few.Stride:][:few.Stride], p.Pix[y*p.Stride:])
	}
	Look(few.Pix, &number)
	return few
}

// Compact leaves of a palette the colours that are used, each once, and one that
// is clear at the most.
func Compact(p *image.Paletted) {
	var used [256]bool
	for _, v := range p.Pix {
		used[v] = true
	}
	var t ColourTable
	var number [256]uint8
	for i, c := range Colours(p.Palette) {
		if used[i] {
			n, _ := t.Index(binary.LittleEndian.Uint32(c[:]))
			number[i] = uint8(n)
		}
	}
	p.Palette = t.Palette()
	Look(p.Pix, &number)
}

// Colours are a palette's colours as four bytes each: red, green, blue, alpha. A
// clear one is 0; one that isn't there is black.
func Colours(p color.Palette) (all [256][4]uint8) {
	for i := range all {
		all[i] = [4]uint8{3: 255}
		if i < len(p) {
			switch c := color.NRGBAModel.Convert(p[i]).(color.NRGBA); c.A {
			case 0:
				all[i] = [4]uint8{}
			default:
				all[i] = [4]uint8{c.R, c.G, c.B, c.A}
			}
		}
	}
	return all
}

// cell is the colours that are alike in their first six bits, as far as a frame
// has them.
type cell struct {
	n       uint32
	r, g, b uint32 // sums
	box     uint8  // the palette's colour that stands for it
}

// box is cells that one colour of the palette stands for.
type box struct {
	cells    []int32
	mean     [3]float64
	variance [3]float64 // times the pixels
}

func (b *box) spread() float64 { return b.variance[0] + b.variance[1] + b.variance[2] }

// Mixer finds the palette of a frame that has too many colours: it splits the
// colours where they differ most until there are as many boxes as a palette has
// room. Nothing is dithered, since the dots would flicker from frame to frame.
type Mixer struct {
	cells [1 << 18]cell
	used  []int32
}

func cellOf(r, g, b uint8) int32 { return int32(r>>2)<<12 | int32(g>>2)<<6 | int32(b>>2) }

// Add counts a pixel.
func (m *Mixer) Add(r, g, b uint8) {
	at := cellOf(r, g, b)
	c := &m.cells[at]
	if c.n == 0 {
		m.used = append(m.used, at)
	}
	c.n++
	c.r, c.g, c.b = c.r+uint32(r), c.g+uint32(g), c.b+uint32(b)
}

// Palette is at most size colours for what was added. From then on Number says
// which of them stands for a colour.
func (m *Mixer) Palette(size int) color.Palette {
	boxes := []box{m.box(m.used)}
	for len(boxes) < size {
		widest := 0
		for i := range boxes {
			if boxes[i].spread() > boxes[widest].spread() {
				widest = i
			}
		}
		low, high := m.split(boxes[widest])
		if len(low) == 0 || len(high) == 0 {
			break
		}
		boxes[widest] = m.box(low)
		boxes = append(boxes, m.box(high))
	}
	p := make(color.Palette, len(boxes))
	for i, b := range boxes {
		for _, at := range b.cells {
			m.cells[at].box = uint8(i)
		}
		p[i] = color.NRGBA{uint8(b.mean[0] + .5), uint8(b.mean[1] + .5), uint8(b.mean[2] + .5), 255}
	}
	return p
}

// Clear forgets what was added.
func (m *Mixer) Clear() {
	for _, at := range m.used {
		m.cells[at] = cell{}
	}
	m.used = m.used[:0]
}

// Number is the colour of the palette that stands for one that was added.
func (m *Mixer) Number(r, g, b uint8) uint8 { return m.cells[cellOf(r, g, b)].box }

// mean is the average of the colours in a cell.
func (c *cell) mean() [3]float64 {
	n := float64(c.n)
	return [3]float64{float64(c.r) / n, float64(c.g) / n, float64(c.b) / n}
}

func (m *Mixer) box(cells []int32) box {
	b := box{cells: cells}
	var n float64
	var squares [3]float64
	for _, at := range cells {
		c := &m.cells[at]
		n += float64(c.n)
		for i, v := range c.mean() {
			b.mean[i] += v * float64(c.n)
			squares[i] += v * v * float64(c.n)
		}
	}
	for i := range b.mean {
		b.mean[i] /= n
		b.variance[i] = max(squares[i]-b.mean[i]*b.mean[i]*n, 0)
	}
	return b
}

// split parts a box at the mean of the channel in which it is widest.
func (m *Mixer) split(b box) (low, high []int32) {
	channel := 0
	for i, v := range b.variance {
		if v > b.variance[channel] {
			channel = i
		}
	}
	k := 0
	for i, at := range b.cells {
		if m.cells[at].mean()[channel] < b.mean[channel] {
			b.cells[i], b.cells[k] = b.cells[k], at
			k++
		}
	}
	return b.cells[:k], b.cells[k:]
}
