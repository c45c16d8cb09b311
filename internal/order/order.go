// Package order is where rules live: what is forbidden, who may do what where,
// what was done under which rule. Everybody may post; what concerns the posts
// of others is for stewards.
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

	LookThrough Act = "look through" // the pictures that wait
	LetThrough  Act = "let through"  // a picture that waits
	Remove      Act = "remove"       // a picture
	Lock        Act = "lock"         // a thread: no more replies
	Unlock      Act = "unlock"
	Pin         Act = "pin" // a thread to the top of its board
	Unpin       Act = "unpin"
	Archive     Act = "archive" // a thread: it leaves the board, and can be read
	Follow      Act = "follow"  // a calendar elsewhere, whose events become meetups
)

// May reports whether an actor may do an act on the board of a place: nil, or
// a fault of kind Forbidden. Acts that no rule names are forbidden.
func May(actor key.Actor, act Act, place string) error {
	switch act {
	case Start, Reply, TakeBack:
		return nil
	case LookThrough, LetThrough, Remove, Lock, Unlock, Pin, Unpin, Archive, Follow:
		if actor.Steward() {
			return nil
		}
	}
	return fault.New(fault.Forbidden, "order.forbidden")
}
