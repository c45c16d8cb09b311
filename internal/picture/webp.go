package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/draw"

	"golang.org/x/image/webp"

	"moot/internal/picture/icc"
	"moot/internal/picture/raster"
)

// webpFrame is one image of a WebP, not yet decoded.
type webpFrame struct {
	area   image.Rectangle
	alpha  []byte // the payload of its ALPH chunk, or nil
	name   string // of the chunk that holds it: "VP8 " or "VP8L"
	pixels []byte // its payload
	delay  int    // milliseconds
	clear  bool   // its area becomes clear after it
	over   bool   // what is clear in it shows what was there; else it takes its place
}

// webpHeader is what the chunks of a WebP say (RFC 9649, section 2.7).
type webpHeader struct {
	width, height int
	plays         int // 0: without end
	orientation   int
	profile       *icc.Profile
	frames        []webpFrame
}

func surveyWebP(raw []byte) (*source, error) {
	h := webpHeader{orientation: 1, plays: 1}
	size := int(binary.LittleEndian.Uint32(raw[4:]))
	if size < 4 {
		return nil, errBroken
	}
	if err := h.read(raw[12:min(len(raw), 8+size)]); err != nil {
		return nil, err
	}
	if len(h.frames) == 0 {
		return nil, errBroken
	}
	f := h.frames[0]
	weight := f.weight()
	if f.area != image.Rect(0, 0, h.width, h.height) {
		weight += 4 * h.width * h.height // it is laid on the canvas
	}
	s := &source{
		width: h.width, height: h.height,
		weight:      weight,
		orientation: h.orientation,
		profile:     h.profile,
		drawn:       f.name == "VP8L",
		first:       h.first,
	}
	time, canvas := 0, h.width*h.height
	for _, f := range h.frames {
		time += f.delay
	}
	if movable(len(h.frames), canvas, canvas*len(h.frames), time) {
		s.motion = h.motion
	}
	return s, nil
}

// webpChunks calls see with each chunk, until it fails. What is cut off is left
// to the decoder to find.
func webpChunks(b []byte, see func(name string, b []byte) error) error {
	for len(b) >= 8 {
		length := int(binary.LittleEndian.Uint32(b[4:]))
		end := min(8+length, len(b))
		if err := see(string(b[:4]), b[8:end]); err != nil {
			return err
		}
		b = b[min(end+length&1, len(b)):]
	}
	return nil
}

func (h *webpHeader) read(chunks []byte) error {
	var still webpFrame
	err := webpChunks(chunks, func(name string, b []byte) error {
		switch name {
		case "VP8X":
			if len(b) < 10 || h.width != 0 {
				return errBroken
			}
			h.width, h.height = 1+uint24(b[4:]), 1+uint24(b[7:])
		case "ANIM":
			if len(b) >= 6 {
				h.plays = int(binary.LittleEndian.Uint16(b[4:]))
			}
		case "ANMF":
			return h.frame(b)
		case "ICCP":
			if len(b) <= maxProfile {
				h.profile = icc.Read(b)
			}
		case "EXIF":
			h.orientation = exifOrientation(b)
		default:
			return still.chunk(name, b)
		}
		return nil
	})
	if err != nil || len(h.frames) > 0 || still.pixels == nil {
		return err
	}
	size := still.size()
	if h.width == 0 {
		h.width, h.height = size.X, size.Y
	}
	if size != image.Pt(h.width, h.height) {
		return errBroken
	}
	still.area = image.Rectangle{Max: size}
	h.frames = []webpFrame{still}
	return nil
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// frame reads a frame of an animation (RFC 9649, section 2.7.1.1).
func (h *webpHeader) frame(b []byte) error {
	if len(b) < 16 {
		return errBroken
	}
	x, y := 2*uint24(b), 2*uint24(b[3:])
	f := webpFrame{
		area:  image.Rect(x, y, x+1+uint24(b[6:]), y+1+uint24(b[9:])),
		delay: max(uint24(b[12:]), 10*minDelay),
		clear: b[15]&1 != 0,
		over:  b[15]&2 == 0,
	}
	if err := webpChunks(b[16:], f.chunk); err != nil {
		return err
	}
	if f.pixels == nil || f.size() != f.area.Size() || !f.area.In(image.Rect(0, 0, h.width, h.height)) {
		return errBroken
	}
	h.frames = append(h.frames, f)
	return nil
}

// chunk takes the chunks that make pixels; the first of each.
func (f *webpFrame) chunk(name string, b []byte) error {
	switch {
	case f.pixels != nil:
	case name == "ALPH":
		f.alpha = b
	case name == "VP8 " && len(b) >= 10, name == "VP8L" && len(b) >= 5:
		f.name, f.pixels = name, b
	case name == "VP8 ", name == "VP8L":
		return errBroken
	}
	return nil
}

// size is what the image's own header says (RFC 6386, section 9.1; RFC 9649,
// section 3.4).
func (f *webpFrame) size() image.Point {
	if f.name == "VP8L" {
		bits := int(binary.LittleEndian.Uint32(f.pixels[1:]))
		return image.Pt(bits&0x3fff+1, bits>>14&0x3fff+1)
	}
	return image.Pt(int(binary.LittleEndian.Uint16(f.pixels[6:]))&0x3fff, int(binary.LittleEndian.Uint16(f.pixels[8:]))&0x3fff)
}

// weight is what decoding takes: 4 bytes a pixel and a little without loss, one
// and a half with, and where that has alpha, 5 more.
func (f *webpFrame) weight() int {
	pixels := f.area.Dx() * f.area.Dy()
	switch {
	case f.name == "VP8L":
		return 5 * pixels
	case f.alpha != nil:
		return 13 * pixels / 2
	}
	return 2 * pixels
}

// decode decodes a frame by itself: as the only one of a WebP.
func (f *webpFrame) decode() (image.Image, error) {
	size := f.area.Size()
	header := []byte{4: byte(size.X - 1), byte((size.X - 1) >> 8), byte((size.X - 1) >> 16),
		byte(size.Y - 1), byte((size.Y - 1) >> 8), byte((size.Y - 1) >> 16)}
	body := []byte("WEBP")
	chunk := func(name string, b []byte) {
		body = append(body, name...)
		body = binary.LittleEndian.AppendUint32(body, uint32(len(b)))
		body = append(append(body, b...), make([]byte, len(b)&1)...)
	}
	if f.alpha != nil && f.name == "VP8 " {
		header[0] = 1 << 4 // there is alpha
	}
	chunk("VP8X", header)
	if header[0] != 0 {
		chunk("ALPH", f.alpha)
	}
	chunk(f.name, f.pixels)
	alone := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body)))
	decoded, err := webp.Decode(bytes.NewReader(append(alone, body...)))
	if err != nil {
		return nil, err
	}
	switch p := decoded.(type) {
	case *image.YCbCr:
		widen(p)
	case *image.NYCbCrA:
		widen(&p.YCbCr)
	}
	return raster.Narrow(decoded), nil
}

// widen takes luma and chroma from the narrow range of video, which VP8 has
// (RFC 6386, section 9.2), to the full one of JPEG, which the standard library
// means by YCbCr.
func widen(p *image.YCbCr) {
	var luma, chroma [256]uint8
	for i := range 256 {
		luma[i] = uint8(min(max((2*255*(i-16)+219)/(2*219), 0), 255))
		chroma[i] = uint8(min(max((2*255*(i-128)+224*257)/(2*224), 0), 255))
	}
	raster.Look(p.Y, &luma)
	raster.Look(p.Cb, &chroma)
	raster.Look(p.Cr, &chroma)
}

// first is the first frame as it is seen: on its canvas, which is clear.
func (h *webpHeader) first() (image.Image, error) {
	f := &h.frames[0]
	frame, err := f.decode()
	if err != nil || f.area == image.Rect(0, 0, h.width, h.height) {
		return frame, err
	}
	canvas := image.NewNRGBA(image.Rect(0, 0, h.width, h.height))
	if clear, ok := frame.(*image.NRGBA); ok {
		for y := range f.area.Dy() {
			copy(canvas.Pix[canvas.PixOffset(f.area.Min.X, f.area.Min.Y+y):], clear.Pix[y*clear.Stride:][:4*f.area.Dx()])
		}
	} else {
		draw.Draw(raster.AsRGBA(canvas), f.area, frame, image.Point{}, draw.Src)
	}
	return canvas, nil
}

// motion is the whole animation, as GIF.
func (h *webpHeader) motion(s *source) ([]byte, error) {
	canvas := image.NewRGBA(image.Rect(0, 0, h.width, h.height))
	var reel reel
	for i := range h.frames {
		f := &h.frames[i]
		frame, err := f.decode()
		if err != nil {
			return nil, err
		}
		s.profile.Apply(frame)
		op := draw.Src
		if f.over {
			op = draw.Over
		}
		draw.Draw(canvas, f.area, frame, image.Point{}, op)
		reel.add(raster.Turn(canvas, s.orientation).(*image.RGBA), f.delay)
		if f.clear {
			draw.Draw(canvas, f.area, image.Transparent, image.Point{}, draw.Src)
		}
	}
	loops := h.plays - 1 // as gif.GIF.LoopCount has it: again after the first
	if loops == 0 {
		loops = -1
	}
	if h.plays == 0 {
		loops = 0
	}
	return encodeGIF(reel.wind(loops))
}
