// Package icc reads colour profiles (ICC.1:2010) as far as pictures on boards need
// them: those that tell RGB by a matrix and a curve for each channel, such as
// Display P3 and Adobe RGB, and those that tell grey by a curve. By them it brings
// pixels to sRGB, which is what a picture without a profile is taken to have.
//
// A profile is read from strangers' files: what it says is bounded, and what is
// wrong or unknown in it makes it no profile.
package icc

import (
	"encoding/binary"
	"image"
	"image/color"
	"math"

	"moot/internal/picture/raster"
)

// Profile brings colours to sRGB. A nil Profile leaves them as they are.
type Profile struct {
	grey   bool             // tells grey alone, by the first curve
	curves [3][256]float32  // what a byte of each channel stands for, in light: 0 to 1
	matrix [3][3]float32    // from there to the light of sRGB
	bytes  [steps + 1]uint8 // the byte of sRGB that stands for an amount of light
}

// steps is how finely light is told apart: less than half a byte even where it is
// dark and the curve steep.
const steps = 1 << 14

// fromD50 brings XYZ, as profiles have it under D50, to the light of sRGB
// (IEC 61966-2-1, adapted by Bradford's method as in ICC.1:2010, Annex E).
var fromD50 = [3][3]float64{
	{3.1338561, -1.6168667, -0.4906146},
	{-0.9787684, 1.9161415, 0.0334540},
	{0.0719453, -0.2289914, 1.4052427},
}

// Read reads a profile. It is nil where there is none, where it is of a kind that
// isn't read here, and where it says what is so without it.
func Read(b []byte) *Profile {
	if len(b) < 132 || string(b[36:40]) != "acsp" || string(b[20:24]) != "XYZ " {
		return nil
	}
	p := new(Profile)
	tags := tagged(b)
	ok := false
	switch string(b[16:20]) {
	case "RGB ":
		ok = p.readRGB(tags)
	case "GRAY":
		p.grey = true
		p.curves[0], ok = curve(tags["kTRC"])
	}
	if !ok {
		return nil
	}
	for i := range p.bytes {
		p.bytes[i] = encode(float64(i) / steps)
	}
	if p.changesNothing() {
		return nil
	}
	return p
}

// tagged are the elements of a profile by their signature (section 7.3).
func tagged(b []byte) map[string][]byte {
	tags := map[string][]byte{}
	entries := b[132:]
	for n := min(binary.BigEndian.Uint32(b[128:]), 100); n > 0 && len(entries) >= 12; n-- {
		at, size := int(binary.BigEndian.Uint32(entries[4:])), int(binary.BigEndian.Uint32(entries[8:]))
		if at <= len(b) && size <= len(b)-at {
			tags[string(entries[:4])] = b[at : at+size]
		}
		entries = entries[12:]
	}
	return tags
}

func (p *Profile) readRGB(tags map[string][]byte) bool {
	var toXYZ [3][3]float64
	for channel, name := range []string{"r", "g", "b"} {
		xyz, ok := readXYZ(tags[name+"XYZ"])
		if !ok {
			return false
		}
		for i, v := range xyz {
			toXYZ[i][channel] = v
		}
		if p.curves[channel], ok = curve(tags[name+"TRC"]); !ok {
			return false
		}
	}
	for i := range 3 {
		for j := range 3 {
			var sum float64
			for k := range 3 {
				sum += fromD50[i][k] * toXYZ[k][j]
			}
			p.matrix[i][j] = float32(sum)
		}
	}
	return true
}

func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }

// readXYZ reads an element of type XYZ (section 10.27).
func readXYZ(b []byte) (xyz [3]float64, ok bool) {
	if len(b) < 20 || string(b[:4]) != "XYZ " {
		return xyz, false
	}
	for i := range xyz {
		xyz[i] = fixed(b[8+4*i:])
		ok = ok || xyz[i] != 0
	}
	return xyz, ok
}

// curve reads an element that says how much light each byte stands for (sections
// 10.5 and 10.15).
func curve(b []byte) (light [256]float32, ok bool) {
	if len(b) < 12 {
		return light, false
	}
	var at func(x float64) float64
	switch string(b[:4]) {
	case "curv":
		at = sampled(b)
	case "para":
		at = parametric(b)
	}
	if at == nil {
		return light, false
	}
	for i := range light {
		y := at(float64(i) / 255)
		if math.IsNaN(y) {
			return light, false
		}
		light[i] = float32(min(max(y, 0), 1))
	}
	return light, light[0] < light[255]
}

// sampled is a curve of samples, of one gamma, or none.
func sampled(b []byte) func(float64) float64 {
	n, b := int(binary.BigEndian.Uint32(b[8:])), b[12:]
	switch {
	case n == 0:
		return func(x float64) float64 { return x }
	case n > len(b)/2:
		return nil
	case n == 1:
		gamma := float64(binary.BigEndian.Uint16(b)) / 256
		return func(x float64) float64 { return math.Pow(x, gamma) }
	}
	return func(x float64) float64 {
		low, part := math.Modf(x * float64(n-1))
		i := int(low)
		y := float64(binary.BigEndian.Uint16(b[2*i:]))
		if i+1 < n {
			y += part * (float64(binary.BigEndian.Uint16(b[2*i+2:])) - y)
		}
		return y / 65535
	}
}

// parametric is a curve by one of the five formulas of table 65. All are the
// last, with some of its parameters left out.
func parametric(b []byte) func(float64) float64 {
	given := []int{1, 3, 4, 5, 7}
	kind := int(binary.BigEndian.Uint16(b[8:]))
	if kind >= len(given) || len(b) < 12+4*given[kind] {
		return nil
	}
	v := [7]float64{1: 1} // g a b c d e f
	for i := range given[kind] {
		v[i] = fixed(b[12+4*i:])
	}
	switch kind {
	case 1, 2: // 0 up to where the power begins; the fourth parameter is an offset
		if v[1] == 0 {
			return nil
		}
		offset := v[3]
		v[3], v[4], v[5], v[6] = 0, -v[2]/v[1], offset, offset
	}
	return func(x float64) float64 {
		if x < v[4] {
			return v[3]*x + v[6]
		}
		return math.Pow(max(v[1]*x+v[2], 0), v[0]) + v[5]
	}
}

// encode is the byte of sRGB for an amount of light.
func encode(light float64) uint8 {
	v := light * 12.92
	if light > 0.0031308 {
		v = 1.055*math.Pow(light, 1/2.4) - 0.055
	}
	return uint8(v*255 + .5)
}

// changesNothing reports whether no colour comes out further off than rounding
// takes it: the profile is sRGB's own, of which there are many versions.
func (p *Profile) changesNothing() bool {
	for _, r := range []uint8{0, 20, 64, 128, 200, 255} {
		for _, g := range []uint8{0, 20, 64, 128, 200, 255} {
			for _, b := range []uint8{0, 20, 64, 128, 200, 255} {
				if p.grey && (r != g || g != b) {
					continue
				}
				r2, g2, b2 := p.rgb(r, g, b)
				if max(apart(r, r2), apart(g, g2), apart(b, b2)) > 1 {
					return false
				}
			}
		}
	}
	return true
}

func apart(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }

// rgb brings one colour to sRGB. What that can't show becomes the nearest that it
// can, by channel.
func (p *Profile) rgb(r, g, b uint8) (uint8, uint8, uint8) {
	if p.grey {
		v := p.byte(p.curves[0][r])
		return v, v, v
	}
	x, y, z := p.curves[0][r], p.curves[1][g], p.curves[2][b]
	m := &p.matrix
	return p.byte(m[0][0]*x + m[0][1]*y + m[0][2]*z),
		p.byte(m[1][0]*x + m[1][1]*y + m[1][2]*z),
		p.byte(m[2][0]*x + m[2][1]*y + m[2][2]*z)
}

func (p *Profile) byte(light float32) uint8 {
	return p.bytes[min(max(int(light*steps+.5), 0), steps)]
}

// Apply brings the pixels of a picture, in one of the forms of raster, to sRGB, in
// place. A profile that tells grey alone is passed over where there is colour.
func (p *Profile) Apply(pixels image.Image) {
	if p == nil {
		return
	}
	switch i := pixels.(type) {
	case *image.Gray:
		var table [256]uint8
		for v := range table {
			r, g, b := p.rgb(uint8(v), uint8(v), uint8(v))
			table[v], _, _ = color.RGBToYCbCr(r, g, b)
		}
		raster.Look(i.Pix, &table)
	case *image.Paletted:
		all := raster.Colours(i.Palette)
		for n := range i.Palette {
			c := all[n]
			if !p.grey {
				c[0], c[1], c[2] = p.rgb(c[0], c[1], c[2])
			}
			i.Palette[n] = color.NRGBA{c[0], c[1], c[2], c[3]}
		}
	case *image.NRGBA:
		p.applyNRGBA(i)
	case *image.YCbCr:
		p.applyYCbCr(i)
	}
}

func (p *Profile) applyNRGBA(i *image.NRGBA) {
	if p.grey && !allGrey(i) {
		return
	}
	for at := 0; at+4 <= len(i.Pix); at += 4 {
		b := i.Pix[at : at+3 : at+3]
		b[0], b[1], b[2] = p.rgb(b[0], b[1], b[2])
	}
}

// allGrey reports whether the picture is grey, with alpha: no other form has both.
func allGrey(i *image.NRGBA) bool {
	for at := 0; at+4 <= len(i.Pix); at += 4 {
		if b := i.Pix[at : at+3 : at+3]; b[0] != b[1] || b[1] != b[2] {
			return false
		}
	}
	return true
}

// applyYCbCr goes from chroma sample to chroma sample. The new one is the average
// of what the pixels that share it would have.
func (p *Profile) applyYCbCr(i *image.YCbCr) {
	if p.grey {
		return
	}
	stepX, stepY := raster.ChromaStep(i.SubsampleRatio)
	width, height := i.Rect.Dx(), i.Rect.Dy()
	for top := 0; top < height; top += stepY {
		for left := 0; left < width; left += stepX {
			chroma := top/stepY*i.CStride + left/stepX
			cb, cr := i.Cb[chroma], i.Cr[chroma]
			var sumB, sumR, n int
			for y := top; y < min(top+stepY, height); y++ {
				for at := y*i.YStride + left; at < y*i.YStride+min(left+stepX, width); at++ {
					luma, b, r := color.RGBToYCbCr(p.rgb(color.YCbCrToRGB(i.Y[at], cb, cr)))
					i.Y[at] = luma
					sumB, sumR, n = sumB+int(b), sumR+int(r), n+1
				}
			}
			i.Cb[chroma], i.Cr[chroma] = uint8((sumB+n/2)/n), uint8((sumR+n/2)/n)
		}
	}
}
