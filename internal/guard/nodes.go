package guard

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"
	"time"
)

const (
	halfHour   = int64(keyLife / time.Second)
	numberBits = 20
	debt       = time.Minute            // by which nodes together may have given too much before they heard of each other
	tellEvery  = 100 * time.Millisecond // where there is something to tell
	tellAnyway = 2 * time.Second        // else, so that all soon agree on a key
	maxTold    = 1 << 13                // visitors in one word
	maxNodes   = 64
)

// number is what nodes call a visitor by: few bits of an HMAC of the address's
// prefix, so that thousands of addresses have the same. With it goes the turn of the
// key that it was made under; 0 is no number.
type number struct{ bits, turn uint32 }

// alias is the visitor whose buckets are those of a number.
func (n number) alias() (v Visitor) {
	binary.LittleEndian.PutUint32(v.mac[:], n.bits)
	return v
}

// isShared reports whether nodes tell each other what is taken of a class. Reading
// is not: it costs little, it is most of what is asked, and each node has as much of
// it to give.
func isShared(class Class) bool { return class == Post || class == Search }

// nodes is what this node and the others of its site have told each other of what
// was taken. For each half hour they agree on a salt, of which the one that was
// drawn first counts; with the day's key of tickets it makes the key of numbers. So
// who only hears what they say has no key, and nor has who only reads the database.
type nodes struct {
	guard   *Guard
	name    [8]byte // random, of this node
	buckets buckets // by number: of this node and the others

	lock    sync.Mutex
	half    int64 // of which all below is
	turn    uint32
	day     *seal // nil: there is no key for that day, and nothing is shared
	salt    salt
	keyed   hash.Hash // makes numbers; nil: no key
	sum     [sha256.Size]byte
	sealing cipher.AEAD // of what is told
	taken   map[entry]uint8
	posts   int // since they were last told
	said    uint64
	owes    bool      // another node should hear of this one's salt
	toldAt  time.Time // when something was told last
	again   time.Time // when it is looked again for the day's key, where there was none
	heard   map[[8]byte]heard
}

// entry is a number, and in its lowest bits what was taken.
type entry uint32

func (e entry) class() Class { return Class(e & 0xf) }
func (e entry) bits() uint32 { return uint32(e >> 4) }

// heard is how far a node was heard.
type heard struct {
	said uint64
	at   time.Time
}

// Share tells the other nodes of the site what visitors take here, every tenth of a
// second in which they take something, until ctx ends. Tell may fail: then each
// node counts for itself. What others tell is for Hear.
func (g *Guard) Share(ctx context.Context, tell func(word []byte) error) {
	n := g.join()
	defer n.leave()
	every := time.NewTicker(tellEvery)
	defer every.Stop()
	for {
		if word := n.word(g.clock.Now(), time.Now()); word != nil {
			tell(word) // one that is lost is forgotten: later it would be too late
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

func (g *Guard) join() *nodes {
	n := &nodes{guard: g, taken: map[entry]uint8{}, heard: map[[8]byte]heard{}}
	n.buckets.rates, n.buckets.debt = g.buckets.rates, debt
	g.random(n.name[:])
	g.nodes.Store(n)
	return n
}

func (n *nodes) leave() {
	n.guard.nodes.Store(nil)
	n.lock.Lock()
	defer n.lock.Unlock()
	n.wipe()
}

// number is an address's, by its network's bytes.
func (n *nodes) number(from []byte, now time.Time) number {
	if n == nil {
		return number{}
	}
	n.lock.Lock()
	defer n.lock.Unlock()
	if n.keep(now); n.keyed == nil {
		return number{}
	}
	n.keyed.Reset()
	n.keyed.Write(from)
	bits := binary.LittleEndian.Uint32(n.keyed.Sum(n.sum[:0])) % (1 << numberBits)
	clear(n.sum[:])
	return number{bits, n.turn}
}

// take counts one of a class against a visitor's number, and has it told; or it
// returns how long to wait for it.
func (n *nodes) take(v Visitor, class Class, now time.Time) time.Duration {
	if n == nil || !isShared(class) {
		return 0
	}
	n.lock.Lock()
	defer n.lock.Unlock()
	if n.keep(now); v.number.turn != n.turn {
		return 0 // it has none, or one of another key
	}
	if wait := n.buckets.take(v.number.alias(), class, now); wait > 0 {
		return wait
	}
	e := entry(v.number.bits<<4) | entry(class)
	if count, known := n.taken[e]; count < 255 && (known || len(n.taken) < maxTold) {
		n.taken[e]++
	}
	return 0
}

// post counts posts that were sent here, or, if less than nothing, came to nothing.
func (n *nodes) post(posts int) {
	if n == nil {
		return
	}
	n.lock.Lock()
	defer n.lock.Unlock()
	n.posts += posts
}

// keep begins a half hour with a key of its own when its time has come. The lock is
// held, here and below.
func (n *nodes) keep(now time.Time) {
	half := now.Unix() / halfHour
	if half == n.half && (n.day != nil || now.Before(n.again)) {
		return
	}
	n.half, n.again = half, now.Add(time.Minute)
	n.wipe()
	if n.day = n.guard.seals.of(half * halfHour / (24 * 60 * 60)); n.day == nil {
		return
	}
	n.sealing = n.sealingKey()
	n.agree(newSalt(now, n.guard.random))
	n.owes = true
}

// agree takes a salt, and forgets all that was counted under another.
func (n *nodes) agree(s salt) {
	n.buckets.wipe()
	clear(n.taken)
	key := n.derive("moot numbers of visitors", s[:])
	n.salt, n.keyed = s, hmac.New(sha256.New, key)
	clear(key)
	n.turn++
}

// wipe forgets the key, and what was counted under it.
func (n *nodes) wipe() {
	n.buckets.wipe()
	clear(n.taken)
	n.day, n.keyed, n.sealing, n.salt = nil, nil, nil, salt{}
	n.turn++
}

// derive makes a key of the day's for this half hour.
func (n *nodes) derive(of string, salt []byte) []byte {
	info := string(binary.BigEndian.AppendUint64([]byte(of), uint64(n.half)))
	key, err := hkdf.Key(sha256.New, n.day.key[:], salt, info, 32)
	if err != nil {
		panic(err) // only for more bytes than it has
	}
	return key
}

func (n *nodes) sealingKey() cipher.AEAD {
	key := n.derive("moot words between nodes", nil)
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only for a key of another length
	}
	sealing, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // only for a block of another length
	}
	return sealing
}
