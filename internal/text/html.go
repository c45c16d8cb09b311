package text

import "strings"

// Renderer turns documents into HTML. The zero Renderer is ready: with it no
// reference leads anywhere.
type Renderer struct {
	// Resolve says where a reference leads, or false if there is nothing. It
	// is called once for each reference that is typed.
	Resolve func(Reference) (Target, bool)

	// Spoiler is what somebody who comes to a spoiler is told about it, in
	// the reader's language; "" for nothing.
	Spoiler string

	// Base stands before the addresses of references, where the HTML is read
	// away from this site: "https://moot.example". "" leaves them as they are.
	Base string
}

// Target is where a reference leads.
type Target struct {
	Href  string // on this site: it begins with # or one /
	Class string // further classes of the link, or ""
	Note  string // a word beside the link, as in "OP", or ""
}

const linkRel = "nofollow ugc noreferrer noopener external"

// HTML renders the document. It is well formed and made of these alone:
//
//	p dir class=gap      a line; gap: a blank line stands before it
//	q                    around a quote line, within its p; the > is text
//	pre dir class=gap, code   a code block
//	strong em code dir   bold, italic, code within a line
//	span class=spoiler tabindex title
//	a class=ref href, bdi     a reference that leads somewhere
//	span class="ref gone", bdi   one that doesn't
//	span class=note      the word beside a reference
//	a class=link dir=ltr href rel, bdi class=host, bdi   a link: its host, and the start of its path
//
// There is no white space between them. Every p and pre has dir="auto".
func (d Document) HTML(r Renderer) string {
	w := htmlWriter{r: r}
	w.Grow(64 * len(d.Blocks))
	for _, b := range d.Blocks {
		w.block(b)
	}
	return w.String()
}

type htmlWriter struct {
	strings.Builder
	r Renderer
}

func (w *htmlWriter) block(b Block) {
	class := ""
	if b.Gap > 0 {
		class = ` class="gap"`
	}
	switch b.Kind {
	case Code:
		w.WriteString(`<pre dir="auto"` + class + `><code>`)
		w.text(b.Code)
		w.WriteString("</code></pre>")
	case Quote:
		w.WriteString(`<p dir="auto"` + class + `><q>`)
		w.spans(b.Spans)
		w.WriteString("</q></p>")
	default:
		w.WriteString(`<p dir="auto"` + class + `>`)
		w.spans(b.Spans)
		w.WriteString("</p>")
	}
}

func (w *htmlWriter) spans(spans []Span) {
	for _, s := range spans {
		switch s.Kind {
		case Text:
			w.text(s.Text)
		case Bold:
			w.around("<strong>", s.Spans, "</strong>")
		case Italic:
			w.around("<em>", s.Spans, "</em>")
		case Spoiler:
			w.spoiler(s.Spans)
		case Mono:
			w.WriteString(`<code dir="auto">`)
			w.text(s.Text)
			w.WriteString("</code>")
		case Ref:
			w.ref(s)
		case Address:
			w.link(s.Link)
		}
	}
}

func (w *htmlWriter) around(open string, spans []Span, shut string) {
	w.WriteString(open)
	w.spans(spans)
	w.WriteString(shut)
}

func (w *htmlWriter) spoiler(spans []Span) {
	w.WriteString(`<span class="spoiler" tabindex="0"`)
	w.attribute("title", w.r.Spoiler)
	w.around(">", spans, "</span>")
}

func (w *htmlWriter) ref(s Span) {
	target, ok := Target{}, false
	if w.r.Resolve != nil {
		target, ok = w.r.Resolve(s.Ref)
	}
	if !ok || !isOwn(target.Href) {
		w.WriteString(`<span class="ref gone"><bdi>`)
		w.text(s.Text)
		w.WriteString("</bdi></span>")
		return
	}
	w.WriteString("<a")
	w.attribute("class", strings.TrimSpace("ref "+target.Class))
	w.attribute("href", w.r.Base+target.Href)
	w.WriteString("><bdi>")
	w.text(s.Text)
	w.WriteString("</bdi></a>")
	if target.Note != "" {
		w.WriteString(` <span class="note">`)
		w.text(target.Note)
		w.WriteString("</span>")
	}
}

// isOwn reports whether an address stays on this site.
func isOwn(href string) bool {
	return strings.HasPrefix(href, "#") ||
		strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "//") && !strings.HasPrefix(href, `/\`)
}

func (w *htmlWriter) link(l *Link) {
	w.WriteString(`<a class="link" dir="ltr"`)
	w.attribute("href", l.URL)
	w.WriteString(` rel="` + linkRel + `"><bdi class="host">`)
	w.text(l.before() + l.Host)
	w.WriteString("</bdi>")
	if path := l.after(); path != "" {
		w.WriteString("<bdi>")
		w.text(path)
		w.WriteString("</bdi>")
	}
	w.WriteString("</a>")
}

// attribute writes an attribute, unless its value is empty.
func (w *htmlWriter) attribute(name, value string) {
	if value == "" {
		return
	}
	w.WriteString(" " + name + `="`)
	w.text(value)
	w.WriteByte('"')
}

// text writes s with what means something in HTML escaped.
func (w *htmlWriter) text(s string) {
	from := 0
	for i := range len(s) {
		escaped := ""
		switch s[i] {
		case '&':
			escaped = "&amp;"
		case '<':
			escaped = "&lt;"
		case '>':
			escaped = "&gt;"
		case '"':
			escaped = "&#34;"
		case '\'':
			escaped = "&#39;"
		default:
			continue
		}
		w.WriteString(s[from:i])
		w.WriteString(escaped)
		from = i + 1
	}
	w.WriteString(s[from:])
}
