package outage

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"moot/internal/fault"
)

const (
	// Calm is how long nothing fails until an outage is over.
	Calm = 15 * time.Second
	// causes is how many are told apart in one outage; further ones are counted.
	causes = 16
)

// Brief makes a log that writes an outage down in few lines.
func Brief(h slog.Handler) slog.Handler {
	return &brief{h, &outages{log: h, under: map[string]*outage{}}}
}

type brief struct {
	slog.Handler
	all *outages
}

// outages are those under way, by the key of their fault.
type outages struct {
	log slog.Handler

	mu    sync.Mutex
	under map[string]*outage
}

type outage struct {
	first, last time.Time
	unwritten   int
	named       map[string]bool // causes
}

func (b *brief) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &brief{b.Handler.WithAttrs(attrs), b.all}
}

func (b *brief) WithGroup(name string) slog.Handler {
	return &brief{b.Handler.WithGroup(name), b.all}
}

func (b *brief) Handle(ctx context.Context, r slog.Record) error {
	f := away(r)
	if f == nil {
		return b.Handler.Handle(ctx, r)
	}
	begins, write := b.note(f, r.Time)
	if begins {
		began := slog.NewRecord(r.Time, slog.LevelError, "an outage begins", 0)
		began.AddAttrs(slog.String("what", f.Key), slog.String("first", r.Message))
		r.Attrs(func(a slog.Attr) bool { began.AddAttrs(a); return true })
		return b.Handler.Handle(ctx, began)
	}
	if write {
		return b.Handler.Handle(ctx, r)
	}
	return nil
}

// away is the fault of a line that tells of an outage, or nil.
func away(r slog.Record) (found *fault.Fault) {
	if r.Level < slog.LevelWarn {
		return nil
	}
	r.Attrs(func(a slog.Attr) bool {
		if err, ok := a.Value.Any().(error); ok && a.Key == "error" {
			found = only(err)
			return false
		}
		return true
	})
	return found
}

// only is the fault of an outage that an error is made of, or nil where there is
// anything else in it.
func only(err error) (found *fault.Fault) {
	if f, ok := err.(*fault.Fault); ok {
		if f.Kind == fault.Unavailable && f.Cause != nil {
			return f
		}
		return nil
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return only(inner)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			f := only(inner)
			if f == nil || found != nil && f.Key != found.Key {
				return nil
			}
			found = f
		}
	}
	return found
}

// note counts a line, and says whether an outage begins with it, and if not,
// whether it is to be written all the same.
func (b *brief) note(f *fault.Fault, now time.Time) (begins, write bool) {
	cause := alike(f.Cause.Error())
	b.all.mu.Lock()
	defer b.all.mu.Unlock()
	o := b.all.under[f.Key]
	if o == nil {
		b.all.under[f.Key] = &outage{first: now, last: now, named: map[string]bool{cause: true}}
		time.AfterFunc(Calm, func() { b.all.look(f.Key) })
		return true, false
	}
	o.last = now
	if !o.named[cause] && len(o.named) < causes {
		o.named[cause] = true
		return false, true
	}
	o.unwritten++
	return false, false
}

// look ends an outage, or looks again when it may be over.
func (all *outages) look(key string) {
	all.mu.Lock()
	o := all.under[key]
	if left := Calm - time.Since(o.last); left > 0 {
		time.AfterFunc(left, func() { all.look(key) })
		all.mu.Unlock()
		return
	}
	delete(all.under, key)
	all.mu.Unlock()
	over := slog.NewRecord(time.Now(), slog.LevelWarn, "an outage is over", 0)
	over.AddAttrs(slog.String("what", key), slog.Duration("took", o.last.Sub(o.first).Round(time.Millisecond)), slog.Int("unwritten", o.unwritten))
	all.log.Handle(context.Background(), over) // where a log can't be written nobody can be told
}

// alike is a cause without its numbers: ports, addresses, ids.
func alike(cause string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, cause)
}
