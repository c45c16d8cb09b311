package picture

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"image/png"

	"moot/internal/picture/raster"
)

// Qualities of JPEG: where photographs have lost nothing that is seen on a page,
// and what does for a small one.
const (
	fullQuality  = 82
	smallQuality = 75
)

// quickPixels is from where a PNG is compressed quickly rather than well.
const quickPixels = 4_000_000

// errTooLong is of a file that would be longer than it may.
var errTooLong = errors.New("picture: longer than it may be")

// bounded keeps what is written until it is too much.
type bounded struct {
	bytes.Buffer
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errTooLong
	}
	return b.Buffer.Write(p)
}

// encodeFull encodes pixels in at most MaxKept bytes; if need be, fewer pixels.
func encodeFull(pixels image.Image, drawn bool) (File, error) {
	f, err := encode(pixels, drawn, fullQuality)
	for errors.Is(err, errTooLong) && max(pixels.Bounds().Dx(), pixels.Bounds().Dy()) > 1 {
		pixels = raster.Boxes(pixels, 2)
		f, err = encode(pixels, drawn, fullQuality)
	}
	return f, err
}

// encode chooses the format. What is transparent is PNG, what was a photograph is
// JPEG; of a drawing both are made, and the shorter is kept.
func encode(pixels image.Image, drawn bool, quality int) (File, error) {
	switch p := pixels.(type) {
	case *image.Paletted:
		return encodePaletted(p, quality)
	case *image.NRGBA:
		if !p.Opaque() {
			return encodePNG(p, MaxKept)
		}
		pixels = raster.AsRGBA(p)
	case *image.RGBA:
		if !p.Opaque() {
			return encodePNG(p, MaxKept)
		}
	}
	photo, err := encodeJPEG(pixels, quality)
	if !drawn {
		return photo, err
	}
	limit := MaxKept
	if err == nil {
		limit = len(photo.Bytes) - 1
	}
	if drawing, err := encodePNG(pixels, limit); err == nil {
		return drawing, nil
	}
	return photo, err
}

// encodePaletted makes a PNG of few colours, which are nearly always a drawing. A
// photograph of few is known by its length: two bits a pixel, and twice as JPEG.
func encodePaletted(p *image.Paletted, quality int) (File, error) {
	drawing, err := encodePNG(p, MaxKept)
	if !p.Opaque() || err == nil && len(drawing.Bytes)*4 < len(p.Pix) {
		return drawing, err
	}
	if photo, jpegErr := encodeJPEG(raster.Opaque(p), quality); jpegErr == nil && (err != nil || 2*len(photo.Bytes) < len(drawing.Bytes)) {
		return photo, nil
	}
	return drawing, err
}

func encodeJPEG(pixels image.Image, quality int) (File, error) {
	w := bounded{left: MaxKept}
	err := jpeg.Encode(&w, pixels, &jpeg.Options{Quality: quality})
	return file(JPEG, pixels, &w, err)
}

func encodePNG(pixels image.Image, limit int) (File, error) {
	size := pixels.Bounds().Size()
	e := png.Encoder{CompressionLevel: png.DefaultCompression}
	if size.X*size.Y > quickPixels {
		e.CompressionLevel = png.BestSpeed
	}
	w := bounded{left: limit}
	err := e.Encode(&w, pixels)
	return file(PNG, pixels, &w, err)
}

func file(kind Kind, pixels image.Image, w *bounded, err error) (File, error) {
	if err != nil {
		return File{}, err
	}
	size := pixels.Bounds().Size()
	return File{kind, size.X, size.Y, w.Bytes()}, nil
}
