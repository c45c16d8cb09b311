package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var mark = regexp.MustCompile(`\$[0-9]+`)

// nameless is a text whose placeholders have no names, where these stand in
// order. To SQLite $1 is a name, and the driver looks each up among those before
// it: a statement of 700 takes as long to be given its arguments as to be run.
func nameless(query string) string {
	n, inOrder := 0, true
	plain := mark.ReplaceAllStringFunc(query, func(name string) string {
		n++
		inOrder = inOrder && name[1:] == strconv.Itoa(n)
		return "?"
	})
	if !inOrder {
		return query
	}
	return plain
}

// raced reports whether PostgreSQL undid a transaction only because another
// was in its way, so that running it again is right (PostgreSQL manual, 13.5).
func raced(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

// Taken reports whether a write was refused because another row already has a
// key that must be unique.
func Taken(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23505"
}

// passing reports whether an error says that the database can't answer now,
// rather than that the question was wrong.
func passing(err error) bool {
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
			return true
		}
		return false
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		// Connection lost, resources, operator intervention, and races that
		// were lost too often.
		return strings.HasPrefix(pg.Code, "08") || strings.HasPrefix(pg.Code, "53") || strings.HasPrefix(pg.Code, "57") || raced(err)
	}
	var network net.Error
	var connect *pgconn.ConnectError
	return errors.As(err, &network) || errors.As(err, &connect) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || // the server went away as it answered
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, errClosed) || errors.Is(err, errSlow) ||
		errors.Is(err, context.DeadlineExceeded)
}
