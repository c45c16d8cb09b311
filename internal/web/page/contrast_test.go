package page

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestContrast holds every text colour of every scheme to WCAG 2.2's 4.5:1
// (1.4.3), for each of the 24 hues, on whatever it may stand.
func TestContrast(t *testing.T) {
	tokens, classic := read(t, "tokens.css"), read(t, "classic.css")
	light := variables(t, tokens, `:root {`)
	dark := overlaid(light, variables(t, tokens, `:root.theme-dark {`))
	if auto := overlaid(light, variables(t, tokens, `:root.theme-auto {`)); fmt.Sprint(auto) != fmt.Sprint(dark) {
		t.Error("the dark scheme is not the same by choice and by the device")
	}
	for scheme, v := range map[string]map[string]string{
		"light": light, "dark": dark, "classic": overlaid(light, variables(t, classic, `:root.theme-classic {`)),
	} {
		for hue := range 24 {
			v["hue"] = strconv.Itoa(hue * 360 / 24)
			place := oklch(t, v["place-l"], v["place-c"], v["hue"])
			wash := oklch(t, v["wash-l"], v["wash-c"], v["hue"])
			paper, sheet := colour(t, v["paper"]), colour(t, v["sheet"])
			ink, soft := colour(t, v["ink"]), colour(t, v["soft"])
			tag := oklch(t, v["tag-l"], v["tag-c"], v["hue"])
			for name, pair := range map[string][2]rgb{
				"place on paper": {place, paper}, "place on sheet": {place, sheet}, "place on wash": {place, wash},
				"paper on place": {paper, place}, "ink on wash": {ink, wash}, "soft on wash": {soft, wash},
				"ink on paper": {ink, paper}, "ink on sheet": {ink, sheet}, "soft on paper": {soft, paper}, "soft on sheet": {soft, sheet},
				"quote on sheet": {colour(t, v["quote"]), sheet}, "quote on paper": {colour(t, v["quote"]), paper}, "quote on wash": {colour(t, v["quote"]), wash},
				"alarm on sheet": {colour(t, v["alarm"]), sheet}, "alarm on paper": {colour(t, v["alarm"]), paper},
				"ink on ask": {ink, colour(t, v["ask"])}, "paper on ink": {paper, ink}, "white on tag": {rgb{1, 1, 1}, tag},
			} {
				if got := contrast(pair[0], pair[1]); got < 4.5 {
					t.Errorf("%s, hue %d: %s is %.2f, want 4.5", scheme, hue, name, got)
				}
			}
		}
	}
}

func TestContrastIsThatOfWCAG(t *testing.T) {
	for pair, want := range map[[2]string]float64{
		{"#000", "#fff"}: 21, {"#777777", "#ffffff"}: 4.48, {"#0000ff", "#ffffff"}: 8.59,
		{"oklch(.627955 .257683 29.2339)", "#ffffff"}: 4.00, // pure red, by CSS Color 4
	} {
		if got := contrast(colour(t, pair[0]), colour(t, pair[1])); math.Abs(got-want) > .01 {
			t.Errorf("%v: %.2f, want %.2f", pair, got, want)
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var variable = regexp.MustCompile(`--([a-z-]+):\s*([^;]+);`)

// variables are the custom properties that the rule with a selector sets.
func variables(t *testing.T, css, selector string) map[string]string {
	t.Helper()
	_, rule, found := strings.Cut(css, selector)
	rule, _, closed := strings.Cut(rule, "}")
	if !found || !closed {
		t.Fatalf("no rule %q", selector)
	}
	set := map[string]string{}
	for _, m := range variable.FindAllStringSubmatch(rule, -1) {
		set[m[1]] = m[2]
	}
	return set
}

func overlaid(below, above map[string]string) map[string]string {
	all := map[string]string{}
	for _, set := range []map[string]string{below, above} {
		for name, value := range set {
			all[name] = value
		}
	}
	return all
}

// rgb is a colour of linear sRGB, each part from 0 to 1.
type rgb struct{ r, g, b float64 }

// colour reads #rgb, #rrggbb and oklch(l c h).
func colour(t *testing.T, css string) rgb {
	t.Helper()
	if inner, ok := strings.CutPrefix(css, "oklch("); ok {
		parts := strings.Fields(strings.TrimSuffix(inner, ")"))
		return oklch(t, parts[0], parts[1], parts[2])
	}
	hex := strings.TrimPrefix(css, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil || len(hex) != 6 {
		t.Fatalf("no colour: %q", css)
	}
	linear := func(v uint64) float64 { // IEC 61966-2-1
		c := float64(v&255) / 255
		if c <= .04045 {
			return c / 12.92
		}
		return math.Pow((c+.055)/1.055, 2.4)
	}
	return rgb{linear(n >> 16), linear(n >> 8), linear(n)}
}

// oklch converts by Björn Ottosson's matrices (CSS Color 4, 10.2), cut to the
// gamut of sRGB part by part, as browsers do.
func oklch(t *testing.T, lightness, chroma, hue string) rgb {
	t.Helper()
	var v [3]float64
	for i, s := range []string{lightness, chroma, hue} {
		var err error
		if v[i], err = strconv.ParseFloat(s, 64); err != nil {
			t.Fatalf("no number: %q", s)
		}
	}
	a, b := v[1]*math.Cos(v[2]*math.Pi/180), v[1]*math.Sin(v[2]*math.Pi/180)
	cube := func(x float64) float64 { return x * x * x }
	l := cube(v[0] + .3963377774*a + .2158037573*b)
	m := cube(v[0] - .1055613458*a - .0638541728*b)
	s := cube(v[0] - .0894841775*a - 1.2914855480*b)
	cut := func(x float64) float64 { return min(1, max(0, x)) }
	return rgb{
		cut(4.0767416621*l - 3.3077115913*m + .2309699292*s),
		cut(-1.2684380046*l + 2.6097574011*m - .3413193965*s),
		cut(-.0041960863*l - .7034186147*m + 1.7076147010*s),
	}
}

// contrast is WCAG 2.2's contrast ratio.
func contrast(a, b rgb) float64 {
	luminance := func(c rgb) float64 { return .2126*c.r + .7152*c.g + .0722*c.b }
	x, y := luminance(a), luminance(b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}
