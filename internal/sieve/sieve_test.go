package sieve

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestTheHandSparesWhatWasAskedFor(t *testing.T) {
	var q Queue[string]
	if q.Next(nil) != nil {
		t.Error("something leaves an empty queue")
	}
	places := map[string]*Place[string]{}
	add := func(names ...string) {
		for _, name := range names {
			places[name] = q.Add(name)
		}
	}
	leaves := func(want string) {
		t.Helper()
		p := q.Next(nil)
		if p == nil || p.Of != want {
			t.Fatalf("%v leaves, want %s", p, want)
		}
		q.Remove(p)
	}
	// The example of the paper's figure: A, B and G were asked for.
	add("A", "B", "C", "D", "E", "F", "G")
	places["A"].Ask()
	places["B"].Ask()
	places["G"].Ask()
	leaves("C")
	add("H")
	places["A"].Ask()
	places["D"].Ask()
	leaves("E") // the hand goes on from where it was, past D
	leaves("F")
	leaves("H") // past G, whose flag is gone now
	leaves("B") // round again: A was asked for anew, B was not
	if p := q.Next(places["A"]); p.Of != "D" {
		t.Errorf("%s leaves in place of A", p.Of)
	}
	q.Remove(places["D"])
	q.Remove(places["G"])
	if q.Next(places["A"]) != nil {
		t.Error("the only one is spared, and leaves")
	}
	leaves("A")
}

// Whatever is added, asked for and taken out, the queue holds what it should, in
// its order, both ways.
func TestTheQueueHoldsTogether(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var q Queue[int]
	var want []*Place[int] // the oldest first
	for n := range 20_000 {
		switch {
		case len(want) == 0 || r.IntN(3) == 0 && len(want) < 50:
			want = append(want, q.Add(n))
		case r.IntN(2) == 0:
			want[r.IntN(len(want))].Ask()
		default:
			p := q.Next(want[len(want)-1])
			if r.IntN(4) == 0 {
				p = want[r.IntN(len(want))]
			}
			if p == nil {
				continue
			}
			q.Remove(p)
			want = slices.DeleteFunc(want, func(each *Place[int]) bool { return each == p })
		}
		var up, down []*Place[int]
		for p := q.tail; p != nil; p = p.newer {
			up = append(up, p)
		}
		for p := q.head; p != nil; p = p.older {
			down = append(down, p)
		}
		slices.Reverse(down)
		if !slices.Equal(up, want) || !slices.Equal(down, want) {
			t.Fatal(fmt.Sprint("after ", n, " steps the queue is another"))
		}
		if q.hand != nil && !slices.Contains(want, q.hand) {
			t.Fatal("the hand is at one that has left")
		}
	}
}
