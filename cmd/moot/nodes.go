package main

import (
	"encoding/hex"

	"moot/internal/config"
	"moot/internal/db"
	"moot/internal/key"
	"moot/internal/wake"
)

// openLine is the line by which this node and the others of its site wake each
// other; nil where there can be no others.
func (s *site) openLine(cfg *config.Config, identity key.Identity) wake.Line {
	switch {
	case s.db.Engine() == db.SQLite:
		return nil
	case len(cfg.Wakeups) > 0:
		return wake.NATS{
			Servers: cfg.Wakeups, Credentials: cfg.NATSLogin, CA: cfg.NATSCA, Site: hex.EncodeToString(identity[:]),
		}.Open()
	}
	return wake.PostgreSQL(s.db)
}
