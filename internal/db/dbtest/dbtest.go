// Package dbtest gives tests a real database: an empty one of their own, of
// the newest schema, on every engine there is to test on.
//
// SQLite is always there. PostgreSQL is there where MOOT_TEST_POSTGRES holds
// the address of a server, as it does under `make test`, which starts one:
// see the command in dbtest/postgres.
package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"moot/internal/db"
)

// ServerVariable names the environment variable that holds the address of a
// PostgreSQL server whose databases a test may fill.
const ServerVariable = "MOOT_TEST_POSTGRES"

// Each runs a test once on every engine.
func Each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	for _, engine := range Engines() {
		t.Run(engine.String(), func(t *testing.T) {
			t.Parallel()
			test(t, Open(t, engine))
		})
	}
}

// Engines lists what there is to test on.
func Engines() []db.Engine {
	if os.Getenv(ServerVariable) == "" {
		return []db.Engine{db.SQLite}
	}
	return []db.Engine{db.SQLite, db.PostgreSQL}
}

// Open opens an empty database of the newest schema, gone after the test.
func Open(t testing.TB, engine db.Engine) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), Address(t, engine))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("closing the database: %v", err)
		}
	})
	if _, _, err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

// Address is where a test may open an empty database.
func Address(t testing.TB, engine db.Engine) string {
	t.Helper()
	if engine == db.SQLite {
		return "sqlite:" + filepath.Join(t.TempDir(), "moot.db")
	}
	return ownSchema(t, os.Getenv(ServerVariable))
}

// ownSchema makes a PostgreSQL schema for one test: cheaper than a database,
// and as separate for everything that Moot does.
func ownSchema(t testing.TB, server string) string {
	t.Helper()
	pool, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	name := "test_" + strings.ToLower(rand.Text())
	if _, err := pool.Exec("CREATE SCHEMA " + name); err != nil {
		t.Fatalf("PostgreSQL at $%s: %v", ServerVariable, err)
	}
	t.Cleanup(func() {
		_, err := pool.ExecContext(context.Background(), "DROP SCHEMA "+name+" CASCADE")
		if err != nil {
			t.Errorf("dropping %s: %v", name, err)
		}
		pool.Close()
	})
	address, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	q := address.Query()
	q.Set("search_path", name)
	address.RawQuery = q.Encode()
	return address.String()
}
