package darkroom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	"moot/internal/fault"
	"moot/internal/picture"
	"moot/internal/sandbox"
)

// worker is a child process, seen from its parent.
type worker struct {
	process *os.Process
	in      io.WriteCloser
	out     io.Reader
	errs    *lastWords
	held    sandbox.Held
	alone   bool          // it has namespaces of its own
	made    int           // pictures
	gone    chan struct{} // closed when the process has ended
	end     error         // how; to be read once it has
}

// starter starts workers.
type starter struct {
	command  []string
	wait     time.Duration // for the greeting
	together atomic.Bool   // this machine permits no worker in namespaces of its own
}

// errStart says that there is no process, not even one that fails.
var errStart = errors.New("a picture worker can't be started")

// start starts a worker and hears its greeting.
func (s *starter) start() (*worker, error) {
	if s.together.Load() {
		return s.startIn(false)
	}
	w, err := s.startIn(true)
	if !errors.Is(err, errStart) {
		return w, err
	}
	if w, err = s.startIn(false); err == nil {
		s.together.Store(true) // it was the namespaces
	}
	return w, err
}

func (s *starter) startIn(alone bool) (*worker, error) {
	w := &worker{errs: &lastWords{}, alone: alone, gone: make(chan struct{})}
	c := exec.Command(s.command[0], s.command[1:]...)
	c.Env, c.Dir, c.Stderr, c.SysProcAttr = []string{}, "/", w.errs, sandbox.Apart(alone)
	c.WaitDelay = time.Second // for its last words, once it has ended
	in, err := c.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errStart, err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errStart, err)
	}
	if err := c.Start(); err != nil {
		return nil, fmt.Errorf("%w: %w", errStart, err)
	}
	w.process, w.in, w.out = c.Process, in, out
	go func() {
		w.end = c.Wait()
		close(w.gone)
	}()
	late := time.AfterFunc(s.wait, w.kill)
	defer late.Stop()
	if w.held, err = readGreeting(out); err != nil {
		w.kill()
		<-w.gone
		return nil, fmt.Errorf("a picture worker doesn't greet: %w", w.obituary(err))
	}
	return w, nil
}

// kill ends a worker, whatever it is doing: it has nothing to lose.
func (w *worker) kill() { w.process.Kill() }

// alive reports whether the process runs still.
func (w *worker) alive() bool {
	select {
	case <-w.gone:
		return false
	default:
		return true
	}
}

// Why a worker is killed.
var (
	errTooLong = errors.New("it took too long")
	errTooMuch = errors.New("it took too much of the processor")
)

// develop has one picture made. Its error is a fault of the picture's, or else
// says why the worker is dead.
func (w *worker) develop(ctx context.Context, raw []byte, limits limits) (picture.Made, error) {
	w.made++
	ctx, verdict := context.WithCancelCause(ctx)
	defer verdict(nil)
	done := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() { w.watch(ctx, done, verdict, limits) })
	made, err := w.ask(raw)
	close(done)
	watch.Wait()
	if err == nil || errors.As(err, new(*fault.Fault)) {
		return made, err
	}
	w.kill()
	<-w.gone
	if cause := context.Cause(ctx); cause != nil {
		return picture.Made{}, cause
	}
	return picture.Made{}, w.obituary(err)
}

func (w *worker) ask(raw []byte) (picture.Made, error) {
	if err := writePicture(w.in, raw); err != nil {
		return picture.Made{}, err
	}
	return readAnswer(w.out)
}

// watch kills the worker when its time is up, or when nobody waits for it any
// more.
func (w *worker) watch(ctx context.Context, done chan struct{}, verdict context.CancelCauseFunc, limits limits) {
	before, _ := sandbox.Spent(w.process)
	late := time.NewTimer(limits.wall)
	defer late.Stop()
	look := time.NewTicker(max(limits.cpu/20, time.Millisecond))
	defer look.Stop()
	for {
		select {
		case <-done:
			return
		case <-late.C:
			verdict(errTooLong)
		case <-look.C:
			if now, ok := sandbox.Spent(w.process); ok && now-before > limits.cpu {
				verdict(errTooMuch)
			}
		case <-ctx.Done():
			w.kill()
			return
		}
	}
}

// obituary says how a worker ended that did so by itself, or had to be ended
// for what it said.
func (w *worker) obituary(err error) error {
	if errors.Is(err, errGarbage) {
		return err
	}
	how := "it ended too early"
	if w.end != nil {
		how = w.end.Error()
	}
	if last := w.errs.String(); last != "" {
		how += ": " + last
	}
	return errors.New(how)
}

// lastWords keeps the beginning of what a worker writes to its standard error:
// Go says first what a crash is of.
type lastWords struct {
	lock sync.Mutex
	kept []byte
}

func (l *lastWords) Write(p []byte) (int, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.kept = append(l.kept, p[:min(len(p), 1000-len(l.kept))]...)
	return len(p), nil
}

// String is the first line, fit for a log.
func (l *lastWords) String() string {
	l.lock.Lock()
	defer l.lock.Unlock()
	first, _, _ := strings.Cut(string(l.kept), "\n")
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, first)
}
