package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
)

// render executes a page into memory, and answers with it.
func (q *Request) render(t *template.Template, page any, v *View) error {
	v.complete(q)
	body := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(body)
	body.Reset()
	if err := t.Execute(body, page); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	h := q.W.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", q.Language.Tag().String())
	h.Add("Vary", "Accept-Encoding, Accept-Language, Cookie")
	switch {
	case v.Personal, h.Get("Set-Cookie") != "", v.Status >= 400:
		h.Set("Cache-Control", "no-store")
	default:
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", etag(without(body.Bytes(), v.Ticket)))
	}
	status := v.Status
	if status == 0 {
		status = http.StatusOK
	}
	q.write(status, body.Bytes())
	return nil
}

// JSON answers a module of ours with a value, which browsers may keep for the
// time given.
func (q *Request) JSON(value any, keep time.Duration) error {
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	h := q.W.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "private, max-age="+strconv.Itoa(int(keep/time.Second)))
	h.Add("Vary", "Accept-Encoding, Accept-Language, Cookie")
	h.Set("ETag", etag(body))
	q.write(http.StatusOK, body)
	return nil
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// zippers compress answers. Level 5 is where a thread page stops getting much
// smaller for the time it takes.
var zippers = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(io.Discard, 5)
	if err != nil {
		panic(err) // 5 is a level
	}
	return z
}}

// leastZipped is the length in bytes from which compressing an answer pays: a
// shorter one fits a packet anyway.
const leastZipped = 1024

// write sends a body: not at all where the reader has it already, compressed
// where that is accepted and pays. Its headers are set.
func (q *Request) write(status int, body []byte) {
	h := q.W.Header()
	if tag := h.Get("ETag"); tag != "" && status == http.StatusOK && holds(q.R.Header.Get("If-None-Match"), tag) {
		h.Del("Content-Type")
		q.W.WriteHeader(http.StatusNotModified)
		return
	}
	if len(body) >= leastZipped && Accepts(q.R.Header.Get("Accept-Encoding"), "gzip") {
		zipped := buffers.Get().(*bytes.Buffer)
		defer buffers.Put(zipped)
		zipped.Reset()
		z := zippers.Get().(*gzip.Writer)
		z.Reset(zipped)
		z.Write(body) // into memory: can't fail
		z.Close()
		zippers.Put(z)
		h.Set("Content-Encoding", "gzip")
		body = zipped.Bytes()
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	q.W.WriteHeader(status)
	if q.R.Method != http.MethodHead {
		q.W.Write(body) // fails only where the visitor has gone
	}
}

// without is a page as it would be without its form's ticket. A browser that
// has the page may go on with the ticket in it: had it been spent, by a post
// on this page, the page would have changed.
func without(body []byte, ticket string) []byte {
	if ticket == "" {
		return body
	}
	return bytes.ReplaceAll(body, []byte(ticket), nil)
}

// etag is a weak entity tag (RFC 9110, 8.8.3), since it stands for the same
// page compressed and not.
func etag(body []byte) string {
	sum := sha256.Sum256(body)
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// holds reports whether an If-None-Match header names the tag.
func holds(header, tag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		if candidate = strings.TrimSpace(candidate); candidate == tag || candidate == "*" {
			return true
		}
	}
	return false
}

// Accepts reports whether an Accept-Encoding header (RFC 9110, 12.5.3) names a
// coding with a weight above 0.
func Accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		q, ok := strings.CutPrefix(strings.TrimSpace(weight), "q=")
		if !ok {
			return true
		}
		f, err := strconv.ParseFloat(q, 64)
		return err == nil && f > 0
	}
	return false
}
