//go:build linux

package load

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// Longest is how long a run may take.
const Longest = time.Minute

// A Plan is what is to be asked, of whom, and how hard.
type Plan struct {
	Address     string        // "127.0.0.1:8080"
	Requests    [][]byte      // whole, asked for in turn; of a method that has a body in its answer
	Status      int           // of the answers that are right
	Connections int           // that ask at the same time
	For         time.Duration // at most Longest
	Progress    func(answers int)
}

// A Result is what came of a plan.
type Result struct {
	Answers int // whole ones, of the right status
	Wrong   int // whole ones, of another status
	Bytes   int64
	Took    time.Duration

	latencies []time.Duration // ascending
}

// Rate is how many answers came in a second.
func (r Result) Rate() float64 { return float64(r.Answers) / r.Took.Seconds() }

// Latency is how long the answer took that a share of all, from 0 to 1, were
// not slower than; 0 where there was none.
func (r Result) Latency(share float64) time.Duration {
	if len(r.latencies) == 0 {
		return 0
	}
	at := int(share*float64(len(r.latencies)) + 0.999999)
	return r.latencies[min(max(at, 1), len(r.latencies))-1]
}

// Run asks until its time is over, and waits for nothing that is under way then.
func Run(p Plan) (Result, error) {
	to, err := netip.ParseAddrPort(p.Address)
	switch {
	case err != nil:
		return Result{}, fmt.Errorf("load: %q: %w", p.Address, err)
	case !to.Addr().IsLoopback() || !to.Addr().Is4():
		return Result{}, fmt.Errorf("load: %s isn't an IPv4 address of this machine's loopback", p.Address)
	case p.For <= 0 || p.For > Longest || p.Connections < 1 || len(p.Requests) == 0:
		return Result{}, errors.New("load: a plan has requests, connections, and a time of a minute at the most")
	}
	runtime.LockOSThread() // epoll's thread sleeps in the kernel
	defer runtime.UnlockOSThread()
	r := &run{plan: p, asked: map[int]*connection{}}
	defer r.close()
	if err := r.open(to); err != nil {
		return Result{}, err
	}
	if err := r.loop(); err != nil {
		return Result{}, err
	}
	slices.Sort(r.result.latencies)
	return r.result, nil
}

// run is a plan under way.
type run struct {
	plan   Plan
	epoll  int
	asked  map[int]*connection // by file descriptor
	next   int                 // request
	room   [64 << 10]byte      // what is read and was looked at already
	result Result
}

// connection has one request under way.
type connection struct {
	fd     int
	answer answer
	since  time.Time
}

func (r *run) open(to netip.AddrPort) (err error) {
	if r.epoll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return os.NewSyscallError("epoll_create", err)
	}
	for range r.plan.Connections {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
		if err != nil {
			return os.NewSyscallError("socket", err)
		}
		c := &connection{fd: fd}
		r.asked[fd] = c
		if err := syscall.Connect(fd, &syscall.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}); err != nil {
			return os.NewSyscallError("connect", err)
		}
		if err := errors.Join(syscall.SetNonblock(fd, true), syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)); err != nil {
			return os.NewSyscallError("setsockopt", err)
		}
		event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)}
		if err := syscall.EpollCtl(r.epoll, syscall.EPOLL_CTL_ADD, fd, &event); err != nil {
			return os.NewSyscallError("epoll_ctl", err)
		}
	}
	return nil
}

func (r *run) close() {
	for fd := range r.asked {
		syscall.Close(fd)
	}
	if r.epoll > 0 {
		syscall.Close(r.epoll)
	}
}

// patience is how long a server may say nothing at all.
const patience = 10 * time.Second

func (r *run) loop() error {
	start := time.Now()
	for _, c := range r.asked {
		if err := r.ask(c, start); err != nil {
			return err
		}
	}
	events := make([]syscall.EpollEvent, r.plan.Connections)
	for now := start; now.Sub(start) < r.plan.For; {
		n, err := syscall.EpollWait(r.epoll, events, int(patience/time.Millisecond))
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return os.NewSyscallError("epoll_wait", err)
		}
		if n == 0 {
			return fmt.Errorf("load: %s has said nothing for %v", r.plan.Address, patience)
		}
		for _, e := range events[:n] {
			if err := r.hear(r.asked[int(e.Fd)]); err != nil {
				return err
			}
		}
		now = time.Now()
		r.result.Took = now.Sub(start)
	}
	return nil
}

// ask sends the next request on a connection.
func (r *run) ask(c *connection, now time.Time) error {
	request := r.plan.Requests[r.next%len(r.plan.Requests)]
	r.next++
	c.since, c.answer = now, answer{}
	n, err := syscall.Write(c.fd, request)
	if err == nil && n < len(request) {
		err = syscall.EMSGSIZE // never: a request fits the socket's empty buffer
	}
	return os.NewSyscallError("write", err)
}

// hear reads what has come, and where that ends an answer, asks anew.
func (r *run) hear(c *connection) error {
	n, err := syscall.Read(c.fd, r.room[:])
	switch {
	case err == syscall.EAGAIN:
		return nil
	case err != nil && err != syscall.ECONNRESET:
		return os.NewSyscallError("read", err)
	case n <= 0:
		return fmt.Errorf("load: %s closed a connection; keep-alive is wanted", r.plan.Address)
	}
	r.result.Bytes += int64(n)
	whole, err := c.answer.read(r.room[:n])
	if !whole || err != nil {
		return err
	}
	now := time.Now()
	if c.answer.status == r.plan.Status {
		r.result.Answers++
		r.result.latencies = append(r.result.latencies, now.Sub(c.since))
		if r.plan.Progress != nil {
			r.plan.Progress(r.result.Answers)
		}
	} else {
		r.result.Wrong++
	}
	return r.ask(c, now)
}
