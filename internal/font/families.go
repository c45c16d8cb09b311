package font

import (
	"bytes"
	"embed"
	"fmt"
	"io"
	"sync"
	"unicode"

	otf "github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/klauspost/compress/zstd"
)

// files are fonts as their makers released them, each packed by zstd.
//
//go:embed files/*.ttf.zst
var files embed.FS

// family is a typeface for some scripts, in a regular and a bold weight.
type family struct {
	regular, bold string // files; bold "" where there is none: it is made of the regular
	scripts       []language.Script
	beside        []*unicode.RangeTable // what it is asked for too, and is of no script
}

// plain is what texts are set in: Latin, Greek, Cyrillic, and the digits and
// punctuation of all. symbols has what nobody else has.
var (
	plain   = family{regular: "NotoSans-Regular", bold: "NotoSans-Bold"}
	symbols = family{regular: "DejaVuSans"}
)

// families are for what plain hasn't, each for its scripts.
var families = []family{
	noto("Arabic", language.Arabic),
	noto("Armenian", language.Armenian),
	noto("Bengali", language.Bengali),
	noto("Devanagari", language.Devanagari),
	noto("Ethiopic", language.Ethiopic),
	noto("Georgian", language.Georgian),
	noto("Gujarati", language.Gujarati),
	noto("Gurmukhi", language.Gurmukhi),
	noto("Hebrew", language.Hebrew),
	noto("Kannada", language.Kannada),
	noto("Khmer", language.Khmer),
	noto("Lao", language.Lao),
	noto("Malayalam", language.Malayalam),
	noto("Myanmar", language.Myanmar),
	noto("Oriya", language.Oriya),
	noto("Sinhala", language.Sinhala),
	noto("Tamil", language.Tamil),
	noto("Telugu", language.Telugu),
	noto("Thaana", language.Thaana),
	noto("Thai", language.Thai),
	{regular: "NotoSerifTibetan-Regular", bold: "NotoSerifTibetan-Bold", scripts: []language.Script{language.Tibetan}},
	{regular: "NanumSquareR", bold: "NanumSquareB", scripts: []language.Script{language.Hangul}},
	{regular: "DroidSansFallbackFull", scripts: []language.Script{language.Han, language.Hiragana, language.Katakana, language.Bopomofo}, beside: []*unicode.RangeTable{eastern}},
}

// eastern is the punctuation and the wide forms of Chinese, Japanese and
// Korean.
var eastern = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x2e80, Hi: 0x2fdf, Stride: 1}, {Lo: 0x3000, Hi: 0x303f, Stride: 1}, {Lo: 0x3099, Hi: 0x309c, Stride: 1}, {Lo: 0x30fb, Hi: 0x30fc, Stride: 1},
	{Lo: 0x3200, Hi: 0x33ff, Stride: 1}, {Lo: 0xfe30, Hi: 0xfe4f, Stride: 1}, {Lo: 0xff00, Hi: 0xffef, Stride: 1},
}}

func noto(name string, script language.Script) family {
	name = "NotoSans" + name
	return family{regular: name + "-Regular", bold: name + "-Bold", scripts: []language.Script{script}}
}

// cut is a family in a weight: the file, and whether what it draws has to be
// made bold.
type cut struct {
	file string
	thin bool
}

func (f family) cut(w Weight) cut {
	switch {
	case w != Bold:
		return cut{f.regular, false}
	case f.bold == "":
		return cut{f.regular, true}
	}
	return cut{f.bold, false}
}

// opened are the fonts that were asked for, by file.
var opened sync.Map // of func() *otf.Font

// open unpacks a font, once. The files are part of the program: one that can't
// be read is a fault of it, and a test opens them all.
func open(name string) *otf.Font {
	once, _ := opened.LoadOrStore(name, sync.OnceValue(func() *otf.Font {
		font, err := unpack(name)
		if err != nil {
			panic(fmt.Sprintf("font: %s: %v", name, err))
		}
		return font
	}))
	return once.(func() *otf.Font)()
}

func unpack(name string) (*otf.Font, error) {
	packed, err := files.Open("files/" + name + ".ttf.zst")
	if err != nil {
		return nil, err
	}
	defer packed.Close()
	z, err := zstd.NewReader(packed, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	content, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	face, err := otf.ParseTTF(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	return face.Font, nil
}
