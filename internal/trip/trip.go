package trip

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"gitlab.com/nyarla/go-crypt"
	"golang.org/x/text/encoding/japanese"
)

// wordLength is how many characters of a word are taken.
const wordLength = 64

// Split parts a name field at its first #: "name#word" has the word "word",
// "name##word" the word "#word".
func Split(field string) (name, word string) {
	name, word, _ = strings.Cut(field, "#")
	if runes := []rune(word); len(runes) > wordLength {
		word = string(runes[:wordLength])
	}
	return name, word
}

// Mark is the mark that a word of Split makes, with its ! or !!; "" where there
// is no word. A word that begins with # makes a secure one, with the site's
// secret. The plain one is easily guessed.
func Mark(secret []byte, word string) string {
	word, secure := strings.CutPrefix(word, "#")
	if word == "" {
		return ""
	}
	if secure {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(word))
		return "!!" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))[:10]
	}
	return "!" + plain(word)
}

// plain is the tripcode that began on 2channel and that all imageboards make
// alike: crypt(3) with DES of the word in Shift JIS, its own second and third
// bytes for salt; the last ten characters of what comes out.
func plain(word string) string {
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
