package picture

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"math/rand/v2"
	"testing"
)

// hashed is the hash of a picture as it comes out of Make.
func hashed(t testing.TB, raw []byte) PDQ {
	t.Helper()
	m := made(t, raw)
	if m.Quality < 50 {
		t.Errorf("quality %d", m.Quality)
	}
	return m.Hash
}

// The same picture is known again after what people and sites do to pictures.
func TestKnownAgain(t *testing.T) {
	for seed := range uint64(2) {
		p := photo(400, 300, seed)
		original := hashed(t, pngFile(t, p))
		var poor bytes.Buffer
		if err := jpeg.Encode(&poor, p, &jpeg.Options{Quality: 25}); err != nil {
			t.Fatal(err)
		}
		brighter, cropped := photo(400, 300, seed), image.NewNRGBA(image.Rect(0, 0, 395, 297))
		for i, v := range brighter.Pix {
			brighter.Pix[i] = uint8(min(int(v)+25, 255))
		}
		draw.Draw(cropped, cropped.Rect, p, image.Pt(4, 3), draw.Src)
		for name, raw := range map[string][]byte{
			"JPEG":               jpegFile(t, p),
			"poor JPEG":          poor.Bytes(),
			"half as large":      pngFile(t, photo(200, 150, seed)),
			"a quarter as large": jpegFile(t, photo(100, 75, seed)),
			"larger":             jpegFile(t, photo(1020, 765, seed)),
			"squeezed":           jpegFile(t, photo(200, 300, seed)),
			"brighter":           jpegFile(t, brighter),
			"cropped":            jpegFile(t, cropped),
			"kept, sent again":   made(t, jpegFile(t, p)).Full.Bytes,
			"the large one":      made(t, jpegFile(t, p)).Large.Bytes,
			"the thumb":          made(t, jpegFile(t, p)).Thumb.Bytes,
			"WebP":               webpFile(riff("VP8L", vp8l(p))),
		} {
			if d := original.Distance(hashed(t, raw)); d > 31 {
				t.Errorf("photograph %d, %s: %d bits differ", seed, name, d)
			}
		}
	}
}

func TestOthersAreOthers(t *testing.T) {
	var all []PDQ
	for seed := range uint64(16) {
		all = append(all, hashed(t, jpegFile(t, photo(200, 150, seed))))
	}
	for i := range all {
		for j := range i {
			if d := all[i].Distance(all[j]); d < 90 {
				t.Errorf("photographs %d and %d differ in %d bits", i, j, d)
			}
		}
	}
}

// Hashes that the algorithm's published implementation has for the same pixels.
func TestHashesOfTheReference(t *testing.T) {
	for _, c := range []struct {
		width, height int
		seed          uint64
		hash          string
		quality       int
		off           int // bits: larger pictures are made smaller in another way
	}{
		{512, 512, 1, "54a0a1dfab2561d7ab25217f2a25e394fbd0746900bf6394e994433516caad3f", 100, 0},
		{300, 200, 2, "018001cbabdbd5f30151d5f3a1d574b1f6e0454b5e3dd78b4729015cca7f8ad5", 100, 0},
		{64, 64, 3, "8fbe59805110e7f98f1aefa8ab1a55c05d707fa05d0a7f890acf00665fca20df", 100, 0},
		{200, 450, 4, "b57780d5e0c364d02042aaf0f25beaf0f75aa04c7456aa4b50fcfccf55adab09", 100, 0},
		{97, 61, 5, "e2d04006ab3bfd495158fe6d5178dd52eb851192abdc3a419089d7527ec7c78d", 100, 0},
		{700, 500, 6, "f1fdbaaa68005faa0d774f6a0437556a05665d6d056fae8d051adf9407838ea9", 100, 0},
		{1300, 900, 7, "addfa7dfd00a5a9d75c2729f254a6fe078027fe4fbc2081e50125cc43a8d552a", 100, 8},
	} {
		m := made(t, pngFile(t, photo(c.width, c.height, c.seed)))
		want, err := ParsePDQ(c.hash)
		if d := m.Hash.Distance(must(t, want, err)); d > c.off || m.Quality != c.quality {
			t.Errorf("%d × %d: %s, %d; want %s, %d", c.width, c.height, m.Hash, m.Quality, want, c.quality)
		}
	}
}

// There is little to tell a picture by that shows little, and nothing in one of a
// few pixels.
func TestQuality(t *testing.T) {
	if m := made(t, pngFile(t, drawing(4, 400))); m.Hash != (PDQ{}) || m.Quality != 0 {
		t.Errorf("a line has the hash %v, %d", m.Hash, m.Quality)
	}
	flat := image.NewGray(image.Rect(0, 0, 200, 200))
	if m := made(t, pngFile(t, flat)); m.Quality != 0 {
		t.Errorf("of one colour: %d", m.Quality)
	}
	if m := made(t, pngFile(t, photo(200, 200, 1))); m.Quality != 100 {
		t.Errorf("a photograph: %d", m.Quality)
	}
}

// What is clear is white to the hash, as on a page.
func TestClearIsWhite(t *testing.T) {
	clear, white := photo(100, 100, 2), photo(100, 100, 2)
	draw.Draw(clear, image.Rect(0, 0, 60, 60), image.Transparent, image.Point{}, draw.Src)
	draw.Draw(white, image.Rect(0, 0, 60, 60), image.White, image.Point{}, draw.Src)
	if d := hashed(t, pngFile(t, clear)).Distance(hashed(t, pngFile(t, white))); d > 4 {
		t.Errorf("%d bits differ", d)
	}
}

func TestPDQAsText(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	var a PDQ
	for i := range a {
		a[i] = uint8(random.Uint32())
	}
	b, err := ParsePDQ(a.String())
	if must(t, b, err) != a || a.Distance(b) != 0 {
		t.Errorf("%s became %s", a, b)
	}
	b[0], b[31] = b[0]^0xff, b[31]^1
	if a.Distance(b) != 9 {
		t.Errorf("%d bits, want 9", a.Distance(b))
	}
	for _, s := range []string{"", "f8", a.String()[:63], a.String() + "0", a.String()[:63] + "x"} {
		if _, err := ParsePDQ(s); err == nil {
			t.Errorf("%q is taken for a hash", s)
		}
	}
}
