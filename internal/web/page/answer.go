package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"moot/internal/door"
)

// render executes a page into memory, and answers with it.
func (q *Request) render(t *template.Template, page any, v *View) error {
	v.complete(q)
	body := door.Buffers.Get().(*bytes.Buffer)
	defer door.Buffers.Put(body)
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
		h.Set("ETag", door.Tag(without(body.Bytes(), v.Ticket)))
	}
	h.Set("Content-Security-Policy", v.policy())
	status := v.Status
	if status == 0 {
		status = http.StatusOK
	}
	door.Write(q.W, q.R, status, body.Bytes())
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
	h.Set("ETag", door.Tag(body))
	door.Write(q.W, q.R, http.StatusOK, body)
	return nil
}

// Once answers with what is for this request alone, and kept by nobody.
func (q *Request) Once(kind string, body []byte) error {
	h := q.W.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store")
	door.Write(q.W, q.R, http.StatusOK, body)
	return nil
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
