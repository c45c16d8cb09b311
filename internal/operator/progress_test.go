package operator

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"moot/internal/backup"
)

func TestHowFarItIs(t *testing.T) {
	for want, at := range map[string]backup.Progress{
		"rows 25 %, 1000 of 4000, 100/s, 30s left":                 {Step: backup.Rows, Done: 1000, Total: 4000},
		"files 50 %, 10 of 20, 1/s (1.5 MiB/s), 10s left":          {Step: backup.Files, Done: 10, Total: 20, Bytes: 15 << 20},
		"checking 100 %, 2.0 GiB of 2.0 GiB, 204.8 MiB/s, 0s left": {Step: backup.Checking, Done: 2 << 30, Total: 2 << 30},
		"filling 0 %, 0 of 7":                                      {Step: backup.Filling, Total: 7},
		"files":                                                    {Step: backup.Files},
	} {
		if got := reached(at, 10*time.Second); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// told is what is written of a backup in three steps of ten seconds.
func told(moves bool) string {
	var out bytes.Buffer
	now := time.Unix(0, 0)
	p := &progress{w: &out, moves: moves, now: func() time.Time { return now }}
	for n := range int64(31) {
		p.see(backup.Progress{Step: backup.Rows, Done: n, Total: 30})
		p.see(backup.Progress{Step: backup.Rows, Done: n, Total: 30})
		now = now.Add(time.Second)
	}
	p.end()
	return out.String()
}

func TestALineMovesOnlyWhereSomebodyLooks(t *testing.T) {
	log := told(false)
	if strings.Contains(log, "\r") || strings.Count(log, "\n") != 3 || !strings.HasPrefix(log, "rows 33 %, 10 of 30, 1/s, 20s left\n") {
		t.Errorf("a log: %q", log)
	}
	line := told(true)
	if strings.Contains(line, "\n") || strings.Count(line, "rows ") != 30 || !strings.HasSuffix(line, " \r") {
		t.Errorf("a terminal: %q", line)
	}
}
