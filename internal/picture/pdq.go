package picture

import (
	"encoding/hex"
	"errors"
	"image"
	"math"
	"math/bits"
	"slices"

	"moot/internal/picture/raster"
)

// PDQ is a perceptual hash, by the public algorithm of that name ("PDQ & TMK +
// PDQF", Facebook 2019). Of two pictures that look alike few bits differ: up to 31
// are taken for the same, where the quality of both is 50 or more; of two that
// have nothing to do with each other about 128 do.
type PDQ [32]byte

// Distance is the number of bits in which two hashes differ.
func (a PDQ) Distance(b PDQ) int {
	n := 0
	for i := range a {
		n += bits.OnesCount8(a[i] ^ b[i])
	}
	return n
}

// String is the hash in hexadecimal, as lists of hashes have it.
func (a PDQ) String() string { return hex.EncodeToString(a[:]) }

// ParsePDQ reads what String writes, in letters of either case.
func ParsePDQ(s string) (PDQ, error) {
	var a PDQ
	if len(s) != hex.EncodedLen(len(a)) {
		return PDQ{}, errors.New("picture: a PDQ hash has 64 hexadecimal digits")
	}
	_, err := hex.Decode(a[:], []byte(s))
	return a, err
}

// pdqSide is the size to which larger pictures are brought first. Of these the
// hash is within 8 bits of the reference's for the whole picture, which takes
// seconds; of smaller ones it is the same.
const pdqSide = 1024

const pdqLeast = 5 // pixels of a side; smaller pictures have no hash

// hash is the hash of a reduced picture, and its quality.
func hash(pixels image.Image) (PDQ, int) {
	luma, width, height := raster.Luma(pixels, pdqSide)
	if width < pdqLeast || height < pdqLeast {
		return PDQ{}, 0
	}
	small := pdqSmall(luma, width, height)
	return pdqBits(pdqTransform(small)), pdqQuality(small)
}

// pdqSmall is the picture at 64 × 64: blurred twice by boxes, which makes a tent
// (Jarosz' filter), then every so-many-th pixel.
func pdqSmall(luma []float32, width, height int) *[64][64]float32 {
	if width != 64 || height != 64 {
		blurred := make([]float32, len(luma))
		across, down := (width+127)/128, (height+127)/128
		for range 2 {
			for y := range height {
				pdqBox(luma[y*width:], blurred[y*width:], width, 1, across)
			}
			for x := range width {
				pdqBox(blurred[x:], luma[x:], height, width, down)
			}
		}
	}
	var small [64][64]float32
	for i := range small {
		for j := range small[i] {
			y, x := (2*i+1)*height/128, (2*j+1)*width/128
			small[i][j] = luma[y*width+x]
		}
	}
	return &small
}

// pdqBox averages each of n values, a stride apart, with its neighbours in a
// window, of which less is left at the ends.
func pdqBox(from, to []float32, n, stride, window int) {
	half := (window + 2) / 2
	var sum float32
	size := 0
	for i := range n + half - 1 {
		if i < n {
			sum += from[i*stride]
			size++
		}
		if i >= window {
			sum -= from[(i-window)*stride]
			size--
		}
		if out := i - half + 1; out >= 0 {
			to[out*stride] = sum / float32(size)
		}
	}
}

// pdqQuality is how much there is in a picture to tell it by: the sum of its
// gradients, as far as they can be seen, scaled so that 100 is plenty.
func pdqQuality(small *[64][64]float32) int {
	sum := 0
	step := func(a, b float32) {
		d := int((a - b) * 100 / 255)
		sum += max(d, -d)
	}
	for i := range 64 {
		for j := range 63 {
			step(small[j][i], small[j+1][i])
			step(small[i][j], small[i][j+1])
		}
	}
	return min(sum/90, 100)
}

// pdqCosines are the rows 1 to 16 of the matrix of a cosine transform of 64
// values. Row 0, the average, says nothing of the shape.
var pdqCosines = func() (m [16][64]float32) {
	scale := float32(math.Sqrt(2. / 64))
	for i := range m {
		for j := range m[i] {
			m[i][j] = float32(float64(scale) * math.Cos(math.Pi/128*float64((i+1)*(2*j+1))))
		}
	}
	return m
}()

// pdqTransform is the lower corner of the picture's cosine transform.
func pdqTransform(small *[64][64]float32) *[16][16]float32 {
	var half [16][64]float32
	for i := range half {
		for j := range half[i] {
			for k := range 64 {
				half[i][j] += float32(pdqCosines[i][k] * small[k][j])
			}
		}
	}
	var whole [16][16]float32
	for i := range whole {
		for j := range whole[i] {
			for k := range 64 {
				whole[i][j] += float32(half[i][k] * pdqCosines[j][k])
			}
		}
	}
	return &whole
}

// pdqBits has a bit for each number that is above the median, the first the last.
func pdqBits(whole *[16][16]float32) PDQ {
	var all []float32
	for i := range whole {
		all = append(all, whole[i][:]...)
	}
	sorted := slices.Sorted(slices.Values(all))
	median := sorted[len(sorted)/2-1] // the lower of the two in the middle
	var h PDQ
	for k, v := range all {
		if v > median {
			h[len(h)-1-k/8] |= 1 << (k % 8)
		}
	}
	return h
}
