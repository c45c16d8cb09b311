package bench

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/key"
	"moot/internal/place"
)

var gazetteer = sync.OnceValue(func() *place.Gazetteer {
	g, err := place.Load()
	if err != nil {
		panic(err)
	}
	return g
})

// BenchmarkPosting compares durable replies a second to one thread with what the
// database does by itself through the same driver, without any of Moot's code:
// one client that commits so many rows at a time, prepared once, as synced as
// Moot's. On PostgreSQL the same from as many connections as there are clients,
// one row a transaction, is told as well.
//
// Goals (performance.md): with 1 client at least 0.5 of the rate at one row a
// transaction; with 64 at least 0.35 of the rate at 64 rows a transaction.
func BenchmarkPosting(b *testing.B) {
	for _, engine := range dbtest.Engines() {
		for _, clients := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("%v/%dclients", engine, clients), func(b *testing.B) {
				bare := openBare(b, engine)
				d := dbtest.Open(b, engine)
				boards := board.New(d, clock.New(), event.New(), gazetteer(), board.Limits{PostLength: 8000})
				thread := startThread(b, boards)
				who, err := key.Fresh(rand.Reader)
				if err != nil {
					b.Fatal(err)
				}
				reply := func(ctx context.Context, n int64) error {
					_, err := boards.Reply(ctx, who, thread, board.NewPost{Body: fmt.Sprintf("Ours went up by a third, number %d. Whose did not?", n)})
					return err
				}
				// Alternately, so that what else the machine does weighs on both.
				var rows, separate, replies float64
				for range 3 {
					rows += float64(clients) * rate(b, 1, bare.rows(clients))
					replies += rate(b, clients, reply)
					if engine == db.PostgreSQL {
						separate += rate(b, clients, bare.rows(1))
					}
				}
				b.ReportMetric(rows/3, "rows/s")
				b.ReportMetric(replies/3, "replies/s")
				b.ReportMetric(replies/rows, "ratio")
				if engine == db.PostgreSQL {
					b.ReportMetric(separate/3, "separate-rows/s")
				}
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// bare is a database used as a program would that wants nothing but to keep
// rows: database/sql, a prepared statement, a transaction.
type bare struct {
	pool   *sql.DB
	insert *sql.Stmt
}

func openBare(b *testing.B, engine db.Engine) bare {
	b.Helper()
	driver, address := "pgx", dbtest.Address(b, engine)
	if engine == db.SQLite {
		driver = "sqlite"
		settings := url.Values{"_txlock": {"immediate"}, "_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "secure_delete(1)", "cache_size(-16000)"}}
		address = "file:" + strings.TrimPrefix(address, "sqlite:") + "?" + settings.Encode()
	}
	pool, err := sql.Open(driver, address)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { pool.Close() })
	pool.SetMaxIdleConns(64)
	if _, err := pool.Exec(`CREATE TABLE kept (number bigint PRIMARY KEY, body text NOT NULL)`); err != nil {
		b.Fatal(err)
	}
	insert, err := pool.Prepare(`INSERT INTO kept (number, body) VALUES ($1, $2)`)
	if err != nil {
		b.Fatal(err)
	}
	return bare{pool, insert}
}

// rows is an act that commits so many rows.
func (k bare) rows(n int) func(context.Context, int64) error {
	return func(ctx context.Context, _ int64) error {
		tx, err := k.pool.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback() // does nothing after a commit
		insert := tx.StmtContext(ctx, k.insert)
		for range n {
			if _, err := insert.ExecContext(ctx, counter.Add(1), "a row of about the size of a post, which is to say of a few dozen words or so"); err != nil {
				return err
			}
		}
		return tx.Commit()
	}
}

func startThread(b *testing.B, boards *board.Boards) int64 {
	b.Helper()
	athens, _ := gazetteer().ByPath("gr/athens")
	made, err := boards.Start(b.Context(), key.Anyone, board.NewThread{Place: athens, NewPost: board.NewPost{Body: "Rents"}})
	if err != nil {
		b.Fatal(err)
	}
	return made.Thread
}

var counter atomic.Int64

// rate runs an act from so many clients for a second, and returns how often a
// second it was done.
func rate(b *testing.B, clients int, act func(context.Context, int64) error) float64 {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), time.Second)
	defer cancel()
	var done atomic.Int64
	var wg sync.WaitGroup
	start := time.Now()
	for range clients {
		wg.Go(func() {
			for ctx.Err() == nil {
				if err := act(context.WithoutCancel(ctx), counter.Add(1)); err != nil {
					b.Error(err)
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(done.Load()) / time.Since(start).Seconds()
}
