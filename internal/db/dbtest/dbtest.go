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
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
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
	address := Address(t, engine)
	if path, is := strings.CutPrefix(address, "sqlite:"); is {
		made, err := empty()
		if err == nil {
			err = os.WriteFile(path, made, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	d, err := db.Open(t.Context(), address)
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

// empty is the file of an empty SQLite database of the newest schema: it takes longer to
// climb there than most tests take.
var empty = sync.OnceValues(func() (file []byte, err error) {
	folder, err := os.MkdirTemp("", "moot-empty-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "moot.db")
	d, err := db.Open(context.Background(), "sqlite:"+path)
	if err != nil {
		return nil, err
	}
	_, _, err = d.Migrate(context.Background())
	if err = errors.Join(err, d.Close()); err != nil { // what was in the log beside the file is then in it
		return nil, err
	}
	return os.ReadFile(path)
})

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
		var err error
		for range 5 { // the server may still be at what was cut off, and undoes one of two that wait for each other
			if _, err = pool.ExecContext(context.Background(), "DROP SCHEMA "+name+" CASCADE"); err == nil {
				break
			}
		}
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
