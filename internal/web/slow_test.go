package web

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// many is how many slow clients come at a time.
const many = 200

// Slow clients, as slowhttptest has them: whoever else reads is answered
// meanwhile, and nothing is left of them when they have gone. scripts/slow does
// the same with the real one, for longer.
func TestSlowClients(t *testing.T) {
	for _, way := range []struct {
		name   string
		head   string
		more   string // sent again and again
		little bool   // takes next to nothing of what it is told
		ended  bool   // by the site, and soon
	}{
		{name: "heads", head: "GET /gr/athens HTTP/1.1\r\nHost: moot.example\r\n", more: "X-a: b\r\n", ended: true},
		{name: "bodies", head: "POST /send HTTP/1.1\r\nHost: moot.example\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 8192\r\n\r\n", more: "&a=b"},
		{name: "ranges", head: "HEAD /gr/athens HTTP/1.1\r\nHost: moot.example\r\nRange: bytes=0-" + ranges() + "\r\n\r\n", more: ""},
		{name: "readers", head: "GET /gr/athens HTTP/1.1\r\nHost: moot.example\r\n\r\n", little: true},
	} {
		t.Run(way.name, func(t *testing.T) {
			s := open(t, func(s *Settings) { s.Ready, s.Connections = ready, 2*many })
			address := serve(t, s)
			var slow []net.Conn
			for range many {
				c := dial(t, address)
				if way.little {
					c.(*net.TCPConn).SetReadBuffer(1024)
				}
				if _, err := io.WriteString(c, way.head); err != nil {
					t.Fatal(err)
				}
				slow = append(slow, c)
			}
			end := make(chan struct{})
			var all sync.WaitGroup
			for _, c := range slow {
				all.Go(func() {
					for range 20 {
						select {
						case <-end:
							return
						case <-time.After(100 * time.Millisecond):
							io.WriteString(c, way.more) // to a connection that the site has ended it fails
						}
					}
				})
			}
			for range 30 {
				for start := time.Now(); ; time.Sleep(50 * time.Millisecond) {
					c := dial(t, address)
					if _, err := io.WriteString(c, "GET /gr/athens HTTP/1.1\r\nHost: moot.example\r\nConnection: close\r\n\r\n"); err != nil {
						t.Fatal(err)
					}
					answer, err := http.ReadResponse(bufio.NewReader(c), nil)
					c.Close()
					if err == nil && answer.StatusCode == 200 {
						break
					}
					// A machine that is busy with other things may have the site say when to come again.
					if err != nil || answer.Header.Get("Retry-After") == "" || time.Since(start) > 30*time.Second {
						t.Fatalf("an honest reader: %v, %v", answer, err)
					}
				}
			}
			if way.ended {
				for _, c := range slow { // dial has given them 30 s
					if _, err := io.ReadAll(c); err != nil {
						if wait, ok := err.(net.Error); ok && wait.Timeout() {
							t.Fatal("a head that never ends has kept its connection")
						}
					}
				}
			}
			close(end)
			all.Wait()
			for _, c := range slow {
				c.Close()
			}
			for start := time.Now(); s.entrance.inside.Load() > 0 || s.entrance.crowd.Fresh(time.Now()) > 0; time.Sleep(time.Millisecond) {
				if time.Since(start) > 30*time.Second {
					t.Fatalf("all have gone, and %d are inside", s.entrance.inside.Load())
				}
			}
		})
	}
}

// ranges are a thousand, as were once enough for a server to fall over.
func ranges() (list string) {
	for n := range 1000 {
		list += fmt.Sprintf(",5-%d", n)
	}
	return list
}
