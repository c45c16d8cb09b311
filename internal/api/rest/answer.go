package rest

import (
	"cmp"
	"net/http"
	"time"

	"moot/internal/door"
	"moot/internal/fault"
	"moot/internal/guard"
	"moot/internal/key"
)

// Answer is what a request is answered with, as JSON.
type Answer struct {
	Body     any
	Status   int    // 200 where it is 0
	Location string // of what was made
	Own      bool   // it is for whoever brought the token, and kept by nobody
}

// Answer answers.
func (c *Call) Answer(a Answer) error {
	body, err := Encode(a.Body)
	if err != nil {
		return err
	}
	if a.Location != "" {
		c.W.Header().Set("Location", a.Location)
	}
	send := c.Send
	if a.Own {
		send = c.Once
	}
	send(door.Answer{Status: cmp.Or(a.Status, http.StatusOK), Type: "application/json", Body: body})
	return nil
}

// Owner is who holds the token that has to be brought: a hand's, or a host's.
func (c *Call) Owner() (key.Actor, error) {
	a, err := c.Actor()
	if err == nil && !a.Known() {
		err = Refuse(http.StatusUnauthorized, fault.New(fault.Forbidden, "api.bad_token"))
	}
	return a, err
}

// Bad is a field of what was sent that can't be read.
func Bad(field string) error {
	return fault.New(fault.Invalid, "api.bad_field", "field", field).On(field)
}

// Before reports whether an earlier sending of the same did what it asks for, after
// the guard refused its ticket. It may still be at it, so this waits a little.
func (c *Call) Before(refusal error, did func() (bool, error)) bool {
	tries := 1
	if guard.IsTaken(refusal) { // on this or something else
		tries = 12
	}
	for range tries {
		if done, err := did(); err != nil || done {
			return err == nil
		}
		select {
		case <-c.R.Context().Done():
			return false
		case <-time.After(100 * time.Millisecond):
		}
	}
	return false
}
