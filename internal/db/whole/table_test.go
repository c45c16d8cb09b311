package whole_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/db/whole"
)

// fill writes a table of every kind, and what refers to it.
func fill(t *testing.T, d *db.DB) []whole.Table {
	t.Helper()
	var tables []whole.Table
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		for _, text := range []string{
			`CREATE TABLE zebra (number bigint PRIMARY KEY, word text, striped boolean, code bytea)`,
			`CREATE TABLE ant (zebra bigint NOT NULL REFERENCES zebra (number))`,
			`INSERT INTO zebra (number, word, striped, code) VALUES (1, 'Ζέβρα', TRUE, NULL), (-9007199254740993, NULL, NULL, NULL)`,
		} {
			if _, err := tx.Exec(text); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(`UPDATE zebra SET code = $1 WHERE number = 1`, []byte{0, 255}); err != nil {
			return err
		}
		all, err := whole.Tables(tx)
		for _, table := range all {
			if table.Name == "zebra" || table.Name == "ant" {
				tables = append(tables, table)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

func TestTablesAreSeenAsTheyWereMade(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		want := []whole.Table{
			{Name: "zebra", Columns: []whole.Column{{Name: "number", Kind: whole.Int}, {Name: "word", Kind: whole.Text}, {Name: "striped", Kind: whole.Bool}, {Name: "code", Kind: whole.Bytes}}},
			{Name: "ant", Columns: []whole.Column{{Name: "zebra", Kind: whole.Int}}},
		}
		if diff := cmp.Diff(want, fill(t, d)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRowsGoOutAndIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		zebra := fill(t, d)[0]
		want := [][]any{{int64(-9007199254740993), nil, nil, nil}, {int64(1), "Ζέβρα", true, []byte{0, 255}}}
		for n := range int64(250) {
			want = append(want, []any{n + 2, "", n%2 == 0, []byte{}})
		}
		var got [][]any
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if err := whole.Clear(tx, zebra); err != nil {
				return err
			}
			if err := whole.Insert(tx, zebra, want); err != nil {
				return err
			}
			if n, err := whole.Count(tx, zebra); n != 252 || err != nil {
				t.Errorf("%d rows, %v", n, err)
			}
			return whole.EachRow(tx, zebra, func(row []any) error { got = append(got, slices.Clone(row)); return nil })
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(got, func(a, b []any) int { return int(a[0].(int64) - b[0].(int64)) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSequencesGoOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			before, err := whole.Sequences(tx)
			if want := map[string]int64{"post_number": 0, "event_number": 0, "job_number": 0}; !maps.Equal(before, want) {
				t.Errorf("before the first: %v", before)
			}
			if err != nil {
				return err
			}
			if err := whole.GoOn(tx, "post_number", 41); err != nil {
				return err
			}
			if err := whole.GoOn(tx, "event_number", 7); err != nil {
				return err
			}
			post, err := tx.Next("post_number")
			if err != nil {
				return err
			}
			var event int64 // numbered as it is stored
			err = tx.Row(`INSERT INTO event (kind, place, thread, post, at) VALUES ('', '', 0, 0, 0) RETURNING number`).Scan(&event)
			if post != 42 || event != 8 {
				t.Errorf("went on with %d and %d", post, event)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return whole.GoOn(tx, "no_such", 1) }); err == nil {
			t.Error("a sequence that isn't there went on")
		}
	})
}

func TestAnOlderSchemaIsMadeWithinATransaction(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		d, err := db.Open(t.Context(), dbtest.Address(t, engine))
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		undone := errors.New("undone")
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return errors.Join(tx.MigrateTo(3), undone) }); err.Error() != undone.Error() {
			t.Errorf("%v: %v", engine, err)
		}
		if v, err := d.Version(t.Context()); v != 0 || err != nil {
			t.Errorf("%v: after it was undone: %d, %v", engine, v, err)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return tx.MigrateTo(3) }); err != nil {
			t.Errorf("%v: %v", engine, err)
		}
		newest, _ := d.Newest()
		if from, to, err := d.Migrate(t.Context()); from != 3 || to != newest || err != nil {
			t.Errorf("%v: from %d to %d, %v", engine, from, to, err)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return tx.MigrateTo(newest + 1) }); !errors.Is(err, db.ErrNewer) {
			t.Errorf("%v: %v", engine, err)
		}
	}
}

func TestALooseReferenceIsNotSound(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	tables := fill(t, d)
	sound := func() error { return d.Read(t.Context(), func(tx *db.Tx) error { return whole.Sound(tx) }) }
	if err := sound(); err != nil {
		t.Errorf("what is sound: %v", err)
	}
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		if _, err := tx.Exec(`CREATE TABLE other (number bigint PRIMARY KEY)`); err != nil {
			return err
		}
		if err := whole.Insert(tx, tables[1], [][]any{{int64(1)}}); err != nil {
			return err
		}
		for _, text := range []string{`PRAGMA writable_schema = ON`, `UPDATE sqlite_master SET sql = 'CREATE TABLE ant (zebra bigint NOT NULL REFERENCES other (number))' WHERE name = 'ant'`, `PRAGMA writable_schema = RESET`} {
			if _, err := tx.Exec(text); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := sound(); err == nil || !strings.Contains(err.Error(), "refer") {
		t.Errorf("a loose reference: %v", err)
	}
}
