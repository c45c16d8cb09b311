package icc

import (
	"bytes"
	"encoding/binary"
	"flag"
	"image"
	"image/color"
	"math"
	"os"
	"testing"
)

var write = flag.Bool("write", false, "write testdata/display-p3.icc")

// element is a tag and what stands in it.
type element struct {
	name string
	b    []byte
}

// build is a profile of a colour space with elements.
func build(space string, elements ...element) []byte {
	b := make([]byte, 132+12*len(elements))
	b[8] = 4
	copy(b[12:], "mntr"+space+"XYZ ")
	copy(b[36:], "acsp")
	for i, v := range []float64{0.9642, 1, 0.8249} {
		binary.BigEndian.PutUint32(b[68+4*i:], uint32(int32(math.Round(v*65536))))
	}
	binary.BigEndian.PutUint32(b[128:], uint32(len(elements)))
	for i, e := range elements {
		at := b[132+12*i:]
		copy(at, e.name)
		binary.BigEndian.PutUint32(at[4:], uint32(len(b)))
		binary.BigEndian.PutUint32(at[8:], uint32(len(e.b)))
		b = append(append(b, e.b...), make([]byte, -len(e.b)&3)...)
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

func numbers(kind string, head []byte, v ...float64) []byte {
	b := append([]byte(kind+"\x00\x00\x00\x00"), head...)
	for _, v := range v {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(v*65536))))
	}
	return b
}

func xyz(v ...float64) []byte { return numbers("XYZ ", nil, v...) }

func para(kind byte, v ...float64) []byte { return numbers("para", []byte{0, kind, 0, 0}, v...) }

func curv(v ...uint16) []byte {
	b := binary.BigEndian.AppendUint32([]byte("curv\x00\x00\x00\x00"), uint32(len(v)))
	for _, v := range v {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return b
}

// text is an element of type mluc with one English text.
func text(s string) []byte {
	b := []byte("mluc\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0cenUS")
	b = binary.BigEndian.AppendUint32(b, uint32(2*len(s)))
	b = binary.BigEndian.AppendUint32(b, 28)
	for _, c := range []byte(s) {
		b = append(b, 0, c)
	}
	return b
}

// srgbCurve is that of sRGB and Display P3.
var srgbCurve = para(3, 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)

func rgb(r, g, b, curve []byte) []byte {
	return build("RGB ", element{"desc", text("PLANTED-in-a-profile")},
		element{"rXYZ", r}, element{"gXYZ", g}, element{"bXYZ", b},
		element{"rTRC", curve}, element{"gTRC", curve}, element{"bTRC", curve})
}

// The primaries as profiles have them, under D50: of Display P3 as Apple's has
// them, of Adobe RGB (1998) and sRGB as their makers'.
func displayP3() []byte {
	return rgb(xyz(0.51512, 0.2412, -0.00105), xyz(0.29198, 0.69225, 0.04189), xyz(0.1571, 0.06657, 0.78407), srgbCurve)
}

func adobeRGB() []byte {
	return rgb(xyz(0.60974, 0.31111, 0.01947), xyz(0.20528, 0.62567, 0.06087), xyz(0.14919, 0.06322, 0.74457), curv(563))
}

func sRGB() []byte {
	return rgb(xyz(0.43607, 0.22249, 0.01392), xyz(0.38515, 0.71687, 0.09708), xyz(0.14307, 0.06061, 0.7141), srgbCurve)
}

func TestKnownColours(t *testing.T) {
	for _, c := range []struct {
		name     string
		profile  []byte
		from, to color.NRGBA
	}{
		{"white of P3 is white", displayP3(), color.NRGBA{255, 255, 255, 255}, color.NRGBA{255, 255, 255, 255}},
		{"grey of P3 is grey", displayP3(), color.NRGBA{118, 118, 118, 255}, color.NRGBA{118, 118, 118, 255}},
		{"red of P3 is redder than sRGB can", displayP3(), color.NRGBA{255, 0, 0, 255}, color.NRGBA{255, 0, 0, 255}},
		// CSS Color 4 and colour libraries give sRGB red as color(display-p3 0.9175 0.2003 0.1386).
		{"red of sRGB, said in P3", displayP3(), color.NRGBA{234, 51, 35, 255}, color.NRGBA{255, 0, 0, 255}},
		{"green of sRGB, said in P3: (0.4584 0.9853 0.2983)", displayP3(), color.NRGBA{117, 251, 76, 255}, color.NRGBA{0, 255, 0, 255}},
		// sRGB red is 219, 0, 0 in Adobe RGB (1998).
		{"red of sRGB, said in Adobe RGB", adobeRGB(), color.NRGBA{219, 0, 0, 255}, color.NRGBA{255, 0, 0, 255}},
		{"grey of Adobe RGB is lighter by its curve", adobeRGB(), color.NRGBA{127, 127, 127, 255}, color.NRGBA{128, 128, 128, 255}},
	} {
		p := Read(c.profile)
		if p == nil {
			t.Errorf("%s: not read", c.name)
			continue
		}
		pixels := image.NewNRGBA(image.Rect(0, 0, 1, 1))
		pixels.SetNRGBA(0, 0, c.from)
		p.Apply(pixels)
		if got := pixels.NRGBAAt(0, 0); max(apart(got.R, c.to.R), apart(got.G, c.to.G), apart(got.B, c.to.B)) > 3 || got.A != 255 {
			t.Errorf("%s: %v became %v, want %v", c.name, c.from, got, c.to)
		}
	}
}

// All forms of a picture say the same colour after, whatever way they tell it.
func TestFormsAgree(t *testing.T) {
	p := Read(displayP3())
	want := color.NRGBA{180, 90, 60, 255}
	dot := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	dot.SetNRGBA(0, 0, want)
	p.Apply(dot)
	r, g, b, _ := dot.At(0, 0).RGBA()
	rect := image.Rect(0, 0, 5, 3)
	forms := []image.Image{image.NewPaletted(rect, color.Palette{want})}
	for _, ratio := range []image.YCbCrSubsampleRatio{image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420, image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410} {
		f := image.NewYCbCr(rect, ratio)
		luma, cb, cr := color.RGBToYCbCr(want.R, want.G, want.B)
		for i := range f.Y {
			f.Y[i] = luma
		}
		for i := range f.Cb {
			f.Cb[i], f.Cr[i] = cb, cr
		}
		forms = append(forms, f)
	}
	for _, f := range forms {
		p.Apply(f)
		for y := range 3 {
			for x := range 5 {
				r2, g2, b2, _ := f.At(x, y).RGBA()
				if max(apart(uint8(r>>8), uint8(r2>>8)), apart(uint8(g>>8), uint8(g2>>8)), apart(uint8(b>>8), uint8(b2>>8))) > 3 {
					t.Fatalf("%T at %d, %d: %v, want %v", f, x, y, f.At(x, y), dot.At(0, 0))
				}
			}
		}
	}
}

func TestGreyProfiles(t *testing.T) {
	p := Read(build("GRAY", element{"kTRC", curv(256)})) // linear: a byte is an amount of light
	if p == nil {
		t.Fatal("not read")
	}
	grey := image.NewGray(image.Rect(0, 0, 1, 1))
	grey.Pix[0] = 55 // 21.4 % of the light, which sRGB tells as 127
	p.Apply(grey)
	if apart(grey.Pix[0], 127) > 1 {
		t.Errorf("grey became %d", grey.Pix[0])
	}
	colour := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	colour.SetNRGBA(0, 0, color.NRGBA{200, 10, 10, 255})
	p.Apply(colour)
	if colour.NRGBAAt(0, 0) != (color.NRGBA{200, 10, 10, 255}) {
		t.Errorf("a profile of grey changed %v", colour.NRGBAAt(0, 0))
	}
}

func TestCurvesAgree(t *testing.T) {
	samples := make([]uint16, 1024)
	for i := range samples {
		samples[i] = uint16(math.Round(65535 * math.Pow(float64(i)/1023, 2.2)))
	}
	want, ok := curve(para(0, 2.2))
	if !ok {
		t.Fatal("not read")
	}
	for name, b := range map[string][]byte{
		"one gamma": curv(563), "samples": curv(samples...),
		"formula 1": para(1, 2.2, 1, 0), "formula 2": para(2, 2.2, 1, 0, 0),
		"formula 3": para(3, 2.2, 1, 0, 0, 0), "formula 4": para(4, 2.2, 1, 0, 0, 0, 0, 0),
	} {
		got, ok := curve(b)
		if !ok {
			t.Errorf("%s: not read", name)
			continue
		}
		for i := range got {
			if math.Abs(float64(got[i]-want[i])) > .001 {
				t.Errorf("%s: %d is %v, want %v", name, i, got[i], want[i])
				break
			}
		}
	}
}

// Formulas 1 and 2 are flat up to where their power begins, at -b/a.
func TestFlatStart(t *testing.T) {
	for kind, b := range map[string][]byte{"1": para(1, 2, 2, -1), "2": para(2, 2, 2, -1, 0)} {
		light, ok := curve(b)
		if !ok || light[100] != 0 || math.Abs(float64(light[191])-.248) > .01 || light[255] != 1 {
			t.Errorf("formula %s: %v %v %v %v", kind, ok, light[100], light[191], light[255])
		}
	}
}

func TestWhatIsNoProfileIsNone(t *testing.T) {
	whole := displayP3()
	for name, b := range map[string][]byte{
		"nothing":             nil,
		"noise":               bytes.Repeat([]byte("noise"), 100),
		"sRGB, which is none": sRGB(),
		"an inverted curve":   rgb(xyz(.5, .2, 0), xyz(.3, .7, 0), xyz(.1, .1, .8), curv(65535, 0)),
		"zero primaries":      rgb(xyz(0, 0, 0), xyz(.3, .7, 0), xyz(.1, .1, .8), srgbCurve),
		"a matrix missing":    build("RGB ", element{"rTRC", srgbCurve}),
		"CMYK":                build("CMYK", element{"kTRC", srgbCurve}),
		"more samples than there are": rgb(xyz(.5, .2, 0), xyz(.3, .7, 0), xyz(.1, .1, .8),
			[]byte("curv\x00\x00\x00\x00\xff\xff\xff\xff\x00\x00")),
		"a formula that isn't": rgb(xyz(.5, .2, 0), xyz(.3, .7, 0), xyz(.1, .1, .8), para(9, 1)),
	} {
		if Read(b) != nil {
			t.Errorf("%s is taken for a profile", name)
		}
	}
	for cut := range whole { // cut anywhere, it is read or not, and nothing else happens
		Read(whole[:cut])
	}
}

func TestNoProfileChangesNothing(t *testing.T) {
	p := image.NewGray(image.Rect(0, 0, 1, 1))
	p.Pix[0] = 77
	(*Profile)(nil).Apply(p)
	if p.Pix[0] != 77 {
		t.Error("it did")
	}
}

// The profile that other tests send along is the one that is built here.
func TestKeptProfile(t *testing.T) {
	const name = "testdata/display-p3.icc"
	if *write {
		if err := os.WriteFile(name, displayP3(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(name)
	if err != nil || !bytes.Equal(kept, displayP3()) {
		t.Errorf("%s isn't what displayP3 builds (%v): run this test with -write", name, err)
	}
}

func FuzzRead(f *testing.F) {
	for _, b := range [][]byte{displayP3(), adobeRGB(), build("GRAY", element{"kTRC", curv(0, 30000, 65535)})} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p := Read(b)
		pixels := image.NewNRGBA(image.Rect(0, 0, 2, 1))
		copy(pixels.Pix, []byte{1, 200, 30, 255, 9, 9, 9, 9})
		p.Apply(pixels)
	})
}
