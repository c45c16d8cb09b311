package bench

import (
	"context"
	"crypto/rand"
	"fmt"
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

// BenchmarkPosting compares durable replies a second with what the database
// does by itself through the same driver: one row in a transaction of its own
// for each client. Ratio is replies for each of those rows.
//
// Goals (performance.md): with 1 client at least 0.5; with 64 at least 0.35 of
// the rate at 64 rows a transaction, which is what "shared" measures.
func BenchmarkPosting(b *testing.B) {
	for _, engine := range dbtest.Engines() {
		for _, clients := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("%v/%dclients", engine, clients), func(b *testing.B) {
				d := dbtest.Open(b, engine)
				boards := board.New(d, clock.New(), event.New(), gazetteer(), board.Limits{PostLength: 8000})
				thread := startThread(b, boards)
				who, err := key.Fresh(rand.Reader)
				if err != nil {
					b.Fatal(err)
				}
				row := func(ctx context.Context, n int64) error {
					return d.Write(ctx, func(tx *db.Tx) error {
						_, err := tx.Exec(`INSERT INTO secret (name, value) VALUES ($1, $2)`, fmt.Sprint(n), []byte("a row of about the size of a post, which is to say of a few dozen words or so"))
						return err
					})
				}
				reply := func(ctx context.Context, n int64) error {
					_, err := boards.Reply(ctx, who, thread, board.NewPost{Body: fmt.Sprintf("Ours went up by a third, number %d. Whose did not?", n)})
					return err
				}
				// Alternately, so that what else the machine does weighs on both.
				var rows, replies float64
				for range 3 {
					rows += rate(b, clients, row)
					replies += rate(b, clients, reply)
				}
				b.ReportMetric(rows/3, "rows/s")
				b.ReportMetric(replies/3, "replies/s")
				b.ReportMetric(replies/rows, "ratio")
				b.ReportMetric(0, "ns/op")
			})
		}
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
