package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"

	"moot/internal/picture/raster"
)

// Parts of a GIF (GIF89a, Appendix A).
const (
	gifExtension = 0x21
	gifControl   = 0xf9 // graphic control, an extension
	gifApp       = 0xff // application, an extension
	gifImage     = 0x2c
	gifTrailer   = 0x3b

	gifTable       = 0x80 // in packed fields: a colour table follows
	gifTransparent = 0x01 // in a graphic control: one colour isn't painted
)

// minDelay is the shortest time that a frame stands, in hundredths of a second.
const minDelay = 2

// gifFrame is one image of a GIF, not yet decoded.
type gifFrame struct {
	area     image.Rectangle
	delay    int // hundredths of a second
	disposal byte
	control  []byte // its graphic control extension, or nil
	image    []byte // from its descriptor to the end of its data
}

// gifHeader is what the blocks of a GIF say.
type gifHeader struct {
	width, height int
	table         []byte // the packed field of the screen, and the global colours
	loops         int    // as gif.GIF.LoopCount
	frames        []gifFrame
	control       []byte // waits for its image
}

func surveyGIF(raw []byte) (*source, error) {
	h := gifHeader{loops: -1}
	if err := h.read(raw); err != nil {
		return nil, err
	}
	if len(h.frames) == 0 {
		return nil, errBroken
	}
	first := h.frames[0].area
	if h.width == 0 || h.height == 0 { // as browsers take it
		h.width, h.height = first.Max.X, first.Max.Y
	}
	canvas := h.width * h.height
	s := &source{
		width: h.width, height: h.height,
		weight:      max(canvas, first.Dx()*first.Dy()) * 5, // the frame, and it laid on the screen
		orientation: 1,
		drawn:       true,
		first:       h.first,
	}
	if first.Dx()*first.Dy() > MaxPixels {
		s.width, s.height = max(h.width, first.Dx()), max(h.height, first.Dy())
	}
	pixels, time := 0, 0
	for _, f := range h.frames {
		pixels += max(canvas, f.area.Dx()*f.area.Dy())
		time += f.delay
	}
	if movable(len(h.frames), canvas, pixels, time*10) {
		s.motion = func(*source) ([]byte, error) { return h.motion() }
	}
	return s, nil
}

// movable reports whether so many frames, of a canvas of so many pixels, are kept
// as moving. Pixels are those of all frames together, time is in milliseconds.
func movable(frames, canvas, pixels, time int) bool {
	return 1 < frames && frames <= MaxFrames && canvas <= MaxCanvas && pixels <= MaxMotion && time <= MaxSeconds*1000
}

// read walks the blocks. What is cut off after the first frame is not missed.
func (h *gifHeader) read(raw []byte) error {
	if len(raw) < 13 {
		return errBroken
	}
	h.width, h.height = int(binary.LittleEndian.Uint16(raw[6:])), int(binary.LittleEndian.Uint16(raw[8:]))
	at := 13 + tableBytes(raw[10])
	if at > len(raw) {
		return errBroken
	}
	h.table = append([]byte{raw[10], 0, 0}, raw[13:at]...)
	for at >= 0 && at < len(raw) && raw[at] != gifTrailer {
		switch raw[at] {
		case gifExtension:
			at = h.extension(raw, at)
		case gifImage:
			at = h.frame(raw, at)
		default:
			at = -1
		}
	}
	return nil
}

// tableBytes is the length of the colour table that a packed field announces.
func tableBytes(packed byte) int {
	if packed&gifTable == 0 {
		return 0
	}
	return 3 << (1 + packed&7)
}

// blocksEnd is where a row of data blocks ends that begins at a place; -1 if it
// is cut off.
func blocksEnd(raw []byte, at int) int {
	for at < len(raw) {
		if raw[at] == 0 {
			return at + 1
		}
		at += 1 + int(raw[at])
	}
	return -1
}

// extension reads the extension at a place, and says where it ends; -1: cut off.
func (h *gifHeader) extension(raw []byte, at int) int {
	end := blocksEnd(raw, min(at+2, len(raw)))
	if end < 0 {
		return -1
	}
	const netscape = "\x0bNETSCAPE2.0\x03\x01"
	switch b := raw[at+2 : end]; {
	case raw[at+1] == gifControl && len(b) == 6 && b[0] == 4:
		h.control = raw[at:end]
	case raw[at+1] == gifApp && len(b) == len(netscape)+3 && string(b[:len(netscape)]) == netscape:
		h.loops = int(binary.LittleEndian.Uint16(b[len(netscape):]))
	}
	return end
}

// frame reads the image at a place, and says where it ends; -1: cut off.
func (h *gifHeader) frame(raw []byte, at int) int {
	if len(raw) < at+10 {
		return -1
	}
	d := raw[at+1 : at+10]
	word := func(i int) int { return int(binary.LittleEndian.Uint16(d[i:])) }
	end := blocksEnd(raw, at+10+tableBytes(d[8])+1)
	if end < 0 {
		return -1
	}
	f := gifFrame{
		area:    image.Rect(word(0), word(2), word(0)+word(4), word(2)+word(6)),
		control: h.control,
		image:   raw[at:end],
	}
	h.control = nil
	if f.control != nil {
		f.disposal = f.control[3] >> 2 & 7
		f.delay = int(binary.LittleEndian.Uint16(f.control[4:]))
	}
	if f.disposal > gif.DisposalPrevious {
		f.disposal = 0
	}
	f.delay = max(f.delay, minDelay)
	h.frames = append(h.frames, f)
	return end
}

// decode decodes a frame by itself: as the only one of a GIF whose screen is as
// large as can be, so that one that hangs over the edge is read too.
func (h *gifHeader) decode(f gifFrame) (*image.Paletted, error) {
	alone := append([]byte("GIF89a\xff\xff\xff\xff"), h.table...)
	alone = append(alone, f.control...)
	alone = append(alone, f.image...)
	decoded, err := gif.Decode(bytes.NewReader(append(alone, gifTrailer)))
	if err != nil {
		return nil, err
	}
	pixels, ok := decoded.(*image.Paletted)
	if !ok {
		return nil, errBroken
	}
	return pixels, nil
}

// first is the first frame as it is seen: on its screen, which is clear.
func (h *gifHeader) first() (image.Image, error) {
	frame, err := h.decode(h.frames[0])
	if err != nil {
		return nil, err
	}
	raster.Compact(frame)
	screen := image.Rect(0, 0, h.width, h.height)
	if frame.Rect == screen {
		return frame, nil
	}
	seen := frame.Rect.Intersect(screen)
	clear := clearIndex(frame.Palette)
	if n := len(frame.Palette); clear < 0 && n < 256 {
		frame.Palette, clear = append(frame.Palette, color.NRGBA{}), n
	}
	if clear >= 0 {
		all := image.NewPaletted(screen, frame.Palette)
		for i := range all.Pix {
			all.Pix[i] = uint8(clear)
		}
		for y := seen.Min.Y; y < seen.Max.Y; y++ {
			copy(all.Pix[all.PixOffset(seen.Min.X, y):], frame.Pix[frame.PixOffset(seen.Min.X, y):][:seen.Dx()])
		}
		return all, nil
	}
	all := image.NewNRGBA(screen)
	all256 := raster.Colours(frame.Palette)
	for y := seen.Min.Y; y < seen.Max.Y; y++ {
		from, to := frame.Pix[frame.PixOffset(seen.Min.X, y):], all.Pix[all.PixOffset(seen.Min.X, y):]
		for x := range seen.Dx() {
			copy(to[4*x:4*x+4], all256[from[x]][:])
		}
	}
	return all, nil
}

// clearIndex is the place of a palette's clear colour; -1 where it has none.
func clearIndex(p color.Palette) int {
	for i, c := range p {
		if _, _, _, a := c.RGBA(); a == 0 {
			return i
		}
	}
	return -1
}

// motion is the whole animation, its frames decoded and encoded again as they
// are: so no colour of theirs is lost.
func (h *gifHeader) motion() ([]byte, error) {
	screen := image.Rect(0, 0, h.width, h.height)
	made := &gif.GIF{LoopCount: h.loops, Config: image.Config{Width: h.width, Height: h.height}}
	for _, f := range h.frames {
		if f.area.Intersect(screen).Empty() {
			if last := len(made.Delay) - 1; last >= 0 { // nothing to see: the frame before stands longer
				made.Delay[last] = min(made.Delay[last]+f.delay, 1<<16-1)
			}
			continue
		}
		frame, err := h.decode(f)
		if err != nil {
			return nil, err
		}
		seen := cut(frame, screen)
		raster.Compact(seen)
		made.Image = append(made.Image, seen)
		made.Delay = append(made.Delay, f.delay)
		made.Disposal = append(made.Disposal, f.disposal)
	}
	if len(made.Image) < 2 {
		return nil, errBroken // it doesn't move
	}
	return encodeGIF(made)
}

// cut is the part of a frame that lies on the screen.
func cut(frame *image.Paletted, screen image.Rectangle) *image.Paletted {
	seen := frame.Rect.Intersect(screen)
	if seen == frame.Rect {
		return frame
	}
	part := image.NewPaletted(seen, frame.Palette)
	for y := seen.Min.Y; y < seen.Max.Y; y++ {
		copy(part.Pix[part.PixOffset(seen.Min.X, y):][:seen.Dx()], frame.Pix[frame.PixOffset(seen.Min.X, y):])
	}
	return part
}

func encodeGIF(g *gif.GIF) ([]byte, error) {
	w := bounded{left: MaxKept}
	if err := gif.EncodeAll(&w, g); err != nil {
		return nil, err
	}
	return w.Bytes(), nil
}
