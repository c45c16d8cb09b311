package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/png"
	"io"

	"moot/internal/picture/icc"
	"moot/internal/picture/raster"
)

const (
	pngSignature = "\x89PNG\r\n\x1a\n"
	pngEnd       = "\x00\x00\x00\x00IEND\xaeB`\x82"
)

// maxProfile is how long a colour profile may be. Those with a matrix, which are
// all that is read, have some hundred bytes, seldom thousands.
const maxProfile = 1 << 20

// pngHeader is what the chunks of a PNG say.
type pngHeader struct {
	width, height int
	depth         byte
	colour        byte // PNG, 11.2.2: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha
	interlaced    bool
	transparent   bool // has tRNS
	orientation   int
	profile       *icc.Profile
	kept          []byte // the chunks that make the pixels, as a file
}

func surveyPNG(raw []byte) (*source, error) {
	h := pngHeader{orientation: 1, kept: []byte(pngSignature)}
	rest := raw[len(pngSignature):]
	for len(rest) >= 12 {
		length := int(binary.BigEndian.Uint32(rest))
		if length > len(rest)-12 {
			break // cut off: if pixels are missing, the decoder will say so
		}
		name := string(rest[4:8])
		if name == "IEND" {
			break
		}
		if err := h.chunk(name, rest[:length+12]); err != nil {
			return nil, err
		}
		rest = rest[length+12:]
	}
	if h.width == 0 {
		return nil, errBroken
	}
	h.kept = append(h.kept, pngEnd...)
	return &source{
		width: h.width, height: h.height,
		weight:      h.weight(),
		orientation: h.orientation,
		profile:     h.profile,
		drawn:       true,
		first: func() (image.Image, error) {
			pixels, err := png.Decode(bytes.NewReader(h.kept))
			if err != nil {
				return nil, err
			}
			return raster.Narrow(pixels), nil
		},
	}, nil
}

// chunk reads a chunk, and keeps it if it makes pixels.
func (h *pngHeader) chunk(name string, whole []byte) error {
	b := whole[8 : len(whole)-4]
	if (name == "IHDR") != (h.width == 0) {
		return errBroken // not first, or twice
	}
	switch name {
	case "IHDR":
		if len(b) != 13 {
			return errBroken
		}
		width, height := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
		if width == 0 || height == 0 || width > 1<<31-1 || height > 1<<31-1 {
			return errBroken
		}
		h.width, h.height = int(width), int(height)
		h.depth, h.colour, h.interlaced = b[8], b[9], b[12] != 0
	case "tRNS":
		h.transparent = true
	case "PLTE", "IDAT":
	case "iCCP":
		h.profile = icc.Read(inflateProfile(b))
		return nil
	case "eXIf":
		h.orientation = exifOrientation(b)
		return nil
	default:
		return nil
	}
	h.kept = append(h.kept, whole...)
	return nil
}

// inflateProfile takes a profile out of an iCCP chunk: a name, a zero, the
// method, and the deflated profile (PNG, 11.3.2.3).
func inflateProfile(b []byte) []byte {
	_, b, found := bytes.Cut(b, []byte{0})
	if !found || len(b) < 1 || b[0] != 0 {
		return nil
	}
	r, err := zlib.NewReader(bytes.NewReader(b[1:]))
	if err != nil {
		return nil
	}
	defer r.Close()
	inflated, err := io.ReadAll(io.LimitReader(r, maxProfile+1))
	if err != nil || len(inflated) > maxProfile {
		return nil
	}
	return inflated
}

// weight is what the decoder takes: its forms have 1, 2, 4 or 8 bytes a pixel,
// and one that is interlaced holds its passes beside the whole.
func (h *pngHeader) weight() int {
	each := 4
	switch plain := !h.transparent && h.colour == 0; {
	case h.depth == 16 && plain:
		each = 2
	case h.depth == 16:
		each = 8
	case plain, h.colour == 3:
		each = 1
	}
	if h.interlaced {
		each *= 2
	}
	return each * h.width * h.height
}
