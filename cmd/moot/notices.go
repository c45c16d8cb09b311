package main

import (
	"context"
	"fmt"
	"time"

	"moot/internal/clock"
	"moot/internal/config"
	"moot/internal/convene"
	"moot/internal/lang"
	"moot/internal/meetup"
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
		Places: s.places, Cards: cards(s.meetups, s.ladder, now),
	})
	if err != nil {
		return nil, "", err
	}
	return []page.Pages{pushpages.New(s.notices)}, s.notices.Key(), nil
}

// cards are what is told of meetups and convenings to whoever asked.
func cards(meetups *meetup.Meetups, ladder *convene.Ladder, now *clock.Clock) notify.Cards {
	return notify.Cards{
		Reaches: convene.Reaches, Reaching: ladder.Reaching,
		Meetup: func(ctx context.Context, thread int64) (notify.Card, error) {
			m, err := meetups.Meetup(ctx, thread)
			if err != nil {
				return notify.Card{}, err
			}
			return notify.Card{Path: fmt.Sprintf("/%s/t/%d/meetup", m.Place.Path(), thread), Over: m.Cancelled || m.Over(),
				Untold: func(l *lang.Language, since, _ int64) (string, []string, time.Time) {
					lines, until := m.Untold(int(since), l, now.Now())
					return m.Title, lines, until
				}}, nil
		},
		Convening: func(ctx context.Context, thread int64) (notify.Card, error) {
			c, err := ladder.Convening(ctx, thread)
			if err != nil {
				return notify.Card{}, err
			}
			return notify.Card{Path: ladder.Way(c), Over: !c.Open(),
				Untold: func(l *lang.Language, _, upto int64) (string, []string, time.Time) {
					return l.T("notify.city_title", "place", c.Place.Name(l.Tag())), ladder.Untold(c, upto, l), time.Time{}
				}}, nil
		},
	}
}
