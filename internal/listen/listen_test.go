package listen

import (
	"errors"
	"net"
	"path/filepath"
	"testing"
	"time"
)

// Whoever came before a listener stopped is let in; nobody is after.
func TestUnhurried(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "unix:" + filepath.Join(t.TempDir(), "s")} {
		l, err := On("listen", address)
		if err != nil {
			t.Fatal(err)
		}
		const visitors = 5
		for range visitors {
			c, err := net.Dial(l.Addr().Network(), l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
		}
		stopped := make(chan struct{})
		go func() {
			l.Stop(time.Second)
			close(stopped)
		}()
		for n := range visitors {
			c, err := l.Accept()
			if err != nil {
				t.Fatalf("%s: visitor %d was sent away: %v", address, n+1, err)
			}
			c.Close()
		}
		ended := make(chan error)
		go func() {
			_, err := l.Accept()
			ended <- err
		}()
		<-stopped
		if c, err := net.Dial(l.Addr().Network(), l.Addr().String()); err == nil {
			c.Close()
			t.Errorf("%s is listened on still", address)
		}
		select {
		case err := <-ended:
			t.Errorf("%s: Accept ended before Close: %v", address, err)
		default:
		}
		l.Close()
		if err := <-ended; !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: after closing: %v", address, err)
		}
		l.Stop(time.Hour) // of a closed listener has nothing to wait for
	}
}

// What a killed site leaves behind holds its address for a moment longer.
func TestListenWaitsUntilItIsLetGo(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "unix:" + filepath.Join(t.TempDir(), "s")} {
		held, err := take(address)
		if err != nil {
			t.Fatal(err)
		}
		if held.Addr().Network() == "unix" {
			held.(*net.UnixListener).SetUnlinkOnClose(false) // as where nobody is left to do it
		}
		time.AfterFunc(letGo/5, func() { held.Close() })
		l, err := On("listen", Shown(held))
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
	}
}
