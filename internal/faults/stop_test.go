//go:build unix

package faults

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"moot/internal/db/dbtest"
)

// The program is told to stop again and again while people write. It ends
// with 0 each time.
func TestStop(t *testing.T) {
	stops := 3
	if long() {
		stops = 100
	}
	for _, engine := range dbtest.Engines() {
		t.Run(engine.String(), func(t *testing.T) {
			s := newSite(t, database(t, engine))
			s.up(t)
			a := s.open(t)
			a.write(t, 6, chance(t))
			for range stops {
				accepted := a.ledger.count()
				until(t, "somebody writes", hangs, func() bool { return a.ledger.count() > accepted+5 })
				if status := s.end(syscall.SIGTERM); status != 0 {
					t.Fatalf("exit status %d\n%s", status, tail(s.now.log.String()))
				}
				s.up(t)
			}
			a.stop(t)
			s.end(syscall.SIGTERM)
			a.compare(t, s.address())
			a.fair(t)
			a.report(t, "SIGTERM", stops, fmt.Sprintf("slowest start %v", s.slowest.Round(time.Millisecond)))
		})
	}
}

// fair checks that nobody was given an answer that nobody should be given.
func (a *authors) fair(t *testing.T) {
	t.Helper()
	if len(a.ledger.broken) > 0 {
		t.Errorf("%d answers that nobody should be given, such as %s\n%s", len(a.ledger.broken), a.ledger.broken[0], tail(a.site.now.log.String()))
	}
}
