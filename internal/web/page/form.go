package page

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"moot/internal/fault"
	"moot/internal/guard"
)

// Problem is one thing wrong with a form that came back, in the reader's
// language.
type Problem struct {
	Field string // the field's name, or "" where it is about the whole
	Text  string
}

// Problems are all that is wrong with a form.
type Problems []Problem

// Problems reads the faults in an error as a form's: true where every one of
// them is something that its sender can mend or wait for, and the form may come
// back filled in. Where it is false the error belongs on the error page. What can
// only be waited for has a cause that the operator is told.
func (q *Request) Problems(err error) (Problems, bool) {
	var all Problems
	for _, f := range fault.Each(err) {
		switch f.Kind {
		case fault.Unavailable:
			if f.Cause != nil && !(errors.Is(f.Cause, context.Canceled) && q.Context().Err() != nil) {
				q.Site.Log.Error("a form was given back", "error", f)
			}
			fallthrough
		case fault.Invalid, fault.Conflict, fault.TooMuch:
			all = append(all, Problem{Field: f.Field, Text: q.Language.Fault(f)})
		default:
			return nil, false
		}
	}
	return all, len(all) > 0
}

// RetryAfter tells a program, and a cache in front, when trying again may help.
func (q *Request) RetryAfter(faults ...*fault.Fault) {
	for _, f := range faults {
		if f.Retry > 0 {
			q.W.Header().Set("Retry-After", strconv.Itoa(int((f.Retry+time.Second-1)/time.Second)))
		}
	}
}

// On is what is wrong with one field, or "".
func (p Problems) On(field string) string {
	for _, problem := range p {
		if problem.Field == field {
			return problem.Text
		}
	}
	return ""
}

// At is what is wrong with one field, for the "wrong" part of a template.
func (p Problems) At(field string) Problem { return Problem{Field: field, Text: p.On(field)} }

// Whole is what is wrong with no field of its own.
func (p Problems) Whole() []string {
	var all []string
	for _, problem := range p {
		if problem.Field == "" {
			all = append(all, problem.Text)
		}
	}
	return all
}

// StatusOf is the status of a form that comes back, by what is wrong with it.
func StatusOf(err error) int {
	switch {
	case fault.Is(err, fault.NotFound):
		return http.StatusNotFound
	case fault.Is(err, fault.Forbidden):
		return http.StatusForbidden
	case fault.Is(err, fault.Conflict):
		return http.StatusConflict
	case fault.Is(err, fault.TooMuch):
		return http.StatusTooManyRequests
	case fault.Is(err, fault.Unavailable):
		return http.StatusServiceUnavailable
	}
	return http.StatusUnprocessableEntity
}

// Ticket is the ticket of a form that is given out: the one that it had, where that
// is good still, or a new one.
func (q *Request) Ticket(had string) guard.Ticket {
	if t, good := q.Site.Guard.Look(had); good {
		return t
	}
	return q.Site.Guard.Issue()
}

// SentTicket is the ticket that a form was sent with, or that its browser was lent.
func (q *Request) SentTicket() string {
	return cmp.Or(q.R.PostForm.Get("ticket"), q.LentTicket())
}

// SentBefore reports whether an earlier sending of a form did what it asks for,
// after the guard refused its ticket. A second press of the button comes while the
// first is still at it, so that is waited for a little.
func (q *Request) SentBefore(refusal error, did func() (bool, error)) bool {
	tries := 1
	if guard.IsTaken(refusal) { // by this form or another
		tries = 12
	}
	for range tries {
		if done, err := did(); err != nil || done {
			return err == nil
		}
		select {
		case <-q.Context().Done():
			return false
		case <-time.After(100 * time.Millisecond):
		}
	}
	return false
}

// Number is a whole number that a form was sent with: 0 where the field is empty, -1
// where it holds none.
func (q *Request) Number(field string) int {
	text := q.R.PostForm.Get(field)
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}

// Showable is what was sent without what can't be shown again: bytes that are no text,
// control characters.
func Showable(s string) string {
	return strings.Map(func(r rune) rune {
		if (r < ' ' && r != '\n' && r != '\r' && r != '\t') || (r >= 0x7f && r < 0xa0) || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
}

// Link is the whole address of a path on this site, to be kept: of the site's public
// address, or as the reader's browser reached it.
func (q *Request) Link(path string) string {
	return cmp.Or(q.Site.Base, "http://"+q.R.Host) + path
}
