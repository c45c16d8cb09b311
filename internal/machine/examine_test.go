//go:build unix

package machine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"moot/internal/darkroom"
	"moot/internal/db"
)

func TestMain(m *testing.M) {
	darkroom.Main()
	os.Exit(m.Run())
}

// A site that is there, in each way that something can be wrong with it.
func TestWhatIsWrongIsFound(t *testing.T) {
	folder := t.TempDir()
	s := Site{Data: filepath.Join(folder, "data"), Files: "file:" + filepath.Join(folder, "data", "files")}
	path := filepath.Join(s.Data, "moot.db")
	s.Database = "sqlite:" + path
	expect := func(about string, want Verdict, says string) {
		t.Helper()
		for _, check := range checks {
			if check.about != about {
				continue
			}
			if f := check.look(t.Context(), s); f.Verdict != want || !strings.Contains(f.Text, says) {
				t.Errorf("%s: %s: %s; want %s with %q in it", about, f.Verdict, f.Text, want, says)
			}
		}
	}

	makeFolder(t, s.Data, 0o755)
	expect("data", Warn, "chmod 700")
	makeFolder(t, s.Data, 0o700)
	expect("data", OK, "by its owner alone")
	expect("files", OK, "the first start makes it")
	write(t, filepath.Join(s.Data, "files"), "a file")
	s.Files = "file:" + filepath.Join(s.Data, "files", "below")
	expect("files", Fail, "not a directory")

	write(t, path, "this is no database, and much longer than the header of one would be: "+strings.Repeat("no ", 500))
	expect("database", Fail, "not a database")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	newest := schema(t, s.Database, "")
	expect("database", OK, fmt.Sprintf("schema %d", newest))
	schema(t, s.Database, `DELETE FROM schema_step WHERE version > 1`)
	expect("database", OK, fmt.Sprintf("the next start brings it to %d", newest))
	schema(t, s.Database, fmt.Sprintf(`UPDATE schema_step SET version = %d WHERE version = 1`, newest+1))
	expect("database", Fail, "newer schema")

	expect("clock", clockNow(), "it says 20")
	tomorrow := time.Now().Add(24 * time.Hour)
	if err := os.Chtimes(path, tomorrow, tomorrow); err != nil {
		t.Fatal(err)
	}
	expect("clock", Fail, "the database is of "+tomorrow.UTC().Format("2006-01-02"))

	s.Data = filepath.Join(path, "data")
	expect("data", Fail, "in a file")
}

// clockNow is what a right clock comes to on this machine.
func clockNow() Verdict {
	if kept, err := clockIsKept(); err == nil && !kept {
		return Warn
	}
	return OK
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

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
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

func TestExamine(t *testing.T) {
	folder := t.TempDir()
	s := Site{Data: filepath.Join(folder, "data"), Database: "sqlite:" + filepath.Join(folder, "data", "moot.db"), Files: "file:" + filepath.Join(folder, "data", "files")}
	told := map[string]Finding{}
	Examine(t.Context(), s, func(f Finding) {
		told[f.About] = f
		if f.Text == "" || strings.Contains(f.Text, "\n") {
			t.Errorf("%s: %q is no line", f.About, f.Text)
		}
	})
	if len(told) != len(checks) {
		t.Errorf("%d findings of %d checks", len(told), len(checks))
	}
	if f := told["pictures"]; f.Verdict == Fail || !strings.Contains(f.Text, "held by ") {
		t.Errorf("pictures: %s %s", f.Verdict, f.Text)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if f := checkDatabase(ctx, Site{Database: "postgres://127.0.0.1:1/moot"}); f.Verdict != Fail {
		t.Errorf("a database that nobody answers for: %s %s", f.Verdict, f.Text)
	}
}

func TestADiskIsCrowdedByShareAndBySize(t *testing.T) {
	const gib = 1 << 30
	for _, c := range []struct {
		free, total uint64
		want        bool
	}{
		{0, 100 * gib, true}, {9 * gib, 100 * gib, true}, {11 * gib, 100 * gib, false},
		{9 * gib, 4000 * gib, true}, {11 * gib, 4000 * gib, false}, // a large disk is not crowded for long yet
		{gib, 8 * gib, false}, {gib / 2, 8 * gib, true}, // a small one is soon
	} {
		if got := crowded(c.free, c.total); got != c.want {
			t.Errorf("%d of %d GiB are free: crowded is %v", c.free/gib, c.total/gib, got)
		}
	}
	if Crowded("/nowhere/at/all") != Crowded("/") {
		t.Error("a folder that isn't there yet will be on the disk of the one above")
	}
}
