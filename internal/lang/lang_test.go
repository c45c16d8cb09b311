package lang

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"moot/internal/fault"
)

func mustLookup(t *testing.T, code string) *Language {
	t.Helper()
	l, ok := Lookup(code)
	if !ok {
		t.Fatalf("no language %q", code)
	}
	return l
}

// speak makes a language of a catalogue written in the test.
func speak(t *testing.T, code, catalogue string) *Language {
	t.Helper()
	files := fstest.MapFS{"catalogue/en.json": {Data: []byte(`{}`)}}
	files["catalogue/"+code+".json"] = &fstest.MapFile{Data: []byte(catalogue)}
	languages, err := load(files)
	if err != nil {
		t.Fatal(err)
	}
	return languages[len(languages)-1]
}

func TestLanguages(t *testing.T) {
	if first := All()[0]; first.Code() != "en" {
		t.Errorf("the first language is %s, want en", first.Code())
	}
	el := mustLookup(t, "EL")
	if el.Code() != "el" || el.Name() != "Ελληνικά" || el.Dir() != "ltr" || el.Tag().String() != "el" {
		t.Errorf("el is %s, %s, %s, %s", el.Code(), el.Name(), el.Dir(), el.Tag())
	}
	if l := speak(t, "he", `{}`); l.Dir() != "rtl" {
		t.Errorf("Hebrew runs %s", l.Dir())
	}
	for _, code := range []string{"", "xx", "ar-xb", "en\x00"} {
		if l, ok := Lookup(code); ok {
			t.Errorf("Lookup(%q) found %s", code, l.Code())
		}
	}
}

func TestMatch(t *testing.T) {
	for accept, want := range map[string]string{
		"":                           "en",
		"el":                         "el",
		"el-GR,el;q=0.9,en;q=0.8":    "el",
		"en-US,en;q=0.9,el;q=0.5":    "en",
		"el-CY":                      "el",
		"de, el;q=0.4":               "el",
		"ja,zh":                      "en",
		"*":                          "en",
		"el;q=0, ja":                 "en",
		";;;,,,":                     "en",
		"el;q=banana":                "en",
		strings.Repeat("-", 1<<16):   "en",
		strings.Repeat("el,", 1<<16): "el",
		"ar-XB":                      "en",
		"\xff\xfe":                   "en",
	} {
		if got := Match(accept).Code(); got != want {
			t.Errorf("Match(%.40q) = %s, want %s", accept, got, want)
		}
	}
	greek := Matching([]*Language{mustLookup(t, "el")})
	if got := greek("en").Code(); got != "el" {
		t.Errorf("a site in Greek alone answers in %s", got)
	}
}

func FuzzMatch(f *testing.F) {
	for _, seed := range []string{"el-GR,el;q=0.9", "x-y-z", "de-u-co-phonebk;q=1.0001", "--,--", "i-klingon"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		if Match(accept) == nil {
			t.Error("no language")
		}
	})
}

func TestPlurals(t *testing.T) {
	// Russian has one, few, many and other; Polish agrees, other than for 21.
	ru := speak(t, "ru", `{"a.b": {"one": "{n} ответ", "few": "{n} ответа", "many": "{n} ответов", "other": "{n} ответа!"}}`)
	for n, want := range map[int]string{
		0: "0 ответов", 1: "1 ответ", 2: "2 ответа", 5: "5 ответов", 11: "11 ответов", 21: "21 ответ", -2: "-2 ответа",
		10_000_001: "10\u00a0000\u00a0001 ответ",
	} {
		if got := ru.T("a.b", "n", n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if got := ru.T("a.b", "n", 1.5); got != "1,5 ответа!" {
		t.Errorf("1.5: %q", got)
	}
	type count uint8
	if got := ru.T("a.b", "n", count(3)); got != "3 ответа" {
		t.Errorf("a named number: %q", got)
	}
	by := speak(t, "ru", `{"a.b": {"by": "m", "one": "{n}, {m} дом", "other": "{n}, {m} домов"}}`)
	if got := by.T("a.b", "n", 1, "m", 5); got != "1, 5 домов" {
		t.Errorf("chosen by m: %q", got)
	}
}

func TestMessage(t *testing.T) {
	en := mustLookup(t, "en")
	l := speak(t, "de", `{"a.plain": "Hallo", "a.two": "{a} und {b}, {a}", "a.wait": "Bitte {retry} warten"}`)
	for _, c := range []struct{ got, want string }{
		{l.T("a.plain"), "Hallo"},
		{l.T("a.plain", "odd"), "Hallo"},
		{l.T("a.two", "b", "B", "a", "A"), "A und B, A"},
		{l.T("a.two", "a", 1234567, "b", 2.25), "1.234.567 und 2,2, 1.234.567"},
		{l.T("a.two", "a", "A"), "A und {b}, A"},
		{l.T("a.gone", "a", 1), "[a.gone]"},
		{l.Fault(fault.New(fault.TooMuch, "a.two", "a", "A", "b", true)), "A und true, A"},
		{en.T("lang.km", "n", 3*time.Second), "3 seconds km"},
		{en.Number(-1234567), "-1,234,567"},
		{mustLookup(t, "el").Number(1234567), "1.234.567"},
		{speak(t, "fa", `{}`).Number(42), "۴۲"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestFaultTellsTheWait(t *testing.T) {
	l := speak(t, "de", `{"a.wait": "Bitte {retry} warten, {who}", "lang.minutes": "{n} Minuten"}`)
	f := fault.New(fault.TooMuch, "a.wait", "who", "du").After(61 * time.Second)
	if got := l.Fault(f); got != "Bitte 2 Minuten warten, du" {
		t.Errorf("got %q", got)
	}
	if len(f.Args) != 2 {
		t.Errorf("telling a fault changed it: %v", f.Args)
	}
}

func TestIsolation(t *testing.T) {
	en, pseudo := mustLookup(t, "en"), Pseudo()
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"Athens (GR)", "Athens (GR)"},
		{"Αθήνα – 雅典", "Αθήνα – 雅典"},
		{"ירושלים", "\u2068ירושלים\u2069"},
		{"a\u2069\u202eb", "\u2068a\u202eb\u2069"},
		{"a\u2067\u2066b\u2069", "\u2068a\u2067\u2066b\u2069\u2069\u2069"},
		{"two\nlines\u2029", "two lines "},
	} {
		if got := en.isolate(c.in); got != c.want {
			t.Errorf("isolate(%+q) = %+q, want %+q", c.in, got, c.want)
		}
	}
	if got := pseudo.isolate("Athens"); got != "\u2068Athens\u2069" {
		t.Errorf("from right to left, Athens is %+q", got)
	}
}

func TestDates(t *testing.T) {
	athens, err := time.LoadLocation("Europe/Athens")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 16, 2, 0, 0, time.UTC).In(athens)
	newYear := time.Date(2026, 12, 31, 22, 30, 0, 0, time.UTC) // already 2027 in Athens
	en, el := mustLookup(t, "en"), mustLookup(t, "el")
	for _, c := range []struct{ got, want string }{
		{en.Date(at), "Sun 22 Nov 2026"},
		{el.Date(at), "Κυρ 22 Νοε 2026"},
		{en.DateTime(at, at), "Sun 22 Nov, 18:02"},
		{el.DateTime(at, at), "Κυρ 22 Νοε, 18:02"},
		{en.DateTime(at, newYear), "Sun 22 Nov 2026, 18:02"},
		{en.DateTime(newYear, at), "Thu 31 Dec, 22:30"},
		{en.DateTime(newYear.In(athens), at), "Fri 1 Jan 2027, 00:30"},
		{en.Span(at, at.Add(2*time.Hour), 0, at), "Sun 22 Nov, 18:02"},
		{en.Span(at, at.Add(24*time.Hour), 0, at), "Sun 22 Nov, 18:02"},
		{en.Span(at, at.Add(44*time.Hour), 0, at), "Sun 22 Nov, 18:02 – Tue 24 Nov, 14:02"},
		{en.Span(at, at.AddDate(0, 0, 1), 1, at), "Sun 22 Nov, all day"},
		{el.Span(at, at.AddDate(0, 0, 1), 1, newYear.AddDate(0, 0, 1)), "Κυρ 22 Νοε 2026, όλη μέρα"},
		{en.Span(at, at.AddDate(0, 0, 3), 3, at), "Sun 22 Nov – Tue 24 Nov"},
		{en.Date(time.Date(2026, 5, 5, 0, 0, 0, 0, time.UTC)), "Tue 5 May 2026"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestAmounts(t *testing.T) {
	en, el := mustLookup(t, "en"), mustLookup(t, "el")
	for _, c := range []struct{ got, want string }{
		{en.Ago(-time.Hour), "now"},
		{en.Ago(59 * time.Second), "now"},
		{en.Ago(12*time.Minute + 59*time.Second), "12 min"},
		{en.Ago(2 * time.Hour), "2 h"},
		{en.Ago(24 * time.Hour), "1 day"},
		{el.Ago(80 * time.Hour), "3 ημέρες"},
		{en.Duration(0), "1 second"},
		{en.Duration(4100 * time.Millisecond), "5 seconds"},
		{en.Duration(time.Minute), "1 minute"},
		{en.Duration(61 * time.Second), "2 minutes"},
		{en.Duration(59*time.Minute + time.Second), "1 hour"},
		{en.Duration(90 * time.Minute), "2 hours"},
		{en.Duration(23*time.Hour + time.Second), "1 day"},
		{el.Duration(5 * time.Second), "5 δευτερόλεπτα"},
		{en.Distance(0.2), "under 1 km"},
		{en.Distance(11.7), "12 km"},
		{en.Distance(12345), "12,345 km"},
		{en.List(nil), ""},
		{en.List([]string{"a"}), "a"},
		{en.List([]string{"a", "b"}), "a and b"},
		{el.List([]string{"α", "β", "γ"}), "α, β και γ"},
		{en.List([]string{"a", "ב", "c", "d"}), "a, \u2068ב\u2069, c and d"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestPseudoShowsEverything(t *testing.T) {
	l := Pseudo()
	if l.Dir() != "rtl" || l.Code() != "ar-xb" {
		t.Errorf("Pseudo is %s, %s", l.Code(), l.Dir())
	}
	got := l.Duration(5 * time.Second)
	if want := "⟦5\u202e seconds\u202c··⟧"; got != want {
		t.Errorf("got %+q, want %+q", got, want)
	}
	for key := range l.messages {
		said := l.T(key, "n", 1)
		open, shut := strings.Count(said, "⟦"), strings.Count(said, "⟧")
		if open != shut || open > 1 || open == 0 && !strings.HasPrefix(key, "lang.") {
			t.Errorf("%s: %q", key, said)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	el := mustLookup(t, "el")
	for range 8 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			for range 200 {
				if got := el.T("lang.ago_days", "n", 1234); got != "1.234 ημέρες" {
					t.Fatal(got)
				}
			}
		})
	}
}

func BenchmarkMessage(b *testing.B) {
	en, _ := Lookup("en")
	for b.Loop() {
		en.T("lang.ago_days", "n", 3)
	}
}

func BenchmarkTextMessage(b *testing.B) {
	en, _ := Lookup("en")
	for b.Loop() {
		en.T("lang.list_last", "list", "Athens", "item", "Piraeus")
	}
}

func TestTheLanguageOfACountry(t *testing.T) {
	english, _ := Lookup("en")
	greek, _ := Lookup("el")
	for country, want := range map[string]*Language{"gr": greek, "cy": greek, "gb": english, "us": english, "jp": english, "world": english, "": english} {
		if got := SpokenIn(country, []*Language{english, greek}); got != want {
			t.Errorf("in %q it speaks %s", country, got.Code())
		}
	}
	if got := SpokenIn("gr", []*Language{english}); got != english {
		t.Error("it speaks a language that the site doesn't")
	}
}
