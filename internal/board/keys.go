package board

import (
	"context"
	"crypto/subtle"
	"io"
	"time"

	"moot/internal/db"
	"moot/internal/event"
	"moot/internal/key"
)

// keys are what a post is marked with.
type keys struct {
	day    []byte // of today's poster tags
	secret []byte // of the site's secure tripcodes
}

// keyBytes is the size of a key for HMAC-SHA-256.
const keyBytes = 32

// keys reads today's keys, making them where nobody has yet. They are made in
// a transaction of their own, so that a post's never waits for it.
func (b *Boards) keys(ctx context.Context) (keys, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	today := b.clock.Now().Unix() / (24 * 60 * 60)
	if b.secret != nil && b.day == today {
		return keys{b.dayKey, b.secret}, nil
	}
	fresh := make([]byte, 2*keyBytes)
	if _, err := io.ReadFull(b.random, fresh); err != nil {
		return keys{}, err
	}
	var k keys
	err := b.db.Write(ctx, func(tx *db.Tx) (err error) {
		if k.secret, err = secretOr(tx, "tripcode", fresh[:keyBytes]); err != nil {
			return err
		}
		k.day, err = dayKeyOr(tx, today, fresh[keyBytes:])
		return err
	})
	if err != nil {
		return keys{}, err
	}
	b.secret, b.day, b.dayKey = k.secret, today, k.day
	return k, nil
}

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
		if err := forgetDayKeys(tx, now.Unix()/(24*60*60)); err != nil {
			return err
		}
		if err := forgetOnce(tx, now.Add(-onceKept)); err != nil {
			return err
		}
		return event.Forget(tx, now.Add(-eventKept))
	})
}
