package live

import (
	"net"
	"syscall"
)

// Line is a connection to a listener, for one goroutine at a time.
type Line interface {
	// Write writes as much as goes without waiting, which may be nothing.
	Write(b []byte) (n int, err error)
	// Ended reports whether the other end has hung up.
	Ended() bool
	Close() error
}

// sendBuffer is how many bytes the system keeps for a listener who doesn't
// read. Left to itself it would keep megabytes.
const sendBuffer = 32 << 10

// OnConn makes a line of a connection, whose deadlines are to be taken off; ok
// is false where it is of a kind that can't be written to without waiting.
func OnConn(c net.Conn) (line Line, ok bool) {
	s, ok := c.(syscall.Conn)
	if !ok {
		return nil, false
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return nil, false
	}
	if b, ok := c.(interface{ SetWriteBuffer(int) error }); ok {
		b.SetWriteBuffer(sendBuffer) // fails on a connection that has ended: that will show
	}
	return newLine(c, raw), true
}
