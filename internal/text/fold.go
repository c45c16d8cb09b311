package text

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxFoldedMarks is how many marks in a row Fold keeps on one letter. No
// script needs more than six; a bound below thirty keeps normalization from
// breaking a run in two, and so keeps Fold(Fold(s)) equal to Fold(s).
const maxFoldedMarks = 8

// Fold makes s into the form in which two spellings of one word are equal:
// for comparing and finding, never for showing. Lower case; accents, Hebrew
// points and Arabic harakat gone; letters with a stroke or a tail as their
// plain letter; Arabic alef, yeh, kaf and heh as one each; full-width as half;
// every script's digits, dashes and apostrophes as the ASCII ones; invisible
// characters gone. Marks that are vowels or letters of their script stay, as
// in Devanagari, Thai, kana, and й of Cyrillic. Invalid UTF-8 becomes U+FFFD.
//
// Fold(Fold(s)) == Fold(s). White space beyond ASCII becomes U+0020; nothing is
// trimmed or joined. The result is in NFC. Folded ASCII is returned as it came,
// without an allocation.
func Fold(s string) string {
	i := 0
	for ; i < len(s); i++ {
		if c := s[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			break
		}
	}
	if i == len(s) {
		return s
	}
	if isASCII(s[i:]) {
		return strings.ToLower(s)
	}
	if folded, ok := foldQuickly(s); ok {
		return folded
	}
	return foldFully(strings.ToValidUTF8(s, "\ufffd"))
}

// quickEnd bounds the table of characters that fold by themselves.
const quickEnd = 0x3100

// never marks a character that folds to nothing, in the table of foldQuickly.
const never = -1

// quickFolds tells for each character below quickEnd the one character it
// folds to whatever stands around it, or never, or 0: that foldFully must say.
var quickFolds = sync.OnceValue(func() *[quickEnd]rune {
	var table [quickEnd]rune
	for r := range rune(quickEnd) {
		folded := foldFully(string(r))
		to, size := utf8.DecodeRuneInString(folded)
		switch {
		case r == breve || unicode.Is(unicode.M, to) || size < len(folded):
		case size == 0:
			table[r] = never
		case norm.NFC.PropertiesString(folded).BoundaryBefore():
			table[r] = to
		}
	}
	return &table
})

// foldQuickly folds s one character at a time, if each of them can be.
func foldQuickly(s string) (string, bool) {
	table := quickFolds()
	var room [64]byte
	out := room[:0]
	for _, r := range s {
		switch {
		case r < quickEnd && table[r] == never:
		case r < quickEnd && table[r] != 0:
			out = utf8.AppendRune(out, table[r])
		case 0x4e00 <= r && r <= 0x9fff, 0xac00 <= r && r <= 0xd7a3: // Han and Hangul
			out = utf8.AppendRune(out, r)
		default:
			return "", false
		}
	}
	return string(out), true
}

// foldFully folds valid UTF-8.
func foldFully(s string) string {
	decomposed := norm.NFKD.AppendString(nil, s)
	out := make([]byte, 0, len(decomposed))
	marks := 0
	var last rune
	for len(decomposed) > 0 {
		r, size := utf8.DecodeRune(decomposed)
		decomposed = decomposed[size:]
		if r == breve && last == 'и' {
			out = utf8.AppendRune(out, r)
			last = r
			continue
		}
		if isFoldedAway(r) {
			continue
		}
		if !unicode.Is(unicode.M, r) {
			marks = 0
		} else if marks++; marks > maxFoldedMarks {
			continue
		}
		before := len(out)
		out = appendFolded(out, r)
		last, _ = utf8.DecodeRune(out[before:])
	}
	if norm.NFC.IsNormal(out) {
		return string(out)
	}
	return norm.NFC.String(string(out))
}

// breve on и makes й, which is a letter and not an accent.
const breve = '\u0306'

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isFoldedAway reports whether a decomposed character means nothing to
// somebody who looks for a word: an accent, a point, or something invisible.
func isFoldedAway(r rune) bool {
	switch {
	case r < 0x0300:
		return r == '\u00ad' // soft hyphen
	case r <= 0x036f, // accents of Latin, Greek and Cyrillic
		0x0483 <= r && r <= 0x0489,              // Cyrillic
		0x1ab0 <= r && r <= 0x1aff,              // extended
		0x1dc0 <= r && r <= 0x1dff,              // supplement
		0x20d0 <= r && r <= 0x20ff,              // around symbols
		0xfe00 <= r && r <= 0xfe0f,              // variation selectors
		0xfe20 <= r && r <= 0xfe2f,              // half marks
		0xe0100 <= r && r <= 0xe01ef,            // variation selectors
		r == 0x0640,                             // tatweel
		r == 0x0670, 0x064b <= r && r <= 0x065f, // harakat
		0x0610 <= r && r <= 0x061a, r == 0x08d3: // signs of honour, small vowels
		return true
	case 0x0591 <= r && r <= 0x05c7: // points and cantillation; the rest is punctuation
		return unicode.Is(unicode.Mn, r)
	case 0x06d6 <= r && r <= 0x06ed, 0x08ca <= r && r <= 0x08ff, // Quranic
		r == 0x0711, 0x0730 <= r && r <= 0x074a: // Syriac vowels
		return unicode.Is(unicode.Mn, r)
	}
	return unicode.Is(unicode.Cf, r)
}

// foldedLetters are the letters that decompose into no plain letter and yet
// are written as one by who lacks the keyboard, and signs that stand for an
// ASCII one. Keys are lower case and decomposed; values are folded.
var foldedLetters = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'þ': "th", 'ð': "d", 'đ': "d", 'ø': "o",
	'ł': "l", 'ƚ': "l", 'ħ': "h", 'ŧ': "t", 'ŋ': "n", 'ĸ': "k", 'ı': "i", 'ȷ': "j",
	'ə': "e", 'ǝ': "e", 'ɛ': "e", 'ɔ': "o", 'ɑ': "a", 'ɓ': "b", 'ƀ': "b", 'ɖ': "d", 'ɗ': "d",
	'ƒ': "f", 'ǥ': "g", 'ɠ': "g", 'ɣ': "g", 'ɨ': "i", 'ɩ': "i", 'ɪ': "i", 'ƙ': "k", 'ɲ': "n",
	'ƥ': "p", 'ɍ': "r", 'ƭ': "t", 'ʈ': "t", 'ʉ': "u", 'ʊ': "u", 'ʋ': "v", 'ƴ': "y", 'ɏ': "y", 'ƶ': "z",
	'ⱥ': "a", 'ȼ': "c", 'ɇ': "e", 'ɉ': "j", 'ⱦ': "t", 'ᵽ': "p", 'ɫ': "l",

	'ς': "σ", 'ґ': "г",

	'ٱ': "ا", 'ٲ': "ا", 'ٳ': "ا", 'ٵ': "ا",
	'ى': "ي", 'ی': "ي", 'ۍ': "ي", 'ێ': "ي",
	'ک': "ك", 'ڪ': "ك", 'ة': "ه", 'ہ': "ه", 'ھ': "ه", 'ە': "ه", 'ۃ': "ه",

	'‘': "'", '’': "'", '‚': "'", '‛': "'", 'ʻ': "'", 'ʼ': "'", 'ʽ': "'", 'ʾ': "'", 'ʿ': "'",
	'ʹ': "'", '′': "'", '׳': "'", 'ꞌ': "'", 'ˈ': "'", 'ʔ': "'", 'ʕ': "'",
	'“': `"`, '”': `"`, '„': `"`, '‟': `"`, '″': `"`, '״': `"`, 'ʺ': `"`, '«': `"`, '»': `"`,
	'‐': "-", '‒': "-", '–': "-", '—': "-", '―': "-", '−': "-", '־': "-", '᐀': "-",
	'⁄': "/", '،': ",", '、': ",", '。': ".", '؛': ";", '؟': "?",
}

// appendFolded appends the folded form of one decomposed character.
func appendFolded(out []byte, r rune) []byte {
	r = unicode.ToLower(r)
	if folded, ok := foldedLetters[r]; ok {
		return append(out, folded...)
	}
	if unicode.IsDigit(r) {
		return append(out, '0'+digit(r))
	}
	if r > ' ' && unicode.IsSpace(r) {
		return append(out, ' ')
	}
	return utf8.AppendRune(out, r)
}

// digit is the value of a decimal digit of any script. Unicode keeps each
// script's ten in a row from zero, so the place in the range tells it.
func digit(r rune) byte {
	for _, span := range unicode.Nd.R16 {
		if rune(span.Lo) <= r && r <= rune(span.Hi) {
			return byte((r - rune(span.Lo)) % 10)
		}
	}
	for _, span := range unicode.Nd.R32 {
		if rune(span.Lo) <= r && r <= rune(span.Hi) {
			return byte((r - rune(span.Lo)) % 10)
		}
	}
	return 0
}
