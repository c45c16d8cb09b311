package main

import (
	"context"

	"moot/internal/clock"
	"moot/internal/config"
	"moot/internal/notify"
	"moot/internal/outbound"
	"moot/internal/web/page"
	"moot/internal/web/pushpages"
)

// openNotices opens what tells readers of new posts, where the site does that:
// its pages, and the key that browsers subscribe with.
func (s *site) openNotices(ctx context.Context, cfg *config.Config, now *clock.Clock) (folders []page.Pages, key string, err error) {
	if !cfg.Push {
		return nil, "", nil
	}
	s.notices, err = notify.Open(ctx, s.db, now, s.outbox, s.boards, notify.Settings{
		Name: cfg.SiteName, Base: cfg.BaseURL, Log: s.log, Client: outbound.New(outbound.Settings{Hosts: notify.Services}),
	})
	if err != nil {
		return nil, "", err
	}
	return []page.Pages{pushpages.New(s.notices)}, s.notices.Key(), nil
}
