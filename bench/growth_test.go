package bench

import (
	"crypto/rand"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/key"
)

// pictureVariable names the file that BenchmarkGrowth draws its curves into.
const pictureVariable = "MOOT_BENCH_PICTURE"

// growing is something of which a site comes to have more and more.
type growing struct {
	name  string
	sizes []int
	seed  func(tx *db.Tx, thread int64, n int) error
}

const upTo = `WITH RECURSIVE n (i) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < $1) `

// What is seeded has numbers below 0, so that what is posted comes behind it.
var growths = []growing{
	{"posts in the thread", []int{10, 1_000, 100_000}, func(tx *db.Tx, thread int64, n int) error {
		return tx.Together(
			db.Do(upTo+`INSERT INTO post (number, thread, name, trip, tag, body, sage, gone, at, code)
				SELECT i - 1000000, $2, '', '', 'abcd', 'Ours went up by a third.', $3, $3, 0, $4 FROM n`, n, thread, false, []byte("code")),
			db.Do(`UPDATE thread SET posts = posts + $2 WHERE number = $1`, thread, n))
	}},
	{"threads on the board", []int{10, 1_000, 10_000}, func(tx *db.Tx, thread int64, n int) error {
		return tx.Together(seedThreads(n, `'gr/athens'`)...)
	}},
	{"boards on the site", []int{10, 1_000, 100_000}, func(tx *db.Tx, thread int64, n int) error {
		return tx.Together(append(seedThreads(n, `'gr/place-' || CAST(i AS text)`),
			db.Do(upTo+`INSERT INTO board (place, threads, posts, lively, last_at) SELECT 'gr/place-' || CAST(i AS text), 1, 1, i, 0 FROM n`, n))...)
	}},
}

// seedThreads opens threads, each with its opening post.
func seedThreads(n int, place string) []db.Step {
	return []db.Step{
		db.Do(upTo+`INSERT INTO thread (number, place, region, country, subject, posts, bump, at, last_at, locked)
			SELECT i - 1000000, `+place+`, '', 'gr', '', 1, i - 1000000, 0, 0, $2 FROM n`, n, false),
		db.Do(upTo+`INSERT INTO post (number, thread, name, trip, tag, body, sage, gone, at, code)
			SELECT i - 1000000, i - 1000000, '', '', 'abcd', 'Rents', $2, $2, 0, $3 FROM n`, n, false, []byte("code")),
	}
}

// BenchmarkGrowth measures a reply to a thread, the page of that thread and the
// wall of its board, as what is already there grows: the cost of an act must not
// grow with it. Ratio is the slowest size's median for the smallest's (goal of
// performance.md: 1.3 for a reply).
func BenchmarkGrowth(b *testing.B) {
	var curves []curve
	for _, engine := range dbtest.Engines() {
		for _, g := range growths {
			var sites []grownSite
			for _, size := range g.sizes {
				sites = append(sites, growSite(b, engine, g, size))
			}
			for _, act := range []string{"reply", "read", "wall"} {
				b.Run(fmt.Sprintf("%v/%s/%s", engine, g.name, act), func(b *testing.B) {
					medians := inTurn(b, sites, act, g.sizes)
					curves = append(curves, curve{panel: engine.String() + ", " + g.name, act: act, sizes: g.sizes, medians: medians})
				})
			}
		}
	}
	if path := os.Getenv(pictureVariable); path != "" {
		if err := os.WriteFile(path, draw(curves), 0o644); err != nil {
			b.Fatal(err)
		}
	}
}

// inTurn does one thing on sites of several sizes, in turn, so that what else the
// machine does weighs on all, and reports how long it takes there.
func inTurn(b *testing.B, sites []grownSite, act string, sizes []int) (medians []time.Duration) {
	b.Helper()
	took := make([][]time.Duration, len(sites))
	for range 300 {
		for i, s := range sites {
			start := time.Now()
			if err := s.acts[act](); err != nil {
				b.Fatal(err)
			}
			took[i] = append(took[i], time.Since(start))
		}
	}
	for i, size := range sizes {
		medians = append(medians, median(took[i]))
		b.ReportMetric(float64(medians[i].Microseconds()), fmt.Sprintf("µs-at-%d", size))
	}
	b.ReportMetric(float64(slices.Max(medians))/float64(medians[0]), "ratio")
	b.ReportMetric(0, "ns/op")
	return medians
}

// grownSite is a site on which there is much of something, and what is done there.
type grownSite struct{ acts map[string]func() error }

func growSite(b *testing.B, engine db.Engine, g growing, size int) grownSite {
	b.Helper()
	d := dbtest.Open(b, engine)
	boards := board.New(d, clock.New(), event.New(), gazetteer(), board.Limits{PostLength: 8000})
	athens, _ := gazetteer().ByPath("gr/athens")
	thread := startThread(b, boards)
	who, err := key.Fresh(rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	err = d.Write(b.Context(), func(tx *db.Tx) error {
		if err := g.seed(tx, thread, size); err != nil || engine == db.SQLite {
			return err
		}
		_, err := tx.Exec(`ANALYZE`) // as PostgreSQL does by itself, a minute later
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return grownSite{map[string]func() error{
		"reply": func() error {
			_, err := boards.Reply(b.Context(), who, thread, board.NewPost{Body: fmt.Sprintf(">>%d\nOurs too.", thread)})
			return err
		},
		"read": func() error {
			_, err := boards.Thread(b.Context(), thread, board.Span{Last: board.LastView})
			return err
		},
		"wall": func() error {
			_, err := boards.Threads(b.Context(), athens, 0, board.WallSize)
			return err
		},
	}}
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}
