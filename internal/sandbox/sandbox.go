package sandbox

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"
)

// Limits are what a process that enters is granted.
type Limits struct {
	Memory uint64        // bytes beside those that it has when it enters
	CPU    time.Duration // of processor time in its whole life, in seconds, rounded up
}

// Held says which layers hold a process.
type Held struct {
	Landlock int  // the ABI that is in force (1 for the oldest); 0: it doesn't hold
	Seccomp  bool // whether a filter lets through only what Go's runtime needs
	Rlimits  bool // whether memory, processor time, files and processes are limited
}

// Whole reports whether every layer holds that Moot knows of.
func (h Held) Whole() bool { return h.Landlock > 0 && h.Seccomp && h.Rlimits }

// String names the layers that hold, as an operator would look them up.
func (h Held) String() string {
	var layers []string
	if h.Landlock > 0 {
		layers = append(layers, fmt.Sprintf("Landlock (ABI %d)", h.Landlock))
	}
	if h.Seccomp {
		layers = append(layers, "seccomp")
	}
	if h.Rlimits {
		layers = append(layers, "resource limits")
	}
	if len(layers) == 0 {
		return "nothing"
	}
	return strings.Join(layers, ", ")
}

// Missing names the layers that don't hold, and why where it is this program's
// own doing.
func (h Held) Missing() []string {
	var layers []string
	switch {
	case h.Landlock == 0 && cgo:
		layers = append(layers, "Landlock (this program was built with cgo: build it with CGO_ENABLED=0)")
	case h.Landlock == 0:
		layers = append(layers, "Landlock")
	}
	if !h.Seccomp {
		layers = append(layers, "seccomp")
	}
	if !h.Rlimits {
		layers = append(layers, "resource limits")
	}
	return layers
}

// Enter gives up everything that the package says, for every thread of this
// process and for good. It is called at the very start of a program, before
// anything is read, and leaves it one processor to run Go on.
//
// Held is what holds. A layer that this system doesn't have is missing there
// and no error; the error is of those that it has and that could not be put in
// force.
func Enter(limits Limits) (Held, error) { return enter(limits) }

// Apart is how a process is to be started that will enter: in a session of its
// own and, on Linux, so that it ends with its parent. Alone starts it, on Linux,
// in namespaces of its own too, where there is no network to begin with; not
// every machine permits that, and the start then fails.
func Apart(alone bool) *syscall.SysProcAttr { return apart(alone) }

// Spent is the processor time that a child has used up; false where this system
// doesn't tell while it runs.
func Spent(child *os.Process) (time.Duration, bool) { return spent(child) }

// seconds is a time as RLIMIT_CPU counts it.
func seconds(d time.Duration) uint64 {
	return uint64((d + time.Second - 1) / time.Second)
}

// thrifty tells Go's runtime to run on one processor, and to collect what is
// unused well before the limit is reached.
func thrifty(limits Limits) {
	runtime.GOMAXPROCS(1)
	debug.SetMemoryLimit(int64(min(limits.Memory/8*7, math.MaxInt64)))
}
