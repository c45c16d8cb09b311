package lang

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
)

// unwrapped are the messages that only ever stand inside another one.
var unwrapped = slices.Concat(weekdays[:], months[:], []string{"lang.list_more", "lang.list_last"})

// Pseudo is a language for tests and for whoever builds pages; no visitor is
// ever given it, as neither All nor Lookup nor Match knows it. Its messages are
// the English ones, lengthened by a third as translations are, overridden to
// run from right to left, and put between ⟦ and ⟧. So a page in it shows what
// is not from the catalogue (no brackets), what is cut (one bracket), what was
// glued together of pieces (brackets side by side in one sentence), and what
// stands on the wrong side.
func Pseudo() *Language { return pseudo() }

var pseudo = sync.OnceValue(func() *Language {
	english, _ := Lookup("en")
	messages := maps.Clone(english.messages)
	for key, p := range messages {
		if slices.Contains(unwrapped, key) {
			continue
		}
		for form, cut := range p.forms {
			if cut != nil {
				p.forms[form] = wrap(cut)
			}
		}
		messages[key] = p
	}
	l := newLanguage(language.MustParse("ar-XB"), english.rules, messages)
	l.name = "⟦Pseudo⟧"
	return l
})

func wrap(cut text) text {
	const rlo, pdf = "\u202e", "\u202c" // right-to-left override, and its end
	length := 0
	wrapped := make(text, 0, len(cut)+2)
	wrapped = append(wrapped, piece{literal: "⟦"})
	for _, p := range cut {
		length += len([]rune(p.literal))
		if words(p.literal) {
			p.literal = rlo + p.literal + pdf
		}
		wrapped = append(wrapped, p)
	}
	return append(wrapped, piece{literal: strings.Repeat("·", length/3) + "⟧"})
}
