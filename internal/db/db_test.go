package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/fault"
)

func count(t *testing.T, d *db.DB, query string, args ...any) (n int) {
	t.Helper()
	err := d.Read(t.Context(), func(tx *db.Tx) error { return tx.Row(query, args...).Scan(&n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func keep(tx *db.Tx, name string) error {
	_, err := tx.Exec(`INSERT INTO secret (name, value) VALUES ($1, $2)`, name, []byte(name))
	return err
}

func TestWriteIsWholeOrAbsent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		refused := errors.New("no")
		effects := 0
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			tx.After(func() { effects++ })
			if err := keep(tx, "half"); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) || effects != 0 || count(t, d, `SELECT count(*) FROM secret`) != 0 {
			t.Errorf("after a refusal: %v, %d effects, %d rows", err, effects, count(t, d, `SELECT count(*) FROM secret`))
		}
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			tx.After(func() { effects++ })
			return keep(tx, "whole")
		})
		if err != nil || effects != 1 || count(t, d, `SELECT count(*) FROM secret`) != 1 {
			t.Errorf("after a commit: %v, %d effects", err, effects)
		}
	})
}

// Many writers at once share commits on SQLite; one that fails, or panics,
// must take nobody with it.
func TestWritesThatShareACommitFailAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const writers, each = 16, 20
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					name := fmt.Sprintf("%d/%d", w, i)
					err := d.Write(context.Background(), func(tx *db.Tx) error {
						if err := keep(tx, name); err != nil {
							return err
						}
						if i%4 == 3 {
							return errors.New("refused")
						}
						return nil
					})
					if (err != nil) != (i%4 == 3) {
						t.Errorf("write %s: %v", name, err)
					}
				}
			})
		}
		wg.Wait()
		if got, want := count(t, d, `SELECT count(*) FROM secret`), writers*each*3/4; got != want {
			t.Errorf("%d rows, want %d", got, want)
		}
	})
}

func TestPanicUndoesAndReachesTheCaller(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		func() {
			defer func() {
				if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "on purpose") {
					t.Errorf("recovered %v", p)
				}
			}()
			d.Write(t.Context(), func(tx *db.Tx) error {
				if err := keep(tx, "panicked"); err != nil {
					return err
				}
				panic("on purpose")
			})
		}()
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return keep(tx, "next") }); err != nil {
			t.Fatalf("the write after a panic: %v", err)
		}
		if n := count(t, d, `SELECT count(*) FROM secret`); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
	})
}

func TestReadCannotWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Read(t.Context(), func(tx *db.Tx) error { return keep(tx, "sneaky") })
		if err == nil || count(t, d, `SELECT count(*) FROM secret`) != 0 {
			t.Errorf("a Read wrote: %v", err)
		}
	})
}

// Each reader holds a connection, all connections are held, and each asks what
// nobody has asked yet.
func TestReadersThatHoldAllConnectionsAreAnswered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		most := d.Stats().Most
		var begun, all sync.WaitGroup
		begun.Add(most)
		for reader := range most {
			all.Go(func() {
				err := d.Read(ctx, func(tx *db.Tx) error {
					begun.Done()
					begun.Wait()
					for range 2 {
						var n int
						if err := tx.Row(fmt.Sprintf(`SELECT %d + CAST($1 AS integer)`, reader), 1).Scan(&n); err != nil || n != reader+1 {
							return fmt.Errorf("%d: %w", n, err)
						}
					}
					return nil
				})
				if err != nil {
					t.Errorf("reader %d: %v", reader, err)
				}
			})
		}
		all.Wait()
	})
}

func TestNumbersAreDrawnOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var mu sync.Mutex
		drawn := map[int64]bool{}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 20 {
					var n int64
					err := d.Write(context.Background(), func(tx *db.Tx) (err error) {
						n, err = tx.Next("post_number")
						return err
					})
					mu.Lock()
					if err != nil || n < 1 || drawn[n] {
						t.Errorf("drew %d: %v", n, err)
					}
					drawn[n] = true
					mu.Unlock()
				}
			})
		}
		wg.Wait()
	})
}

func TestACallerWhoHungUpIsNotWritten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := d.Write(gone, func(tx *db.Tx) error { return keep(tx, "ghost") }); !errors.Is(err, context.Canceled) {
			t.Errorf("write of a caller who hung up: %v", err)
		}
		if n := count(t, d, `SELECT count(*) FROM secret`); n != 0 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestClosedIsUnavailable(t *testing.T) {
	d, err := db.Open(t.Context(), dbtest.Address(t, db.SQLite))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	err = d.Write(t.Context(), func(*db.Tx) error { return nil })
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("write after close: %v", err)
	}
}

func TestWhatWasWrittenIsThereAfterReopening(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		t.Run(engine.String(), func(t *testing.T) {
			address := dbtest.Address(t, engine)
			for i := range 3 {
				d, err := db.Open(t.Context(), address)
				if err != nil {
					t.Fatal(err)
				}
				if _, _, err := d.Migrate(t.Context()); err != nil {
					t.Fatal(err)
				}
				if err := d.Write(t.Context(), func(tx *db.Tx) error { return keep(tx, strconv.Itoa(i)) }); err != nil {
					t.Fatal(err)
				}
				if n := count(t, d, `SELECT count(*) FROM secret`); n != i+1 {
					t.Errorf("opened %d times: %d rows", i+1, n)
				}
				if err := d.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestAddressesThatNobodyCanOpen(t *testing.T) {
	for _, address := range []string{"", "moot.db", "mysql://x/y", "sqlite:", "sqlite:" + filepath.Join(t.TempDir(), "missing", "moot.db"), "postgres://nobody:hush@127.0.0.1:1/none", "postgres://127.0.0.1:1/none?password=hush", "postgres://nobody:hush%zz@127.0.0.1:1/none"} {
		d, err := db.Open(t.Context(), address)
		if err == nil {
			d.Close()
			t.Errorf("opened %q", address)
		} else if strings.Contains(err.Error(), "hush") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}

func TestTheFileIsItsOwnersAlone(t *testing.T) {
	address := dbtest.Address(t, db.SQLite)
	d, err := db.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	info, err := os.Stat(strings.TrimPrefix(address, "sqlite:"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// Settings that durability and deletion rest on (security.md, decisions 7 and 8).
func TestSQLiteIsSetAsPromised(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		for setting, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1", "secure_delete": "1", "trusted_schema": "0"} {
			var got string
			if err := tx.Row("PRAGMA " + setting).Scan(&got); err != nil || got != want {
				t.Errorf("%s = %s, %v; want %s", setting, got, err, want)
			}
		}
		var version string
		if err := tx.Row("SELECT sqlite_version()").Scan(&version); err != nil {
			return err
		}
		var major, minor, patch int
		fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch)
		if major*1e6+minor*1e3+patch < 3_051_003 {
			t.Errorf("SQLite %s has the WAL-reset bug; want 3.51.3 or newer", version)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
