package raster

import (
	"image"
	"image/color"
	"math/rand/v2"
	"testing"
)

// gradient is a picture that says of each pixel where it stands.
func gradient(width, height int) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			p.SetNRGBA(x, y, color.NRGBA{uint8(x * 255 / max(width-1, 1)), uint8(y * 255 / max(height-1, 1)), 90, 255})
		}
	}
	return p
}

// ratios are all that chroma can have.
var ratios = []image.YCbCrSubsampleRatio{
	image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
	image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
}

// subsampled is the same picture as luma and chroma.
func subsampled(p *image.NRGBA, ratio image.YCbCrSubsampleRatio) *image.YCbCr {
	s := image.NewYCbCr(p.Rect, ratio)
	for y := range p.Rect.Dy() {
		for x := range p.Rect.Dx() {
			c := p.NRGBAAt(x, y)
			s.Y[s.YOffset(x, y)], s.Cb[s.COffset(x, y)], s.Cr[s.COffset(x, y)] = color.RGBToYCbCr(c.R, c.G, c.B)
		}
	}
	return s
}

func off(a, b color.Color) int {
	x, y := color.NRGBAModel.Convert(a).(color.NRGBA), color.NRGBAModel.Convert(b).(color.NRGBA)
	worst := 0
	for _, d := range []int{int(x.R) - int(y.R), int(x.G) - int(y.G), int(x.B) - int(y.B), int(x.A) - int(y.A)} {
		worst = max(worst, d, -d)
	}
	return worst
}

// Every form turns the same way as the pixels of the plainest, and four quarter
// turns lead back.
func TestTurn(t *testing.T) {
	whole := gradient(130, 70) // more than a tile
	from := []func(x, y, w, h int) (int, int){
		2: func(x, y, w, h int) (int, int) { return w - 1 - x, y },
		3: func(x, y, w, h int) (int, int) { return w - 1 - x, h - 1 - y },
		4: func(x, y, w, h int) (int, int) { return x, h - 1 - y },
		5: func(x, y, w, h int) (int, int) { return y, x },
		6: func(x, y, w, h int) (int, int) { return y, h - 1 - x },
		7: func(x, y, w, h int) (int, int) { return w - 1 - y, h - 1 - x },
		8: func(x, y, w, h int) (int, int) { return w - 1 - y, x },
	}
	for o := 2; o <= 8; o++ {
		forms := map[string]image.Image{"NRGBA": whole, "RGBA": AsRGBA(whole)}
		for _, r := range ratios {
			forms[r.String()] = subsampled(whole, r)
		}
		for name, form := range forms {
			turned := Turn(form, o)
			size := turned.Bounds().Size()
			if o >= 5 && size != image.Pt(70, 130) || o < 5 && size != image.Pt(130, 70) {
				t.Fatalf("%s, %d: %v", name, o, size)
			}
			worst := 0
			for y := range size.Y {
				for x := range size.X {
					sx, sy := from[o](x, y, 130, 70)
					worst = max(worst, off(turned.At(x, y), whole.At(sx, sy)))
				}
			}
			// Chroma shared by many pixels is a few steps off, as before the turn.
			if limit := map[bool]int{true: 0, false: 20}[name == "NRGBA" || name == "RGBA"]; worst > limit {
				t.Errorf("%s, %d: off by %d", name, o, worst)
			}
		}
	}
	if Turn(whole, 1) != image.Image(whole) {
		t.Error("what stands as it should was copied")
	}
}

// A picture that is made smaller shows the same, in each form and at any size.
func TestFitShowsTheSame(t *testing.T) {
	for _, size := range []image.Point{{2100, 700}, {1999, 500}, {640, 480}, {501, 499}, {2400, 400}, {300, 900}, {70, 50}} {
		whole := gradient(size.X, size.Y)
		forms := map[string]image.Image{"NRGBA": whole}
		for _, r := range ratios {
			if size.X == 640 || r == image.YCbCrSubsampleRatio420 {
				forms[r.String()] = subsampled(whole, r)
			}
		}
		for name, form := range forms {
			for _, side := range []int{500, 250, 100} {
				small := Fit(Reduce(form), size, side)
				got := small.Bounds().Size()
				if max(got.X, got.Y) > side && max(got.X, got.Y) > max(size.X, size.Y) || max(got.X, got.Y) != min(side, max(size.X, size.Y)) {
					t.Fatalf("%s, %v at %d: %v", name, size, side, got)
				}
				for y := 0; y < got.Y; y += max(got.Y/7, 1) {
					for x := 0; x < got.X; x += max(got.X/7, 1) {
						// The middle of what a pixel covers, as the gradient says it.
						at := func(i, n, of int) uint8 {
							return uint8(max(min(((float64(i)+.5)*float64(of)/float64(n)-.5)*255/float64(max(of-1, 1)), 255), 0))
						}
						want := color.NRGBA{at(x, got.X, size.X), at(y, got.Y, size.Y), 90, 255}
						limit := 24
						if name != "NRGBA" {
							limit = 32 // chroma is shared by neighbours, before and after
						}
						if off(small.At(x, y), want) > limit {
							t.Fatalf("%s, %v at %d: %v at %d, %d, want %v", name, size, side, small.At(x, y), x, y, want)
						}
					}
				}
			}
		}
	}
}

// What is clear lends no colour to its neighbours.
func TestClearLendsNoColour(t *testing.T) {
	p := image.NewNRGBA(image.Rect(0, 0, 40, 40))
	for i := 0; i < len(p.Pix); i += 8 {
		copy(p.Pix[i:], []uint8{200, 100, 50, 255, 0, 255, 0, 0})
	}
	small := Fit(Reduce(p), image.Pt(40, 40), 10)
	if got := color.NRGBAModel.Convert(small.At(5, 5)).(color.NRGBA); off(got, color.NRGBA{200, 100, 50, 128}) > 2 {
		t.Errorf("%v", got)
	}
	if c := Average(small); off(color.NRGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), 255}, color.NRGBA{200, 100, 50, 255}) > 2 {
		t.Errorf("average %06x", c)
	}
	faint := image.NewPaletted(image.Rect(0, 0, 4, 4), color.Palette{color.NRGBA{200, 100, 50, 128}})
	if got := Reduce(faint).At(1, 1); off(got, color.NRGBA{200, 100, 50, 128}) > 2 {
		t.Errorf("of a palette: %v", got)
	}
	if c := Average(image.NewRGBA(image.Rect(0, 0, 3, 3))); c != 0xffffff {
		t.Errorf("of nothing the average is %06x", c)
	}
}

func TestSharesAddUp(t *testing.T) {
	for _, c := range [][2]int{{10, 3}, {3, 10}, {1000, 999}, {7, 7}, {1, 5}, {16384, 500}} {
		for i, all := range shares(c[0], c[1]) {
			var sum float32
			for _, s := range all {
				sum += s.part
				if s.at < 0 || s.at >= c[0] {
					t.Fatalf("%v: %d lies outside", c, s.at)
				}
			}
			if sum < .999 || sum > 1.001 {
				t.Errorf("%v: the shares of %d are %v", c, i, sum)
			}
		}
	}
}

func TestSettle(t *testing.T) {
	few := gradient(30, 8)
	grey := image.NewNRGBA(image.Rect(0, 0, 40, 10))
	for i := range 400 {
		copy(grey.Pix[4*i:], []uint8{uint8(i), uint8(i), uint8(i), 255})
	}
	scan := image.NewGray(image.Rect(0, 0, 9, 9))
	scan.Pix[4] = 255
	colourless := image.NewYCbCr(image.Rect(0, 0, 9, 9), image.YCbCrSubsampleRatio420)
	for i := range colourless.Cb {
		colourless.Cb[i], colourless.Cr[i] = 128, 128
	}
	ramp := image.NewPaletted(image.Rect(0, 0, 20, 1), nil)
	for i := range 20 {
		ramp.Palette, ramp.Pix[i] = append(ramp.Palette, color.Gray{uint8(12 * i)}), uint8(i)
	}
	for name, c := range map[string]struct {
		pixels image.Image
		drawn  bool
		want   string
	}{
		"few colours":           {few, true, "palette"},
		"few, but photographed": {gradient(30, 8), false, "colour"},
		"many colours":          {gradient(40, 40), true, "colour"},
		"grey in three":         {grey, true, "grey"},
		"black and white":       {scan, true, "palette"},
		"no chroma":             {colourless, false, "grey"},
		"a ramp of grey":        {ramp, true, "grey"},
	} {
		before := color.NRGBAModel.Convert(c.pixels.At(3, 0))
		got := Settle(c.pixels, c.drawn)
		form := "colour"
		switch got.(type) {
		case *image.Paletted:
			form = "palette"
		case *image.Gray:
			form = "grey"
		}
		if form != c.want || off(got.At(3, 0), before) > 0 {
			t.Errorf("%s: %s, %v, was %v", name, form, got.At(3, 0), before)
		}
	}
}

// The colours that a mixer finds are near to all that it was given.
func TestMixer(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	m := new(Mixer)
	for range 2 { // a mixer is used again
		var all [][3]uint8
		for i := range 20000 {
			c := [3]uint8{uint8(i / 80), uint8(random.IntN(40)), uint8(200 - i/200)}
			all = append(all, c)
			m.Add(c[0], c[1], c[2])
		}
		palette := m.Palette(255)
		if len(palette) != 255 {
			t.Errorf("%d colours", len(palette))
		}
		sum := 0
		for _, c := range all {
			sum += off(palette[m.Number(c[0], c[1], c[2])], color.NRGBA{c[0], c[1], c[2], 255})
		}
		if mean := float64(sum) / float64(len(all)); mean > 4 {
			t.Errorf("off by %v on average", mean)
		}
		m.Clear()
	}
	m.Add(1, 2, 3)
	if p := m.Palette(255); len(p) != 1 || off(p[m.Number(1, 2, 3)], color.NRGBA{1, 2, 3, 255}) > 0 {
		t.Errorf("of one colour it makes %v", p)
	}
}

// Luma is brought to a size by area, and sees white where there is nothing.
func TestLuma(t *testing.T) {
	p := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	p.SetNRGBA(0, 0, color.NRGBA{255, 0, 0, 255})
	luma, width, height := Luma(Reduce(p), 512)
	if width != 2 || height != 1 || luma[0] < 76.2 || luma[0] > 76.3 || luma[1] != 255 {
		t.Errorf("%v, %d × %d", luma, width, height)
	}
	if _, width, height := Luma(Reduce(gradient(900, 70)), 64); width != 64 || height != 64 {
		t.Errorf("%d × %d", width, height)
	}
}
