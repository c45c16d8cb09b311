package gate

import (
	"runtime"
	"runtime/metrics"
	"sync"
	"time"
)

const (
	every = 50 * time.Millisecond // a limit looks at the processors
	some  = 8                     // waits, that say something
)

// A Limit is how much of something may be under way at a time. It follows how
// long what could run waits for a processor: less by a fifth while that is long,
// more by an eighth while somebody wants more and it is short. It is safe for use
// by many at once.
type Limit struct {
	late  time.Duration // a tenth of what can run may wait for so long
	least float64
	most  float64
	waits func() (tenth time.Duration, known bool)

	mu     sync.Mutex
	now    float64
	looked time.Time
	wanted bool // somebody found no place since
}

// NewLimit makes a limit that begins in the middle of things: first, between least and most.
func NewLimit(late time.Duration, first, least, most int) *Limit {
	return &Limit{
		late: late, least: float64(least), most: float64(most), now: float64(min(first, most)),
		waits: newWaits(), looked: time.Now(),
	}
}

// Is is the limit now, while so much is used.
func (l *Limit) Is(now time.Time, used int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.looked) >= every {
		l.adapt(used)
		l.looked = now
	}
	return int(l.now)
}

// Want says that somebody found no place.
func (l *Limit) Want() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wanted = true
}

func (l *Limit) adapt(used int) {
	switch wait, known := l.waits(); {
	case known && wait > l.late:
		l.now = max(l.least, min(l.now, float64(used))*.8)
	case l.wanted:
		l.now = min(l.most, l.now+max(1, l.now/8))
	}
	l.wanted = false
}

const waitsMetric = "/sched/latencies:seconds"

// newWaits reads the runtime's own histogram of how long goroutines that could run
// waited until they did: how long the slowest tenth waited, at least, since it was
// read last.
func newWaits() func() (tenth time.Duration, known bool) {
	sample := []metrics.Sample{{Name: waitsMetric}}
	metrics.Read(sample)
	before := append([]uint64(nil), sample[0].Value.Float64Histogram().Counts...)
	return func() (time.Duration, bool) {
		metrics.Read(sample)
		h := sample[0].Value.Float64Histogram()
		var all uint64
		for n, count := range h.Counts {
			all += count - before[n]
		}
		if all < some {
			return 0, false // they are counted with the next
		}
		wait, more := 0., all/10
		for n := len(before) - 1; n >= 0; n-- {
			count := h.Counts[n] - before[n]
			if count > more {
				wait = max(0, h.Buckets[n]) // its lower end
				break
			}
			more -= count
		}
		copy(before, h.Counts)
		return time.Duration(wait * float64(time.Second)), true
	}
}

// processors are those that this process may use at a time.
func processors() int { return runtime.GOMAXPROCS(0) }
