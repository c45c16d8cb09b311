package replica

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Set is the servers that follow a primary.
type Set struct {
	all  []*Replica
	most time.Duration // that one may be behind
	turn atomic.Uint64 // who is asked next

	mu       sync.Mutex
	original string // the database that they must be copies of; "" until it is known
	stands   stands // of the primary
}

// Replica is one of them.
type Replica struct {
	name string // its host and port
	Pool *sql.DB

	mu     sync.Mutex
	upTo   time.Time     // it has all that the primary had then
	behind time.Duration // at the last look that it answered
	state  state
	leads  bool
	since  time.Time    // that it is left alone
	steady int          // looks in a row that found nothing wrong
	log    *slog.Logger // of the first look, before which it isn't asked
}

// state is whether a replica is asked.
type state int

const (
	unseen state = iota // it wasn't looked at yet
	asked
	leftAlone
)

// Open makes the set of the servers at some addresses, which are asked as long as they
// are no further behind than most. None is asked before Watch has found it in order.
func Open(hosts []*pgx.ConnConfig, most time.Duration) *Set {
	all := &Set{most: most}
	for _, host := range hosts {
		pool := sql.OpenDB(stdlib.GetConnector(*host, stdlib.OptionAfterConnect(all.isCopy)))
		pool.SetMaxOpenConns(connections + 1) // for who looks at it
		pool.SetMaxIdleConns(connections)
		all.all = append(all.all, &Replica{name: net.JoinHostPort(host.Host, strconv.Itoa(int(host.Port))), Pool: pool})
	}
	return all
}

// connections is how many readers may have to each at the most.
const connections = 24

// Full reports whether readers have all connections to it that they may.
func (r *Replica) Full() bool { return r.Pool.Stats().InUse >= connections }

// identity tells a database from every other, and is the same on its copies: the
// cluster, the database in it, and the table in that which every site has.
const identity = `(SELECT system_identifier FROM pg_control_system())
	|| '/' || (SELECT oid FROM pg_database WHERE datname = current_database()) || '/' || coalesce(CAST(CAST(to_regclass('schema_step') AS oid) AS text), 'none')`

var errNoCopy = errors.New("it is no copy of this site's database")

// isCopy looks at each new connection whether it leads to a copy of the primary.
func (all *Set) isCopy(ctx context.Context, conn *pgx.Conn) error {
	var found string
	if err := conn.QueryRow(ctx, `SELECT `+identity).Scan(&found); err != nil {
		return err
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	if found != all.original {
		return errNoCopy
	}
	return nil
}

// Next is the replica that is asked next; nil where none may be.
func (all *Set) Next(now time.Time) *Replica {
	turn := all.turn.Add(1)
	for i := range uint64(len(all.all)) {
		r := all.all[(turn+i)%uint64(len(all.all))]
		r.mu.Lock()
		good := r.state == asked && now.Sub(r.upTo) <= all.most
		r.mu.Unlock()
		if good {
			return r
		}
	}
	return nil
}

// ErrLeads is what is wrong with a replica that was promoted.
var ErrLeads = errors.New("it takes writes, so it follows nobody")
