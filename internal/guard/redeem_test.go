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
	var first Redeemed
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			r, err := g.Redeem(ticket.Text, "")
			if err == nil {
				first = r
				through.Add(1)
			} else if !fault.Is(err, fault.Unavailable) || !IsTaken(err) {
				t.Errorf("while another is at it: %v", err)
			}
		})
	}
	wg.Wait()
	if through.Load() != 1 {
		t.Errorf("%d got through", through.Load())
	}
	if same, good := g.Look(ticket.Text); !good || same.Text != ticket.Text {
		t.Error("while it isn't known what came of it, another ticket is offered")
	}
	first.GiveBack(nil)
	if again, good := g.Look(ticket.Text); !good || again.Text != ticket.Text || again.Wait != 0 {
		t.Errorf("given back: %+v, %v", again, good)
	}
	second, err := g.Redeem(ticket.Text, "")
	if err != nil {
		t.Fatalf("given back, and redeemed: %v", err)
	}
	second.Keep()
	if _, err := g.Redeem(ticket.Text, ""); !fault.Is(err, fault.Conflict) || !IsTaken(err) {
		t.Errorf("redeemed twice: %v", err)
	}
	if _, good := g.Look(ticket.Text); good {
		t.Error("a spent ticket looks good")
	}
}

func TestATooEarlyTicketStaysGood(t *testing.T) {
	clk := clock.Hold(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))
	g := New(clk, Defaults())
	ticket := g.Issue()
	clk.Advance(2 * time.Second)
	if _, err := g.Redeem(ticket.Text, ""); !fault.Is(err, fault.TooMuch) {
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
	r, err := g.Redeem(ticket.Text, "")
	if err != nil {
		t.Fatal(err)
	}
	r.GiveBack(Spent())
	if _, good := g.Look(ticket.Text); good {
		t.Error("a spent ticket looks good")
	}
}
