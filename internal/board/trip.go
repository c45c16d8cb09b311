package board

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/aquilax/tripcode"
)

// tripWord is how much of a tripcode's word counts; crypt(3) looks at eight.
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

// trip is the mark that a word makes. The plain one is the imageboards' own
// (DES crypt of the word in Shift-JIS), so that people who have one keep it;
// it is easily guessed. The secure one is made with the site's own secret and
// is worth nothing elsewhere.
func trip(secret []byte, word string, secure bool) string {
	if word == "" {
		return ""
	}
	if secure {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(word))
		return "!!" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))[:10]
	}
	return "!" + tripcode.Tripcode(word)
}
