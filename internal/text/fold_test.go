package text

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"athens", "athens"},
		{"ATHENS gr", "athens gr"},
		{"Thessaloníki", "thessaloniki"},
		{"Θεσσαλονίκη", "θεσσαλονικη"},
		{"ΘΕΣΣΑΛΟΝΊΚΗΣ", "θεσσαλονικησ"},
		{"Θεσσαλονίκης", "θεσσαλονικησ"},
		{"Ἀθῆναι", "αθηναι"},
		{"Straße", "strasse"},
		{"STRAẞE", "strasse"},
		{"Tromsø", "tromso"},
		{"Ærøskøbing", "aeroskobing"},
		{"Łódź", "lodz"},
		{"Đà Nẵng", "da nang"},
		{"Hồ Chí Minh", "ho chi minh"},
		{"Diyarbakır", "diyarbakir"},
		{"İSTANBUL", "istanbul"},
		{"Gəncə", "gence"},
		{"Ｔｏｋｙｏ　１２３", "tokyo 123"},
		{"ｶﾞｷﾞ", "ガギ"},
		{"ほんだ が", "ほんだ が"},
		{"القَاهِرَة", "القاهره"},
		{"الإسكندرية", "الاسكندريه"},
		{"الاسکندریـــہ", "الاسكندريه"},
		{"آبادان", "ابادان"},
		{"می\u200cخواهم", "ميخواهم"},
		{"٠١٢٣٤٥٦٧٨٩ ۴۵۶ ०९", "0123456789 456 09"},
		{"יְרוּשָׁלַיִם", "ירושלים"},
		{"תל־אביב", "תל-אביב"},
		{"Орёл", "орел"},
		{"Йошкар-Ола", "йошкар-ола"},
		{"И\u0306ошкар", "йошкар"},
		{"Київ", "киів"},
		{"Ґданськ", "гданськ"},
		{"กรุงเทพฯ", "กรุงเทพฯ"},
		{"शिमला", "शिमला"},
		{"தமிழ்", "தமிழ்"},
		{"서울", "서울"},
		{"北京", "北京"},
		{"Hawaiʻi", "hawai'i"},
		{"L’Aquila", "l'aquila"},
		{"Jean–Luc", "jean-luc"},
		{"co\u00adop\u200b", "coop"},
		{"bad\xff", "bad\ufffd"},
		{"Q\u0300\u0301\u0302\u0303x", "qx"},
		{"ﬁn", "fin"},
	} {
		if got := Fold(c.in); got != c.want {
			t.Errorf("Fold(%q) = %q (%+q), want %q", c.in, got, got, c.want)
		}
	}
}

func TestFoldTwiceIsFoldOnce(t *testing.T) {
	for r := rune(0); r <= utf8.MaxRune; r++ {
		once := Fold("и" + string(r) + "A")
		if twice := Fold(once); twice != once {
			t.Fatalf("U+%04X folds to %+q and then to %+q", r, once, twice)
		}
	}
}

func TestFoldOfFoldedASCIIAllocatesNothing(t *testing.T) {
	s := strings.Repeat("ano poli 54634 ", 8)
	if n := testing.AllocsPerRun(100, func() { Fold(s) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Θεσσαλονίκη", "Йёа\u0306\u0301", "ｶﾞ", "\xff\xfe", "ﷺ", "กำ" + strings.Repeat("\u0e38", 40),
		"a" + strings.Repeat("\u0301\u0e38\u0327", 40), "각\u11a8", "가\u11a8", "\xf4\u03ae"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if !utf8.ValidString(once) {
			t.Fatalf("Fold(%q) = %q is not UTF-8", s, once)
		}
		if full := foldFully(strings.ToValidUTF8(s, "\ufffd")); once != full {
			t.Fatalf("Fold(%+q) = %+q, the long way %+q", s, once, full)
		}
		if twice := Fold(once); twice != once {
			t.Fatalf("Fold(%+q) = %+q, again %+q", s, once, twice)
		}
	})
}

func BenchmarkFold(b *testing.B) {
	for name, s := range map[string]string{"folded": "thessaloniki", "ASCII": "Thessaloniki", "Latin": "Hồ Chí Minh", "Greek": "Θεσσαλονίκη", "Arabic": "الإسكندرية", "Han": "北京市"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Fold(s)
			}
		})
	}
}
