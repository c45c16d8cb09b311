package imageboard

import (
	"sync"
	"time"

	"moot/internal/clock"
)

// dates are when answers last changed, for clients that know them by date alone
// (If-Modified-Since). The times of posts don't tell: they are kept to the
// minute, and a post that is taken back has none. So an answer counts as changed
// at the end of the minute in which it was first seen to be what it is, and the
// date is told only when that has passed: whoever was told it has an answer that
// nothing younger shares it with.
//
// Nothing is told of when a post came that its own minute doesn't tell.
type dates struct {
	clock *clock.Clock

	mu            sync.Mutex
	young, behind map[string]dated // by path; young is filled, and what is not asked for while it is, forgotten
}

type dated struct {
	tag string
	at  time.Time
}

// manyDates is how many answers are remembered at least. One that was forgotten
// has changed, as far as clients are told.
const manyDates = 4096

func newDates(c *clock.Clock) *dates {
	return &dates{clock: c, young: map[string]dated{}}
}

// of is when the answer to a path became the one with a tag; zero where that
// can't be told yet.
func (d *dates) of(path, tag string) time.Time {
	now := d.clock.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	known, ok := d.young[path]
	if !ok {
		if len(d.young) >= manyDates {
			d.young, d.behind = map[string]dated{}, d.young
		}
		known = d.behind[path]
	}
	if known.tag != tag {
		at := now.Truncate(time.Minute).Add(time.Minute)
		if !at.After(known.at) { // the clock was put back
			at = known.at.Add(time.Minute)
		}
		known = dated{tag, at}
	}
	d.young[path] = known
	if known.at.After(now) {
		return time.Time{}
	}
	return known.at
}
