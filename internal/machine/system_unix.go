//go:build unix

package machine

import (
	"errors"
	"syscall"
)

// LeaveNoCore sees to it that a crash leaves no copy of the memory on a disk.
func LeaveNoCore() error {
	return errors.Join(syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}), undumpable())
}

// mayUse reports whether files can be read and made in a folder (access(2)).
func mayUse(folder string) error {
	const readWriteEnter = 4 | 2 | 1
	return syscall.Access(folder, readWriteEnter)
}

// privateFolders says that the mode of a folder tells who may enter it.
const privateFolders = true

// openFiles is how many descriptors this process may have.
func openFiles() (uint64, error) {
	var most syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &most)
	return uint64(most.Cur), err
}
