package lang

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/message"
)

// Catalogue is what Moot says; print is the part of it that stands on paper, in
// languages that it doesn't speak yet.
//
//go:embed catalogue/*.json print/*.json
var catalogues embed.FS

// Language is one language that Moot speaks.
type Language struct {
	code     string
	tag      language.Tag
	rules    language.Tag // whose plurals and numbers it has: tag, except in Pseudo
	name     string
	dir      string
	messages map[string]pattern
	ascii    bool      // whether its digits are 0 to 9, so that small numbers need no printer
	printers sync.Pool // *message.Printer: one can't be shared between goroutines
}

// Code is the language's tag as text, lower-case ("en"): for the lang
// attribute, the cookie and the address.
func (l *Language) Code() string { return l.code }

// Tag is the language's BCP 47 tag.
func (l *Language) Tag() language.Tag { return l.tag }

// Name is what the language calls itself: English, Ελληνικά.
func (l *Language) Name() string { return l.name }

// Dir is the direction of its lines, for the dir attribute: "ltr" or "rtl".
func (l *Language) Dir() string { return l.dir }

// rightToLeft lists the scripts in use that run from right to left (Unicode
// Standard 16, table 4-7, the living ones), by ISO 15924 code.
var rightToLeft = []string{"Adlm", "Arab", "Hebr", "Mand", "Mend", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa", "Yezi"}

func newLanguage(tag, rules language.Tag, messages map[string]pattern) *Language {
	l := &Language{
		code:     strings.ToLower(tag.String()),
		tag:      tag,
		rules:    rules,
		name:     display.Self.Name(tag),
		dir:      "ltr",
		messages: messages,
	}
	if script, _ := tag.Script(); slices.Contains(rightToLeft, script.String()) {
		l.dir = "rtl"
	}
	l.printers.New = func() any { return message.NewPrinter(rules) }
	l.ascii = l.Number(789) == "789"
	return l
}

// all reads the catalogues once. They are part of the program, so one that
// can't be read is a fault of the build, which the tests catch: it panics.
var all = sync.OnceValue(func() []*Language {
	languages, err := load(catalogues)
	if err != nil {
		panic(err)
	}
	return languages
})

func load(files fs.FS) ([]*Language, error) {
	languages, err := loadFolder(files, "catalogue")
	if err != nil {
		return nil, err
	}
	english := slices.IndexFunc(languages, func(l *Language) bool { return l.code == "en" })
	if english < 0 {
		return nil, fmt.Errorf("there is no catalogue/en.json")
	}
	languages[0], languages[english] = languages[english], languages[0]
	slices.SortFunc(languages[1:], func(a, b *Language) int { return strings.Compare(a.code, b.code) })
	return languages, nil
}

// loadFolder reads the catalogues of a folder.
func loadFolder(files fs.FS, folder string) ([]*Language, error) {
	names, err := fs.Glob(files, folder+"/*.json")
	if err != nil {
		return nil, err
	}
	var languages []*Language
	for _, name := range names {
		code := strings.TrimSuffix(strings.TrimPrefix(name, folder+"/"), ".json")
		tag, err := language.Parse(code)
		if err != nil {
			return nil, fmt.Errorf("%s: %q is not a language tag: %w", name, code, err)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		messages, err := parseCatalogue(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		languages = append(languages, newLanguage(tag, tag, messages))
	}
	return languages, nil
}

// printed are the languages that stand on paper only, by code. What isn't among their
// messages they say in English.
var printed = sync.OnceValue(func() []*Language {
	languages, err := loadFolder(catalogues, "print")
	if err != nil {
		panic(err)
	}
	for _, l := range languages {
		for key, said := range all()[0].messages {
			if _, has := l.messages[key]; !has {
				l.messages[key] = said
			}
		}
	}
	return languages
})

// Printed are the languages in which what is printed can be, though no page is in them:
// those that are among some already are left out.
func Printed(among []*Language) []*Language {
	return slices.DeleteFunc(slices.Clone(printed()), func(l *Language) bool {
		return slices.ContainsFunc(among, func(spoken *Language) bool { return spoken.code == l.code })
	})
}

// All lists the languages: English first, then the others by code.
func All() []*Language { return slices.Clone(all()) }

// Lookup finds the language of a code, in upper or lower case ("el").
func Lookup(code string) (*Language, bool) {
	for _, l := range all() {
		if strings.EqualFold(l.code, code) {
			return l, true
		}
	}
	return nil, false
}

// Match is the language that suits an Accept-Language header (RFC 9110,
// 12.5.4) best, of all that Moot speaks. The header may be anything: what
// can't be read, or fits nothing, gets English.
func Match(acceptLanguage string) *Language { return matchAll()(acceptLanguage) }

var matchAll = sync.OnceValue(func() func(string) *Language { return Matching(all()) })

// longestAccept is how much of an Accept-Language header is looked at, in
// bytes. Browsers send fewer than 200; reading takes longer the longer it is.
const longestAccept = 400

// Matching makes a Match for a site that speaks only some languages, of which
// the first is for whoever wants none of them. It panics where there is none.
func Matching(among []*Language) func(acceptLanguage string) *Language {
	among = slices.Clone(among)
	tags := make([]language.Tag, len(among))
	for i, l := range among {
		tags[i] = l.tag
	}
	first, matcher := among[0], language.NewMatcher(tags)
	return func(accept string) *Language {
		if len(accept) > longestAccept {
			accept = accept[:longestAccept]
			accept = accept[:max(0, strings.LastIndexByte(accept, ','))]
		}
		wanted, _, err := language.ParseAcceptLanguage(accept)
		if err != nil || len(wanted) == 0 {
			return first
		}
		_, i, confidence := matcher.Match(wanted...)
		if confidence == language.No {
			return first
		}
		return among[i]
	}
}

// SpokenIn is the language most spoken in a country, by its code ("gr") and CLDR's
// likely subtags, if it is among some; else the first of them.
func SpokenIn(country string, among []*Language) *Language {
	region, err := language.ParseRegion(country)
	if err != nil {
		return among[0]
	}
	likely, err := language.Compose(region)
	if err != nil {
		return among[0]
	}
	base, _ := likely.Base()
	for _, l := range among {
		if b, _ := l.Tag().Base(); b == base {
			return l
		}
	}
	return among[0]
}
