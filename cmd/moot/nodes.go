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
func (s *site) openLine(cfg *config.Config, identity key.Identity) (wake.Line, error) {
	switch {
	case s.db.Engine() == db.SQLite:
		return nil, nil
	case len(cfg.Wakeups) > 0:
		nats := wake.NATS{Servers: cfg.Wakeups, Credentials: cfg.NATSLogin, CA: cfg.NATSCA, Site: hex.EncodeToString(identity[:])}
		return nats.Open(), nats.Check()
	}
	return wake.PostgreSQL(s.db), nil
}
