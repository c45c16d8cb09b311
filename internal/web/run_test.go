package web

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"moot/internal/web/page/pagetest"
)

func TestReadiness(t *testing.T) {
	var broken error
	s := open(t, func(s *Settings) { s.Ready = func(context.Context) error { return broken } })
	pagetest.Get(t, s.Ops(), "/readyz").Want(200)
	broken = errors.New("no database at 198.51.100.1")
	if p := pagetest.Get(t, s.Ops(), "/readyz").Want(503); strings.Contains(p.Body, "198.51.100.1") {
		t.Error("the cause is shown")
	}
	pagetest.Get(t, s.Ops(), "/healthz").Want(200)
	pagetest.Get(t, s, "/readyz").Want(404) // not on the site's own listener
	pagetest.Get(t, s, "/metrics").Want(404)
}

func TestStoppingCutsNobody(t *testing.T) {
	s := open(t, func(s *Settings) { s.Ready = ready })
	site, ops := listen(t, "tcp", "127.0.0.1:0"), listen(t, "tcp", "127.0.0.1:0")
	socket := listen(t, "unix", filepath.Join(t.TempDir(), "moot.sock"))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, []net.Listener{site, socket}, []net.Listener{ops}, time.Minute) }()

	unix := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket.Addr().String())
	}}}
	if body := fetch(t, unix, "http://moot/gr/athens"); !strings.Contains(body, "board of Athens") {
		t.Errorf("by the socket: %s", body)
	}

	answered := make(chan string, 1)
	go func() { answered <- fetch(t, http.DefaultClient, "http://"+site.Addr().String()+"/slow") }()
	<-s.began
	stop()
	for { // until the listener is closed
		c, err := net.Dial("tcp", site.Addr().String())
		if err != nil {
			break
		}
		c.Close()
	}
	pagetest.Get(t, s.Ops(), "/readyz").Want(503)
	select {
	case err := <-ended:
		t.Fatalf("Run ended while a request was being answered: %v", err)
	default:
	}
	close(s.going)
	if body := <-answered; !strings.Contains(body, "at last") {
		t.Errorf("the request in flight got %q", body)
	}
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
}

func TestStoppingEndsThoughARequestDoesNot(t *testing.T) {
	s := open(t, nil)
	site := listen(t, "tcp", "127.0.0.1:0")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, []net.Listener{site}, nil, 10*time.Millisecond) }()
	go http.Get("http://" + site.Addr().String() + "/slow")
	<-s.began
	stop()
	if err := <-ended; err == nil {
		t.Error("a request was cut, and Run doesn't say so")
	}
	close(s.going)
}

func TestAListenerThatBreaksEndsTheSite(t *testing.T) {
	s := open(t, nil)
	site, other := listen(t, "tcp", "127.0.0.1:0"), listen(t, "tcp", "127.0.0.1:0")
	ended := make(chan error, 1)
	go func() { ended <- s.Run(t.Context(), []net.Listener{site, other}, nil, time.Second) }()
	other.Close()
	if err := <-ended; err == nil {
		t.Error("Run doesn't say that a listener broke")
	}
}

func listen(t *testing.T, network, address string) net.Listener {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func fetch(t *testing.T, c *http.Client, address string) string {
	answer, err := c.Get(address)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Error(err)
	}
	return string(body)
}
