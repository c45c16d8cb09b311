package whole

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"moot/internal/db"
)

// Kind is what a column holds.
type Kind string

const (
	Int   Kind = "int"   // int64
	Text  Kind = "text"  // string
	Bool  Kind = "bool"  // bool
	Bytes Kind = "bytes" // []byte
	Other Kind = "other" // what one engine has for itself
)

// kinds are the types of the schema's text, which both engines give back as
// they were written.
var kinds = map[string]Kind{"bigint": Int, "integer": Int, "text": Text, "boolean": Bool, "bytea": Bytes}

// Column is a column of a table.
type Column struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
}

// Table is a table as the database has it, for those few who copy tables
// whatever is in them.
type Table struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`
}

// quoted is a name in a statement.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// list is the table's columns in a statement.
func (t Table) list() string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = quoted(c.Name)
	}
	return strings.Join(names, ", ")
}

// columnsOf lists the columns of all tables in the order in which they were
// made: a table comes after those that it refers to.
var columnsOf = map[db.Engine]string{
	db.SQLite: `SELECT m.name, c.name, lower(c.type) FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.rowid, c.cid`,
	db.PostgreSQL: `SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = to_regnamespace(current_schema()) AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.oid, a.attnum`,
}

// Tables lists the tables of the database, each after those it refers to.
func Tables(tx *db.Tx) ([]Table, error) {
	var tables []Table
	_, err := db.All(tx, func(scan db.Scan) (_ struct{}, err error) {
		var table, column, written string
		if err := scan(&table, &column, &written); err != nil {
			return struct{}{}, err
		}
		if len(tables) == 0 || tables[len(tables)-1].Name != table {
			tables = append(tables, Table{Name: table})
		}
		kind, known := kinds[written]
		if !known {
			kind = Other
		}
		last := &tables[len(tables)-1]
		last.Columns = append(last.Columns, Column{column, kind})
		return struct{}{}, nil
	}, columnsOf[tx.Engine()])
	return tables, err
}

// Count is how many rows a table has.
func Count(tx *db.Tx, t Table) (n int64, err error) {
	return n, tx.Row(`SELECT count(*) FROM ` + quoted(t.Name)).Scan(&n)
}

// EachRow gives see every row of a table, in no order: for each column nil or
// the Go value of its Kind. The slice is see's only until it returns.
func EachRow(tx *db.Tx, t Table, see func(row []any) error) error {
	cells := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		switch c.Kind {
		case Int:
			cells[i] = new(sql.NullInt64)
		case Text:
			cells[i] = new(sql.NullString)
		case Bool:
			cells[i] = new(sql.NullBool)
		case Bytes:
			cells[i] = new(any) // SQLite's driver gives an empty one as a nil slice, which is not NULL
		default:
			return fmt.Errorf("whole: the column %s.%s is of a kind that only one engine has", t.Name, c.Name)
		}
	}
	rows, err := tx.Rows(`SELECT ` + t.list() + ` FROM ` + quoted(t.Name))
	if err != nil {
		return err
	}
	defer rows.Close()
	row := make([]any, len(cells))
	for rows.Next() {
		if err := rows.Scan(cells...); err != nil {
			return err
		}
		for i, cell := range cells {
			row[i] = value(cell)
		}
		if err := see(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// value is what a cell was scanned into.
func value(cell any) any {
	switch c := cell.(type) {
	case *sql.NullInt64:
		if c.Valid {
			return c.Int64
		}
	case *sql.NullString:
		if c.Valid {
			return c.String
		}
	case *sql.NullBool:
		if c.Valid {
			return c.Bool
		}
	case *any:
		if b, ok := (*c).([]byte); ok {
			return append([]byte{}, b...)
		}
	}
	return nil
}

// insertAtOnce is how many rows one statement of Insert holds: enough that a
// server far away doesn't make it slow, and few enough for every engine's limit
// on parameters.
const insertAtOnce = 100

// Insert writes rows as EachRow gives them.
func Insert(tx *db.Tx, t Table, rows [][]any) error {
	for len(rows) > 0 {
		n := insertAtOnce
		if len(rows) < n {
			n = 1 // so that there are two texts of a table's statement, and no more
		}
		var text strings.Builder
		text.WriteString(`INSERT INTO ` + quoted(t.Name) + ` (` + t.list() + `) VALUES `)
		args := make([]any, 0, n*len(t.Columns))
		for i, row := range rows[:n] {
			if len(row) != len(t.Columns) {
				return fmt.Errorf("whole: a row of %s has %d values, not %d", t.Name, len(row), len(t.Columns))
			}
			for j, v := range row {
				text.WriteString(map[bool]string{true: "(", false: ", "}[j == 0])
				args = append(args, v)
				fmt.Fprintf(&text, "$%d", len(args))
			}
			text.WriteString(map[bool]string{true: ")", false: "), "}[i == n-1])
		}
		if _, err := tx.Exec(text.String(), args...); err != nil {
			return fmt.Errorf("writing rows of %s: %w", t.Name, err)
		}
		rows = rows[n:]
	}
	return nil
}

// Clear deletes every row of a table.
func Clear(tx *db.Tx, t Table) error {
	_, err := tx.Exec(`DELETE FROM ` + quoted(t.Name))
	return err
}

// Sequences are the numbers that were drawn last, by the name that Tx.Next takes.
// On PostgreSQL they may be ahead of what the transaction sees, and are never
// behind it.
func Sequences(tx *db.Tx) (map[string]int64, error) {
	query := `SELECT name, last FROM sequence`
	switch {
	case tx.Engine() == db.SQLite:
		var tables int // numbers given as a row is stored; there are none in an older schema
		if err := tx.Row(`SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'`).Scan(&tables); err != nil {
			return nil, err
		}
		if tables > 0 {
			query += ` UNION ALL SELECT name || '_number', seq FROM sqlite_sequence`
		}
	default:
		query = `SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = current_schema()`
	}
	drawn := map[string]int64{}
	_, err := db.All(tx, func(scan db.Scan) (_ struct{}, err error) {
		var name string
		var last int64
		err = scan(&name, &last)
		drawn[name] = last
		return struct{}{}, err
	}, query)
	return drawn, err
}

// GoOn has a sequence go on behind the number that was drawn last; 0 is
// before its first.
func GoOn(tx *db.Tx, sequence string, last int64) error {
	if tx.Engine() == db.PostgreSQL {
		_, err := tx.Exec(`SELECT setval($1, $2, $3)`, sequence, max(last, 1), last > 0)
		return err
	}
	changed, err := tx.Exec(`UPDATE sequence SET last = $2 WHERE name = $1`, sequence, last)
	if err == nil && changed == 0 { // or it is given by a table as a row is stored
		changed, err = tx.Exec(`UPDATE sqlite_sequence SET seq = $2 WHERE name || '_number' = $1`, sequence, last)
	}
	if err == nil && changed == 0 {
		err = fmt.Errorf("whole: there is no sequence %q", sequence)
	}
	return err
}

// Sound reports what is wrong within the database where an engine can tell:
// SQLite looks at every page, every index and every reference.
func Sound(tx *db.Tx) error {
	if tx.Engine() == db.PostgreSQL {
		return nil // it refuses what breaks a reference, and its pages are its own affair
	}
	said, err := db.All(tx, func(scan db.Scan) (line string, err error) { return line, scan(&line) }, `PRAGMA integrity_check(5)`)
	if err != nil {
		return err
	}
	if len(said) != 1 || said[0] != "ok" {
		return errors.New("the database is damaged: " + strings.Join(said, "; "))
	}
	loose, err := db.All(tx, func(scan db.Scan) (table string, err error) {
		var ignored any
		return table, scan(&table, &ignored, &ignored, &ignored)
	}, `PRAGMA foreign_key_check`)
	if err == nil && len(loose) > 0 {
		err = fmt.Errorf("%d rows refer to what isn't there, the first of %s", len(loose), loose[0])
	}
	return err
}

// Empty reports whether a database holds nothing, not even a schema.
func Empty(ctx context.Context, d *db.DB) (empty bool, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error {
		tables, err := Tables(tx)
		empty = len(tables) == 0
		return err
	})
	return empty, err
}
