package db

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// session is a transaction on a connection to PostgreSQL. What begins and ends
// it is sent with the statements themselves: each way to the server and back
// that is saved is time in which nobody waits for the rows that it holds.
type session struct {
	conn    *sql.Conn
	pending []Step // not sent yet
	begun   bool
	failed  error // of the first sending that failed
	heard   *atomic.Int64
}

var (
	begin  = Do(`BEGIN`)
	commit = Do(`COMMIT`)
)

func (d *DB) tryPostgreSQL(ctx context.Context, f func(*Tx) error) (_ *Tx, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	late := time.AfterFunc(beginTime, cancel)
	conn, err := d.pool.Conn(ctx)
	if err != nil {
		late.Stop()
		if ctx.Err() != nil {
			err = errors.Join(errSlow, err)
		}
		return nil, err
	}
	s := &session{conn: conn, heard: &d.heard, pending: []Step{begin}}
	committed := false
	defer func() {
		if !committed {
			s.undo(ctx)
		}
		conn.Close()
	}()
	if time.Since(time.Unix(0, d.heard.Load())) > beginTime { // a server that is frozen doesn't begin
		err = s.send(ctx, nil)
	}
	if !late.Stop() {
		return nil, errors.Join(errSlow, err)
	}
	if err != nil {
		return nil, err
	}
	tx := &Tx{ctx: ctx, q: s, pipe: s, engine: PostgreSQL, horizon: &d.horizon}
	err = f(tx)
	if err = cmp.Or(s.failed, err); err != nil { // what follows a failure only says that there was one
		return nil, err
	}
	if err := s.send(ctx, []Step{commit}); err != nil {
		return nil, err
	}
	committed = true
	return tx, nil
}

// undoing is how long a server has to undo a transaction before its connection
// is given up, which undoes it as well.
const undoing = 5 * time.Second

func (s *session) undo(ctx context.Context) {
	if !s.begun {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoing)
	defer cancel()
	if _, err := s.conn.ExecContext(ctx, `ROLLBACK`); err != nil {
		s.conn.Raw(func(any) error { return driver.ErrBadConn })
	}
}

// errUndone says that PostgreSQL undid what it was told to commit, as it does
// where a statement failed before.
var errUndone = errors.New("db: a statement failed, and its transaction was undone")

// send runs all that is pending, and then some more. After the first that fails
// the server runs none.
func (s *session) send(ctx context.Context, more []Step) error {
	steps := append(s.pending, more...)
	s.pending = nil
	if len(steps) == 0 {
		return nil
	}
	s.begun = true
	err := s.conn.Raw(func(connection any) error {
		return sendAll(ctx, connection.(*stdlib.Conn).Conn(), steps)
	})
	if err == nil {
		s.heard.Store(time.Now().UnixNano())
	}
	s.failed = cmp.Or(s.failed, err)
	return err
}

func sendAll(ctx context.Context, conn *pgx.Conn, steps []Step) (err error) {
	var batch pgx.Batch
	for _, s := range steps {
		batch.Queue(s.query, s.args...)
	}
	results := conn.SendBatch(ctx, &batch)
	defer func() { err = errors.Join(err, results.Close()) }()
	for _, s := range steps {
		if s.each == nil {
			tag, err := results.Exec()
			if err != nil {
				return err
			}
			if s.query == commit.query && tag.String() != commit.query {
				return errUndone
			}
			continue
		}
		rows, err := results.Query()
		if err != nil {
			return err
		}
		for rows.Next() {
			if err := s.each(rows.Scan); err != nil {
				rows.Close()
				return err
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := s.send(ctx, nil); err != nil {
		return nil, err
	}
	return s.conn.ExecContext(ctx, query, args...)
}

func (s *session) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := s.send(ctx, nil); err != nil {
		return nil, err
	}
	return s.conn.QueryContext(ctx, query, args...)
}

func (s *session) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	s.send(ctx, nil) // the query of a transaction that failed fails as well
	return s.conn.QueryRowContext(ctx, query, args...)
}
