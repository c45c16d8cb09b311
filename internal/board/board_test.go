package board

import (
	"strings"
	"testing"

	"moot/internal/fault"
	"moot/internal/place"
)

var usual = Limits{PostLength: 8000, ThreadPosts: 1000, Names: true, Tripcodes: true}

func TestWhatMayBePosted(t *testing.T) {
	quotes := strings.Repeat(">>1 ", 1)
	for i := 2; i <= maxQuotes+1; i++ {
		quotes += ">>" + strings.Repeat("1", 1) + itoa(i) + " "
	}
	links := ""
	for i := range maxLinks + 1 {
		links += "https://example.org/" + itoa(i) + "\n"
	}
	for name, c := range map[string]struct {
		subject string
		post    NewPost
		want    map[string]string // field → message key
	}{
		"plain":             {"Rents", NewPost{Body: "Ours went up by a third."}, nil},
		"every script":      {"ενοίκια", NewPost{Body: "家賃が上がった\nعلا الإيجار\nשכר הדירה"}, nil},
		"no subject":        {"", NewPost{Body: "x"}, nil},
		"longest":           {strings.Repeat("ü", subjectLength), NewPost{Body: strings.Repeat("ή", 8000), Name: strings.Repeat("n", nameLength)}, nil},
		"empty":             {"Rents", NewPost{}, map[string]string{"body": "board.empty"}},
		"white space":       {"Rents", NewPost{Body: " \n\t\r\n\u200b "}, map[string]string{"body": "board.empty"}},
		"too long":          {"", NewPost{Body: strings.Repeat("a", 8001)}, map[string]string{"body": "board.too_long"}},
		"subject too long":  {strings.Repeat("s", subjectLength+1), NewPost{Body: "x"}, map[string]string{"subject": "board.subject_too_long"}},
		"name too long":     {"", NewPost{Body: "x", Name: strings.Repeat("n", nameLength+1)}, map[string]string{"name": "board.name_too_long"}},
		"not UTF-8":         {"", NewPost{Body: "caf\xe9"}, map[string]string{"body": "board.not_text"}},
		"control character": {"", NewPost{Body: "bell \a"}, map[string]string{"body": "board.control_characters"}},
		"NUL in subject":    {"a\x00b", NewPost{Body: "x"}, map[string]string{"subject": "board.control_characters"}},
		"C1 control":        {"", NewPost{Body: "x\u0090y"}, map[string]string{"body": "board.control_characters"}},
		"too many quotes":   {"", NewPost{Body: quotes}, map[string]string{"body": "board.too_many_quotes"}},
		"too many links":    {"", NewPost{Body: links}, map[string]string{"body": "board.too_many_links"}},
		"all at once": {strings.Repeat("s", 500), NewPost{Name: strings.Repeat("n", 500)},
			map[string]string{"subject": "board.subject_too_long", "body": "board.empty", "name": "board.name_too_long"}},
	} {
		_, err := usual.check(place.Place{}, c.subject, c.post, nil)
		got := map[string]string{}
		for _, f := range fault.Each(err) {
			if f.Kind != fault.Invalid {
				t.Errorf("%s: a fault of kind %v", name, f.Kind)
			}
			got[f.Field] = f.Key
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		for field, key := range c.want {
			if got[field] != key {
				t.Errorf("%s: %s has %q, want %q", name, field, got[field], key)
			}
		}
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

func TestNamesAndTripcodes(t *testing.T) {
	for _, c := range []struct {
		limits             Limits
		field, name, start string // of the trip
	}{
		{usual, "Rosa", "Rosa", ""},
		{usual, "Rosa#password", "Rosa", "!ozOtJW9BFA"}, // a published pair
		{usual, "Rosa##password", "Rosa", "!!"},
		{Limits{PostLength: 10, Names: true}, "Rosa#password", "Rosa", ""},
		{Limits{PostLength: 10}, "Rosa#password", "", ""},
	} {
		got, err := c.limits.check(place.Place{}, "", NewPost{Body: "x", Name: c.field}, []byte("the site's"))
		if err != nil || got.name != c.name || !strings.HasPrefix(got.trip, c.start) || (c.start == "") != (got.trip == "") {
			t.Errorf("%q: name %q, trip %q, %v", c.field, got.name, got.trip, err)
		}
	}
}

func TestOptions(t *testing.T) {
	for options, want := range map[string]bool{"": false, "sage": true, "SAGE": true, "noko sage": true, "noko,sage": true, "message": false, "sagesse": false} {
		if HasOption(options, "sage") != want {
			t.Errorf("%q asks for sage: %v", options, !want)
		}
	}
	if !(NewPost{Sage: true}).sage() || (NewPost{Options: "noko"}).sage() {
		t.Error("sage by the box, or by the word")
	}
}
