package main

import (
	"context"

	"moot/internal/db"
	"moot/internal/event"
	"moot/internal/live"
)

// openLive makes the hub of those who listen. It knows what happened lately, so
// that who listened before the site was started again misses nothing.
func (s *site) openLive(ctx context.Context) error {
	var past []event.Event
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		past, s.heard, err = event.Tail(tx, live.Recent)
		return err
	})
	if err != nil {
		return err
	}
	s.live = live.New(live.Defaults(), past, func(err error) { s.log.Warn("telling what happens", "error", err) })
	return nil
}

// tell tells those who listen what happens, until ctx ends.
func (s *site) tell(ctx context.Context) {
	err := s.outbox.Follow(ctx, s.db, "listeners", s.heard, func(e event.Event) error {
		s.live.See(ctx, e)
		return nil
	}, func(err error) { s.log.Warn("following what happens", "error", err) })
	if ctx.Err() == nil {
		s.log.Error("nobody is told what happens any more", "error", err)
	}
}

// moved makes the pages old that show what happened.
func (s *site) moved(ctx context.Context, e event.Event) {
	var quoted []int64
	if e.Kind == event.PostAdded || e.Kind == event.ThreadStarted {
		var err error
		if quoted, err = s.boards.QuotedThreads(ctx, e.Post); err != nil && ctx.Err() == nil {
			s.log.Warn("looking for what a post refers to", "error", err)
		}
	}
	s.door.Moved(e, quoted...)
}
