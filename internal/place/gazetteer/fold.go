package gazetteer

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// letters are those that Unicode does not take apart, but a person who lacks
// them on the keyboard does.
var letters = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d",
	'þ': "th", 'ı': "i", 'ħ': "h", 'ŋ': "n", 'ə': "e", 'ŧ': "t", 'ɓ': "b",
	'ɗ': "d", 'ƙ': "k", 'ƴ': "y", 'ɛ': "e", 'ɔ': "o", 'ς': "σ", 'ґ': "г",
	'ى': "ي", 'ی': "ي", 'ې': "ي", 'ے': "ي", 'ک': "ك", 'ڪ': "ك", 'ة': "ه",
	'ہ': "ه", 'ھ': "ه", 'ە': "ه", 'ۃ': "ه", 'ٱ': "ا", 'ـ': "",
}

// dropped are the combining marks that are no letters: accents, the vowel
// points of Hebrew and Arabic, and the dots below of the scripts of India.
// Marks that are vowels (Devanagari, Thai …) are letters and stay.
var dropped = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x0300, Hi: 0x036f, Stride: 1},
		{Lo: 0x0483, Hi: 0x0489, Stride: 1},
		{Lo: 0x0591, Hi: 0x05c7, Stride: 1},
		{Lo: 0x0610, Hi: 0x061a, Stride: 1},
		{Lo: 0x064b, Hi: 0x065f, Stride: 1},
		{Lo: 0x0670, Hi: 0x0670, Stride: 1},
		{Lo: 0x06d6, Hi: 0x06ed, Stride: 1},
		{Lo: 0x093c, Hi: 0x093c, Stride: 1},
		{Lo: 0x09bc, Hi: 0x09bc, Stride: 1},
		{Lo: 0x0a3c, Hi: 0x0a3c, Stride: 1},
		{Lo: 0x0abc, Hi: 0x0abc, Stride: 1},
		{Lo: 0x0b3c, Hi: 0x0b3c, Stride: 1},
		{Lo: 0x1dc0, Hi: 0x1dff, Stride: 1},
		{Lo: 0x20d0, Hi: 0x20ff, Stride: 1},
		{Lo: 0xfe20, Hi: 0xfe2f, Stride: 1},
	},
}

// apostrophe reports whether r is one of the many signs that stand for an
// apostrophe or a soft sign, which people leave out.
func apostrophe(r rune) bool {
	switch r {
	case '\'', '`', '´', '‘', '’', '‛', '′', '″', 'ʹ', 'ʺ', 'ʻ', 'ʼ', 'ʽ', 'ʾ', 'ʿ', 'ˈ', 'ˮ', '׳', '״':
		return true
	}
	return false
}

// Fold makes of a name what it is looked up by: lower case, without accents,
// compatible forms made one (full width, katakana to hiragana, the variants of
// Arabic letters), apostrophes left out, all else that is neither letter nor
// digit one space. Bytes that are not UTF-8 count as spaces.
func Fold(s string) string {
	if !ascii(s) {
		s = norm.NFKD.String(strings.ToValidUTF8(s, " "))
	}
	b := make([]byte, 0, len(s))
	space := false
	for _, r := range s {
		if r >= utf8.RuneSelf && unicode.Is(dropped, r) || apostrophe(r) || unicode.Is(unicode.Cf, r) {
			continue
		}
		if !word(r) {
			space = len(b) > 0
			continue
		}
		if space {
			b, space = append(b, ' '), false
		}
		b = appendFolded(b, r)
	}
	return string(b)
}

// word reports whether r belongs to words: letters, digits, vowel signs.
func word(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r))
}

func appendFolded(b []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return append(b, byte(r))
	}
	r = unicode.ToLower(r)
	if to, ok := letters[r]; ok {
		return append(b, to...)
	}
	if 0x30a1 <= r && r <= 0x30f6 {
		r -= 0x60 // katakana to hiragana
	}
	if r == 0x3099 || r == 0x309a {
		return appendVoiced(b, r)
	}
	if d, ok := digit(r); ok {
		return append(b, d)
	}
	return utf8.AppendRune(b, r)
}

// appendVoiced appends the mark that makes another letter of the kana before
// it, as that letter: で is no て with an accent.
func appendVoiced(b []byte, mark rune) []byte {
	last, size := utf8.DecodeLastRune(b)
	if size == 0 {
		return b
	}
	return append(b[:len(b)-size], norm.NFC.String(string([]rune{last, mark}))...)
}

// digit is the ASCII digit that a decimal digit of another script stands for.
// Unicode lays every script's ten digits side by side, from a zero upwards.
func digit(r rune) (byte, bool) {
	if !unicode.Is(unicode.Nd, r) {
		return 0, false
	}
	d := 0
	for d < 9 && unicode.Is(unicode.Nd, r-rune(d)-1) {
		d++
	}
	return '0' + byte(d%10), true
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Slug makes of a name a segment of an address: [a-z0-9] and single inner
// hyphens. It is empty where nothing of the name is Latin.
func Slug(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range Fold(s) {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
		} else if r == ' ' {
			gap = true
		}
	}
	return b.String()
}

// Title writes a key as names are mostly written: every word with a capital.
func Title(key string) string { return string(appendTitle(nil, key)) }

// uncased is where the scripts without capitals begin (Ideographic radicals).
// The cased letters beyond it are compatibility forms, which Fold undoes, and
// those of dead scripts.
const uncased = 0x2e80

func appendTitle(b []byte, key string) []byte {
	from := len(b)
	b = append(b, key...)
	for i := from; i < len(b); i++ {
		if i > from && b[i-1] != ' ' {
			continue
		}
		if c := b[i]; c < utf8.RuneSelf {
			if 'a' <= c && c <= 'z' {
				b[i] -= 'a' - 'A'
			}
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if r >= uncased {
			continue
		}
		if title := unicode.ToTitle(r); utf8.RuneLen(title) == size {
			utf8.EncodeRune(b[i:i+size], title)
		}
	}
	return b
}
