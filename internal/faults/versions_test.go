//go:build unix

package faults

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"moot/internal/db"
	"moot/internal/db/dbtest"
)

// rewritten builds the command from this tree with some files, named from its
// top, replaced or added.
func rewritten(t *testing.T, name string, files map[string]string) string {
	t.Helper()
	top, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	replace := map[string]string{}
	for path, text := range files {
		with := filepath.Join(t.TempDir(), filepath.Base(path))
		if err := os.WriteFile(with, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(top, path)] = with
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(at, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	into := filepath.Join(folder, name)
	if err := build(into, "-overlay", at); err != nil {
		t.Fatal(err)
	}
	return into
}

// A newer program, whose schema has one step more, starts on the database of
// one that runs and goes on running. The step only adds, so both write and
// nothing is lost; the older one can't start again, and says why.
func TestTwoVersions(t *testing.T) {
	steps, err := filepath.Glob("../db/schema/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	last, _, _ := strings.Cut(filepath.Base(steps[len(steps)-1]), "_")
	number, err := strconv.Atoi(last)
	if err != nil {
		t.Fatal(err)
	}
	newer := rewritten(t, "newer", map[string]string{
		fmt.Sprintf("internal/db/schema/%04d_tomorrow.sql", number+1): "ALTER TABLE thread ADD COLUMN tomorrow text NOT NULL DEFAULT '';\nCREATE TABLE tomorrow (number bigint PRIMARY KEY);\n",
	})
	for _, engine := range dbtest.Engines() {
		if engine != db.PostgreSQL {
			continue // SQLite is for one program at a time
		}
		address := dbtest.Address(t, engine)
		old, young := newSite(t, address), newSite(t, address)
		young.program = newer
		young.data = old.data // both show the same pictures
		old.up(t)
		a := old.open(t)
		a.write(t, 3, chance(t))
		young.up(t)
		if log := young.now.log.String(); !strings.Contains(log, fmt.Sprintf("to=%d", number+1)) {
			t.Errorf("the newer program took no step:\n%s", log)
		}
		b := &authors{site: young, ledger: a.ledger, thread: a.thread}
		b.write(t, 3, chance(t))
		accepted := a.ledger.count()
		until(t, "both write", hangs, func() bool { return a.ledger.count() > accepted+30 })
		b.stop(t)
		a.stop(t)
		a.fair(t)
		old.end(syscall.SIGTERM)
		if _, err := old.start(t).ReadString('\n'); err == nil {
			t.Error("the older program starts on a newer schema")
		}
		<-old.now.ended
		if log := old.now.log.String(); !strings.Contains(log, "newer schema") {
			t.Errorf("it doesn't say why:\n%s", log)
		}
		young.end(syscall.SIGTERM)
		a.compare(t, address)
		a.report(t, "two versions, one database", 1, "")
	}
}
