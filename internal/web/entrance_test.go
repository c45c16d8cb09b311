package web

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"moot/internal/gate"
	"moot/internal/web/page/pagetest"
)

func TestWhatTheFrontDoorCounts(t *testing.T) {
	s := open(t, func(s *Settings) { s.Connections = 7 })
	if _, ok := s.gate.Enter(t.Context(), gate.Search); !ok {
		t.Fatal("an empty gate lets nobody in")
	}
	s.entrance.unclear.Add(2)
	body := pagetest.Do(t, s.Ops(), httptest.NewRequest("GET", "/metrics", nil)).Want(200).Body
	for _, line := range []string{
		`moot_gate_refused_total{class="search"} 0`, `moot_gate_working{class="search"} 1`, fmt.Sprintf("moot_gate_limit %d", s.gate.Limit()), `moot_gate_places{class="read"} 256`, `moot_gate_waiting{class="post"} 0`,
		`moot_gate_working{class="program"} 0`, "moot_connections_max 7", "moot_connections 0",
		`moot_connections_refused_total{why="unclear"} 2`, `moot_connections_refused_total{why="full"} 0`,
	} {
		if !strings.Contains(body, line+"\n") {
			t.Errorf("/metrics doesn't say %s", line)
		}
	}
}

// Who can't come in is told so, whether there is somebody to hear them out or not,
// and whatever they have sent by then.
func TestWhoCannotComeInIsTold(t *testing.T) {
	for _, tell := range []func(net.Conn){tellFull, tellInPassing} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: moot.example\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		in, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		go tell(in)
		c.SetReadDeadline(time.Now().Add(30 * time.Second))
		said, err := io.ReadAll(c)
		if err != nil || !strings.HasPrefix(string(said), "HTTP/1.1 503 ") || !strings.Contains(string(said), "\r\nRetry-After: ") {
			t.Errorf("told %q, %v", said, err)
		}
		c.Close()
		l.Close()
	}
}

// A connection is busy while its request is answered, and whoever takes it over
// counts it themselves.
func TestWhoIsBusy(t *testing.T) {
	e := newEntrance(0)
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	g := &guest{Conn: a, entrance: e}
	for _, turn := range []struct {
		state http.ConnState
		busy  int
	}{{http.StateNew, 1}, {http.StateActive, 1}, {http.StateIdle, 0}, {http.StateActive, 1}, {http.StateHijacked, 0}, {http.StateNew, 1}, {http.StateIdle, 0}, {http.StateClosed, 0}} {
		if e.turns(g, turn.state); e.crowd.Fresh(time.Now()) != turn.busy {
			t.Errorf("after %v %d are busy, want %d", turn.state, e.crowd.Fresh(time.Now()), turn.busy)
		}
	}
}
