package board

import (
	"context"
	"crypto/subtle"
	"time"

	"moot/internal/db"
	"moot/internal/event"
	"moot/internal/key"
)

// owns compares an actor's own code for a post, or one that was typed, with
// what is kept of it.
func owns(actor key.Actor, number int64, code string, hash []byte) bool {
	if code == "" {
		if !actor.Known() {
			return false
		}
		code = actor.Code(number)
	}
	return subtle.ConstantTimeCompare(key.CodeHash(code), hash) == 1
}

// How long what expires is kept (security.md 1.7).
const (
	onceKept  = 24 * time.Hour
	eventKept = 7 * 24 * time.Hour
)

// Sweep destroys what is past its time: the keys of past days' poster tags,
// the marks of sent forms, old events. It does nothing while the clock is
// suspect: a clock that jumps must delete nothing.
func (b *Boards) Sweep(ctx context.Context) error {
	if b.clock.Suspect() {
		return nil
	}
	now := b.clock.Now()
	return b.db.Write(ctx, func(tx *db.Tx) error {
		if err := b.ring.ForgetDays(tx); err != nil {
			return err
		}
		if err := forgetOnce(tx, now.Add(-onceKept)); err != nil {
			return err
		}
		return event.Forget(tx, now.Add(-eventKept))
	})
}
