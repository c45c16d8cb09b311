package event

import (
	"maps"
	"sync/atomic"
	"time"
)

// Reader is one who follows the outbox, so that whoever runs the site can be told
// when they no longer do.
type Reader struct {
	rests  atomic.Bool
	rested atomic.Pointer[time.Time] // when it last had seen everything; at first, when it began
}

// Reader is the reader of a name, which is behind until it rests.
func (o *Outbox) Reader(name string) *Reader {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.readers[name]
	if r == nil {
		r = &Reader{}
		now := time.Now()
		r.rested.Store(&now)
		o.readers[name] = r
	}
	return r
}

// Rest is for when a reader has seen everything there is and waits for more,
// Look for when it reads on.
func (r *Reader) Rest() { r.note(true) }
func (r *Reader) Look() { r.note(false) }

func (r *Reader) note(rests bool) {
	if rests || r.rests.Load() {
		now := time.Now()
		r.rested.Store(&now)
	}
	r.rests.Store(rests)
}

// Behind is how long it is since a reader had seen everything; 0 while it rests.
func (r *Reader) Behind() time.Duration {
	if r.rests.Load() {
		return 0
	}
	return time.Since(*r.rested.Load())
}

// Readers are all that follow the outbox in this process, by their names.
func (o *Outbox) Readers() map[string]*Reader {
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.readers)
}
