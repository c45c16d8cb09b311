package key

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
)

func fresh(t *testing.T) Actor {
	t.Helper()
	a, err := Fresh(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestTokenComesBack(t *testing.T) {
	a := fresh(t)
	b, ok := Parse(a.Token())
	if !ok || a != b || !b.Known() {
		t.Errorf("%q came back as %q, %v", a.Token(), b.Token(), ok)
	}
	for _, bad := range []string{"", "short", a.Token() + "0", strings.ToUpper(a.Token()) + "!", strings.Repeat("u", 26)} {
		if _, ok := Parse(bad); ok {
			t.Errorf("Parse accepts %q", bad)
		}
	}
}

func TestNothingPrintsTheToken(t *testing.T) {
	a := fresh(t)
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(format, a); strings.Contains(text, a.token) || strings.Contains(text, a.Token()) {
			t.Errorf("%s prints the token", format)
		}
	}
}

func TestCodesAreOnePerPostAndForgiveTheHand(t *testing.T) {
	a := fresh(t)
	code := a.Code(1240)
	if code != a.Code(1240) || code == a.Code(1241) || code == fresh(t).Code(1240) {
		t.Error("a code must be that of one actor and one post, and always the same")
	}
	if one, other := Anyone.Code(1), Anyone.Code(1); one == other {
		t.Error("without a token a code can't be guessed from the post")
	}
	kept := CodeHash(code)
	for _, typed := range []string{strings.ToUpper(code), " " + strings.ReplaceAll(code, "-", " ") + "\n", strings.ReplaceAll(code, "0", "o"), strings.ReplaceAll(code, "1", "l")} {
		if !bytes.Equal(CodeHash(typed), kept) {
			t.Errorf("%q isn't taken for %q", typed, code)
		}
	}
	if bytes.Equal(CodeHash(code[1:]), kept) {
		t.Error("a shorter code is taken")
	}
}

func TestTagsDifferByThreadDayAndActor(t *testing.T) {
	a := fresh(t)
	monday, tuesday := []byte("monday's key"), []byte("tuesday's key")
	tag := a.Tag(monday, 1)
	if len(tag) != 4 || tag != a.Tag(monday, 1) {
		t.Errorf("tag %q", tag)
	}
	// Each of these is the same by chance once in a million.
	var byThread, byDay, byActor int
	for i := range int64(200) {
		same := func(one, other string) int {
			if one == other {
				return 1
			}
			return 0
		}
		byThread += same(a.Tag(monday, i), a.Tag(monday, i+1))
		byDay += same(a.Tag(monday, i), a.Tag(tuesday, i))
		byActor += same(a.Tag(monday, i), fresh(t).Tag(monday, i))
	}
	if byThread > 1 || byDay > 1 || byActor > 1 {
		t.Errorf("of 200 tags each, %d are the same in another thread, %d on another day, %d of another actor", byThread, byDay, byActor)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "0123456789abcdefghjkmnpqrs", strings.Repeat("z", 26), "\x00", "é", strings.Repeat("0", 9999)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if a, ok := Parse(token); ok && (a.Token() != token || !a.Known()) {
			t.Errorf("%q is read as %q", token, a.Token())
		}
		if !bytes.Equal(CodeHash(token), CodeHash("  "+token+" ")) {
			t.Errorf("space around %q matters", token)
		}
	})
}
