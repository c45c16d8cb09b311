// Package clock is where Moot asks what time it is, for all that is kept or
// decided by it, so that a test can hold time still and move it, and so that a
// clock that jumps is noticed before anything is deleted by it. Only how long
// something takes, and how long a connection may, is measured elsewhere.
package clock

import (
	"sync"
	"time"
)

// jumpLimit is how far wall time and elapsed time may drift apart before the
// clock is suspect (security.md 2.10).
const jumpLimit = 10 * time.Minute

// Clock tells the time. Its zero value is not ready: use New or Hold.
type Clock struct {
	mu      sync.Mutex
	held    bool
	now     time.Time // the held time
	read    func() (wall time.Time, elapsed time.Duration)
	origin  time.Time // what the wall clock said when elapsed was 0
	suspect bool
}

// New is the machine's clock.
func New() *Clock {
	start := time.Now()
	return watch(func() (time.Time, time.Duration) {
		now := time.Now()
		return now.Round(0), now.Sub(start) // monotonic: blind to a clock that is set
	})
}

func watch(read func() (time.Time, time.Duration)) *Clock {
	wall, elapsed := read()
	return &Clock{read: read, origin: wall.Add(-elapsed)}
}

// Hold is a clock that stands at t until it is moved, for tests and for
// writing a past that never was into a demo.
func Hold(t time.Time) *Clock { return &Clock{held: true, now: t} }

// Now is the time in UTC, without a monotonic reading.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held {
		return c.now.UTC()
	}
	wall, elapsed := c.read()
	if drift := wall.Sub(c.origin) - elapsed; drift.Abs() > jumpLimit {
		c.suspect = true
	}
	return wall.UTC()
}

// Suspect reports whether wall time has jumped by more than ten minutes
// against elapsed time since the clock was made. While it is suspect nothing
// may expire or be deleted for its age.
func (c *Clock) Suspect() bool {
	c.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.suspect
}

// Set moves a held clock to t.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.held {
		panic("clock: only a held clock can be set")
	}
	c.now = t
}

// Jump moves a held clock by d as a clock jumps that somebody sets: it is suspect
// from then on.
func (c *Clock) Jump(d time.Duration) {
	c.Advance(d)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.suspect = true
}

// Advance moves a held clock on by d and returns the new time.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.held {
		panic("clock: only a held clock can be moved")
	}
	c.now = c.now.Add(d)
	return c.now.UTC()
}
