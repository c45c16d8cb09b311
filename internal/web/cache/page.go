package cache

import (
	"net/http"
	"strconv"
	"sync"

	"moot/internal/door"
)

// Page is one public page. It is not changed once it is made.
type Page struct {
	Count  Count
	header http.Header
	tag    string
	body   []byte
	forms  [Codings]form
	unread http.Header // of a 304
}

// Count counts an answer by its status.
type Count func(status int)

// form is a page's body in one coding, made when it is first asked for.
type form struct {
	once   sync.Once
	header http.Header
	body   []byte
}

// New makes a page of an answer's headers and its whole body; count is called by
// whoever serves it. An answer with
// another status than 200, without a tag, or with a cookie is nothing for
// everybody: then it is nil.
func New(count Count, status int, header http.Header, body []byte) *Page {
	tag := header.Get("ETag")
	if status != http.StatusOK || tag == "" || header.Get("Set-Cookie") != "" {
		return nil
	}
	p := &Page{Count: count, header: header, tag: tag, body: body}
	p.header.Del("Content-Length")
	// A cache in front may hand it on for as long as this one does while it
	// moves; everybody else asks each time whether it is still the same.
	p.header.Set("Cache-Control", "public, max-age=0, s-maxage="+strconv.Itoa(int(Calm.Seconds()))+", must-revalidate")
	p.unread = p.header.Clone()
	p.unread.Del("Content-Type")
	return p
}

// size is how many bytes the page takes, with its forms, roughly.
func (p *Page) size() int64 { return int64(len(p.body)) + int64(len(p.body))/2 + 4096 }

// Serve answers a request for the page.
func (p *Page) Serve(w http.ResponseWriter, r *http.Request) (status int) {
	h := w.Header()
	if held := r.Header["If-None-Match"]; len(held) > 0 && door.Holds(held[0], p.tag) {
		fill(h, p.unread)
		w.WriteHeader(http.StatusNotModified)
		return http.StatusNotModified
	}
	f := p.form(r)
	fill(h, f.header)
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		w.Write(f.body) // fails only where the visitor has gone
	}
	return http.StatusOK
}

// fill puts the headers of a page into an answer's. Their values are shared, as
// nobody changes them.
func fill(h, from http.Header) {
	for name, values := range from {
		h[name] = values
	}
}

// form is the page's body as the asker takes it: in the smallest coding.
func (p *Page) form(r *http.Request) *form {
	c := Smallest(r.Header["Accept-Encoding"], len(p.body))
	f := &p.forms[c]
	f.once.Do(func() { p.make(f, c) })
	return f
}

func (p *Page) make(f *form, c Coding) {
	f.body = c.Pack(p.body, Quick)
	f.header = p.header.Clone()
	f.header.Set("Content-Length", strconv.Itoa(len(f.body)))
	if c != Identity {
		f.header.Set("Content-Encoding", c.String())
	}
}
