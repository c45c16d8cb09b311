package web

import (
	"context"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"moot/internal/web/page/pagetest"
)

func TestAGateQueuesAFewAndRefusesTheRest(t *testing.T) {
	g := newGate(1)
	leave, ok := g.enter(t.Context())
	if !ok {
		t.Fatal("an empty gate lets nobody in")
	}
	let := make(chan bool)
	go func() {
		leave, ok := g.enter(context.Background())
		if ok {
			leave()
		}
		let <- ok
	}()
	for g.waiting.Load() == 0 {
		runtime.Gosched()
	}
	if _, ok := g.enter(t.Context()); ok || g.refused.Load() != 1 {
		t.Errorf("a third was let in, or %d weren't; the queue has one place", g.refused.Load())
	}
	leave()
	if !<-let {
		t.Error("who waited was not let in when the place came free")
	}
	if g.waiting.Load() != 0 || len(g.places) != 0 {
		t.Errorf("%d wait and %d work, want nobody", g.waiting.Load(), len(g.places))
	}
}

func TestWhoHangsUpWaitsNoLonger(t *testing.T) {
	g := newGate(1)
	if _, ok := g.enter(t.Context()); !ok {
		t.Fatal("an empty gate lets nobody in")
	}
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	if _, ok := g.enter(ctx); ok || g.refused.Load() != 0 || g.waiting.Load() != 0 {
		t.Errorf("let in: %v, refused %d, waiting %d", ok, g.refused.Load(), g.waiting.Load())
	}
}

func TestWhatTheFrontDoorCounts(t *testing.T) {
	s := open(t, func(s *Settings) { s.Connections = 7 })
	s.gates[gateSearch].refused.Add(3)
	s.entrance.unclear.Add(2)
	body := pagetest.Do(t, s.Ops(), httptest.NewRequest("GET", "/metrics", nil)).Want(200).Body
	for _, line := range []string{
		`moot_gate_refused_total{class="search"} 3`, `moot_gate_places{class="read"} 256`, `moot_gate_waiting{class="post"} 0`,
		`moot_gate_working{class="program"} 0`, "moot_connections_max 7", "moot_connections 0",
		`moot_connections_refused_total{why="unclear"} 2`, `moot_connections_refused_total{why="full"} 0`,
	} {
		if !strings.Contains(body, line+"\n") {
			t.Errorf("/metrics doesn't say %s", line)
		}
	}
}
