//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"moot/internal/config"
	"moot/internal/db"
)

// verdicts are what a doctor says of each thing, as "ok disk".
func verdicts(t *testing.T, out string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for line := range strings.Lines(out) {
		fields := regexp.MustCompile(`^(ok|warn|fail) +([a-z]+) +(\S.*)$`).FindStringSubmatch(strings.TrimRight(line, "\n"))
		if fields == nil {
			t.Fatalf("the line %q says nothing", line)
		}
		all[fields[2]] = fields[1] + ": " + fields[3]
	}
	return all
}

func TestDoctor(t *testing.T) {
	c := line(t, "doctor")
	r := finish(t, c)
	first := verdicts(t, r.out)
	if r.status != 0 || r.err != "" || len(first) != len(checks)+1 {
		t.Errorf("on a machine without a site: status %d, %d lines\n%s%s", r.status, len(first), r.out, r.err)
	}
	for _, about := range []string{"settings", "data", "database", "files", "limits"} {
		if !strings.HasPrefix(first[about], "ok: ") {
			t.Errorf("%s: %s", about, first[about])
		}
	}
	wants(t, first["pictures"], "made by a process that is held by ")
	untouched(t, c.Dir)
}

// A site that is there, in each way that something can be wrong with it.
func TestDoctorFinds(t *testing.T) {
	folder := t.TempDir()
	cfg := &config.Config{Data: filepath.Join(folder, "data"), Files: "file:" + filepath.Join(folder, "data", "files")}
	path := filepath.Join(cfg.Data, "moot.db")
	cfg.Database = "sqlite:" + path
	expect := func(about string, want verdict, says string) {
		t.Helper()
		for _, check := range checks {
			if check.about != about {
				continue
			}
			if f := check.look(t.Context(), cfg); f.verdict != want || !strings.Contains(f.text, says) {
				t.Errorf("%s: %s: %s; want %s with %q in it", about, f.verdict, f.text, want, says)
			}
		}
	}

	makeFolder(t, cfg.Data, 0o755)
	expect("data", warn, "chmod 700")
	makeFolder(t, cfg.Data, 0o700)
	expect("data", ok, "by its owner alone")
	expect("files", ok, "the first start makes it")
	write(t, filepath.Join(cfg.Data, "files"), "a file")
	cfg.Files = "file:" + filepath.Join(cfg.Data, "files", "below")
	expect("files", fail, "not a directory")

	write(t, path, "this is no database, and much longer than the header of one would be: "+strings.Repeat("no ", 500))
	expect("database", fail, "not a database")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	newest := schema(t, cfg.Database, "")
	expect("database", ok, fmt.Sprintf("schema %d", newest))
	schema(t, cfg.Database, `DELETE FROM schema_step WHERE version > 1`)
	expect("database", ok, fmt.Sprintf("the next start brings it to %d", newest))
	schema(t, cfg.Database, fmt.Sprintf(`UPDATE schema_step SET version = %d WHERE version = 1`, newest+1))
	expect("database", fail, "newer schema")

	expect("clock", clockNow(), "it says 20")
	tomorrow := time.Now().Add(24 * time.Hour)
	if err := os.Chtimes(path, tomorrow, tomorrow); err != nil {
		t.Fatal(err)
	}
	expect("clock", fail, "the database is of "+tomorrow.UTC().Format("2006-01-02"))

	cfg.Data = filepath.Join(path, "data")
	expect("data", fail, "in a file")
}

// clockNow is what a right clock comes to on this machine.
func clockNow() verdict {
	if kept, err := clockIsKept(); err == nil && !kept {
		return warn
	}
	return ok
}

func makeFolder(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// schema makes a database of this moot's schema, or changes what one says of
// its own.
func schema(t *testing.T, address, change string) int {
	t.Helper()
	d, err := db.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if change == "" {
		_, to, err := d.Migrate(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return to
	}
	if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(change); return err }); err != nil {
		t.Fatal(err)
	}
	return 0
}

func TestDoctorFails(t *testing.T) {
	c := line(t, "doctor", "--data", "site")
	makeFolder(t, filepath.Join(c.Dir, "site"), 0o700)
	write(t, filepath.Join(c.Dir, "site", "moot.db"), strings.Repeat("no database ", 500))
	r := finish(t, c)
	if all := verdicts(t, r.out); r.status != 1 || !strings.HasPrefix(all["database"], "fail: ") || !strings.Contains(r.err, "moot: 1 of ") {
		t.Errorf("status %d\n%s%s", r.status, r.out, r.err)
	}
	wrong := moot(t, "doctor", "--post-length=x", "--thread-posts=y")
	if wrong.status != 1 || strings.Count(wrong.out, "fail  settings  ") != 2 {
		t.Errorf("status %d\n%s%s", wrong.status, wrong.out, wrong.err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if f := checkDatabase(ctx, &config.Config{Database: "postgres://127.0.0.1:1/moot"}); f.verdict != fail {
		t.Errorf("a database that nobody answers for: %s %s", f.verdict, f.text)
	}
}
