package web

import (
	"context"
	"sync/atomic"
	"time"

	"moot/internal/guard"
)

// A gate lets a fixed number of requests work at a time, and some more wait for
// a moment. Each class of requests has its own, so that none can take the
// places of those that matter more.
type gate struct {
	places  chan struct{} // taken
	queue   int64         // requests that may wait
	waiting atomic.Int64
	refused atomic.Uint64
}

// The classes, those that matter most first: pages that are read are what must
// stay up.
const (
	gateRead    = iota
	gatePost    // what changes something
	gateProgram // feeds and APIs: programs come again by themselves
	gateSearch
	gateCount
)

var gateNames = [gateCount]string{"read", "post", "program", "search"}

// queueTime is how long a request waits for its turn before it is refused.
const queueTime = time.Second

// newGate makes a gate whose queue is as long as it has places: what would
// wait longer than its moment is better told at once.
func newGate(places int) *gate {
	return &gate{places: make(chan struct{}, places), queue: int64(places)}
}

func newGates() [gateCount]*gate {
	return [gateCount]*gate{
		gateRead: newGate(256), gatePost: newGate(128), gateProgram: newGate(64), gateSearch: newGate(16),
	}
}

// gateOf is the gate of a class of requests for pages.
func gateOf(class guard.Class) int {
	switch class {
	case guard.Post:
		return gatePost
	case guard.Search:
		return gateSearch
	}
	return gateRead
}

// doorGateOf is the gate of a class of requests by programs.
func doorGateOf(class guard.Class) int {
	if class == guard.Read {
		return gateProgram
	}
	return gateOf(class)
}

// enter waits for a place; false where the queue is full or none came free in
// time. leave gives it back.
func (g *gate) enter(ctx context.Context) (leave func(), ok bool) {
	leave = func() { <-g.places }
	select {
	case g.places <- struct{}{}:
		return leave, true
	default:
	}
	defer g.waiting.Add(-1)
	if g.waiting.Add(1) > g.queue {
		g.refused.Add(1)
		return nil, false
	}
	wait := time.NewTimer(queueTime)
	defer wait.Stop()
	select {
	case g.places <- struct{}{}:
		return leave, true
	case <-wait.C:
		g.refused.Add(1)
	case <-ctx.Done():
	}
	return nil, false
}
