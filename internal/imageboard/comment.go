package imageboard

import (
	"html"
	"strings"

	"moot/internal/board"
	"moot/internal/place"
	"moot/internal/text"
)

// comment is a post's text as the HTML of a dialect:
//
//	br                             between lines
//	span class=quote               a line that begins with >
//	a class=quotelink href         a reference that leads somewhere
//	span class=deadlink            one that doesn't
//	strong, em                     bold, italic
//	s; span class=spoiler          what is hidden: 4chan's; vichan's
//	pre class=prettyprint; pre, code   a block of code
//	`…`; code                      code within a line
//	…; a href rel                  a link, which 4chan's clients find by themselves
func (s *speaker) comment(p board.Post) string {
	w := &commentWriter{speaker: s, post: p}
	for i, b := range p.Document().Blocks {
		if i > 0 {
			w.WriteString(strings.Repeat("<br>", 1+min(b.Gap, maxGap)))
		}
		w.block(b)
	}
	return w.String()
}

// maxGap is how many blank lines stand between two lines at the most.
const maxGap = 2

type commentWriter struct {
	strings.Builder
	*speaker
	post board.Post
}

func (w *commentWriter) block(b text.Block) {
	switch {
	case b.Kind == text.Quote:
		w.around(`<span class="quote">`, b.Spans, "</span>")
	case b.Kind == text.Code && w.dialect == vichan:
		w.WriteString("<pre><code>" + html.EscapeString(b.Code) + "</code></pre>")
	case b.Kind == text.Code:
		w.WriteString(`<pre class="prettyprint">` + strings.ReplaceAll(html.EscapeString(b.Code), "\n", "<br>") + "</pre>")
	default:
		w.spans(b.Spans)
	}
}

func (w *commentWriter) around(open string, spans []text.Span, shut string) {
	w.WriteString(open)
	w.spans(spans)
	w.WriteString(shut)
}

func (w *commentWriter) spans(spans []text.Span) {
	for _, span := range spans {
		switch span.Kind {
		case text.Text:
			w.WriteString(html.EscapeString(span.Text))
		case text.Bold:
			w.around("<strong>", span.Spans, "</strong>")
		case text.Italic:
			w.around("<em>", span.Spans, "</em>")
		case text.Spoiler:
			w.spoiler(span.Spans)
		case text.Mono:
			w.mono(span.Text)
		case text.Ref:
			w.reference(span)
		case text.Address:
			w.link(span)
		}
	}
}

func (w *commentWriter) spoiler(spans []text.Span) {
	if w.dialect == vichan {
		w.around(`<span class="spoiler">`, spans, "</span>")
	} else {
		w.around("<s>", spans, "</s>")
	}
}

func (w *commentWriter) mono(code string) {
	if w.dialect == vichan {
		w.WriteString("<code>" + html.EscapeString(code) + "</code>")
	} else {
		w.WriteString("`" + html.EscapeString(code) + "`")
	}
}

func (w *commentWriter) link(span text.Span) {
	words := html.EscapeString(span.Text)
	if w.dialect == vichan {
		words = `<a href="` + html.EscapeString(span.Link.URL) + `" rel="nofollow ugc noreferrer">` + words + "</a>"
	}
	w.WriteString(words)
}

func (w *commentWriter) reference(span text.Span) {
	words := html.EscapeString(span.Text)
	href := ""
	if span.Ref.Number > 0 {
		if t, ok := w.post.Refers(span.Ref.Number); ok {
			href = w.dialect.reference(w.post.Thread, t)
		}
	} else if p, ok := w.Places.ByPath(span.Ref.Place); ok {
		href = "/" + p.Path()
	}
	if href == "" {
		w.WriteString(`<span class="deadlink">` + words + "</span>")
		return
	}
	w.WriteString(`<a href="` + html.EscapeString(href) + `" class="quotelink">` + words + "</a>")
}

// slug is a text as a part of an address or the name of a file: its letters and
// digits, parted by dashes, at most limit characters; otherwise what stands for
// a text that has none.
func slug(s string, limit int, otherwise string) string {
	var b strings.Builder
	n, parted := 0, false
	for _, r := range text.Fold(s) {
		if !isWordly(r) {
			parted = n > 0
			continue
		}
		if n++; n > limit {
			break
		}
		if parted {
			b.WriteByte('-')
			parted = false
		}
		b.WriteRune(r)
	}
	if b.Len() == 0 {
		return otherwise
	}
	return b.String()
}

// where says where a place is: "Attica, Greece".
func where(p place.Place, name func(place.Place) string) string {
	var up []string
	for q := p.Parent(); q.Valid() && q.Kind() != place.World; q = q.Parent() {
		up = append(up, name(q))
	}
	return strings.Join(up, ", ")
}
