package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// enter puts the layers in force. Whatever needs a file comes before Landlock,
// and whatever needs a system call that a worker doesn't before the filter.
func enter(limits Limits) (held Held, err error) {
	runtime.LockOSThread() // in a program with cgo, some of this is for this thread alone
	defer runtime.UnlockOSThread()
	thrifty(limits)
	prepare()
	have := sizes()
	if err := renounce(); err != nil {
		return held, fmt.Errorf("giving up privileges: %w", err)
	}
	var noLandlock, noLimits, noFilter error
	held.Landlock, noLandlock = landlock()
	noLimits = restrain(limits, have)
	held.Rlimits = noLimits == nil
	held.Seccomp, noFilter = filter()
	return held, errors.Join(noLandlock, noLimits, noFilter)
}

// prepare is what comes before anything is in force.
func prepare() {
	stepBack()
	settle()
	closeRest()
}

// stepBack puts this process behind every other: for the processor, and first
// in the line for when the machine's memory runs out. It is good manners, not a
// wall: where it can't be had, all else holds.
func stepBack() {
	os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
	unix.Setpriority(unix.PRIO_PGRP, 0, 10) // all threads; a worker is a process group of its own
}

// threads is how many threads this process has for the rest of its life: one
// that runs Go, one that waits in a read, the runtime's own, and some to spare.
const threads = 8

// settle makes Go's runtime start now what it would start when it first needs
// it: threads, and its poller, which timers use.
func settle() {
	time.Sleep(time.Nanosecond)
	var ready, done sync.WaitGroup
	release := make(chan struct{})
	ready.Add(threads)
	for range threads {
		done.Go(func() {
			runtime.LockOSThread() // a goroutine that waits now keeps its thread from the next
			ready.Done()
			<-release
			runtime.UnlockOSThread()
		})
	}
	ready.Wait()
	close(release)
	done.Wait()
}

// size is what this process has of memory, in bytes.
type size struct{ mapped, data uint64 }

// sizes reads proc(5), /proc/pid/statm: mapped is the first field, data the
// sixth, both in pages. Where it can't be read, a Go program is taken for bigger
// than they are.
func sizes() size {
	statm, _ := os.ReadFile("/proc/self/statm")
	fields := strings.Fields(string(statm))
	if len(fields) < 6 {
		return size{mapped: 2 << 30, data: 128 << 20}
	}
	mapped, _ := strconv.ParseUint(fields[0], 10, 32)
	data, _ := strconv.ParseUint(fields[5], 10, 32)
	page := uint64(os.Getpagesize())
	return size{mapped * page, data * page}
}

// closeRest closes what this process was not given: the runtime keeps a file
// of the control group open, from which it would learn how many processors to
// use. The poller is all that it needs.
func closeRest() {
	const folder = "/proc/self/fd"
	entries, err := os.ReadDir(folder)
	if err != nil {
		return // no file can be opened through those that are open
	}
	for _, entry := range entries {
		fd, err := strconv.Atoi(entry.Name())
		if err != nil || fd <= unix.Stderr {
			continue
		}
		if to, err := os.Readlink(filepath.Join(folder, entry.Name())); err == nil && !strings.HasPrefix(to, "anon_inode:[event") {
			unix.Close(fd)
		}
	}
}

// renounce sees to it that no program that is run can have more rights than
// this one, without which neither Landlock nor a filter may be put in force,
// and that nobody else can look into this process.
func renounce() error {
	err := everyThread(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0)
	if errors.Is(err, errNotAllThreads) {
		err = unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) // the filter takes it to the others
	}
	return errors.Join(err, unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0))
}

// mappings is how much address space Go's runtime reserves beyond what it uses.
const mappings = 256 << 20

// restrain sets the resource limits (setrlimit(2)).
//
// What Go has reserved and doesn't use counts for RLIMIT_AS and not for
// RLIMIT_DATA; so the latter is the one that means memory, and the former is
// for what is mapped in other ways.
func restrain(limits Limits, have size) error {
	for _, l := range []struct {
		resource int
		most     uint64
	}{
		{unix.RLIMIT_CORE, 0},
		{unix.RLIMIT_FSIZE, 0},
		{unix.RLIMIT_MEMLOCK, 0},
		{unix.RLIMIT_NPROC, 0},
		{unix.RLIMIT_NOFILE, 0},
		{unix.RLIMIT_CPU, seconds(limits.CPU)},
		{unix.RLIMIT_DATA, have.data + limits.Memory + shadow},
		{unix.RLIMIT_AS, have.mapped + limits.Memory + shadow + mappings},
	} {
		if err := unix.Setrlimit(l.resource, &unix.Rlimit{Cur: l.most, Max: l.most}); err != nil {
			return fmt.Errorf("limiting resource %d: %w", l.resource, err)
		}
	}
	return nil
}
