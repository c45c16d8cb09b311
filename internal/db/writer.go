package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// batch is how many writes share one commit at the most.
const batch = 128

// writer owns the one SQLite connection that writes. Writes queue; those that
// wait when it comes round are run one after another, each in a savepoint, and
// committed by one sync. That is what makes "durable before the answer" cheap.
type writer struct {
	pool  *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	queue chan *write

	commits atomic.Int64

	mu     sync.RWMutex // guards closed against the queue's closing
	closed bool
	done   chan struct{}
}

// write is one caller's function and what became of it.
type write struct {
	ctx      context.Context
	f        func(*Tx) error
	tx       *Tx
	err      error
	panicked any
	done     chan struct{}
}

var errClosed = errors.New("db: closed")

func newWriter(ctx context.Context, address string) (*writer, error) {
	pool, err := sql.Open("sqlite", address)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(1)
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	w := &writer{
		pool: pool, conn: conn, stmts: map[string]*sql.Stmt{},
		queue: make(chan *write, batch), done: make(chan struct{}),
	}
	go w.run()
	return w, nil
}

// write queues f and waits until it is committed or undone. A caller that
// goes away while its write is queued is not written; once it runs, it counts.
func (w *writer) write(ctx context.Context, f func(*Tx) error) (*Tx, error) {
	one := &write{ctx: ctx, f: f, done: make(chan struct{})}
	if err := w.enqueue(one); err != nil {
		return nil, err
	}
	<-one.done
	if one.panicked != nil {
		panic(one.panicked)
	}
	return one.tx, one.err
}

func (w *writer) enqueue(one *write) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return errClosed
	}
	select {
	case w.queue <- one:
		return nil
	case <-one.ctx.Done():
		return one.ctx.Err()
	}
}

func (w *writer) close() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return nil
	}
	w.closed = true
	close(w.queue)
	w.mu.Unlock()
	<-w.done
	for _, s := range w.stmts {
		s.Close()
	}
	return errors.Join(w.conn.Close(), w.pool.Close())
}

// foldAfter is for how long at the most what was deleted may stand in the file: an
// older page is there until the write-ahead log is folded in, and the log has it
// until it is emptied. SQLite itself does that after so many pages, which on a quiet
// site takes days.
const foldAfter = time.Minute

// Whoever reads keeps the log from being emptied, which then waits a moment, and is
// tried again after a few seconds.
const (
	foldPatience = 50 // milliseconds
	foldAgain    = 5 * time.Second
)

func (w *writer) run() {
	defer close(w.done)
	var due <-chan time.Time
	for {
		select {
		case first, open := <-w.queue:
			if !open {
				return
			}
			w.commit(w.waiting(first))
			if due == nil {
				due = time.After(foldAfter)
			}
		case <-due:
			if due = nil; !w.fold() {
				due = time.After(foldAgain)
			}
		}
	}
}

// waiting are the writes that share a commit with the first.
func (w *writer) waiting(first *write) []*write {
	together := []*write{first}
	for len(together) < batch {
		select {
		case next, open := <-w.queue:
			if !open {
				return together
			}
			together = append(together, next)
		default:
			return together
		}
	}
	return together
}

// fold copies the write-ahead log into the file and empties it, and reports whether
// that is done.
func (w *writer) fold() bool {
	if w.plain(fmt.Sprintf("PRAGMA busy_timeout = %d", foldPatience)) != nil {
		return false
	}
	var busy, pages, copied int
	err := w.conn.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &copied)
	return errors.Join(err, w.plain(fmt.Sprintf("PRAGMA busy_timeout = %d", busyTimeout))) == nil && busy == 0
}

// commit runs the writes and syncs them to the disk. It uses a context of its
// own: a caller that hangs up must not interrupt what others are waiting for.
func (w *writer) commit(together []*write) {
	defer func() {
		for _, one := range together {
			close(one.done)
		}
	}()
	err := w.transaction(together)
	if err == nil {
		return
	}
	for _, one := range together {
		if !one.failed() {
			one.err = err
		}
	}
}

// transaction runs the writes in one. It returns an error only where all that
// they did is lost.
func (w *writer) transaction(together []*write) error {
	if err := w.plain("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	var err error
	if alone := together[0]; len(together) == 1 { // nobody to be kept from harm
		if w.attempt(alone); alone.failed() {
			return w.plain("ROLLBACK")
		}
	} else {
		for _, one := range together {
			if err = w.savepoint(one); err != nil {
				break
			}
		}
	}
	if err == nil {
		err = w.plain("COMMIT")
	}
	if err != nil {
		return errors.Join(err, w.plain("ROLLBACK"))
	}
	w.commits.Add(1)
	return nil
}

// savepoint runs one write so that it alone is undone if it fails. It returns
// an error only where the whole transaction is lost.
func (w *writer) savepoint(one *write) error {
	if err := w.plain("SAVEPOINT one"); err != nil {
		return err
	}
	if w.attempt(one); one.failed() {
		if err := w.plain("ROLLBACK TO one"); err != nil {
			return err
		}
	}
	return w.plain("RELEASE one")
}

func (one *write) failed() bool { return one.err != nil || one.panicked != nil }

// attempt runs a write whose caller is still there.
func (w *writer) attempt(one *write) {
	defer func() {
		if p := recover(); p != nil {
			one.panicked = fmt.Sprintf("%v\n\nin a write:\n%s", p, debug.Stack())
		}
	}()
	if one.err = one.ctx.Err(); one.err == nil {
		one.tx = &Tx{ctx: context.WithoutCancel(one.ctx), q: w, engine: SQLite}
		one.err = one.f(one.tx)
	}
}

func (w *writer) plain(statement string) error {
	_, err := w.ExecContext(context.Background(), statement)
	return err
}

// statement keeps every text prepared: the same few dozen come again and again.
func (w *writer) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := w.stmts[query]; ok {
		return s, nil
	}
	s, err := w.conn.PrepareContext(ctx, nameless(query))
	if err == nil {
		w.stmts[query] = s
	}
	return s, err
}

func (w *writer) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := w.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

func (w *writer) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := w.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

func (w *writer) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if s, err := w.statement(ctx, query); err == nil {
		return s.QueryRowContext(ctx, args...)
	}
	return w.conn.QueryRowContext(ctx, query, args...) // tells the error when it is scanned
}
