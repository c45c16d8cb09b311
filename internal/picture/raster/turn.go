package raster

import "image"

// Turn sets a picture upright that lies as an orientation of Exif says (TIFF 6.0,
// section 8, Orientation): from 5 on, its width becomes its height. A picture that
// stands as it should is returned as it is.
func Turn(pixels image.Image, orientation int) image.Image {
	if orientation <= 1 {
		return pixels
	}
	size := pixels.Bounds().Size()
	turned := size
	if orientation >= 5 {
		turned = image.Pt(size.Y, size.X)
	}
	rect := image.Rectangle{Max: turned}
	switch p := pixels.(type) {
	case *image.Gray:
		return &image.Gray{Pix: turnPlane(p.Pix, p.Stride, size, 1, orientation), Stride: turned.X, Rect: rect}
	case *image.Paletted:
		return &image.Paletted{Pix: turnPlane(p.Pix, p.Stride, size, 1, orientation), Stride: turned.X, Rect: rect, Palette: p.Palette}
	case *image.NRGBA:
		return &image.NRGBA{Pix: turnPlane(p.Pix, p.Stride, size, 4, orientation), Stride: 4 * turned.X, Rect: rect}
	case *image.RGBA:
		return &image.RGBA{Pix: turnPlane(p.Pix, p.Stride, size, 4, orientation), Stride: 4 * turned.X, Rect: rect}
	case *image.YCbCr:
		return turnYCbCr(p, orientation)
	}
	panic("raster: Turn of a form that no decoder here makes")
}

// turned is a ratio of chroma on its side. Two have no name then.
var turnedRatio = map[image.YCbCrSubsampleRatio]image.YCbCrSubsampleRatio{
	image.YCbCrSubsampleRatio444: image.YCbCrSubsampleRatio444,
	image.YCbCrSubsampleRatio422: image.YCbCrSubsampleRatio440,
	image.YCbCrSubsampleRatio440: image.YCbCrSubsampleRatio422,
	image.YCbCrSubsampleRatio420: image.YCbCrSubsampleRatio420,
}

func turnYCbCr(p *image.YCbCr, orientation int) *image.YCbCr {
	ratio := p.SubsampleRatio
	if orientation >= 5 {
		var known bool
		if ratio, known = turnedRatio[ratio]; !known {
			p, ratio = fullChroma(p), image.YCbCrSubsampleRatio444
		}
	}
	size, chroma := p.Rect.Size(), chromaSize(p)
	t := &image.YCbCr{SubsampleRatio: ratio, Rect: image.Rectangle{Max: size}, YStride: size.X, CStride: chroma.X}
	if orientation >= 5 {
		t.Rect.Max, t.YStride, t.CStride = image.Pt(size.Y, size.X), size.Y, chroma.Y
	}
	t.Y = turnPlane(p.Y, p.YStride, size, 1, orientation)
	t.Cb = turnPlane(p.Cb, p.CStride, chroma, 1, orientation)
	t.Cr = turnPlane(p.Cr, p.CStride, chroma, 1, orientation)
	return t
}

// chromaSize is the width and height of the chroma planes.
func chromaSize(p *image.YCbCr) image.Point {
	x, y := ChromaStep(p.SubsampleRatio)
	return image.Pt((p.Rect.Dx()+x-1)/x, (p.Rect.Dy()+y-1)/y)
}

// ChromaStep is how many pixels across and down share their chroma.
func ChromaStep(ratio image.YCbCrSubsampleRatio) (x, y int) {
	switch ratio {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 1, 1
}

// fullChroma is the same picture with chroma for each pixel.
func fullChroma(p *image.YCbCr) *image.YCbCr {
	full := image.NewYCbCr(p.Rect, image.YCbCrSubsampleRatio444)
	for y := range p.Rect.Dy() {
		copy(full.Y[y*full.YStride:][:p.Rect.Dx()], p.Y[y*p.YStride:])
		for x := range p.Rect.Dx() {
			from, to := p.COffset(x, y), full.COffset(x, y)
			full.Cb[to], full.Cr[to] = p.Cb[from], p.Cr[from]
		}
	}
	return full
}

// turnPlane turns a plane whose pixels have 1 or 4 bytes each.
func turnPlane(from []uint8, stride int, size image.Point, each, orientation int) []uint8 {
	// Where the pixel lies that becomes the first, and how far it is from there to
	// those that become its neighbours to the right and below.
	origin, right, down := 0, each, stride
	endX, endY := (size.X-1)*each, (size.Y-1)*stride
	switch orientation {
	case 2:
		origin, right = endX, -each
	case 3:
		origin, right, down = endX+endY, -each, -stride
	case 4:
		origin, down = endY, -stride
	case 5:
		right, down = stride, each
	case 6:
		origin, right, down = endY, -stride, each
	case 7:
		origin, right, down = endX+endY, -stride, -each
	case 8:
		origin, right, down = endX, stride, -each
	}
	width, height := size.X, size.Y
	if orientation >= 5 {
		width, height = height, width
	}
	// In tiles, which stay in the processor's cache though rows become columns.
	const tile = 64
	to := make([]uint8, width*height*each)
	for top := 0; top < height; top += tile {
		for left := 0; left < width; left += tile {
			for y := top; y < min(top+tile, height); y++ {
				at, i := origin+left*right+y*down, (y*width+left)*each
				for x := left; x < min(left+tile, width); x++ {
					if each == 1 {
						to[i] = from[at]
					} else {
						copy(to[i:i+4], from[at:at+4])
					}
					at, i = at+right, i+each
				}
			}
		}
	}
	return to
}
