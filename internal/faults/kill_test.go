//go:build unix

package faults

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/db/dbtest"
)

// database is where a site on an engine keeps its posts.
func database(t *testing.T, engine db.Engine) string {
	if engine == db.SQLite {
		return ""
	}
	return dbtest.Address(t, engine)
}

// The program is killed at random moments while people write: mostly while it
// answers, now and then while it starts. Half of the short run's fifty kills
// are on each engine where there are two.
func TestKill(t *testing.T) {
	kills := 50 / len(dbtest.Engines())
	if long() {
		kills = 1000
	}
	for _, engine := range dbtest.Engines() {
		t.Run(engine.String(), func(t *testing.T) {
			t.Parallel() // most of a life is waiting
			r := chance(t)
			s := newSite(t, database(t, engine))
			s.up(t)
			a := s.open(t)
			a.write(t, 6, r)
			var log int64
			for range kills {
				time.Sleep(time.Duration(r.IntN(int(400 * time.Millisecond))))
				s.end(syscall.SIGKILL)
				log = max(log, s.writeAhead())
				if r.IntN(5) == 0 {
					s.start(t)
					time.Sleep(time.Duration(r.Int64N(int64(s.slowest))))
					s.end(syscall.SIGKILL)
				}
				s.up(t)
			}
			a.stop(t)
			if status := s.end(syscall.SIGTERM); status != 0 {
				t.Errorf("exit status %d\n%s", status, tail(s.now.log.String()))
			}
			a.compare(t, s.address())
			t.Logf("%d kills; the slowest start took %v", kills, s.slowest.Round(time.Millisecond))
			notes := fmt.Sprintf("slowest start %v", s.slowest.Round(time.Millisecond))
			if log > 0 {
				notes += fmt.Sprintf(", after up to %.1f MB of write-ahead log left behind", float64(log)/1e6)
			}
			a.report(t, "program killed", kills, notes)
			if a.ledger.again == 0 {
				t.Error("no form had to be sent again, so this proves nothing")
			}
		})
	}
}

// writeAhead is the length of what SQLite has yet to take into the site's file.
func (s *site) writeAhead() int64 {
	info, err := os.Stat(filepath.Join(s.data, "moot.db-wal"))
	if err != nil {
		return 0
	}
	return info.Size()
}
