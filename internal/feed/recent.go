package feed

import (
	"container/list"
	"sync"
	"time"

	"moot/internal/door"
)

// recent keeps what was used last, a fixed number of it.
type recent[V any] struct {
	most int

	mu    sync.Mutex
	order list.List // of *kept[V], the one used last in front
	at    map[string]*list.Element
}

type kept[V any] struct {
	key   string
	value V
}

func newRecent[V any](most int) *recent[V] {
	return &recent[V]{most: most, at: map[string]*list.Element{}}
}

// get is what is kept under a key.
func (r *recent[V]) get(key string) (value V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.at[key]
	if !ok {
		return value, false
	}
	r.order.MoveToFront(e)
	return e.Value.(*kept[V]).value, true
}

// put keeps a value under a key. What was used longest ago makes room.
func (r *recent[V]) put(key string, value V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.at[key]; ok {
		e.Value.(*kept[V]).value = value
		r.order.MoveToFront(e)
		return
	}
	r.at[key] = r.order.PushFront(&kept[V]{key, value})
	if r.order.Len() > r.most {
		last := r.order.Back()
		r.order.Remove(last)
		delete(r.at, last.Value.(*kept[V]).key)
	}
}

// telling is an answer that was given.
type telling struct {
	tag   string
	since time.Time // when it was first given
}

// tell sends an answer of an address, which is told apart by names, and says
// when it changed.
//
// What is written tells its time to the minute, and what is taken back none. So
// the time of a change is when this process first gave the answer, rounded up
// to the second of HTTP's dates, and is told only once that second has come: an
// answer of the same second, which may be another, never bore it.
func (d *feeds) tell(a *door.Asked, answer door.Answer, names ...string) {
	key := door.Tag([]byte(join(names)))
	now := d.Clock.Now()
	t, ok := d.told.get(key)
	if tag := door.Tag(answer.Body); !ok || t.tag != tag {
		t = telling{tag, now}
		d.told.put(key, t)
	}
	if since := t.since.Truncate(time.Second).Add(time.Second); !since.After(now) {
		answer.Modified = since
	}
	a.Send(answer)
}

// join makes one text of several that no others make.
func join(names []string) string {
	var all []byte
	for _, n := range names {
		all = append(append(all, n...), 0)
	}
	return string(all)
}
