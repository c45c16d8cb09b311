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
	Direction Direction // LTR or RTL: which side the lines begin at
	Lines     int
	Width     int  // pixels, of the longest line
	Height    int  // pixels
	Cut       bool // whether something was left out for want of room
	Broken    bool // whether a line ends within a word, which was too long for it

	size  float64
	width int // to the other side, for lines that begin there
	path  []otf.Segment
	ink   bounds
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
	type placed struct {
		path        []otf.Segment
		above, hang float32 // of the ink, from the base line
	}
	var all []placed
	distance := leading * em
	for _, line := range lines {
		slices.SortFunc(line, func(a, b shaping.Output) int { return cmp.Compare(a.VisualIndex, b.VisualIndex) })
		long := float32(advance(line)) / 64
		b.Width = max(b.Width, int(math.Ceil(float64(long))))
		x := float32(0)
		if b.Direction == RTL {
			x = float32(b.width) - long
		}
		p := placed{above: capitals * em, hang: below * em}
		for _, run := range line {
			p.path = s.outline(p.path, run, x)
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
		b.path = append(b.path, p.path...)
		b.Height = int(math.Ceil(float64(base + p.hang)))
	}
	b.Lines = len(all)
}

// outline appends a run's letters to a path, from x on, the base line at 0.
func (s *setter) outline(path []otf.Segment, run shaping.Output, x float32) []otf.Segment {
	scale := float32(run.Size) / 64 / float32(run.Face.Upem())
	copies := []float32{0}
	if s.thin[run.Face] {
		by := thicker * float32(run.Size) / 64 / 2
		copies = []float32{-by, by}
	}
	for _, g := range run.Glyphs {
		if shape, ok := run.Face.GlyphDataOutline(g.GlyphID); ok && g.GlyphID != 0 {
			for _, aside := range copies {
				at := len(path)
				path = append(path, shape.Segments...)
				each(path[at:], func(p *otf.SegmentPoint) {
					p.X = x + aside + float32(g.XOffset)/64 + p.X*scale
					p.Y = -float32(g.YOffset)/64 - p.Y*scale
				})
			}
		}
		x += float32(g.Advance) / 64
	}
	return path
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
	dx, dy := float32(-mask.Rect.Min.X), float32(-mask.Rect.Min.Y)
	for _, s := range b.path {
		p := s.Args
		switch s.Op {
		case opentype.SegmentOpMoveTo:
			z.ClosePath()
			z.MoveTo(p[0].X+dx, p[0].Y+dy)
		case opentype.SegmentOpLineTo:
			z.LineTo(p[0].X+dx, p[0].Y+dy)
		case opentype.SegmentOpQuadTo:
			z.QuadTo(p[0].X+dx, p[0].Y+dy, p[1].X+dx, p[1].Y+dy)
		case opentype.SegmentOpCubeTo:
			z.CubeTo(p[0].X+dx, p[0].Y+dy, p[1].X+dx, p[1].Y+dy, p[2].X+dx, p[2].Y+dy)
		}
	}
	z.ClosePath()
	z.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	return mask
}

// Draw draws the letters in a colour, with the block's box at a point.
func (b *Block) Draw(onto draw.Image, at image.Point, colour color.Color) {
	mask := b.Mask()
	draw.DrawMask(onto, mask.Rect.Add(at), image.NewUniform(colour), image.Point{}, mask, mask.Rect.Min, draw.Over)
}
