package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"moot/internal/text"
)

// word is a word of a text, or one letter of a script that puts no spaces
// between words, with where it stands.
type word struct {
	folded   string
	from, to int  // bytes of the text
	letter   bool // one letter of a script without spaces
	tied     bool // nothing stands between it and the letter before
}

// longestWord is how many characters of a word count: none that people write
// has more, and pasted addresses and keys must not fill the index.
const longestWord = 48

// read finds the words of a text. Everything that is no letter, mark or number
// stands between words.
func read(s string) (words []word) {
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !isWord(r) {
			i += size
			continue
		}
		end := i + size
		loose := isLoose(r)
		for end < len(s) {
			r, size := utf8.DecodeRuneInString(s[end:])
			if !isWord(r) {
				break
			}
			loose = loose || isLoose(r)
			end += size
		}
		if loose {
			words = appendLoose(words, s, i, end)
		} else {
			words = appendWord(words, s, i, end)
		}
		i = end
	}
	return words
}

// appendWord adds the words of s[from:to], which has no letters of scripts
// without spaces. They are several where folding takes it apart.
func appendWord(words []word, s string, from, to int) []word {
	folded := text.Fold(s[from:to])
	for part := range strings.FieldsFuncSeq(folded, func(r rune) bool { return !isWord(r) }) {
		words = append(words, word{folded: cut(part), from: from, to: to})
	}
	return words
}

// appendLoose adds the words and letters of s[from:to].
func appendLoose(words []word, s string, from, to int) []word {
	for i := from; i < to; {
		r, size := utf8.DecodeRuneInString(s[i:])
		end, loose := i+size, isLoose(r)
		for end < to {
			r, size := utf8.DecodeRuneInString(s[end:])
			if loose && !joins(r) || !loose && isLoose(r) {
				break
			}
			end += size
		}
		switch folded := text.Fold(s[i:end]); {
		case !loose:
			words = appendWord(words, s, i, end)
		case folded != "" && !strings.ContainsFunc(folded, func(r rune) bool { return !isWord(r) }):
			last := len(words) - 1
			tied := last >= 0 && words[last].letter && words[last].to == i
			words = append(words, word{folded: folded, from: i, to: end, letter: true, tied: tied})
		}
		i = end
	}
	return words
}

// isWord reports whether a character is part of a word. Invisible ones are:
// they stand within words and mean nothing.
func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) || unicode.Is(unicode.Cf, r)
}

// joins reports whether a character belongs to the letter before it.
func joins(r rune) bool {
	return unicode.IsMark(r) || unicode.Is(unicode.Cf, r) || r == 0xff9e || r == 0xff9f // half-width voicing marks
}

// withoutSpaces are the scripts whose words nothing parts, and Hangul, whose
// words end in particles.
var withoutSpaces = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Hangul, unicode.Yi,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar,
	unicode.Tai_Le, unicode.New_Tai_Lue, unicode.Tai_Tham, unicode.Tai_Viet, unicode.Javanese, unicode.Balinese,
}

// isLoose reports whether a character is a letter of a script without spaces.
func isLoose(r rune) bool {
	switch {
	case r < 0x0e00: // Thai is the first of them
		return false
	case r == 'ー' || r == 'ｰ': // of no script, since both kana have them
		return true
	}
	return unicode.In(r, withoutSpaces...) && !unicode.Is(unicode.Nd, r)
}

func cut(s string) string {
	n := 0
	for i := range s {
		if n++; n > longestWord {
			return s[:i]
		}
	}
	return s
}

// tokens are what the index has of words, one for each: the word itself; of a
// letter, it and the letter tied to it, so that two neighbours are one token.
func tokens(words []word) []string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = w.folded
		if i+1 < len(words) && words[i+1].tied {
			all[i] += words[i+1].folded
		}
	}
	return all
}

// phrase is what a text that is looked for asks of the index: tokens that stand
// in a row, and the letter at its end where that stands alone, which is the
// beginning of a token that can't be known.
func phrase(s string) (row []string, letter string) {
	words := read(s)
	row = tokens(words)
	if last := len(words) - 1; last >= 0 && words[last].letter {
		row = row[:last]
		if !words[last].tied {
			letter = words[last].folded
		}
	}
	return row, letter
}
