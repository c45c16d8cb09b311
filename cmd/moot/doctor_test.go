//go:build unix

package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"moot/internal/blob/blobtest"
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

// Every file that a row names is looked for, and read when that is asked for,
// in a folder and in an object store, beside a site that runs.
func TestDoctorHoldsFilesAgainstRows(t *testing.T) {
	t.Run("folder", func(t *testing.T) {
		site := somewhere(t)
		filesAndRows(t, filepath.Join(site, "files"), "--data", site)
	})
	t.Run("bucket", func(t *testing.T) {
		store := blobtest.Open(t)
		if err := store.Bucket(t.Context(), "site"); err != nil {
			t.Fatal(err)
		}
		filesAndRows(t, store.Path("site", "some/prefix"), "--data", somewhere(t), "--files", store.Address("site", "some/prefix"))
	})
}

func filesAndRows(t *testing.T, folder string, settings ...string) {
	r := start(t, append([]string{"serve", "--images=on"}, settings...)...)
	c := browser(t)
	thread := r.startThread(c, "gr/kilkis", "The library", "Closed again.")
	if status, page := sendPicture(t, c, thread, thread, poster(), "body", "See.", "alt-1", "x"); status != http.StatusOK {
		t.Fatalf("posting a picture: %d\n%s", status, page)
	}
	rows := func(status int, args ...string) string {
		t.Helper()
		r := moot(t, append(append([]string{"doctor"}, settings...), args...)...)
		if r.status != status || strings.Contains(r.out, "ok    rows") != (status == 0) {
			t.Errorf("status %d\n%s%s", r.status, r.out, r.err)
		}
		return r.out
	}
	wants(t, rows(0), "1 pictures, 3 files of", "moot doctor --pictures")
	wants(t, rows(0, "--pictures"), "read to its last byte: 1 pictures, 3 files of")

	files, err := filepath.Glob(filepath.Join(folder, "picture", "*", "*"))
	if err != nil || len(files) != 3 {
		t.Fatalf("%q, %v", files, err)
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		content[len(content)-1] ^= 0xff
		write(t, name, string(content))
	}
	wants(t, rows(0), "every file that a row names is there")
	spoilt := rows(1, "--pictures")
	wants(t, spoilt, "holds something else than was stored", "0 files that rows name aren't there and ", "moot queue remove")
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	wants(t, rows(1), "picture/"+filepath.Base(filepath.Dir(files[0]))+"/"+filepath.Base(files[0])+" isn't there", "1 files that rows name aren't there and 0 aren't")
	for _, name := range files[1:] {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	wants(t, rows(1), "none of the files of 1 pictures is there: does the setting files name the right")
}

// Asked for, a site is looked at as a visitor finds it, at the address it is
// told or at its own.
func TestDoctorLooksFromOutside(t *testing.T) {
	site := somewhere(t)
	r := start(t, "serve", "--data", site)
	for _, how := range [][]string{{"--outside=" + r.address}, {"--outside", "--base-url", strings.TrimSuffix(r.address, "/")}} {
		seen := moot(t, append([]string{"doctor", "--data", site}, how...)...)
		wants(t, seen.out, "ok    headers", "ok    caching", "ok    stream", "ok    ops")
		if seen.status != 0 {
			t.Errorf("status %d\n%s%s", seen.status, seen.out, seen.err)
		}
	}
	if none := moot(t, "doctor", "--data", site, "--outside"); none.status != 1 || !strings.Contains(none.out, "set base-url") {
		t.Errorf("status %d\n%s%s", none.status, none.out, none.err)
	}
	if quiet := moot(t, "doctor", "--data", site); strings.Contains(quiet.out, "stream") {
		t.Errorf("nobody asked for it:\n%s", quiet.out)
	}
	if wrong := moot(t, "doctor", "--data", site, "--outside=ftp://moot.example"); wrong.status == 0 {
		t.Errorf("status %d\n%s%s", wrong.status, wrong.out, wrong.err)
	}
	gone := moot(t, "doctor", "--data", site, "--outside=http://127.0.0.1:1")
	if wants(t, gone.out, "fail  site"); gone.status != 1 {
		t.Errorf("status %d\n%s%s", gone.status, gone.out, gone.err)
	}
}
