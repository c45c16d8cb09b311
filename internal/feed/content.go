package feed

import (
	"fmt"
	"html"
	"strings"

	"moot/internal/board"
	"moot/internal/media"
	"moot/internal/text"
)

// finder finds the post of a number that is referred to.
type finder func(number int64) (board.Target, bool)

// content is a post in HTML, its pictures above its text.
func (r *reading) content(p board.Post, find finder) string {
	var w strings.Builder
	for _, picture := range p.Pictures {
		if picture.Visible() {
			r.picture(&w, picture)
		}
	}
	w.WriteString(veil(p.Document()).HTML(text.Renderer{Base: r.base, Resolve: func(to text.Reference) (text.Target, bool) {
		if to.Number == 0 {
			at, ok := r.Gazetteer.ByPath(to.Place)
			return text.Target{Href: "/" + at.Path()}, ok
		}
		if find == nil { // it is looked for when somebody follows it
			return text.Target{Href: fmt.Sprintf("/p/%d", to.Number)}, true
		}
		t, ok := find(to.Number)
		return text.Target{Href: t.Path()}, ok
	}}))
	return clean(w.String())
}

// picture writes a picture's preview, which leads to the picture. One behind a
// spoiler is a link in words.
func (r *reading) picture(w *strings.Builder, p media.Attached) {
	file := html.EscapeString(r.base + "/f/" + p.File())
	if p.Spoiler {
		words := r.T("feed.hidden_picture")
		if p.Alt != "" {
			words += ": " + p.Alt
		}
		fmt.Fprintf(w, `<p><a href="%s">%s</a></p>`, file, html.EscapeString(words))
		return
	}
	fmt.Fprintf(w, `<p><a href="%s"><img src="%s" width="%d" height="%d" alt="%s"></a></p>`,
		file, html.EscapeString(r.base+"/f/"+p.ThumbFile()), p.Thumb.Width, p.Thumb.Height, html.EscapeString(p.Alt))
}

// veil puts in the place of every spoiler as many blocks as it has characters:
// who reads a feed has no way to keep the rest hidden.
func veil(d text.Document) text.Document {
	for i := range d.Blocks {
		veilSpans(d.Blocks[i].Spans)
	}
	return d
}

func veilSpans(spans []text.Span) {
	for i, s := range spans {
		if s.Kind == text.Spoiler {
			hidden := text.Document{Blocks: []text.Block{{Spans: []text.Span{s}}}}
			spans[i] = text.Span{Kind: text.Text, Text: hidden.Plain(0)}
			continue
		}
		veilSpans(s.Spans)
	}
}

// clean leaves out what XML can't hold (XML 1.0, 2.2) or asks not to be given:
// controls and noncharacters.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return r
		case r < ' ', 0x7f <= r && r <= 0x9f, 0xd800 <= r && r <= 0xdfff, 0xfdd0 <= r && r <= 0xfdef, r&0xfffe == 0xfffe:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}
