package lang

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

var sortFiles = flag.Bool("sort", false, "write the catalogues sorted and laid out as the tests want them")

// layout writes a catalogue as it has to stand in its file: sorted by key, a
// key a line, two spaces before it.
func layout(t *testing.T, file []byte) []byte {
	t.Helper()
	var messages map[string]json.RawMessage
	if err := json.Unmarshal(file, &messages); err != nil {
		t.Fatal(err)
	}
	plain := func(v any) string {
		var b strings.Builder
		write := json.NewEncoder(&b)
		write.SetEscapeHTML(false)
		if err := write.Encode(v); err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(b.String())
	}
	var lines []string
	for _, key := range slices.Sorted(maps.Keys(messages)) {
		var forms map[string]string
		value := ""
		if json.Unmarshal(messages[key], &forms) == nil {
			var parts []string
			for _, name := range []string{"by", "zero", "one", "two", "few", "many", "other"} {
				if form, ok := forms[name]; ok {
					parts = append(parts, plain(name)+": "+plain(form))
				}
			}
			value = "{" + strings.Join(parts, ", ") + "}"
		} else {
			var alone string
			if err := json.Unmarshal(messages[key], &alone); err != nil {
				t.Fatalf("%s: %v", key, err)
			}
			value = plain(alone)
		}
		lines = append(lines, "  "+plain(key)+": "+value)
	}
	return []byte("{\n" + strings.Join(lines, ",\n") + "\n}\n")
}

func TestCataloguesAreSorted(t *testing.T) {
	var names []string
	for _, folder := range []string{"catalogue", "print"} {
		found, err := filepath.Glob(folder + "/*.json")
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	for _, name := range names {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		want := layout(t, file)
		if bytes.Equal(file, want) {
			continue
		}
		if *sortFiles {
			if err := os.WriteFile(name, want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		have, sorted := strings.Split(string(file), "\n"), strings.Split(string(want), "\n")
		for i := range min(len(have), len(sorted)) {
			if have[i] != sorted[i] {
				t.Errorf("%s line %d is\n%s\nwhere this should stand:\n%s\n`go test ./internal/lang -sort` puts it in order", name, i+1, have[i], sorted[i])
				break
			}
		}
	}
}

// arguments lists the arguments that any form of a message uses, sorted.
func arguments(p pattern) []string {
	names := map[string]bool{}
	for _, cut := range p.forms {
		for _, piece := range cut {
			if piece.name != "" {
				names[piece.name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// needed lists the plural forms that whole numbers take in a language.
func needed(l *Language) map[plural.Form]bool {
	forms := map[plural.Form]bool{plural.Other: true}
	for n := range int64(1000) {
		forms[l.formOf(n)] = true
	}
	forms[l.formOf(1_000_000)] = true
	return forms
}

// lacking says what is wrong with a catalogue beside the English one.
func lacking(l, english *Language) []string {
	var wrong []string
	for _, key := range slices.Sorted(maps.Keys(english.messages)) {
		p, ok := l.messages[key]
		if !ok {
			wrong = append(wrong, key+" is missing")
			continue
		}
		if have, want := arguments(p), arguments(english.messages[key]); !slices.Equal(have, want) {
			wrong = append(wrong, key+" has the arguments {"+strings.Join(have, "} {")+"}, in English {"+strings.Join(want, "} {")+"}")
		}
		if p.by != "" && !slices.Contains(arguments(p), p.by) {
			wrong = append(wrong, key+` is chosen by "`+p.by+`", which is none of its arguments`)
		}
		if p.plural() {
			forms := needed(l)
			for name, form := range formNames {
				if forms[form] != (p.forms[form] != nil) {
					wrong = append(wrong, key+` and the plural form "`+name+`": present or needed, not both`)
				}
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(l.messages)) {
		if _, ok := english.messages[key]; !ok {
			wrong = append(wrong, key+" is not in English")
		}
	}
	return wrong
}

func TestEveryKeyInEveryLanguage(t *testing.T) {
	for _, l := range append(All(), Pseudo()) {
		for _, wrong := range lacking(l, All()[0]) {
			t.Errorf("catalogue/%s.json: %s", l.Code(), wrong)
		}
	}
}

// What stands on paper only has the same messages in each language, with the arguments of
// the English ones, and no plural forms but those that its language needs.
func TestWhatIsPrintedIsSaidInEachLanguage(t *testing.T) {
	read := map[string]map[string]pattern{}
	keys := map[string]bool{}
	for _, l := range Printed(nil) {
		file, err := os.ReadFile("print/" + l.Code() + ".json")
		if err != nil {
			t.Fatal(err)
		}
		messages, err := parseCatalogue(file)
		if err != nil {
			t.Fatalf("print/%s.json: %v", l.Code(), err)
		}
		read[l.Code()] = messages
		for key := range messages {
			keys[key] = true
		}
	}
	english := map[string]pattern{}
	for key := range keys {
		p, has := All()[0].messages[key]
		if !has {
			t.Errorf("print has %s, and English doesn't", key)
		}
		english[key] = p
	}
	for code, messages := range read {
		tag := language.MustParse(code)
		for _, wrong := range lacking(newLanguage(tag, tag, messages), newLanguage(language.English, language.English, english)) {
			t.Errorf("print/%s.json: %s", code, wrong)
		}
	}
	if len(read) < 16 || len(Printed(All())) != len(read) || len(Printed(Printed(nil))) != 0 {
		t.Errorf("%d languages are printed", len(read))
	}
}

func TestLackingIsSeen(t *testing.T) {
	english := speak(t, "en", `{"a.b": "{x} and {y}", "a.c": "c", "a.n": {"one": "{n} day", "other": "{n} days"}}`)
	polish := speak(t, "pl", `{"a.b": "{x} i {z}", "a.d": "d", "a.n": {"by": "m", "one": "{n} dzień", "other": "{n} dni"}}`)
	got := strings.Join(lacking(polish, english), "\n")
	for _, want := range []string{"a.b has", "a.c is missing", "a.d is not in English", `a.n is chosen by "m"`, `a.n and the plural form "few"`, `a.n and the plural form "many"`} {
		if !strings.Contains(got, want) {
			t.Errorf("nothing says %q in:\n%s", want, got)
		}
	}
	if wrong := lacking(english, english); wrong != nil {
		t.Errorf("English lacks beside itself: %v", wrong)
	}
}

func TestVoice(t *testing.T) {
	for _, l := range append(All(), Printed(nil)...) {
		for key, p := range l.messages {
			for _, cut := range p.forms {
				for _, piece := range cut {
					if strings.ContainsAny(piece.literal, "!<>") || strings.Contains(piece.literal, "  ") || strings.Contains(piece.literal, "'") {
						t.Errorf("%s, %s: %q: no exclamation marks, no markup, no double spaces, ’ for '", l.Code(), key, piece.literal)
					}
				}
			}
		}
	}
}

func TestCatalogueOutOfShape(t *testing.T) {
	for file, want := range map[string]string{
		``:                            "one JSON object",
		`[]`:                          "one JSON object",
		`{"a.b": "x"`:                 "EOF",
		`{"a.b": "x"} {}`:             "follows",
		`{"a.b": "x", "a.b": "y"}`:    "twice",
		`{"ab": "x"}`:                 "room.snake_case",
		`{"a.B": "x"}`:                "room.snake_case",
		`{"a.b": 1}`:                  "a text or an object",
		`{"a.b": " "}`:                "empty",
		`{"a.b": "{x"}`:               "{x",
		`{"a.b": "x}"}`:               "without its {",
		`{"a.b": "{X}"}`:              "snake_case",
		`{"a.b": {"one": "x"}}`:       `"other" is missing`,
		`{"a.b": {"some": "x"}}`:      `"some" is no plural form`,
		`{"a.b": {"other": ["x"]}}`:   "a text or an object",
		`{"a.b": {"other": "{x y}"}}`: "snake_case",
	} {
		if _, err := parseCatalogue([]byte(file)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", file, err, want)
		}
	}
}
