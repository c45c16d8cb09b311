package raster

import (
	"image"
	"image/color"
)

// plane is rows of pixels of 1 or 4 bytes each.
type plane struct {
	pix                   []uint8
	stride, width, height int
	each                  int
}

func greyPlane(p *image.Gray) plane {
	return plane{p.Pix, p.Stride, p.Rect.Dx(), p.Rect.Dy(), 1}
}

// Reduce makes a picture small enough to work on with care: whole boxes of its
// pixels become one, as long as the longer side keeps 1000 and the shorter 128.
// It comes as Gray, YCbCr or RGBA.
func Reduce(pixels image.Image) image.Image {
	size := pixels.Bounds().Size()
	return Boxes(pixels, max(min(max(size.X, size.Y)/1000, min(size.X, size.Y)/128), 1))
}

// Boxes makes one pixel of each k × k. It comes as Gray, YCbCr or RGBA.
func Boxes(pixels image.Image, k int) image.Image {
	size := pixels.Bounds().Size()
	switch p := pixels.(type) {
	case *image.Gray:
		return greyPlane(p).boxes(k).grey()
	case *image.RGBA:
		return plane{p.Pix, p.Stride, size.X, size.Y, 4}.boxes(k).colour()
	case *image.YCbCr:
		chroma := chromaSize(p)
		return joined(
			plane{p.Y, p.YStride, size.X, size.Y, 1}.boxes(k),
			plane{p.Cb, p.CStride, chroma.X, chroma.Y, 1}.boxes(k),
			plane{p.Cr, p.CStride, chroma.X, chroma.Y, 1}.boxes(k))
	case *image.NRGBA:
		return boxes(func(y int, into []uint8) []uint8 {
			return multiplied(p.Pix[y*p.Stride:][:4*size.X], into)
		}, size.X, size.Y, 4, k).colour()
	case *image.Paletted:
		all := Colours(p.Palette)
		for i := range all {
			multiplied(all[i][:], all[i][:])
		}
		return boxes(func(y int, into []uint8) []uint8 {
			for x, v := range p.Pix[y*p.Stride:][:size.X] {
				copy(into[4*x:4*x+4], all[v][:])
			}
			return into
		}, size.X, size.Y, 4, k).colour()
	}
	panic("raster: Boxes of a form that isn't known here")
}

// multiplied is pixels with their colours times alpha.
func multiplied(from, into []uint8) []uint8 {
	for i := 0; i+4 <= len(from); i += 4 {
		f, t := from[i:i+4:i+4], into[i:i+4:i+4]
		a := uint32(f[3])
		if a == 255 {
			copy(t, f)
			continue
		}
		t[0], t[1], t[2], t[3] = uint8((uint32(f[0])*a+127)/255), uint8((uint32(f[1])*a+127)/255), uint8((uint32(f[2])*a+127)/255), f[3]
	}
	return into
}

func (p plane) grey() *image.Gray {
	return &image.Gray{Pix: p.pix, Stride: p.stride, Rect: image.Rect(0, 0, p.width, p.height)}
}

func (p plane) colour() *image.RGBA {
	return &image.RGBA{Pix: p.pix, Stride: p.stride, Rect: image.Rect(0, 0, p.width, p.height)}
}

// joined is luma and chroma as one picture. Chroma that is neither for each pixel
// nor for each four is brought to the latter.
func joined(y, cb, cr plane) *image.YCbCr {
	ratio := image.YCbCrSubsampleRatio444
	if cb.width != y.width || cb.height != y.height {
		ratio = image.YCbCrSubsampleRatio420
		half := image.Pt((y.width+1)/2, (y.height+1)/2)
		cb, cr = cb.fit(half), cr.fit(half)
	}
	return &image.YCbCr{
		Y: y.pix, Cb: cb.pix, Cr: cr.pix, YStride: y.stride, CStride: cb.stride,
		SubsampleRatio: ratio, Rect: image.Rect(0, 0, y.width, y.height),
	}
}

// boxes is the plane with each k × k pixels made one.
func (p plane) boxes(k int) plane {
	if k == 1 {
		return p
	}
	return boxes(func(y int, _ []uint8) []uint8 {
		return p.pix[y*p.stride:][:p.width*p.each]
	}, p.width, p.height, p.each, k)
}

// boxes makes one pixel of each k × k of the rows that row gives, which may use
// the space it is handed.
func boxes(row func(y int, into []uint8) []uint8, width, height, each, k int) plane {
	made := plane{width: (width + k - 1) / k, height: (height + k - 1) / k, each: each}
	made.stride = made.width * each
	made.pix = make([]uint8, made.stride*made.height)
	space, sums := make([]uint8, width*each), make([]uint32, made.stride)
	for top := 0; top < height; top += k {
		clear(sums)
		rows := min(k, height-top)
		for y := range rows {
			addBoxes(sums, row(top+y, space), each, k)
		}
		into := made.pix[top/k*made.stride:]
		for i, sum := range sums {
			n := uint32(rows * min(k, width-i/each*k))
			into[i] = uint8((sum + n/2) / n)
		}
	}
	return made
}

// addBoxes adds the pixels of a row to the sums of the boxes that they lie in.
func addBoxes(sums []uint32, row []uint8, each, k int) {
	if each == 1 {
		for i := range sums {
			var sum uint32
			for _, v := range row[i*k : min((i+1)*k, len(row))] {
				sum += uint32(v)
			}
			sums[i] += sum
		}
		return
	}
	for i := 0; i < len(sums); i += 4 {
		s := sums[i : i+4 : i+4]
		for b := row[i*k : min((i+4)*k, len(row))]; len(b) >= 4; b = b[4:] {
			s[0] += uint32(b[0])
			s[1] += uint32(b[1])
			s[2] += uint32(b[2])
			s[3] += uint32(b[3])
		}
	}
}

// Fit makes a reduced picture so large that its longer side has at most so many
// pixels, in the proportions of the whole one; no larger than that.
func Fit(pixels image.Image, whole image.Point, side int) image.Image {
	size := whole
	if long := max(whole.X, whole.Y); long > side {
		size = image.Pt(max((whole.X*side+long/2)/long, 1), max((whole.Y*side+long/2)/long, 1))
	}
	if size == pixels.Bounds().Size() {
		return pixels
	}
	switch p := pixels.(type) {
	case *image.Gray:
		return greyPlane(p).fit(size).grey()
	case *image.RGBA:
		return plane{p.Pix, p.Stride, p.Rect.Dx(), p.Rect.Dy(), 4}.fit(size).colour()
	case *image.YCbCr:
		chroma := chromaSize(p)
		half := image.Pt((size.X+1)/2, (size.Y+1)/2)
		return joined(
			plane{p.Y, p.YStride, p.Rect.Dx(), p.Rect.Dy(), 1}.fit(size),
			plane{p.Cb, p.CStride, chroma.X, chroma.Y, 1}.fit(half),
			plane{p.Cr, p.CStride, chroma.X, chroma.Y, 1}.fit(half))
	}
	panic("raster: Fit of a form that Reduce doesn't make")
}

// share is how much a pixel has of one that is made of it and its neighbours.
type share struct {
	at   int
	part float32
}

// shares says for each of n pixels in a row or column which of the count that
// there are lie beneath it, and how much of each. They add up to 1.
func shares(count, n int) [][]share {
	all := make([][]share, n)
	step := float64(count) / float64(n)
	for i := range all {
		from, to := float64(i)*step, float64(i+1)*step
		for at := int(from); at < count && float64(at) < to; at++ {
			part := (min(to, float64(at+1)) - max(from, float64(at))) / step
			if part > 1e-6 {
				all[i] = append(all[i], share{at, float32(part)})
			}
		}
	}
	return all
}

// fit is the plane at another size. Each new pixel is the average of the area
// that it covers.
func (p plane) fit(size image.Point) plane {
	if size == image.Pt(p.width, p.height) {
		return p
	}
	made := plane{width: size.X, height: size.Y, each: p.each, stride: size.X * p.each}
	made.pix = make([]uint8, made.stride*made.height)
	across := shares(p.width, size.X)
	row, sum, have := make([]float32, made.stride), make([]float32, made.stride), -1
	for y, down := range shares(p.height, size.Y) {
		clear(sum)
		for _, d := range down {
			if d.at != have { // two rows can share one
				p.across(row, d.at, across)
				have = d.at
			}
			for i, v := range row {
				sum[i] += float32(v * d.part)
			}
		}
		into := made.pix[y*made.stride:]
		for i, v := range sum {
			into[i] = uint8(min(v+.5, 255))
		}
	}
	return made
}

// across fits one row.
func (p plane) across(into []float32, y int, shares [][]share) {
	from := p.pix[y*p.stride:]
	if p.each == 1 {
		for i, all := range shares {
			var sum float32
			for _, s := range all {
				sum += float32(float32(from[s.at]) * s.part)
			}
			into[i] = sum
		}
		return
	}
	for i, all := range shares {
		var sum [4]float32
		for _, s := range all {
			b := from[4*s.at:][:4]
			for c := range sum {
				sum[c] += float32(float32(b[c]) * s.part)
			}
		}
		copy(into[4*i:], sum[:])
	}
}

// Average is the colour of what can be seen of a small picture, 0xRRGGBB; white
// where there is nothing.
func Average(pixels image.Image) uint32 {
	var r, g, b, a uint64
	size := pixels.Bounds().Size()
	for y := range size.Y {
		for x := range size.X {
			red, green, blue, alpha := pixels.At(x, y).RGBA()
			r, g, b, a = r+uint64(red), g+uint64(green), b+uint64(blue), a+uint64(alpha)
		}
	}
	if a == 0 {
		return 0xffffff
	}
	of := func(sum uint64) uint32 { return uint32((sum*255 + a/2) / a) }
	return of(r)<<16 | of(g)<<8 | of(b)
}

// Luma is how bright a reduced picture is on white paper, 0 to 255, row by row,
// with no side longer than a number of pixels (ITU-R BT.601).
func Luma(pixels image.Image, side int) (luma []float32, width, height int) {
	size := pixels.Bounds().Size()
	size = image.Pt(min(size.X, side), min(size.Y, side))
	var p plane
	switch from := pixels.(type) {
	case *image.Gray:
		p = greyPlane(from).fit(size)
	case *image.YCbCr:
		p = plane{from.Y, from.YStride, from.Rect.Dx(), from.Rect.Dy(), 1}.fit(size)
	case *image.RGBA:
		p = plane{from.Pix, from.Stride, from.Rect.Dx(), from.Rect.Dy(), 4}.fit(size)
	}
	luma = make([]float32, size.X*size.Y)
	for i := range luma {
		at := i/size.X*p.stride + i%size.X*p.each
		if p.each == 1 {
			luma[i] = float32(p.pix[at])
			continue
		}
		c := color.RGBA{p.pix[at], p.pix[at+1], p.pix[at+2], p.pix[at+3]}
		luma[i] = float32(.299*float32(c.R)) + float32(.587*float32(c.G)) + float32(.114*float32(c.B)) + float32(255-c.A)
	}
	return luma, size.X, size.Y
}
