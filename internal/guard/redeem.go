package guard

import "moot/internal/fault"

// Redeem takes a ticket for what is about to be posted, with a proof of work
// if there is one: of those who come with the same ticket at the same moment
// one gets through. Who then posts nothing gives it back.
//
// A proof is a nonce of at most 32 bytes such that SHA-256 of the ticket, ":"
// and the nonce begins with as many zero bits as the ticket asks. A proof that
// isn't right counts as none.
//
// Faults: guard.ticket_missing (Invalid: the form had none), guard.ticket_unknown
// (Invalid: not this guard's, as after a restart), guard.ticket_old (Invalid),
// guard.ticket_spent (Conflict), guard.wait (TooMuch; Retry is the rest of the
// wait).
func (g *Guard) Redeem(ticket, proof string) error {
	if err := g.check(ticket, proof); err != nil {
		return err
	}
	o, ok := g.open(ticket)
	if !ok || !g.spent.add(o) {
		return fault.New(fault.Conflict, "guard.ticket_spent")
	}
	g.pace.count(g.clock.Now())
	return nil
}

// GiveBack makes a redeemed ticket good again, since its form was refused for
// something that its writer can mend.
func (g *Guard) GiveBack(ticket string) {
	if o, ok := g.open(ticket); ok {
		g.spent.forget(o)
		g.pace.uncount(g.clock.Now())
	}
}

// forget lets a ticket be added again. Its turn in the ring stays: when that
// comes, no ticket of its age is good any more, so it can't be spent twice.
func (s *spent) forget(o opened) {
	s.lock.Lock()
	defer s.lock.Unlock()
	delete(s.seen, o.name)
}

// Look is a ticket as it stands now, for a form that goes back to its writer;
// false where it will never be good again, and the form needs a new one.
func (g *Guard) Look(ticket string) (Ticket, bool) {
	o, ok := g.open(ticket)
	if !ok {
		return Ticket{}, false
	}
	isSpent, isPushedOut := g.spent.has(o)
	age := g.clock.Now().Sub(o.issued)
	if isSpent || isPushedOut || age > g.limits.Life {
		return Ticket{}, false
	}
	return Ticket{Text: ticket, Wait: seconds(max(o.wait-age, 0)), Life: g.limits.Life - age, Bits: o.bits}, true
}
