package search

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTokens(t *testing.T) {
	for s, want := range map[string]string{
		"":                      "",
		"!?… — 🙂":               "",
		"Don't stop at ½":       "don t stop at 1 2",
		"example.org/hall?a=1":  "example org hall a 1",
		"ΟΔΌΣ οδός":             "οδοσ οδοσ",
		"co\u00adop\u200dera":   "coopera",
		"東京都":                   "東京 京都 都",
		"東京 都":                  "東京 京 都",
		"猫":                     "猫",
		"iPhone電池3個":            "iphone 電池 池 3 個",
		"ﾃﾞｰﾀ":                  "デー ータ タ",
		"ราคา๑๒":                "รา าค คา า 12",
		"ที่นี่":                "ที่นี่ นี่",
		"한국어":                   "한국 국어 어",
		"❤️ ok":                 "ok",
		"Hawaiʻi":               "hawai i",
		strings.Repeat("a", 99): strings.Repeat("a", longestWord),
	} {
		if got := strings.Join(tokens(read(s)), " "); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

func TestPhrases(t *testing.T) {
	for s, want := range map[string][]string{ // the row, then the letter
		"up by a third": {"up by a third", ""},
		"東京都":           {"東京 京都", ""},
		"東京":            {"東京", ""},
		"東":             {"", "東"},
		"東京 都市":         {"東京 京 都市", ""},
		"電 now":         {"電 now", ""},
		"iphone電":       {"iphone", "電"},
		"…":             {"", ""},
	} {
		row, letter := phrase(s)
		if got := []string{strings.Join(row, " "), letter}; !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

// FuzzRead holds what the engines count on: tokens of letters, marks and
// numbers alone, standing where they say, one for each word.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"Don't", "東京 ﾃﾞｰﾀ", "ที่นี่", "\xff\xfe", "ﷺ ½ ㍿", "a\u0300\u0301'b", "\u200d\u200e", "ʻʻʻ", "ⁿ'", "ຳ ำ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		words := read(s)
		for i, token := range tokens(words) {
			w := words[i]
			if w.from < 0 || w.to <= w.from || w.to > len(s) || i > 0 && w.from < words[i-1].from {
				t.Fatalf("%q: %q stands at %d to %d", s, token, w.from, w.to)
			}
			if token == "" || !utf8.ValidString(token) || strings.ContainsFunc(token, func(r rune) bool { return !isWord(r) }) {
				t.Fatalf("%q: token %q", s, token)
			}
			if w.tied && (i == 0 || !words[i-1].letter || words[i-1].to != w.from) {
				t.Fatalf("%q: %q is tied to nothing", s, w.folded)
			}
		}
	})
}
