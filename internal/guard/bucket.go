package guard

import (
	"encoding/binary"
	"sync"
	"time"
)

const (
	shards = 64
	sets   = 128 // in a shard
	ways   = 8   // visitors in a set
	// shards × sets × ways is 64 Ki visitors.
)

// buckets counts what visitors take. It is a table of fixed size: a visitor
// has its set, and in a full set takes the place of the one whose buckets are
// nearest to full, who if it comes back finds them full.
type buckets struct {
	rates  [classes]Rate
	debt   time.Duration // that can be taken too much, where it is found out too late (add)
	shards [shards]shard
}

type shard struct {
	lock sync.Mutex
	sets [sets][ways]bucket
}

// bucket is one visitor's. For each class it holds the time, in nanoseconds
// since 1970, at which the visitor will have used up nothing (GCRA's
// theoretical arrival time).
type bucket struct {
	visitor [16]byte
	used    bool
	due     [classes]int64
}

// latest is when all classes will be full again.
func (b *bucket) latest() int64 { return max(b.due[Read], b.due[Search], b.due[Post]) }

// take counts one of a class, or returns how long to wait for it.
func (t *buckets) take(v Visitor, class Class, now time.Time) time.Duration {
	rate := t.rates[class]
	if rate.Burst <= 0 {
		return 0
	}
	s, set := t.place(v)
	s.lock.Lock()
	defer s.lock.Unlock()
	b := find(set, v)
	at, step := now.UnixNano(), rate.Every.Nanoseconds()
	full := step * int64(rate.Burst)
	due := min(max(b.due[class], at), at+full+t.debt.Nanoseconds()) // no clock that is set back makes anybody wait longer
	if wait := due + step - (at + full); wait > 0 {
		b.due[class] = due
		return time.Duration(wait)
	}
	b.due[class] = due + step
	return 0
}

// add counts what was taken already, whether or not it was too much. Less than
// nothing gives back.
func (t *buckets) add(v Visitor, class Class, count int64, now time.Time) {
	rate := t.rates[class]
	if rate.Burst <= 0 {
		return
	}
	s, set := t.place(v)
	s.lock.Lock()
	defer s.lock.Unlock()
	b := find(set, v)
	at, step := now.UnixNano(), rate.Every.Nanoseconds()
	most := at + step*int64(rate.Burst) + t.debt.Nanoseconds()
	b.due[class] = min(max(b.due[class], at)+count*step, most)
}

// place is where a visitor's bucket is, or would be.
func (t *buckets) place(v Visitor) (*shard, *[ways]bucket) {
	place := binary.LittleEndian.Uint16(v.mac[:]) // an HMAC is spread evenly
	s := &t.shards[place%shards]
	return s, &s.sets[place/shards%sets]
}

// find gives the visitor's bucket in its set, making room if there is none.
func find(set *[ways]bucket, v Visitor) *bucket {
	oldest := &set[0]
	for i := range set {
		b := &set[i]
		if b.used && b.visitor == v.mac {
			return b
		}
		if oldest.used && (!b.used || b.latest() < oldest.latest()) {
			oldest = b
		}
	}
	*oldest = bucket{visitor: v.mac, used: true}
	return oldest
}

// wipe forgets all visitors.
func (t *buckets) wipe() {
	for i := range t.shards {
		s := &t.shards[i]
		s.lock.Lock()
		clear(s.sets[:])
		s.lock.Unlock()
	}
}
