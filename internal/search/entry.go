package search

import (
	"fmt"
	"slices"
	"time"

	"moot/internal/board"
	"moot/internal/place"
	"moot/internal/text"
)

// entry is a post as the index has it. Its tokens are the words that were
// written, each text in its order, and labels: tokens with a colon, which no
// word has, for all else that a search may ask for.
type entry struct {
	number int64
	at     time.Time
	texts  [][]string // tokens of the subject, the body and what pictures show
	labels []string
}

// gap stands between the texts of an entry, so that no row reaches across.
const gap = "::"

// The labels.
const (
	isOpening  = "is:opening"
	hasPicture = "has:picture"
	never      = "never:" // what no post has
)

func within(path string) string       { return "in:" + path }
func ofThread(number int64) string    { return fmt.Sprintf("t:%d", number) }
func ofYear(t time.Time) string       { return fmt.Sprintf("y:%d", t.Year()) }
func ofMonth(t time.Time) string      { return "m:" + t.Format("2006-01") }
func inSubject(token string) string   { return "s:" + token }
func oneLetter(letter string) string  { return "l:" + letter }
func block(bits, number int64) string { return fmt.Sprintf("n%d:%d", bits, number>>bits) }

// index makes the entry of a post.
func index(w board.Written) entry {
	p := w.Post
	at := p.At.UTC()
	e := entry{number: p.Number, at: at, labels: []string{ofThread(p.Thread), ofYear(at), ofMonth(at)}}
	for p := w.Place; p.Kind() != place.World; p = p.Parent() {
		e.labels = append(e.labels, within(p.Path()))
	}
	if p.Opens() {
		e.labels = append(e.labels, isOpening)
		words := read(w.Subject)
		e.texts = append(e.texts, tokens(words))
		for i, token := range tokens(words) {
			e.labels = append(e.labels, inSubject(token), inSubject(words[i].folded))
		}
		e.addLetters(words)
	}
	if pictures(p) > 0 {
		e.labels = append(e.labels, hasPicture)
	}
	for _, s := range said(p) {
		words := read(s)
		e.texts = append(e.texts, tokens(words))
		e.addLetters(words)
	}
	slices.Sort(e.labels)
	e.labels = slices.Compact(e.labels)
	return e
}

// addLetters labels an entry with the letters that a search may be for alone.
func (e *entry) addLetters(words []word) {
	for _, w := range words {
		if w.letter {
			e.labels = append(e.labels, oneLetter(w.folded))
		}
	}
}

// said is what a post says, in plain texts: its body, without what it hides,
// and what its pictures show.
func said(p board.Post) []string {
	texts := []string{text.Parse(p.Body).Plain(0)}
	for _, a := range p.Pictures {
		if a.Visible() && !a.Spoiler && a.Alt != "" {
			texts = append(texts, a.Alt)
		}
	}
	return texts
}

// pictures is how many pictures of a post readers see.
func pictures(p board.Post) (n int) {
	for _, a := range p.Pictures {
		if a.Visible() {
			n++
		}
	}
	return n
}
