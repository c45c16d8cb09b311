package raster

import (
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
)

// Pixels are worked on in four forms, with bounds that begin at 0, 0: *image.Gray
// and *image.YCbCr, which are opaque, *image.NRGBA and *image.Paletted, which may
// be transparent.

// Narrow brings what a decoder made into one of the four, within the memory that
// it has.
func Narrow(pixels image.Image) image.Image {
	switch p := pixels.(type) {
	case *image.RGBA: // decoders here make it of opaque pictures alone
		return &image.NRGBA{Pix: p.Pix, Stride: p.Stride, Rect: p.Rect}
	case *image.RGBA64: // as above
		return eightBits(p.Pix, p.Rect)
	case *image.NRGBA64:
		return eightBits(p.Pix, p.Rect)
	case *image.Gray16:
		n := p.Rect.Dx() * p.Rect.Dy()
		for i := range n {
			p.Pix[i] = eight(p.Pix[2*i], p.Pix[2*i+1])
		}
		return &image.Gray{Pix: p.Pix[:n], Stride: p.Rect.Dx(), Rect: p.Rect}
	case *image.CMYK:
		for i := 0; i+4 <= len(p.Pix); i += 4 {
			b := p.Pix[i : i+4 : i+4]
			b[0], b[1], b[2] = color.CMYKToRGB(b[0], b[1], b[2], b[3])
			b[3] = 255
		}
		return &image.NRGBA{Pix: p.Pix, Stride: p.Stride, Rect: p.Rect}
	case *image.NYCbCrA:
		return withAlpha(p)
	}
	return pixels
}

// eight is the nearest that 8 bits come to 16.
func eight(high, low uint8) uint8 {
	v := uint32(high)<<8 | uint32(low)
	return uint8((v*255 + 32767) / 65535)
}

// eightBits makes pixels of 16 bits a channel into such of 8, in place.
func eightBits(b []uint8, rect image.Rectangle) *image.NRGBA {
	n := 4 * rect.Dx() * rect.Dy()
	for i := range n {
		b[i] = eight(b[2*i], b[2*i+1])
	}
	return &image.NRGBA{Pix: b[:n], Stride: 4 * rect.Dx(), Rect: rect}
}

func withAlpha(p *image.NYCbCrA) image.Image {
	opaque := true
	for y := range p.Rect.Dy() {
		for _, a := range p.A[y*p.AStride:][:p.Rect.Dx()] {
			opaque = opaque && a == 255
		}
	}
	if opaque {
		return &p.YCbCr
	}
	made := image.NewNRGBA(p.Rect)
	draw.Draw(AsRGBA(made), p.Rect, &p.YCbCr, p.Rect.Min, draw.Src)
	for y := range p.Rect.Dy() {
		for x, a := range p.A[y*p.AStride:][:p.Rect.Dx()] {
			made.Pix[y*made.Stride+4*x+3] = a
		}
	}
	return made
}

// AsRGBA sees the same bytes as colours times alpha, which for a picture without
// half transparency is the same.
func AsRGBA(p *image.NRGBA) *image.RGBA {
	return &image.RGBA{Pix: p.Pix, Stride: p.Stride, Rect: p.Rect}
}

// Settle brings pixels into the smallest form that shows the same: grey where
// there is no colour, with a palette where a drawing has few. It takes the
// colours from pixels that are clear: what somebody rubbed out is gone.
func Settle(pixels image.Image, drawn bool) image.Image {
	switch p := pixels.(type) {
	case *image.YCbCr:
		if colourless(p.Cb) && colourless(p.Cr) {
			return &image.Gray{Pix: p.Y, Stride: p.YStride, Rect: p.Rect}
		}
	case *image.Gray:
		if few := fewGreys(p); drawn && few != nil {
			return few
		}
	case *image.NRGBA:
		if opaque, grey := rubOut(p); opaque && grey {
			return Settle(red(p), drawn)
		}
		if drawn {
			if few := fewColours(p); few != nil {
				return Settle(few, drawn)
			}
		}
	case *image.Paletted:
		Compact(p)
		all := Colours(p.Palette)
		grey := len(p.Palette) > 16 // fewer take half a byte, or less
		var shade [256]uint8
		for i := range p.Palette {
			c := all[i]
			grey = grey && c[0] == c[1] && c[1] == c[2] && c[3] == 255
			shade[i] = c[0]
		}
		if grey {
			Look(p.Pix, &shade)
			return &image.Gray{Pix: p.Pix, Stride: p.Stride, Rect: p.Rect}
		}
	}
	return pixels
}

// colourless reports whether a plane of chroma says nothing.
func colourless(chroma []uint8) bool {
	for _, v := range chroma {
		if v != 128 {
			return false
		}
	}
	return true
}

// rubOut makes clear pixels all the same, and reports whether every pixel is
// opaque, and whether every one is grey.
func rubOut(p *image.NRGBA) (opaque, grey bool) {
	opaque, grey = true, true
	for i := 0; i+4 <= len(p.Pix); i += 4 {
		b := p.Pix[i : i+4 : i+4]
		if b[3] != 255 {
			opaque = false
			if b[3] == 0 {
				binary.LittleEndian.PutUint32(b, 0)
			}
		}
		if b[0] != b[1] || b[1] != b[2] {
			grey = false
		}
	}
	return opaque, grey
}

// red is the first channel of a picture whose three are the same.
func red(p *image.NRGBA) *image.Gray {
	grey := image.NewGray(p.Rect)
	for i := range grey.Pix {
		grey.Pix[i] = p.Pix[4*i]
	}
	return grey
}

// Look replaces each byte by what a table says of it.
func Look(b []byte, table *[256]uint8) {
	for i, v := range b {
		b[i] = table[v]
	}
}

// Opaque is a picture that has a palette without one. What is clear becomes black.
func Opaque(p *image.Paletted) *image.RGBA {
	made := image.NewRGBA(p.Rect)
	all := Colours(p.Palette)
	for i, v := range p.Pix {
		copy(made.Pix[4*i:4*i+3], all[v][:])
		made.Pix[4*i+3] = 255
	}
	return made
}
