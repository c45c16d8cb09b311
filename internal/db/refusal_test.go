package db_test

import (
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/db/dbtest"
)

// told opens a database that can't be opened, and returns what is said of it.
func told(t *testing.T, address string) string {
	t.Helper()
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	d, err := db.Open(soon, address)
	if err == nil {
		_, _, err = d.Migrate(soon)
		d.Close()
	}
	if err == nil {
		t.Fatalf("%s opens", address)
	}
	return err.Error()
}

// A file that is no database's, or can't be reached, is told of in a sentence.
func TestAFileThatCanNotBeOpened(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database ", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, says := range map[string]string{
		folder:                              "can't be opened: is a directory: give it",
		filepath.Join(folder, "none", "db"): "can't be opened: no such file or directory: give it",
		filepath.Join(text, "db"):           "can't be opened: not a directory: give it",
		text:                                "can't be opened: file is not a database",
	} {
		if said := told(t, "sqlite:"+path); !strings.HasPrefix(said, "the file "+path+" ") || !strings.Contains(said, says) || strings.Contains(said, "\n") {
			t.Errorf("%s: %s", path, said)
		}
	}
}

// Whatever is wrong with the address of a server is told in a sentence that says
// what to do, without the password.
func TestAServerThatCanNotBeOpened(t *testing.T) {
	if !slices.Contains(dbtest.Engines(), db.PostgreSQL) {
		return
	}
	folder, err := os.MkdirTemp("", "moot-hba-") // the server's own account reads it
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	hba := filepath.Join(folder, "hba")
	rules := "local all moot trust\nlocal all guest scram-sha-256\nlocal all stranger reject\nlocal all all trust\n"
	if err := os.WriteFile(hba, []byte(rules), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	server, err := dbtest.NewServer(append(slices.Clone(dbtest.Quick), "hba_file="+hba)...)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	owner, err := db.Open(t.Context(), server.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	if err := owner.Write(t.Context(), func(tx *db.Tx) error {
		for _, statement := range []string{`CREATE ROLE guest LOGIN PASSWORD 'ge/heim'`, `CREATE ROLE stranger LOGIN`, `CREATE ROLE reader LOGIN`} {
			if _, err := tx.Exec(statement); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	line, through := dbtest.NewLine(t, server.Address())
	u, err := url.Parse(through)
	if err != nil {
		t.Fatal(err)
	}
	as := func(user *url.Userinfo, name, more string) string {
		return (&url.URL{Scheme: "postgres", User: user, Host: u.Host, Path: name, RawQuery: more}).String()
	}
	guest := url.UserPassword("guest", "ge/heim")
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	for name, bad := range map[string]struct{ address, says string }{
		"wrong password": {as(url.UserPassword("guest", "geheim!"), "/postgres", ""), "doesn't take the password of the user guest"},
		"wrong user":     {as(url.UserPassword("nobody", "geheim!"), "/postgres", ""), "doesn't let the user nobody in: it says: role \"nobody\" does not exist"},
		"kept out":       {as(url.User("stranger"), "/postgres", ""), "doesn't let the user stranger in: it says: pg_hba.conf rejects"},
		"wrong name":     {as(guest, "/nothing", ""), "has no database nothing: make it (createdb -O guest nothing)"},
		"no TLS":         {as(guest, "/postgres", "sslmode=require"), "speaks no TLS"},
		"may not":        {as(url.User("reader"), "/postgres", ""), "doesn't let the user reader do this in the database postgres"},
		"only read":      {as(url.User("moot"), "/postgres", "default_transaction_read_only=on"), "can only be read"},
		"no server":      {strings.Replace(as(guest, "/postgres", ""), u.Host, nobody.Addr().String(), 1), "doesn't answer: connect: connection refused"},
		"no such name":   {strings.Replace(as(guest, "/postgres", ""), u.Host, "nowhere.invalid", 1), "isn't found"},
		"no socket":      {"postgres:///postgres?user=guest&password=geheim&host=" + url.QueryEscape(t.TempDir()), "doesn't answer: connect: no such file"},
		"wrong option":   {as(guest, "/postgres", "sslmode=perhaps"), "the address of the server can't be used: "},
		"no file":        {as(guest, "/postgres", "sslmode=verify-full&sslrootcert=/nowhere/ca.pem"), "the address of the server can't be used: "},
	} {
		t.Run(name, func(t *testing.T) {
			said := told(t, bad.address)
			t.Log(said)
			if !strings.HasPrefix(said, "the ") || !strings.Contains(said, bad.says) || strings.Contains(said, "\n") ||
				strings.Contains(said, "heim") || strings.Contains(said, "://") {
				t.Error(said)
			}
		})
	}
	line.Hold()
	if said := told(t, as(guest, "/postgres", "connect_timeout=1")); !strings.Contains(said, "doesn't answer in time") {
		t.Errorf("held: %s", said)
	}
}
