package web

import (
	"mime"
	"net/http"
	"time"

	"moot/internal/fault"
	"moot/internal/web/page"
)

const (
	maxForm     = 64 << 10         // bytes of a form
	slowest     = 2 << 10          // bytes a second that a slow circuit still manages
	patience    = 30 * time.Second // for a body, however small
	sendingTime = 60 * time.Second // for an answer, from the request's head on
)

// setDeadlines bounds how long a request's body may take to come and the answer
// to go. Both are set anew with each request of a connection.
func setDeadlines(w http.ResponseWriter, r *http.Request) {
	size := r.ContentLength
	if size < 0 || size > maxForm {
		size = maxForm
	}
	body := max(patience, time.Duration(size/slowest)*time.Second)
	control := http.NewResponseController(w)
	now := time.Now()
	// They fail only where the connection has none, as in a test's recorder.
	control.SetReadDeadline(now.Add(body))
	control.SetWriteDeadline(now.Add(body + sendingTime))
}

// readForm reads the body of a request that sends something, so that a handler
// finds it in PostForm.
func (s *Server) readForm(q *page.Request) error {
	r := q.R
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return refuse(http.StatusUnsupportedMediaType, fault.Invalid, "web.type")
	}
	if r.Header.Get("Content-Encoding") != "" {
		return refuse(http.StatusUnsupportedMediaType, fault.Invalid, "web.type")
	}
	r.Body = http.MaxBytesReader(q.W, r.Body, maxForm)
	switch err := r.ParseForm(); {
	case tooLarge(err):
		return refuse(http.StatusRequestEntityTooLarge, fault.TooMuch, "web.too_large", "kib", maxForm>>10)
	case err != nil:
		return refuse(http.StatusBadRequest, fault.Invalid, "web.unreadable")
	}
	return nil
}
