package rest

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/place"
)

// Place is the place that an address names.
func (c *Call) Place() (place.Place, error) { return c.Named(c.R.PathValue("place")) }

// Named is the place of an id.
func (c *Call) Named(name string) (place.Place, error) {
	p, ok := c.Places.ByPath(strings.ReplaceAll(name, ".", "/"))
	if !ok || ID(p) != name {
		return p, fault.New(fault.NotFound, "place.unknown")
	}
	return p, nil
}

// ID is the path of a place with dots for slashes, as it stands in addresses.
func ID(p place.Place) string { return strings.ReplaceAll(p.Path(), "/", ".") }

// Number is the number that an address names.
func (c *Call) Number() (int64, error) {
	n, err := strconv.ParseInt(c.R.PathValue("number"), 10, 64)
	if err != nil || n < 1 {
		return 0, fault.New(fault.NotFound, "web.no_page")
	}
	return n, nil
}

// Query reads the parameters of an address. What is wrong with any is told of
// all at once, by Err.
type Query struct {
	c      *Call
	faults []*fault.Fault
}

// Query is that of the call.
func (c *Call) Query() *Query { return &Query{c: c} }

// Text is a text of so many bytes at the most.
func (q *Query) Text(name string, bytes int) string {
	s := q.c.R.URL.Query().Get(name)
	if len(s) > bytes {
		q.Wrong(name)
		return ""
	}
	return s
}

// Number is otherwise where the parameter is absent.
func (q *Query) Number(name string, least, most, otherwise int64) int64 {
	s := q.c.R.URL.Query().Get(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < least || n > most {
		q.Wrong(name)
		return otherwise
	}
	return n
}

// Yes is true or false; false where the parameter is absent.
func (q *Query) Yes(name string) bool {
	s := q.c.R.URL.Query().Get(name)
	if s == "" {
		return false
	}
	yes, err := strconv.ParseBool(s)
	if err != nil {
		q.Wrong(name)
	}
	return yes
}

// Day is a date; zero where the parameter is absent.
func (q *Query) Day(name string) time.Time {
	s := q.c.R.URL.Query().Get(name)
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		q.Wrong(name)
	}
	return t
}

// Place is a place by its id; zero where the parameter is absent.
func (q *Query) Place(name string) (p place.Place) {
	s := q.c.R.URL.Query().Get(name)
	if s == "" {
		return p
	}
	p, err := q.c.Named(s)
	if err != nil {
		q.Wrong(name)
	}
	return p
}

// Wrong says that a parameter isn't right.
func (q *Query) Wrong(name string) {
	q.faults = append(q.faults, fault.New(fault.Invalid, "api.bad_field", "field", name).On(name))
}

// Err is all that is wrong.
func (q *Query) Err() error { return fault.Join(q.faults...) }

// Read reads the JSON of a request. What is not known here is refused: a name
// that is spelt wrong would be lost unseen.
func (c *Call) Read(into any) error {
	kind, _, err := mime.ParseMediaType(c.R.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" || c.R.Header.Get("Content-Encoding") != "" {
		return Refuse(http.StatusUnsupportedMediaType, fault.New(fault.Invalid, "api.type"))
	}
	d := json.NewDecoder(c.R.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return unread(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return unread(err)
	}
	return nil
}

// unread says why JSON can't be read.
func unread(err error) error {
	large, wrong := (*http.MaxBytesError)(nil), (*json.UnmarshalTypeError)(nil)
	switch {
	case errors.As(err, &large):
		return Refuse(http.StatusRequestEntityTooLarge, fault.New(fault.TooMuch, "web.too_large", "kib", MaxBody>>10))
	case errors.As(err, &wrong) && wrong.Field != "":
		name := wrong.Field[strings.LastIndexByte(wrong.Field, '.')+1:]
		return fault.New(fault.Invalid, "api.bad_field", "field", name).On(name)
	case err != nil && strings.HasPrefix(err.Error(), "json: unknown field "):
		name, _ := strconv.Unquote(strings.TrimPrefix(err.Error(), "json: unknown field "))
		return fault.New(fault.Invalid, "api.unknown_field", "field", name).On(name)
	}
	return Refuse(http.StatusBadRequest, fault.New(fault.Invalid, "api.unreadable"))
}

// Actor is who holds the token that the request brings (RFC 6750, 2.1), or
// anyone.
func (c *Call) Actor() (key.Actor, error) {
	header := c.R.Header.Get("Authorization")
	if header == "" {
		return key.Anyone, nil
	}
	scheme, token, _ := strings.Cut(header, " ")
	actor, ok := key.Parse(token)
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return key.Anyone, Refuse(http.StatusUnauthorized, fault.New(fault.Forbidden, "api.bad_token"))
	}
	return actor, nil
}

// Poster is the actor, with a token made now where none was brought.
func (c *Call) Poster() (actor key.Actor, made bool, err error) {
	if actor, err = c.Actor(); err != nil || actor.Known() {
		return actor, false, err
	}
	actor, err = key.Fresh(rand.Reader)
	return actor, true, err
}
