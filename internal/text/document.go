package text

import (
	"slices"
	"strings"
	"unicode"
)

// Document is a parsed body: its lines and code blocks, in order.
type Document struct {
	Blocks []Block
}

// Block is one line, or one block of code.
type Block struct {
	Kind  BlockKind
	Gap   int    // blank lines before it
	Spans []Span // of Line and Quote
	Code  string // of Code: lines ended by LF, none at its ends
}

// BlockKind says what a block is.
type BlockKind uint8

const (
	Line  BlockKind = iota // a line of prose
	Quote                  // a line that begins with >, which is part of its text
	Code                   // between [code] and [/code]
)

// Span is a piece of a line.
type Span struct {
	Kind  SpanKind
	Text  string    // of Text and Mono what they say; of Ref and Address as typed
	Ref   Reference // of Ref
	Link  *Link     // of Address
	Spans []Span    // of Bold, Italic and Spoiler
}

// SpanKind says what a span is.
type SpanKind uint8

const (
	Text    SpanKind = iota
	Bold             // '''…'''
	Italic           // ''…''
	Spoiler          // **…** or [spoiler]…[/spoiler]; where it crosses lines, one in each
	Mono             // `…`, or [code]…[/code] within a line
	Ref              // >>1240, >>>/gr/athens/, >>>/gr/athens/1240
	Address          // https://…
)

// Reference is what a body points at on this site.
type Reference struct {
	Number int64  // a post's number; 0: the whole board of Place
	Place  string // a place's path as in "gr/athens", lower case, not looked up; "": the post by its number alone
}

// References lists what the document refers to, in order, each once.
func (d Document) References() []Reference {
	var all []Reference
	seen := map[Reference]bool{}
	for s := range d.spans {
		if s.Kind == Ref && !seen[s.Ref] {
			seen[s.Ref] = true
			all = append(all, s.Ref)
		}
	}
	return all
}

// Links lists the addresses the document links to, as they are followed, in
// order, each once.
func (d Document) Links() []string {
	var all []string
	seen := map[string]bool{}
	for s := range d.spans {
		if s.Kind == Address && !seen[s.Link.URL] {
			seen[s.Link.URL] = true
			all = append(all, s.Link.URL)
		}
	}
	return all
}

// spans yields every span, a span before those within it.
func (d Document) spans(yield func(Span) bool) {
	var walk func([]Span) bool
	walk = func(spans []Span) bool {
		for _, s := range spans {
			if !yield(s) || !walk(s.Spans) {
				return false
			}
		}
		return true
	}
	for _, b := range d.Blocks {
		if !walk(b.Spans) {
			return
		}
	}
}

// Plain is the document without its markup. What a spoiler hides is ▒, one
// for each character. With a limit above 0 it is an excerpt: one line of at
// most limit characters, without quotes where more is said, cut at the end of a
// word where there is one near, and then ended by …. With limit 0 it is whole, in lines. Links are short, as in
// HTML.
func (d Document) Plain(limit int) string {
	var w plainWriter
	for i, b := range d.Blocks {
		if limit > 0 && b.Kind == Quote && !d.quotesOnly() {
			continue // an excerpt is of what the writer says, not of what is answered
		}
		if i > 0 {
			if limit > 0 {
				w.WriteByte(' ')
			} else {
				w.WriteString("\n\n\n"[:1+min(b.Gap, maxBlankLines)])
			}
		}
		if b.Kind == Code {
			w.put(b.Code, false)
		}
		w.spans(b.Spans, false)
	}
	if limit <= 0 {
		return balance(w.String())
	}
	return excerpt(strings.Join(strings.Fields(withoutDirections(w.String())), " "), limit)
}

// quotesOnly reports whether nothing is said but in quotes.
func (d Document) quotesOnly() bool {
	return !slices.ContainsFunc(d.Blocks, func(b Block) bool { return b.Kind != Quote })
}

type plainWriter struct{ strings.Builder }

func (w *plainWriter) spans(spans []Span, hidden bool) {
	for _, s := range spans {
		switch s.Kind {
		case Address:
			w.put(s.Link.Short(), hidden)
		case Text, Mono, Ref:
			w.put(s.Text, hidden)
		default:
			w.spans(s.Spans, hidden || s.Kind == Spoiler)
		}
	}
}

func (w *plainWriter) put(s string, hidden bool) {
	if !hidden {
		w.WriteString(s)
		return
	}
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			w.WriteRune(r)
		case isVisible(r) && !unicode.Is(unicode.M, r):
			w.WriteRune('▒')
		}
	}
}

// excerpt cuts s to at most limit characters, the … at its end among them.
func excerpt(s string, limit int) string {
	count, cut, space := 0, 0, 0 // cut: where limit-1 characters end; space: where the last word before it ends
	joined := false
	for i, r := range s {
		// A mark, a selector or what a joiner joins belongs to the character before.
		if joins := r == zwj || unicode.Is(unicode.M, r); !joins && !joined && count < limit {
			cut = i
			if r == ' ' {
				space = i
			}
		}
		joined = r == zwj
		count++
		if count > limit {
			if space >= cut/2 && space > 0 {
				cut = space
			}
			return strings.TrimRight(s[:cut], " ,;:·–—-") + "…"
		}
	}
	return s
}

const zwj = '\u200d'
