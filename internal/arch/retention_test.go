package arch

import (
	"fmt"
	"strings"
	"testing"

	"moot/internal/backup"
	"moot/internal/db"
	"moot/internal/db/dbtest"
)

// columnsOf asks each engine in its own words.
var columnsOf = map[db.Engine]string{
	db.SQLite: `SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY 1`,
	db.PostgreSQL: `SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = current_schema() ORDER BY 1`,
}

// columns are those of a database of the newest schema: "post.body".
func columns(t *testing.T, engine db.Engine) []string {
	t.Helper()
	var all []string
	err := dbtest.Open(t, engine).Read(t.Context(), func(tx *db.Tx) (err error) {
		all, err = db.All(tx, func(scan db.Scan) (name string, err error) { return name, scan(&name) }, columnsOf[engine])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("%v has %d columns: this looks at the wrong database", engine, len(all))
	}
	return all
}

// retentionLaw compares the columns of each engine with the rows that say what
// is kept of whom and how long.
func retentionLaw(engines [][]string, table [][]string) (complaints []string) {
	said, there := map[string]bool{}, map[string]bool{}
	for _, row := range table {
		if name := code(row[0]); said[name] {
			complaints = append(complaints, "docs/retention.md has two rows for "+name+": leave the one that is true")
		}
		said[code(row[0])] = true
	}
	for _, list := range engines {
		for _, name := range list {
			if !said[name] && !there[name] {
				complaints = append(complaints, "the column "+name+" has no row in docs/retention.md: say there what it is, about whom, how long it is kept, and whether it is in backups. If you can't say how long, don't keep it")
			}
			there[name] = true
		}
	}
	for name := range said {
		if !there[name] {
			complaints = append(complaints, "docs/retention.md has a row for "+name+", which is no column: take it out")
		}
	}
	return complaints
}

func TestEveryColumnSaysHowLongItIsKept(t *testing.T) {
	var engines [][]string
	for _, e := range dbtest.Engines() {
		engines = append(engines, columns(t, e))
	}
	table, complaints := rows(project(t)["docs/retention.md"], "column")
	obeyed(t, append(complaints, retentionLaw(engines, table)...))
}

// copiesLaw compares what the rows say of backups with what a backup leaves
// out, which it does by whole tables.
func copiesLaw(table [][]string, left func(table string) bool) (complaints []string) {
	for _, row := range table {
		name := code(row[0])
		of, _, _ := strings.Cut(name, ".")
		if said := row[len(row)-1] == "no"; said != left(of) {
			complaints = append(complaints, fmt.Sprintf("docs/retention.md says of %s that it is in backups: %s; the table left in internal/backup/form.go says otherwise: make them agree", name, row[len(row)-1]))
		}
	}
	return complaints
}

func TestWhatIsInBackups(t *testing.T) {
	table, _ := rows(project(t)["docs/retention.md"], "column")
	obeyed(t, copiesLaw(table, backup.Left))
}

func TestCopiesLawNotices(t *testing.T) {
	left := func(table string) bool { return table == "pass" }
	noticed(t, copiesLaw([][]string{{"`pass.hash`", "x", "no"}, {"`post.body`", "x", "yes"}, {"`pass.until`", "x", "yes"}, {"`post.code`", "x", "no"}}, left),
		"pass.until", "post.code")
}

func TestRetentionLawNotices(t *testing.T) {
	noticed(t, retentionLaw([][]string{{"post.body", "post.address"}, {"post.body", "sequence.last"}},
		[][]string{{"`post.body`", "x"}, {"post.colour", "x"}, {"post.body", "y"}}),
		"column post.address has no row", "column sequence.last has no row", "post.colour, which is no column", "two rows for post.body")
}
