//go:build unix

package live

import (
	"math"
	"net"
	"sync"
	"syscall"
)

// socket is a line to a socket, on which one call of the system is tried.
type socket struct {
	net.Conn
	raw syscall.RawConn
}

func newLine(c net.Conn, raw syscall.RawConn) Line { return &socket{c, raw} }

// try is one call on a socket, kept for the next so that ten thousand of them
// leave nothing to be collected.
type try struct {
	b           []byte
	n           int
	err         error
	write, read func(fd uintptr) bool
}

var tries = sync.Pool{New: func() any {
	t := &try{}
	t.write = func(fd uintptr) bool { t.n, t.err = syscall.Write(int(fd), t.b); return true } // true: don't wait
	t.read = func(fd uintptr) bool { t.n, t.err = syscall.Read(int(fd), t.b); return true }
	return t
}}

func (s *socket) Write(b []byte) (int, error) {
	t := tries.Get().(*try)
	defer tries.Put(t)
	t.b = b
	err := s.raw.Write(t.write)
	n, tried := t.n, t.err
	t.b = nil
	switch {
	case err != nil:
		return 0, err
	case tried == syscall.EAGAIN, tried == syscall.EINTR:
		return 0, nil
	case tried != nil:
		return 0, tried
	}
	return n, nil
}

// Ended reads what the other end has to say, which is nothing, or that it has
// hung up.
func (s *socket) Ended() bool {
	t := tries.Get().(*try)
	defer tries.Put(t)
	var ignored [64]byte
	t.b = ignored[:]
	err := s.raw.Read(t.read)
	n, tried := t.n, t.err
	t.b = nil
	return err != nil || tried == nil && n == 0 || tried != nil && tried != syscall.EAGAIN && tried != syscall.EINTR
}

// files is how many files, connections among them, this process may open.
func files() int {
	var most syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &most) != nil {
		return 1024
	}
	return int(min(uint64(most.Cur), math.MaxInt32))
}
