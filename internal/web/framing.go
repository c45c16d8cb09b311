package web

import (
	"bytes"
	"errors"
	"math"
	"net/http"
	"strconv"
)

// errFraming ends a connection whose next request two programs could read in
// two ways; net/http answers 400 to it and closes.
var errFraming = errors.New("web: a request that can be read in two ways")

// framing reads along with net/http, which forgives more than is safe behind a
// proxy that forgives something else: what one takes for a body the other takes
// for the next visitor's request (RFC 9112, 11.2). It keeps the rules that have
// a choice on their strict side:
//
//   - lines end in CR LF, and a CR stands nowhere else (2.2);
//   - no line goes on the one before, no space stands before a colon (5.1, 5.2);
//   - one Content-Length of digits, and none beside Transfer-Encoding, which HTTP/1.0
//     doesn't have (6.1, 6.3);
//   - one Host, which is that of the target where the target has one (3.2.2).
//
// The zero value is at the beginning of a connection.
type framing struct {
	line    []byte // begun, and not ended by what was read so far
	inHead  bool   // after the request's line
	body    int64  // bytes to come that are no head
	length  int64  // what Content-Length says; -1 where nothing does
	old     bool   // it is of HTTP/1.0
	coded   bool   // there is a Transfer-Encoding
	target  []byte // the authority that an absolute target names
	host    []byte // what Host says
	hasHost bool
	wrong   error
}

// read takes in what came; errFraming, from then on, where it isn't clear.
func (f *framing) read(p []byte) error {
	for len(p) > 0 && f.wrong == nil {
		if f.body > 0 {
			n := min(f.body, int64(len(p)))
			f.body -= n
			p = p[n:]
			continue
		}
		end := bytes.IndexByte(p, '\n') + 1
		if end == 0 { // net/http reads no more of a head than it allows, so neither does this
			f.line = append(f.line, p...)
			return nil
		}
		line := p[:end]
		if len(f.line) > 0 {
			line = append(f.line, line...)
		}
		if !f.see(line) {
			f.wrong = errFraming
		}
		f.line, p = f.line[:0], p[end:]
	}
	return f.wrong
}

// see takes in a line of a head; false where it isn't clear.
func (f *framing) see(line []byte) bool {
	line, ended := bytes.CutSuffix(line, []byte("\r\n"))
	if !ended || bytes.IndexByte(line, '\r') >= 0 {
		return false
	}
	if !f.inHead {
		*f = framing{line: f.line, inHead: true, length: -1, old: bytes.HasSuffix(line, []byte("HTTP/1.0")), target: authority(line)}
		return len(line) > 0
	}
	if len(line) == 0 {
		return f.end()
	}
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 || bytes.ContainsAny(line[:colon], " \t") {
		return false
	}
	value := bytes.Trim(line[colon+1:], " \t")
	switch name := line[:colon]; {
	case named(name, "Content-Length"):
		return f.measure(value)
	case named(name, "Transfer-Encoding"):
		f.coded = true
	case named(name, "Host"):
		if f.hasHost {
			return false
		}
		f.hasHost = true
		if f.target != nil {
			f.host = bytes.Clone(value)
		}
	}
	return true
}

func named(name []byte, want string) bool {
	return len(name) == len(want) && bytes.EqualFold(name, []byte(want))
}

// measure takes in a Content-Length.
func (f *framing) measure(value []byte) bool {
	n, err := strconv.ParseUint(string(value), 10, 63)
	if err != nil || f.length >= 0 {
		return false
	}
	f.length = int64(n)
	return true
}

// end takes in the end of a head.
func (f *framing) end() bool {
	f.inHead = false
	switch {
	case f.coded && (f.length >= 0 || f.old), f.target != nil && !bytes.EqualFold(f.target, f.host):
		return false
	case f.coded: // measured closes the connection: nothing that comes is a head
		f.body = math.MaxInt64
	default:
		f.body = max(f.length, 0)
	}
	return true
}

// authority is what an absolute target names before its path, or nil for the
// targets that browsers send.
func authority(line []byte) []byte {
	_, target, _ := bytes.Cut(line, []byte(" "))
	if len(target) == 0 || target[0] == '/' {
		return nil
	}
	target, _, _ = bytes.Cut(target, []byte(" "))
	_, rest, absolute := bytes.Cut(target, []byte("://"))
	if !absolute {
		return nil
	}
	if end := bytes.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return append([]byte{}, rest...)
}

// measured refuses what doesn't say its length: no form does that, and a body
// in chunks is what most ways to smuggle a request are made of.
func measured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TransferEncoding != nil {
			w.Header().Set("Connection", "close")
			plain(w, http.StatusLengthRequired)
			return
		}
		next.ServeHTTP(w, r)
	})
}
