package db_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/db/dbtest"
)

const keeping = `INSERT INTO secret (name, value) VALUES ($1, $2)`

func TestWhatIsSentTogetherRunsInItsOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var drawn []int64
		var found, before []string
		named := func(names *[]string) func(db.Scan) error {
			return func(scan db.Scan) error {
				var name string
				err := scan(&name)
				*names = append(*names, name)
				return err
			}
		}
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if err := tx.Later(db.Do(keeping, "b", []byte("2")), db.Do(keeping, "a", []byte("1"))); err != nil {
				return err
			}
			if err := tx.Together(
				db.Draw("post_number", 3, func(n int64) { drawn = append(drawn, n) }),
				db.Hold(named(&found), `SELECT name FROM secret WHERE name <> $1 ORDER BY name`, "z"),
				db.Do(keeping, "c", nil),
			); err == nil {
				t.Error("a row without a value was kept")
			}
			return errors.New("undone")
		})
		if err == nil || !slices.Equal(found, []string{"a", "b"}) || len(drawn) != 3 || !slices.IsSorted(drawn) {
			t.Errorf("found %v, drew %v, %v", found, drawn, err)
		}
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			next, err := tx.Next("post_number")
			if slices.Contains(drawn, next) && d.Engine() == db.PostgreSQL {
				t.Errorf("%d was drawn twice", next)
			}
			return errors.Join(err, tx.Later(db.Do(keeping, "d", []byte("4"))))
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Read(t.Context(), func(tx *db.Tx) error {
			return tx.Together(db.Ask(named(&before), `SELECT name FROM secret`))
		}); err != nil || !slices.Equal(before, []string{"d"}) {
			t.Errorf("kept %v, %v", before, err)
		}
	})
}

// A statement that nobody waits for must not fail unseen.
func TestWhatFailsLaterFailsTheWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		twice := func(tx *db.Tx) error {
			return tx.Later(db.Do(keeping, "once", []byte("1")), db.Do(keeping, "once", []byte("2")))
		}
		for name, write := range map[string]func(*db.Tx) error{
			"at the commit": twice,
			"at a query": func(tx *db.Tx) error {
				var n int
				return errors.Join(twice(tx), tx.Row(`SELECT count(*) FROM secret`).Scan(&n))
			},
			"and is passed over": func(tx *db.Tx) error {
				twice(tx)
				tx.Exec(keeping, "other", []byte("3"))
				return nil
			},
		} {
			if name == "and is passed over" && d.Engine() == db.SQLite {
				continue // which goes on after a statement that failed, if it is told to
			}
			effects := 0
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				tx.After(func() { effects++ })
				return write(tx)
			})
			if !db.Taken(err) || effects != 0 {
				t.Errorf("%s: %v, %d effects", name, err, effects)
			}
			if n := count(t, d, `SELECT count(*) FROM secret`); n != 0 {
				t.Errorf("%s: %d rows", name, n)
			}
		}
	})
}

// gathered is what a test gathers: a name to keep, unless that can't be.
type gathered struct{ name string }

func TestWhatIsGatheredSharesATransactionAndFailsAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var mu sync.Mutex
		most := 0
		crowd := make(chan struct{}) // the first waits until the others do
		g := db.Gather(d, 8, func(tx *db.Tx, all []*gathered) error {
			<-crowd
			mu.Lock()
			most = max(most, len(all))
			mu.Unlock()
			for _, one := range all {
				if strings.Contains(one.name, "panic") {
					panic("on purpose: " + one.name)
				}
				if err := tx.Later(db.Do(keeping, one.name, []byte(one.name))); err != nil {
					return err
				}
			}
			return nil
		})
		names := []string{"a", "b", "a", "c", "panic", "d", "e", "f", "g", "h", "i", "j", "k", "l"}
		errs := make([]error, len(names))
		panicked := 0
		var wg sync.WaitGroup
		for i, name := range names {
			wg.Go(func() {
				defer func() {
					if p := recover(); p != nil {
						mu.Lock()
						panicked++
						mu.Unlock()
						if name != "panic" {
							t.Errorf("%s panicked: %v", name, p)
						}
					}
				}()
				errs[i] = g.Write(context.Background(), &gathered{name: name})
			})
		}
		for g.Waiting() < len(names)-8 { // at the most 8 of them are being written
			time.Sleep(time.Millisecond)
		}
		close(crowd)
		wg.Wait()
		refused := 0
		for i, err := range errs {
			if err != nil {
				refused++
				if names[i] != "a" || !db.Taken(err) {
					t.Errorf("%s: %v", names[i], err)
				}
			}
		}
		if n := count(t, d, `SELECT count(*) FROM secret`); refused != 1 || panicked != 1 || n != 12 {
			t.Errorf("%d refused, %d panicked, %d rows", refused, panicked, n)
		}
		if most < 2 || most > 8 {
			t.Errorf("%d in one transaction at the most, of up to 8", most)
		}
	})
}

func TestWhoHungUpIsNotGathered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		g := db.Gather(d, 8, func(tx *db.Tx, all []*gathered) error {
			for _, one := range all {
				if err := keep(tx, one.name); err != nil {
					return err
				}
			}
			return nil
		})
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := g.Write(gone, &gathered{name: "ghost"}); !errors.Is(err, context.Canceled) {
			t.Errorf("of a caller who hung up: %v", err)
		}
		if err := g.Write(t.Context(), &gathered{name: "here"}); err != nil {
			t.Error(err)
		}
		if n := count(t, d, `SELECT count(*) FROM secret WHERE name = 'ghost'`); n != 0 {
			t.Errorf("%d rows", n)
		}
	})
}
