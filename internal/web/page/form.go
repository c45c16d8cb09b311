package page

import (
	"context"
	"errors"
	"strconv"
	"time"

	"moot/internal/fault"
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
