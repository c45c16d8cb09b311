package picture

import (
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"

	"moot/internal/picture/raster"
)

// visible is the alpha from which a pixel is painted where it can only be or not.
const visible = 128

// reel makes a GIF of whole canvases, one after the other. Of each it paints what
// differs from the one before: so what stands still keeps its colour, whatever
// palette the next frame has. Where something vanishes, the screen is cleared and
// painted anew.
type reel struct {
	made  gif.GIF
	under *image.RGBA // what is on the screen; nil: nothing
	last  *image.RGBA // the newest canvas, not yet painted
	spare *image.RGBA // to be used again
	time  int         // of last, in milliseconds
	clock int         // when last begins
	mixer *raster.Mixer
}

// add puts in a canvas that stands for a time in milliseconds, and copies it.
func (r *reel) add(canvas *image.RGBA, time int) {
	if r.last != nil {
		vanishes, same := compare(r.last, canvas)
		if same {
			r.time += time
			return
		}
		r.paint(vanishes)
	}
	if r.spare == nil {
		r.spare = image.NewRGBA(canvas.Rect)
	}
	copy(r.spare.Pix, canvas.Pix)
	r.last, r.spare = r.spare, nil
	r.time = time
}

// compare says whether something that is visible in a isn't in b, and whether
// both are the same.
func compare(a, b *image.RGBA) (vanishes, same bool) {
	same = true
	for i := 0; i < len(a.Pix); i += 4 {
		if binary.LittleEndian.Uint32(a.Pix[i:]) != binary.LittleEndian.Uint32(b.Pix[i:]) {
			same = false
			if a.Pix[i+3] >= visible && b.Pix[i+3] < visible {
				return true, false
			}
		}
	}
	return false, same
}

// paint makes a frame of the last canvas, after which the screen is cleared or not.
func (r *reel) paint(clear bool) {
	c := r.last
	area, disposal := r.changed(), byte(gif.DisposalNone)
	if clear {
		area, disposal = c.Rect, gif.DisposalBackground
	}
	if area.Empty() {
		area = image.Rect(0, 0, 1, 1) // a frame has an area, and this one takes its time
	}
	end := r.clock + r.time
	r.made.Image = append(r.made.Image, r.frame(area))
	r.made.Delay = append(r.made.Delay, min(max((end+5)/10-(r.clock+5)/10, minDelay), 1<<16-1))
	r.made.Disposal = append(r.made.Disposal, disposal)
	r.clock, r.spare = end, r.under
	r.under = c
	if clear {
		r.under, r.spare = nil, c
	}
}

// paints reports whether the pixel whose bytes begin at i must be painted.
func (r *reel) paints(i int) bool {
	if r.last.Pix[i+3] < visible {
		return false
	}
	return r.under == nil || binary.LittleEndian.Uint32(r.last.Pix[i:]) != binary.LittleEndian.Uint32(r.under.Pix[i:])
}

// changed is the smallest area that holds every pixel that must be painted.
func (r *reel) changed() image.Rectangle {
	width, height := r.last.Rect.Dx(), r.last.Rect.Dy()
	area := image.Rectangle{Min: image.Pt(width, height)}
	for y := range height {
		for x := range width {
			if r.paints(y*r.last.Stride + 4*x) {
				area.Min.X, area.Max.X = min(area.Min.X, x), max(area.Max.X, x+1)
				area.Min.Y, area.Max.Y = min(area.Min.Y, y), y+1
			}
		}
	}
	return area
}

// frame is an area of the last canvas with a palette of its own, whose colour 0
// is clear.
func (r *reel) frame(area image.Rectangle) *image.Paletted {
	f := image.NewPaletted(area, color.Palette{color.NRGBA{}})
	var t raster.ColourTable
	t.Index(0)
	few := r.each(f, func(red, green, blue uint8) (uint8, bool) {
		n, ok := t.Index(uint32(red) | uint32(green)<<8 | uint32(blue)<<16 | 255<<24)
		return uint8(n), ok
	})
	if few {
		f.Palette = t.Palette()
		return f
	}
	if r.mixer == nil {
		r.mixer = new(raster.Mixer)
	}
	r.each(f, func(red, green, blue uint8) (uint8, bool) {
		r.mixer.Add(red, green, blue)
		return 0, true
	})
	f.Palette = append(f.Palette, r.mixer.Palette(255)...)
	r.each(f, func(red, green, blue uint8) (uint8, bool) {
		return r.mixer.Number(red, green, blue) + 1, true
	})
	r.mixer.Clear()
	return f
}

// each sets the pixels of a frame that must be painted to what number says of
// their colour; false as soon as number does.
func (r *reel) each(f *image.Paletted, number func(red, green, blue uint8) (uint8, bool)) bool {
	for y := f.Rect.Min.Y; y < f.Rect.Max.Y; y++ {
		row := f.Pix[f.PixOffset(f.Rect.Min.X, y):]
		at := r.last.PixOffset(f.Rect.Min.X, y)
		for x := range f.Rect.Dx() {
			i := at + 4*x
			if !r.paints(i) {
				continue
			}
			red, green, blue, alpha := uint(r.last.Pix[i]), uint(r.last.Pix[i+1]), uint(r.last.Pix[i+2]), uint(r.last.Pix[i+3])
			if alpha < 255 { // the canvas has colours times alpha
				red, green, blue = red*255/alpha, green*255/alpha, blue*255/alpha
			}
			n, ok := number(uint8(red), uint8(green), uint8(blue))
			if !ok {
				return false
			}
			row[x] = n
		}
	}
	return true
}

// wind ends the reel.
func (r *reel) wind(loops int) *gif.GIF {
	r.paint(false)
	r.made.LoopCount = loops
	r.made.Config = image.Config{Width: r.last.Rect.Dx(), Height: r.last.Rect.Dy()}
	return &r.made
}
