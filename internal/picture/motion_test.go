package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"slices"
	"testing"
)

// played is the canvases that a GIF shows one after the other, as GIF89a says.
func played(t testing.TB, b []byte) (canvases []*image.NRGBA, g *gif.GIF) {
	t.Helper()
	g, err := gif.DecodeAll(bytes.NewReader(b))
	must(t, g, err)
	screen := image.NewNRGBA(image.Rect(0, 0, g.Config.Width, g.Config.Height))
	for i, f := range g.Image {
		before := slices.Clone(screen.Pix)
		draw.Draw(screen, f.Rect, f, f.Rect.Min, draw.Over)
		canvases = append(canvases, &image.NRGBA{Pix: slices.Clone(screen.Pix), Stride: screen.Stride, Rect: screen.Rect})
		switch g.Disposal[i] {
		case gif.DisposalBackground:
			draw.Draw(screen, f.Rect, image.Transparent, image.Point{}, draw.Src)
		case gif.DisposalPrevious:
			screen.Pix = before
		}
	}
	return canvases, g
}

func same(t testing.TB, got, want []*image.NRGBA) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d frames, want %d", len(got), len(want))
	}
	for i := range got {
		if !bytes.Equal(got[i].Pix, want[i].Pix) {
			t.Errorf("frame %d isn't what it was", i)
		}
	}
}

// stepping is an animation that uses all that GIF has: frames of their own size
// and colours, every disposal, clear pixels.
func stepping() *gif.GIF {
	g := moving(60, 40, 6)
	for i := range g.Image {
		f := image.NewPaletted(image.Rect(i*5, i*2, i*5+20, i*2+22), color.Palette{color.NRGBA{}, color.NRGBA{uint8(40 * i), 200, 90, 255}, color.NRGBA{9, 9, uint8(30 * i), 255}, color.White})
		for p := range f.Pix {
			f.Pix[p] = uint8((p*7 + p/20 + i) % 3)
		}
		if i > 0 {
			g.Image[i] = f
		}
		g.Delay[i] = i * 4
		g.Disposal[i] = []byte{gif.DisposalNone, gif.DisposalBackground, gif.DisposalPrevious, 0, gif.DisposalPrevious, gif.DisposalNone}[i]
	}
	return g
}

func TestGIFStaysWhatItIs(t *testing.T) {
	for _, loops := range []int{-1, 0, 1, 7} {
		g := stepping()
		g.LoopCount = loops
		raw := gifFile(t, g)
		m := made(t, raw)
		if !m.Moving || m.Full.Kind != GIF {
			t.Fatal("it stands still")
		}
		want, _ := played(t, raw)
		got, after := played(t, m.Full.Bytes)
		same(t, got, want)
		if after.LoopCount != loops || after.Config.Width != 60 || after.Config.Height != 40 {
			t.Errorf("%d loops of %v, want %d", after.LoopCount, after.Config, loops)
		}
		if !slices.Equal(after.Delay, []int{2, 4, 8, 12, 16, 20}) {
			t.Errorf("delays %v", after.Delay)
		}
		if m.Thumb.Kind != PNG || m.Thumb.Width != 60 {
			t.Errorf("the thumb is a %s of %d", m.Thumb.Kind, m.Thumb.Width)
		}
		alike(t, shown(t, m.Thumb), want[0], 0)
	}
}

// What a frame says of itself is said of it alone.
func TestGIFFramesSayTheirOwn(t *testing.T) {
	g := moving(20, 20, 3)
	g.Delay, g.Disposal = []int{50, 0, 7}, []byte{gif.DisposalNone, 0, gif.DisposalNone}
	after := gifOf(t, made(t, gifFile(t, g)))
	if !slices.Equal(after.Delay, []int{50, minDelay, 7}) || after.Disposal[1] != 0 {
		t.Errorf("delays %v, disposals %v", after.Delay, after.Disposal)
	}
}

// Frames that hang over the edge, or lie outside, are what is seen of them.
func TestGIFBeyondItsScreen(t *testing.T) {
	raw := gifFile(t, stepping())
	raw[6], raw[8] = 24, 20 // the screen's size, smaller than its frames
	m := made(t, raw)
	frames, g := played(t, m.Full.Bytes)
	if !m.Moving || m.Full.Width != 24 || m.Full.Height != 20 {
		t.Fatalf("moving %v, %d × %d", m.Moving, m.Full.Width, m.Full.Height)
	}
	if sum := g.Delay[0] + g.Delay[1] + g.Delay[2] + g.Delay[3] + g.Delay[len(g.Delay)-1]; len(frames) != 5 || sum != 62 {
		t.Errorf("%d frames, delays %v: the time of one outside is lost", len(frames), g.Delay)
	}
	raw[6], raw[8] = 0, 0 // no size: that of the first frame
	if m := made(t, raw); m.Full.Width != 60 || m.Full.Height != 40 {
		t.Errorf("%d × %d", m.Full.Width, m.Full.Height)
	}
}

// The first frame needn't fill the screen: what it leaves is clear.
func TestFirstFrameOfAPart(t *testing.T) {
	g := stepping()
	g.Image = g.Image[1:]
	g.Delay, g.Disposal = g.Delay[1:], g.Disposal[1:]
	g.Config = image.Config{Width: 60, Height: 40}
	for _, colours := range []int{4, 256} {
		for len(g.Image[0].Palette) < colours {
			n := uint8(len(g.Image[0].Palette))
			g.Image[0].Palette = append(g.Image[0].Palette, color.NRGBA{n, n / 2, 100, 255})
		}
		if colours == 256 { // all used, none clear
			g.Image[0].Palette[0] = color.NRGBA{1, 2, 3, 255}
			for i := range g.Image[0].Pix {
				g.Image[0].Pix[i] = uint8(i)
			}
		}
		raw := gifFile(t, g)
		want, _ := played(t, raw)
		alike(t, shown(t, made(t, raw).Thumb), want[0], 0)
	}
}

func TestWhatMovesTooMuchStandsStill(t *testing.T) {
	long := moving(20, 20, 5)
	long.Delay[2] = MaxSeconds * 100
	dots := moving(20, 20, 17)
	dots.Config = image.Config{Width: 2000, Height: 2000}
	for name, g := range map[string]*gif.GIF{
		"dots on too large a screen": dots,
		"too many frames":            moving(20, 20, MaxFrames+1),
		"too large":                  moving(2001, 2000, 2),
		"too long":                   long,
		"too much in all":            moving(1000, 1000, 61),
	} {
		m := made(t, gifFile(t, g))
		if m.Moving || m.Full.Kind == GIF || m.Full.Width != max(g.Image[0].Rect.Dx(), g.Config.Width) {
			t.Errorf("%s: moving %v, %s", name, m.Moving, m.Full.Kind)
		}
	}
	if !made(t, gifFile(t, moving(20, 20, MaxFrames))).Moving {
		t.Errorf("%d frames stand still", MaxFrames)
	}
	whole := gifFile(t, moving(20, 20, 3))
	if frames, _ := played(t, made(t, whole[:len(whole)-5]).Full.Bytes); len(frames) != 2 {
		t.Errorf("cut off in its third frame, it has %d", len(frames))
	}
	// In the second frame's data a code that can't be: what moves is broken, the first frame isn't.
	s := must(t, new(gifHeader), nil)
	if err := s.read(whole); err != nil {
		t.Fatal(err)
	}
	data := s.frames[1].image
	for i := len(data) - 10; i < len(data)-1; i++ {
		data[i] = 0xff
	}
	if m := made(t, whole); m.Moving || m.Full.Kind != PNG {
		t.Errorf("broken in its second frame, it is a %s", m.Full.Kind)
	}
}

// patch is a picture of one colour.
func patch(width, height int, c color.NRGBA) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, width, height))
	draw.Draw(p, p.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return p
}

// An animated WebP shows what its frames say: laid over or put in place of what is
// there, cleared after or not.
func TestWebPMoves(t *testing.T) {
	red, green, clear := color.NRGBA{200, 0, 0, 255}, color.NRGBA{0, 180, 0, 255}, color.NRGBA{}
	const keep, inPlace, clearAfter = 0, 2, 1
	hole := patch(20, 20, green)
	draw.Draw(hole, image.Rect(5, 5, 15, 15), image.Transparent, image.Point{}, draw.Src)
	raw := webpFile(vp8x(0x12, 60, 40), anim(3),
		anmf(0, 0, 40, keep, patch(60, 40, red)),
		anmf(10, 10, 5, keep, hole),                 // its hole shows red
		anmf(30, 10, 100, inPlace|clearAfter, hole), // its hole is one
		anmf(0, 0, 100, keep, patch(2, 2, green)),
		anmf(0, 0, 100, keep, patch(2, 2, green))) // nothing changes
	m := made(t, raw)
	if !m.Moving || m.Full.Kind != GIF || m.Full.Width != 60 {
		t.Fatalf("moving %v, %s", m.Moving, m.Full.Kind)
	}
	frames, g := played(t, m.Full.Bytes)
	if len(frames) != 4 || g.LoopCount != 2 {
		t.Fatalf("%d frames, %d loops", len(frames), g.LoopCount)
	}
	if !slices.Equal(g.Delay, []int{4, 2, 10, 20}) {
		t.Errorf("delays %v", g.Delay)
	}
	for _, c := range []struct {
		frame, x, y int
		want        color.NRGBA
	}{
		{0, 20, 20, red}, {0, 59, 39, red},
		{1, 12, 12, green}, {1, 20, 20, red}, {1, 0, 0, red},
		{2, 12, 12, green}, {2, 32, 12, green}, {2, 40, 20, clear}, {2, 55, 35, red},
		{3, 32, 12, clear}, {3, 40, 20, clear}, {3, 12, 12, green}, {3, 0, 0, green}, {3, 50, 12, red},
	} {
		if got := frames[c.frame].NRGBAAt(c.x, c.y); got != c.want {
			t.Errorf("frame %d at %d, %d: %v, want %v", c.frame, c.x, c.y, got, c.want)
		}
	}
}

// What a frame of many colours becomes is near to what it was, and what stands
// still doesn't flicker.
func TestWebPOfManyColours(t *testing.T) {
	base := photo(120, 80, 4)
	chunks := [][]byte{vp8x(2, 120, 80), anim(0), anmf(0, 0, 80, 0, base)}
	for i := range 4 {
		chunks = append(chunks, anmf(20*i, 10, 80, 0, photo(20, 20, uint64(i))))
	}
	m := made(t, webpFile(chunks...))
	frames, g := played(t, m.Full.Bytes)
	if len(frames) != 5 || g.LoopCount != 0 {
		t.Fatalf("%d frames, %d loops", len(frames), g.LoopCount)
	}
	alike(t, frames[0], base, 16)
	for i := 1; i < len(frames); i++ {
		for y := 40; y < 80; y++ {
			for x := range 120 {
				if frames[i].NRGBAAt(x, y) != frames[0].NRGBAAt(x, y) {
					t.Fatalf("frame %d flickers at %d, %d", i, x, y)
				}
			}
		}
		if area := g.Image[i].Rect.Size(); area != image.Pt(20, 20) {
			t.Errorf("frame %d paints %v", i, area)
		}
	}
}

// Each frame has its own colours: what came before takes none of their room.
func TestWebPFramesHaveTheirOwnColours(t *testing.T) {
	chunks := [][]byte{vp8x(2, 120, 80), anim(0)}
	for i := range 4 {
		chunks = append(chunks, anmf(0, 0, 80, 0, photo(120, 80, uint64(i))))
	}
	soft := patch(120, 80, color.NRGBA{})
	for i := range 120 * 80 {
		copy(soft.Pix[4*i:], []uint8{uint8(100 + i%120/3), uint8(100 + i/120/2), 90, 255})
	}
	frames, _ := played(t, made(t, webpFile(append(chunks, anmf(0, 0, 80, 0, soft))...)).Full.Bytes)
	alike(t, frames[4], soft, 3)
}

// Orientation and profile hold for what moves, too.
func TestWebPMovesUprightInSRGB(t *testing.T) {
	p := patch(40, 20, color.NRGBA{234, 51, 35, 255})
	raw := webpFile(vp8x(0x2a, 40, 20), riff("ICCP", displayP3(t)), anim(0),
		anmf(0, 0, 100, 0, p), anmf(0, 0, 100, 0, patch(10, 10, color.NRGBA{10, 10, 10, 255})), riff("EXIF", exif(6, "")))
	m := made(t, raw)
	frames, _ := played(t, m.Full.Bytes)
	if m.Full.Width != 20 || m.Full.Height != 40 || len(frames) != 2 {
		t.Fatalf("%d × %d, %d frames", m.Full.Width, m.Full.Height, len(frames))
	}
	if !near(frames[1].NRGBAAt(2, 30), color.NRGBA{255, 0, 0, 255}, 4) || !near(frames[1].NRGBAAt(15, 5), color.NRGBA{10, 10, 10, 255}, 4) {
		t.Errorf("%v, %v", frames[1].NRGBAAt(2, 30), frames[1].NRGBAAt(15, 5))
	}
}

// The first frame of a WebP needn't fill its canvas, either.
func TestWebPFirstFrameOfAPart(t *testing.T) {
	for _, f := range [][]byte{anmf(10, 10, 100, 0, faded(20, 20)), lossyFrame(t, 10, 10)} {
		raw := webpFile(vp8x(0x12, 120, 90), anim(0), f)
		m := made(t, raw)
		full := shown(t, m.Full)
		if m.Moving || m.Full.Kind != PNG || !near(full.At(5, 5), color.NRGBA{}, 0) || near(full.At(28, 20), color.NRGBA{}, 0) {
			t.Errorf("moving %v, %s, %v, %v", m.Moving, m.Full.Kind, full.At(5, 5), full.At(28, 20))
		}
	}
}

// lossyFrame is the lossy sample as a frame.
func lossyFrame(t testing.TB, x, y int) []byte {
	t.Helper()
	b := put24(put24(nil, x/2), y/2)
	b = put24(put24(b, 96-1), 64-1)
	return riff("ANMF", append(append(put24(b, 100), 0), sample(t, "lossy.webp")[12:]...))
}

// gifOf is the animation that was made.
func gifOf(t testing.TB, m Made) *gif.GIF {
	t.Helper()
	_, g := played(t, m.Full.Bytes)
	return g
}
