// Package listen opens what visitors are answered on, and stops letting them in
// without cutting anybody off who had come already.
package listen

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// letGo is how long an address may be in use by what a killed site leaves
// behind: a child that it was just starting has its listeners until it runs.
const letGo = time.Second

// vanished is for how long nothing may be heard of a visitor to whom something was
// sent, a heartbeat of who listens even: their connection is ended then. A system
// left to itself goes on for a quarter of an hour, in which a listener who has gone
// without a word keeps a place.
const vanished = time.Minute

// On opens what one of the settings listen and listen-ops says: an address
// of TCP, or of a socket. A socket that nobody listens on any more is replaced.
func On(setting, address string) (*Listener, error) {
	l, err := take(address)
	for end := time.Now().Add(letGo); errors.Is(err, syscall.EADDRINUSE) && time.Now().Before(end); l, err = take(address) {
		time.Sleep(letGo / 20)
	}
	if err != nil {
		return nil, notListening(setting, address, err)
	}
	return unhurried(l), nil
}

// take listens on an address, if it is free now.
func take(address string) (deadliner, error) {
	path, unix := strings.CutPrefix(address, "unix:")
	if !unix {
		// A socket of several paths has no time after which it gives up.
		one := net.ListenConfig{}
		one.SetMultipathTCP(false)
		l, err := one.Listen(context.Background(), "tcp", address)
		if err != nil {
			return nil, err
		}
		tcp := l.(*net.TCPListener)
		if err := letVanish(tcp, vanished); err != nil {
			return nil, errors.Join(err, l.Close())
		}
		return tcp, nil
	}
	if err := clearSocket(path); err != nil {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	// Whoever may enter the socket's folder may speak to the site, as on TCP.
	if err := os.Chmod(path, 0o666); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l.(*net.UnixListener), nil
}

// clearSocket takes away a socket that a killed process left behind. Anything
// else that stands at its path is left alone.
func clearSocket(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSocket == 0 {
		return errors.New("there is a file that is no socket")
	}
	peer, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		peer.Close()
		return syscall.EADDRINUSE
	}
	return os.Remove(path)
}

// notListening says which listener can't be had, why, and what to do.
func notListening(setting, address string, err error) error {
	advice := ""
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%s: %s is in use by another program: stop that, or choose another with --%s", setting, address, setting)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		advice = ": this machine has no such address"
	case errors.Is(err, fs.ErrPermission):
		advice = ": this user may not; ports below 1024 want a reverse proxy, or the right CAP_NET_BIND_SERVICE"
	}
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	return fmt.Errorf("%s: %s can't be listened on: %w%s", setting, address, err, advice)
}

// Shown is the address of a listener as the setting would say it.
func Shown(l net.Listener) string {
	if l.Addr().Network() == "unix" {
		return "unix:" + l.Addr().String()
	}
	return l.Addr().String()
}

// LastCall is how long a site that stops still lets visitors in, and then waits
// for what they ask.
const LastCall = 50 * time.Millisecond

// A listener looks on, after the moment, until nobody came while it looked.
const (
	look      = 3 * time.Millisecond
	moreLooks = 30
)

// Listener is a listener that can stop letting in before it closes.
//
// The system shakes hands before Accept takes a visitor in, and resets those
// that wait when their listener closes; and net/http drops a request whose head
// it reads after Shutdown began. A site that only shut down would cut off both.
type Listener struct {
	deadliner
	stopping atomic.Bool
	came     bool          // somebody, since Accept last looked at the clock
	looks    int           // how often it looked on
	emptied  chan struct{} // nobody is let in any more
	closed   chan struct{}
	close    func() error
}

// deadliner is a listener whose Accept can be given an end.
type deadliner interface {
	net.Listener
	SetDeadline(time.Time) error
}

func unhurried(l deadliner) *Listener {
	u := &Listener{deadliner: l, emptied: make(chan struct{}), closed: make(chan struct{})}
	u.close = sync.OnceValue(func() error {
		close(u.closed)
		if err := l.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil // Accept has closed it
	})
	return u
}

// Stop lets in, for a moment, whoever has come already, and nobody after that.
// Somebody has to be in Accept.
func (u *Listener) Stop(moment time.Duration) {
	u.stopping.Store(true)
	u.SetDeadline(time.Now().Add(moment)) // fails on a closed listener only
	select {
	case <-u.emptied:
	case <-u.closed:
	}
}

// Accept lets in the next visitor. Once nobody is let in it waits for Close.
// It is for one caller at a time.
func (u *Listener) Accept() (net.Conn, error) {
	for {
		c, err := u.deadliner.Accept()
		stopping := u.stopping.Load()
		if err == nil || !stopping {
			u.came = stopping
			return c, err
		}
		if !u.came || u.looks == moreLooks || !errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
		// The moment is over, but somebody came in it: others may wait.
		u.came = false
		u.looks++
		u.SetDeadline(time.Now().Add(look))
	}
	err := u.deadliner.Close() // whoever comes now is told at once that nobody listens
	close(u.emptied)
	<-u.closed
	return nil, errors.Join(net.ErrClosed, err)
}

func (u *Listener) Close() error { return u.close() }
