package operator

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"moot/internal/backup"
)

// progress shows how far something is: a line that moves where somebody looks
// on, and a line each ten seconds where a log does. It is never on standard
// output, which is for what comes of it.
type progress struct {
	w     io.Writer
	moves bool // the line can be written over
	now   func() time.Time
	step  backup.Step
	began time.Time // of the step
	told  time.Time
	width int // of what stands in the line
}

func (d Desk) progress() *progress {
	p := &progress{w: d.Err, now: time.Now}
	if f, ok := d.Err.(*os.File); ok {
		info, err := f.Stat()
		p.moves = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// How often it is told.
const (
	lookAgain = 200 * time.Millisecond
	logAgain  = 10 * time.Second
)

func (p *progress) see(at backup.Progress) {
	now := p.now()
	if at.Step != p.step {
		p.end()
		p.step, p.began, p.told = at.Step, now, now
	}
	wait := logAgain
	if p.moves {
		wait = lookAgain
	}
	if now.Sub(p.told) < wait {
		return
	}
	p.told = now
	text := reached(at, now.Sub(p.began))
	if !p.moves {
		fmt.Fprintln(p.w, text)
		return
	}
	fmt.Fprintf(p.w, "\r%-*s", p.width, text)
	p.width = len(text)
}

// end wipes the line that moves.
func (p *progress) end() {
	if p.width > 0 {
		fmt.Fprintf(p.w, "\r%s\r", strings.Repeat(" ", p.width))
	}
	p.width = 0
}

// reached says how far a step is, how fast it goes, and how long it may take yet.
func reached(at backup.Progress, took time.Duration) string {
	count := func(n int64) string { return fmt.Sprint(n) }
	if at.Step == backup.Checking {
		count = inBytes
	}
	text := string(at.Step)
	if at.Total > 0 {
		text += fmt.Sprintf(" %d %%, %s of %s", at.Done*100/at.Total, count(at.Done), count(at.Total))
	}
	if seconds := took.Seconds(); seconds > 0 && at.Done > 0 {
		text += fmt.Sprintf(", %s/s", count(int64(float64(at.Done)/seconds)))
		if at.Bytes > 0 {
			text += fmt.Sprintf(" (%s/s)", inBytes(int64(float64(at.Bytes)/seconds)))
		}
		if left := time.Duration(float64(took) / float64(at.Done) * float64(at.Total-at.Done)); left >= 0 {
			text += fmt.Sprintf(", %s left", left.Round(time.Second))
		}
	}
	return text
}

// inBytes writes a size for people.
func inBytes(n int64) string {
	size, unit := float64(n), 0
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	for size >= 1024 && unit < len(units)-1 {
		size, unit = size/1024, unit+1
	}
	if unit == 0 {
		return fmt.Sprintf("%d %s", n, units[0])
	}
	return fmt.Sprintf("%.1f %s", size, units[unit])
}
