package gazetteer

import (
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"Thessaloniki", "thessaloniki"},
		{"Θεσσαλονίκη", "θεσσαλονικη"},
		{"ΑΘΗΝΑΣ", "αθηνασ"},
		{"Αθήνας", "αθηνασ"},
		{"São Paulo", "sao paulo"},
		{"  Stoke-on-Trent, ", "stoke on trent"},
		{"Xi'an", "xian"},
		{"Xi’an", "xian"},
		{"M’Đrăk", "mdrak"},
		{"Łódź", "lodz"},
		{"Gießen", "giessen"},
		{"Tromsø", "tromso"},
		{"İstanbul", "istanbul"},
		{"Diyarbakır", "diyarbakir"},
		{"Йошкар-Ола", "иошкар ола"},
		{"القَاهِرَة", "القاهره"},
		{"تهران", "تهران"},
		{"کراچی", "كراچي"},
		{"תֵּל אָבִיב", "תל אביב"},
		{"アテネ", "あてね"},
		{"アディス", "あでぃす"},
		{"Ｔｏｋｙｏ", "tokyo"},
		{"東京", "東京"},
		{"मुंबई", "मुंबई"},
		{"กรุงเทพ", "กรุงเทพ"},
		{"٢٠٢٦", "2026"},
		{"", ""},
		{"---", ""},
		{"\xff\xfea", "a"},
		{"Zürich\u200b", "zurich"},
	} {
		if got := Fold(c.name); got != c.want {
			t.Errorf("Fold(%q) = %q, want %q", c.name, got, c.want)
		}
	}
	if Fold("서울")[:len(Fold("서우"))] != Fold("서우") {
		t.Error("a half-typed syllable of Korean doesn't begin the whole one")
	}
}

func TestSlug(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"New York City", "new-york-city"},
		{"Xi'an", "xian"},
		{"Thessaloníki", "thessaloniki"},
		{"'s-Hertogenbosch", "s-hertogenbosch"},
		{"Αθήνα", ""},
		{"--", ""},
		{"6 de Octubre", "6-de-octubre"},
	} {
		if got := Slug(c.name); got != c.want {
			t.Errorf("Slug(%q) = %q, want %q", c.name, got, c.want)
		}
	}
}

func TestTitle(t *testing.T) {
	for key, want := range map[string]string{
		"new york": "New York", "αθηνα": "Αθηνα", "東京": "東京", "": "", "a": "A", "санкт петербург": "Санкт Петербург",
	} {
		if got := Title(key); got != want {
			t.Errorf("Title(%q) = %q, want %q", key, got, want)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Θεσσαλονίκη", "M’Đrăk", "القَاهِرَة", "서울", "\xff", "a\u0301\u0301\u0301", "ǅ", "0\xf2ǅ", "ﬁ", "で\u3099", "゙", "½", "İ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if twice := Fold(once); twice != once {
			t.Errorf("Fold(%q) = %q, and folded again %q", s, once, twice)
		}
		if !utf8.ValidString(once) {
			t.Errorf("Fold(%q) = %q, which is not UTF-8", s, once)
		}
		for _, r := range Slug(s) {
			if r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') {
				t.Errorf("Slug(%q) = %q", s, Slug(s))
			}
		}
	})
}
