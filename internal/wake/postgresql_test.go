package wake

import (
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
)

// Two nodes are two handles of one database: a post by one wakes the other.
func TestPostgreSQLWakesOthers(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		if engine == db.SQLite {
			continue
		}
		address := dbtest.Address(t, engine)
		var nodes [2]*node
		var handles [2]*db.DB
		for i := range nodes {
			d, err := db.Open(t.Context(), address)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { d.Close() })
			if _, _, err := d.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			handles[i], nodes[i] = d, begin(t, PostgreSQL(d))
		}
		settled(nodes[0], nodes[1])
		awaken := nodes[1].Awaken()
		err := handles[0].Write(t.Context(), func(tx *db.Tx) error {
			return nodes[0].Append(tx, event.Event{Kind: event.PostAdded, Place: "gr/athens", Thread: 1, Post: 1, At: time.Unix(0, 0)})
		})
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-awaken:
		case <-time.After(30 * time.Second):
			t.Fatal("a post woke nobody elsewhere")
		}

		cut(t, handles[0])
		for _, n := range nodes {
			n.says(t, lost, 1)
			n.says(t, back, 1)
		}
		wakes(t, nodes[0], nodes[1])
		wakes(t, nodes[1], nodes[0])
	}
}

// cut ends the connections that listen in the schema of d.
func cut(t *testing.T, d *db.DB) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN "moot_wake"'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A file on one machine has nobody else to wake, and says so.
func TestSQLiteHasNoLine(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	line := PostgreSQL(d)
	if err := line.Say(t.Context(), "x"); err == nil {
		t.Error("SQLite says something")
	}
	if err := line.Hear(t.Context(), Ear{}); err == nil {
		t.Error("SQLite hears something")
	}
}
