package main

import (
	"context"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/config"
	demoboards "moot/internal/demo"
)

// demo runs a site that has boards to look at.
func demo(c *call) error {
	cfg, err := c.settings("demo", nil, func(in *config.Input) {
		in.Default("data", "./moot-demo")
		in.Default("patience", "0s")
		in.Default("work-bits", "0")
		in.Default("images", "on")
	})
	if err != nil {
		return err
	}
	return c.host(cfg, func(ctx context.Context, s *site) error {
		boards := func(past *clock.Clock, limits board.Limits) *board.Boards {
			return board.New(s.db, past, s.outbox, s.places, limits)
		}
		written, err := demoboards.Site{Places: s.places, Pictures: s.pictures, Boards: boards}.Seed(ctx, time.Now().UTC())
		if written > 0 {
			s.log.Info("wrote the demo's boards", "posts", written)
		}
		if err != nil {
			return err
		}
		return demoboards.Steps{Places: s.places, Pictures: s.pictures, Ladder: s.ladder, Meetups: s.meetups}.Seed(ctx, time.Now())
	})
}
