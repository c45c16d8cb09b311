//go:build unix

package faults

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// hangs is after how long something that should have happened never will.
const hangs = time.Minute

// folder is where programs are built; program is the command as it is.
var folder, program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if folder, err = os.MkdirTemp("", "moot-faults-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(folder)
		program = filepath.Join(folder, "moot")
		if err := build(program); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// build builds the command, with more arguments of go build if need be.
func build(into string, args ...string) error {
	c := exec.Command("go", append(append([]string{"build"}, args...), "-o", into, "moot/cmd/moot")...)
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("building: %w\n%s", err, out)
	}
	return nil
}

// long reports whether there is time for many faults.
func long() bool { return os.Getenv("MOOT_FAULTS") == "long" }

// chance is where random moments come from. Its seed is printed, and can be
// given.
func chance(t *testing.T) *rand.Rand {
	seed := rand.Uint64()
	if given, err := strconv.ParseUint(os.Getenv("MOOT_FAULTS_SEED"), 10, 64); err == nil {
		seed = given
	}
	t.Logf("MOOT_FAULTS_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// site is a site whose program starts and ends many times, on the same data.
type site struct {
	program  string   // that runs it
	data     string   // its folder
	database string   // its address, as the program is told
	environ  []string // for the program
	more     []string // arguments
	socket   string

	now     *run
	slowest time.Duration // from a start to its greeting
}

// run is one life of the program.
type run struct {
	process *exec.Cmd
	log     *locked
	ended   chan struct{}
}

// locked is a log that is written while it is read.
type locked struct {
	mu   sync.Mutex
	text bytes.Buffer // not embedded: its ReadFrom knows no lock
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// newSite is a site that hasn't started yet. Database is an address; "" is the
// SQLite file in its folder.
func newSite(t *testing.T, database string) *site {
	t.Helper()
	at, err := os.MkdirTemp(folder, "site-")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{program: program, data: filepath.Join(at, "data"), database: database, socket: filepath.Join(at, "s")}
	t.Cleanup(func() {
		if s.now != nil {
			s.end(syscall.SIGKILL)
		}
	})
	return s
}

// start starts the program without waiting until it answers. It gives what the
// program says when it does.
func (s *site) start(t *testing.T) *bufio.Reader {
	t.Helper()
	args := []string{"serve", "--listen=unix:" + s.socket, "--listen-ops=unix:" + s.socket + "-ops", "--trusted-proxies=unix", "--data", s.data,
		"--patience=0s", "--work-bits=0", "--images=on", "--thread-posts=0", "--board-threads=0"}
	if s.database != "" {
		args = append(args, "--database", s.database)
	}
	args = append(args, s.more...)
	r := &run{process: exec.Command(s.program, args...), log: &locked{}, ended: make(chan struct{})}
	r.process.Env = s.environ
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "MOOT_") {
			r.process.Env = append(r.process.Env, pair)
		}
	}
	r.process.Stderr = r.log
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.process.Stdout = in
	if err := errors.Join(r.process.Start(), in.Close()); err != nil {
		t.Fatal(err)
	}
	go func() {
		r.process.Wait()
		close(r.ended)
	}()
	s.now = r
	t.Cleanup(func() { out.Close() })
	return bufio.NewReader(out)
}

// up starts the program and waits until it answers.
func (s *site) up(t *testing.T) {
	t.Helper()
	began := time.Now()
	out := s.start(t)
	late := time.AfterFunc(hangs, func() { s.now.process.Process.Kill() })
	defer late.Stop()
	if _, err := out.ReadString('\n'); err != nil {
		<-s.now.ended
		t.Fatalf("the site doesn't start: %v\n%s", err, s.now.log)
	}
	s.slowest = max(s.slowest, time.Since(began))
}

// end sends the program a signal, waits until it has ended, and returns its
// exit status.
func (s *site) end(signal syscall.Signal) int {
	s.now.process.Process.Signal(signal)
	late := time.AfterFunc(hangs, func() { s.now.process.Process.Kill() })
	defer late.Stop()
	<-s.now.ended
	return s.now.process.ProcessState.ExitCode()
}

// dial is a client's way to the site's socket, or to that of its operator.
func (s *site) dial(end string) *http.Transport {
	return &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", s.socket+end)
	}}
}

// ask asks for a page, and tells its status and what stands on it.
func (s *site) ask(path string) (status int, page string, header http.Header, err error) {
	c := &http.Client{Transport: s.dial(""), Timeout: hangs}
	answer, err := c.Get("http://moot" + path)
	if err != nil {
		return 0, "", nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), answer.Header, err
}

// until waits for something that must happen soon, and fails where it doesn't.
func until(t *testing.T, what string, within time.Duration, happened func() bool) {
	t.Helper()
	for end := time.Now().Add(within); !happened(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after %v still not: %s", within, what)
		}
	}
}
