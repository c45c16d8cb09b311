package guard

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"sync"
	"time"

	"moot/internal/fault"
)

// Ticket is what a form carries to be sent, once.
type Ticket struct {
	Text string        // for a hidden field: 48 characters of A–Z a–z 0–9 - _
	Wait time.Duration // from now until it is good without work
	Life time.Duration // from now until it is no longer good
	Bits int           // of the proof of work that makes it good at once; 0: none does
}

// A ticket is, before base64: version, bits, wait in seconds (2 bytes), time
// of issue in milliseconds since 1970 (6 bytes), 10 random bytes, and 16 bytes
// of HMAC-SHA-256 over all that.
const (
	ticketVersion = 1
	bodySize      = 20
	sealSize      = 16
	ticketSize    = (bodySize + sealSize) * 8 / 6
)

// maxProof bounds the nonce that is a proof of work.
const maxProof = 32

// hardest is how many bits a storm adds to the proof of work: 16 times the work.
const hardest = 4

// Issue makes a ticket for one form. Nothing is kept of it.
func (g *Guard) Issue() Ticket {
	now := g.clock.Now()
	load := g.load(now)
	t := Ticket{Wait: g.limits.Wait, Life: g.limits.Life, Bits: g.limits.Bits}
	if more := g.limits.MaxWait - t.Wait; more > 0 {
		t.Wait += time.Duration(load * float64(more))
	}
	t.Wait = min(t.Wait.Round(time.Second), math.MaxUint16*time.Second)
	if t.Bits > 0 {
		t.Bits += int(math.Round(load * hardest))
	}
	var raw [bodySize + sealSize]byte
	binary.BigEndian.PutUint64(raw[2:], uint64(now.UnixMilli())) // its first two bytes are 0 until the year 10889
	raw[0], raw[1] = ticketVersion, byte(t.Bits)
	binary.BigEndian.PutUint16(raw[2:], uint16(t.Wait/time.Second))
	g.random(raw[10:bodySize])
	keys, today := g.seals.all(now)
	keys[today].sign(raw[:bodySize], raw[bodySize:])
	t.Text = base64.RawURLEncoding.EncodeToString(raw[:])
	return t
}

func (s *seal) sign(body, into []byte) {
	mac := hmac.New(sha256.New, s.key[:])
	mac.Write(body)
	copy(into, mac.Sum(nil)[:sealSize])
}

// signed reports whether a ticket is signed with a key of the site's.
func (g *Guard) signed(ticket []byte) bool {
	keys, _ := g.seals.all(g.clock.Now())
	return slices.ContainsFunc(keys, func(s seal) bool {
		var want [sealSize]byte
		s.sign(ticket[:bodySize], want[:])
		return hmac.Equal(ticket[bodySize:], want[:])
	})
}

// opened is what a ticket says.
type opened struct {
	issued time.Time
	wait   time.Duration
	bits   int
	name   [sha256.Size]byte
}

// open reads a ticket that a guard of this site signed.
func (g *Guard) open(ticket string) (o opened, ok bool) {
	var raw [bodySize + sealSize]byte
	if len(ticket) != ticketSize {
		return o, false
	}
	if _, err := base64.RawURLEncoding.Strict().Decode(raw[:], []byte(ticket)); err != nil {
		return o, false
	}
	if raw[0] != ticketVersion || !g.signed(raw[:]) {
		return o, false
	}
	var at [8]byte
	copy(at[2:], raw[4:10])
	return opened{
		issued: time.UnixMilli(int64(binary.BigEndian.Uint64(at[:]))).UTC(),
		wait:   time.Duration(binary.BigEndian.Uint16(raw[2:])) * time.Second,
		bits:   int(raw[1]),
		name:   sha256.Sum256([]byte(ticket)),
	}, true
}

// check tells whether a form with this ticket may be posted now, with a proof
// of work if there is one. It changes nothing.
func (g *Guard) check(ticket, proof string) error {
	if ticket == "" {
		return fault.New(fault.Invalid, "guard.ticket_missing")
	}
	o, ok := g.open(ticket)
	if !ok {
		return fault.New(fault.Invalid, "guard.ticket_unknown")
	}
	state, isPushedOut := g.spent.has(o)
	age := g.clock.Now().Sub(o.issued)
	switch {
	case state == used:
		return Spent()
	case state == taken:
		return sending()
	case age > g.limits.Life, isPushedOut:
		return fault.New(fault.Invalid, "guard.ticket_old")
	case age < 0 || age >= o.wait: // issued in the future: the clock was set back, and that is nobody's fault
		return nil
	case o.bits > 0 && proves(ticket, proof, o.bits):
		return nil
	}
	return fault.New(fault.TooMuch, "guard.wait").After(seconds(o.wait - age))
}

// proves reports whether proof is one for the ticket.
func proves(ticket, proof string, want int) bool {
	if proof == "" || len(proof) > maxProof {
		return false
	}
	sum := sha256.Sum256([]byte(ticket + ":" + proof))
	zeros := 0
	for _, b := range sum {
		zeros += bits.LeadingZeros8(b)
		if b != 0 {
			break
		}
	}
	return zeros >= want
}

// maxSpent is how many spent tickets are remembered.
const maxSpent = 1 << 16

// spent remembers spent tickets, the last maxSpent of them. Of those it can't
// remember it keeps the time of the youngest: no ticket of that time or before
// is good any more, so none can be spent twice.
type spent struct {
	lock  sync.Mutex
	seen  map[[sha256.Size]byte]use
	order []spentTicket // a ring once it is full
	next  int
	floor time.Time
}

// use is what became of a ticket.
type use int

const (
	unused use = iota
	taken      // what comes of it isn't known yet
	used
)

type spentTicket struct {
	name   [sha256.Size]byte
	issued time.Time
}

// has is what is remembered of a ticket, and whether that was pushed out.
func (s *spent) has(o opened) (state use, isPushedOut bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	state = s.seen[o.name]
	return state, state == unused && !o.issued.After(s.floor)
}

// settle remembers that a ticket was used.
func (s *spent) settle(o opened) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.seen[o.name] == taken {
		s.seen[o.name] = used
	}
}

// add remembers that a ticket is taken, and reports whether it was new.
func (s *spent) add(o opened) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	if _, known := s.seen[o.name]; known {
		return false
	}
	s.seen[o.name] = taken
	ticket := spentTicket{o.name, o.issued}
	if len(s.order) < maxSpent {
		s.order = append(s.order, ticket)
		return true
	}
	out := s.order[s.next]
	delete(s.seen, out.name)
	if out.issued.After(s.floor) {
		s.floor = out.issued
	}
	s.order[s.next] = ticket
	s.next = (s.next + 1) % maxSpent
	return true
}

// pace is how many posts a minute the site gets: a count that decays to 1/e
// within a minute, and so settles at the rate.
type pace struct {
	lock  sync.Mutex
	posts float64
	at    time.Time
}

// add counts posts; less than nothing takes back those that came to nothing.
func (p *pace) add(posts float64, now time.Time) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.posts = max(p.decayed(now)+posts, 0)
	p.at = now
}

func (p *pace) decayed(now time.Time) float64 {
	return p.posts * math.Exp(-max(0, now.Sub(p.at)).Minutes())
}

// Pace is how many posts a minute the site gets at present.
func (g *Guard) Pace() float64 {
	g.pace.lock.Lock()
	defer g.pace.lock.Unlock()
	return g.pace.decayed(g.clock.Now())
}

// load is 0 in a calm, 1 in a storm.
func (g *Guard) load(now time.Time) float64 {
	span := g.limits.Storm - g.limits.Calm
	if span <= 0 {
		return 0
	}
	g.pace.lock.Lock()
	defer g.pace.lock.Unlock()
	return min(1, max(0, (g.pace.decayed(now)-g.limits.Calm)/span))
}
