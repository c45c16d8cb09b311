package guard

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"time"
)

// keyLife is how long a visitor stays the same visitor.
const keyLife = 30 * time.Minute

// Visitor is whoever comes from one address, for as long as the key lives that
// it was made under. It prints as "visitor". The zero Visitor is nobody known;
// all such are one.
type Visitor struct {
	mac    [16]byte
	number number // by which other nodes know it too
}

// String is "visitor", so that no log tells one from another.
func (Visitor) String() string { return "visitor" }

// Format writes "visitor" for every verb.
func (Visitor) Format(f fmt.State, _ rune) { io.WriteString(f, "visitor") }

// MarshalText is "visitor".
func (Visitor) MarshalText() ([]byte, error) { return []byte("visitor"), nil }

// LogValue is "visitor".
func (Visitor) LogValue() slog.Value { return slog.StringValue("visitor") }

// onion is the network in which Tor names circuits where it is told to tell
// them apart (HiddenServiceExportCircuitID): there the whole address counts.
var onion = netip.MustParsePrefix("fc00:dead:beef:4dad::/64")

// network is the part of an address that one household or one circuit has:
// IPv4 whole, IPv6 the first 56 bits.
func network(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	bits := addr.BitLen()
	if addr.Is6() && !onion.Contains(addr) {
		bits = 56
	}
	return netip.PrefixFrom(addr, bits).Masked()
}

// Visitor makes the visitor of an address. An address that isn't valid, as of
// a Unix socket, makes the zero Visitor.
func (g *Guard) Visitor(addr netip.Addr) Visitor {
	if !addr.IsValid() {
		return Visitor{}
	}
	from, _ := network(addr).MarshalBinary()
	now := g.clock.Now()
	v := Visitor{number: g.nodes.Load().number(from, now)}
	g.keyLock.Lock()
	defer g.keyLock.Unlock()
	if age := now.Sub(g.keySince); g.keyed == nil || age < 0 || age >= keyLife {
		g.renew(now)
	}
	g.keyed.Reset()
	g.keyed.Write(from)
	copy(v.mac[:], g.keyed.Sum(g.sum[:0]))
	return v
}

// renew begins a half hour with a key of its own, and wipes what was counted
// under the last.
func (g *Guard) renew(now time.Time) {
	g.wipe()
	var key [32]byte
	g.random(key[:])
	g.keyed, g.keySince = hmac.New(sha256.New, key[:]), now
	clear(key[:])
	g.keyTimer.Reset(keyLife) // a site that nobody asks anything forgets as soon
}

// forget wipes the key and what was counted under it.
func (g *Guard) forget() {
	g.keyLock.Lock()
	defer g.keyLock.Unlock()
	g.wipe()
}

func (g *Guard) wipe() {
	g.keyed = nil
	clear(g.sum[:])
	g.buckets.wipe()
}
