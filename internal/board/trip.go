package board

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"gitlab.com/nyarla/go-crypt"
	"golang.org/x/text/encoding/japanese"
)

// tripWord is how many characters of a tripcode's word are taken.
const tripWord = 64

// splitTrip parts a name field at its first #: "name#word" has the word
// "word", "name##word" the word "#word".
func splitTrip(field string) (name, word string) {
	name, word, _ = strings.Cut(field, "#")
	if runes := []rune(word); len(runes) > tripWord {
		word = string(runes[:tripWord])
	}
	return name, word
}

// trip is the mark that a word makes. The plain one is the imageboards' own, so
// that people who have one keep it; it is easily guessed. The secure one is
// made with the site's own secret and is worth nothing elsewhere.
func trip(secret []byte, word string, secure bool) string {
	if word == "" {
		return ""
	}
	if secure {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(word))
		return "!!" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))[:10]
	}
	return "!" + plainTrip(word)
}

// plainTrip is the tripcode that began on 2channel and that all imageboards
// make alike: crypt(3) with DES of the word in Shift JIS, its own second and
// third bytes for salt; the last ten characters of what comes out.
func plainTrip(word string) string {
	key := shiftJIS(strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;", ">", "&gt;").Replace(word))
	salt := []byte((key + "H..")[1:3])
	for i, c := range salt {
		switch {
		case c >= ':' && c <= '@':
			salt[i] = c - ':' + 'A'
		case c >= '[' && c <= '`':
			salt[i] = c - '[' + 'a'
		case c < '.' || c > 'z':
			salt[i] = '.'
		}
	}
	code := crypt.Crypt(key[:min(len(key), 8)], string(salt)) // DES has no use for more than eight
	return code[len(code)-10:]
}

// shiftJIS writes a word in Shift JIS, with a question mark for what that
// doesn't have.
func shiftJIS(word string) string {
	var out strings.Builder
	encoder := japanese.ShiftJIS.NewEncoder()
	for _, r := range word {
		s, err := encoder.String(string(r))
		if err != nil {
			s = "?"
		}
		out.WriteString(s)
	}
	return out.String()
}
