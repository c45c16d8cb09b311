//go:build unix

package faults

import (
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/db/dbtest"
)

// The PostgreSQL server is cut off, and held so that it takes questions and
// answers none, while people write. Readers are told so and when to come back,
// the program gathers nothing meanwhile, and what was accepted before and
// after stands once, though the answer to many a COMMIT never came.
func TestServerAway(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		if engine != db.PostgreSQL {
			continue
		}
		address := dbtest.Address(t, engine)
		line, through := dbtest.NewLine(t, address)
		r := chance(t)
		s := newSite(t, through)
		s.up(t)
		a := s.open(t)
		a.write(t, 6, r)
		rounds := 2
		if long() {
			rounds = 50
		}
		for range rounds {
			for name, fail := range map[string]func(){"cut off": line.Cut, "held": line.Hold} {
				accepted := a.ledger.count()
				until(t, "somebody writes", hangs, func() bool { return a.ledger.count() > accepted+5 })
				fail()
				until(t, name+": a 503 that says when to come back", hangs, func() bool {
					status, _, header, err := s.ask(a.thread)
					if err != nil || status == http.StatusInternalServerError {
						t.Fatalf("%s: %d, %v\n%s", name, status, err, tail(s.now.log.String()))
					}
					return status == http.StatusServiceUnavailable && header.Get("Retry-After") != ""
				})
				before := s.goroutines(t)
				var readers sync.WaitGroup
				for range 60 {
					readers.Go(func() { s.ask(a.thread) })
				}
				readers.Wait()
				if after := s.goroutines(t); after > before+100 {
					t.Errorf("%s: %d goroutines became %d", name, before, after)
				}
				line.Mend()
				accepted = a.ledger.count()
				until(t, name+", and mended: somebody writes", recovers(), func() bool { return a.ledger.count() > accepted })
			}
		}
		a.stop(t)
		if status := s.end(syscall.SIGTERM); status != 0 {
			t.Errorf("exit status %d\n%s", status, tail(s.now.log.String()))
		}
		// The operator is told of each outage when it begins, and not by every reader.
		log := s.now.log.String()
		if begun, told := strings.Count(log, "an outage begins"), strings.Count(log, "db.unavailable"); begun == 0 || told > 40*begun {
			t.Errorf("%d lines tell of %d outages\n%s", told, begun, tail(log))
		}
		a.compare(t, address)
		a.fair(t)
		a.report(t, "PostgreSQL cut off, and held", 2*rounds, "")
	}
}

var goroutinesMetric = regexp.MustCompile(`(?m)^\S*goroutines (\d+)`)

// goroutines is how many the program has, as its operator is told.
func (s *site) goroutines(t *testing.T) int {
	t.Helper()
	c := &http.Client{Transport: s.dial("-ops"), Timeout: hangs}
	answer, err := c.Get("http://moot/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	m := goroutinesMetric.FindSubmatch(text)
	if err != nil || m == nil {
		t.Fatalf("no goroutines in the metrics: %v\n%s", err, text)
	}
	n, _ := strconv.Atoi(string(m[1]))
	return n
}

// recovers is how soon a site works again once what it needs is back: in ten
// seconds, and within more on a machine that runs other tests too.
func recovers() time.Duration {
	if long() {
		return 10 * time.Second
	}
	return 30 * time.Second
}
