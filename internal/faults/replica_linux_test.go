package faults

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/db/dbtest"
)

// fresh asks for a page as who has just posted.
func (s *site) fresh(t *testing.T, path string) string {
	t.Helper()
	q, err := http.NewRequest(http.MethodGet, "http://moot"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	q.AddCookie(&http.Cookie{Name: "moot-fresh", Value: "1"})
	answer, err := (&http.Client{Transport: s.dial(""), Timeout: hangs}).Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", path, answer.Status, err)
	}
	return string(page)
}

// number is one that the program tells its operator.
func (s *site) number(t *testing.T, name string) float64 {
	t.Helper()
	c := &http.Client{Transport: s.dial("-ops"), Timeout: hangs}
	answer, err := c.Get("http://moot/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindSubmatch(text)
	if err != nil || m == nil {
		t.Fatalf("no %s in the metrics: %v\n%s", name, err, text)
	}
	n, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// onStandby runs a statement on a server that only reads.
func onStandby(t *testing.T, s *dbtest.Server, statement string) {
	t.Helper()
	d, err := db.Open(t.Context(), s.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Read(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(statement); return err }); err != nil {
		t.Fatal(err)
	}
}

const (
	byReplica = `moot_db_replica_reads_total{from="replica"}`
	byPrimary = `moot_db_replica_reads_total{from="primary"}`
)

// Pages for everybody are made of a replica's reads. While it stands still, and
// catches up, who posts sees their post at once, everybody else a moment later, and
// nobody's page is left as it was; and where it is minutes behind, or gone, nobody
// notices but the operator, who is told once of each.
func TestReplicaLags(t *testing.T) {
	if !slices.Contains(dbtest.Engines(), db.PostgreSQL) {
		return
	}
	primary, err := dbtest.NewServer(dbtest.Quick...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { primary.Close() })
	standby, err := dbtest.NewStandby(primary)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { standby.Close() })
	r := chance(t)
	s := newSite(t, primary.Address())
	s.more = []string{"--database-replica", standby.Address(), "--database-replica-lag=6s"}
	s.up(t)
	a := s.open(t)
	read := func(what string) {
		t.Helper()
		before := s.number(t, byReplica)
		until(t, what, recovers(), func() bool {
			if status, _, _, err := s.ask("/search?q=words"); err != nil || status != http.StatusOK {
				t.Fatalf("%s: searching: %d, %v", what, status, err)
			}
			return s.number(t, byReplica) > before
		})
	}
	read("a replica is read")
	crowd := s.read(t, "/", place+"/index", a.thread) // who look again and again, so that pages are made at every moment
	post := func(words string) {
		t.Helper()
		if !a.send(t.Context(), a.thread, words, nil) {
			t.Fatalf("%q can't be posted", words)
		}
		for range 5 {
			if !strings.Contains(s.fresh(t, a.thread), words) {
				t.Fatalf("who posted %q doesn't see it", words)
			}
		}
	}
	seen := func(words string) {
		t.Helper()
		for _, path := range []string{a.thread, place + "/index"} {
			until(t, words+" on "+path, 10*time.Second, func() bool {
				_, page, _, err := s.ask(path)
				return err == nil && strings.Contains(page, words)
			})
		}
	}
	rounds := 6
	if long() {
		rounds = 60
	}
	for n := range rounds {
		onStandby(t, standby, `SELECT pg_wal_replay_pause()`)
		words := fmt.Sprintf("Words %d while it stands still", n)
		post(words)
		if n%2 == 0 {
			seen(words) // by the primary
		}
		rest, cancel := context.WithTimeout(t.Context(), time.Duration(r.IntN(int(time.Second))))
		<-rest.Done()
		cancel()
		onStandby(t, standby, `SELECT pg_wal_replay_resume()`)
		seen(words)
		words = fmt.Sprintf("Words %d while it catches up", n)
		post(words)
		seen(words)
	}
	read("a replica is read that has caught up")

	told := func(what string) int { return strings.Count(s.now.log.String(), what) }
	if told("is left alone") > 0 {
		t.Errorf("it was never far behind, and was left alone\n%s", tail(s.now.log.String()))
	}
	onStandby(t, standby, `SELECT pg_wal_replay_pause()`)
	post("Words that it will not have for long")
	until(t, "it is left alone", recovers(), func() bool { return told("is left alone") > 0 })
	before := s.number(t, byReplica)
	post("Words that it lacks")
	seen("Words that it lacks")
	s.ask("/search?q=lacks")
	if s.number(t, byReplica) > before || s.number(t, byPrimary) == 0 || s.number(t, "moot_db_replica_lag_seconds") < 6 {
		t.Errorf("it is read, though it is %v s behind", s.number(t, "moot_db_replica_lag_seconds"))
	}
	onStandby(t, standby, `SELECT pg_wal_replay_resume()`)
	resumed := time.Now()
	read("it is read again")
	caughtUp := time.Since(resumed)
	seen("Words that it lacks")

	if err := standby.Kill(); err != nil {
		t.Fatal(err)
	}
	post("Words without a replica")
	seen("Words without a replica")
	until(t, "it is left alone once more", recovers(), func() bool { return told("is left alone") == 2 })
	if err := standby.Start(); err != nil {
		t.Fatal(err)
	}
	resumed = time.Now()
	read("it is back, and read again")
	back := time.Since(resumed)
	crowd()
	if left, again := told("is left alone"), told("is asked again"); left != 2 || again != 2 {
		t.Errorf("it was away twice; %d lines say so, and %d that it is back\n%s", left, again, tail(s.now.log.String()))
	}
	if status := s.end(syscall.SIGTERM); status != 0 {
		t.Errorf("exit status %d\n%s", status, tail(s.now.log.String()))
	}
	a.compare(t, primary.Address())
	a.fair(t)
	notes := fmt.Sprintf("read again %v after it went on, %v after it was started again", caughtUp.Round(time.Millisecond), back.Round(time.Millisecond))
	t.Log(notes)
	a.report(t, "a replica that stands still, is behind, killed", 2*rounds+2, notes)
}

// A site whose replica's address is wrong starts, says so once, and serves.
func TestReplicaIsWrong(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		if engine != db.PostgreSQL {
			continue
		}
		s := newSite(t, dbtest.Address(t, engine))
		s.more = []string{"--database-replica", "postgres://moot@127.0.0.1:1/moot"}
		s.up(t)
		a := s.open(t)
		until(t, "it says so", hangs, func() bool { return strings.Contains(s.now.log.String(), "is left alone") })
		if status, page, _, err := s.ask(a.thread); err != nil || status != http.StatusOK || !strings.Contains(page, "Opening words") {
			t.Errorf("%d, %v", status, err)
		}
		if status := s.end(syscall.SIGTERM); status != 0 {
			t.Errorf("exit status %d\n%s", status, tail(s.now.log.String()))
		}
	}
}
