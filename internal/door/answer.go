package door

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
)

// Answer is a whole answer.
type Answer struct {
	Status   int // 200 where it is 0
	Type     string
	Body     []byte
	Modified time.Time     // when what it tells last changed; zero: not told
	Keep     time.Duration // how long it may be kept without asking again
}

// Send answers with a whole body, a tag made of it, and the time it changed. A
// request that has it already (If-None-Match, or If-Modified-Since where there
// is no tag: RFC 9110, 13.2.2) gets 304.
func (a *Asked) Send(answer Answer) {
	h := a.W.Header()
	h.Set("Content-Type", answer.Type)
	h.Add("Vary", "Accept-Encoding")
	if answer.Status == 0 {
		answer.Status = http.StatusOK
	}
	if answer.Status == http.StatusOK {
		h.Set("ETag", Tag(answer.Body))
		if !answer.Modified.IsZero() {
			h.Set("Last-Modified", answer.Modified.UTC().Format(http.TimeFormat))
		}
		if answer.Keep > 0 {
			h.Set("Cache-Control", "max-age="+strconv.Itoa(int(answer.Keep/time.Second)))
		} else {
			h.Set("Cache-Control", "no-cache")
		}
	} else {
		h.Set("Cache-Control", "no-store")
	}
	Write(a.W, a.R, answer.Status, answer.Body)
}

// Buffers are for making answers in.
var Buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

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

// Write sends a body: not at all where the asker has it already, compressed
// where that is accepted and pays. Its headers are set.
func Write(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	h := w.Header()
	if status == http.StatusOK && has(r, h) {
		h.Del("Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if len(body) >= leastZipped && !packed(h.Get("Content-Type")) && Accepts(r.Header.Get("Accept-Encoding"), "gzip") {
		zipped := Buffers.Get().(*bytes.Buffer)
		defer Buffers.Put(zipped)
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
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(body) // fails only where the visitor has gone
	}
}

// packed reports whether what is of a type is compressed already.
func packed(kind string) bool {
	return strings.HasPrefix(kind, "image/") && !strings.HasPrefix(kind, "image/svg")
}

// has reports whether the asker has the answer whose headers are set.
func has(r *http.Request, h http.Header) bool {
	if held := r.Header.Get("If-None-Match"); held != "" {
		tag := h.Get("ETag")
		return tag != "" && Holds(held, tag)
	}
	modified, err := http.ParseTime(h.Get("Last-Modified"))
	since, wrong := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && wrong == nil && !modified.After(since)
}

// Tag is a weak entity tag (RFC 9110, 8.8.3), since it stands for the same
// body compressed and not.
func Tag(body []byte) string {
	sum := sha256.Sum256(body)
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// Holds reports whether an If-None-Match header names the tag.
func Holds(header, tag string) bool {
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
