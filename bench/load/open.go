//go:build linux

package load

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// An OpenPlan is what many visitors ask who know nothing of each other: they come
// at a rate, whether those before them have been answered or not.
type OpenPlan struct {
	Address     string // "127.0.0.1:8080"
	Kinds       []Kind
	Steps       []Step        // one after another, without a break
	Deadline    time.Duration // after which a visitor hangs up
	Connections int           // open at a time, at the most
	Processor   int           // on which the load runs; -1: on any
}

// A Kind is one kind of what is asked.
type Kind struct {
	Share    float64  // of all that is asked, beside the shares of the others
	Requests [][]byte // whole, asked for in turn
}

// A Step is a rate that lasts.
type Step struct {
	Rate float64 // requests a second
	For  time.Duration
}

// An Outcome is what became of a request.
type Outcome uint8

const (
	Useful  Outcome = iota // answered with 2xx before the deadline
	Refused                // 503 that says when to come again (RFC 9110, 10.2.3)
	Wrong                  // any other answer
	Late                   // no whole answer before the deadline
	Cut                    // the connection ended or was reset
	Unsent                 // all connections were taken, or there was nothing left to ask
)

// A Visit is one request of an open plan.
type Visit struct {
	Kind, Step int
	At         time.Duration // when it was due, after the start
	Took       time.Duration // until its answer was whole, from when it was due
	Outcome    Outcome
}

// Open asks by a plan, and gives back every request in the order in which they
// were due. Gaps between them are random, by one seed (a Poisson process); a
// request is sent within a millisecond of its time, and where the load itself is
// late that counts as waiting.
func Open(p OpenPlan) ([]Visit, error) {
	to, err := netip.ParseAddrPort(p.Address)
	all := time.Duration(0)
	for _, s := range p.Steps {
		all += s.For
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("load: %q: %w", p.Address, err)
	case !to.Addr().IsLoopback() || !to.Addr().Is4():
		return nil, fmt.Errorf("load: %s isn't an IPv4 address of this machine's loopback", p.Address)
	case all <= 0 || all > Longest || p.Connections < 1 || len(p.Kinds) == 0 || p.Deadline <= 0:
		return nil, errors.New("load: a plan has kinds of requests, connections, a deadline, and a time of a minute at the most")
	}
	o := &open{plan: p, to: &syscall.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}, random: rand.New(rand.NewPCG(1, 2)), next: make([]int, len(p.Kinds))}
	runtime.LockOSThread() // epoll's thread sleeps in the kernel
	defer runtime.UnlockOSThread()
	if p.Processor >= 0 {
		var all, one unix.CPUSet
		one.Set(p.Processor)
		if err := errors.Join(unix.SchedGetaffinity(0, &all), unix.SchedSetaffinity(0, &one)); err != nil {
			return nil, os.NewSyscallError("sched_setaffinity", err)
		}
		defer unix.SchedSetaffinity(0, &all)
	}
	if err := o.run(); err != nil {
		return nil, err
	}
	return o.visits, nil
}

// open is an open plan under way.
type open struct {
	plan   OpenPlan
	to     *syscall.SockaddrInet4
	random *rand.Rand
	next   []int // request of each kind
	start  time.Time
	epoll  int
	by     []*caller // by file descriptor
	idle   []*caller // the one that was used last at the end
	opened int
	asked  []asked // in the order in which they were sent, those with an answer too
	heard  int     // of them, from the start: nothing is waited for
	visits []Visit
	room   [256 << 10]byte // what is read and was looked at already
}

// caller is a connection, with at most one request under way.
type caller struct {
	fd      int
	visit   int    // -1: none
	unsent  []byte // of its request
	joining bool   // the connection is being opened
	answer  answer
}

// asked is a request that was sent.
type asked struct {
	caller *caller
	visit  int
}

func (o *open) run() (err error) {
	if o.epoll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return os.NewSyscallError("epoll_create", err)
	}
	defer func() {
		for _, c := range o.by {
			if c != nil {
				syscall.Close(c.fd)
			}
		}
		syscall.Close(o.epoll)
	}()
	o.schedule()
	events := make([]syscall.EpollEvent, 512)
	o.start = time.Now()
	for due := 0; due < len(o.visits) || o.heard < len(o.asked); {
		now := time.Since(o.start)
		for due < len(o.visits) && o.visits[due].At <= now {
			if err := o.send(due); err != nil {
				return err
			}
			due++
		}
		n, err := syscall.EpollWait(o.epoll, events, 1)
		if err != nil && err != syscall.EINTR {
			return os.NewSyscallError("epoll_wait", err)
		}
		for _, e := range events[:max(n, 0)] {
			if c := o.by[int(e.Fd)]; c != nil {
				o.happened(c, e.Events)
			}
		}
		o.hangUp(time.Since(o.start))
	}
	return nil
}

// schedule makes all visits that will be.
func (o *open) schedule() {
	var sum float64
	for _, k := range o.plan.Kinds {
		sum += k.Share
	}
	begin := time.Duration(0)
	for n, s := range o.plan.Steps {
		end := begin + s.For
		for at := begin; s.Rate > 0; {
			at += time.Duration(o.random.ExpFloat64() / s.Rate * float64(time.Second))
			if at >= end {
				break
			}
			kind, left := 0, o.random.Float64()*sum
			for left -= o.plan.Kinds[0].Share; left >= 0 && kind < len(o.plan.Kinds)-1; left -= o.plan.Kinds[kind].Share {
				kind++
			}
			o.visits = append(o.visits, Visit{Kind: kind, Step: n, At: at, Outcome: Unsent})
		}
		begin = end
	}
	o.asked = make([]asked, 0, len(o.visits))
}

// send sends what is due on a connection that has nothing to do, or on a new one.
func (o *open) send(visit int) error {
	v := &o.visits[visit]
	list := o.plan.Kinds[v.Kind].Requests
	if len(list) == 0 {
		return nil
	}
	var c *caller
	if n := len(o.idle); n > 0 {
		c, o.idle = o.idle[n-1], o.idle[:n-1]
	} else if o.opened < o.plan.Connections {
		var err error
		if c, err = o.join(); err != nil {
			return err
		}
	} else {
		return nil
	}
	c.visit, c.answer, c.unsent = visit, answer{}, list[o.next[v.Kind]%len(list)]
	o.next[v.Kind]++
	o.asked = append(o.asked, asked{c, visit})
	if !c.joining {
		o.write(c)
	}
	return nil
}

// join begins a connection.
func (o *open) join() (*caller, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	c := &caller{fd: fd, visit: -1, joining: true}
	if err := syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1); err != nil {
		return nil, os.NewSyscallError("setsockopt", err)
	}
	// Closing resets: who has hung up leaves nothing behind that would hold a port.
	if err := syscall.SetsockoptLinger(fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1}); err != nil {
		return nil, os.NewSyscallError("setsockopt", err)
	}
	if err := syscall.Connect(fd, o.to); err != nil && err != syscall.EINPROGRESS {
		return nil, os.NewSyscallError("connect", err)
	}
	event := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLOUT | unix.EPOLLET, Fd: int32(fd)}
	if err := syscall.EpollCtl(o.epoll, syscall.EPOLL_CTL_ADD, fd, &event); err != nil {
		return nil, os.NewSyscallError("epoll_ctl", err)
	}
	if fd >= len(o.by) {
		o.by = append(o.by, make([]*caller, fd+1024-len(o.by))...)
	}
	o.by[fd] = c
	o.opened++
	return c, nil
}

// end closes a connection, and says what became of its request.
func (o *open) end(c *caller, outcome Outcome) {
	if c.visit >= 0 {
		o.visits[c.visit].Outcome = outcome
		c.visit = -1
	} else if at := slices.Index(o.idle, c); at >= 0 {
		o.idle = slices.Delete(o.idle, at, at+1)
	}
	o.by[c.fd] = nil
	syscall.Close(c.fd)
	o.opened--
}

func (o *open) write(c *caller) {
	n, err := syscall.Write(c.fd, c.unsent)
	if err != nil && err != syscall.EAGAIN {
		o.end(c, Cut)
		return
	}
	c.unsent = c.unsent[max(n, 0):]
}

func (o *open) happened(c *caller, events uint32) {
	if events&(syscall.EPOLLOUT|syscall.EPOLLERR) != 0 && (c.joining || len(c.unsent) > 0) {
		c.joining = false
		if o.write(c); o.by[c.fd] != c {
			return
		}
	}
	for events&(syscall.EPOLLIN|syscall.EPOLLHUP|syscall.EPOLLRDHUP) != 0 {
		n, err := syscall.Read(c.fd, o.room[:])
		if err == syscall.EAGAIN {
			return
		}
		if err != nil || n == 0 || c.visit < 0 {
			o.end(c, Cut)
			return
		}
		whole, err := c.answer.read(o.room[:n])
		if err != nil {
			o.end(c, Wrong)
			return
		}
		if whole {
			o.answered(c)
			return
		}
		if n < len(o.room) {
			return // the next part wakes us
		}
	}
}

// answered takes in a whole answer.
func (o *open) answered(c *caller) {
	v := &o.visits[c.visit]
	v.Took = time.Since(o.start) - v.At
	outcome := Wrong
	switch a := &c.answer; {
	case a.status/100 == 2:
		outcome = Useful
	case a.status == 503 && a.again:
		outcome = Refused
	}
	if c.answer.last {
		o.end(c, outcome)
		return
	}
	v.Outcome = outcome
	c.visit = -1
	o.idle = append(o.idle, c)
}

// hangUp ends what has waited for too long.
func (o *open) hangUp(now time.Duration) {
	for ; o.heard < len(o.asked); o.heard++ {
		a := o.asked[o.heard]
		if a.caller.visit != a.visit {
			continue
		}
		if now-o.visits[a.visit].At < o.plan.Deadline {
			return
		}
		o.end(a.caller, Late)
	}
}
