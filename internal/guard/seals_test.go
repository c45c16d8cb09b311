package guard

import (
	"testing"
	"time"

	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/fault"
)

func nodeOf(t *testing.T, d *db.DB, clk *clock.Clock) *Guard {
	t.Helper()
	limits := Defaults()
	limits.Wait, limits.MaxWait, limits.Bits = 0, 0, 0
	g, err := Open(t.Context(), d, clk, limits)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestATicketIsGoodOnEveryNodeAndAfterARestart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clk := clock.Hold(start)
		a, b := nodeOf(t, d, clk), nodeOf(t, d, clk)
		ticket := a.Issue().Text
		if _, err := b.Redeem(ticket, ""); err != nil {
			t.Errorf("on another node: %v", err)
		}
		if _, err := nodeOf(t, d, clk).Redeem(a.Issue().Text, ""); err != nil {
			t.Errorf("after a restart: %v", err)
		}
		stranger := nodeOf(t, dbtest.Open(t, d.Engine()), clk)
		_, err := b.Redeem(stranger.Issue().Text, "")
		check(t, err, fault.Invalid, "guard.ticket_unknown")
	})
}

// A ticket lives longer than midnight, whether or not the nodes have looked for
// the new day's key by then.
func TestTicketsOutliveTheirDay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clk := clock.Hold(time.Date(2026, 11, 23, 23, 30, 0, 0, time.UTC))
		a, b := nodeOf(t, d, clk), nodeOf(t, d, clk)
		renew := func(g *Guard) {
			t.Helper()
			if err := g.Renew(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		evening := a.Issue().Text
		clk.Advance(time.Hour)
		renew(a)
		if err := a.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, g := range []*Guard{a, b} {
			if _, good := g.Look(evening); !good {
				t.Error("a ticket died at midnight")
			}
		}
		morning := a.Issue().Text
		if _, err := b.Redeem(morning, ""); err != nil {
			t.Errorf("the new day's ticket, on a node that hasn't looked yet: %v", err)
		}
		renew(b)
		clk.Advance(48 * time.Hour)
		renew(b)
		if _, known := b.open(evening); known {
			t.Error("the key of two days before is still good")
		}
		if err := b.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		var keys int
		err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.Row(`SELECT count(*) FROM ticket_key`).Scan(&keys) })
		if err != nil || keys != 3 { // yesterday's, today's and tomorrow's
			t.Errorf("%d keys are kept, %v", keys, err)
		}
	})
}
