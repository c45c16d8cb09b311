package guard

import (
	"errors"
	"time"

	"moot/internal/fault"
)

// spentTicketKey is the key of the fault that says that a ticket was spent.
const spentTicketKey = "guard.ticket_spent"

// Spent is the fault of kind Conflict that says that a ticket was spent.
func Spent() error { return fault.New(fault.Conflict, spentTicketKey) }

func isSpent(err error) bool {
	var f *fault.Fault
	return errors.As(err, &f) && f.Key == spentTicketKey
}

// Redeemed is a ticket that let somebody through, until it is known what came of
// it: Keep or GiveBack ends that.
type Redeemed struct {
	guard  *Guard
	ticket opened
}

// Redeem takes a ticket for what is about to be posted, with a proof of work
// if there is one: of those who come with the same ticket at the same moment
// one gets through.
//
// A proof is a nonce of at most 32 bytes such that SHA-256 of the ticket, ":"
// and the nonce begins with as many zero bits as the ticket asks. A proof that
// isn't right counts as none.
//
// Faults: guard.ticket_missing (Invalid: the form had none), guard.ticket_unknown
// (Invalid: not this site's), guard.ticket_old (Invalid),
// guard.ticket_spent (Conflict), guard.sending (Unavailable: whoever came with it
// first is still at it), guard.wait (TooMuch; Retry is the rest of the wait).
func (g *Guard) Redeem(ticket, proof string) (Redeemed, error) {
	if err := g.check(ticket, proof); err != nil {
		return Redeemed{}, err
	}
	o, ok := g.open(ticket)
	if !ok || !g.spent.add(o) {
		return Redeemed{}, sending()
	}
	g.pace.add(1, g.clock.Now())
	g.nodes.Load().post(1)
	return Redeemed{g, o}, nil
}

// sending is what the second to come with a ticket learns while it isn't known
// what comes of the first: as when a database that fails lets a post wait. With
// a new ticket the same words would be posted twice.
func sending() error { return fault.New(fault.Unavailable, "guard.sending").After(2 * time.Second) }

// IsTaken reports whether an error of Redeem says that somebody, likely its own
// writer, came with the ticket before.
func IsTaken(err error) bool {
	return fault.Is(err, fault.Conflict) || fault.Is(err, fault.Unavailable)
}

// Keep spends the ticket: something was posted with it.
func (r Redeemed) Keep() { r.guard.spent.settle(r.ticket) }

// GiveBack makes the ticket good again, since nothing came of it because of an
// error, if any: its form was refused for something that its writer can mend. One
// that another node has spent stays so.
func (r Redeemed) GiveBack(because error) {
	r.guard.pace.add(-1, r.guard.clock.Now())
	r.guard.nodes.Load().post(-1)
	if isSpent(because) {
		r.Keep()
		return
	}
	r.guard.spent.forget(r.ticket)
}

// forget lets a ticket be added again. Its turn in the ring stays: when that
// comes, no ticket of its age is good any more, so it can't be spent twice.
func (s *spent) forget(o opened) {
	s.lock.Lock()
	defer s.lock.Unlock()
	delete(s.seen, o.name)
}

// Look is a ticket as it stands now, for a form that goes back to its writer;
// false where it will never be good again, and the form needs a new one. One whose
// post is still being written may yet be.
func (g *Guard) Look(ticket string) (Ticket, bool) {
	o, ok := g.open(ticket)
	if !ok {
		return Ticket{}, false
	}
	state, isPushedOut := g.spent.has(o)
	age := g.clock.Now().Sub(o.issued)
	if state == used || isPushedOut || age > g.limits.Life {
		return Ticket{}, false
	}
	return Ticket{Text: ticket, Wait: seconds(max(o.wait-age, 0)), Life: g.limits.Life - age, Bits: o.bits}, true
}
