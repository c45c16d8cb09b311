package main

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"moot/internal/place/gazetteer"
)

// mainLang is the language of countries where the likely language of CLDR is
// not the one in which their people write the names of their towns.
var mainLang = map[string]string{"KZ": "kk", "TW": "zh_TW", "HK": "zh_TW", "MO": "zh_TW", "ME": ""}

// regionLang is the language of regions that have another one than their
// country.
var regionLang = map[string]string{
	"IN.02": "te", "IN.03": "as", "IN.09": "gu", "IN.13": "ml", "IN.16": "mr", "IN.19": "kn", "IN.21": "or",
	"IN.22": "ta", "IN.23": "pa", "IN.25": "ta", "IN.26": "bn", "IN.28": "bn", "IN.40": "te",
	"CH.FR": "fr", "CH.GE": "fr", "CH.JU": "fr", "CH.NE": "fr", "CH.VD": "fr", "CH.VS": "fr", "CH.TI": "it",
	"BE.WAL": "fr", "BE.BRU": "fr", "CA.10": "fr",
	"ES.07": "ca", "ES.56": "ca", "ES.58": "gl", "ES.59": "eu",
}

// postal are the letters by which people call the regions of Canada and
// Australia. In the United States they are GeoNames' own code.
var postal = map[string]string{
	"CA.01": "AB", "CA.02": "BC", "CA.03": "MB", "CA.04": "NB", "CA.05": "NL", "CA.07": "NS", "CA.08": "ON",
	"CA.09": "PE", "CA.10": "QC", "CA.11": "SK", "CA.12": "YT", "CA.13": "NT", "CA.14": "NU",
	"AU.01": "ACT", "AU.02": "NSW", "AU.03": "NT", "AU.04": "QLD", "AU.05": "SA", "AU.06": "TAS", "AU.07": "VIC", "AU.08": "WA",
}

// spoken are names of countries that CLDR's lists lack.
var spoken = map[string][]string{
	"GB": {"UK", "Great Britain", "Britain"}, "US": {"America", "United States of America"}, "NL": {"Holland"},
	"AE": {"UAE"}, "CZ": {"Czech Republic"}, "MK": {"Macedonia"}, "TR": {"Turkey"}, "MM": {"Burma"},
	"CI": {"Ivory Coast"}, "SZ": {"Swaziland"}, "CV": {"Cape Verde"}, "TL": {"East Timor"},
	"CD": {"DR Congo", "DRC"}, "KR": {"Korea"}, "GR": {"Hellas"}, "BA": {"Bosnia"},
}

// nameAll gives all places the names that the catalogues have for them, and
// countries those of CLDR.
func (w *world) nameAll(catalogues map[string]map[string]string) {
	w.nameCountries()
	for _, lang := range w.langs {
		for _, list := range [][]*node{w.countries, w.regions, w.cities, w.quarters} {
			for _, n := range list {
				if name := strings.TrimSpace(catalogues[lang][n.key]); gazetteer.Fold(name) != "" {
					n.bear(name, true)
					n.call(lang, name)
				}
			}
		}
	}
	langOf := map[string]string{}
	for _, c := range w.countries {
		c.lang = w.known(countryLang(c.code))
		langOf[c.code] = c.lang
	}
	for _, r := range w.regions {
		r.lang = langOf[r.code]
		if lang, ok := regionLang[r.key]; ok {
			r.lang = w.known(lang)
		}
		if r.code == "US" {
			r.bear(r.admin1, true)
		}
		if short := postal[r.key]; short != "" {
			r.bear(short, true)
		}
		r.nativeName(r.lang)
	}
	for _, n := range w.cities {
		if n.region != nil {
			n.nativeName(n.region.lang)
		} else {
			n.nativeName(langOf[n.code])
		}
	}
}

// call notes a catalogue's name for a place. Names in Latin letters are left
// out where the language has another script: they are gaps that the catalogue
// filled, and GeoNames' own name does that as well; but Serbian is written in
// both. So is the Chinese,
// Japanese and Korean word for "city" where the name is known without it.
func (n *node) call(lang, name string) {
	if lang != "sr" && scripts[lang] != nil && strings.ContainsFunc(name, func(r rune) bool { return r < utf8.RuneSelf && unicode.IsLetter(r) }) {
		return
	}
	if n.id != 0 && (scripts[lang] == unicode.Han || lang == "ko") {
		name = n.withoutKind(name)
	}
	n.byLang[lang] = name
}

// withoutKind is a name without the word for what kind of city it is, where
// the place is known by that as well.
func (n *node) withoutKind(name string) string {
	for _, kind := range []string{"市", "都", "특별자치시", "특별시", "광역시", "시"} {
		short, found := strings.CutSuffix(name, kind)
		if _, known := n.names[short]; found && known && utf8.RuneCountInString(short) > 1 {
			n.bear(short, true)
			return short
		}
	}
	return name
}

func (w *world) nameCountries() {
	nameIn := func(n *node, region string, tag language.Tag) {
		namer := display.Regions(tag)
		if namer == nil {
			return
		}
		if name := namer.Name(language.MustParseRegion(region)); name != "" {
			n.bear(name, true)
		}
	}
	for _, tag := range display.Supported.Tags() {
		nameIn(w.root, "001", tag)
		for _, c := range w.countries {
			nameIn(c, c.code, tag)
		}
	}
	w.root.bear(w.root.name, true)
	for _, c := range w.countries {
		region := language.MustParseRegion(c.code)
		c.name = display.English.Regions().Name(region)
		c.ascii = c.name
		c.bear(c.name, true)
		c.bear(c.code, true)
		c.bear(region.ISO3(), true)
		for _, name := range spoken[c.code] {
			c.bear(name, true)
		}
	}
}

// known is the catalogue's name if there is such a catalogue.
func (w *world) known(lang string) string {
	if slices.Contains(w.langs, lang) {
		return lang
	}
	return ""
}

// countryLang is the main language of a country, by CLDR's likely subtags.
func countryLang(code string) string {
	if lang, ok := mainLang[code]; ok {
		return lang
	}
	base, confidence := language.Make("und-" + code).Base()
	if confidence == language.No {
		return ""
	}
	return base.String()
}

// scripts are the scripts of the languages that don't write in Latin letters.
var scripts = map[string]*unicode.RangeTable{
	"el": unicode.Greek, "ru": unicode.Cyrillic, "uk": unicode.Cyrillic, "bg": unicode.Cyrillic, "mk": unicode.Cyrillic,
	"sr": unicode.Cyrillic, "be": unicode.Cyrillic, "kk": unicode.Cyrillic, "ky": unicode.Cyrillic, "mn": unicode.Cyrillic,
	"tg": unicode.Cyrillic, "ar": unicode.Arabic, "fa": unicode.Arabic, "ur": unicode.Arabic, "ps": unicode.Arabic,
	"he": unicode.Hebrew, "hy": unicode.Armenian, "ka": unicode.Georgian, "th": unicode.Thai, "ko": unicode.Hangul,
	"km": unicode.Khmer, "lo": unicode.Lao, "my": unicode.Myanmar, "am": unicode.Ethiopic, "ti": unicode.Ethiopic,
	"hi": unicode.Devanagari, "mr": unicode.Devanagari, "ne": unicode.Devanagari, "bn": unicode.Bengali, "as": unicode.Bengali,
	"ta": unicode.Tamil, "te": unicode.Telugu, "kn": unicode.Kannada, "ml": unicode.Malayalam, "gu": unicode.Gujarati,
	"or": unicode.Oriya, "pa": unicode.Gurmukhi, "si": unicode.Sinhala, "dv": unicode.Thaana, "dz": unicode.Tibetan,
	"zh": unicode.Han, "zh_TW": unicode.Han, "ja": unicode.Han,
}

// nativeName finds the name in the language of a place's own people where the
// catalogue lacks it: the only one of its names that is in their script. Names
// that differ by accents alone count as one, the longest of which is meant.
func (n *node) nativeName(lang string) {
	if lang == "" || n.byLang[lang] != "" {
		return
	}
	if lang == "zh_TW" && n.byLang["zh"] != "" {
		n.byLang[lang] = n.byLang["zh"]
		return
	}
	script := scripts[lang]
	if script == nil {
		return
	}
	found := ""
	for _, name := range sortedNames(n) {
		if !writtenIn(name, script) {
			continue
		}
		if found != "" && gazetteer.Fold(name) != gazetteer.Fold(found) {
			return
		}
		if len(name) > len(found) {
			found = name
		}
	}
	if found != "" {
		n.byLang[lang] = found
		n.names[found] = true
	}
}

// writtenIn reports whether all letters of a name are of one script.
func writtenIn(name string, script *unicode.RangeTable) bool {
	letters := 0
	for _, r := range name {
		if unicode.IsLetter(r) {
			if !unicode.Is(script, r) {
				return false
			}
			letters++
		}
	}
	return letters > 0
}
