package listen

import (
	"os"
	"syscall"
	"time"
)

// tcpUserTimeout is TCP_USER_TIMEOUT (RFC 5482; include/uapi/linux/tcp.h).
const tcpUserTimeout = 18

// letVanish has the connections of a listener ended, by the system, where what was
// sent isn't heard of for so long: sockets take it from the one that they came by.
func letVanish(l syscall.Conn, after time.Duration) error {
	raw, err := l.SyscallConn()
	if err != nil {
		return err
	}
	failed := error(nil)
	if err := raw.Control(func(fd uintptr) {
		failed = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(after/time.Millisecond))
	}); err != nil {
		return err
	}
	return os.NewSyscallError("setsockopt", failed)
}
