package search

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"moot/internal/board"
)

// Piece is a part of a text that is shown, marked where it is what was looked
// for.
type Piece struct {
	Text   string
	Marked bool
}

// How much of a post is shown, in characters.
const (
	snippetLength = 280
	snippetLead   = 70  // before what was found first
	mostSpans     = 300 // that are looked at for the best place
)

// span is where something that was looked for stands, in bytes.
type span struct{ from, to, what int }

// spans finds everything that was looked for, in order.
func (p plan) spans(s string) (found []span) {
	words := read(s)
	all := tokens(words)
	for what, one := range p.shown {
		for i, w := range words {
			if one.letter != "" && w.letter && w.folded == one.letter {
				found = append(found, span{w.from, w.to, what})
			}
			if len(one.row) == 0 || len(all)-i < len(one.row) || !slices.Equal(all[i:i+len(one.row)], one.row) {
				continue
			}
			last := i + len(one.row) - 1
			if last+1 < len(words) && words[last+1].tied {
				last++ // its token is two letters
			}
			found = append(found, span{w.from, words[last].to, what})
		}
	}
	slices.SortFunc(found, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to)) })
	return found
}

// mark is a text in pieces.
func (p plan) mark(s string) []Piece { return pieces(s, 0, len(s), p.spans(s)) }

// snippet is the part of a post where most of what was looked for stands
// together.
func (p plan) snippet(post board.Post) []Piece {
	s := flat(said(post))
	found := p.spans(s)
	from := 0
	if len(found) > 0 {
		from = wordBefore(s, found[densest(s, found)].from)
	}
	to := wordAfter(s, from)
	if to == len(s) && from > 0 { // room is left: show more of what stands before
		from = max(0, min(from, wordFrom(s, back(s, len(s), snippetLength), from)))
	}
	shown := pieces(s, from, to, found)
	if from > 0 {
		shown = append([]Piece{{Text: "… "}}, shown...)
	}
	if to < len(s) {
		shown = append(shown, Piece{Text: " …"})
	}
	return shown
}

// flat is texts as one line, which no sign of direction can turn around.
func flat(texts []string) string {
	s := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, strings.Join(texts, " "))
	return strings.Join(strings.Fields(s), " ")
}

// densest is the first of the spans from which most different ones follow
// within a snippet.
func densest(s string, found []span) int {
	found = found[:min(len(found), mostSpans)]
	best, most := 0, 0
	for i, first := range found {
		end := forth(s, first.from, snippetLength-snippetLead)
		different := map[int]bool{}
		for _, f := range found[i:] {
			if f.to > end {
				break
			}
			different[f.what] = true
		}
		if len(different) > most {
			best, most = i, len(different)
		}
	}
	return best
}

// wordBefore is where a snippet begins that leads to at.
func wordBefore(s string, at int) int { return wordFrom(s, back(s, at, snippetLead), at) }

// wordFrom is the first beginning of a word from low on, and before high; where
// there is none, the first beginning of a letter.
func wordFrom(s string, low, high int) int {
	if low == 0 {
		return 0
	}
	if space := strings.IndexByte(s[low:high], ' '); space >= 0 {
		return low + space + 1
	}
	return letterAt(s, low)
}

// wordAfter is where a snippet that begins at from ends.
func wordAfter(s string, from int) int {
	end := forth(s, from, snippetLength)
	if end == len(s) || s[end] == ' ' {
		return end
	}
	half := forth(s, from, snippetLength/2)
	if space := strings.LastIndexByte(s[half:end], ' '); space >= 0 {
		return half + space
	}
	return letterAt(s, end)
}

// letterAt is at, or the beginning of the letter that at stands in: a mark
// belongs to what it is written on.
func letterAt(s string, at int) int {
	for at > 0 && at < len(s) {
		r, _ := utf8.DecodeRuneInString(s[at:])
		_, before := utf8.DecodeLastRuneInString(s[:at])
		if previous, _ := utf8.DecodeRuneInString(s[at-before:]); !joins(r) && previous != '\u200d' {
			break
		}
		at -= before
	}
	return at
}

// forth is n characters behind at, or the end.
func forth(s string, at, n int) int {
	for ; n > 0 && at < len(s); n-- {
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	return at
}

// back is n characters before at, or the beginning.
func back(s string, at, n int) int {
	for ; n > 0 && at > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(s[:at])
		at -= size
	}
	return at
}

// pieces cuts s[from:to] where marks begin and end.
func pieces(s string, from, to int, found []span) (all []Piece) {
	add := func(upTo int, marked bool) {
		if upTo = min(upTo, to); upTo > from {
			all = append(all, Piece{s[from:upTo], marked})
			from = upTo
		}
	}
	for _, f := range found {
		add(f.from, false)
		add(f.to, true)
	}
	add(to, false)
	return all
}
