package sign

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"moot/internal/font"
)

const longTitle = "Donaudampfschifffahrtsgesellschaftskapitänsmützenhersteller treffen sich jeden Donnerstag um 18 Uhr im Café am Markt, und wer noch nie da war, ist herzlich eingeladen: wir reden über Mieten, Busse, Schulen und alles andere, was uns angeht, und danach wird gekocht"

// signs are of many scripts and lengths.
var signs = map[string]Sign{
	"Latin":    {Title: "Who else is being priced out of Áno Póli?", Place: "Thessaloníki", Site: "Moot", Hue: 30},
	"Greek":    {Title: "Ποιος άλλος δεν αντέχει τα ενοίκια στην Άνω Πόλη και θέλει να βρεθούμε την Πέμπτη;", Place: "Θεσσαλονίκη", Site: "Moot", Hue: 240},
	"Arabic":   {Title: "مَنْ يأتي إلى اللقاء الأول يوم 26 نوفمبر في المكتبة؟", Place: "القاهرة", Site: "Moot", Hue: 150},
	"Hindi":    {Title: "पहली बैठक: क्या आप आ रहे हैं? किराया बहुत ज़्यादा है।", Place: "दिल्ली", Site: "Moot", Hue: 300},
	"Japanese": {Title: "最初の集まり：家賃が高すぎると思う人、図書館に来ませんか？", Place: "京都", Site: "Moot"},
	"Thai":     {Title: "ใครจะมาประชุมครั้งแรกบ้าง ค่าเช่าแพงเกินไปแล้ว", Place: "กรุงเทพมหานคร", Site: "Moot", Hue: 90},
	"meetup":   {Title: longTitle, Place: "Leipzig", When: "Dienstag, 1. Dezember 2026, 19:00", Where: strings.Repeat("Stadtbibliothek am Leuschnerplatz ", 3), Site: "Moot", Hue: 120},
	"Hebrew":   {Title: "קוראים יחד את חוק השכירות החדש", Place: "חיפה", When: "Tuesday, 1 December 2026, 19:00", Where: "ספריית העיר", Site: "Moot", Hue: 180},
	"place":    {Place: "Thessaloníki", Site: "Moot", Hue: 255},
	"site":     {Site: "Moot"},
	"nothing":  {},
	"unseen":   {Title: "🍕🍕🍕", Place: "👩‍👩‍👧", Site: "\u200d"},
	"long":     {Title: longTitle, Place: strings.Repeat("Llanfairpwllgwyngyll", 9), Site: strings.Repeat("site ", 20), Hue: 200},
	"one word": {Title: strings.Repeat("a", 900), Place: strings.Repeat("房", 300), Site: strings.Repeat("W", 99), Hue: 75},
	"dense":    {Title: han(300), Place: han(100), Site: "Moot", Hue: 330},
	"high":     {Title: strings.Repeat("བོད་ཡིག ", 30), Place: "ཐིམ་ཕུ", Site: "Moot", Hue: 15},
	"tall":     {Title: strings.Repeat("བོད་ཡིག ", 90), Place: "ཐིམ་ཕུ", Site: "Moot", Hue: 15},
}

// han is a text of many different signs: nothing in it can be packed away.
func han(n int) string {
	text := make([]rune, n)
	for i := range text {
		text[i] = rune(0x4e00 + i*67%20000)
	}
	return string(text)
}

func draw(t testing.TB, s Sign) (*image.Paletted, []byte) {
	t.Helper()
	content, err := Draw(s)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return decoded.(*image.Paletted), content
}

// printed is the rectangle of everything in an area that is neither sheet nor
// wall.
func printed(p *image.Paletted, in image.Rectangle) (r image.Rectangle) {
	paper := map[color.Color]bool{p.Palette[wall]: true, color.Color(sheet.rgb()): true}
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			if !paper[p.At(x, y)] {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return r
}

func TestAllLettersStandOnTheNotice(t *testing.T) {
	above := image.Rect(0, margin+rule, Width, torn)
	room := image.Rect(margin+padding-12, margin+rule+10, Width-margin-padding+12, torn-10)
	for name, s := range signs {
		p, content := draw(t, s)
		if p.Rect != image.Rect(0, 0, Width, Height) || len(content) > 50_000 {
			t.Errorf("%s is %v, %d bytes", name, p.Rect, len(content))
		}
		got := printed(p, above)
		if !got.In(room) {
			t.Errorf("%s: letters in %v, want them in %v", name, got, room)
		}
		if empty := name == "nothing" || name == "unseen"; got.Empty() != empty {
			t.Errorf("%s: letters in %v", name, got)
		}
		for i := range tabs { // a name stays on its tab
			wide := (Width - 2*margin) / tabs
			tab := image.Rect(margin+i*wide+6, torn+4, margin+(i+1)*wide-6, Height)
			if got := printed(p, tab); !got.In(tab.Inset(6)) {
				t.Errorf("%s: tab %d has letters in %v", name, i, got)
			}
		}
		if again, err := Draw(s); err != nil || !bytes.Equal(again, content) {
			t.Errorf("%s is drawn in two ways, %v", name, err)
		}
	}
}

func TestTitlesAreAsLargeAsTheyCanBe(t *testing.T) {
	title := image.Rect(margin, margin+rule+70, Width-margin, torn)
	height := func(s Sign) int { p, _ := draw(t, s); return printed(p, title).Dy() }
	short, long := Sign{Title: "Hi", Place: "Oslo"}, signs["long"]
	if h := height(short); h < 85 {
		t.Errorf("a short title is %d high", h)
	}
	if h := height(long); h < 250 {
		t.Errorf("a long title is %d high", h)
	}
	if h := height(Sign{Title: "Straßenbahnhaltestellen", Place: "Wien"}); h > 100 {
		t.Errorf("a word that has room in smaller letters is broken: it is %d high", h)
	}
}

func TestSides(t *testing.T) {
	for _, c := range []struct {
		sign  Sign
		right bool
	}{
		{Sign{Title: "Hi", Place: "Oslo"}, false},
		{Sign{Title: "أهلا", Place: "Oslo"}, true},
		{Sign{Title: "Hi", Place: "القاهرة", Direction: font.RTL}, false},
		{Sign{Title: "2026", Place: "القاهرة", Direction: font.RTL}, true},
		{Sign{Place: "القاهرة"}, true},
		{Sign{Title: "2026"}, false},
	} {
		p, _ := draw(t, c.sign)
		if r := printed(p, image.Rect(margin, margin+rule, Width-margin, torn)); (r.Min.X-margin > Width-margin-r.Max.X) != c.right {
			t.Errorf("%+v has its letters in %v", c.sign, r)
		}
		left, right := p.At(margin+taken*((Width-2*margin)/tabs)+50, Height-5), p.At(Width-margin-taken*((Width-2*margin)/tabs)-50, Height-5)
		if (left == p.Palette[wall]) == c.right || (right == p.Palette[wall]) != c.right {
			t.Errorf("%+v lacks the tab of the other side", c.sign)
		}
	}
}

// Where there is no title that could be drawn, the place stands in its stead.
func TestAPlaceAlone(t *testing.T) {
	_, want := draw(t, Sign{Place: "Oslo"})
	for _, title := range []string{"🍕", " ", "\u200d"} {
		if _, got := draw(t, Sign{Title: title, Place: "Oslo"}); !bytes.Equal(got, want) {
			t.Errorf("with the title %q it is another sign", title)
		}
	}
	p, _ := draw(t, Sign{Place: "Oslo"})
	if r := printed(p, image.Rect(margin, margin+rule, Width-margin, torn)); r.Min.Y < 200 || r.Dy() < 85 {
		t.Errorf("the name is in %v", r)
	}
}

func TestColoursAreThoseOfTheSite(t *testing.T) {
	css, err := os.ReadFile("../web/page/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	light, _, _ := strings.Cut(string(css), "theme-dark")
	value := func(pattern string) (n []float64) {
		m := regexp.MustCompile(pattern).FindStringSubmatch(light)
		if m == nil {
			t.Fatalf("tokens.css has no %s", pattern)
		}
		for _, text := range m[1:] {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			n = append(n, v)
		}
		return n
	}
	for name, have := range map[string]tone{"sheet": sheet, "ink": ink, "soft": soft, "line": line} {
		v := value(`--` + name + `: oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)`)
		if have != (tone{v[0], v[1], v[2]}) {
			t.Errorf("%s is %v here and %v on the site", name, have, v)
		}
	}
	if v := value(`--place-l: ([\d.]+); --place-c: ([\d.]+)`); place.lightness != v[0] || place.chroma != v[1] {
		t.Errorf("a place's colour is %v here and %v on the site", place, v)
	}
}

func TestTones(t *testing.T) {
	for _, c := range []struct { // from CSS Color 4's own conversion
		tone tone
		want color.RGBA
	}{
		{tone{0, 0, 0}, color.RGBA{0, 0, 0, 255}},
		{tone{1, 0, 0}, color.RGBA{255, 255, 255, 255}},
		{tone{.627955, .257683, 29.2339}, color.RGBA{255, 0, 0, 255}},
		{tone{.51975, .17686, 142.495}, color.RGBA{0, 128, 0, 255}},
		{tone{.452014, .313214, 264.052}, color.RGBA{0, 0, 255, 255}},
	} {
		got := c.tone.rgb()
		for i, v := range [3]uint8{got.R, got.G, got.B} {
			if math.Abs(float64(v)-float64([3]uint8{c.want.R, c.want.G, c.want.B}[i])) > 2 {
				t.Errorf("%v is %v, want %v", c.tone, got, c.want)
				break
			}
		}
	}
}

// A colour beyond what screens show keeps its hue: it loses nothing but chroma.
func TestTonesKeepTheirHue(t *testing.T) {
	own := tone{place.lightness, place.chroma, 195}
	if _, shown := own.srgb(); shown {
		t.Fatal("the test wants a colour that can't be shown")
	}
	for c := own.chroma; c > 0; c -= .001 {
		if rgb, shown := (tone{own.lightness, c, own.hue}).srgb(); shown && rgb == own.rgb() {
			return
		}
	}
	t.Errorf("%v becomes %v, which is of another hue", own, own.rgb())
}

// luminance is WCAG's relative luminance.
func luminance(c color.RGBA) float64 {
	l := 0.0
	for i, v := range [3]uint8{c.R, c.G, c.B} {
		f := float64(v) / 255
		if f <= .04045 {
			f /= 12.92
		} else {
			f = math.Pow((f+.055)/1.055, 2.4)
		}
		l += f * [3]float64{.2126, .7152, .0722}[i]
	}
	return l
}

func TestEveryPlaceCanBeRead(t *testing.T) {
	paper := luminance(sheet.rgb())
	for hue := 0; hue < 360; hue += 15 {
		c := tone{place.lightness, place.chroma, float64(hue)}.rgb()
		if contrast := (paper + .05) / (luminance(c) + .05); contrast < 4.5 {
			t.Errorf("hue %d has a contrast of %.1f", hue, contrast)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	for _, name := range []string{"place", "Latin", "Greek", "Arabic", "Japanese", "long", "dense"} {
		b.Run(name, func(b *testing.B) {
			_, content := draw(b, signs[name])
			for b.Loop() {
				if _, err := Draw(signs[name]); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(content)), "bytes")
		})
	}
}

func ExampleDraw() {
	picture, err := Draw(Sign{Title: "First meetup", Place: "Thessaloníki", Site: "Moot", Hue: 30})
	fmt.Println(string(picture[1:4]), err)
	// Output: PNG <nil>
}
