package backup_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"moot/internal/backup"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
)

func put(t *testing.T, path string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	return filepath.Base(path)
}

func TestBackupsExpire(t *testing.T) {
	in := t.TempDir()
	c := clock.Hold(noon)
	old := put(t, filepath.Join(in, "moot-20261112T120029Z.age"))
	plain := put(t, filepath.Join(in, "moot-20260101T000000Z.tar"))
	dead := put(t, filepath.Join(in, ".moot-123.unfinished"))
	if err := os.Chtimes(filepath.Join(in, dead), noon, noon.Add(-25*time.Hour)); err != nil {
		t.Fatal(err)
	}
	kept := []string{
		put(t, filepath.Join(in, "moot-20261112T120030Z.age")), // 14 days to the second
		put(t, filepath.Join(in, "moot-20271126T000000Z.age")), // of a clock that was ahead
		put(t, filepath.Join(in, "moot-20200101T000000Z.age.copy")),
		put(t, filepath.Join(in, "moot-20201301T000000Z.age")),
		put(t, filepath.Join(in, "moot-pictures.tar")),
		put(t, filepath.Join(in, "20200101.age")),
	}
	busy := put(t, filepath.Join(in, ".moot-456.unfinished"))
	if err := os.Chtimes(filepath.Join(in, busy), noon, noon.Add(-23*time.Hour)); err != nil {
		t.Fatal(err)
	}
	kept = append(kept, busy)
	if err := os.Mkdir(filepath.Join(in, "moot-20200101T000000Z.age"), 0o700); err != nil {
		t.Fatal(err)
	}
	kept = append(kept, "moot-20200101T000000Z.age")
	gone, err := backup.Expire(in, backup.Keep, c)
	want := []string{dead, old, plain}
	slices.Sort(gone)
	slices.Sort(want)
	if err != nil || !slices.Equal(gone, want) {
		t.Errorf("gone %q, want %q, %v", gone, want, err)
	}
	var left []string
	entries, _ := os.ReadDir(in)
	for _, e := range entries {
		left = append(left, e.Name())
	}
	slices.Sort(kept)
	if slices.Sort(left); !slices.Equal(left, kept) {
		t.Errorf("left %q, want %q", left, kept)
	}
}

func TestWhatIsDueIsMadeAndWhatIsYoungIsKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := small(t, d)
		ids, to := keys(t)
		plan := backup.Schedule{To: filepath.Join(t.TempDir(), "in", "here"), Recipients: to, Every: 24 * time.Hour, Keep: 365 * 24 * time.Hour}
		if err := plan.Expire(w.clock); err != nil {
			t.Errorf("before there is any: %v", err)
		}
		names := map[string]bool{}
		for day := range 20 {
			w.clock.Set(noon.Add(time.Duration(day) * 24 * time.Hour))
			made, err := w.MakeDue(t.Context(), plan, w.clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			names[filepath.Base(made.Path)] = true
			if _, _, err := backup.Check(t.Context(), made.Path, ids, quiet); err != nil {
				t.Error(err)
			}
		}
		w.clock.Advance(23 * time.Hour)
		if err := plan.Expire(w.clock); err != nil {
			t.Error(err)
		}
		left, err := os.ReadDir(plan.To)
		if err != nil || len(left) != 14 {
			t.Errorf("%d backups of %d, want those of 14 days, whatever is asked: %v", len(left), len(names), err)
		}
	})
}
