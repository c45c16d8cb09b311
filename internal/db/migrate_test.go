package db

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// engines opens an empty database on each engine there is. It does by hand
// what dbtest does, since dbtest imports this package.
func engines(t *testing.T, test func(t *testing.T, open func() *DB)) {
	t.Run("sqlite", func(t *testing.T) {
		test(t, func() *DB { return opened(t, "sqlite:"+filepath.Join(t.TempDir(), "moot.db")) })
	})
	server := os.Getenv("MOOT_TEST_POSTGRES")
	if server == "" {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		n := 0
		test(t, func() *DB {
			n++
			name := "migrate_" + strings.ToLower(strings.ReplaceAll(t.Name(), "/", "_")) + "_" + string(rune('a'+n))
			d := opened(t, server+"&search_path="+name)
			for _, statement := range []string{"DROP SCHEMA IF EXISTS " + name + " CASCADE", "CREATE SCHEMA " + name} {
				if _, err := d.pool.Exec(statement); err != nil {
					t.Fatal(err)
				}
			}
			return d
		})
	})
}

func opened(t *testing.T, address string) *DB {
	t.Helper()
	d, err := Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// shape is every column and index of the schema, as the engine tells it.
func shape(t *testing.T, d *DB) (lines []string) {
	t.Helper()
	query := `SELECT coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1`
	if d.engine == PostgreSQL {
		query = `SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') FROM information_schema.columns WHERE table_schema = current_schema()
			UNION ALL SELECT replace(indexdef, current_schema(), '') FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1`
	}
	err := d.Read(t.Context(), func(tx *Tx) (err error) {
		lines, err = All(tx, func(scan Scan) (line string, err error) { return line, scan(&line) }, query)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestMigrationsClimbFromEveryEarlierSchema(t *testing.T) {
	engines(t, func(t *testing.T, open func() *DB) {
		fresh := open()
		steps, err := story(schema, fresh.engine)
		if err != nil {
			t.Fatal(err)
		}
		if from, to, err := fresh.Migrate(t.Context()); err != nil || from != 0 || to != len(steps) {
			t.Fatalf("fresh: from %d to %d, %v", from, to, err)
		}
		want := shape(t, fresh)
		for stop := range steps {
			d := open()
			if _, _, err := d.climb(t.Context(), steps[:stop]); err != nil {
				t.Fatalf("up to %d: %v", stop, err)
			}
			if from, to, err := d.Migrate(t.Context()); err != nil || from != stop || to != len(steps) {
				t.Fatalf("from %d: went from %d to %d, %v", stop, from, to, err)
			}
			if got := shape(t, d); !slices.Equal(got, want) {
				t.Errorf("climbing from %d ends elsewhere:\n%s\nwant\n%s", stop, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
		if from, to, err := fresh.Migrate(t.Context()); err != nil || from != to {
			t.Errorf("a second Migrate went from %d to %d, %v", from, to, err)
		}
	})
}

func TestANewerSchemaIsRefusedUntouched(t *testing.T) {
	engines(t, func(t *testing.T, open func() *DB) {
		d := open()
		_, to, err := d.Migrate(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		err = d.Write(t.Context(), func(tx *Tx) error {
			_, err := tx.Exec(`INSERT INTO schema_step (version, name) VALUES ($1, 'from the future')`, to+1)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		before := shape(t, d)
		if _, _, err := d.Migrate(t.Context()); !errors.Is(err, ErrNewer) {
			t.Errorf("a newer schema: %v", err)
		}
		if !slices.Equal(shape(t, d), before) {
			t.Error("a refused schema was changed")
		}
	})
}

func TestABrokenStepLeavesTheStepBeforeIt(t *testing.T) {
	engines(t, func(t *testing.T, open func() *DB) {
		d := open()
		files := fstest.MapFS{
			"schema/0001_one.sql": {Data: []byte(`CREATE TABLE one (n bigint PRIMARY KEY); CREATE TABLE other (n bigint)`)},
			"schema/0002_two.sql": {Data: []byte(`CREATE TABLE two (n bigint PRIMARY KEY); INSERT INTO nowhere (n) VALUES (1)`)},
		}
		steps, err := story(files, d.engine)
		if err != nil {
			t.Fatal(err)
		}
		if _, to, err := d.climb(t.Context(), steps); err == nil || to != 1 {
			t.Errorf("a broken second step: at %d, %v", to, err)
		}
		if version, err := d.Version(context.Background()); err != nil || version != 1 {
			t.Errorf("version %d, %v", version, err)
		}
		if all := strings.Join(shape(t, d), "\n"); strings.Contains(all, "two") {
			t.Errorf("half a step stayed:\n%s", all)
		}
	})
}

func TestTheStoryHasNoGaps(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"gap":     {"schema/0001_a.sql": {}, "schema/0003_c.sql": {}},
		"doubled": {"schema/0001_a.sql": {}, "schema/0001_b.sql": {}},
		"unnamed": {"schema/first.sql": {}},
	} {
		if steps, err := story(files, SQLite); err == nil {
			t.Errorf("%s: accepted as %v", name, steps)
		}
	}
	for _, engine := range []Engine{SQLite, PostgreSQL} {
		if _, err := story(schema, engine); err != nil {
			t.Error(err)
		}
	}
}

// A reader's cursor holds a number: one that is given again would be behind it.
func TestEventsAreNumberedOnAfterTheirTableIsMadeAnew(t *testing.T) {
	engines(t, func(t *testing.T, open func() *DB) {
		d := open()
		steps, err := story(schema, d.engine)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.climb(t.Context(), steps[:8]); err != nil {
			t.Fatal(err)
		}
		const columns = `kind, place, thread, post, at) VALUES (`
		err = d.Write(t.Context(), func(tx *Tx) error {
			for range 5 {
				n, err := tx.Next("event_number")
				if err != nil {
					return err
				}
				if _, err := tx.Exec(`INSERT INTO event (number, `+columns+`$1, 'post.added', '', 1, 1, 1)`, n); err != nil {
					return err
				}
			}
			_, err := tx.Exec(`DELETE FROM event WHERE number > 2`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := d.climb(t.Context(), steps); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"1 2 6", "7"} {
			var numbers []string
			err = d.Write(t.Context(), func(tx *Tx) (err error) {
				if _, err := tx.Exec(`INSERT INTO event (` + columns + `'post.added', '', 1, 1, 1)`); err != nil {
					return err
				}
				numbers, err = All(tx, func(scan Scan) (n string, err error) { return n, scan(&n) }, `SELECT CAST(number AS text) FROM event ORDER BY number`)
				if err == nil {
					_, err = tx.Exec(`DELETE FROM event`)
				}
				return err
			})
			if got := strings.Join(numbers, " "); err != nil || got != want {
				t.Errorf("numbers %s, want %s, %v", got, want, err)
			}
		}
	})
}
