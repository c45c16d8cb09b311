package sandbox

import (
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// condition is on an argument of a system call: (argument & mask) == value. Of
// an argument the lower 32 bits are looked at, which are all that the kernel
// takes of those that are asked about here.
type condition struct {
	argument    int
	mask, value uint32
}

// call is a system call that is let through where all conditions hold.
type call struct {
	number uint32
	when   []condition
}

// calls are those that Go's runtime makes once it runs, and no others. There is
// no clone: what needs a thread has one (settle).
func calls(self int) []call {
	const everything = ^uint32(0)
	noCode := condition{2, unix.PROT_EXEC, 0}
	ownMemory := condition{3, unix.MAP_ANONYMOUS | unix.MAP_SHARED | unix.MAP_PRIVATE, unix.MAP_ANONYMOUS | unix.MAP_PRIVATE}
	toItself := condition{0, everything, uint32(self)}
	toName := condition{0, everything, unix.PR_SET_VMA}
	allowed := []call{
		// what is most frequent stands first: the kernel reads from the top
		{unix.SYS_FUTEX, nil}, {unix.SYS_MADVISE, nil}, {unix.SYS_READ, nil}, {unix.SYS_WRITE, nil},
		{unix.SYS_NANOSLEEP, nil}, {unix.SYS_EPOLL_PWAIT, nil}, {unix.SYS_SCHED_YIELD, nil},
		{unix.SYS_CLOCK_GETTIME, nil}, {unix.SYS_CLOCK_NANOSLEEP, nil}, {unix.SYS_RESTART_SYSCALL, nil},
		{unix.SYS_MMAP, []condition{noCode, ownMemory}}, {unix.SYS_MPROTECT, []condition{noCode}}, {unix.SYS_MUNMAP, nil},
		{unix.SYS_PRCTL, []condition{toName}}, // the name of a mapping, for /proc/self/maps
		{unix.SYS_RT_SIGRETURN, nil}, {unix.SYS_RT_SIGPROCMASK, nil}, {unix.SYS_RT_SIGACTION, nil}, {unix.SYS_SIGALTSTACK, nil},
		{unix.SYS_GETPID, nil}, {unix.SYS_GETTID, nil}, {unix.SYS_TGKILL, []condition{toItself}}, // one thread stops another for the collector
		{unix.SYS_GETRANDOM, nil}, {unix.SYS_CLOSE, nil}, {unix.SYS_EXIT, nil}, {unix.SYS_EXIT_GROUP, nil},
	}
	if cgo { // a thread that was made a moment ago is still being set up by the C library
		allowed = append(allowed, call{unix.SYS_RSEQ, nil}, call{unix.SYS_SET_ROBUST_LIST, nil}, call{unix.SYS_SCHED_GETAFFINITY, nil})
	}
	return allowed
}

// Offsets in struct seccomp_data (seccomp(2)).
const (
	atNumber    = 0
	atArch      = 4
	atArguments = 16
)

// program is the filter as classic BPF, which the kernel runs before each
// system call.
func program(arch uint32, allowed []call) []unix.SockFilter {
	load := func(offset int) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: uint32(offset)}
	}
	jump := func(k uint32, equal, not int) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: k, Jt: uint8(equal), Jf: uint8(not)}
	}
	and := func(mask uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: mask}
	}
	answer := func(what uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: what}
	}
	const refused = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)

	// Numbers mean something only for the architecture that they are of.
	p := []unix.SockFilter{load(atArch), jump(arch, 1, 0), answer(unix.SECCOMP_RET_KILL_PROCESS), load(atNumber)}
	for _, c := range allowed {
		p = append(p, jump(c.number, 0, 4*len(c.when)+1))
		for _, w := range c.when {
			p = append(p, load(atArguments+8*w.argument), and(w.mask), jump(w.value, 1, 0), answer(refused))
		}
		p = append(p, answer(unix.SECCOMP_RET_ALLOW))
	}
	return append(p, answer(refused))
}

// filter puts every thread under the filter. It reports whether this kernel
// and architecture have one.
func filter() (bool, error) {
	if auditArch == 0 {
		return false, nil
	}
	p := program(auditArch, calls(os.Getpid()))
	whole := unix.SockFprog{Len: uint16(len(p)), Filter: &p[0]}
	thread, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&whole)))
	runtime.KeepAlive(p)
	switch {
	case errno == unix.ENOSYS, errno == unix.EINVAL: // not built in
		return false, nil
	case errno != 0:
		return false, fmt.Errorf("seccomp: %w", errno)
	case thread != 0:
		return false, fmt.Errorf("seccomp: thread %d could not be put under the filter", thread)
	}
	return true, nil
}
