package gate

import (
	"sync/atomic"
	"time"
)

const (
	lateForAll = 100 * time.Millisecond // whoever has come is to get a processor by then
	manyFresh  = 1 << 16                // as many as like
	fewFresh   = 64                     // for each processor
)

// A Crowd is everybody who has come, or is being answered. They wait for a
// processor in the order in which they came: where they are so many that their
// turn comes when they have given up, nobody has anything of it. So there is room for fewer
// while they wait for long. Only those count who are fresh, of this second and the
// last: who has been at it for longer waits for themselves, and a slow client takes
// nobody's turn. It is safe for use by many at once.
type Crowd struct {
	limit *Limit
	began [4096]atomic.Int64 // how many are there, by the second in which they began
}

// NewCrowd is a crowd of nobody.
func NewCrowd() *Crowd {
	return &Crowd{limit: NewLimit(lateForAll, manyFresh, fewFresh*processors(), manyFresh)}
}

func (c *Crowd) in(second int64) *atomic.Int64 { return &c.began[second%int64(len(c.began))] }

// Begin counts one more, and gives back what End is to be told.
func (c *Crowd) Begin(now time.Time) (second int64) {
	second = now.Unix()
	c.in(second).Add(1)
	return second
}

// End counts one less, of those who began in a second.
func (c *Crowd) End(second int64) { c.in(second).Add(-1) }

// Fresh is how many began of late and have not ended.
func (c *Crowd) Fresh(now time.Time) int {
	return int(c.in(now.Unix()).Load() + c.in(now.Unix()-1).Load())
}

// Room reports whether one more may come.
func (c *Crowd) Room(now time.Time) bool {
	fresh := c.Fresh(now)
	if fresh < c.limit.Is(now, fresh) {
		return true
	}
	c.limit.Want()
	return false
}
