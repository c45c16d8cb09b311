package db

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"moot/internal/db/replica"
	"moot/internal/lag"
)

// AddReplicas has reads that may lag (package lag) answered by the servers that an
// address names, which follow this one, as long as they are no further behind than
// most. None is asked before WatchReplicas has found it in order.
func (d *DB) AddReplicas(address string, most time.Duration) error {
	if d.engine != PostgreSQL {
		return errors.New("db: only a PostgreSQL server has replicas")
	}
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return err // which hides the password
	}
	if !strings.Contains(address, "connect_timeout") {
		config.ConnectTimeout = connectTime
	}
	d.replicas = replica.Open(hosts(config), most)
	return nil
}

// WatchReplicas looks at them until ctx ends, and tells the log which are left alone.
func (d *DB) WatchReplicas(ctx context.Context, log *slog.Logger) {
	if d.replicas == nil {
		return
	}
	primary := sql.OpenDB(connectorTo(d.hosts)) // whose own connections may all be at work
	primary.SetMaxOpenConns(1)
	defer primary.Close()
	d.replicas.Watch(ctx, primary, log)
}

// Lags are how far they are behind.
func (d *DB) Lags() []replica.Lag {
	if d.replicas == nil {
		return nil
	}
	return d.replicas.Lags()
}

// How long a replica may take to begin, and to answer all that a reader asks. The
// primary is asked after that, so it is short.
const (
	replicaBegins = 300 * time.Millisecond
	replicaTime   = 5 * time.Second
)

// readReplica runs f on one moment of a replica, and reports whether that was done.
// Whatever is wrong there, even that it doesn't know what is asked for, is no answer:
// the primary may have another.
func (d *DB) readReplica(ctx context.Context, f func(*Tx) error) bool {
	r := d.replicas.Next(time.Now())
	if r == nil || readFrom(ctx, r, d.horizon.Load(), f) != nil {
		d.counts.instead.Add(1)
		return false
	}
	d.counts.lagging.Add(1)
	lag.Use(ctx)
	return true
}

var (
	errBehind = errors.New("it doesn't have yet what this node has heard of")
	errFull   = errors.New("all connections to it are in use")
)

var beginReading = Do(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`)

// readFrom runs f where the replica has everything that this node has heard of: in the
// moment that f sees, all transactions below the horizon have ended.
func readFrom(ctx context.Context, r *replica.Replica, horizon int64, f func(*Tx) error) error {
	if r.Full() {
		return errFull
	}
	asker := ctx
	ctx, cancel := context.WithTimeout(ctx, replicaTime)
	defer cancel()
	late := time.AfterFunc(replicaBegins, cancel)
	var heard atomic.Int64
	s := &session{heard: &heard}
	follows, has := false, false
	err := func() (err error) {
		if s.conn, err = r.Pool.Conn(ctx); err != nil {
			return err
		}
		return s.send(ctx, []Step{beginReading, Ask(func(scan Scan) error { return scan(&follows, &has) },
			`SELECT pg_is_in_recovery(), `+horizonNow+` >= $1`, horizon)})
	}()
	if s.conn != nil {
		defer s.conn.Close()
		defer s.undo(ctx)
	}
	switch {
	case !late.Stop() && asker.Err() == nil:
		err = errors.Join(errSlow, err)
	case err == nil && !follows:
		err = replica.ErrLeads
	}
	if err != nil {
		// Whether one that is slow is away, who looks at it finds out: it may be this
		// node that is.
		if asker.Err() == nil && !raced(err) && !errors.Is(err, errSlow) {
			r.Leave(err)
		}
		return err
	}
	if !has {
		return errBehind
	}
	err = f(&Tx{ctx: ctx, q: s, pipe: s, engine: PostgreSQL})
	return errors.Join(s.failed, err)
}
