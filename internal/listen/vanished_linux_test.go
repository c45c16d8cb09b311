package listen

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

const inside = "MOOT_LISTEN_TEST_INSIDE" // a network of the test's own

// A visitor who vanishes without a word, as one whose cable is cut, is noticed: the
// connection to whom something was sent ends with an error.
func TestWhoVanishesIsNoticed(t *testing.T) {
	if os.Getenv(inside) == "" {
		if os.Getuid() != 0 {
			t.Skip("needs root: to cut a network, in a network of its own")
		}
		c := exec.Command(os.Args[0], "-test.run", "^TestWhoVanishesIsNoticed$", "-test.v")
		c.Env = append(os.Environ(), inside+"=1")
		c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	loopback := func(state string) {
		t.Helper()
		if out, err := exec.Command("ip", "link", "set", "lo", state).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	loopback("up")
	l, err := On("listen", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, moment := range []time.Duration{vanished, 2 * time.Second} { // the site's own can be read, and isn't waited for
		if err := letVanish(l.deadliner.(*net.TCPListener), moment); err != nil {
			t.Fatal(err)
		}
		if _, err := net.Dial("tcp", l.Addr().String()); err != nil {
			t.Fatal(err)
		}
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if got := userTimeout(t, c); got != moment {
			t.Errorf("a connection ends after %v without a word, want %v", got, moment)
		}
		if moment == vanished {
			continue
		}
		loopback("down")
		if _, err := c.Write([]byte(":\n\n")); err != nil {
			t.Fatal(err)
		}
		c.SetReadDeadline(time.Now().Add(time.Minute))
		start := time.Now()
		_, err = c.Read(make([]byte, 1))
		if err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("who vanished wasn't noticed for %v: %v", time.Since(start), err)
		}
		t.Logf("noticed after %v: %v", time.Since(start).Round(time.Millisecond), err)
	}
}

func userTimeout(t *testing.T, c net.Conn) time.Duration {
	t.Helper()
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var ms int
	if err := raw.Control(func(fd uintptr) { ms, err = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout) }); err != nil {
		t.Fatal(err)
	}
	return time.Duration(ms) * time.Millisecond
}
