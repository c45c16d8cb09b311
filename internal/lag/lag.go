// Package lag carries, from the door to the database, that who reads may be shown
// what is a little old: a replica may answer then, which has everything a moment
// later than the primary.
//
// What it promises: nothing is allowed unless somebody said so. A door says it for
// pages that are the same for everybody, feeds and searches, and never for who has
// just posted. Whether what was read may indeed be old can be asked afterwards.
package lag

import (
	"context"
	"sync/atomic"
)

type key struct{}

// Allow is a context whose reads may be of a little while ago.
func Allow(ctx context.Context) context.Context {
	return context.WithValue(ctx, key{}, new(atomic.Bool))
}

// Allowed reports whether they may.
func Allowed(ctx context.Context) bool { return used(ctx) != nil }

// Use notes that something was read that may be of a little while ago.
func Use(ctx context.Context) {
	if u := used(ctx); u != nil {
		u.Store(true)
	}
}

// Used reports whether anything was.
func Used(ctx context.Context) bool {
	u := used(ctx)
	return u != nil && u.Load()
}

func used(ctx context.Context) *atomic.Bool {
	u, _ := ctx.Value(key{}).(*atomic.Bool)
	return u
}
