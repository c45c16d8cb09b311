package bench

import (
	"crypto/rand"
	"fmt"
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

// BenchmarkGrowth compares a reply in a thread of 10 posts with one in a
// thread of 10,000, and the pages of both: the cost of an act must not grow
// with what already exists. Ratio is the large one's median for the small
// one's.
func BenchmarkGrowth(b *testing.B) {
	for _, engine := range dbtest.Engines() {
		d := dbtest.Open(b, engine)
		boards := board.New(d, clock.New(), event.New(), gazetteer(), board.Limits{PostLength: 8000})
		small, large := startThread(b, boards), startThread(b, boards)
		who, err := key.Fresh(rand.Reader)
		if err != nil {
			b.Fatal(err)
		}
		reply := func(thread int64) {
			if _, err := boards.Reply(b.Context(), who, thread, board.NewPost{Body: fmt.Sprintf(">>%d\nOurs too.", thread)}); err != nil {
				b.Fatal(err)
			}
		}
		for range 10 {
			reply(small)
		}
		fill(b, d, large, 10_000)
		read := func(thread int64) {
			if _, err := boards.Thread(b.Context(), thread, board.Span{Last: board.LastView}); err != nil {
				b.Fatal(err)
			}
		}
		for name, act := range map[string]func(int64){"reply": reply, "read": read} {
			b.Run(fmt.Sprintf("%v/%s", engine, name), func(b *testing.B) {
				var few, many []time.Duration
				for range 300 {
					few = append(few, timed(act, small))
					many = append(many, timed(act, large))
				}
				b.ReportMetric(float64(median(few).Microseconds()), "µs-10-posts")
				b.ReportMetric(float64(median(many).Microseconds()), "µs-10000-posts")
				b.ReportMetric(float64(median(many))/float64(median(few)), "ratio")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// fill adds posts to a thread in one transaction.
func fill(b *testing.B, d *db.DB, thread int64, posts int) {
	b.Helper()
	err := d.Write(b.Context(), func(tx *db.Tx) error {
		for range posts {
			n, err := tx.Next("post_number")
			if err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO post (number, thread, name, trip, tag, body, sage, gone, at, code) VALUES ($1, $2, '', '', 'abcd', 'Ours went up by a third.', $3, $3, 0, $4)`, n, thread, false, []byte("code")); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`UPDATE thread SET posts = posts + $2 WHERE number = $1`, thread, posts)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

func timed(act func(int64), thread int64) time.Duration {
	start := time.Now()
	act(thread)
	return time.Since(start)
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}
