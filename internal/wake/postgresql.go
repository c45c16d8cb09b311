package wake

import (
	"context"

	"moot/internal/db"
)

// channel is what the nodes of a site listen to on its PostgreSQL server.
const channel = "moot_wake"

// PostgreSQL is the line that a site's own database is (LISTEN and NOTIFY). It
// takes one connection for hearing.
func PostgreSQL(d *db.DB) Line { return notifications{d} }

type notifications struct{ db *db.DB }

func (n notifications) Say(ctx context.Context, node string) error {
	return n.db.Notify(ctx, channel, node)
}

func (n notifications) Hear(ctx context.Context, hears Ear) error {
	return n.db.Listen(ctx, channel, hears.Up, hears.Wake)
}
