// Package fault is the one error of Moot: what went wrong in a kind that a
// door can translate, in words that a reader can be given in their language,
// beside the field it belongs to, with the cause kept for the operator's log.
//
// A use-case returns a *Fault (or several, by Join) for everything it foresaw.
// Any other error is Broken: something nobody foresaw, whose cause the visitor
// never sees and the operator always does.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what a door should make of a fault.
type Kind int

const (
	Broken      Kind = iota // nobody foresaw it: 500
	NotFound                // it isn't there, or the actor may not know that it is: 404
	Forbidden               // it is there, and this actor may not: 403
	Invalid                 // what was sent can't be taken as it is: 422
	Conflict                // the state of things forbids it now: 409
	TooMuch                 // too fast, too big or too many: 429
	Unavailable             // not now; later it may work: 503
)

var kindNames = [...]string{"broken", "not found", "forbidden", "invalid", "conflict", "too much", "unavailable"}

func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return fmt.Sprintf("kind(%d)", int(k))
	}
	return kindNames[k]
}

// Fault is one thing that went wrong.
type Fault struct {
	Kind  Kind
	Key   string        // key of the message in the catalogues of lang
	Args  []any         // the message's arguments: name, value, name, value …
	Field string        // the form field it belongs to, or ""
	Retry time.Duration // when trying again may help; 0 where it is not a matter of time
	Cause error         // for the log only
}

// New makes a fault of a kind with the message that key names.
func New(kind Kind, key string, args ...any) *Fault {
	return &Fault{Kind: kind, Key: key, Args: args}
}

// Wrap makes a Broken fault of an error that nobody foresaw. Wrap(nil) is nil.
// A fault is returned as it is.
func Wrap(err error) error {
	if err == nil {
		return nil
	}
	if f := (*Fault)(nil); errors.As(err, &f) {
		return err
	}
	return &Fault{Kind: Broken, Key: "fault.broken", Cause: err}
}

// On sets the field that the fault belongs to.
func (f *Fault) On(field string) *Fault { f.Field = field; return f }

// After sets how long to wait before trying again.
func (f *Fault) After(d time.Duration) *Fault { f.Retry = d; return f }

// Because keeps the cause for the log.
func (f *Fault) Because(err error) *Fault { f.Cause = err; return f }

func (f *Fault) Error() string {
	s := f.Kind.String() + ": " + f.Key
	if f.Field != "" {
		s += " (" + f.Field + ")"
	}
	if f.Cause != nil {
		s += ": " + f.Cause.Error()
	}
	return s
}

func (f *Fault) Unwrap() error { return f.Cause }

// several is what Join makes of more than one fault.
type several []*Fault

func (s several) Error() string {
	text := ""
	for i, f := range s {
		if i > 0 {
			text += "; "
		}
		text += f.Error()
	}
	return text
}

func (s several) Unwrap() []error {
	errs := make([]error, len(s))
	for i, f := range s {
		errs[i] = f
	}
	return errs
}

// Join makes one error of all that is wrong with a form, so that its sender
// learns everything at once. Nil faults are passed over; of none it makes nil.
func Join(faults ...*Fault) error {
	var all several
	for _, f := range faults {
		if f != nil {
			all = append(all, f)
		}
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return all
}

// Each lists the faults in err, in order. An error that holds none is listed
// as one Broken fault; nil as none.
func Each(err error) []*Fault {
	if err == nil {
		return nil
	}
	var all several
	if errors.As(err, &all) {
		return all
	}
	var f *Fault
	if errors.As(Wrap(err), &f) {
		return []*Fault{f}
	}
	return nil
}

// Is reports whether err is a fault of the given kind. Any error that is no
// fault is Broken.
func Is(err error, kind Kind) bool {
	return err != nil && KindOf(err) == kind
}

// KindOf is the kind of an error: of the first fault where there are several.
func KindOf(err error) Kind {
	if all := Each(err); len(all) > 0 {
		return all[0].Kind
	}
	return Broken
}
