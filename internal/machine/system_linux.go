package machine

import "syscall"

// undumpable keeps other programs of the same user from reading the memory of
// this one (prctl(2), PR_SET_DUMPABLE).
func undumpable() error {
	const setDumpable = 4
	if _, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, setDumpable, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// clockIsKept reports whether some program keeps the kernel's clock right
// (adjtimex(2): TIME_ERROR where none does).
func clockIsKept() (bool, error) {
	const timeError = 5
	state, err := syscall.Adjtimex(&syscall.Timex{})
	return state != timeError, err
}
