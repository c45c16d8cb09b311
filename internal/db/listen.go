package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// errNoChannels is what SQLite says of channels.
var errNoChannels = errors.New("db: SQLite has no channels")

// Notify says something on a channel of the PostgreSQL server, outside of any
// transaction: one that notifies holds a lock over the whole server while it
// commits, and posts would queue for it.
func (d *DB) Notify(ctx context.Context, channel, said string) error {
	if d.engine != PostgreSQL {
		return errNoChannels
	}
	_, err := d.pool.ExecContext(ctx, `SELECT pg_notify($1, $2)`, channel, said)
	return unavailable(err)
}

// How a connection that only listens is known to be there: it is asked
// something when nothing was heard for a while.
const (
	silence = 10 * time.Second
	answer  = 5 * time.Second
)

// Listen gives what others say on a channel to heard, on a connection of its
// own, until ctx ends or the connection does. It calls listening once, when
// nothing that is said from then on is missed.
func (d *DB) Listen(ctx context.Context, channel string, listening func(), heard func(said string)) error {
	if d.engine != PostgreSQL {
		return errNoChannels
	}
	soon, cancel := context.WithTimeout(ctx, answer)
	defer cancel()
	conn, err := first(soon, d.hosts, pgx.ConnectConfig, func(late *pgx.Conn) { late.Close(soon) })
	if err != nil {
		return fmt.Errorf("listening at %s: %w", masked(d.server), err)
	}
	defer func() {
		soon, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		conn.Close(soon) // its end is all we want of it
	}()
	if _, err := conn.Exec(soon, `LISTEN `+pgx.Identifier{channel}.Sanitize()); err != nil {
		return err
	}
	listening()
	for {
		quiet, cancel := context.WithTimeout(ctx, silence)
		said, err := conn.WaitForNotification(quiet)
		over := quiet.Err() != nil
		cancel()
		switch {
		case err == nil:
			heard(said.Payload)
		case ctx.Err() != nil:
			return ctx.Err()
		case !over:
			return err
		default:
			if err := there(ctx, conn); err != nil {
				return err
			}
		}
	}
}

// there asks whether a connection still has somebody at its other end.
func there(ctx context.Context, conn *pgx.Conn) error {
	soon, cancel := context.WithTimeout(ctx, answer)
	defer cancel()
	return conn.Ping(soon)
}
