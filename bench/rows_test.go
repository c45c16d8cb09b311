package bench

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/key"
	"moot/internal/search"
)

// BenchmarkRows writes threads of ten posts as people do, through the use-cases,
// has them indexed, and measures what a post takes in the database, with its
// part of everything: its thread's row, its words in the index, what happened.
func BenchmarkRows(b *testing.B) {
	const threads, posts = 500, 10
	for _, engine := range dbtest.Engines() {
		b.Run(engine.String(), func(b *testing.B) {
			address := "sqlite:" + filepath.Join(b.TempDir(), "moot.db")
			if engine == db.PostgreSQL {
				address = dbtest.Address(b, engine)
			}
			d, err := db.Open(b.Context(), address)
			if err != nil {
				b.Fatal(err)
			}
			defer d.Close()
			if _, _, err := d.Migrate(b.Context()); err != nil {
				b.Fatal(err)
			}
			before := stored(b, d, address)
			outbox, now := event.New(), clock.New()
			boards := board.New(d, now, outbox, gazetteer(), board.Limits{PostLength: 8000})
			w := newWriting()
			var text int
			say := func() string {
				t := w.tongues[w.choose()]
				body := strings.Join(w.body(t), t.between)
				text += len(body)
				return body
			}
			for n := range threads {
				at := w.places[w.busy.Uint64()]
				made, err := boards.Start(b.Context(), key.Anyone, board.NewThread{Place: at, Subject: fmt.Sprintf("What we do, %d", n), NewPost: board.NewPost{Body: say()}})
				for n := 1; n < posts && err == nil; n++ {
					var who key.Actor
					if who, err = key.Fresh(rand.Reader); err == nil {
						_, err = boards.Reply(b.Context(), who, made.Thread, board.NewPost{Body: fmt.Sprintf(">>%d\n%s", made.Number, say())})
					}
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			if err := search.New(d, now, outbox, gazetteer(), boards).CatchUp(b.Context()); err != nil {
				b.Fatal(err)
			}
			each := float64(stored(b, d, address)-before) / (threads * posts)
			b.Logf("%v: %.0f bytes a post, of which its text is %.0f", engine, each, float64(text)/(threads*posts))
			b.ReportMetric(each, "B/post")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// stored is how many bytes a database takes on its disk, its log left out.
func stored(b *testing.B, d *db.DB, address string) (size int64) {
	b.Helper()
	if file, ok := strings.CutPrefix(address, "sqlite:"); ok {
		err := d.Read(b.Context(), func(tx *db.Tx) error {
			return tx.Row(`SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()`).Scan(&size)
		})
		if _, gone := os.Stat(file); err != nil || gone != nil {
			b.Fatal(err, gone)
		}
		return size
	}
	err := d.Read(b.Context(), func(tx *db.Tx) error {
		return tx.Row(`SELECT pg_database_size(current_database())`).Scan(&size)
	})
	if err != nil {
		b.Fatal(err)
	}
	return size
}
