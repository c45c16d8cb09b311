package feed

import (
	"context"
	"crypto/sha1"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"moot/internal/board"
	"moot/internal/door"
	"moot/internal/lang"
	"moot/internal/place"
)

// reading is one request for a feed, with the language it is told in and the
// address that its links begin with.
type reading struct {
	*feeds
	asked *door.Asked
	*lang.Language
	base string
}

func (d *feeds) reading(a *door.Asked) *reading {
	return &reading{d, a, d.match(a.R.Header.Get("Accept-Language")), d.address(a)}
}

// address is what whole addresses of the site begin with. A site that doesn't
// know its own is where it was found. What a proxy may have said of https is not
// believed: it isn't part of what caches tell answers apart by.
func (d *feeds) address(a *door.Asked) string {
	switch {
	case d.Base != "":
		return d.Base
	case a.R.Host == "":
		return "http://localhost" // HTTP/1.0
	case a.R.TLS != nil:
		return "https://" + a.R.Host
	}
	return "http://" + a.R.Host
}

func (r *reading) Context() context.Context { return r.asked.R.Context() }

func (r *reading) name(p place.Place) string { return p.Name(r.Tag()) }

// id is a name-based UUID (version 5: RFC 9562, 5.5) in the name space of the
// site.
func (r *reading) id(name string) string {
	h := sha1.New()
	h.Write(r.Identity[:])
	h.Write([]byte(name))
	u := h.Sum(nil)[:16]
	u[6] = u[6]&0x0f | 0x50
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// feed begins the feed at one path of what people read at another.
func (r *reading) feed(name, path, page string) *document {
	return &document{
		Threading: threadingSpace,
		ID:        r.id(name),
		Generator: generator{Name: "Moot", Address: r.Source},
		Links:     []link{{Rel: "alternate", Type: "text/html", Address: r.base + page}},
		address:   r.base + path,
		updated:   atomsDay,
	}
}

// atomsDay is when a feed changed that never had anything in it: the month of
// RFC 4287, before which there was none.
var atomsDay = time.Date(2005, 12, 1, 0, 0, 0, 0, time.UTC)

// words are some in the language that the feed is told in.
func (r *reading) words(s string) *label {
	return &label{Language: r.Tag().String(), Type: "text", Text: s}
}

func (r *reading) title(s string) *label { return r.words(s + " · " + r.feeds.Name) }

// Lengths of titles that are made of text, in characters.
const titleLength = 70

// headline is a thread's subject, or the beginning of its text.
func (r *reading) headline(t board.Thread, opening board.Post) string {
	switch {
	case t.Subject != "":
		return t.Subject
	case opening.Gone:
		return r.T("board.taken_back_title")
	}
	if plain := opening.Document().Plain(titleLength); plain != "" {
		return plain
	}
	return r.T("board.untitled", "number", fmt.Sprint(t.Number))
}

// thread is an entry that stands for a thread: its opening post, and where its
// replies are. It is updated when it was opened, since replies don't change it.
func (r *reading) thread(t board.Thread, opening board.Post) entry {
	e := r.entry(fmt.Sprint("thread ", t.Number), r.headline(t, opening), t.Path(), t.Place, opening)
	e.Content.Text = r.content(opening, nil)
	e.Links = append(e.Links, link{
		Rel: "replies", Type: atomType, Address: r.base + t.Path() + "/posts.atom",
		Count: fmt.Sprint(t.Replies()), Updated: stamp(t.LastAt),
	})
	if t.Place != r.asked.Place {
		e.Categories = []category{{Term: t.Place.Path(), Label: r.name(t.Place)}}
	}
	return e
}

// post is an entry that stands for a post of a thread.
func (r *reading) post(t board.Thread, p board.Post, find finder) entry {
	title := r.headline(t, p)
	if !p.Opens() {
		title = p.Document().Plain(titleLength)
	}
	if title == "" {
		title = r.T("board.number", "number", fmt.Sprint(p.Number))
	}
	e := r.entry(fmt.Sprint("post ", p.Number), title, fmt.Sprintf("%s#p%d", t.Path(), p.Number), t.Place, p)
	e.Content.Text = r.content(p, find)
	if !p.Opens() {
		e.Answers = &answers{Reference: r.id(fmt.Sprint("post ", t.Number)), Type: "text/html", Address: fmt.Sprintf("%s%s#p%d", r.base, t.Path(), t.Number)}
	}
	return e
}

func (r *reading) entry(name, title, path string, at place.Place, p board.Post) entry {
	when := stamp(p.At.In(at.Zone()))
	e := entry{
		ID: r.id(name), Title: label{Type: "text", Text: clean(title)}, Published: when, Updated: when,
		Author:  person{Name: clean(strings.TrimSpace(p.Name + " " + p.Trip))},
		Links:   []link{{Rel: "alternate", Type: "text/html", Address: r.base + path}},
		Content: label{Type: "html"},
	}
	if p.Name == "" {
		e.Author.Name = strings.TrimSpace(r.T("board.anonymous") + " " + p.Trip)
	}
	for _, picture := range p.Pictures {
		if picture.Visible() && !picture.Spoiler {
			e.Links = append(e.Links, link{Rel: "enclosure", Type: "image/" + picture.Kind, Length: fmt.Sprint(picture.Bytes), Address: r.base + "/f/" + picture.File()})
		}
	}
	return e
}

// send answers with a feed.
func (r *reading) send(f *document) error {
	f.Updated = stamp(f.updated)
	body, err := xml.Marshal(f)
	if err != nil {
		return fmt.Errorf("feed: %w", err)
	}
	r.asked.W.Header().Add("Vary", "Accept-Language")
	r.tell(r.asked, door.Answer{Type: atomType + "; charset=utf-8", Body: append([]byte(xml.Header), body...), Keep: time.Minute},
		f.self, r.Code())
	return nil
}
