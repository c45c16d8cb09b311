package picture

import (
	"image"
	"image/draw"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"testing"
)

// The pictures here have a sixteenth of the pixels that may be, so that the test is
// quick; a sixteenth of 448 MiB, and what the program itself takes, is what making
// any of them may take of a machine's memory.
const mostMemory = (448/16 + 20) << 20

// worst is what weighs most of each kind.
var worst = []struct {
	name string
	make func(t testing.TB) []byte
}{
	{"JPEG at full chroma, on its side, in Display P3", func(t testing.TB) []byte {
		return withSegments(jpegFile(t, noise(2500, 1000)), exifSegment(6, ""), profileSegment(displayP3(t)))
	}},
	{"progressive JPEG", func(t testing.TB) []byte { return plainJPEG(2500, 1000, true, 20, -1, 0x22, 0x11, 0x11) }},
	{"progressive JPEG at full chroma", func(t testing.TB) []byte { return plainJPEG(1375, 1000, true, 40, -1, 0x11, 0x11, 0x11) }},
	{"JPEG of red, green, blue", func(t testing.TB) []byte { return plainJPEG(2500, 1000, false, 0, 0, 0x11, 0x11, 0x11) }},
	{"JPEG of CMYK", func(t testing.TB) []byte { return plainJPEG(2500, 1000, false, 0, 0, 0x11, 0x11, 0x11, 0x11) }},
	{"PNG of 16 bits with alpha", func(t testing.TB) []byte { return plainPNG(t, 2500, 1000, 16, 6, 0, 150) }},
	{"PNG of 16 bits, interlaced", func(t testing.TB) []byte { return plainPNG(t, 1250, 1000, 16, 6, 1, 0) }},
	{"PNG of much noise", func(t testing.TB) []byte { return pngFile(t, noise(2500, 1000)) }},
	{"GIF of many frames", func(t testing.TB) []byte { return gifFile(t, moving(125, 100, MaxFrames)) }},
	{"WebP without loss", func(t testing.TB) []byte {
		return webpFile(riff("VP8L", vp8l(image.NewNRGBA(image.Rect(0, 0, 1250, 1000)))))
	}},
	{"WebP that moves", func(t testing.TB) []byte {
		chunks := [][]byte{vp8x(2, 500, 500), anim(0)}
		for i := range 15 {
			chunks = append(chunks, anmf(0, i*20, 100, 0, photo(200, 200, uint64(i))))
		}
		return webpFile(chunks...)
	}},
}

// noise has in one of its corners as much as can be, and nothing elsewhere.
func noise(width, height int) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, width, height))
	draw.Draw(p, p.Rect, image.White, image.Point{}, draw.Src)
	random := rand.New(rand.NewPCG(1, 2))
	for y := range min(height, 500) {
		for x := range 4 * min(width, 500) {
			p.Pix[y*p.Stride+x] = uint8(random.Uint32()) | 1
		}
	}
	return p
}

// TestMemory makes the worst pictures, each in a process of its own, which looks
// at how much memory it had of the system.
func TestMemory(t *testing.T) {
	if name, alone := os.LookupEnv("PICTURE_ALONE"); alone {
		raw, err := os.ReadFile(name)
		must(t, raw, err)
		made, err := Make(raw)
		must(t, made, err)
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		t.Logf("%d MiB of %d, %s of %d × %d", memory.Sys>>20, mostMemory>>20, made.Full.Kind, made.Full.Width, made.Full.Height)
		if memory.Sys > mostMemory {
			t.Error("that is too much")
		}
		return
	}
	for i, w := range worst {
		t.Run(w.name, func(t *testing.T) {
			name := t.TempDir() + "/" + strconv.Itoa(i)
			if err := os.WriteFile(name, w.make(t), 0o600); err != nil {
				t.Fatal(err)
			}
			alone := exec.Command(os.Args[0], "-test.run=^TestMemory$", "-test.v")
			alone.Env = append(os.Environ(), "PICTURE_ALONE="+name)
			out, err := alone.CombinedOutput()
			t.Logf("%s", out)
			if err != nil {
				t.Error(err)
			}
		})
	}
}
