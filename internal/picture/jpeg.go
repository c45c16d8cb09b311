package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"

	"moot/internal/picture/icc"
	"moot/internal/picture/raster"
)

// Markers of JPEG (ITU-T T.81, table B.1).
const (
	jpegSOF0 = 0xc0 // start of a frame: baseline
	jpegSOF2 = 0xc2 // start of a frame: progressive
	jpegRST0 = 0xd0
	jpegRST7 = 0xd7
	jpegEOI  = 0xd9 // end of the image
	jpegSOS  = 0xda // start of a scan
	jpegAPP0 = 0xe0
)

// Each scan goes over the whole picture again. A picture has ten or so; one made
// to keep a machine busy has thousands.
const (
	maxScans      = 100
	maxScanPixels = 1_000_000_000 // scans × pixels
)

// jpegHeader is what the segments of a JPEG say.
type jpegHeader struct {
	width, height int
	progressive   bool
	components    int
	samples       int // in all components, with the padding to whole blocks
	scans         int
	jfif          bool
	adobe         int // its transform; -1: not said
	letters       bool
	orientation   int
	profile       [256][]byte // pieces of the colour profile, by their number
	pieces        int
	end           int // of the image, before EOI
}

func surveyJPEG(raw []byte) (*source, error) {
	h := jpegHeader{adobe: -1, orientation: 1}
	if err := h.read(raw); err != nil {
		return nil, err
	}
	pixels := h.width * h.height
	if h.scans == 0 || h.scans*pixels > maxScanPixels && pixels <= MaxPixels {
		return nil, errBroken
	}
	weight := h.samples
	if h.progressive {
		weight += 4 * h.samples // coefficients, until the last scan
	}
	if h.components == 4 || h.rgb() {
		weight += 4 * pixels
	}
	return &source{
		width: h.width, height: h.height,
		weight:      weight,
		orientation: h.orientation,
		profile:     icc.Read(h.wholeProfile()),
		first: func() (image.Image, error) {
			// Nothing that stands behind the image is seen, and no missing end is missed.
			whole := append(raw[:h.end:h.end], 0xff, jpegEOI)
			pixels, err := jpeg.Decode(bytes.NewReader(whole))
			if err != nil {
				return nil, err
			}
			return raster.Narrow(pixels), nil
		},
	}, nil
}

// read walks the segments up to the end of the image. It finds markers as the
// decoder does, so that neither sees a scan that the other doesn't.
func (h *jpegHeader) read(raw []byte) error {
	for at := 2; ; {
		marker, after := nextMarker(raw, at)
		h.end = after - 2
		switch {
		case after < 0: // no end: let the decoder see whether there is all of it
			h.end = len(raw)
			return nil
		case marker == jpegEOI:
			return nil
		}
		if len(raw) < after+2 {
			return errBroken
		}
		length := int(binary.BigEndian.Uint16(raw[after:]))
		if length < 2 || len(raw) < after+length {
			return errBroken
		}
		at = after + length
		if err := h.segment(marker, raw[after+2:at]); err != nil {
			return err
		}
	}
}

// nextMarker finds the next marker that isn't within a scan, and where it ends;
// -1 if there is none.
func nextMarker(raw []byte, at int) (marker byte, after int) {
	for {
		i := bytes.IndexByte(raw[at:], 0xff)
		if i < 0 || at+i+1 >= len(raw) {
			return 0, -1
		}
		at += i + 1
		switch b := raw[at]; {
		case b == 0xff: // fill; this one may begin a marker
		case b == 0, jpegRST0 <= b && b <= jpegRST7:
			at++
		default:
			return b, at + 1
		}
	}
}

func (h *jpegHeader) segment(marker byte, b []byte) error {
	switch {
	case jpegSOF0 <= marker && marker <= jpegSOF2:
		return h.frame(marker, b)
	case marker == jpegSOS:
		if h.scans++; h.components == 0 || h.scans > maxScans {
			return errBroken
		}
	case marker == jpegAPP0:
		h.jfif = bytes.HasPrefix(b, []byte("JFIF\x00"))
	case marker == jpegAPP0+1 && bytes.HasPrefix(b, []byte("Exif\x00\x00")):
		if o := exifOrientation(b); h.orientation == 1 {
			h.orientation = o
		}
	case marker == jpegAPP0+2 && len(b) > 14 && string(b[:12]) == "ICC_PROFILE\x00": // ICC.1:2010, B.4
		h.profile[b[12]], h.pieces = b[14:], int(b[13])
	case marker == jpegAPP0+14 && len(b) >= 12 && string(b[:5]) == "Adobe":
		h.adobe = int(b[11])
	}
	return nil
}

// frame reads a frame header (T.81, B.2.2).
func (h *jpegHeader) frame(marker byte, b []byte) error {
	if h.components != 0 || len(b) < 6 || len(b) != 6+3*int(b[5]) || b[5] == 0 {
		return errBroken
	}
	h.progressive = marker == jpegSOF2
	h.height, h.width = int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	h.components = int(b[5])
	across, down, each := 1, 1, 0
	names := ""
	for c := b[6:]; len(c) > 0; c = c[3:] {
		names += string(rune(c[0]))
		x, y := int(c[1]>>4), int(c[1]&15)
		across, down, each = max(across, x), max(down, y), each+x*y
	}
	if h.components == 1 {
		across, down, each = 1, 1, 1
	}
	h.letters = names == "RGB"
	units := ((h.width + 8*across - 1) / (8 * across)) * ((h.height + 8*down - 1) / (8 * down))
	h.samples = units * each * 64
	return nil
}

// rgb reports whether the decoder will take the components for red, green and
// blue, and hold the picture twice while it puts them side by side.
func (h *jpegHeader) rgb() bool {
	return h.components == 3 && !h.jfif && (h.adobe == 0 || h.letters)
}

// wholeProfile is the colour profile, nil where a piece of it is missing.
func (h *jpegHeader) wholeProfile() []byte {
	var whole []byte
	for i := 1; i <= h.pieces; i++ {
		if h.profile[i] == nil {
			return nil
		}
		whole = append(whole, h.profile[i]...)
	}
	return whole
}
