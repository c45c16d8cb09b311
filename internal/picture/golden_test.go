package picture

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// planted stands in all that rides along with the pictures sent here. None of it
// may be in what comes out.
const planted = "PLANTED"

const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="PLANTED-xmp"/></rdf:RDF></x:xmpmeta>`

// iptc is a caption as Photoshop keeps it.
var iptc = "Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x11\x1c\x02\x78\x00\x0cPLANTED-iptc\x00"

// blocks are data as GIF has them.
func blocks(s string) string { return string(rune(len(s))) + s + "\x00" }

// laden are files of each format with everything planted that a reader of
// metadata knows to look for, and something behind their end.
func laden(t testing.TB) map[string][]byte {
	t.Helper()
	photograph, drawn := photo(90, 70, 1), drawing(90, 70)
	profile := displayP3(t)
	behind := []byte("PLANTED-behind<script>alert(1)</script>")
	intoGIF := func(raw []byte) []byte {
		const header = 13
		at := header + tableBytes(raw[10])
		// XMP isn't cut into blocks: what follows it leads every walk through them to the end.
		trailer := []byte{1}
		for i := 255; i >= 0; i-- {
			trailer = append(trailer, byte(i))
		}
		inside := "\x21\xfe" + blocks("PLANTED-comment") + "\x21\xff\x0bXMP DataXMP" + xmp + string(trailer) + "\x00" +
			"\x21\xff\x0bPLANTED-app" + blocks("PLANTED-application") +
			"\x21\x01\x0c" + "\x00\x00\x00\x00\x08\x00\x08\x00\x08\x08\x01\x00" + blocks("PLANTED-text")
		return slices.Concat(raw[:at], []byte(inside), raw[at:], behind)
	}
	webpOf := func(flags byte, frames ...[]byte) []byte {
		chunks := append([][]byte{vp8x(0x2c|flags, 90, 70), riff("ICCP", profile)}, frames...)
		chunks = append(chunks, riff("EXIF", exif(3, "PLANTED-exif")), riff("XMP ", []byte(xmp)), riff("PLTD", []byte("PLANTED-chunk")))
		return append(webpFile(chunks...), behind...)
	}
	palette := image.NewPaletted(image.Rect(0, 0, 90, 70), color.Palette{color.White, color.Black})
	for i, c := range []byte("PLANTED-colours-") { // in the bytes of unused colours
		if i%3 == 0 {
			palette.Palette = append(palette.Palette, color.NRGBA{A: 255})
		}
		last := palette.Palette[len(palette.Palette)-1].(color.NRGBA)
		*[]*uint8{&last.R, &last.G, &last.B}[i%3] = c
		palette.Palette[len(palette.Palette)-1] = last
	}
	hidden := drawing(90, 70)
	for i, c := range []byte("PLANTED-beneath") {
		copy(hidden.Pix[4*(i/3):], []byte{0, 0, 0, 0})
		hidden.Pix[4*(i/3)+i%3] = c
	}
	pngOf := func(p image.Image) []byte {
		return append(withChunks(pngFile(t, p),
			chunk("iCCP", append([]byte("PLANTED-profile\x00\x00"), deflated(t, profile)...)),
			chunk("eXIf", exif(6, "PLANTED-exif")),
			chunk("tEXt", []byte("Comment\x00PLANTED-text")),
			chunk("zTXt", append([]byte("PLANTED-name\x00\x00"), deflated(t, []byte("PLANTED-deflated"))...)),
			chunk("iTXt", []byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"+xmp)),
			chunk("pLTd", []byte("PLANTED-chunk"))), behind...)
	}
	jpegOf := func(p image.Image) []byte {
		return append(withSegments(jpegFile(t, p),
			segment(0xe0, []byte("JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00")),
			exifSegment(6, "PLANTED-exif"),
			segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+xmp)),
			profileSegment(profile),
			segment(0xed, []byte(iptc)),
			segment(0xec, []byte("PLANTED-segment")),
			segment(0xfe, []byte("PLANTED-comment"))), behind...)
	}
	return map[string][]byte{
		"photo.jpg":    jpegOf(photograph),
		"grey.jpg":     jpegOf(grey(90, 70)),
		"cmyk.jpg":     append(withSegments(plainJPEG(90, 70, false, 0, 0, 0x11, 0x11, 0x11, 0x11), exifSegment(2, "PLANTED-exif")), behind...),
		"steps.jpg":    append(withSegments(plainJPEG(90, 70, true, 9, -1, 0x22, 0x11, 0x11), segment(0xfe, []byte("PLANTED-comment"))), behind...),
		"photo.png":    pngOf(photograph),
		"drawing.png":  pngOf(drawn),
		"faded.png":    pngOf(faded(90, 70)),
		"palette.png":  pngOf(palette),
		"hidden.png":   pngOf(hidden),
		"still.gif":    intoGIF(gifFile(t, moving(90, 70, 1))),
		"moving.gif":   intoGIF(gifFile(t, moving(90, 70, 5))),
		"photo.webp":   webpOf(0, riff("VP8L", vp8l(photograph))),
		"faded.webp":   webpOf(0x10, riff("VP8L", vp8l(faded(90, 70)))),
		"moving.webp":  webpOf(2, anim(0), anmf(0, 0, 100, 0, photograph), anmf(0, 0, 100, 0, drawn)),
		"polyglot.jpg": append(withSegments(jpegFile(t, photograph), segment(0xfe, []byte("*/=1;alert('PLANTED')/*"))), "PK\x03\x04PLANTED"...),
	}
}

// TestNothingRidesAlong is the golden rule, by two readers who know nothing of
// each other: a search for the bytes that were planted, and exiftool.
func TestNothingRidesAlong(t *testing.T) {
	sent, kept := t.TempDir(), t.TempDir()
	for name, raw := range laden(t) {
		write := func(folder, name string, b []byte) {
			if err := os.WriteFile(folder+"/"+name, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write(sent, name, raw)
		m, err := Make(raw)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i, f := range []File{m.Full, m.Large, m.Thumb} {
			write(kept, fmt.Sprintf("%s-%d%s", name, i, f.Kind.Ext()), f.Bytes)
			if at := bytes.Index(f.Bytes, []byte(planted)); at >= 0 {
				t.Errorf("%s, file %d, still says %q", name, i, f.Bytes[at:min(at+20, len(f.Bytes))])
			}
			if again := made(t, f.Bytes); again.Full.Kind != f.Kind {
				t.Errorf("%s, file %d, a %s, becomes a %s", name, i, f.Kind, again.Full.Kind)
			}
		}
	}
	for _, tags := range exiftool(t, kept) {
		for tag, value := range tags {
			if !structural(tag) {
				t.Errorf("%s has the tag %s: %v", tags["SourceFile"], tag, value)
			}
		}
	}
	// That nothing is found says something only if it would have been.
	found := map[string]int{}
	for _, tags := range exiftool(t, sent) {
		for tag := range tags {
			if !structural(tag) {
				found[tag]++
			}
		}
	}
	for _, tag := range []string{"GPS:GPSLatitude", "IFD0:ImageDescription", "XMP-dc:Source", "IPTC:Caption-Abstract", "ICC_Profile:ProfileDescription", "File:Comment", "GIF:Text", "PNG:Comment", "PNG:ProfileName"} {
		if found[tag] == 0 {
			t.Errorf("exiftool finds no %s in what was sent: %v", tag, found)
		}
	}
}

// exiftool is what the program of that name says of all files in a folder.
func exiftool(t *testing.T, folder string) (files []map[string]any) {
	t.Helper()
	program, err := exec.LookPath("exiftool")
	if err != nil {
		t.Fatal("this test needs exiftool (Debian: libimage-exiftool-perl): `make tools` installs it")
	}
	out, err := exec.Command(program, "-json", "-a", "-G1", "-api", "RequestAll=3", folder).Output()
	if err := json.Unmarshal(must(t, out, err), &files); err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("exiftool saw no files")
	}
	return files
}

// structural reports whether a tag is of the file, or says no more than how the
// pixels are kept.
func structural(tag string) bool {
	group, name, _ := strings.Cut(tag, ":")
	switch group {
	case "SourceFile", "ExifTool", "System", "Composite":
		return true
	case "File":
		return name != "Comment"
	case "PNG":
		return slices.Contains([]string{"ImageWidth", "ImageHeight", "BitDepth", "ColorType", "Compression", "Filter", "Interlace", "Palette", "Transparency"}, name)
	case "GIF":
		return slices.Contains([]string{"GIFVersion", "ImageWidth", "ImageHeight", "HasColorMap", "ColorResolutionDepth", "BitsPerPixel", "BackgroundColor", "AnimationIterations", "TransparentColor", "FrameCount", "Duration"}, name)
	}
	return false
}
