package api

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

// asked is the place that an address names.
func (c *call) asked() (place.Place, error) { return c.named(c.R.PathValue("place")) }

// named is the place of an id.
func (c *call) named(name string) (place.Place, error) {
	p, ok := c.Places.ByPath(strings.ReplaceAll(name, ".", "/"))
	if !ok || id(p) != name {
		return p, fault.New(fault.NotFound, "place.unknown")
	}
	return p, nil
}

func id(p place.Place) string { return strings.ReplaceAll(p.Path(), "/", ".") }

// number is the number that an address names.
func (c *call) number() (int64, error) {
	n, err := strconv.ParseInt(c.R.PathValue("number"), 10, 64)
	if err != nil || n < 1 {
		return 0, fault.New(fault.NotFound, "web.no_page")
	}
	return n, nil
}

// query reads the parameters of an address. What is wrong with any is told of
// all at once.
type query struct {
	c      *call
	faults []*fault.Fault
}

func (c *call) query() *query { return &query{c: c} }

func (q *query) text(name string, bytes int) string {
	s := q.c.R.URL.Query().Get(name)
	if len(s) > bytes {
		q.wrong(name)
		return ""
	}
	return s
}

// number is otherwise where the parameter is absent.
func (q *query) number(name string, least, most, otherwise int64) int64 {
	s := q.c.R.URL.Query().Get(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < least || n > most {
		q.wrong(name)
		return otherwise
	}
	return n
}

func (q *query) yes(name string) bool {
	s := q.c.R.URL.Query().Get(name)
	if s == "" {
		return false
	}
	yes, err := strconv.ParseBool(s)
	if err != nil {
		q.wrong(name)
	}
	return yes
}

// day is a date; zero where the parameter is absent.
func (q *query) day(name string) time.Time {
	s := q.c.R.URL.Query().Get(name)
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		q.wrong(name)
	}
	return t
}

// place is a place by its id; zero where the parameter is absent.
func (q *query) place(name string) (p place.Place) {
	s := q.c.R.URL.Query().Get(name)
	if s == "" {
		return p
	}
	p, err := q.c.named(s)
	if err != nil {
		q.wrong(name)
	}
	return p
}

func (q *query) wrong(name string) {
	q.faults = append(q.faults, fault.New(fault.Invalid, "api.bad_field", "field", name).On(name))
}

func (q *query) err() error { return fault.Join(q.faults...) }

// read reads the JSON of a request. What is not known here is refused: a name
// that is spelt wrong would be lost unseen.
func (c *call) read(into any) error {
	kind, _, err := mime.ParseMediaType(c.R.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" || c.R.Header.Get("Content-Encoding") != "" {
		return refuse(http.StatusUnsupportedMediaType, fault.New(fault.Invalid, "api.type"))
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
		return refuse(http.StatusRequestEntityTooLarge, fault.New(fault.TooMuch, "web.too_large", "kib", maxBody>>10))
	case errors.As(err, &wrong) && wrong.Field != "":
		name := wrong.Field[strings.LastIndexByte(wrong.Field, '.')+1:]
		return fault.New(fault.Invalid, "api.bad_field", "field", name).On(name)
	case err != nil && strings.HasPrefix(err.Error(), "json: unknown field "):
		name, _ := strconv.Unquote(strings.TrimPrefix(err.Error(), "json: unknown field "))
		return fault.New(fault.Invalid, "api.unknown_field", "field", name).On(name)
	}
	return refuse(http.StatusBadRequest, fault.New(fault.Invalid, "api.unreadable"))
}

// actor is who holds the token that the request brings (RFC 6750, 2.1), or
// anyone.
func (c *call) actor() (key.Actor, error) {
	header := c.R.Header.Get("Authorization")
	if header == "" {
		return key.Anyone, nil
	}
	scheme, token, _ := strings.Cut(header, " ")
	actor, ok := key.Parse(token)
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return key.Anyone, refuse(http.StatusUnauthorized, fault.New(fault.Forbidden, "api.bad_token"))
	}
	return actor, nil
}

// poster is the actor, with a token made now where none was brought.
func (c *call) poster() (actor key.Actor, made bool, err error) {
	if actor, err = c.actor(); err != nil || actor.Known() {
		return actor, false, err
	}
	actor, err = key.Fresh(rand.Reader)
	return actor, true, err
}
