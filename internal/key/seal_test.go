package key

import (
	"bytes"
	"testing"
)

func TestWhatIsSealedIsReadForItsPurposeAlone(t *testing.T) {
	secret, plain := []byte("a secret of the site's"), []byte("https://example.org/private-8f3a.ics")
	sealed, err := Seal(secret, "calendar 1", plain)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := Seal(secret, "calendar 1", plain)
	if bytes.Contains(sealed, []byte("private")) || bytes.Equal(sealed, again) {
		t.Error("what is sealed shows what it is")
	}
	if got, err := Open(secret, "calendar 1", sealed); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("%q, %v", got, err)
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := Open(secret, "calendar 1", sealed); err == nil {
		t.Error("changed, and read")
	}
	for _, wrong := range []struct {
		secret  []byte
		purpose string
		sealed  []byte
	}{{secret, "calendar 2", again}, {[]byte("another"), "calendar 1", again}, {secret, "calendar 1", again[:5]}, {secret, "calendar 1", nil}} {
		if _, err := Open(wrong.secret, wrong.purpose, wrong.sealed); err == nil {
			t.Errorf("%q is read for %q", wrong.sealed, wrong.purpose)
		}
	}
}
