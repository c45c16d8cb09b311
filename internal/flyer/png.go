package flyer

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"golang.org/x/image/vector"
)

// PNG is the sheet as a picture so many pixels wide.
func (s *Sheet) PNG(width int) ([]byte, error) {
	scale := float64(width) / s.Width
	picture := image.NewGray(image.Rect(0, 0, width, int(math.Round(s.Height*scale))))
	draw.Draw(picture, picture.Rect, image.White, image.Point{}, draw.Src)
	for _, m := range s.marks {
		left, top, right, bottom := m.ink()
		r := image.Rect(int(math.Floor(left*scale)), int(math.Floor(top*scale)), int(math.Ceil(right*scale)), int(math.Ceil(bottom*scale)))
		r = r.Inset(-1).Intersect(picture.Rect)
		if r.Empty() {
			continue
		}
		pen := &pixelPen{Rasterizer: vector.NewRasterizer(r.Dx(), r.Dy()), m: m, scale: scale, dx: r.Min.X, dy: r.Min.Y}
		if m.letters() {
			m.set.block.Trace(pen)
		} else {
			pen.rectangle()
		}
		pen.Draw(picture, r, image.Black, image.Point{})
	}
	var out bytes.Buffer
	if err := png.Encode(&out, few(picture)); err != nil {
		return nil, fmt.Errorf("flyer: %w", err)
	}
	return out.Bytes(), nil
}

// few is a picture in sixteen greys, which are enough for edges that look smooth and
// half as many bytes.
func few(picture *image.Gray) *image.Paletted {
	const greys = 16
	palette := make(color.Palette, greys)
	for i := range palette {
		palette[i] = color.Gray{uint8(i * 255 / (greys - 1))}
	}
	less := image.NewPaletted(picture.Rect, palette)
	for i, v := range picture.Pix {
		less.Pix[i] = uint8((int(v)*(greys-1) + 127) / 255)
	}
	return less
}

// pixelPen draws the outlines of a mark onto a part of a picture.
type pixelPen struct {
	*vector.Rasterizer
	m      mark
	scale  float64
	dx, dy int
}

func (p *pixelPen) at(x, y float32) (float32, float32) {
	a, b := p.m.at(x, y)
	return float32(a*p.scale) - float32(p.dx), float32(b*p.scale) - float32(p.dy)
}

// rectangle draws a mark that is an area.
func (p *pixelPen) rectangle() {
	p.m.set.scale = 1
	w, h := float32(p.m.w), float32(p.m.h)
	p.MoveTo(0, 0)
	p.LineTo(w, 0)
	p.LineTo(w, h)
	p.LineTo(0, h)
	p.ClosePath()
}

// MoveTo begins a line.
func (p *pixelPen) MoveTo(x, y float32) { p.Rasterizer.MoveTo(p.at(x, y)) }

// LineTo goes straight on.
func (p *pixelPen) LineTo(x, y float32) { p.Rasterizer.LineTo(p.at(x, y)) }

// QuadTo goes on by a quadratic curve.
func (p *pixelPen) QuadTo(bx, by, x, y float32) {
	b, c := p.at(bx, by)
	d, e := p.at(x, y)
	p.Rasterizer.QuadTo(b, c, d, e)
}

// CubeTo goes on by a cubic curve.
func (p *pixelPen) CubeTo(bx, by, cx, cy, x, y float32) {
	b, c := p.at(bx, by)
	d, e := p.at(cx, cy)
	f, g := p.at(x, y)
	p.Rasterizer.CubeTo(b, c, d, e, f, g)
}
