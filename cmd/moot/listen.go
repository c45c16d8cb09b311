package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// listen opens what one of the settings listen and listen-ops says: an address
// of TCP, or of a socket. A socket that nobody listens on any more is replaced.
func listen(setting, address string) (net.Listener, error) {
	path, unix := strings.CutPrefix(address, "unix:")
	if !unix {
		l, err := net.Listen("tcp", address)
		if err != nil {
			return nil, notListening(setting, address, err)
		}
		return l, nil
	}
	if err := clearSocket(path); err != nil {
		return nil, notListening(setting, address, err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, notListening(setting, address, err)
	}
	// Whoever may enter the socket's folder may speak to the site, as on TCP.
	if err := os.Chmod(path, 0o666); err != nil {
		return nil, notListening(setting, address, errors.Join(err, l.Close()))
	}
	return l, nil
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

// shown is the address of a listener as the setting would say it.
func shown(l net.Listener) string {
	if l.Addr().Network() == "unix" {
		return "unix:" + l.Addr().String()
	}
	return l.Addr().String()
}
