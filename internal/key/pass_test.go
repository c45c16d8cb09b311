package key_test

import (
	"testing"
	"time"

	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/fault"
	"moot/internal/key"
)

func TestALinkLetsOneStewardInUntilTheSessionEnds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.Hold(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC))
		passes := key.NewPasses(d, c)
		link, err := passes.Link(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		steward := func(secret string) bool {
			actor, err := passes.Actor(t.Context(), secret)
			if err != nil {
				t.Fatal(err)
			}
			return actor.Steward()
		}
		if steward(link) || steward("") || steward("nonsense") {
			t.Error("a link that was not opened lets in, or nothing does")
		}
		session, err := passes.Redeem(t.Context(), link)
		if err != nil || !steward(session) {
			t.Fatalf("the link's session: %v", err)
		}
		for _, again := range []string{link, session, "nonsense"} {
			if _, err := passes.Redeem(t.Context(), again); !fault.Is(err, fault.Forbidden) {
				t.Errorf("redeemed again: %v", err)
			}
		}
		other, _ := passes.Link(t.Context())
		c.Advance(61 * time.Minute)
		if _, err := passes.Redeem(t.Context(), other); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a link of an hour ago: %v", err)
		}
		c.Advance(11 * time.Hour)
		if steward(session) {
			t.Error("a session of yesterday")
		}
		if err := passes.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		var left int
		d.Read(t.Context(), func(tx *db.Tx) error { return tx.Row(`SELECT count(*) FROM pass`).Scan(&left) })
		if left != 0 {
			t.Errorf("%d passes left after the sweep", left)
		}
	})
}

func TestASessionCanBeEnded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		passes := key.NewPasses(d, clock.New())
		link, _ := passes.Link(t.Context())
		session, err := passes.Redeem(t.Context(), link)
		if err != nil {
			t.Fatal(err)
		}
		if err := passes.End(t.Context(), session); err != nil {
			t.Fatal(err)
		}
		if actor, _ := passes.Actor(t.Context(), session); actor.Steward() {
			t.Error("an ended session lets in")
		}
	})
}
