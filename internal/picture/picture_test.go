package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	_ "image/gif"
	_ "image/jpeg"
	"image/png"
	"os"
	"slices"
	"strings"
	"testing"

	"moot/internal/fault"
)

// made is what a file must be made into.
func made(t testing.TB, raw []byte) Made {
	t.Helper()
	m, err := Make(raw)
	return must(t, m, err)
}

// shown is what a file shows.
func shown(t testing.TB, f File) image.Image {
	t.Helper()
	p, format, err := image.Decode(bytes.NewReader(f.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	if Kind(format) != f.Kind || p.Bounds().Size() != image.Pt(f.Width, f.Height) {
		t.Fatalf("a %s of %v, said to be a %s of %d × %d", format, p.Bounds(), f.Kind, f.Width, f.Height)
	}
	return p
}

// near reports whether two colours are as good as the same.
func near(a, b color.Color, by int) bool {
	x, y := color.NRGBAModel.Convert(a).(color.NRGBA), color.NRGBAModel.Convert(b).(color.NRGBA)
	for _, d := range []int{int(x.R) - int(y.R), int(x.G) - int(y.G), int(x.B) - int(y.B), int(x.A) - int(y.A)} {
		if d < -by || by < d {
			return false
		}
	}
	return true
}

// alike fails the test unless two pictures are as good as the same, but for a few
// pixels along edges.
func alike(t testing.TB, got, want image.Image, by int) {
	t.Helper()
	if got.Bounds().Size() != want.Bounds().Size() {
		t.Fatalf("%v, want %v", got.Bounds(), want.Bounds())
	}
	off := 0
	a, b := got.Bounds(), want.Bounds()
	for y := range a.Dy() {
		for x := range a.Dx() {
			if !near(got.At(a.Min.X+x, a.Min.Y+y), want.At(b.Min.X+x, b.Min.Y+y), by) {
				off++
			}
		}
	}
	if most := a.Dx() * a.Dy() / 50; off > most {
		t.Errorf("%d pixels of %d × %d differ by more than %d", off, a.Dx(), a.Dy(), by)
	}
}

// sample is a file that Go can't write: WebP with loss. The two there are were made
// of photo(96, 64, 1) and faded(96, 64), by cwebp -q 90 -exact.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	return must(t, b, err)
}

// grey is a photograph without colour.
func grey(width, height int) *image.Gray {
	p := image.NewGray(image.Rect(0, 0, width, height))
	for i, c := range photo(width, height, 5).Pix {
		if i%4 == 1 {
			p.Pix[i/4] = c
		}
	}
	return p
}

// faded is a picture that goes from clear to opaque.
func faded(width, height int) *image.NRGBA {
	p := photo(width, height, 3)
	for i := 3; i < len(p.Pix); i += 4 {
		p.Pix[i] = uint8(i / 4 % width * 255 / (width - 1))
	}
	return p
}

func TestKinds(t *testing.T) {
	deep := image.NewNRGBA64(image.Rect(0, 0, 40, 30))
	for i := range deep.Pix {
		deep.Pix[i] = uint8(i * 7)
	}
	for _, c := range []struct {
		name                 string
		raw                  []byte
		full, large, thumb   Kind
		width, height        int
		largeWide, thumbHigh int
		by                   int
		want                 image.Image // what Full shows
	}{
		{"a photograph as JPEG", jpegFile(t, photo(900, 600, 1)), JPEG, JPEG, JPEG, 900, 600, 500, 167, 24, photo(900, 600, 1)},
		{"a photograph as PNG", pngFile(t, photo(900, 600, 1)), JPEG, JPEG, JPEG, 900, 600, 500, 167, 24, photo(900, 600, 1)},
		{"a grey photograph", jpegFile(t, grey(300, 400)), JPEG, JPEG, JPEG, 300, 400, 300, 250, 16, grey(300, 400)},
		{"a drawing as PNG", pngFile(t, drawing(700, 500)), PNG, PNG, PNG, 700, 500, 500, 179, 0, drawing(700, 500)},
		{"a fading picture as PNG", pngFile(t, faded(300, 200)), PNG, PNG, PNG, 300, 200, 300, 167, 0, nil},
		{"16 bits", pngFile(t, deep), PNG, PNG, PNG, 40, 30, 40, 30, 1, nil},
		{"GIF that stands still", gifFile(t, moving(300, 200, 1)), PNG, PNG, PNG, 300, 200, 300, 167, 0, moving(300, 200, 1).Image[0]},
		{"WebP with loss", webpSample(t), JPEG, JPEG, JPEG, 96, 64, 96, 64, 24, photo(96, 64, 1)},
		{"WebP with loss and alpha", sample(t, "lossy-alpha.webp"), PNG, PNG, PNG, 96, 64, 96, 64, 12, nil},
		{"WebP without loss", webpFile(riff("VP8L", vp8l(drawing(120, 70)))), PNG, PNG, PNG, 120, 70, 120, 70, 0, drawing(120, 70)},
		{"WebP without loss, with alpha", webpFile(vp8x(0x10, 96, 64), riff("VP8L", vp8l(faded(96, 64)))), PNG, PNG, PNG, 96, 64, 96, 64, 0, nil},
		{"a dot", pngFile(t, drawing(1, 1)), PNG, PNG, PNG, 1, 1, 1, 1, 0, nil},
		{"a line", jpegFile(t, photo(3000, 2, 1)), JPEG, JPEG, JPEG, 3000, 2, 500, 1, 60, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := slices.Clone(c.raw)
			m := made(t, c.raw)
			if !bytes.Equal(before, c.raw) {
				t.Error("what was sent was changed")
			}
			if again := made(t, c.raw); !bytes.Equal(again.Full.Bytes, m.Full.Bytes) || !bytes.Equal(again.Thumb.Bytes, m.Thumb.Bytes) || again.Hash != m.Hash {
				t.Error("made twice, it isn't the same")
			}
			full := shown(t, m.Full)
			shown(t, m.Large)
			shown(t, m.Thumb)
			if m.Full.Kind != c.full || m.Large.Kind != c.large || m.Thumb.Kind != c.thumb || m.Moving {
				t.Errorf("made into %s, %s, %s", m.Full.Kind, m.Large.Kind, m.Thumb.Kind)
			}
			if m.Full.Width != c.width || m.Full.Height != c.height || m.Large.Width != c.largeWide || m.Thumb.Height != c.thumbHigh {
				t.Errorf("%d × %d, large %d × %d, thumb %d × %d", m.Full.Width, m.Full.Height, m.Large.Width, m.Large.Height, m.Thumb.Width, m.Thumb.Height)
			}
			if c.want != nil {
				alike(t, full, c.want, c.by)
			}
		})
	}
}

func TestWhatIsRefused(t *testing.T) {
	photograph := jpegFile(t, photo(200, 200, 1))
	for _, c := range []struct {
		name, key string
		raw       []byte
	}{
		{"nothing", "picture.empty", nil},
		{"too much", "picture.too_big", make([]byte, MaxBytes+1)},
		{"a text", "picture.unknown_kind", []byte("GIF is what this isn't")},
		{"SVG", "picture.unknown_kind", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)},
		{"TIFF", "picture.unknown_kind", []byte("II*\x00\x08\x00\x00\x00")},
		{"PDF", "picture.unknown_kind", []byte("%PDF-1.7")},
		{"HEIC", "picture.unknown_kind", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00")},
		{"BMP", "picture.unknown_kind", []byte("BM\x46\x00\x00\x00")},
		{"a sound in RIFF", "picture.unknown_kind", []byte("RIFF\x04\x00\x00\x00WAVE")},
		{"JPEG cut short", "picture.broken", photograph[:len(photograph)/2]},
		{"PNG cut short", "picture.broken", pngFile(t, photo(200, 200, 1))[:2000]},
		{"GIF cut short", "picture.broken", gifFile(t, moving(200, 200, 1))[:40]},
		{"WebP cut short", "picture.broken", webpSample(t)[:600]},
		{"a JPEG's first bytes", "picture.broken", []byte("\xff\xd8\xff")},
		{"a PNG's first bytes", "picture.broken", []byte(pngSignature)},
		{"a GIF's first bytes", "picture.broken", []byte("GIF89a")},
		{"a WebP's first bytes", "picture.broken", []byte("RIFF\x04\x00\x00\x00WEBP")},
		{"PNG too wide", "picture.too_long", claimingPNG(MaxSide+1, 1, 1, 0, 0)},
		{"PNG of a bit a pixel, 30000 × 30000", "picture.too_long", claimingPNG(30000, 30000, 1, 0, 0)},
		{"PNG of too many pixels", "picture.too_many_pixels", claimingPNG(8001, 5000, 1, 0, 0)},
		{"PNG, interlaced, of 16 bits", "picture.too_many_pixels", claimingPNG(8000, 5000, 16, 6, 1)},
		{"PNG that claims 225,000 × 225,000", "picture.too_long", claimingPNG(225000, 225000, 8, 2, 0)},
		{"GIF of 44 bytes that claims 65535 × 65535", "picture.too_long", claimingGIF(65535, 65535, 1, 1)},
		{"GIF whose frame claims it", "picture.too_long", claimingGIF(1, 1, 65535, 65535)},
		{"GIF whose frame has too many pixels", "picture.too_many_pixels", claimingGIF(1, 1, 8001, 5000)},
		{"JPEG of too many pixels", "picture.too_many_pixels", plainJPEG(8001, 5000, false, 0, -1, 0x22, 0x11, 0x11)},
		{"JPEG of a kind that costs too much", "picture.too_many_pixels", plainJPEG(8000, 5000, true, 0, -1, 0x11, 0x11, 0x11)},
		{"JPEG of red, green, blue in steps", "picture.too_many_pixels", plainJPEG(5000, 4000, true, 0, 0, 0x11, 0x11, 0x11)},
		{"JPEG of thousands of scans", "picture.broken", plainJPEG(64, 64, true, 5000, -1, 0x11)},
		{"JPEG of too many scans for its size", "picture.broken", plainJPEG(8000, 2500, true, 60, -1, 0x22, 0x11, 0x11)},
		{"WebP that claims much", "picture.too_many_pixels", webpFile(riff("VP8L", []byte{0x2f, 0xff, 0xff, 0xff, 0x0f}))},
		{"WebP whose frame and canvas are too much together", "picture.too_many_pixels", claimingWebP("VP8L", append([]byte{0x2f}, binary.LittleEndian.AppendUint32(nil, 7997|4999<<14)...))},
		{"WebP whose alpha is too much beside them", "picture.too_many_pixels", claimingWebP("VP8 ", []byte{0, 0, 0, 0x9d, 1, 0x2a, 0x3e, 0x1f, 0x88, 0x13}, riff("ALPH", []byte{1}))},
		{"WebP whose canvas is small and whose picture isn't", "picture.broken", webpFile(vp8x(0, 10, 10), riff("VP8L", []byte{0x2f, 0xff, 0xff, 0xff, 0x0f}))},
		{"WebP whose frame isn't what it says", "picture.broken", webpFile(vp8x(2, 10, 10), anim(0), riff("ANMF", append(make([]byte, 16), riff("VP8L", []byte{0x2f, 0xff, 0xff, 0xff, 0x0f})...)))},
		{"WebP whose frame hangs over", "picture.broken", webpFile(vp8x(2, 10, 10), anim(0), anmf(4, 4, 100, 0, drawing(8, 8)))},
	} {
		_, err := Make(c.raw)
		all := fault.Each(err)
		if len(all) != 1 || all[0].Key != c.key || all[0].Kind != fault.Invalid || all[0].Field != "picture" {
			t.Errorf("%s: %v, want %s", c.name, err, c.key)
		}
	}
}

// A limit is one: what comes up to it is taken.
func TestWhatIsJustTaken(t *testing.T) {
	for name, raw := range map[string][]byte{
		"PNG as wide as may be":             plainPNG(t, MaxSide, 2, 1, 0, 0, 0),
		"JPEG of as many scans as may be":   plainJPEG(64, 64, true, maxScans-1, -1, 0x11),
		"JPEG with much that isn't picture": withSegments(jpegFile(t, drawing(20, 20)), slices.Repeat([][]byte{segment(0xfe, make([]byte, 60000))}, 130)...),
	} {
		if _, err := Make(raw); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// claimingGIF is a GIF of few bytes whose screen and frame claim to be large.
func claimingGIF(width, height, frameWidth, frameHeight int) []byte {
	word := func(b []byte, v int) []byte { return append(b, byte(v), byte(v>>8)) }
	b := word(word([]byte("GIF89a"), width), height)
	b = append(b, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, gifImage, 0, 0, 0, 0)
	b = append(word(word(b, frameWidth), frameHeight), 0)
	return append(b, 2, 2, 0x44, 1, 0, gifTrailer)
}

// claimingPNG is a PNG of few bytes that claims to be of a size and form.
func claimingPNG(width, height int, depth, colour, interlace byte) []byte {
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(width)), uint32(height))
	header = append(header, depth, colour, 0, 0, interlace)
	return slices.Concat([]byte(pngSignature), chunk("IHDR", header), chunk("IDAT", nil), []byte(pngEnd))
}

// claimingWebP is a WebP of few bytes whose first frame claims 7998 × 5000 of a
// canvas of 8000 × 5000.
func claimingWebP(name string, b []byte, before ...[]byte) []byte {
	frame := put24(put24(make([]byte, 6), 7997), 4999)
	frame = append(frame, 100, 0, 0, 0)
	frame = append(append(frame, bytes.Join(before, nil)...), riff(name, b)...)
	return webpFile(vp8x(0x12, 8000, 5000), anim(0), riff("ANMF", frame))
}

// All eight orientations, in each format that can ask for them.
func TestOrientation(t *testing.T) {
	letters := map[color.NRGBA]string{{220, 20, 20, 255}: "R", {20, 200, 20, 255}: "G", {20, 20, 220, 255}: "B", {220, 210, 20, 255}: "Y"}
	read := func(p image.Image) (s string) {
		b := p.Bounds()
		for _, at := range []image.Point{{b.Dx() / 4, b.Dy() / 4}, {b.Dx() * 3 / 4, b.Dy() / 4}, {b.Dx() / 4, b.Dy() * 3 / 4}, {b.Dx() * 3 / 4, b.Dy() * 3 / 4}} {
			found := "?"
			for c, letter := range letters {
				if near(p.At(at.X, at.Y), c, 40) {
					found = letter
				}
			}
			s += found
		}
		return s
	}
	upright := []string{1: "RGBY", 2: "GRYB", 3: "YBGR", 4: "BYRG", 5: "RBGY", 6: "BRYG", 7: "YGBR", 8: "GYRB"}
	p := corners(61, 40)
	for o := 1; o <= 8; o++ {
		for name, raw := range map[string][]byte{
			"JPEG":              withSegments(jpegFile(t, p), exifSegment(o, "")),
			"PNG":               withChunks(pngFile(t, p), chunk("eXIf", exif(o, ""))),
			"WebP":              webpFile(vp8x(8, 61, 40), riff("VP8L", vp8l(p)), riff("EXIF", exif(o, ""))),
			"WebP in Exif form": webpFile(vp8x(8, 61, 40), riff("VP8L", vp8l(p)), riff("EXIF", append([]byte("Exif\x00\x00"), exif(o, "")...))),
			"PNG with alpha":    withChunks(pngFile(t, corner(p)), chunk("eXIf", exif(o, ""))),
		} {
			m := made(t, raw)
			for _, f := range []File{m.Full, m.Thumb} {
				if got := read(shown(t, f)); got != upright[o] {
					t.Errorf("%s, orientation %d: %s, want %s", name, o, got, upright[o])
				}
				if lies := f.Width < f.Height; lies != (o >= 5) {
					t.Errorf("%s, orientation %d: %d × %d", name, o, f.Width, f.Height)
				}
			}
		}
	}
	if m := made(t, withSegments(jpegFile(t, p), exifSegment(9, ""))); read(shown(t, m.Full)) != "RGBY" {
		t.Error("an orientation that there isn't turns the picture")
	}
}

// corner is a picture of many colours, one corner of it clear.
func corner(p *image.NRGBA) *image.NRGBA {
	c := &image.NRGBA{Pix: slices.Clone(p.Pix), Stride: p.Stride, Rect: p.Rect}
	for i := range 300 {
		c.SetNRGBA(i%30, 20+i/30*2, color.NRGBA{uint8(i % 20), uint8(i / 20), 220, 255})
	}
	c.SetNRGBA(0, 0, color.NRGBA{1, 2, 3, 0})
	return c
}

// The colours that a profile means are what is seen without it.
func TestProfileIsApplied(t *testing.T) {
	said, meant := color.NRGBA{234, 51, 35, 255}, color.NRGBA{255, 0, 0, 255} // red of sRGB in Display P3
	p := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for i := 0; i < len(p.Pix); i += 4 {
		copy(p.Pix[i:], []uint8{said.R, said.G, said.B, 255})
	}
	profile := displayP3(t)
	iccp := chunk("iCCP", append([]byte("P3\x00\x00"), deflated(t, profile)...))
	long := withSegments(jpegFile(t, p), segment(0xe2, append([]byte("ICC_PROFILE\x00\x02\x02"), profile[200:]...)), segment(0xe2, append([]byte("ICC_PROFILE\x00\x01\x02"), profile[:200]...)))
	for name, raw := range map[string][]byte{
		"JPEG":              withSegments(jpegFile(t, p), profileSegment(profile)),
		"JPEG, in pieces":   long,
		"PNG":               withChunks(pngFile(t, p), iccp),
		"WebP":              webpFile(vp8x(0x20, 64, 64), riff("ICCP", profile), riff("VP8L", vp8l(p))),
		"JPEG, on its side": withSegments(jpegFile(t, p), profileSegment(profile), exifSegment(6, "")),
	} {
		m := made(t, raw)
		for _, f := range []File{m.Full, m.Thumb} {
			if got := shown(t, f).At(30, 30); !near(got, meant, 4) {
				t.Errorf("%s: %v, want %v", name, got, meant)
			}
		}
		if c := m.Colour; !near(color.NRGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), 255}, meant, 4) {
			t.Errorf("%s: average %06x", name, c)
		}
	}
	for name, raw := range map[string][]byte{
		"a piece is missing": withSegments(jpegFile(t, p), segment(0xe2, append([]byte("ICC_PROFILE\x00\x01\x02"), profile[:200]...))),
		"noise":              withSegments(jpegFile(t, p), profileSegment(bytes.Repeat([]byte("noise"), 99))),
		"a bomb":             withChunks(pngFile(t, p), chunk("iCCP", append([]byte("P3\x00\x00"), deflated(t, append(profile, make([]byte, 30<<20)...))...))),
	} {
		if m := made(t, raw); !near(shown(t, m.Full).At(30, 30), said, 4) {
			t.Errorf("%s: %v", name, shown(t, m.Full).At(30, 30))
		}
	}
}

// What somebody rubbed out is gone, and what a palette holds that isn't used.
func TestNothingHides(t *testing.T) {
	p := faded(80, 60)
	for i := 0; i < len(p.Pix)/2; i += 4 {
		copy(p.Pix[i:], []uint8{201, 102, 53, 0})
	}
	full := must(t, shown(t, made(t, pngFile(t, p)).Full), nil).(*image.NRGBA)
	if full.NRGBAAt(40, 10) != (color.NRGBA{}) || full.NRGBAAt(40, 50).A == 0 {
		t.Errorf("beneath what was rubbed out is still %v", full.NRGBAAt(40, 10))
	}
	frame := image.NewPaletted(image.Rect(0, 0, 20, 20), color.Palette{color.White, color.Black, color.NRGBA{9, 87, 65, 255}})
	frame.Pix[0] = 1
	m := made(t, pngFile(t, frame))
	if palette := shown(t, m.Full).(*image.Paletted).Palette; len(palette) != 2 {
		t.Errorf("the palette has %v", palette)
	}
	g := moving(20, 20, 2)
	g.Image[1].Palette = append(g.Image[1].Palette, color.NRGBA{9, 87, 65, 255})
	for _, f := range gifOf(t, made(t, gifFile(t, g))).Image {
		for _, c := range f.Palette {
			if near(c, color.NRGBA{9, 87, 65, 255}, 0) {
				t.Errorf("a frame's palette has %v", f.Palette)
			}
		}
	}
}

// A file that only lacks its end, or has more behind it, is the same picture.
func TestEnds(t *testing.T) {
	photograph, drawn, moves := jpegFile(t, photo(90, 70, 1)), pngFile(t, drawing(90, 70)), gifFile(t, moving(90, 70, 4))
	still := webpSample(t)
	for name, pair := range map[string][2][]byte{
		"JPEG without its end": {photograph, photograph[:len(photograph)-2]},
		"JPEG and more":        {photograph, append(slices.Clone(photograph), "<script>"...)},
		"JPEG and another":     {photograph, append(slices.Clone(photograph), photograph...)},
		"PNG without its end":  {drawn, drawn[:len(drawn)-12]},
		"PNG and more":         {drawn, append(slices.Clone(drawn), "PK\x03\x04"...)},
		"GIF without its end":  {moves, moves[:len(moves)-1]},
		"GIF and more":         {moves, append(slices.Clone(moves), "%PDF-1.7"...)},
		"WebP and more":        {still, append(slices.Clone(still), "<svg/>"...)},
	} {
		a, b := made(t, pair[0]), made(t, pair[1])
		if !bytes.Equal(a.Full.Bytes, b.Full.Bytes) || !bytes.Equal(a.Thumb.Bytes, b.Thumb.Bytes) {
			t.Errorf("%s isn't the same picture", name)
		}
	}
}

// VP8 has its light in the narrow range of video, with alpha or without. Taken for
// the full one, white would be grey.
func TestVideoRange(t *testing.T) {
	for _, name := range []string{"lossy.webp", "lossy-alpha.webp"} {
		p, sum, want, n := shown(t, made(t, sample(t, name)).Full), 0, 0, 0
		drawn := map[string]*image.NRGBA{"lossy.webp": photo(96, 64, 1), "lossy-alpha.webp": photo(96, 64, 3)}[name]
		for y := range 64 {
			for x := 48; x < 96; x++ {
				c := color.NRGBAModel.Convert(p.At(x, y)).(color.NRGBA)
				// Away from the middle, on whichever side: so the range shows.
				if d := int(drawn.NRGBAAt(x, y).G) - 128; d > 40 || d < -40 {
					sum, want, n = sum+max(int(c.G)-128, 128-int(c.G)), want+max(d, -d), n+1
				}
			}
		}
		if n < 100 || sum < want*91/100 || sum > want*109/100 {
			t.Errorf("%s: %d pixels are %d away from the middle, want %d", name, n, sum, want)
		}
	}
}

// CMYK as Adobe writes it, inverted: four plates.
func TestCMYK(t *testing.T) {
	m := made(t, plainJPEG(64, 64, false, 0, 0, 0x11, 0x11, 0x11, 0x11))
	// Without any detail all plates are 128 of 255, so every channel loses half twice.
	if got := shown(t, m.Full).At(9, 9); !near(got, color.NRGBA{64, 64, 64, 255}, 3) {
		t.Errorf("%v", got)
	}
}

// What is grey is kept without chroma, whatever form it came in.
func TestGreyStaysGrey(t *testing.T) {
	p := image.NewNRGBA(image.Rect(0, 0, 200, 150))
	for i, v := range grey(200, 150).Pix {
		copy(p.Pix[4*i:], []uint8{v, v, v, 255})
	}
	for name, raw := range map[string][]byte{"PNG of three channels": pngFile(t, p), "JPEG of three": jpegFile(t, p)} {
		m := made(t, raw)
		if _, is := shown(t, m.Full).(*image.Gray); !is || m.Full.Kind != JPEG {
			t.Errorf("%s becomes %T, %s", name, shown(t, m.Full), m.Full.Kind)
		}
	}
}

// A scan in black and white takes a bit a pixel, as it came.
func TestFewColoursStayFew(t *testing.T) {
	p := image.NewNRGBA(image.Rect(0, 0, 640, 400))
	for i := range 640 * 400 {
		v := uint8(255 * (i / 7 * (i / 640) % 3 / 2))
		copy(p.Pix[4*i:], []uint8{v, v, v, 255})
	}
	m := made(t, pngFile(t, p))
	config, err := png.DecodeConfig(bytes.NewReader(m.Full.Bytes))
	if palette, _ := must(t, config, err).ColorModel.(color.Palette); m.Full.Kind != PNG || len(palette) != 2 || m.Full.Bytes[24] != 1 {
		t.Errorf("a %s of %d bits", m.Full.Kind, m.Full.Bytes[24])
	}
}

// A picture that would be too long is told in fewer pixels.
func TestTooLongIsMadeSmaller(t *testing.T) {
	p := &image.NRGBA{Pix: make([]uint8, 2200*2200*4), Stride: 2200 * 4, Rect: image.Rect(0, 0, 2200, 2200)}
	state := uint32(1)
	for i := range p.Pix {
		state = state*1664525 + 1013904223
		p.Pix[i] = uint8(state >> 24)
	}
	f, err := encodeFull(p, true)
	if must(t, f, err); len(f.Bytes) > MaxKept || f.Width != 1100 || f.Height != 1100 {
		t.Errorf("%d × %d, %d bytes", f.Width, f.Height, len(f.Bytes))
	}
}

// A decoder that panics costs its file alone.
func TestPanicIsAFault(t *testing.T) {
	_, err := unpanicked(func() (Made, error) { panic("index out of range") })
	if all := fault.Each(err); len(all) != 1 || all[0].Key != "picture.broken" || !strings.Contains(err.Error(), "index out of range") {
		t.Errorf("%v", err)
	}
}

func TestKindNames(t *testing.T) {
	for k, want := range map[Kind][2]string{JPEG: {".jpg", "image/jpeg"}, PNG: {".png", "image/png"}, GIF: {".gif", "image/gif"}} {
		if k.Ext() != want[0] || k.Type() != want[1] {
			t.Errorf("%s: %s, %s", k, k.Ext(), k.Type())
		}
	}
}

func webpSample(t testing.TB) []byte { return sample(t, "lossy.webp") }
