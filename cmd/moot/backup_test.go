//go:build unix

package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"filippo.io/age"

	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/db/whole"
)

// newKey is a file of a secret key, and the public one.
func newKey(t *testing.T) (file, recipient string) {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "keys.txt")
	write(t, file, "# public key: "+id.Recipient().String()+"\n"+id.String()+"\n")
	return file, id.Recipient().String()
}

// staying is a browser that stays where it posted.
func staying(t *testing.T) *http.Client {
	c := browser(t)
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// only is the one file in a folder.
func only(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Fatalf("in %s: %v, %v", folder, entries, err)
	}
	return filepath.Join(folder, entries[0].Name())
}

// The whole way, with the real command: a site that people write on is copied
// while it runs, made again elsewhere, on either engine, and read there.
func TestBackupAndRestore(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		t.Run(engine.String(), func(t *testing.T) {
			database := dbtest.Address(t, engine)
			folder, out := somewhere(t), t.TempDir()
			keys, recipient := newKey(t)
			r := start(t, "serve", "--data", folder, "--database", database, "--images=on", "--trusted-proxies=127.0.0.1", "--thread-posts=0")
			writer := browser(t)
			thread := r.startThread(writer, "gr/kilkis", "The library", "Closed again.")
			if status, page := sendPicture(t, writer, thread, thread, poster(), "body", "See the door.", "alt-1", "A door"); status != http.StatusOK {
				t.Fatalf("posting a picture: %d\n%s", status, page)
			}
			picture := pictureFile.FindString(get(t, writer, thread))

			var busy atomic.Bool
			busy.Store(true)
			ended := make(chan int)
			go func() {
				n := 0
				for ; busy.Load(); n++ {
					c := staying(t)
					c.Transport = marked{fmt.Sprintf("192.0.2.%d", n%250+1), "a person", &http.Transport{DisableKeepAlives: true}}
					if !reply(t, c, thread, "meanwhile") {
						break
					}
				}
				ended <- n
			}()
			made := moot(t, "backup", "--data", folder, "--database", database, "--to", out, "--recipient", recipient)
			busy.Store(false)
			if n := <-ended; n == 0 {
				t.Error("nobody wrote meanwhile")
			}
			wants(t, made.out, only(t, out), "1 threads", "3 files of", "SHA-256 ")
			if made.status != 0 || made.err != "" || strings.Contains(made.out, "not encrypted") {
				t.Fatalf("making a backup: %+v", made)
			}
			wants(t, moot(t, "backup", "--check", only(t, out), "--identity", keys).out, "It is whole.", "1 threads")

			for _, into := range dbtest.Engines() {
				elsewhere, fresh := somewhere(t), dbtest.Address(t, into)
				settings := []string{"--data", elsewhere, "--database", fresh}
				restored := moot(t, append([]string{"restore", "--from", only(t, out), "--identity", keys}, settings...)...)
				wants(t, restored.out, "The site is there again", "1 threads")
				if restored.status != 0 || restored.err != "" {
					t.Fatalf("restoring into %v: %+v", into, restored)
				}
				moot(t, append([]string{"restore", "--from", only(t, out), "--identity", keys}, settings...)...).fails(t, 1, "there is a site already")
				again := start(t, append([]string{"serve", "--trusted-proxies=127.0.0.1", "--thread-posts=0"}, settings...)...)
				reader := browser(t)
				wants(t, get(t, reader, again.address+"/gr/kilkis"), "The library", "Closed again.")
				wants(t, get(t, reader, again.address+thread[len(r.address):]), "See the door.", picture)
				if status, file := ask(t, reader, again.address+picture); status != http.StatusOK || len(file) == 0 {
					t.Errorf("the picture: %d", status)
				}
				if !reply(t, staying(t), again.address+thread[len(r.address):], "We go on here.") {
					t.Error("nobody can write on the restored site")
				}
				until(t, func() bool {
					_, page := ask(t, reader, again.address+"/search?q=library")
					return strings.Contains(page, "The library") || strings.Contains(page, "Closed again")
				})
			}
		})
	}
}

func TestBackupsThatCannotBe(t *testing.T) {
	folder, out := somewhere(t), t.TempDir()
	keys, recipient := newKey(t)
	others, _ := newKey(t)
	r := start(t, "serve", "--data", folder)
	r.startThread(browser(t), "gr/kilkis", "The library", "Closed again.")
	site := []string{"--data", folder}
	with := func(args ...string) result { return moot(t, append(args, site...)...) }
	with("backup", "--to", out).fails(t, 2, "--recipient age1", "--plain")
	with("backup", "--recipient", recipient).fails(t, 2, "where to", "--to")
	with("backup", "--to", out, "--recipient", recipient, "--plain").fails(t, 2, "--plain")
	with("backup", "--to", out, "--recipient", "age1nobody").fails(t, 1, `"age1nobody"`, "no recipient")
	with("backup", "--to", filepath.Join(out, "none", "x.age"), "--recipient", recipient).fails(t, 1, "no such file")
	with("restore").fails(t, 2, "--from")
	moot(t, "backup", "--to", out, "--recipient", recipient).fails(t, 1, "no site here", "--data")
	untouched(t, out)
	plain := with("backup", "--to", filepath.Join(out, "site.tar"), "--plain")
	wants(t, plain.out, "It is not encrypted")
	made := filepath.Join(t.TempDir(), "site.age")
	if r := with("backup", "--to", made, "--recipient", recipient); r.status != 0 {
		t.Fatalf("making a backup: %+v", r)
	}
	elsewhere := somewhere(t)
	moot(t, "restore", "--from", made, "--data", elsewhere).fails(t, 1, "encrypted", "--identity")
	moot(t, "restore", "--from", made, "--identity", others, "--data", elsewhere).fails(t, 1, "somebody else")
	moot(t, "restore", "--from", made, "--identity", made, "--data", elsewhere).fails(t, 1, "holds no identity")
	moot(t, "restore", "--from", keys, "--identity", keys, "--data", elsewhere).fails(t, 1, "no backup of moot's")
	if _, err := os.Stat(elsewhere); err == nil {
		t.Error("a folder was made for nothing")
	}
	whole, err := os.ReadFile(made)
	if err != nil {
		t.Fatal(err)
	}
	write(t, made, string(whole[:len(whole)-7]))
	moot(t, "backup", "--check", made, "--identity", keys).fails(t, 1, "damaged")
	moot(t, "restore", "--from", made, "--identity", keys, "--data", elsewhere).fails(t, 1, "damaged")
	moot(t, "serve", "--backup-every=1h", "--data", elsewhere).fails(t, 1, "backup-to", "backup-recipients")
	moot(t, "serve", "--backup-every=1h", "--backup-to", out, "--backup-recipients=age1x", "--data", elsewhere).fails(t, 1, "backup-recipients", "age1x")
}

func TestARestoreThatWasNotFinishedIsNoSite(t *testing.T) {
	folder := somewhere(t)
	if err := os.MkdirAll(filepath.Join(folder, "files"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "files", "restoring.txt"), "")
	moot(t, "serve", "--data", folder, "--listen=127.0.0.1:0", "--listen-ops=off").fails(t, 1, "restore", "not finished")
	d, err := db.Open(t.Context(), "sqlite:"+filepath.Join(folder, "moot.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if empty, err := whole.Empty(t.Context(), d); err != nil || !empty {
		t.Errorf("a schema was made: %v", err)
	}
}

func TestScheduledBackups(t *testing.T) {
	folder, out := somewhere(t), somewhere(t)
	keys, recipient := newKey(t)
	args := []string{"serve", "--data", folder, "--backup-every=24h", "--backup-to", out, "--backup-recipients", recipient}
	r := start(t, args...)
	until(t, func() bool { return strings.Contains(r.log.String(), "made a backup") })
	wants(t, moot(t, "backup", "--check", only(t, out), "--identity", keys).out, "It is whole.")
	r.process.Process.Signal(syscall.SIGTERM)
	if status := r.wait(); status != 0 {
		t.Errorf("exit status %d\n%s", status, r.log)
	}
	again := start(t, args...)
	wants(t, get(t, browser(t), again.address+"/"), "Moot")
	only(t, out) // it isn't due yet
}
