//go:build unix

package main

import (
	"errors"
	"syscall"
)

// leaveNoCore sees to it that a crash leaves no copy of the memory on a disk.
func leaveNoCore() error {
	return errors.Join(syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}), undumpable())
}

// mayUse reports whether files can be read and made in a folder (access(2)).
func mayUse(folder string) error {
	const readWriteEnter = 4 | 2 | 1
	return syscall.Access(folder, readWriteEnter)
}
