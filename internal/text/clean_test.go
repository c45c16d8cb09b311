package text

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"line ends", "a\r\nb\rc\u0085d\u2028e\u2029f", "a\nb\nc\nd\ne\nf"},
		{"controls", "a\x00b\x1bc\x7fd\u0081e\tf", "abcde f"},
		{"invalid UTF-8", "a\xffb\xc3", "a\ufffdb\ufffd"},
		{"NFC", "e\u0301", "é"},
		{"trailing space", "a  \nb\u3000\n", "a\nb"},
		{"leading space stays", "a\n  b", "a\n  b"},
		{"blank lines", "\n \n\na\n\n\n\n\nb\n\nc\n\n", "a\n\n\nb\n\nc"},
		{"only unseen", " \u200b\n\u2800\u3164\ufe0f\u2060", ""},
		{"noncharacters", "a\ufffeb\U0001ffffc\ufdd0", "abc"},
		{"hidden tags", "a\U000e0041\U000e0042b\U000e007f", "ab"},
		{"flag of Scotland", "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f!", "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f!"},
		{"flag that never ends", "\U0001f3f4\U000e0067\U000e0062x", "\U0001f3f4x"},
		{"family", "👩\u200d👩\u200d👧 1\ufe0f\u20e3", "👩\u200d👩\u200d👧 1\ufe0f\u20e3"},
		{"Persian joiner", "می\u200cخواهم", "می\u200cخواهم"},
		{"marks of direction", "a\u200e\u200f\u061cb", "a\u200e\u200f\u061cb"},
		{"override", "a\u202egnp.exe\u202c b", "agnp.exe b"},
		{"open isolate", "a\u2067b\nc", "a\u2067b\u2069\nc"},
		{"open embedding in isolate", "\u2066a\u202bb\u2069c", "\u2066a\u202bb\u202c\u2069c"},
		{"closing of nothing", "a\u2069\u202cb", "ab"},
		{"balanced", "a \u2068b\u2069 \u202ac\u202c", "a \u2068b\u2069 \u202ac\u202c"},
		{"around nothing", "a\u2066\u2067\u2069\u2069b", "ab"},
		{"isolate inside override", "\u202ea\u2066b\u2069c\u202cd", "a\u2066b\u2069cd"},
		{"Vietnamese", "Hồ Chí Minh, Đà Nẵng", "Hồ Chí Minh, Đà Nẵng"},
		{"Hebrew", "בְּרֵאשִׁ֖ית", norm.NFC.String("בְּרֵאשִׁ֖ית")},
		{"Thai", "ที่นี่", "ที่นี่"},
		{"Arabic", "بِسْمِ اللَّهِ الرَّحْمَٰنِ", norm.NFC.String("بِسْمِ اللَّهِ الرَّحْمَٰنِ")},
		{"Tibetan", "བསྒྲུབས་ཧཱུྃ", norm.NFC.String("བསྒྲུབས་ཧཱུྃ")},
		{"stacked", "x" + strings.Repeat("\u0335", 50) + "y", "x" + strings.Repeat("\u0335", 4) + "y"},
		{"stacked across joiners", "x" + strings.Repeat("\u0335\u200d", 9), "x" + strings.Repeat("\u0335\u200d", 4) + strings.Repeat("\u200d", 5)},
	} {
		if got := Clean(c.in); got != c.want {
			t.Errorf("%s: Clean(%+q) = %+q, want %+q", c.name, c.in, got, c.want)
		}
	}
}

func TestCleanLine(t *testing.T) {
	for in, want := range map[string]string{
		"  a \n\n b\t\tc\u3000\u3000d ": "a b c d",
		"\u2067a\nb":                    "\u2067a\u2069 b",
		"\r\n":                          "",
	} {
		if got := CleanLine(in); got != want {
			t.Errorf("CleanLine(%+q) = %+q, want %+q", in, got, want)
		}
	}
}

func TestLength(t *testing.T) {
	if n := Length(Clean("cafe\u0301 東京")); n != 7 {
		t.Errorf("Length = %d, want 7", n)
	}
}

// checkClean fails the test if s is not as Clean promises.
func checkClean(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) || !norm.NFC.IsNormalString(s) {
		t.Fatalf("%+q is not UTF-8 in NFC", s)
	}
	marks := 0
	for _, r := range s {
		if r != '\n' && unicode.IsControl(r) || r == lro || r == rlo {
			t.Fatalf("%+q holds U+%04X", s, r)
		}
		if unicode.In(r, unicode.Mn, unicode.Me) {
			marks++
		} else if !unicode.Is(unicode.Cf, r) {
			marks = 0
		}
		if marks > maxTibetanMarks {
			t.Fatalf("%+q stacks marks", s)
		}
	}
	if s != strings.Trim(s, "\n") || strings.Contains(s, " \n") || strings.Contains(s, "\n\n\n\n") {
		t.Fatalf("%+q is not trimmed", s)
	}
	for line := range strings.Lines(s) {
		var open []rune
		for _, r := range line {
			switch {
			case r == pdf || r == pdi:
				if len(open) == 0 || isIsolate(open[len(open)-1]) != (r == pdi) {
					t.Fatalf("%+q closes what isn't open", line)
				}
				open = open[:len(open)-1]
			case isDirection(r):
				open = append(open, r)
			}
		}
		if len(open) > 0 {
			t.Fatalf("%+q leaves %+q open", line, open)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{
		"a\r\n\r\n\r\n\r\nb  \n", "x\u0335\u0335\u0335\u0335\u0335\u200d\u0301", "\u202e\u2066\u202a\u2069\u202c\u2067",
		"e\u202e\u0301", "\ufb2c\u0591\u05bd\u05bf\u05c4", "\U0001f3f4\U000e0067\U000e007f\U000e0001", "\xf0\x9f", "ﷺ\u0344\u0f73",
		"a" + strings.Repeat("\u0301\u0323", 40) + "b", "\u2066" + strings.Repeat("\u202a\u2067", 20) + "x\u2069\u2069", "가\u302e\u11a8", "\u0335\u0335\u0335\u0335\u202a\u0301",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		clean := Clean(s)
		checkClean(t, clean)
		if again := Clean(clean); again != clean {
			t.Fatalf("Clean(%+q) = %+q, again %+q", s, clean, again)
		}
		line := CleanLine(s)
		checkClean(t, line)
		if again := CleanLine(line); again != line || strings.Contains(line, "\n") {
			t.Fatalf("CleanLine(%+q) = %+q, again %+q", s, line, again)
		}
	})
}
