package db

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"
	"time"

	"moot/internal/lag"
)

// querier is what *sql.Tx and the writer's connection have in common.
type querier interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	QueryRowContext(context.Context, string, ...any) *sql.Row
}

// Tx is a transaction. It is only good inside the function it was given to,
// and for one goroutine.
type Tx struct {
	ctx    context.Context
	q      querier
	pipe   *session // where q is a connection to a server that can be sent many statements at once
	engine Engine
	after  []func()

	horizon *atomic.Int64 // of a PostgreSQL primary: raised to every one that is read
}

// Exec runs a statement and tells how many rows it changed.
func (tx *Tx) Exec(query string, args ...any) (int64, error) {
	result, err := tx.q.ExecContext(tx.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// Row runs a query for one row; scanning gives ErrNone where there is none.
func (tx *Tx) Row(query string, args ...any) *sql.Row {
	return tx.q.QueryRowContext(tx.ctx, query, args...)
}

// HoldRow is Row, and holds the row it finds until the transaction ends: nobody
// else changes it meanwhile. Unlike an update that changes nothing it leaves no
// dead version behind on PostgreSQL. On SQLite a writer is alone anyway. The
// query is a plain SELECT from one table.
func (tx *Tx) HoldRow(query string, args ...any) *sql.Row {
	return tx.Row(tx.holding(query), args...)
}

func (tx *Tx) holding(query string) string {
	if tx.engine == PostgreSQL {
		return query + ` FOR UPDATE`
	}
	return query
}

// Unheld is the text of a query, a plain SELECT from one table, that holds the
// rows it finds and passes over those that another transaction holds.
func (tx *Tx) Unheld(query string) string {
	if tx.engine == PostgreSQL {
		return query + ` FOR UPDATE SKIP LOCKED`
	}
	return query
}

// Rows runs a query for many. See All for the usual way to read them.
func (tx *Tx) Rows(query string, args ...any) (*sql.Rows, error) {
	return tx.q.QueryContext(tx.ctx, query, args...)
}

// After has f run once the transaction is committed, by whoever called Write.
func (tx *Tx) After(f func()) { tx.after = append(tx.after, f) }

// Engine tells which engine runs the transaction, for the few statements that
// the two can't share.
func (tx *Tx) Engine() Engine { return tx.engine }

// Next draws the next number of a sequence. A number is never drawn twice; on
// PostgreSQL one that was drawn by a transaction that failed is left out.
func (tx *Tx) Next(sequence string) (int64, error) {
	var n int64
	err := tx.Together(Draw(sequence, 1, func(drawn int64) { n = drawn }))
	return n, err
}

// Horizon is the mark below which every transaction has ended: a row whose
// born column lies below it can't be joined later by one that lies before it.
// On SQLite, where writers queue, nothing is ever above it.
func (tx *Tx) Horizon() (int64, error) {
	if tx.engine == SQLite {
		return 1, nil
	}
	var mark int64
	err := tx.Row(`SELECT ` + horizonNow).Scan(&mark)
	for tx.horizon != nil {
		if last := tx.horizon.Load(); mark <= last || tx.horizon.CompareAndSwap(last, mark) {
			break
		}
	}
	return mark, err
}

const horizonNow = `CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)`

// Scan reads the columns of one row.
type Scan func(dest ...any) error

// All reads every row of a query.
func All[T any](tx *Tx, read func(Scan) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.Rows(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := read(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// Read runs f on one moment of the database. Where the context allows it to lag
// (package lag), a replica may be read: one that has everything of which this node
// has heard by the outbox. If that one can't answer, or f returns an error there, f
// runs once more, on the primary.
func (d *DB) Read(ctx context.Context, f func(*Tx) error) error {
	if d.replicas != nil && lag.Allowed(ctx) && d.readReplica(ctx, f) {
		return nil
	}
	ctx, cancel := d.bound(ctx)
	defer cancel()
	return d.ReadAtLeisure(ctx, f)
}

// bound gives what waits for a server an end.
func (d *DB) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if d.engine == PostgreSQL {
		return context.WithTimeout(ctx, wholeTime)
	}
	return ctx, func() {}
}

// ReadAtLeisure is Read for what may take long: a copy of all there is.
func (d *DB) ReadAtLeisure(ctx context.Context, f func(*Tx) error) error {
	options := &sql.TxOptions{ReadOnly: d.engine == PostgreSQL}
	if d.engine == PostgreSQL {
		options.Isolation = sql.LevelRepeatableRead
		return unavailable(d.onServer(ctx, options, f))
	}
	t, err := d.pool.BeginTx(ctx, options)
	if err != nil {
		return unavailable(err)
	}
	k := &kept{tx: t, db: d}
	defer k.close(ctx)
	return unavailable(f(&Tx{ctx: ctx, q: k, engine: d.engine}))
}

// beginTime is how long a transaction waits for a connection and for the server
// to begin it; wholeTime is how long it may take. A server that is stopped,
// frozen or cut off is told of soon, and holds nobody for long.
const (
	beginTime = time.Second
	wholeTime = 10 * time.Second
)

var errSlow = errors.New("the database server doesn't answer in time")

// onServer runs f in a transaction on PostgreSQL that only reads.
func (d *DB) onServer(ctx context.Context, options *sql.TxOptions, f func(*Tx) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	late := time.AfterFunc(beginTime, cancel)
	t, err := d.pool.BeginTx(ctx, options)
	if !late.Stop() {
		if err == nil {
			t.Rollback()
		}
		return errors.Join(errSlow, err)
	}
	if err != nil {
		return err
	}
	d.heard.Store(time.Now().UnixNano())
	defer t.Rollback() // nothing was written
	return f(&Tx{ctx: ctx, q: t, engine: PostgreSQL, horizon: &d.horizon})
}

// Write runs f in a transaction and returns nil once it is durably committed.
// An error of f, or a panic, undoes all of it. Where the connection to a server
// is lost while it commits, the error is a fault of kind Unavailable and nobody
// knows whether it did.
func (d *DB) Write(ctx context.Context, f func(*Tx) error) error {
	ctx, cancel := d.bound(ctx)
	defer cancel()
	return d.WriteAtLeisure(ctx, f)
}

// WriteAtLeisure is Write for what may take long: a step of the schema, or all
// there is.
func (d *DB) WriteAtLeisure(ctx context.Context, f func(*Tx) error) error {
	var tx *Tx
	var err error
	if d.writer != nil {
		tx, err = d.writer.write(ctx, f)
	} else {
		tx, err = d.writePostgreSQL(ctx, f)
	}
	if err != nil {
		return unavailable(err)
	}
	d.counts.writes.Add(1)
	for _, effect := range tx.after {
		effect()
	}
	return nil
}

// tries is how often a PostgreSQL transaction that lost a race is run again.
const tries = 5

func (d *DB) writePostgreSQL(ctx context.Context, f func(*Tx) error) (*Tx, error) {
	var err error
	for try := range tries {
		var tx *Tx
		if tx, err = d.tryPostgreSQL(ctx, f); err == nil || !raced(err) {
			return tx, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Duration(try+1) * 5 * time.Millisecond):
		}
	}
	return nil, err
}

// kept is a reader's transaction whose statements stay prepared on their
// connections, since SQLite would parse each text anew.
type kept struct {
	tx    *sql.Tx
	db    *DB
	fresh map[string]*sql.Stmt // those that the pool doesn't have yet, by text
}

// statement prepares what is new on the transaction's own connection: to ask the
// pool for one while holding one is to wait forever where all who hold one do.
func (k *kept) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := k.db.stmts.Load(query); ok {
		return k.tx.StmtContext(ctx, s.(*sql.Stmt)), nil
	}
	if s, ok := k.fresh[query]; ok {
		return s, nil
	}
	s, err := k.tx.PrepareContext(ctx, nameless(query))
	if err != nil {
		return nil, err
	}
	if k.fresh == nil {
		k.fresh = map[string]*sql.Stmt{}
	}
	k.fresh[query] = s
	return s, nil
}

// close ends the transaction, by which nothing was written, and has the pool keep
// what was new to it. One that the context ends sooner stays new.
func (k *kept) close(ctx context.Context) {
	k.tx.Rollback()
	for query := range k.fresh {
		s, err := k.db.pool.PrepareContext(ctx, nameless(query))
		if err != nil {
			return
		}
		if _, loaded := k.db.stmts.LoadOrStore(query, s); loaded {
			s.Close()
		}
	}
}

func (k *kept) ExecContext(context.Context, string, ...any) (sql.Result, error) {
	return nil, errors.New("db: a Read can't write")
}

func (k *kept) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := k.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

func (k *kept) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if s, err := k.statement(ctx, query); err == nil {
		return s.QueryRowContext(ctx, args...)
	}
	return k.tx.QueryRowContext(ctx, query, args...) // tells the error when it is scanned
}
