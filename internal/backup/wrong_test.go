package backup_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"moot/internal/backup"
	"moot/internal/blob"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/db/whole"
)

// small is a site with a thread and a picture's files.
func small(t *testing.T, d *db.DB) *world {
	w := open(t, d, folder(t))
	w.start("gr/athens", "one thread")
	p, err := w.pictures.Take(t.Context(), drawing(1))
	w.must(err)
	w.must(d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE picture SET used = 1 WHERE number = $1`, p.Number)
		return err
	}))
	return w
}

// nothing checks that a restore that failed left neither rows nor files, and
// that nothing keeps a site from starting there.
func nothing(t *testing.T, target backup.Target) {
	t.Helper()
	if path, sqlite := strings.CutPrefix(target.Database, "sqlite:"); sqlite {
		left, err := filepath.Glob(path + "*")
		if err != nil || len(left) > 0 {
			t.Errorf("left: %q, %v", left, err)
		}
	} else if empty, err := whole.Empty(t.Context(), opened(t, target.Database)); err != nil || !empty {
		t.Errorf("left something in the database: %v", err)
	}
	if left := contents(t, target.Files); len(left) > 0 {
		t.Errorf("left %d files", len(left))
	}
}

// refused restores what can't be, and checks what is said of it.
func refused(t *testing.T, engine db.Engine, path string, ids backup.Identities, says string) {
	t.Helper()
	target := backup.Target{Database: dbtest.Address(t, engine), Files: folder(t)}
	_, err := backup.Restore(t.Context(), path, ids, target, quiet)
	if err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("%s: %v, want %q", path, err, says)
	}
	nothing(t, target)
}

func TestWhatCannotBeRestored(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := small(t, d)
		ids, to := keys(t)
		made := w.made(to, quiet)
		whole, err := os.ReadFile(made.Path)
		w.must(err)
		changed := func(name string, content []byte) string {
			path := filepath.Join(t.TempDir(), name)
			w.must(os.WriteFile(path, content, 0o600))
			return path
		}
		others, _ := keys(t)
		refused(t, d.Engine(), made.Path, others, "somebody else")
		refused(t, d.Engine(), made.Path, nil, "--identity")
		refused(t, d.Engine(), changed("empty", nil), ids, "is no backup of moot's")
		refused(t, d.Engine(), changed("page", []byte("<!doctype html>"+strings.Repeat("no ", 999))), ids, "is no backup of moot's")
		refused(t, d.Engine(), t.TempDir(), ids, "is no file")
		refused(t, d.Engine(), "/nowhere/at/all", ids, "can't be read")
		for i := range 12 { // through the header, the rows, the files and the end
			at := i * (len(whole) - 1) / 11
			flipped := append([]byte{}, whole...)
			flipped[at] ^= 1
			if at >= len("age-encryption.org/") { // before that it is no age file at all
				refused(t, d.Engine(), changed("flipped", flipped), ids, "it is")
			}
			refused(t, d.Engine(), changed("short", whole[:at]), ids, "it ")
		}
		refused(t, d.Engine(), changed("long", append(append([]byte{}, whole...), 'x')), ids, "damaged")
	})
}

// Without encryption there is nobody but the manifest to notice.
func TestAPlainBackupThatWasChanged(t *testing.T) {
	w := small(t, dbtest.Open(t, db.SQLite))
	made := w.made(backup.Plain, quiet)
	whole, err := os.ReadFile(made.Path)
	w.must(err)
	if !strings.HasSuffix(made.Path, ".tar") || !strings.Contains(string(whole), "moot-backup.json") {
		t.Errorf("%s is no tar", made.Path)
	}
	path := filepath.Join(t.TempDir(), "changed.tar")
	for at := 700; at < len(whole); at += 997 {
		flipped := append([]byte{}, whole...)
		flipped[at] ^= 0x10
		w.must(os.WriteFile(path, flipped, 0o600))
		h, m, err := backup.Check(t.Context(), path, nil, quiet)
		same := err == nil && fmt.Sprint(m) == fmt.Sprint(made.Manifest) && fmt.Sprint(h) == fmt.Sprint(made.Header)
		if err == nil && !same {
			t.Errorf("byte %d was changed, and what was read is otherwise without an error", at)
		}
	}
}

func TestOnlyWhereThereIsNoSite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := small(t, d)
		ids, to := keys(t)
		made := w.made(to, quiet)
		target := backup.Target{Database: dbtest.Address(t, d.Engine()), Files: folder(t)}
		if _, err := backup.Restore(t.Context(), made.Path, ids, target, quiet); err != nil {
			t.Fatal(err)
		}
		there := rows(t, opened(t, target.Database))
		files := contents(t, target.Files)
		_, err := backup.Restore(t.Context(), made.Path, ids, target, quiet)
		if err == nil || !strings.Contains(err.Error(), "there is a site already") {
			t.Errorf("over a site: %v", err)
		}
		if again := rows(t, opened(t, target.Database)); fmt.Sprint(again) != fmt.Sprint(there) || len(contents(t, target.Files)) != len(files) {
			t.Error("a site was touched")
		}
		_, err = backup.Restore(t.Context(), made.Path, ids, backup.Target{Database: dbtest.Address(t, d.Engine()), Files: target.Files}, quiet)
		if err == nil || !strings.Contains(err.Error(), "there are files already") || len(contents(t, target.Files)) != len(files) {
			t.Errorf("among the files of a site: %v", err)
		}
	})
}

func TestANewerSchemaIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := small(t, d)
		newest, _ := d.Newest()
		w.must(d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`INSERT INTO schema_step (version, name) VALUES ($1, 'tomorrow')`, newest+1)
			return err
		}))
		ids, to := keys(t)
		refused(t, d.Engine(), w.made(to, quiet).Path, ids, fmt.Sprintf("schema %d, and this moot is at %d", newest+1, newest))
	})
}

// What an older moot left goes up the steps that came since.
func TestAnOlderSchemaIsBroughtUpToDate(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		d := opened(t, dbtest.Address(t, engine))
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			if err := tx.MigrateTo(4); err != nil {
				return err
			}
			_, err := tx.Exec(`INSERT INTO thread (number, place, region, country, subject, posts, bump, at, last_at, locked) VALUES (7, 'gr/athens', '', 'gr', 'old', 0, 7, 60, 60, FALSE)`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		ids, to := keys(t)
		made, err := backup.Site{DB: d, Files: folder(t)}.Make(t.Context(), t.TempDir(), to, noon, quiet)
		if err != nil {
			t.Fatal(err)
		}
		target := backup.Target{Database: dbtest.Address(t, engine), Files: folder(t)}
		if _, err := backup.Restore(t.Context(), made.Path, ids, target, quiet); err != nil {
			t.Fatal(err)
		}
		again := opened(t, target.Database)
		newest, _ := again.Newest()
		if v, err := again.Version(t.Context()); v != newest || err != nil {
			t.Errorf("%v: schema %d, %v", engine, v, err)
		}
		if threads := rows(t, again)["thread"]; len(threads) != 1 || !strings.Contains(threads[0], `"old"`) {
			t.Errorf("%v: threads %q", engine, threads)
		}
	}
}

// stopping ends a context at a moment of a restore.
func stopping(t *testing.T, w *world, made backup.Made, ids backup.Identities, at backup.Step) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	target := backup.Target{Database: dbtest.Address(t, w.DB.Engine()), Files: folder(t)}
	_, err := backup.Restore(ctx, made.Path, ids, target, func(p backup.Progress) {
		if p.Step == at {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("stopped while %s: %v", at, err)
	}
	nothing(t, target)
}

func TestARestoreThatIsStopped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := open(t, d, folder(t))
		w.furnish()
		ids, to := keys(t)
		made := w.made(to, quiet)
		stopping(t, w, made, ids, backup.Checking)
		stopping(t, w, made, ids, backup.Filling)
	})
}

// A restore that was killed can't clear up. What it left is no site, and the
// next one begins anew over it.
func TestARestoreThatWasKilled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := small(t, d)
		ids, to := keys(t)
		made := w.made(to, quiet)
		target := backup.Target{Database: dbtest.Address(t, d.Engine()), Files: folder(t)}
		for name, content := range map[string]string{"restoring.txt": "here", "picture/001/1000000000001.png": "half"} {
			w.must(target.Files.Put(t.Context(), name, []byte(content), blob.TypeOf(name)))
		}
		if path, sqlite := strings.CutPrefix(target.Database, "sqlite:"); sqlite {
			w.must(os.WriteFile(path+".restoring", []byte("half a database"), 0o600))
			w.must(os.WriteFile(path+".restoring-wal", []byte("and more"), 0o600))
		}
		if err := backup.Interrupted(t.Context(), target.Files); err == nil || !strings.Contains(err.Error(), "not finished") {
			t.Errorf("a site may start there: %v", err)
		}
		if _, err := backup.Restore(t.Context(), made.Path, ids, target, quiet); err != nil {
			t.Fatal(err)
		}
		if err := backup.Interrupted(t.Context(), target.Files); err != nil {
			t.Error(err)
		}
		if got, want := contents(t, target.Files), contents(t, w.Files); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%d files, want %d", len(got), len(want))
		}
	})
}

// A picture whose file is lost, by no act of anybody's, doesn't keep the rest
// from being copied; who asked is told.
func TestALostFileIsTold(t *testing.T) {
	w := small(t, dbtest.Open(t, db.SQLite))
	for name := range contents(t, w.Files) {
		if strings.Contains(name, "t.") {
			w.must(w.Files.Delete(t.Context(), name))
		}
	}
	ids, to := keys(t)
	made := w.made(to, quiet)
	if len(made.Lost) != 1 || made.Manifest.Files.Count != 2 {
		t.Errorf("lost %q of %+v", made.Lost, made.Manifest.Files)
	}
	target := backup.Target{Database: dbtest.Address(t, db.SQLite), Files: folder(t)}
	if done, err := backup.Restore(t.Context(), made.Path, ids, target, quiet); err != nil || done.Missing != 1 {
		t.Errorf("%d missing, %v", done.Missing, err)
	}
}

func TestABackupIsNamedWhenItIsWhole(t *testing.T) {
	w := small(t, dbtest.Open(t, db.SQLite))
	_, to := keys(t)
	in := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	_, err := w.Make(ctx, in, to, noon, func(p backup.Progress) {
		left, _ := os.ReadDir(in)
		if len(left) != 1 || !strings.HasSuffix(left[0].Name(), ".unfinished") {
			t.Errorf("while %s there are %v", p.Step, left)
		}
		if p.Step == backup.Checking {
			stop()
		}
	})
	if left, _ := os.ReadDir(in); !errors.Is(err, context.Canceled) || len(left) > 0 {
		t.Errorf("stopped: %v, left %v", err, left)
	}
	made, err := w.Make(t.Context(), in, to, noon, quiet)
	w.must(err)
	if info, err := os.Stat(made.Path); err != nil || info.Mode().Perm() != 0o600 || info.Size() != made.Bytes || filepath.Base(made.Path) != "moot-20261126T120030Z.age" {
		t.Errorf("%s: %v, %v", made.Path, info, err)
	}
	if _, err := w.Make(t.Context(), made.Path, to, noon, quiet); err == nil || !strings.Contains(err.Error(), "there already") {
		t.Errorf("over another: %v", err)
	}
	if _, err := w.Make(t.Context(), "/nowhere/at/all", to, noon, quiet); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nowhere: %v", err)
	}
}

func TestRecipientsAndIdentities(t *testing.T) {
	for _, wrong := range [][]string{nil, {""}, {"age1"}, {"ssh-ed25519 AAAA"}, {"# a comment"}} {
		if to, err := backup.ParseRecipients(wrong); err == nil {
			t.Errorf("%q: %v", wrong, to)
		}
	}
	path := filepath.Join(t.TempDir(), "keys.txt")
	secret := "AGE-SECRET-KEY-1NOTQUITE"
	if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.ReadIdentities(path); err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("a key that isn't right: %v", err)
	}
}
