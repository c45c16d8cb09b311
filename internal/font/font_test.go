package font

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/go-text/typesetting/language"
)

// samples are a few words in every script that the families are for.
var samples = map[string]string{
	"Latin": "Čtvrť Łódź Việt Nam İzmir", "Greek": "Άνω Πόλη, ΐ ώ", "Cyrillic": "Щёлково Ґанок Қазақ", "Arabic": "مَنْ يأتي؟ پارسی ٹھیک", "Armenian": "Երևան՝ Ո՞վ",
	"Bengali": "ভাড়া অনেক বেশি", "Devanagari": "क्षेत्र श्री है।", "Ethiopic": "አዲስ አበባ", "Georgian": "თბილისი", "Gujarati": "ગુજરાતી", "Gurmukhi": "ਪੰਜਾਬੀ", "Hebrew": "שָׁלוֹם ב־26",
	"Kannada": "ಕನ್ನಡ", "Khmer": "ភ្នំពេញ", "Lao": "ລາວ", "Malayalam": "മലയാളം", "Myanmar": "မြန်မာ", "Oriya": "ଓଡ଼ିଆ", "Sinhala": "සිංහල", "Tamil": "தமிழ் ஸ்ரீ", "Telugu": "తెలుగు",
	"Thaana": "ދިވެހި", "Thai": "น้ำ ปู่", "Tibetan": "བོད་ཡིག", "Hangul": "첫 모임 뷁", "Han": "房租太贵了。《京》", "Kana": "ひらがな・カタカナー「が」", "wide": "２６日（金）：！？",
	"signs": "– — “” ‘’ « » € ½ ‰ … → ★ ✓ ♥ №",
}

func newSetter(w Weight) *setter {
	s := setters.New().(*setter)
	s.weight = w
	return s
}

func TestEveryScriptHasItsLetters(t *testing.T) {
	for name, text := range samples {
		for _, w := range []Weight{Regular, Bold} {
			s := newSetter(w)
			runes, _ := s.drawable(text)
			if string(runes) != text {
				t.Errorf("%s: of %q is left %q", name, text, string(runes))
			}
			for _, run := range s.shape(runes, 40, DirectionOf(text)) {
				for _, g := range run.Glyphs {
					if g.GlyphID == 0 {
						t.Errorf("%s: no letter for %q", name, runes[g.TextIndex():g.TextIndex()+g.RunesCount()])
					}
				}
			}
		}
	}
}

// All that is packed is used, and all that is used is packed and can be read.
func TestFiles(t *testing.T) {
	used := map[string]bool{}
	for _, f := range slices.Concat(families, []family{plain, symbols}) {
		for _, w := range []Weight{Regular, Bold} {
			name := f.cut(w).file
			used["files/"+name+".ttf.zst"] = true
			if font, err := unpack(name); err != nil || font.Upem() == 0 {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, script := range f.scripts {
			if script == language.Common || script == language.Unknown {
				t.Errorf("%s is for %v", f.regular, script)
			}
		}
	}
	packed, err := fs.Glob(files, "files/*")
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, name := range packed {
		if !used[name] {
			t.Errorf("%s is in the program and nobody asks for it", name)
		}
		if info, err := fs.Stat(files, name); err == nil {
			total += info.Size()
		}
	}
	if total > 6_000_000 {
		t.Errorf("the fonts take %d bytes", total)
	}
}

func TestWhatNoFontHasIsLeftOut(t *testing.T) {
	for text, want := range map[string]string{
		"Pizza 🍕 night":            "Pizza night",
		"🍕":                        "",
		"👩‍👩‍👧 family":             "family",
		"Ελλάδα🇬🇷!":                "Ελλάδα!",
		"a\U000f0000b":             "ab",
		"  one\n\ttwo\u00a0three ": "one two three",
		"\u0301mark":               "mark",
		"a\u200eb\u200f":           "a\u200eb\u200f",
		"x\u202ey":                 "xy",
		"می\u200cخواهم":            "می\u200cخواهم",
		"\xff\xfe":                 "\ufffd\ufffd",
		"":                         "",
	} {
		if got, cut := newSetter(Bold).drawable(text); string(got) != want || cut {
			t.Errorf("of %q is left %q, %v, want %q", text, string(got), cut, want)
		}
	}
	long, cut := newSetter(Bold).drawable(strings.Repeat("λέξη ", MaxRunes))
	if !cut || len(long) > MaxRunes+1 || long[len(long)-1] != ellipsis {
		t.Errorf("a long text is %d characters, ending in %q, %v", len(long), long[len(long)-1], cut)
	}
	if b := Lay("🍕", 100, Style{Size: 20}); b.Lines != 0 || b.Width != 0 || b.Height != 0 || !b.Mask().Rect.Empty() {
		t.Errorf("nothing is set as %+v", b)
	}
}

// glyphs counts those of a text set in one line.
func glyphs(text string) (n int) {
	for _, run := range newSetter(Regular).shape([]rune(text), 40, DirectionOf(text)) {
		n += len(run.Glyphs)
	}
	return n
}

func TestLettersAreShaped(t *testing.T) {
	width := func(text string) int { return Lay(text, 10000, Style{Size: 100}).Width }
	if joined, apart := width("ببب"), width("ب ب ب")-2*width("ا ا")+4*width("ا"); joined >= apart {
		t.Errorf("joined letters are %d wide, single ones %d", joined, apart)
	}
	if n := glyphs("क्ष"); n != 1 {
		t.Errorf("a conjunct of three characters is %d glyphs", n)
	}
	if width("e\u0301") != width("e") {
		t.Error("a mark takes room of its own")
	}
	if width("AV") >= width("A")+width("V") {
		t.Error("A and V are not kerned")
	}
}

const story = "Ποιος άλλος δεν αντέχει τα ενοίκια στην Άνω Πόλη και θέλει να βρεθούμε την Πέμπτη το απόγευμα στη βιβλιοθήκη;"

func TestLines(t *testing.T) {
	for _, c := range []struct {
		text  string
		style Style
		lines int
		cut   bool
	}{
		{"word", Style{Size: 40}, 1, false},
		{story, Style{Size: 40}, 4, false},
		{story, Style{Size: 40, Lines: 4}, 4, false},
		{story, Style{Size: 40, Lines: 2}, 2, true},
		{story, Style{Size: 40, Lines: 1}, 1, true},
		{story, Style{Size: 40, Lines: 2, Balanced: true}, 2, true},
		{story, Style{Size: 40, Balanced: true}, 4, false},
		{strings.Repeat("ab", 60), Style{Size: 40, Balanced: true}, 5, false},
		{strings.Repeat("房", 30), Style{Size: 40, Lines: 1}, 1, true},
		{samples["Thai"] + strings.Repeat("ใครจะมาประชุม", 8), Style{Size: 40, Lines: 2}, 2, true},
	} {
		b := Lay(c.text, 600, c.style)
		if b.Lines != c.lines || b.Cut != c.cut {
			t.Errorf("%.40s in %+v: %d lines, cut %v", c.text, c.style, b.Lines, b.Cut)
		}
		if wordless := !strings.Contains(c.text, " ") && b.Lines > 1 || strings.Contains(c.text, "ใคร"); b.Broken != wordless {
			t.Errorf("%.40s in %+v: broken %v", c.text, c.style, b.Broken)
		}
		if b.Width > 600 || b.Width < 80 {
			t.Errorf("%.40s in %+v is %d wide", c.text, c.style, b.Width)
		}
		if least := int(c.style.Size) * b.Lines * 9 / 10; b.Height < least {
			t.Errorf("%.40s in %+v is %d high", c.text, c.style, b.Height)
		}
	}
}

func TestBalancedLines(t *testing.T) {
	full, balanced := Lay(story, 640, Style{Size: 40}), Lay(story, 640, Style{Size: 40, Balanced: true})
	if balanced.Lines != full.Lines || balanced.Width >= full.Width || balanced.Width < full.Width*2/3 {
		t.Errorf("%d lines of %d become %d of %d", full.Lines, full.Width, balanced.Lines, balanced.Width)
	}
	// Balancing wraps a paragraph many times: the spaces must stay what they are.
	s := newSetter(Regular)
	p := paragraph{text: []rune(story)}
	p.runs = s.shape(p.text, 40, LTR)
	before := p.runs[0].Advance
	s.balanced(p, 640)
	p.runs[0].RecomputeAdvance()
	if p.runs[0].Advance != before {
		t.Errorf("the paragraph was %v long and is %v", before, p.runs[0].Advance)
	}
}

func TestLinesBeginAtTheirSide(t *testing.T) {
	for _, c := range []struct {
		text      string
		direction Direction
		want      Direction
	}{
		{"Athens", Auto, LTR}, {"القاهرة", Auto, RTL}, {"«26» חיפה", Auto, RTL}, {"26", Auto, LTR}, {"26", RTL, RTL}, {"Athens", RTL, RTL}, {"القاهرة", LTR, LTR},
	} {
		b := Lay(c.text, 500, Style{Size: 40, Direction: c.direction})
		ink := b.Mask().Rect
		left, right := ink.Min.X, 500-ink.Max.X
		if b.Direction != c.want || (left < right) != (c.want == LTR) || min(left, right) < -2 || min(left, right) > 8 {
			t.Errorf("%s to %d runs to %d, with %d left and %d right of it", c.text, c.direction, b.Direction, left, right)
		}
	}
}

// Words of another direction stand where that of the paragraph puts them.
func TestRunsStandInTheOrderTheyAreSeen(t *testing.T) {
	half := func(d Direction) (left, right int) {
		b := Lay("ו ו ו MMM", 500, Style{Size: 40, Direction: d})
		mask := b.Mask()
		middle := mask.Rect.Min.X + mask.Rect.Dx()/2
		return covered(part(mask, mask.Rect.Min.X, middle)), covered(part(mask, middle, mask.Rect.Max.X))
	}
	if left, right := half(RTL); left <= right {
		t.Errorf("to the left, MMM is not on the left: %d and %d", left, right)
	}
	if left, right := half(LTR); left >= right {
		t.Errorf("to the right, MMM is not on the right: %d and %d", left, right)
	}
}

// part copies the columns of a mask from one to before another.
func part(mask *image.Alpha, from, to int) *image.Alpha {
	out := image.NewAlpha(image.Rect(from, mask.Rect.Min.Y, to, mask.Rect.Max.Y))
	draw.Draw(out, out.Rect, mask, out.Rect.Min, draw.Src)
	return out
}

func TestAMarkIsOfItsLettersFont(t *testing.T) {
	for _, text := range []string{"क\u0951", "مَنْ", "שָׁ", "か\u3099", "ა\u0308", "e\u0301"} {
		if runs := newSetter(Regular).shape([]rune(text), 40, DirectionOf(text)); len(runs) != 1 {
			t.Errorf("%q is set in %d runs", text, len(runs))
		}
	}
}

func TestDirectionOf(t *testing.T) {
	for text, want := range map[string]Direction{"": Auto, "26 ✓ …": Auto, "26 a ب": LTR, "(ب a": RTL, "א": RTL} {
		if got := DirectionOf(text); got != want {
			t.Errorf("%q runs to %d, want %d", text, got, want)
		}
	}
}

// covered is how many pixels' worth of ink a mask has.
func covered(mask *image.Alpha) (all int) {
	for _, a := range mask.Pix {
		all += int(a)
	}
	return all / 255
}

func TestBoldIsBolder(t *testing.T) {
	for _, text := range []string{"Athens", "القاهرة", "房租", "서울", "★"} {
		regular, bold := covered(Lay(text, 900, Style{Size: 80}).Mask()), covered(Lay(text, 900, Style{Size: 80, Weight: Bold}).Mask())
		if regular == 0 || bold < regular*21/20 {
			t.Errorf("%s has %d of ink, and %d in bold", text, regular, bold)
		}
	}
}

func TestLinesDoNotTouch(t *testing.T) {
	for name, text := range samples {
		b := Lay(strings.Repeat(text+" ", 6), 400, Style{Size: 40, Weight: Bold})
		mask := b.Mask()
		if mask.Rect.Min.Y < -1 || mask.Rect.Max.Y > b.Height+1 {
			t.Errorf("%s: ink from %d to %d in a box of %d", name, mask.Rect.Min.Y, mask.Rect.Max.Y, b.Height)
		}
		empty := 0
		for y := range mask.Rect.Dy() {
			if len(bytes.Trim(mask.Pix[y*mask.Stride:(y+1)*mask.Stride], "\x00")) == 0 {
				empty++
			}
		}
		if empty < b.Lines-1 {
			t.Errorf("%s: %d lines with %d empty rows between", name, b.Lines, empty)
		}
	}
}

func TestDraw(t *testing.T) {
	onto := image.NewRGBA(image.Rect(0, 0, 200, 100))
	Lay("■", 100, Style{Size: 60}).Draw(onto, image.Pt(50, 20), color.RGBA{200, 10, 20, 255})
	ink := image.Rectangle{}
	for y := range 100 {
		for x := range 200 {
			if onto.RGBAAt(x, y) == (color.RGBA{200, 10, 20, 255}) {
				ink = ink.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if ink.Dx() < 20 || !ink.In(image.Rect(50, 20, 120, 90)) {
		t.Errorf("the square is at %v", ink)
	}
}

func TestManyAtOnce(t *testing.T) {
	want := map[string][]byte{}
	for _, text := range samples {
		want[text] = Lay(text, 300, Style{Size: 30, Balanced: true}).Mask().Pix
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for text, pix := range want {
				if !bytes.Equal(Lay(text, 300, Style{Size: 30, Balanced: true}).Mask().Pix, pix) {
					t.Errorf("%s is set in another way", text)
				}
			}
		})
	}
	all.Wait()
}

func FuzzLay(f *testing.F) {
	for _, text := range samples {
		f.Add(text, 300, 40.0, 2, true)
	}
	f.Add("a\u200d\u0301\ufe0f\U000e0001 \u202eb", 1, 4.0, 1, false)
	f.Fuzz(func(t *testing.T, text string, width int, size float64, lines int, balanced bool) {
		if len(text) > 500 || size > 100 {
			return
		}
		lines = max(0, lines%8)
		width = 50 + max(0, width%2000)
		for _, w := range []Weight{Regular, Bold} {
			b := Lay(text, width, Style{Size: size, Weight: w, Lines: lines, Balanced: balanced})
			if lines > 0 && b.Lines > lines || b.Lines > utf8.RuneCountInString(text)+1 {
				t.Errorf("%d lines", b.Lines)
			}
			b.Mask()
		}
	})
}

func BenchmarkLay(b *testing.B) {
	for b.Loop() {
		Lay(story, 1000, Style{Size: 72, Weight: Bold, Lines: 4, Balanced: true})
	}
}

func BenchmarkLayLongest(b *testing.B) {
	text := strings.Repeat("Ποιος ب 房 ", MaxRunes/9)
	for b.Loop() {
		Lay(text, 1000, Style{Size: 72, Weight: Bold, Lines: 4, Balanced: true})
	}
}

func BenchmarkMask(b *testing.B) {
	block := Lay(story, 1000, Style{Size: 72, Weight: Bold, Lines: 4, Balanced: true})
	for b.Loop() {
		block.Mask()
	}
}
