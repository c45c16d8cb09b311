package db

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// alone is the last step of the schema that was made when no two versions of
// Moot were to run on one database. Steps after it only add, so that an older
// moot goes on beside a newer one (docs/operate/postgresql.md).
const alone = 10

// contracting are the steps after it that take away what no moot needs any more
// that may still run: each with the release that was the first to do without.
// A step stands here one release after that one at the soonest.
var contracting = map[int]string{}

// stranger is a statement that a step may not hold, and what it would do to an
// older moot that runs beside the newer one.
type stranger struct {
	shape *regexp.Regexp
	does  string
}

// strangers are looked for in this order, in statements without comments, texts
// and needless space.
var strangers = []stranger{
	{regexp.MustCompile(`\bRENAME\b`), "an older moot asks for the old name"},
	{regexp.MustCompile(`\bDROP NOT NULL\b`), "an older moot can't read a row that has nothing there"},
	{regexp.MustCompile(`\bSET NOT NULL\b`), "an older moot may store nothing there"},
	{regexp.MustCompile(`\bALTER (COLUMN )?\w+ (SET DATA )?TYPE\b`), "an older moot reads and writes the old type"},
	{regexp.MustCompile(`\bDROP\b`), "an older moot may still need it"},
	{regexp.MustCompile(`^CREATE UNIQUE INDEX\b`), "an older moot may store what is no longer unique"},
	{regexp.MustCompile(`^ALTER TABLE .*\b(UNIQUE|PRIMARY KEY|CHECK|REFERENCES|CONSTRAINT|EXCLUDE)\b`), "an older moot doesn't know what may not be stored any more"},
	{regexp.MustCompile(`^(UPDATE|DELETE|TRUNCATE)\b`), "an older moot waits for rows while the step changes them; have the newer one change them in the background, a few at a time"},
	{regexp.MustCompile(`^INSERT\b`), "an older moot may not know what to make of a new row in a table that it has"},
}

// adding are the statements that only add.
var adding = []*regexp.Regexp{
	regexp.MustCompile(`^CREATE (TABLE|INDEX|SEQUENCE)\b`),
	regexp.MustCompile(`^ALTER TABLE \w+ ADD COLUMN\b`),
	regexp.MustCompile(`^ALTER TABLE \w+ ALTER (COLUMN )?\w+ SET DEFAULT\b`),
}

var (
	comment  = regexp.MustCompile(`--[^\n]*|(?s:/\*.*?\*/)`)
	literal  = regexp.MustCompile(`'(?:[^']|'')*'`)
	space    = regexp.MustCompile(`\s+`)
	newTable = regexp.MustCompile(`^CREATE TABLE (?:IF NOT EXISTS )?(\w+)`)
	onTable  = regexp.MustCompile(`^(?:CREATE UNIQUE INDEX (?:IF NOT EXISTS )?\w* ?ON|INSERT INTO|ALTER TABLE|UPDATE|DELETE FROM) (\w+)`)
)

// statements are those of a step, in capitals.
func statements(text string) (all []string) {
	text = literal.ReplaceAllString(comment.ReplaceAllString(text, ""), "''")
	for one := range strings.SplitSeq(text, ";") {
		if one = strings.TrimSpace(space.ReplaceAllString(one, " ")); one != "" {
			all = append(all, strings.ToUpper(one))
		}
	}
	return all
}

// addLaw is what is wrong with steps that an older moot may run beside. Those of
// SQLite alone may do as they like: it is for one program at a time.
func addLaw(files fs.FS, contracting map[int]string) (complaints []string) {
	names, _ := fs.Glob(files, "schema/*.sql")
	for _, name := range names {
		number, _, _ := strings.Cut(path.Base(name), "_")
		if n, _ := strconv.Atoi(number); n <= alone || contracting[n] != "" || strings.HasSuffix(name, ".sqlite.sql") {
			continue
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return []string{err.Error()}
		}
		var own []string // tables that this step makes
		for _, s := range statements(string(text)) {
			if m := newTable.FindStringSubmatch(s); m != nil {
				own = append(own, m[1])
				continue
			}
			if m := onTable.FindStringSubmatch(s); m != nil && slices.Contains(own, m[1]) {
				continue // an older moot doesn't know the table
			}
			if does := harm(s); does != "" {
				complaints = append(complaints, fmt.Sprintf("%s: %q: %s. Add beside it, and take it away one release later, by a step that the table contracting in internal/db/adds_test.go names", name, s, does))
			}
		}
	}
	return complaints
}

// harm is what a statement does to an older moot, or "".
func harm(s string) string {
	for _, stranger := range strangers {
		if stranger.shape.MatchString(s) {
			return stranger.does
		}
	}
	if strings.HasPrefix(s, "ALTER TABLE") {
		for part := range strings.SplitSeq(s, ", ADD ") {
			if strings.Contains(part, "NOT NULL") && !strings.Contains(part, "DEFAULT") {
				return "an older moot gives no value for it; give it a DEFAULT"
			}
		}
	}
	if !slices.ContainsFunc(adding, func(a *regexp.Regexp) bool { return a.MatchString(s) }) {
		return "nobody has said that it only adds"
	}
	return ""
}

func TestStepsOnlyAdd(t *testing.T) {
	for _, c := range addLaw(schema, contracting) {
		t.Error(c)
	}
	for n := range contracting {
		if n <= alone {
			t.Errorf("step %d is of the time when moots ran alone: it needs no leave", n)
		}
	}
}

func TestTheLawOfStepsNotices(t *testing.T) {
	for text, want := range map[string]string{
		"CREATE TABLE x (a bigint NOT NULL UNIQUE); CREATE UNIQUE INDEX y ON x (a); INSERT INTO x VALUES ('DROP; TABLE')": "",
		"ALTER TABLE post ADD COLUMN a text NOT NULL DEFAULT ''; ALTER TABLE post ADD COLUMN b bigint; -- DROP it later":  "",
		"create index a on post (b); CREATE SEQUENCE c; ALTER TABLE post ADD COLUMN type text":                            "",
		"ALTER TABLE event ALTER COLUMN number SET DEFAULT nextval('a')":                                                  "",
		"ALTER TABLE post ADD COLUMN a text NOT NULL":                                                                     "DEFAULT",
		"ALTER TABLE post ADD COLUMN a text DEFAULT '', ADD COLUMN b text NOT NULL":                                       "DEFAULT",
		"ALTER TABLE post ADD COLUMN a bigint UNIQUE":                                                                     "may not be stored",
		"ALTER TABLE post ADD COLUMN a bigint REFERENCES thread":                                                          "may not be stored",
		"ALTER TABLE post ADD CONSTRAINT a CHECK (b > 0)":                                                                 "may not be stored",
		"ALTER TABLE post RENAME COLUMN a TO b":                                                                           "old name",
		"ALTER TABLE post RENAME TO reply":                                                                                "old name",
		"ALTER TABLE post ALTER COLUMN a TYPE bigint":                                                                     "old type",
		"alter table post\n\talter a set data type bigint":                                                                "old type",
		"ALTER TABLE post ALTER COLUMN a SET NOT NULL":                                                                    "store nothing",
		"ALTER TABLE post ALTER COLUMN a DROP NOT NULL":                                                                   "can't read",
		"ALTER TABLE post ALTER COLUMN a DROP DEFAULT":                                                                    "may still need",
		"ALTER TABLE post DROP COLUMN a":                                                                                  "may still need",
		"DROP TABLE post":                                                                                                 "may still need",
		"DROP INDEX post_by_once":                                                                                         "may still need",
		"CREATE UNIQUE INDEX a ON post (b)":                                                                               "no longer unique",
		"UPDATE post SET a = 1":                                                                                           "in the background",
		"DELETE FROM post":                                                                                                "in the background",
		"INSERT INTO sequence (name, last) VALUES ('a', 0)":                                                               "new row",
		"CREATE TRIGGER a BEFORE INSERT ON post EXECUTE FUNCTION b()":                                                     "only adds",
		"ALTER TABLE post ENABLE ROW LEVEL SECURITY":                                                                      "only adds",
	} {
		for name, judged := range map[string]bool{"0011_a.sql": true, "0011_a.postgres.sql": true, "0011_a.sqlite.sql": false, "0010_a.sql": false, "0012_a.sql": false} {
			files := fstest.MapFS{"schema/" + name: {Data: []byte(text)}}
			got := addLaw(files, map[int]string{12: "1.4"})
			switch {
			case !judged || want == "":
				if len(got) > 0 {
					t.Errorf("%s: %s: %q", name, text, got)
				}
			case len(got) != 1 || !strings.Contains(got[0], want):
				t.Errorf("%s: %s: %q, want one with %q", name, text, got, want)
			}
		}
	}
}
