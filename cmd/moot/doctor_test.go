//go:build unix

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
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
	if r.status != 0 || r.err != "" || len(first) < 8 {
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

func TestDoctorFails(t *testing.T) {
	c := line(t, "doctor", "--data", "site")
	if err := os.Mkdir(filepath.Join(c.Dir, "site"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(c.Dir, "site", "moot.db"), strings.Repeat("no database ", 500))
	r := finish(t, c)
	if all := verdicts(t, r.out); r.status != 1 || !strings.HasPrefix(all["database"], "fail: ") || !strings.Contains(r.err, "checks that failed: 1") {
		t.Errorf("status %d\n%s%s", r.status, r.out, r.err)
	}
	if r := moot(t, "doctor", "--whole", "--data", somewhere(t)); r.status != 0 {
		t.Errorf("--whole: status %d\n%s%s", r.status, r.out, r.err)
	}
	wrong := moot(t, "doctor", "--post-length=x", "--thread-posts=y")
	if wrong.status != 1 || strings.Count(wrong.out, "fail  settings  ") != 2 {
		t.Errorf("status %d\n%s%s", wrong.status, wrong.out, wrong.err)
	}
}
