package web

import (
	"mime"
	"net/http"
	"net/url"
	"time"

	"moot/internal/door"
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

// setWriteDeadline bounds how long an answer that is ready may take to go.
func setWriteDeadline(w http.ResponseWriter, now time.Time) {
	if c, ok := w.(interface{ SetWriteDeadline(time.Time) error }); ok { // a test's recorder has none
		c.SetWriteDeadline(now.Add(sendingTime))
	}
}

// What a form with files may hold, and all such forms at once.
const (
	maxFile     = 8 << 20
	maxUpload   = 100 << 20        // beyond maxFile a file is read and thrown away, so that the form can be given back
	fileRoom    = 192 << 20        // memory
	slowestFile = 8 << 10          // bytes a second
	maxPatience = 30 * time.Minute // for the whole of it
)

// readForm reads the body of a request that sends something, so that a handler
// finds it in PostForm, and its files in Files. Done is to be called when the
// files are no longer needed.
func (s *Server) readForm(q *page.Request, files int) (done func(), err error) {
	done = func() {}
	r := q.R
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || r.Header.Get("Content-Encoding") != "" {
		return done, refuse(http.StatusUnsupportedMediaType, fault.Invalid, "web.type")
	}
	switch {
	case kind == "application/x-www-form-urlencoded":
		return done, readWords(q)
	case kind == "multipart/form-data" && files > 0:
		r.PostForm, q.Files, done, err = s.readFiles(q.W, r, files)
		return done, err
	}
	return done, refuse(http.StatusUnsupportedMediaType, fault.Invalid, "web.type")
}

// isForm reports whether a request brings a form.
func isForm(r *http.Request) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return kind == "application/x-www-form-urlencoded" || kind == "multipart/form-data"
}

func readWords(q *page.Request) error {
	q.R.Body = http.MaxBytesReader(q.W, q.R.Body, maxForm)
	switch err := q.R.ParseForm(); {
	case tooLarge(err):
		return refuse(http.StatusRequestEntityTooLarge, fault.TooMuch, "web.too_large", "kib", maxForm>>10)
	case err != nil:
		return refuse(http.StatusBadRequest, fault.Invalid, "web.unreadable")
	}
	return nil
}

// readFiles reads a form with files. Its sender has more time than that of a
// few words, so that who has a slow circuit can send a picture too.
func (s *Server) readFiles(w http.ResponseWriter, r *http.Request, files int) (url.Values, []door.File, func(), error) {
	size := r.ContentLength
	if size < 0 || size > maxUpload {
		size = maxUpload
	}
	body := min(max(patience, time.Duration(size/slowestFile)*time.Second), maxPatience)
	control := http.NewResponseController(w)
	now := time.Now()
	control.SetReadDeadline(now.Add(body))
	control.SetWriteDeadline(now.Add(body + sendingTime))
	words, list, done, err := door.ReadForm(w, r, door.Limits{Words: maxForm, Files: files, File: maxFile, All: maxUpload}, s.room)
	switch err {
	case nil:
	case door.ErrTooMuch:
		err = refuse(http.StatusRequestEntityTooLarge, fault.TooMuch, "web.too_large", "kib", maxUpload>>10)
	case door.ErrNoRoom:
		err = fault.New(fault.Unavailable, "web.no_room").After(time.Minute)
	default:
		err = refuse(http.StatusBadRequest, fault.Invalid, "web.unreadable")
	}
	return words, list, done, err
}
