package place

import (
	"strings"
	"unicode"

	"moot/internal/place/gazetteer"
)

// scripts are those that one language alone writes today, so that a name in
// them is a name in it, whatever the catalogues know. Each letter stands with
// how it is mostly written in Latin ones.
var scripts = map[string]struct {
	table *unicode.RangeTable
	latin map[rune]string
}{
	"el": {unicode.Greek, map[rune]string{
		'α': "a", 'β': "v", 'γ': "g", 'δ': "d", 'ε': "e", 'ζ': "z", 'η': "i", 'θ': "th", 'ι': "i", 'κ': "k", 'λ': "l", 'μ': "m",
		'ν': "n", 'ξ': "x", 'ο': "o", 'π': "p", 'ρ': "r", 'σ': "s", 'τ': "t", 'υ': "y", 'φ': "f", 'χ': "ch", 'ψ': "ps", 'ω': "o",
	}},
}

// inScript is the name among p's that is written in a language's own script
// and sounds most like the one GeoNames has in Latin letters: of "Ναύπλιο",
// "Ναύπλιον" and a quarter's name, the one that is Náfplio. It is "" where
// none is near.
func (p Place) inScript(language string) string {
	own, ok := scripts[language]
	if !ok || p.Kind() != City {
		return ""
	}
	sound := []rune(gazetteer.Fold(p.g.t.Written.Get(p.g.t.Primary[p.n])))
	heard := newMeter(string(sound[:min(len(sound), maxQuery)]))
	best, least := "", len(heard.query)/2
	for _, name := range p.Alternates() {
		if name == strings.ToUpper(name) || strings.ContainsFunc(name, func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(own.table, r) }) {
			continue
		}
		var said strings.Builder
		for _, r := range gazetteer.Fold(name) {
			if latin, ok := own.latin[r]; ok {
				said.WriteString(latin)
			} else {
				said.WriteRune(r)
			}
		}
		if d := heard.distance(said.String(), least); d < least {
			best, least = name, d
		}
	}
	return best
}
