package cache

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"moot/internal/door"
)

// coding is how a body is sent (RFC 9110, 8.4.1).
type coding int

const (
	identity coding = iota
	gzipped
	zstandard
	brotlied
	codings
)

var codingNames = [codings]string{"", "gzip", "zstd", "br"}

// leastPacked is the length in bytes from which compressing a page pays: a
// shorter one fits a packet anyway.
const leastPacked = 1024

// Page is one public page. It is not changed once it is made.
type Page struct {
	Count  Count
	header http.Header
	tag    string
	body   []byte
	forms  [codings]form
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
	c := identity
	if accepted := r.Header["Accept-Encoding"]; len(accepted) > 0 && len(p.body) >= leastPacked {
		c = smallest(strings.Join(accepted, ","))
	}
	f := &p.forms[c]
	f.once.Do(func() { p.make(f, c) })
	return f
}

// smallest is the coding that makes a page smallest, of those that a header
// accepts.
func smallest(accepted string) coding {
	if accepted == "gzip" {
		return gzipped
	}
	for c := codings - 1; c > identity; c-- {
		if door.Accepts(accepted, codingNames[c]) {
			return c
		}
	}
	return identity
}

func (p *Page) make(f *form, c coding) {
	f.body = pack(p.body, c)
	f.header = p.header.Clone()
	f.header.Set("Content-Length", strconv.Itoa(len(f.body)))
	if c != identity {
		f.header.Set("Content-Encoding", codingNames[c])
	}
}

// Levels of compression: higher ones take several times as long for a few bytes
// of a hundred.
const (
	gzipLevel   = 6
	brotliLevel = 5
)

// pack compresses a body. Writing into memory doesn't fail.
func pack(body []byte, c coding) []byte {
	var packed bytes.Buffer
	switch c {
	case gzipped:
		z, err := gzip.NewWriterLevel(&packed, gzipLevel)
		if err != nil {
			panic(err) // 6 is a level
		}
		z.Write(body)
		z.Close()
	case brotlied:
		z := brotli.NewWriterLevel(&packed, brotliLevel)
		z.Write(body)
		z.Close()
	case zstandard:
		// Browsers take no window of more than 8 MiB (RFC 9659).
		z, err := zstd.NewWriter(&packed, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20), zstd.WithEncoderCRC(false))
		if err != nil {
			panic(err) // the options are right
		}
		z.Write(body)
		z.Close()
	default:
		return body
	}
	return packed.Bytes()
}
