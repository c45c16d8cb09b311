package media

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"moot/internal/fault"
)

// Stats are the numbers of what was sent since the site was opened.
type Stats struct {
	Taken   int64   // pictures, those that were there already too
	Refused int64   // since they were no pictures, too large, or known
	Failed  int64   // since there was no time or room for them, or a store was away
	Seconds float64 // that it took to take in those that were taken
}

type counts struct{ taken, refused, failed, took atomic.Int64 }

// Stats reads them.
func (p *Pictures) Stats() Stats {
	c := &p.counts
	return Stats{c.taken.Load(), c.refused.Load(), c.failed.Load(), time.Duration(c.took.Load()).Seconds()}
}

// count counts what became of a picture that was sent.
func (p *Pictures) count(began time.Time, err error) {
	switch {
	case err == nil:
		p.counts.taken.Add(1)
		p.counts.took.Add(int64(time.Since(began)))
	case fault.Is(err, fault.Invalid):
		p.counts.refused.Add(1)
	case errors.Is(err, context.Canceled): // nobody waits for it any more
	default:
		p.counts.failed.Add(1)
	}
}
