package font

import (
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"

	otf "github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/vector"
)

// How a line stands in its block, in ems. The box of a line begins at the height
// of capitals; lines are further apart where their letters would touch.
const (
	capitals = 0.714
	below    = 0.22
	leading  = 1.16
	gap      = 0.06 // least, between the ink of two lines
	thicker  = 0.03 // what bold adds to the stems of a font that has no bold
)

// Block is a paragraph that was set. Its box begins at (0, 0) with the top of
// the first line's capitals; what stands higher, and what hangs lower than
// letters usually do, widens it. It may be used by many at once.
type Block struct {
	Direction Direction // LTR or RTL: which way it runs
	Lines     int
	Width     int  // pixels, of the longest line
	Height    int  // pixels
	Cut       bool // whether something was left out for want of room
	Broken    bool // whether a line ends within a word, which was too long for it

	size    float64
	side    Direction // LTR or RTL: where the lines begin
	width   int       // to the other side, for lines that begin there
	path    []otf.Segment
	letters []letter // the same, one by one
	ink     bounds
}

// letter is a glyph as its font has it, and where it stands.
type letter struct {
	shape []otf.Segment
	scale float32
	x, y  float32
}

// bounds is a rectangle that grows; the zero one holds nothing.
type bounds struct {
	some                   bool
	minX, minY, maxX, maxY float32
}

func (b *bounds) add(x, y float32) {
	if !b.some {
		*b = bounds{true, x, y, x, y}
		return
	}
	b.minX, b.maxX = min(b.minX, x), max(b.maxX, x)
	b.minY, b.maxY = min(b.minY, y), max(b.maxY, y)
}

// set makes the outlines of lines, and puts them one below the other.
func (b *Block) set(s *setter, lines []shaping.Line) {
	em := float32(b.size)
	type row struct {
		path        []otf.Segment
		letters     []letter
		above, hang float32 // of the ink, from the base line
	}
	var all []row
	distance := leading * em
	for _, line := range lines {
		slices.SortFunc(line, func(a, b shaping.Output) int { return cmp.Compare(a.VisualIndex, b.VisualIndex) })
		long := float32(advance(line)) / 64
		b.Width = max(b.Width, int(math.Ceil(float64(long))))
		x := float32(0)
		if b.side == RTL {
			x = float32(b.width) - long
		}
		p := row{above: capitals * em, hang: below * em}
		for _, run := range line {
			p.path, p.letters = s.outline(p.path, p.letters, run, x)
			x += float32(run.Advance) / 64
		}
		var ink bounds
		each(p.path, func(point *otf.SegmentPoint) { ink.add(point.X, point.Y) })
		p.above, p.hang = max(p.above, -ink.minY), max(p.hang, ink.maxY)
		if len(all) > 0 {
			distance = max(distance, all[len(all)-1].hang+gap*em+p.above)
		}
		all = append(all, p)
	}
	base := float32(0)
	for i, p := range all {
		if i == 0 {
			base = p.above
		} else {
			base += distance
		}
		each(p.path, func(point *otf.SegmentPoint) {
			point.Y += base
			b.ink.add(point.X, point.Y)
		})
		for _, l := range p.letters {
			b.letters = append(b.letters, letter{l.shape, l.scale, l.x, l.y + base})
		}
		b.path = append(b.path, p.path...)
		b.Height = int(math.Ceil(float64(base + p.hang)))
	}
	b.Lines = len(all)
}

// outline appends a run's letters to a path, from x on, the base line at 0.
func (s *setter) outline(path []otf.Segment, letters []letter, run shaping.Output, x float32) ([]otf.Segment, []letter) {
	scale := float32(run.Size) / 64 / float32(run.Face.Upem())
	copies := []float32{0}
	if s.thin[run.Face] {
		by := thicker * float32(run.Size) / 64 / 2
		copies = []float32{-by, by}
	}
	for _, g := range run.Glyphs {
		if shape, ok := run.Face.GlyphDataOutline(g.GlyphID); ok && g.GlyphID != 0 {
			for _, aside := range copies {
				l := letter{shape.Segments, scale, x + aside + float32(g.XOffset)/64, -float32(g.YOffset) / 64}
				at := len(path)
				path, letters = append(path, shape.Segments...), append(letters, l)
				each(path[at:], func(p *otf.SegmentPoint) {
					p.X = l.x + p.X*scale
					p.Y = l.y - p.Y*scale
				})
			}
		}
		x += float32(g.Advance) / 64
	}
	return path, letters
}

// each calls do with every point of a path.
func each(path []otf.Segment, do func(*otf.SegmentPoint)) {
	for i := range path {
		for j := range points(path[i].Op) {
			do(&path[i].Args[j])
		}
	}
}

func points(op opentype.SegmentOp) int {
	switch op {
	case opentype.SegmentOpQuadTo:
		return 2
	case opentype.SegmentOpCubeTo:
		return 3
	}
	return 1
}

// Pen is what letters are drawn with: a path of closed lines, of which what they wind
// around is filled (the nonzero rule).
type Pen interface {
	MoveTo(x, y float32)
	LineTo(x, y float32)
	QuadTo(bx, by, x, y float32)
	CubeTo(bx, by, cx, cy, x, y float32)
	ClosePath()
}

// Trace draws the outlines of the letters, as the block's box sees them.
func (b *Block) Trace(pen Pen) { trace(b.path, pen) }

// Letters calls draw for each of the letters, with where it stands in the block's box
// and what traces it as if it stood at (0, 0): the same each time for the same glyph in
// a size.
func (b *Block) Letters(draw func(x, y float32, trace func(Pen))) {
	for _, l := range b.letters {
		draw(l.x, l.y, func(pen Pen) { trace(l.shape, placed{pen, l.scale, -l.scale, 0, 0}) })
	}
}

func trace(path []otf.Segment, pen Pen) {
	for i, s := range path {
		p := s.Args
		switch s.Op {
		case opentype.SegmentOpMoveTo:
			if i > 0 {
				pen.ClosePath()
			}
			pen.MoveTo(p[0].X, p[0].Y)
		case opentype.SegmentOpLineTo:
			pen.LineTo(p[0].X, p[0].Y)
		case opentype.SegmentOpQuadTo:
			pen.QuadTo(p[0].X, p[0].Y, p[1].X, p[1].Y)
		case opentype.SegmentOpCubeTo:
			pen.CubeTo(p[0].X, p[0].Y, p[1].X, p[1].Y, p[2].X, p[2].Y)
		}
	}
	if len(path) > 0 {
		pen.ClosePath()
	}
}

// Ink is the rectangle that the letters cover, as the block's box sees it; all zero
// where there are none.
func (b *Block) Ink() (left, top, right, bottom float32) {
	return b.ink.minX, b.ink.minY, b.ink.maxX, b.ink.maxY
}

// placed is a pen whose sheet is of another size, and lies elsewhere.
type placed struct {
	Pen
	across, down float32
	dx, dy       float32
}

func (p placed) MoveTo(x, y float32) { p.Pen.MoveTo(x*p.across+p.dx, y*p.down+p.dy) }
func (p placed) LineTo(x, y float32) { p.Pen.LineTo(x*p.across+p.dx, y*p.down+p.dy) }
func (p placed) QuadTo(bx, by, x, y float32) {
	p.Pen.QuadTo(bx*p.across+p.dx, by*p.down+p.dy, x*p.across+p.dx, y*p.down+p.dy)
}
func (p placed) CubeTo(bx, by, cx, cy, x, y float32) {
	p.Pen.CubeTo(bx*p.across+p.dx, by*p.down+p.dy, cx*p.across+p.dx, cy*p.down+p.dy, x*p.across+p.dx, y*p.down+p.dy)
}

// Mask is how much of each pixel the letters cover. Its bounds are those of the
// ink, seen from the block's box.
func (b *Block) Mask() *image.Alpha {
	if !b.ink.some {
		return image.NewAlpha(image.Rectangle{})
	}
	floor := func(v float32) int { return int(math.Floor(float64(v))) }
	mask := image.NewAlpha(image.Rect(floor(b.ink.minX), floor(b.ink.minY), floor(b.ink.maxX)+1, floor(b.ink.maxY)+1))
	z := vector.NewRasterizer(mask.Rect.Dx(), mask.Rect.Dy())
	z.DrawOp = draw.Src
	b.Trace(placed{z, 1, 1, float32(-mask.Rect.Min.X), float32(-mask.Rect.Min.Y)})
	z.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	return mask
}

// Draw draws the letters in a colour, with the block's box at a point.
func (b *Block) Draw(onto draw.Image, at image.Point, colour color.Color) {
	mask := b.Mask()
	draw.DrawMask(onto, mask.Rect.Add(at), image.NewUniform(colour), image.Point{}, mask, mask.Rect.Min, draw.Over)
}
