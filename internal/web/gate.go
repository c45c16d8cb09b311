package web

import (
	"context"
	"time"

	"moot/internal/guard"
)

// A gate lets a fixed number of requests work at a time. Pages that are read
// have the most places, since they are what must stay up.
type gate chan struct{}

const (
	gateRead = iota
	gateSearch
	gatePost
	gateCount
)

// queueTime is how long a request waits for its turn before it is refused.
const queueTime = time.Second

func newGates() (gates [gateCount]gate) {
	gates[gateRead] = make(gate, 256)
	gates[gateSearch] = make(gate, 16)
	gates[gatePost] = make(gate, 128)
	return gates
}

func gateOf(class guard.Class) int {
	switch class {
	case guard.Post:
		return gatePost
	case guard.Search:
		return gateSearch
	}
	return gateRead
}

// enter waits for a place; false where none came free in time. leave gives it
// back.
func (g gate) enter(ctx context.Context) (leave func(), ok bool) {
	leave = func() { <-g }
	select {
	case g <- struct{}{}:
		return leave, true
	default:
	}
	wait := time.NewTimer(queueTime)
	defer wait.Stop()
	select {
	case g <- struct{}{}:
		return leave, true
	case <-wait.C:
	case <-ctx.Done():
	}
	return nil, false
}
