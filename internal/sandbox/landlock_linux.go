package sandbox

import (
	"errors"
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// errNotAllThreads says that a thread can't speak for the others, since this
// program was built with cgo and has threads that Go doesn't know.
var errNotAllThreads = errors.New("a program with cgo can't put all of its threads under it")

// everyThread makes a system call on each thread.
func everyThread(trap, a, b, c uintptr) error {
	switch _, _, errno := syscall.AllThreadsSyscall(trap, a, b, c); errno {
	case 0:
		return nil
	case syscall.ENOTSUP:
		return errNotAllThreads
	default:
		return errno
	}
}

// ruleset is struct landlock_ruleset_attr (landlock(7)): what is forbidden as
// long as no rule allows it.
type ruleset struct{ files, net, scoped uint64 }

// rulesets is all that can be forbidden from an ABI on.
var rulesets = []struct {
	abi int
	all ruleset
}{
	{6, ruleset{1<<16 - 1, 3, 3}}, // signals and abstract sockets outside
	{5, ruleset{1<<16 - 1, 3, 0}}, // ioctl on devices
	{4, ruleset{1<<15 - 1, 3, 0}}, // bind and connect, TCP
	{3, ruleset{1<<15 - 1, 0, 0}}, // truncate
	{2, ruleset{1<<14 - 1, 0, 0}}, // link and rename between folders
	{1, ruleset{1<<13 - 1, 0, 0}}, // execute, read, write, make, remove
}

// abiOfAll is the ABI from which the kernel itself puts all threads under it.
const abiOfAll = 8

// landlock forbids every file, port and stranger that this kernel's Landlock
// knows, by a set without rules. It returns the ABI, or 0 where there is none.
func landlock() (abi int, err error) {
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0, nil // ENOSYS: not built in; EOPNOTSUPP: not turned on; EPERM: not for containers
	}
	for _, r := range rulesets {
		if int(version) < r.abi {
			continue
		}
		fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&r.all)), unsafe.Sizeof(r.all), 0)
		if errno != 0 {
			return 0, fmt.Errorf("landlock: making a set of rules: %w", errno)
		}
		defer unix.Close(int(fd))
		err := everyThread(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0)
		if errors.Is(err, errNotAllThreads) && version >= abiOfAll {
			if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, unix.LANDLOCK_RESTRICT_SELF_TSYNC, 0); errno == 0 {
				err = nil
			}
		}
		if err != nil {
			return 0, fmt.Errorf("landlock: %w", err)
		}
		return int(version), nil
	}
	return 0, nil
}
