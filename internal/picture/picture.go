package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"math"

	"moot/internal/fault"
	"moot/internal/picture/icc"
	"moot/internal/picture/raster"
)

// Limits of what is taken.
const (
	MaxBytes  = 8 << 20    // of a file
	MaxPixels = 40_000_000 // width × height; see maxWeight
	MaxSide   = 16384      // pixels of width or height
)

// Limits of what is kept as moving; beyond them the first frame is.
const (
	MaxFrames  = 300
	MaxCanvas  = 4_000_000  // pixels of a frame
	MaxMotion  = 60_000_000 // pixels of all frames together
	MaxSeconds = 60         // from start to end
)

// MaxKept is how many bytes a File has at the most. A picture that can't be told
// in so many is made smaller; one that moves stands still.
const MaxKept = 12 << 20

// Boxes that the small files fit, in pixels.
const (
	ThumbSide = 250
	LargeSide = 500
)

// maxWeight is how many bytes the decoded picture may take, with what its decoder
// holds beside it. It allows MaxPixels of all common kinds; fewer where a kind is
// costly, such as JPEG that is progressive at full chroma (22 million).
const maxWeight = 320 << 20

// Kind is a format of what is kept.
type Kind string

const (
	JPEG Kind = "jpeg"
	PNG  Kind = "png"
	GIF  Kind = "gif"
)

// Ext is how names of such files end: ".jpg".
func (k Kind) Ext() string {
	if k == JPEG {
		return ".jpg"
	}
	return "." + string(k)
}

// Type is the media type: "image/jpeg".
func (k Kind) Type() string { return "image/" + string(k) }

// File is one encoded picture.
type File struct {
	Kind          Kind
	Width, Height int // pixels
	Bytes         []byte
}

// Made is what a picture was made into.
type Made struct {
	Full    File   // whole, upright, in sRGB
	Thumb   File   // fits ThumbSide, and is no larger than Full; the first frame
	Large   File   // fits LargeSide, and is no larger than Full; the first frame
	Moving  bool   // Full is an animation
	Colour  uint32 // 0xRRGGBB: the average of what can be seen of the first frame
	Hash    PDQ    // of the first frame
	Quality int    // of Hash, 0 to 100: below 50 it says little
}

// Why something isn't taken, within the package. Any other error that reading
// meets is one of a broken file.
var (
	errUnknown = errors.New("picture: no JPEG, PNG, GIF or WebP")
	errBroken  = errors.New("picture: broken")
)

// Make turns what somebody sent into what is kept, or says in a fault (Invalid,
// on the field "picture") why not. It doesn't change raw.
func Make(raw []byte) (Made, error) {
	switch {
	case len(raw) == 0:
		return Made{}, fault.New(fault.Invalid, "picture.empty").On("picture")
	case len(raw) > MaxBytes:
		return Made{}, fault.New(fault.Invalid, "picture.too_big", "size", math.Ceil(float64(len(raw))/(1<<20)*10)/10, "limit", MaxBytes>>20).On("picture")
	}
	return unpanicked(func() (Made, error) {
		s, err := survey(raw)
		if err != nil {
			return Made{}, refuse(err)
		}
		if tooLarge := s.judge(); tooLarge != nil {
			return Made{}, tooLarge
		}
		made, err := s.make()
		if err != nil {
			return Made{}, refuse(err)
		}
		return made, nil
	})
}

// unpanicked is the last resort: a decoder that panics has met a file that nobody
// foresaw, and that file is refused.
func unpanicked(work func() (Made, error)) (made Made, err error) {
	defer func() {
		if p := recover(); p != nil {
			made, err = Made{}, refuse(fmt.Errorf("picture: panic: %v", p))
		}
	}()
	return work()
}

// refuse is what the sender is told of an error.
func refuse(err error) error {
	if errors.Is(err, errUnknown) {
		return fault.New(fault.Invalid, "picture.unknown_kind").On("picture")
	}
	return fault.New(fault.Invalid, "picture.broken").On("picture").Because(err)
}

// source is what the headers of a file say, and the ways to its pixels.
type source struct {
	width, height int
	weight        int  // bytes that decoding takes
	orientation   int  // of Exif, 1 to 8
	drawn         bool // kept without loss, as drawings and screenshots are
	profile       *icc.Profile
	first         func() (image.Image, error) // the picture, or its first frame
	motion        func(*source) ([]byte, error)
}

// survey reads the headers of a file, by what kind it is.
func survey(raw []byte) (*source, error) {
	switch {
	case bytes.HasPrefix(raw, []byte("\xff\xd8\xff")):
		return surveyJPEG(raw)
	case bytes.HasPrefix(raw, []byte(pngSignature)):
		return surveyPNG(raw)
	case bytes.HasPrefix(raw, []byte("GIF87a")), bytes.HasPrefix(raw, []byte("GIF89a")):
		return surveyGIF(raw)
	case len(raw) >= 12 && string(raw[:4]) == "RIFF" && string(raw[8:12]) == "WEBP":
		return surveyWebP(raw)
	}
	return nil, errUnknown
}

// judge says whether what the headers claim is too large to begin with.
func (s *source) judge() error {
	pixels, side := s.width*s.height, max(s.width, s.height)
	switch {
	case s.width <= 0 || s.height <= 0:
		return refuse(errBroken)
	case side > MaxSide:
		return fault.New(fault.Invalid, "picture.too_long", "side", side, "limit", MaxSide).On("picture")
	}
	limit := float64(MaxPixels)
	if s.weight > maxWeight { // then as many pixels of this kind as weigh no more
		limit = min(limit, float64(pixels)*maxWeight/float64(s.weight))
	}
	if float64(pixels) > limit {
		return fault.New(fault.Invalid, "picture.too_many_pixels",
			"pixels", math.Ceil(float64(pixels)/1e5)/10, "limit", math.Floor(limit/1e5)/10).On("picture")
	}
	return nil
}

// make does the work on a file whose size is right.
func (s *source) make() (Made, error) {
	pixels, err := s.first()
	if err != nil {
		return Made{}, err
	}
	pixels = raster.Settle(s.upright(pixels), s.drawn)
	var made Made
	if s.motion != nil {
		if moving, err := s.motion(s); err == nil {
			size := pixels.Bounds().Size()
			made.Full, made.Moving = File{GIF, size.X, size.Y, moving}, true
		}
	}
	if !made.Moving {
		if made.Full, err = encodeFull(pixels, s.drawn); err != nil {
			return Made{}, err
		}
	}
	small := raster.Reduce(pixels)
	made.Hash, made.Quality = hash(small)
	large := raster.Fit(small, pixels.Bounds().Size(), LargeSide)
	thumb := raster.Fit(large, pixels.Bounds().Size(), ThumbSide)
	made.Colour = raster.Average(thumb)
	if made.Large, err = made.small(large, s.drawn, LargeSide); err != nil {
		return Made{}, err
	}
	made.Thumb, err = made.small(thumb, s.drawn, ThumbSide)
	return made, err
}

// upright gives pixels the colours and the orientation that they are meant to be
// seen in.
func (s *source) upright(pixels image.Image) image.Image {
	s.profile.Apply(pixels)
	return raster.Turn(pixels, s.orientation)
}

// small is the file of a small picture: Full itself where that fits as it is.
func (m *Made) small(pixels image.Image, drawn bool, side int) (File, error) {
	if !m.Moving && max(m.Full.Width, m.Full.Height) <= side {
		return m.Full, nil
	}
	return encode(pixels, drawn, smallQuality)
}
