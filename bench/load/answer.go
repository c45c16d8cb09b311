package load

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// answer is an answer of HTTP/1.1 that is being read.
type answer struct {
	head   []byte // until it is whole
	status int    // 0 until then
	left   int    // bytes of the body that haven't come
	again  bool   // it says when to come again
	last   bool   // the connection ends with it
}

var (
	headEnd = []byte("\r\n\r\n")
	length  = []byte("\r\ncontent-length:")
	chunked = []byte("\r\ntransfer-encoding:")
	again   = []byte("\r\nretry-after:")
	last    = []byte("\r\nconnection: close")
)

// longestHead is in bytes.
const longestHead = 16 << 10

// read takes what has come in, and reports whether the answer is whole.
func (a *answer) read(b []byte) (whole bool, err error) {
	if a.status == 0 {
		if len(a.head) > 0 { // it came in parts
			a.head = append(a.head, b...)
			b = a.head
		}
		end := bytes.Index(b, headEnd)
		if end < 0 {
			if len(b) > longestHead {
				return false, errors.New("load: an answer's head has no end")
			}
			if len(a.head) == 0 {
				a.head = bytes.Clone(b)
			}
			return false, nil
		}
		if err := a.readHead(b[:end+2]); err != nil {
			return false, err
		}
		b = b[end+len(headEnd):]
	}
	if a.left -= len(b); a.left < 0 {
		return false, errors.New("load: an answer goes on after its end")
	}
	return a.left == 0, nil
}

// readHead reads the status and the length of the body, each line of the head
// with its end.
func (a *answer) readHead(head []byte) (err error) {
	if len(head) < len("HTTP/1.1 200") {
		return fmt.Errorf("load: %q is no answer", head)
	}
	if a.status, err = strconv.Atoi(string(head[9:12])); err != nil || !bytes.HasPrefix(head, []byte("HTTP/1.1 ")) {
		return fmt.Errorf("load: %q is no answer", head)
	}
	if a.status < 200 || a.status == 204 || a.status == 304 {
		return nil // has no body (RFC 9112, 6.3)
	}
	lower := bytes.ToLower(head)
	a.again, a.last = bytes.Contains(lower, again), bytes.Contains(lower, last)
	_, after, found := bytes.Cut(lower, length)
	if !found || bytes.Contains(lower, chunked) {
		return fmt.Errorf("load: an answer of status %d doesn't say its length", a.status)
	}
	value, _, _ := bytes.Cut(after, []byte("\r\n"))
	if a.left, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil || a.left < 0 {
		return fmt.Errorf("load: %q is no length", value)
	}
	return nil
}
