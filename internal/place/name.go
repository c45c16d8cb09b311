package place

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Name is what p is called in a language where that is known, and else what
// GeoNames calls it, which is mostly its own name in Latin letters.
func (p Place) Name(tag language.Tag) string {
	if p.g == nil {
		return ""
	}
	g := p.g
	switch p.Kind() {
	case World:
		if name := regionName(tag, worldRegion); name != "" {
			return capital(name)
		}
	case Country:
		if name := regionName(tag, g.codes[p.country()]); name != "" {
			return name
		}
	}
	if name := p.display(tag); name != "" {
		return name
	}
	return g.t.Written.Get(g.t.Primary[p.n])
}

// worldRegion is the world in the codes of UN M.49.
var worldRegion = language.MustParseRegion("001")

// regionName is CLDR's name of a region, or "" where it has none.
func regionName(tag language.Tag, r language.Region) string {
	if namer := display.Regions(tag); namer != nil && r != (language.Region{}) {
		return namer.Name(r)
	}
	return ""
}

// capital writes a word as a title begins.
func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToTitle(r)) + s[size:]
}

// display looks a name up in the catalogues of a language: first the one of
// its region or script, then its own.
func (p Place) display(tag language.Tag) string {
	base, _ := tag.Base()
	script, _ := tag.Script()
	if base.String() == "sr" && script.String() == "Latn" {
		return "" // the catalogue is Cyrillic; GeoNames' names are the Latin ones
	}
	region, _, own := region(tag)
	if base.String() == "zh" && script.String() == "Hant" {
		region, own = "TW", true
	}
	if own {
		if name := p.inCatalogue(base.String() + "_" + region); name != "" {
			return name
		}
	}
	if name := p.inCatalogue(base.String()); name != "" {
		return name
	}
	return p.inScript(base.String())
}

// region is the region of a tag, and whether the tag itself names it.
func region(tag language.Tag) (code string, r language.Region, own bool) {
	r, confidence := tag.Region()
	return r.String(), r, confidence == language.Exact
}

func (p Place) inCatalogue(name string) string {
	lang, ok := p.g.lang[name]
	if !ok {
		return ""
	}
	return p.inLang(lang)
}

// inLang is p's name in a language that the tables know, or "".
func (p Place) inLang(lang uint8) string {
	t := p.g.t
	for d := t.Displays[p.n]; d < t.Displays[p.n+1]; d++ {
		if t.DisplayLang[d] == lang {
			return t.Written.Get(t.DisplayName[d])
		}
	}
	return ""
}

// Native is what p is called in the main language of its region or country,
// where that is known and another than GeoNames' name; else "".
func (p Place) Native() string {
	if p.Kind() == World {
		return ""
	}
	g := p.g
	lang := g.t.CountryLang[p.country()]
	if r := p.Region(); r.Valid() {
		lang = g.t.RegionLang[r.n-g.firstRegion]
	}
	if lang == 0 {
		return ""
	}
	if p.Kind() == Country {
		tag := language.Make(g.t.Langs[lang-1])
		if name := regionName(tag, g.codes[p.country()]); name != g.t.Written.Get(g.t.Primary[p.n]) {
			return name
		}
		return ""
	}
	if name := p.inLang(lang - 1); name != "" {
		return name
	}
	return p.inScript(g.t.Langs[lang-1])
}

// Alternates are all names that are known of p, as written, sorted by how they
// are looked up.
func (p Place) Alternates() []string {
	if p.g == nil {
		return nil
	}
	t := p.g.t
	list := make([]string, 0, t.NameStarts[p.n+1]-t.NameStarts[p.n])
	for _, w := range t.NamesOfPlaces[t.NameStarts[p.n]:t.NameStarts[p.n+1]] {
		list = append(list, t.Written.Get(w))
	}
	return list
}
