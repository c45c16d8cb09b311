package guard

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"moot/internal/clock"
	"moot/internal/fault"
)

func TestOfManyWithOneTicketOneGetsThrough(t *testing.T) {
	clk := clock.Hold(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))
	g := New(clk, Defaults())
	ticket := g.Issue()
	clk.Advance(ticket.Wait)
	var through atomic.Int32
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if g.Redeem(ticket.Text, "") == nil {
				through.Add(1)
			}
		})
	}
	wg.Wait()
	if through.Load() != 1 {
		t.Errorf("%d got through", through.Load())
	}
	if _, good := g.Look(ticket.Text); good {
		t.Error("a redeemed ticket looks good")
	}
	g.GiveBack(ticket.Text, nil)
	if again, good := g.Look(ticket.Text); !good || again.Text != ticket.Text || again.Wait != 0 {
		t.Errorf("given back: %+v, %v", again, good)
	}
	if err := g.Redeem(ticket.Text, ""); err != nil {
		t.Errorf("given back, and redeemed: %v", err)
	}
	if err := g.Redeem(ticket.Text, ""); !fault.Is(err, fault.Conflict) {
		t.Errorf("redeemed twice: %v", err)
	}
}

func TestATooEarlyTicketStaysGood(t *testing.T) {
	clk := clock.Hold(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))
	g := New(clk, Defaults())
	ticket := g.Issue()
	clk.Advance(2 * time.Second)
	if err := g.Redeem(ticket.Text, ""); !fault.Is(err, fault.TooMuch) {
		t.Errorf("too early: %v", err)
	}
	if left, good := g.Look(ticket.Text); !good || left.Wait != ticket.Wait-2*time.Second || left.Bits != ticket.Bits {
		t.Errorf("what is left: %+v, %v", left, good)
	}
	clk.Advance(ticket.Life)
	if _, good := g.Look(ticket.Text); good {
		t.Error("an old ticket looks good")
	}
	if _, good := g.Look("nonsense"); good {
		t.Error("nonsense looks good")
	}
}

// What another node has spent is not given back.
func TestASpentTicketIsNotGivenBack(t *testing.T) {
	clk := clock.Hold(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))
	g := New(clk, Limits{Life: time.Hour})
	ticket := g.Issue()
	if err := g.Redeem(ticket.Text, ""); err != nil {
		t.Fatal(err)
	}
	g.GiveBack(ticket.Text, Spent())
	if _, good := g.Look(ticket.Text); good {
		t.Error("a spent ticket looks good")
	}
}
