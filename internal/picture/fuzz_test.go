package picture

import (
	"strings"
	"testing"

	"moot/internal/fault"
)

// FuzzMake sends anything. Whatever it is, Make returns files that are what they
// say, within what they may be, or a fault on the field.
func FuzzMake(f *testing.F) {
	for _, raw := range laden(f) {
		f.Add(raw)
	}
	f.Add(webpSample(f))
	f.Add(sample(f, "lossy-alpha.webp"))
	f.Add(gifFile(f, stepping()))
	f.Add(claimingGIF(65535, 65535, 1, 1))
	f.Add(plainPNG(f, 40, 30, 16, 6, 1, 0))
	f.Add(plainPNG(f, 40, 30, 2, 3, 0, 0x55))
	f.Add(plainJPEG(90, 50, false, 0, 0, 0x11, 0x11, 0x11))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if s, err := survey(raw); err == nil && s.width*s.height > 1<<20 {
			return // what is large is only slow here
		}
		m, err := Make(raw)
		if err != nil {
			for _, x := range fault.Each(err) {
				if x.Kind != fault.Invalid || x.Field != "picture" {
					t.Fatalf("refused with %v", x)
				}
				if x.Cause != nil && strings.Contains(x.Cause.Error(), "panic") {
					t.Fatalf("%v", x.Cause)
				}
			}
			return
		}
		if m.Moving != (m.Full.Kind == GIF) || m.Colour > 0xffffff || m.Quality < 0 || m.Quality > 100 {
			t.Fatalf("moving %v, %s, %06x, %d", m.Moving, m.Full.Kind, m.Colour, m.Quality)
		}
		for i, file := range []File{m.Full, m.Large, m.Thumb} {
			shown(t, file)
			side := []int{MaxSide, LargeSide, ThumbSide}[i]
			if max(file.Width, file.Height) > side || file.Width > m.Full.Width || file.Height > m.Full.Height || len(file.Bytes) > MaxKept {
				t.Fatalf("file %d has %d × %d, %d bytes", i, file.Width, file.Height, len(file.Bytes))
			}
		}
	})
}
