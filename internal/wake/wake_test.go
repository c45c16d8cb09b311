package wake

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"moot/internal/event"
)

// node is one end of a line in a test: its outbox, and its log.
type node struct {
	*event.Outbox
	log journal
}

// journal is a log that may be read while it is written.
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

// begin carries wake-ups over a line until the test ends.
func begin(t *testing.T, line Line) *node {
	t.Helper()
	n := &node{Outbox: event.New()}
	awaken := n.Awaken()
	ctx, stop := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { Carry(ctx, n.Outbox, line, slog.New(slog.NewTextHandler(&n.log, nil))) })
	t.Cleanup(func() {
		stop()
		ended.Wait()
	})
	select {
	case <-awaken: // the line is up
	case <-time.After(30 * time.Second):
		t.Fatalf("the line never came up\n%s", &n.log)
	}
	return n
}

// settled waits until nothing more is to be said of what went before.
func settled(nodes ...*node) {
	for _, n := range nodes {
		for quiet := false; !quiet; {
			awaken := n.Awaken()
			select {
			case <-awaken:
			case <-time.After(10 * breath):
				quiet = true
			}
		}
	}
}

// wakes has one node say that something happened and sees another awake. Where
// the line was cut that may take some time; until does what brings it back.
func wakes(t *testing.T, from, to *node) {
	t.Helper()
	settled(from, to)
	awaken := to.Awaken()
	from.Spread()
	select {
	case <-awaken:
	case <-time.After(30 * time.Second):
		t.Fatalf("not woken\nfrom: %s\nto: %s", &from.log, &to.log)
	}
}

// says waits until a log has a line so many times.
func (n *node) says(t *testing.T, line string, times int) {
	t.Helper()
	for range 600 {
		if strings.Count(n.log.String(), line) >= times {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if got := strings.Count(n.log.String(), line); got != times {
		t.Errorf("the log says %q %d times, want %d:\n%s", line, got, times, &n.log)
	}
}

const (
	lost = "wake-ups between nodes are lost"
	back = "wake-ups between nodes are back"
)
