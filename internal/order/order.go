// Package order is where rules live: what is forbidden, who may do what where,
// what was done under which rule. So far there is one rule, and every use-case
// asks for it: everybody may post.
package order

import (
	"moot/internal/fault"
	"moot/internal/key"
)

// Act is something that an actor may or may not do.
type Act string

const (
	Start    Act = "start"     // a thread
	Reply    Act = "reply"     // to a thread
	TakeBack Act = "take back" // a post of one's own
)

// May reports whether an actor may do an act on the board of a place: nil, or
// a fault of kind Forbidden. Acts that no rule names are forbidden.
func May(actor key.Actor, act Act, place string) error {
	switch act {
	case Start, Reply, TakeBack:
		return nil
	}
	return fault.New(fault.Forbidden, "order.forbidden")
}
