//go:build unix

package faults

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"moot/internal/db"
)

// jumps is what the program is told of its clock: it adds the seconds in a file
// to the wall clock, and nothing to elapsed time, as when somebody sets it.
const jumps = `package clock

import (
	"os"
	"strconv"
	"time"
)

func jumped() time.Duration {
	text, _ := os.ReadFile(os.Getenv("FAULTS_CLOCK"))
	seconds, _ := strconv.Atoi(string(text))
	return time.Duration(seconds) * time.Second
}
`

// shifted are the files of a program that is told of its clock so.
func shifted(t *testing.T) map[string]string {
	t.Helper()
	source, err := os.ReadFile("../clock/clock.go")
	if err != nil {
		t.Fatal(err)
	}
	const reading = "return now.Round(0), now.Sub(start)"
	if strings.Count(string(source), reading) != 1 {
		t.Fatalf("the clock isn't read by %q any more", reading)
	}
	return map[string]string{
		"internal/clock/clock.go":  strings.Replace(string(source), reading, "return now.Round(0).Add(jumped()), now.Sub(start)", 1),
		"internal/clock/jumped.go": jumps,
	}
}

// hurry puts one line of a program in place of another, among files that are changed.
func hurry(t *testing.T, changed map[string]string, file, line, with string) {
	t.Helper()
	source, err := os.ReadFile("../../" + file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(source), line) != 1 {
		t.Fatalf("%s has no %q any more", file, line)
	}
	changed[file] = strings.Replace(string(source), line, with, 1)
}

// The clock jumps while people write: their forms work, and nothing is gone
// for its age, though the site is swept all the time.
func TestClockJumps(t *testing.T) {
	changed := shifted(t)
	// The site is swept all the time.
	hurry(t, changed, "cmd/moot/jobs.go", "const sweepEvery = time.Hour", "const sweepEvery = 20 * time.Millisecond")
	hurry(t, changed, "internal/job/job.go", "= 5 * time.Second  // between two looks", "= 20 * time.Millisecond // between two looks")
	loose := rewritten(t, "loose", changed)
	const day = 24 * time.Hour
	for name, jump := range map[string]time.Duration{
		"an hour on": time.Hour, "an hour back": -time.Hour, "a day on": day, "a day back": -day,
		"to 1970": -time.Duration(time.Now().Unix()) * time.Second, "ten years on": 3652 * day,
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "jump")
			s := newSite(t, "")
			s.program, s.environ = loose, []string{"FAULTS_CLOCK=" + file}
			s.up(t)
			a := s.open(t)
			a.write(t, 3, chance(t))
			until(t, "somebody writes", hangs, func() bool { return a.ledger.count() > 10 })
			if err := os.WriteFile(file, []byte(strconv.Itoa(int(jump/time.Second))), 0o600); err != nil {
				t.Fatal(err)
			}
			accepted := a.ledger.count()
			until(t, "somebody writes after the jump", hangs, func() bool { return a.ledger.count() > accepted+10 })
			a.stop(t)
			if status := s.end(syscall.SIGTERM); status != 0 {
				t.Errorf("exit status %d\n%s", status, tail(s.now.log.String()))
			}
			a.compare(t, s.address())
			a.remembered(t)
			a.fair(t)
			a.report(t, "clock jumps "+name, 1, "")
		})
	}
}

// remembered checks that what tells a form that was sent twice, and is forgotten
// after a day, is there for every post.
func (a *authors) remembered(t *testing.T) {
	t.Helper()
	d, err := db.Open(t.Context(), a.site.address())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var forgotten int
	err = d.Read(t.Context(), func(tx *db.Tx) error {
		return tx.Row(`SELECT count(*) FROM post WHERE once IS NULL`).Scan(&forgotten)
	})
	if err != nil || forgotten > 0 {
		t.Errorf("the clock jumped, and the forms of %d posts were forgotten: %v", forgotten, err)
	}
}
