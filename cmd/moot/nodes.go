package main

import (
	"context"
	"encoding/hex"

	"moot/internal/config"
	"moot/internal/db"
	"moot/internal/key"
	"moot/internal/wake"
)

// openLine opens the line by which this node and the others of its site wake each
// other, where there can be others. By NATS, which keeps nothing, they also tell each
// other what visitors take; PostgreSQL's own notices could reach a disk.
func (s *site) openLine(cfg *config.Config, identity key.Identity) error {
	switch {
	case s.db.Engine() == db.SQLite:
	case len(cfg.Wakeups) > 0:
		nats := wake.NATS{Servers: cfg.Wakeups, Credentials: cfg.NATSLogin, CA: cfg.NATSCA, Site: hex.EncodeToString(identity[:])}
		line := nats.Open(s.visitors.Hear)
		s.line, s.share = line, func(ctx context.Context) { s.visitors.Share(ctx, line.Tell) }
		return nats.Check()
	default:
		s.line = wake.PostgreSQL(s.db)
	}
	return nil
}
