package key_test

import (
	"testing"
	"time"

	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/key"
)

func TestASiteKeepsItsIdentity(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		identity := func(d *db.DB) key.Identity {
			t.Helper()
			id, err := key.NewRing(d, clock.Hold(time.Now())).Identity(t.Context())
			if err != nil || id == (key.Identity{}) {
				t.Fatalf("%x, %v", id, err)
			}
			return id
		}
		if first, later := identity(d), identity(d); first != later {
			t.Errorf("after a restart the site is another: %x, %x", first, later)
		}
		if first, other := identity(d), identity(dbtest.Open(t, db.SQLite)); first == other {
			t.Errorf("two sites are one: %x", first)
		}
	})
}
