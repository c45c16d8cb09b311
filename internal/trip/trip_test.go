package trip

import (
	"strings"
	"testing"
)

func TestMarks(t *testing.T) {
	secret := []byte("the site's")
	for _, c := range []struct{ field, name, start string }{
		{"Rosa", "Rosa", ""},
		{"Rosa#password", "Rosa", "!ozOtJW9BFA"}, // a published pair
		{"#password", "", "!ozOtJW9BFA"},
		{"Rosa##password", "Rosa", "!!"},
		{"Rosa#", "Rosa", ""},
		{"Rosa##", "Rosa", ""},
	} {
		name, word := Split(c.field)
		mark := Mark(secret, word)
		if name != c.name || !strings.HasPrefix(mark, c.start) || (c.start == "") != (mark == "") {
			t.Errorf("%q: name %q, mark %q", c.field, name, mark)
		}
	}
	one, other := Mark(secret, "#word"), Mark([]byte("another site's"), "#word")
	if one == other || one != Mark(secret, "#word") {
		t.Errorf("secure marks: %q here, %q elsewhere", one, other)
	}
}

func FuzzMark(f *testing.F) {
	for _, seed := range []string{"password", "#secure", "", "é", "日本語", "\x00", "!!!!", strings.Repeat("x", 999)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, word string) {
		_, word = Split("name#" + word)
		if mark := Mark([]byte("secret"), word); len(mark) > 16 {
			t.Errorf("%q makes %q", word, mark)
		}
	})
}
