package picture

import "testing"

func benchmark(b *testing.B, raw []byte) {
	b.Helper()
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		made(b, raw)
	}
}

func BenchmarkJPEG12MP(b *testing.B) { benchmark(b, jpegFile(b, photo(4000, 3000, 1))) }

func BenchmarkJPEG12MPTurnedInP3(b *testing.B) {
	benchmark(b, withSegments(jpegFile(b, photo(4000, 3000, 1)), exifSegment(6, ""), profileSegment(displayP3(b))))
}

func BenchmarkPNG2MP(b *testing.B) { benchmark(b, pngFile(b, photo(1920, 1080, 1))) }

func BenchmarkScreenshot2MP(b *testing.B) { benchmark(b, pngFile(b, drawing(1920, 1080))) }

func BenchmarkGIF60Frames(b *testing.B) { benchmark(b, gifFile(b, moving(480, 360, 60))) }

func BenchmarkWebP60Frames(b *testing.B) {
	chunks := [][]byte{vp8x(2, 480, 360), anim(0), anmf(0, 0, 50, 0, photo(480, 360, 1))}
	for i := range 59 {
		chunks = append(chunks, anmf(i*4, 100, 50, 0, photo(120, 90, uint64(i))))
	}
	benchmark(b, webpFile(chunks...))
}
