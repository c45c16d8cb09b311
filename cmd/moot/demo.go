package main

import (
	"context"
	"time"

	"moot/internal/config"
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
		written, err := seed(ctx, s, time.Now().UTC())
		if written > 0 {
			s.log.Info("wrote the demo's boards", "posts", written)
		}
		return err
	})
}
