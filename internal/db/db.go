package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"moot/internal/db/refusal"
	"moot/internal/db/replica"
	"moot/internal/fault"
)

// Engine is which database answers.
type Engine int

const (
	SQLite Engine = iota
	PostgreSQL
)

func (e Engine) String() string { return [...]string{"sqlite", "postgres"}[e] }

// DB is an open database. It is safe for many goroutines.
type DB struct {
	engine Engine
	server string            // its address, PostgreSQL only
	hosts  []*pgx.ConnConfig // that the address names, PostgreSQL only
	pool   *sql.DB           // readers on SQLite; everything on PostgreSQL
	writer *writer           // SQLite only
	stmts  sync.Map          // query text → *sql.Stmt of the readers' pool, SQLite only
	heard  atomic.Int64      // when the server last answered, in nanoseconds since 1970; PostgreSQL only
	counts counts

	replicas *replica.Set // nil where there are none
	horizon  atomic.Int64 // the highest that was read here: what this node may have heard of lies below it
}

// ErrNone is what scanning a row gives where there is none.
var ErrNone = sql.ErrNoRows

// Open opens the database at an address: "sqlite:PATH" or "postgres://…". It
// makes the SQLite file where there is none, readable by its owner only.
func Open(ctx context.Context, address string) (*DB, error) {
	scheme, rest, found := strings.Cut(address, ":")
	switch {
	case found && scheme == "sqlite" && rest != "":
		return openSQLite(ctx, rest)
	case found && (scheme == "postgres" || scheme == "postgresql"):
		return openPostgreSQL(ctx, address)
	}
	return nil, fmt.Errorf("%q is no address: want sqlite:PATH or postgres://…", masked(address))
}

// masked is an address without a password, fit for an error message.
func masked(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(unreadable)"
	}
	q := u.Query()
	for name := range q {
		if strings.Contains(name, "password") {
			q.Set(name, "xxxxx")
		}
	}
	u.RawQuery = q.Encode()
	return u.Redacted()
}

func openSQLite(ctx context.Context, path string) (*DB, error) {
	if err := ownFile(path); err != nil {
		return nil, err
	}
	w, err := newWriter(ctx, sqliteAddress(path, "immediate"))
	if err != nil {
		return nil, refusal.OfFile(path, err)
	}
	pool, err := sql.Open("sqlite", sqliteAddress(path, "deferred", "query_only(1)"))
	if err != nil {
		w.close()
		return nil, err
	}
	pool.SetMaxOpenConns(readers)
	pool.SetMaxIdleConns(readers)
	if err := pool.PingContext(ctx); err != nil {
		w.close()
		return nil, errors.Join(refusal.OfFile(path, err), pool.Close())
	}
	return &DB{engine: SQLite, pool: pool, writer: w}, nil
}

// readers is how many SQLite connections read at once.
const readers = 8

// ownFile sees to it that the database file exists and that only its owner
// can read it: SQLite would make it by the umask.
func ownFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return refusal.OfFile(path, err)
	}
	return f.Close()
}

// busyTimeout is how long a connection waits for another's lock, in milliseconds.
const busyTimeout = 5000

// sqliteAddress is modernc's address of a file with the settings of
// security.md 5.3: WAL, a sync for every commit, deleted text overwritten.
func sqliteAddress(path, lock string, more ...string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	q := url.Values{"_txlock": {lock}}
	for _, p := range append([]string{
		fmt.Sprintf("busy_timeout(%d)", busyTimeout), "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"secure_delete(1)", "trusted_schema(0)", "temp_store(MEMORY)", "cache_size(-16000)",
	}, more...) {
		q.Add("_pragma", p)
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}

// connectTime is how long a server may take to welcome a connection, where its
// address says nothing of it. The pool opens some for nobody in particular: one
// that waits for a frozen server would keep its place long after that is back.
const connectTime = 3 * time.Second

// connections is how many there are to a PostgreSQL server at the most.
const connections = 24

func openPostgreSQL(ctx context.Context, address string) (*DB, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, refusal.OfAddress(address, err)
	}
	if !strings.Contains(address, "connect_timeout") {
		config.ConnectTimeout = connectTime
	}
	all := hosts(config)
	pool := sql.OpenDB(connectorTo(all))
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(refusal.Of(all, err), pool.Close())
	}
	return &DB{engine: PostgreSQL, server: address, hosts: all, pool: pool}, nil
}

// Engine tells which engine answers.
func (d *DB) Engine() Engine { return d.engine }

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.pool.PingContext(ctx) }

// Close waits for the writes that were accepted, and closes the database.
func (d *DB) Close() error {
	var err error
	if d.writer != nil {
		err = d.writer.close()
	}
	if d.replicas != nil {
		err = errors.Join(err, d.replicas.Close())
	}
	return errors.Join(err, d.pool.Close())
}

// unavailable makes a fault of an error that says the database can't answer
// now; every other error is returned as it is.
func unavailable(err error) error {
	if err == nil || !passing(err) {
		return err
	}
	return fault.New(fault.Unavailable, "db.unavailable").After(5e9).Because(err)
}
