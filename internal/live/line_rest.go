//go:build !unix

package live

import (
	"errors"
	"math"
	"net"
	"os"
	"syscall"
	"time"
)

// moment is how long a try may take where the system knows no call that
// returns at once.
const moment = time.Millisecond

// socket is a line to a connection with deadlines.
type socket struct{ net.Conn }

func newLine(c net.Conn, _ syscall.RawConn) Line { return socket{c} }

func (s socket) Write(b []byte) (int, error) {
	s.SetWriteDeadline(time.Now().Add(moment))
	n, err := s.Conn.Write(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = nil
	}
	return n, err
}

func (s socket) Ended() bool {
	s.SetReadDeadline(time.Now().Add(moment))
	_, err := s.Read(make([]byte, 64))
	return err != nil && !errors.Is(err, os.ErrDeadlineExceeded)
}

// files is how many connections this process may open, which only memory
// bounds here.
func files() int { return math.MaxInt32 }
