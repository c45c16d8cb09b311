package guard

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"
)

// A word is what a node tells the others, sealed: which node, how many words it has
// said, the salt of its half hour (16 bytes), how many more posts were sent (2), and
// four bytes for each visitor and class: 20 bits of the visitor's number, 4 of the
// class, 8 of how much was taken.
const (
	wordHead  = 8 + 8 + saltSize + 2
	entrySize = 4
	seals256  = 12 + 16 // a nonce and a tag
	maxWord   = wordHead + entrySize*maxTold + seals256
)

const saltSize = 16

// salt is what a half hour's key is made with: when it was drawn, and random bytes.
// So the oldest is the least, and a node that comes later takes that of the others.
type salt [saltSize]byte

func newSalt(now time.Time, random func([]byte)) (s salt) {
	random(s[:])
	binary.BigEndian.PutUint64(s[:], uint64(now.UnixNano()))
	return s
}

// word is what is to be told now; nil if nothing is. What was taken since is told
// with the next.
func (n *nodes) word(now, ticks time.Time) []byte {
	n.lock.Lock()
	defer n.lock.Unlock()
	n.keep(now)
	if n.sealing == nil || len(n.taken) == 0 && n.posts == 0 && !n.owes && ticks.Sub(n.toldAt) < tellAnyway {
		return nil
	}
	n.said++
	posts := min(max(n.posts, math.MinInt16), math.MaxInt16)
	plain := make([]byte, 0, wordHead+entrySize*len(n.taken))
	plain = append(plain, n.name[:]...)
	plain = binary.BigEndian.AppendUint64(plain, n.said)
	plain = append(plain, n.salt[:]...)
	plain = binary.BigEndian.AppendUint16(plain, uint16(int16(posts)))
	for e, count := range n.taken {
		plain = binary.BigEndian.AppendUint32(plain, uint32(e)<<8|uint32(count))
	}
	clear(n.taken)
	n.posts, n.owes, n.toldAt = 0, false, ticks
	return n.sealing.Seal(nil, nil, plain, nil)
}

// Hear takes in what another node told. Whatever isn't a word of this site's nodes,
// of this half hour and not heard before, changes nothing.
func (g *Guard) Hear(word []byte) {
	if n := g.nodes.Load(); n != nil && len(word) <= maxWord {
		n.hear(word, g.clock.Now())
	}
}

func (n *nodes) hear(word []byte, now time.Time) {
	n.lock.Lock()
	defer n.lock.Unlock()
	if n.keep(now); n.sealing == nil {
		return
	}
	plain, err := n.sealing.Open(nil, nil, word, nil)
	if err != nil || len(plain) < wordHead || (len(plain)-wordHead)%entrySize != 0 {
		return
	}
	from, said, theirs := [8]byte(plain), binary.BigEndian.Uint64(plain[8:]), salt(plain[16:])
	if from == n.name || !n.isNew(from, said, now) {
		return
	}
	n.guard.pace.add(float64(int16(binary.BigEndian.Uint16(plain[wordHead-2:]))), now)
	switch bytes.Compare(theirs[:], n.salt[:]) {
	case -1:
		n.agree(theirs)
	case 1:
		n.owes = true // they take this one; their numbers mean nothing here
		return
	}
	for rest := plain[wordHead:]; len(rest) > 0; rest = rest[entrySize:] {
		told := binary.BigEndian.Uint32(rest)
		if e := entry(told >> 8); isShared(e.class()) {
			n.buckets.add(number{bits: e.bits()}.alias(), e.class(), int64(told&0xff), now)
		}
	}
}

// isNew reports whether a node hasn't said this before. Of more nodes than it
// remembers it forgets the one that was silent longest.
func (n *nodes) isNew(from [8]byte, said uint64, now time.Time) bool {
	before, known := n.heard[from]
	if known && said <= before.said {
		return false
	}
	if !known && len(n.heard) >= maxNodes {
		var oldest [8]byte
		least := time.Time{}
		for name, h := range n.heard {
			if least.IsZero() || h.at.Before(least) {
				oldest, least = name, h.at
			}
		}
		delete(n.heard, oldest)
	}
	n.heard[from] = heard{said, now}
	return true
}
