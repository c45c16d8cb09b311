// Package key says who acts. Nobody needs an account to read or to post, so
// far the only actor is a browser: it holds a random token of its own, made
// when its owner first posts, and the site keeps nothing that leads from a
// post back to it without that token. The keys of the site itself, with which
// posts are marked, are on a Ring.
package key

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"io"
	"strings"
)

// tokenBytes is the size of a browser's token: 128 bits, not to be guessed.
const tokenBytes = 16

// plain is Crockford's alphabet in lower case: no i, l, o or u, so that a code
// copied by hand comes back right.
var plain = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// Actor is somebody who acts. The zero Actor has no token: it may read, and
// what it does by a code it must prove by that code.
type Actor struct {
	token   string
	steward bool
}

// Anyone is an actor without a token.
var Anyone Actor

// Steward is an actor who looks after a site's boards: who runs the command
// line of its machine, or came by a link that was made there.
var Steward = Actor{steward: true}

// Steward reports whether the actor looks after the boards.
func (a Actor) Steward() bool { return a.steward }

// Fresh is an actor with a new token, from a source of randomness (crypto/rand
// outside tests).
func Fresh(random io.Reader) (Actor, error) {
	var b [tokenBytes]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return Actor{}, err
	}
	return Actor{token: string(b[:])}, nil
}

// Parse reads a token as Token wrote it. What nobody's Token wrote is refused.
func Parse(token string) (Actor, bool) {
	b, err := plain.DecodeString(token)
	a := Actor{token: string(b)}
	if err != nil || len(b) != tokenBytes || a.Token() != token {
		return Actor{}, false
	}
	return a, true
}

// Token is the actor's token as text, for its browser alone to keep.
func (a Actor) Token() string { return plain.EncodeToString([]byte(a.token)) }

// Known reports whether the actor has a token.
func (a Actor) Known() bool { return a.token != "" }

// String keeps the token out of logs.
func (a Actor) String() string { return "actor" }

// GoString keeps the token out of %#v.
func (a Actor) GoString() string { return "key.Actor{}" }

// codeBytes gives a delete code of 16 letters: 80 bits.
const codeBytes = 10

// Code is the delete code of the actor's post with a number. Only who holds
// the token, or was shown the code, knows it; two posts' codes don't show that
// they are of one actor. An actor without a token gets a code by chance.
func (a Actor) Code(post int64) string {
	sum := make([]byte, codeBytes)
	if a.Known() {
		copy(sum, a.mac("delete", post))
	} else {
		rand.Read(sum) // never fails (crypto/rand)
	}
	text := plain.EncodeToString(sum)
	return text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
}

var looksLike = strings.NewReplacer("-", "", " ", "", "i", "1", "l", "1", "o", "0", "u", "v")

// CodeHash is what is kept of a delete code. Case, spaces and dashes don't
// matter, and letters that look alike are taken for what they look like.
func CodeHash(code string) []byte {
	code = looksLike.Replace(strings.ToLower(strings.TrimSpace(code)))
	sum := sha256.Sum256([]byte(code))
	return sum[:]
}

// Tag is the poster tag: four letters that tell the actor from others in one
// thread, as long as the day's key stands. Once that key is destroyed nobody
// can compute it again, not even with the token.
func (a Actor) Tag(dayKey []byte, thread int64) string {
	mac := hmac.New(sha256.New, dayKey)
	mac.Write([]byte(a.token))
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(thread)))
	return plain.EncodeToString(mac.Sum(nil))[:4]
}

// Hash is what is kept of the actor's token where something is theirs for a
// purpose: two purposes' don't show that they are of one actor.
func (a Actor) Hash(purpose string) []byte {
	sum := sha256.Sum256([]byte(purpose + ":" + a.token))
	return sum[:]
}

// Derived is the actor whose token is made of a secret of the site's and of what
// somebody was given, such as a form's ticket: who sends the same form twice is
// given one token, and nobody else can make it.
func Derived(secret []byte, given string) Actor {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("token:" + given))
	return Actor{token: string(mac.Sum(nil)[:tokenBytes])}
}

func (a Actor) mac(purpose string, n int64) []byte {
	mac := hmac.New(sha256.New, []byte(a.token))
	mac.Write([]byte(purpose))
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(n)))
	return mac.Sum(nil)
}
