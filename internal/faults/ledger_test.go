//go:build unix

package faults

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"moot/internal/db"
)

// address is that of the site's database, whoever opens it.
func (s *site) address() string {
	if s.database == "" {
		return "sqlite:" + filepath.Join(s.data, "moot.db")
	}
	return s.database
}

// report adds a row to the file that MOOT_FAULTS_REPORT names: what was done to
// the site how often, what came of it as compare found it, and what else is to
// be known. See bench/nightly.md.
func (a *authors) report(t *testing.T, what string, times int, notes string) {
	t.Helper()
	name := os.Getenv("MOOT_FAULTS_REPORT")
	if name == "" {
		return
	}
	engine := "SQLite"
	if a.site.database != "" {
		engine = "PostgreSQL"
	}
	l := a.ledger
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintf(f, "| %s | %s | %d | %d | %d | %d | %d | %s |\n", what, engine, times, len(l.stands), l.again, l.lost, l.doubled, notes)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Error(err)
	}
}

// compare holds what is stored against what authors were told stands. Nobody
// may be writing. Through is the address of the database.
func (a *authors) compare(t *testing.T, through string) {
	t.Helper()
	d, err := db.Open(t.Context(), through)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	err = d.ReadAtLeisure(t.Context(), func(tx *db.Tx) error {
		there, err := db.All(tx, func(scan db.Scan) (words string, err error) { return words, scan(&words) }, `SELECT body FROM post`)
		if err != nil {
			return err
		}
		times := map[string]int{}
		for _, words := range there {
			times[words]++
		}
		a.ledger.mu.Lock()
		defer a.ledger.mu.Unlock()
		for words, where := range a.ledger.stands {
			if times[words] == 0 {
				a.ledger.lost++
				t.Errorf("%q was accepted (%s) and is lost", words, where)
			}
		}
		for words, n := range times {
			if n > 1 {
				a.ledger.doubled++
				t.Errorf("%q is there %d times", words, n)
			}
			if _, told := a.ledger.stands[words]; !told {
				t.Errorf("%q is there, and its author was never told", words)
			}
		}
		t.Logf("%d posts stand; %d forms were sent again; other answers: %v", len(there), a.ledger.again, a.ledger.said)
		return sound(t, tx, a.site.data)
	})
	if err != nil {
		t.Error(err)
	}
}

// sound checks that the database agrees with itself, and with the files.
func sound(t *testing.T, tx *db.Tx, data string) error {
	t.Helper()
	if tx.Engine() == db.SQLite {
		var verdict string
		if err := tx.Row(`PRAGMA integrity_check`).Scan(&verdict); err != nil || verdict != "ok" {
			t.Errorf("integrity_check: %s, %v", verdict, err)
		}
		var orphans int
		if err := tx.Row(`SELECT count(*) FROM pragma_foreign_key_check`).Scan(&orphans); err != nil || orphans > 0 {
			t.Errorf("rows that refer to nothing: %d, %v", orphans, err)
		}
	}
	for what, query := range map[string]string{
		"threads that count their posts wrongly":  `SELECT count(*) FROM thread WHERE posts <> (SELECT count(*) FROM post WHERE post.thread = thread.number)`,
		"boards that count their posts wrongly":   `SELECT count(*) FROM board WHERE posts <> (SELECT count(*) FROM post JOIN thread ON thread.number = post.thread WHERE thread.place = board.place)`,
		"boards that count their threads wrongly": `SELECT count(*) FROM board WHERE threads <> (SELECT count(*) FROM thread WHERE thread.place = board.place)`,
		"posts that no event, or several, tell of": `SELECT count(*) FROM post LEFT JOIN (SELECT post, count(*) AS n FROM event WHERE kind IN ('post.added', 'thread.started') GROUP BY post) AS told
			ON told.post = post.number WHERE told.n IS NULL OR told.n <> 1`,
		"pictures that count their uses wrongly": `SELECT count(*) FROM picture LEFT JOIN (SELECT picture, count(*) AS n FROM attachment GROUP BY picture) AS uses
			ON uses.picture = picture.number WHERE used <> coalesce(uses.n, 0)`,
	} {
		var n int
		if err := tx.Row(query).Scan(&n); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if n > 0 {
			t.Errorf("%s: %d", what, n)
		}
	}
	type files struct {
		number             int64
		bytes              int64
		file, thumb, large string
	}
	pictures, err := db.All(tx, func(scan db.Scan) (f files, err error) {
		return f, scan(&f.number, &f.bytes, &f.file, &f.thumb, &f.large)
	}, `SELECT number, bytes, kind, thumb_kind, large_kind FROM picture`)
	if err != nil {
		return err
	}
	for _, p := range pictures {
		for size, kind := range map[string]string{"": p.file, "t": p.thumb, "l": p.large} {
			name := filepath.Join(data, "files", "picture", fmt.Sprintf("%03d", p.number%1000), fmt.Sprintf("%d%s.%s", p.number, size, strings.Replace(kind, "jpeg", "jpg", 1)))
			info, err := os.Stat(name)
			if err != nil || info.Size() == 0 || size == "" && info.Size() != p.bytes {
				t.Errorf("a picture's file: %v", err)
			}
		}
	}
	t.Logf("%d pictures with all their files", len(pictures))
	return nil
}
