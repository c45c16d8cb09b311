package clock

import (
	"testing"
	"time"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.FixedZone("EET", 7200))

func TestHeldClockMovesOnlyWhenMoved(t *testing.T) {
	c := Hold(start)
	if !c.Now().Equal(start) || c.Now().Location() != time.UTC {
		t.Errorf("Now = %v", c.Now())
	}
	if got := c.Advance(time.Hour); !got.Equal(start.Add(time.Hour)) || !c.Now().Equal(got) {
		t.Errorf("after an hour: %v, now %v", got, c.Now())
	}
	c.Set(start)
	if !c.Now().Equal(start) || c.Suspect() {
		t.Errorf("after Set: %v, suspect %v", c.Now(), c.Suspect())
	}
	if c.Jump(-time.Hour); !c.Now().Equal(start.Add(-time.Hour)) || !c.Suspect() {
		t.Errorf("after Jump: %v, suspect %v", c.Now(), c.Suspect())
	}
}

func TestJumpMakesTheClockSuspect(t *testing.T) {
	for _, jump := range []time.Duration{time.Hour, -time.Hour, 24 * time.Hour, -56 * 365 * 24 * time.Hour, 11 * time.Minute} {
		wall, elapsed := start, time.Duration(0)
		c := watch(func() (time.Time, time.Duration) { return wall, elapsed })
		wall, elapsed = wall.Add(72*time.Hour), 72*time.Hour
		if c.Suspect() {
			t.Fatal("time that merely passes makes the clock suspect")
		}
		wall = wall.Add(jump)
		if !c.Suspect() {
			t.Errorf("a jump of %v goes unnoticed", jump)
		}
		wall = wall.Add(-jump)
		if !c.Suspect() {
			t.Errorf("after a jump of %v and back, the clock is trusted again", jump)
		}
	}
}

func TestSmallCorrectionsAreFine(t *testing.T) {
	wall, elapsed := start, time.Duration(0)
	c := watch(func() (time.Time, time.Duration) { return wall, elapsed })
	wall, elapsed = wall.Add(time.Hour+2*time.Minute), time.Hour
	if c.Suspect() {
		t.Error("two minutes' drift makes the clock suspect")
	}
	if real := New(); real.Suspect() || time.Since(real.Now()) > time.Minute {
		t.Error("the machine's clock")
	}
}
