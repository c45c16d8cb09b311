package db_test

import (
	"context"
	"net/url"
	"sync"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/fault"
)

// A server that is cut off, or takes every question and answers none, is told
// of as a database that can't answer now; when it is back, so is the database.
func TestAServerThatIsAway(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		if engine != db.PostgreSQL {
			continue
		}
		line, through := dbtest.NewLine(t, dbtest.Address(t, engine))
		d, err := db.Open(t.Context(), through)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if _, _, err := d.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		for name, fail := range map[string]func(){"cut": line.Cut, "held": line.Hold} {
			fail()
			var all sync.WaitGroup
			for range 60 { // more than there are connections
				all.Go(func() {
					soon, cancel := context.WithTimeout(t.Context(), time.Minute)
					defer cancel()
					read := d.Read(soon, func(tx *db.Tx) error { var n int; return tx.Row(`SELECT 1`).Scan(&n) })
					write := d.Write(soon, func(tx *db.Tx) error { return keep(tx, "lost") })
					if !fault.Is(read, fault.Unavailable) || !fault.Is(write, fault.Unavailable) || soon.Err() != nil {
						t.Errorf("%s: reading: %v; writing: %v", name, read, write)
					}
				})
			}
			all.Wait()
			line.Mend()
			for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
				err := d.Write(t.Context(), func(tx *db.Tx) error { return keep(tx, name) })
				if err == nil {
					break
				}
				if !fault.Is(err, fault.Unavailable) || time.Now().After(end) {
					t.Fatalf("%s, and mended: %v", name, err)
				}
			}
		}
	}
}

// Of several hosts one may be gone without a word, and another be a standby: the
// one that may be written to is found all the same, in no more time than it takes.
func TestTheHostThatAnswersIsFound(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		if engine != db.PostgreSQL {
			continue
		}
		address := dbtest.Address(t, engine)
		gone, one := dbtest.NewLine(t, address)
		there, other := dbtest.NewLine(t, address)
		both := bothHosts(t, one, other)
		d, err := db.Open(t.Context(), both)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if _, _, err := d.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		write := func(name string) {
			t.Helper()
			for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
				err := d.Write(t.Context(), func(tx *db.Tx) error { return keep(tx, name) })
				if err == nil {
					return
				}
				if !fault.Is(err, fault.Unavailable) || time.Now().After(end) {
					t.Fatalf("%s: %v", name, err)
				}
			}
		}
		gone.Hold()
		write("the first is gone")
		gone.Mend()
		there.Hold()
		write("the second is")
		heard := make(chan string, 1)
		listening := make(chan struct{})
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go d.Listen(ctx, "hosts", func() { close(listening) }, func(said string) { heard <- said })
		<-listening
		if err := d.Notify(t.Context(), "hosts", "hello"); err != nil || <-heard != "hello" {
			t.Errorf("listening: %v", err)
		}
		there.Mend()
	}
}

// bothHosts is an address that names the hosts of two.
func bothHosts(t *testing.T, one, other string) string {
	t.Helper()
	u, err := url.Parse(one)
	if err != nil {
		t.Fatal(err)
	}
	v, err := url.Parse(other)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("host", u.Hostname()+","+v.Hostname())
	q.Set("port", u.Port()+","+v.Port())
	u.Host, u.RawQuery = "", q.Encode()
	return u.String()
}
