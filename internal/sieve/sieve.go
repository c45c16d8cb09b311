// Package sieve says what a cache that is full lets go of (SIEVE: Zhang et al.,
// NSDI 2024): what nobody asked for since a hand came by last, the oldest first. So
// what is asked for once makes no room for itself at the cost of what is asked for
// often, and asking costs a flag.
package sieve

import "sync/atomic"

// Queue is what a cache holds, the newest at its head. Its zero value is empty.
// It is for one goroutine at a time, but for Ask.
type Queue[T any] struct {
	head, tail, hand *Place[T]
}

// Place is where something stands in a queue.
type Place[T any] struct {
	Of    T
	asked atomic.Bool

	newer, older *Place[T]
}

// Ask notes that what stands there was asked for.
func (p *Place[T]) Ask() {
	if !p.asked.Load() { // many may read it at once
		p.asked.Store(true)
	}
}

// Add puts something at the head.
func (q *Queue[T]) Add(of T) *Place[T] {
	p := &Place[T]{Of: of, older: q.head}
	if q.head != nil {
		q.head.newer = p
	} else {
		q.tail = p
	}
	q.head = p
	return p
}

// Remove takes something out that stands in the queue.
func (q *Queue[T]) Remove(p *Place[T]) {
	if q.hand == p {
		q.hand = p.newer
	}
	if p.newer != nil {
		p.newer.older = p.older
	} else {
		q.head = p.older
	}
	if p.older != nil {
		p.older.newer = p.newer
	} else {
		q.tail = p.newer
	}
	p.newer, p.older = nil, nil
}

// Next moves the hand on to what is to be let go of, sparing one; nil where there
// is no other. It is still in the queue.
func (q *Queue[T]) Next(spared *Place[T]) *Place[T] {
	if q.head == nil || q.head == q.tail && q.head == spared {
		return nil
	}
	p := q.hand
	if p == nil {
		p = q.tail
	}
	for p.asked.Load() || p == spared {
		p.asked.Store(false)
		if p = p.newer; p == nil {
			p = q.tail
		}
	}
	q.hand = p
	return p
}
