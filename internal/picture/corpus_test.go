package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// The pictures and files that the tests of this room send in.

// wave is one of the soft forms of a photo, over the width and height of 1.
type wave struct{ x, y, phase, strength float64 }

// photo is a picture as cameras make them: soft forms, many colours, some noise.
// Of one seed it shows the same at every size.
func photo(width, height int, seed uint64) *image.NRGBA {
	random := rand.New(rand.NewPCG(seed, 1))
	var waves [36]wave
	for i := range waves {
		reach := 2 + float64(i%12)*2
		waves[i] = wave{random.Float64() * reach, (random.Float64() - .5) * 2 * reach, random.Float64() * 7, 30 / (1 + float64(i%12)/3)}
	}
	// sin(a + b) is sin a cos b + cos a sin b, each of a column or a row.
	across, down := make([][72]float64, width), make([][72]float64, height)
	for i, w := range waves {
		for x := range across {
			across[x][2*i], across[x][2*i+1] = math.Sincos(2*math.Pi*w.x*float64(x)/float64(width) + w.phase)
		}
		for y := range down {
			sin, cos := math.Sincos(2 * math.Pi * w.y * float64(y) / float64(height))
			down[y][2*i], down[y][2*i+1] = w.strength*cos, w.strength*sin
		}
	}
	p := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			shade := [3]float64{128, 128, 128}
			noise := random.Uint32()
			for c := range shade {
				shade[c] += float64(noise>>(8*c)&255) / 40
				for i := 24 * c; i < 24*(c+1); i++ {
					shade[c] += across[x][i] * down[y][i]
				}
			}
			grey := (shade[0] + shade[1]) / 2
			at := p.Pix[p.PixOffset(x, y):]
			for c := range shade {
				at[c] = uint8(min(max((shade[c]+grey)/2, 0), 255))
			}
			at[3] = 255
		}
	}
	return p
}

// drawing is a picture of few colours and sharp edges.
func drawing(width, height int) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, width, height))
	draw.Draw(p, p.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	for i, c := range []color.Color{color.NRGBA{200, 30, 30, 255}, color.NRGBA{20, 20, 90, 255}, color.NRGBA{250, 200, 0, 255}, color.NRGBA{0, 110, 60, 255}} {
		r := image.Rect(i*width/6, i*height/7, (i+2)*width/6, (i+3)*height/7)
		draw.Draw(p, r, image.NewUniform(c), image.Point{}, draw.Src)
	}
	return p
}

// corners is a picture whose four quarters have colours of their own, so that it
// shows which way it stands: red, green / blue, yellow.
func corners(width, height int) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.NRGBA{220, 20, 20, 255}
			switch left, top := x < width/2, y < height/2; {
			case !left && top:
				c = color.NRGBA{20, 200, 20, 255}
			case left && !top:
				c = color.NRGBA{20, 20, 220, 255}
			case !left && !top:
				c = color.NRGBA{220, 210, 20, 255}
			}
			p.SetNRGBA(x, y, c)
		}
	}
	return p
}

func must[T any](t testing.TB, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func jpegFile(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if n, ok := p.(*image.NRGBA); ok {
		p = &image.RGBA{Pix: n.Pix, Stride: n.Stride, Rect: n.Rect}
	}
	if err := jpeg.Encode(&b, p, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngFile(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gifFile(t testing.TB, g *gif.GIF) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// moving is an animation of a square that goes across.
func moving(width, height, frames int) *gif.GIF {
	g := &gif.GIF{LoopCount: 0}
	palette := color.Palette{color.White, color.Black, color.NRGBA{200, 30, 30, 255}}
	for i := range frames {
		f := image.NewPaletted(image.Rect(0, 0, width, height), palette)
		at := i * (width - width/4) / max(frames-1, 1)
		draw.Draw(f, image.Rect(at, height/4, at+width/4, height*3/4), image.NewUniform(palette[1+i%2]), image.Point{}, draw.Src)
		g.Image, g.Delay, g.Disposal = append(g.Image, f), append(g.Delay, 10), append(g.Disposal, gif.DisposalNone)
	}
	return g
}

// bitWriter writes bits as VP8L has them: the lowest first.
type bitWriter struct {
	b []byte
	n int
}

func (w *bitWriter) bits(v uint32, n int) {
	for i := range n {
		if w.n%8 == 0 {
			w.b = append(w.b, 0)
		}
		w.b[w.n/8] |= byte(v>>i&1) << (w.n % 8)
		w.n++
	}
}

// vp8l is a picture as the payload of a VP8L chunk, in the plainest way: every
// channel of every pixel in 8 bits (RFC 9649, section 3).
func vp8l(p *image.NRGBA) []byte {
	var w bitWriter
	w.bits(0x2f, 8)
	w.bits(uint32(p.Rect.Dx()-1), 14)
	w.bits(uint32(p.Rect.Dy()-1), 14)
	w.bits(1, 1)       // alpha may be used
	w.bits(0, 3)       // version
	w.bits(0, 3)       // no transform, no cache, one group of codes
	for i := range 4 { // green, red, blue, alpha: 256 codes of 8 bits
		w.bits(0, 1)
		w.bits(12-4, 4)
		for _, length := range []uint32{0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1} { // in code order: 18 and 8 are used
			w.bits(length, 3)
		}
		w.bits(0, 1)
		for range 256 {
			w.bits(0, 1) // 8
		}
		if i == 0 { // no lengths and no cache: 24 zeros
			w.bits(1, 1)
			w.bits(24-11, 7)
		}
	}
	w.bits(1, 4) // distance: one symbol, which is 0
	for i := 0; i < len(p.Pix); i += 4 {
		for _, c := range []int{1, 0, 2, 3} {
			v := uint32(p.Pix[i+c])
			for bit := 7; bit >= 0; bit-- {
				w.bits(v>>bit, 1)
			}
		}
	}
	return w.b
}

// riff is a chunk of a WebP.
func riff(name string, b []byte) []byte {
	c := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(b)))
	return append(append(c, b...), make([]byte, len(b)&1)...)
}

func webpFile(chunks ...[]byte) []byte {
	body := bytes.Join(append([][]byte{[]byte("WEBP")}, chunks...), nil)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func put24(b []byte, v int) []byte { return append(b, byte(v), byte(v>>8), byte(v>>16)) }

func vp8x(flags byte, width, height int) []byte {
	return riff("VP8X", put24(put24([]byte{flags, 0, 0, 0}, width-1), height-1))
}

// anmf is a frame of an animation, at x, y, which must be even.
func anmf(x, y, milliseconds int, flags byte, p *image.NRGBA) []byte {
	b := put24(put24(nil, x/2), y/2)
	b = put24(put24(b, p.Rect.Dx()-1), p.Rect.Dy()-1)
	return riff("ANMF", append(append(put24(b, milliseconds), flags), riff("VP8L", vp8l(p))...))
}

func anim(plays int) []byte { return riff("ANIM", []byte{0, 0, 0, 0, byte(plays), byte(plays >> 8)}) }

// segment is one of a JPEG.
func segment(marker byte, b []byte) []byte {
	return append([]byte{0xff, marker, byte((len(b) + 2) >> 8), byte(len(b) + 2)}, b...)
}

// withSegments puts segments at the beginning of a JPEG.
func withSegments(file []byte, segments ...[]byte) []byte {
	return bytes.Join([][]byte{file[:2], bytes.Join(segments, nil), file[2:]}, nil)
}

func chunk(name string, b []byte) []byte {
	c := append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), name...)
	c = append(c, b...)
	return binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c[4:]))
}

// withChunks puts chunks behind the header of a PNG.
func withChunks(file []byte, chunks ...[]byte) []byte {
	const header = 8 + 12 + 13
	return bytes.Join([][]byte{file[:header], bytes.Join(chunks, nil), file[header:]}, nil)
}

func deflated(t testing.TB, b []byte) []byte {
	t.Helper()
	var c bytes.Buffer
	w := zlib.NewWriter(&c)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return c.Bytes()
}

// exif is a block with an orientation, a description and a position, all words of
// it planted.
func exif(orientation int, words string) []byte {
	words = (words + "                                ")[:32]
	b := []byte("MM\x00*\x00\x00\x00\x08")
	entry := func(tag, kind, count, value int) {
		b = binary.BigEndian.AppendUint16(b, uint16(tag))
		b = binary.BigEndian.AppendUint16(b, uint16(kind))
		b = binary.BigEndian.AppendUint32(b, uint32(count))
		b = binary.BigEndian.AppendUint32(b, uint32(value))
	}
	b = append(b, 0, 3)
	entry(0x010e, 2, 32, 50)             // ImageDescription
	entry(0x0112, 3, 1, orientation<<16) // Orientation
	entry(0x8825, 4, 1, 82)              // GPS
	b = append(append(b, 0, 0, 0, 0), words...)
	b = append(b, 0, 2)
	entry(1, 2, 2, 'N'<<24) // GPSLatitudeRef
	entry(2, 5, 3, 112)     // GPSLatitude
	b = append(b, 0, 0, 0, 0)
	for _, v := range []uint32{37, 1, 58, 1, 17, 1} {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

func exifSegment(orientation int, words string) []byte {
	return segment(0xe1, append([]byte("Exif\x00\x00"), exif(orientation, words)...))
}

func profileSegment(profile []byte) []byte {
	return segment(0xe2, append([]byte("ICC_PROFILE\x00\x01\x01"), profile...))
}

// displayP3 is a colour profile of Display P3.
func displayP3(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("icc/testdata/display-p3.icc")
	return must(t, b, err)
}

// plainJPEG is a JPEG without any detail, of any kind, made by hand: as large as
// it says, in few bytes. Components are given by their sampling; scans counts
// those beyond the first, which go over the brightness alone.
func plainJPEG(width, height int, progressive bool, scans int, adobe int, components ...byte) []byte {
	b := []byte{0xff, 0xd8}
	if adobe >= 0 {
		b = append(b, segment(0xee, append([]byte("Adobe\x00\x64\x00\x00\x00\x00"), byte(adobe)))...)
	}
	b = append(b, segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...))...)
	frame := []byte{8, byte(height >> 8), byte(height), byte(width >> 8), byte(width), byte(len(components))}
	scan := []byte{byte(len(components))}
	across, down, blocks := 1, 1, 0
	for i, c := range components {
		frame, scan = append(frame, byte(i+1), c, 0), append(scan, byte(i+1), 0)
		across, down, blocks = max(across, int(c>>4)), max(down, int(c&15)), blocks+int(c>>4)*int(c&15)
	}
	marker, last, bits := byte(0xc0), byte(63), 2
	if progressive {
		marker, last, bits = 0xc2, 0, 1
	}
	b = append(b, segment(marker, frame)...)
	// The one code of one bit, 0, says: no change in brightness; nothing more in this block.
	b = append(b, segment(0xc4, append([]byte{0x00, 1}, make([]byte, 16)...))...)
	b = append(b, segment(0xc4, append([]byte{0x10, 1}, make([]byte, 16)...))...)
	units := ((width + 8*across - 1) / (8 * across)) * ((height + 8*down - 1) / (8 * down))
	b = append(b, segment(0xda, append(scan, 0, last, 0))...)
	b = append(b, make([]byte, (units*blocks*bits+7)/8)...)
	// A band of one frequency, which has nothing in any block: the code says so for
	// 32767 blocks at once.
	if scans > 0 {
		b = append(b, segment(0xc4, append([]byte{0x10, 1}, append(make([]byte, 15), 0xe0)...))...)
	}
	all := ((width + 7) / 8) * ((height + 7) / 8)
	for i := range scans {
		band := byte(1 + i%63)
		b = append(b, segment(0xda, []byte{1, 1, 0, band, band, 0})...)
		var w []byte
		n := 0
		for left := all; left > 0; left -= 32767 { // 0, then 14 ones
			for bit := range 15 {
				if n%8 == 0 {
					w = append(w, 0)
				}
				if bit > 0 {
					w[n/8] |= 0x80 >> (n % 8)
				}
				n++
			}
		}
		b = append(b, bytes.ReplaceAll(w, []byte{0xff}, []byte{0xff, 0})...)
	}
	return append(b, 0xff, 0xd9)
}

// plainPNG is a PNG of the given form whose pixels are all one byte, made by hand.
func plainPNG(t testing.TB, width, height int, depth, colour, interlace, value byte) []byte {
	t.Helper()
	channels := map[byte]int{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
	rows := func(width, height int) int {
		if width == 0 || height == 0 {
			return 0
		}
		return (1 + (width*channels*int(depth)+7)/8) * height
	}
	length := rows(width, height)
	if interlace == 1 {
		length = 0
		for _, pass := range [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
			length += rows((width-pass[0]+pass[2]-1)/pass[2], (height-pass[1]+pass[3]-1)/pass[3])
		}
	}
	var data bytes.Buffer
	w := must(t, zlib.NewWriter(&data), nil)
	row := append([]byte{0}, bytes.Repeat([]byte{value}, (width*channels*int(depth)+7)/8)...)
	if interlace == 1 || value == 0 {
		row = make([]byte, 1<<16)
	}
	for length > 0 {
		n := min(length, len(row))
		if _, err := w.Write(row[:n]); err != nil {
			t.Fatal(err)
		}
		length -= n
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(width)), uint32(height))
	header = append(header, depth, colour, 0, 0, interlace)
	file := append([]byte(pngSignature), chunk("IHDR", header)...)
	if colour == 3 {
		file = append(file, chunk("PLTE", []byte{200, 30, 30, 20, 20, 90})...)
	}
	return append(append(file, chunk("IDAT", data.Bytes())...), pngEnd...)
}
