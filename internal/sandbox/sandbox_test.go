//go:build linux

package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The tests run this very program as the one that enters: with "inside" as its
// first argument it does what the second says, in the layers that the third
// names.
func TestMain(m *testing.M) {
	if len(os.Args) > 3 && os.Args[1] == "inside" {
		inside(os.Args[2], os.Args[3])
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// scene is what the one who is inside knows of the world: things to reach for.
type scene struct {
	Parent int    // a process of the same user
	Folder string // one that it may write in
	Port   string // "127.0.0.1:…", where somebody listens
}

var granted = Limits{Memory: 256 << 20, CPU: 2 * time.Second}

// inside enters and does something there. What it finds goes to standard output
// as JSON.
func inside(what, layers string) {
	var s scene
	if err := json.NewDecoder(os.Stdin).Decode(&s); err != nil {
		panic(err)
	}
	held, err := put(layers)
	if err != nil {
		fmt.Fprintln(os.Stderr, "entering:", err)
	}
	switch what {
	case "held":
		json.NewEncoder(os.Stdout).Encode(held)
	case "probe":
		found := map[string]string{}
		for _, p := range probes {
			found[p.name] = "done"
			if err := p.try(s); err != nil {
				found[p.name] = err.Error()
			}
		}
		json.NewEncoder(os.Stdout).Encode(found)
	case "probe everywhere":
		json.NewEncoder(os.Stdout).Encode(onEveryThread(func() error { return s.reach(layers) }))
	case "work":
		json.NewEncoder(os.Stdout).Encode(work())
	case "eat":
		var eaten [][]byte
		for range (granted.Memory + shadow + 128<<20) >> 24 {
			eaten = append(eaten, make([]byte, 1<<24))
		}
		fmt.Println(len(eaten), "chunks of 16 MiB eaten")
	case "spin":
		for spun := 0; ; spun++ {
		}
	case "look":
		json.NewEncoder(os.Stdout).Encode(look())
	}
}

// put puts some of the layers in force: "all", "none", or one.
func put(layers string) (held Held, err error) {
	switch layers {
	case "all":
		return Enter(granted)
	case "landlock":
		settle()
		err = renounce()
		held.Landlock, _ = landlock()
	case "seccomp":
		settle()
		err = renounce()
		held.Seccomp, _ = filter()
	case "manners":
		prepare()
	case "limits":
		settle()
		err = restrain(granted, sizes())
	}
	return held, err
}

// reach is one thing that a layer alone forbids to every thread.
func (s scene) reach(layers string) error {
	if layers == "landlock" {
		_, err := os.ReadFile(filepath.Join(s.Folder, "there"))
		return err
	}
	return socket(unix.AF_INET, unix.SOCK_STREAM)
}

// many is how many threads a test keeps busy at once: the runtime wants some for
// itself.
const many = threads - 2

// onEveryThread has many threads try something at once, and counts those that
// could.
func onEveryThread(try func() error) (done int) {
	var all, ready sync.WaitGroup
	results := make(chan error, many)
	release := make(chan struct{})
	ready.Add(many)
	for range many {
		all.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			ready.Done()
			<-release
			results <- try()
		})
	}
	ready.Wait()
	close(release)
	all.Wait()
	for range many {
		if <-results == nil {
			done++
		}
	}
	return done
}

// work keeps Go's runtime busy with everything that a decoder could ask of it.
func work() int {
	var all sync.WaitGroup
	sums := make(chan int, 64)
	for i := range 64 {
		all.Go(func() {
			time.Sleep(time.Duration(i) * 100 * time.Microsecond)
			garbage := make([][]byte, 0, 50)
			for j := range 50 {
				garbage = append(garbage, bytes.Repeat([]byte{byte(j)}, 100_000))
			}
			runtime.Gosched()
			sums <- len(garbage)
		})
	}
	all.Wait()
	runtime.GC()
	return len(sums)
}

// outcome is how one who went inside ended.
type outcome struct {
	out, err string
	state    *os.ProcessState
}

// goInside runs this program as the one who enters.
func goInside(t *testing.T, what, layers string) outcome {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	s := scene{Parent: os.Getpid(), Folder: t.TempDir(), Port: listener.Addr().String()}
	for _, name := range []string{"there", "doomed"} {
		if err := os.WriteFile(filepath.Join(s.Folder, name), []byte("kept"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	known, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	c := exec.Command(os.Args[0], "inside", what, layers)
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(known), &out, &errs
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := c.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return outcome{out.String(), errs.String(), c.ProcessState}
}

// said reads what the one inside found.
func said[T any](t *testing.T, o outcome) (found T) {
	t.Helper()
	if err := json.Unmarshal([]byte(o.out), &found); err != nil {
		t.Fatalf("it ended with %v and said %q, %q", o.state, o.out, o.err)
	}
	return found
}

// full are the layers that this kernel and this build have. Landlock isn't one
// of a build with cgo, which the race detector needs.
func full(t *testing.T) Held {
	t.Helper()
	return said[Held](t, goInside(t, "held", "all"))
}

func TestEveryLayerHolds(t *testing.T) {
	held := full(t)
	t.Logf("%v", held)
	if !held.Seccomp || !held.Rlimits {
		t.Errorf("what holds is %v, want seccomp and resource limits on this system", held)
	}
	if held.Landlock == 0 && !cgo {
		t.Errorf("what holds is %v, want Landlock on this system", held)
	}
}

func TestNothingIsReachedFromInside(t *testing.T) {
	if len(probes) < 20 {
		t.Fatalf("%d probes", len(probes))
	}
	outside := said[map[string]string](t, goInside(t, "probe", "none"))
	inside := said[map[string]string](t, goInside(t, "probe", "all"))
	for _, p := range probes {
		if p.anybody && outside[p.name] != "done" {
			t.Errorf("%s: fails outside too, and so proves nothing: %s", p.name, outside[p.name])
		}
		if inside[p.name] == "done" || inside[p.name] == "" {
			t.Errorf("%s: done from inside", p.name)
		}
		t.Logf("%-40s outside: %-30s inside: %s", p.name, outside[p.name], inside[p.name])
	}
}

// Each layer holds on its own what it is there for.
func TestLayersHoldAlone(t *testing.T) {
	for layers, want := range map[string][]string{
		"landlock": {"read a file", "make a file", "run a program", "connect to a port", "remove a file", "make a symbolic link", "signal the parent"},
		"seccomp":  {"read a file", "make a file", "run a program", "open a TCP socket", "trace the parent", "signal a thread of the parent", "map memory that runs"},
		"limits":   {"read a file", "make a file", "run a program", "open a TCP socket"},
	} {
		if layers == "landlock" && cgo {
			continue
		}
		found := said[map[string]string](t, goInside(t, "probe", layers))
		for _, name := range want {
			if !slices.ContainsFunc(probes, func(p probe) bool { return p.name == name }) {
				t.Fatalf("no probe is called %q", name)
			}
			if found[name] == "done" {
				t.Errorf("%s alone: %s: done", layers, name)
			}
		}
	}
}

// Whichever thread somebody finds, it is held.
func TestEveryThreadIsHeld(t *testing.T) {
	for _, layers := range []string{"none", "landlock", "seccomp", "all"} {
		want := 0
		switch {
		case layers == "none":
			want = many
		case layers == "landlock" && cgo:
			continue
		}
		if n := said[int](t, goInside(t, "probe everywhere", layers)); n != want {
			t.Errorf("%s: %d threads reach outside, want %d", layers, n, want)
		}
	}
}

func TestGoRunsInside(t *testing.T) {
	for range 5 {
		o := goInside(t, "work", "all")
		if n := said[int](t, o); n != 64 || !o.state.Success() {
			t.Errorf("%d goroutines of 64 did their work; %v, %s", n, o.state, o.err)
		}
	}
}

func TestGreedIsDeath(t *testing.T) {
	if o := goInside(t, "eat", "none"); !o.state.Success() {
		t.Fatalf("so much can't be had outside either: %v", o.state)
	}
	for _, layers := range []string{"all", "limits"} {
		if o := goInside(t, "eat", layers); o.state.Success() || !strings.Contains(o.err, "out of memory") && !cgo {
			t.Errorf("%s: took more than there is where %d MiB are granted: %v, %q", layers, granted.Memory>>20, o.state, o.err)
		}
	}
}

func TestProcessorTimeEnds(t *testing.T) {
	o := goInside(t, "spin", "all")
	status, ok := o.state.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() || status.Signal() != syscall.SIGKILL {
		t.Errorf("one who spins forever ended with %v, %q", o.state, o.err)
	}
}

// self is what the system says of a process.
type self struct {
	Open  []string // what its descriptors lead to, from the fourth
	Score string   // how early it dies when memory runs out
	Nice  []int    // of each thread, as getpriority(2) says it: 20 less what nice says
}

// look reads what the system says of this process.
func look() (s self) {
	for fd := unix.Stderr + 1; fd < 1000; fd++ {
		if to, err := os.Readlink(fmt.Sprint("/proc/self/fd/", fd)); err == nil {
			s.Open = append(s.Open, to)
		}
	}
	score, _ := os.ReadFile("/proc/self/oom_score_adj")
	s.Score = strings.TrimSpace(string(score))
	tasks, _ := os.ReadDir("/proc/self/task")
	for _, task := range tasks {
		id, _ := strconv.Atoi(task.Name())
		nice, _ := unix.Getpriority(unix.PRIO_PROCESS, id)
		s.Nice = append(s.Nice, nice)
	}
	return s
}

// One who entered has its three pipes and the poller, and stands behind
// everybody else.
func TestManners(t *testing.T) {
	s := said[self](t, goInside(t, "look", "manners"))
	for _, to := range s.Open {
		if !strings.HasPrefix(to, "anon_inode:[event") {
			t.Errorf("%s is still open", to)
		}
	}
	if s.Score != "1000" {
		t.Errorf("oom_score_adj is %s", s.Score)
	}
	if len(s.Nice) < threads || slices.Max(s.Nice) != 10 {
		t.Errorf("its threads have priorities %v, want 10 for each of at least %d", s.Nice, threads)
	}
	before := said[self](t, goInside(t, "look", "none"))
	t.Logf("before: %v", before)
	if before.Score == s.Score || slices.Max(before.Nice) == 10 {
		t.Errorf("nothing changed: %+v", before)
	}
}

func TestHeldInWords(t *testing.T) {
	for want, held := range map[string]Held{
		"nothing": {},
		"Landlock (ABI 7), seccomp, resource limits": {Landlock: 7, Seccomp: true, Rlimits: true},
		"seccomp, resource limits":                   {Seccomp: true, Rlimits: true},
	} {
		if held.String() != want {
			t.Errorf("%+v is %q, want %q", held, held.String(), want)
		}
		if whole := held.Landlock > 0 && held.Seccomp; held.Whole() != whole || (len(held.Missing()) == 0) != whole {
			t.Errorf("%v: whole %v, missing %v", held, held.Whole(), held.Missing())
		}
	}
}
