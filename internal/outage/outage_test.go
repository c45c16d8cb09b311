package outage

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"moot/internal/fault"
)

func gone(key, cause string, args ...any) error {
	return fmt.Errorf("reading: %w", fault.New(fault.Unavailable, key).Because(fmt.Errorf(cause, args...)))
}

// journal is a log that is read while timers write it.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func TestAnOutageIsAFewLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var written journal
		log := slog.New(Brief(slog.NewTextHandler(&written, nil)))
		lines := func() int {
			synctest.Wait()
			return strings.Count(written.String(), "\n")
		}
		for n := range 1000 {
			log.With("node", "a").Error("failed", "route", "GET /", "error", gone("db.unavailable", "read tcp 127.0.0.1:%d: reset", 50000+n))
			time.Sleep(20 * time.Millisecond)
		}
		if lines() != 1 || !strings.Contains(written.String(), `level=ERROR msg="an outage begins"`) || !strings.Contains(written.String(), "what=db.unavailable first=failed route=\"GET /\"") ||
			!strings.Contains(written.String(), "node=a") || !strings.Contains(written.String(), "50000: reset") {
			t.Fatalf("%d lines: %s", lines(), written.String())
		}
		for said, err := range map[string]error{
			"another cause":  gone("db.unavailable", "password authentication failed"),
			"another outage": gone("blob.unavailable", "read tcp 127.0.0.1:50000: reset"),
			"no fault":       errors.New("no such column"),
			"both":           errors.Join(gone("db.unavailable", "read tcp 127.0.0.1:50000: reset"), errors.New("no such table")),
			"not away":       fault.New(fault.Broken, "fault.broken").Because(errors.New("nil map")),
		} {
			before := lines()
			log.Warn(said, "error", err)
			if lines() != before+1 {
				t.Errorf("%s: %d lines", said, lines()-before)
			}
		}
		log.Info("serving", "error", gone("db.unavailable", "read tcp 127.0.0.1:1: reset")) // is no line of a failure
		before := lines()
		time.Sleep(Calm - time.Second)
		log.Warn("following", "error", gone("db.unavailable", "read tcp 127.0.0.1:2: reset"))
		time.Sleep(Calm - time.Second)
		if n := lines() - before; n != 1 || !strings.Contains(written.String(), `msg="an outage is over" what=blob.unavailable took=0s unwritten=0`) {
			t.Errorf("%d lines before all is over: %s", n, written.String())
		}
		time.Sleep(2 * time.Second)
		if n := lines() - before; n != 2 || !strings.Contains(written.String(), `level=WARN msg="an outage is over" what=db.unavailable took=34s unwritten=1000`) {
			t.Errorf("%d lines when all is over: %s", n, written.String())
		}
		log.Error("failed", "error", gone("db.unavailable", "read tcp 127.0.0.1:3: reset"))
		if !strings.HasSuffix(strings.TrimSpace(written.String()), "reset\"") || strings.Count(written.String(), "an outage begins") != 3 {
			t.Errorf("the next outage doesn't begin: %s", written.String())
		}
		time.Sleep(2 * Calm)
	})
}
