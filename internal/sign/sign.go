package sign

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"moot/internal/font"
)

// Width and Height are a sign's measures in pixels: those that whoever shows
// links asks for (Open Graph).
const Width, Height = 1200, 630

// Sign is what stands on a sign. Each text may be empty.
type Sign struct {
	Title     string
	Place     string // stands large where there is no title
	When      string // below the title, of what is held at a time
	Where     string
	Site      string
	Hue       int            // of the place's colour, in degrees of OKLCH
	Direction font.Direction // of a title that has none of its own
}

// Where things stand, in pixels. The notice hangs from above and its tabs run
// out of the picture.
const (
	margin  = 44          // of wall, on three sides of the notice
	padding = 56          // between the notice's edge and letters
	torn    = Height - 96 // where the tabs begin
	top     = margin + 52 // of the place's name
	bottom  = torn - 36   // lowest of the title
	tabs    = 4           // to tear off
	taken   = 2           // the one that is gone, counted from where lines begin
	column  = Width - 2*(margin+padding)
	rule    = 14 // thickness of the notice's upper edge
)

// sizes are those that a title may have, in pixels an em, with the lines that
// it may take then.
var sizes = []struct {
	size  float64
	lines int
}{{132, 1}, {104, 2}, {88, 3}, {76, 3}, {66, 4}, {56, 5}, {48, 6}}

// inks, as the palette has them after the wall: each a ramp from the sheet.
const (
	wall = iota
	black
	grey
	hued
	pale
)

// plate is a sign that is being printed.
type plate struct {
	*image.Paletted
	side font.Direction // at which lines begin
}

// Draw draws a sign, as a PNG.
func Draw(s Sign) ([]byte, error) {
	s.Title, s.Place, s.When, s.Where = seen(s.Title), seen(s.Place), seen(s.When), seen(s.Where)
	own := place
	own.hue = float64(s.Hue)
	palette := color.Palette{own.rgb()}
	for _, t := range []tone{ink, soft, own, line} { // in the order of the inks
		palette = ramp(palette, t)
	}
	p := plate{image.NewPaletted(image.Rect(0, 0, Width, Height), palette), s.side()}
	p.notice()
	p.words(s)
	p.foot(s.Site)
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.DefaultCompression}
	if err := encoder.Encode(&out, p); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return out.Bytes(), nil
}

// seen is a text of which something can be drawn, or "".
func seen(text string) string {
	if font.Lay(text, column, font.Style{Lines: 1}).Lines == 0 {
		return ""
	}
	return text
}

// shade is the palette's index of an ink that covers a part of a pixel, of 255.
func shade(ink int, cover uint8) uint8 {
	if ink == wall {
		return 0
	}
	return uint8(1 + (ink-1)*shades + (int(cover)*(shades-1)+127)/255)
}

// fill covers a rectangle.
func (p plate) fill(r image.Rectangle, ink int, cover uint8) {
	r = r.Intersect(p.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := p.Pix[p.PixOffset(r.Min.X, y):p.PixOffset(r.Max.X, y)]
		for x := range row {
			row[x] = shade(ink, cover)
		}
	}
}

// print puts a block's letters on the sheet.
func (p plate) print(b *font.Block, at image.Point, ink int) {
	mask := b.Mask()
	for y := mask.Rect.Min.Y; y < mask.Rect.Max.Y; y++ {
		for x := mask.Rect.Min.X; x < mask.Rect.Max.X; x++ {
			to := image.Pt(x, y).Add(at)
			if cover := mask.Pix[mask.PixOffset(x, y)]; cover > 0 && to.In(p.Rect) {
				p.Pix[p.PixOffset(to.X, to.Y)] = shade(ink, cover)
			}
		}
	}
}

func (p plate) notice() {
	p.fill(image.Rect(margin, margin, Width-margin, Height), black, 0)
	p.fill(image.Rect(margin, margin, Width-margin, margin+rule), black, 255)
}

// side is that of the title, or of what stands in its stead.
func (s Sign) side() font.Direction {
	for _, d := range []font.Direction{font.DirectionOf(s.headline()), s.Direction} {
		if d != font.Auto {
			return d
		}
	}
	return font.LTR
}

func (s Sign) headline() string { return cmp.Or(s.Title, s.Place, s.Site) }

// words puts the place's name above and the title below it, in the middle of the
// room that is left.
func (p plate) words(s Sign) {
	from := top
	if s.Title != "" && s.Place != "" {
		name := font.Lay(s.Place, column, font.Style{Size: 38, Weight: font.Bold, Lines: 1, Direction: p.side})
		p.print(name, image.Pt(margin+padding, from), hued)
		from += name.Height + 24
	}
	low := bottom
	for _, text := range []string{s.Where, s.When} { // from below
		line := font.Lay(text, column, font.Style{Size: 36, Weight: font.Bold, Lines: 1, Side: p.side})
		if line.Lines == 0 {
			continue
		}
		low -= line.Height
		p.print(line, image.Pt(margin+padding, low), black)
		low -= 14
	}
	if low < bottom {
		low -= 18
	}
	title := p.largest(s.headline(), low-from)
	p.print(title, image.Pt(margin+padding, from+(low-from-title.Height)/2), black)
}

// largest is a text as large as all of it can be in a height: in whole words, or
// else with words broken, or else as much as there is room for.
func (p plate) largest(text string, height int) *font.Block {
	style := font.Style{Weight: font.Bold, Direction: p.side}
	for _, broken := range []bool{false, true} {
		for _, s := range sizes {
			style.Size, style.Lines = s.size, s.lines
			if b := font.Lay(text, column, style); !b.Cut && b.Height <= height && (broken || !b.Broken) {
				style.Balanced = true
				return font.Lay(text, column, style)
			}
		}
	}
	for ; style.Lines > 1; style.Lines-- {
		if b := font.Lay(text, column, style); b.Height <= height {
			return b
		}
	}
	return font.Lay(text, column, style)
}

// foot cuts the foot of the notice into tabs with the site's name on each. One
// was taken already: somebody was here.
func (p plate) foot(site string) {
	const wide = (Width - 2*margin) / tabs
	for x := margin; x < Width-margin; x += 16 {
		p.fill(image.Rect(x, torn, min(x+9, Width-margin), torn+3), pale, 255)
	}
	for i := 1; i < tabs; i++ {
		for y := torn; y < Height; y += 16 {
			p.fill(image.Rect(margin+i*wide-1, y, margin+i*wide+2, y+9), pale, 255)
		}
	}
	name := font.Lay(site, wide-40, font.Style{Size: 30, Weight: font.Bold, Lines: 1, Direction: font.LTR})
	gone := taken
	if p.side == font.RTL {
		gone = tabs - 1 - taken
	}
	for i := range tabs {
		left := margin + i*wide
		if i == gone {
			p.fill(image.Rect(left-1, torn, left+wide+2, Height), wall, 0)
			continue
		}
		p.print(name, image.Pt(left+(wide-name.Width)/2, torn+(Height-torn-name.Height)/2), grey)
	}
}
