package web

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// serve runs a site on a port of its own until the test ends.
func serve(t *testing.T, s *world) (address string) {
	t.Helper()
	l := listen(t, "tcp", "127.0.0.1:0")
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, []net.Listener{l}, nil, time.Minute) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return l.Addr().String()
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(30 * time.Second))
	return c
}

// said sends bytes, and is what came of them: the status of each answer, and
// "closed" where the site hung up by itself.
func said(t *testing.T, address, sent string) string {
	t.Helper()
	c := dial(t, address)
	if _, err := io.WriteString(c, sent); err != nil {
		t.Fatal(err)
	}
	var got []string
	r := bufio.NewReader(c)
	for {
		answer, err := http.ReadResponse(r, nil)
		if err != nil {
			return strings.Join(append(got, "closed"), " ")
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(answer.StatusCode))
		if strings.Contains(sent, "/last") && len(got) == strings.Count(sent, "HTTP/1.1\r\n") && !answer.Close {
			return strings.Join(got, " ")
		}
	}
}

// Requests after http-garden's: what some servers and proxies read in one way,
// and others in another. "/last" would be the smuggled one.
func TestWhatCanBeReadInTwoWaysIsRefused(t *testing.T) {
	address := serve(t, open(t, func(s *Settings) { s.Ready = ready }))
	const post = "POST /send HTTP/1.1\r\nHost: moot.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	const get = "GET / HTTP/1.1\r\nHost: moot.example\r\n"
	const last = "GET /last HTTP/1.1\r\nHost: moot.example\r\n\r\n"
	for _, c := range []struct{ name, sent, want string }{
		{"two clear ones", get + "\r\n" + last, "200 404"},
		{"a body of a length", post + "Content-Length: 7\r\n\r\nwords=a" + last, "200 404"},
		{"a body that looks like a head", post + "Content-Length: 25\r\n\r\nwords=a\n: b\r\n\r\nGET / HTTP" + last, "200 404"},
		{"an absolute target of the same host", "GET http://moot.example/ HTTP/1.1\r\nHost: moot.example\r\n\r\n" + last, "200 404"},

		{"chunks and a length", post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + last, "400 closed"},
		{"a length and chunks", post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + last, "400 closed"},
		{"chunks", post + "Transfer-Encoding: chunked\r\n\r\n7\r\nwords=a\r\n0\r\n\r\n" + last, "411 closed"},
		{"chunks of HTTP/1.0", strings.Replace(post, "1.1", "1.0", 1) + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + last, "400 closed"},
		{"chunks, said twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + last, "501 closed"},
		{"another coding", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + last, "501 closed"},
		{"chunks by a vertical tab", post + "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n" + last, "400 closed"},
		{"a space before the colon", post + "Transfer-Encoding : chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + last, "400 closed"},
		{"two lengths", post + "Content-Length: 7\r\nContent-Length: 0\r\n\r\nwords=a" + last, "400 closed"},
		{"the same length twice", post + "Content-Length: 7\r\nContent-Length: 7\r\n\r\nwords=a" + last, "400 closed"},
		{"a list of lengths", post + "Content-Length: 7, 7\r\n\r\nwords=a" + last, "400 closed"},
		{"a length with a sign", post + "Content-Length: +7\r\n\r\nwords=a" + last, "400 closed"},
		{"a length in hexadecimal", post + "Content-Length: 0x7\r\n\r\nwords=a" + last, "400 closed"},
		{"a length of nothing", post + "Content-Length:\r\n\r\nwords=a" + last, "400 closed"},
		{"a length beyond all", post + "Content-Length: 99999999999999999999\r\n\r\nwords=a" + last, "400 closed"},
		{"a line that goes on", post + "X-A: b\r\n Content-Length: 7\r\n\r\n" + last, "400 closed"},
		{"a line that goes on by a tab", get + "X-A: b\r\n\tc\r\n\r\n" + last, "400 closed"},
		{"a first line that goes on", "GET / HTTP/1.1\r\n Host: moot.example\r\n\r\n" + last, "400 closed"},
		{"a line that ends in LF", get + "X-A: b\nContent-Length: 7\r\n\r\n" + last, "400 closed"},
		{"a head that ends in LF", get + "\n" + last, "400 closed"},
		{"a request line that ends in LF", "GET / HTTP/1.1\nHost: moot.example\r\n\r\n" + last, "400 closed"},
		{"a CR within", get + "X-A: b\rContent-Length: 7\r\n\r\n" + last, "400 closed"},
		{"a zero byte", get + "X-A: b\x00c\r\n\r\n" + last, "400 closed"},
		{"an empty name", get + ": b\r\n\r\n" + last, "400 closed"},
		{"no colon", get + "X-A\r\n\r\n" + last, "400 closed"},
		{"an empty line first", "\r\n" + get + "\r\n" + last, "400 closed"},
		{"two hosts", get + "Host: other.example\r\n\r\n" + last, "400 closed"},
		{"the same host twice", get + "Host: moot.example\r\n\r\n" + last, "400 closed"},
		{"no host", "GET / HTTP/1.1\r\n\r\n" + last, "400 closed"},
		{"an absolute target of another host", "GET http://other.example/ HTTP/1.1\r\nHost: moot.example\r\n\r\n" + last, "400 closed"},
		{"an absolute target and no host", "GET http://moot.example/ HTTP/1.1\r\n\r\n" + last, "400 closed"},
		{"a version that isn't", "GET / HTTP/1.x\r\nHost: moot.example\r\n\r\n" + last, "400 closed"},
	} {
		if got := said(t, address, c.sent); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// A head that comes in pieces is read as one that comes at once.
func TestPiecesAreReadAsTheWhole(t *testing.T) {
	for _, sent := range []string{
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na\nbGET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\n\r\n",
		"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
	} {
		var whole framing
		want := whole.read([]byte(sent))
		var pieces framing
		var got error
		for i := range len(sent) {
			got = pieces.read([]byte(sent[i : i+1]))
		}
		if got != want {
			t.Errorf("%q: byte by byte %v, at once %v", sent, got, want)
		}
	}
}

// Where net/http, too, takes a stream for whole requests with lengths, both see
// the same ones.
func FuzzFraming(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
	f.Add([]byte("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na\nbGET / HTTP/1.1\r\nHost: a\r\n\r\n"))
	f.Add([]byte("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\nHEAD * HTTP/1.1\r\nHost: a\r\n\r\n"))
	f.Add([]byte("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		if whole := (framing{}); len(sent) > 4096 || whole.read(sent) != nil {
			return
		}
		var piece framing
		r := bufio.NewReader(bytes.NewReader(sent)) // which takes all of it in at once
		for at := 0; at < len(sent); {
			request, err := http.ReadRequest(r)
			if err != nil || request.TransferEncoding != nil {
				return
			}
			n, err := io.Copy(io.Discard, request.Body)
			if err != nil {
				return
			}
			end := len(sent) - r.Buffered()
			if piece.read(sent[at:end]) != nil || piece.inHead || piece.body != 0 || len(piece.line) > 0 {
				t.Fatalf("net/http ends a request, with a body of %d, after %q; framing doesn't", n, sent[at:end])
			}
			at = end
		}
	})
}

func TestAFullSiteSaysSo(t *testing.T) {
	s := open(t, func(s *Settings) { s.Ready, s.Connections = ready, 4 })
	address := serve(t, s)
	ask := func(c net.Conn) *http.Response {
		t.Helper()
		if _, err := io.WriteString(c, "GET /gr/athens HTTP/1.1\r\nHost: moot.example\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	var slow []net.Conn
	for range 4 {
		c := dial(t, address)
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHo"); err != nil {
			t.Fatal(err)
		}
		slow = append(slow, c)
	}
	answer := ask(dial(t, address))
	if answer.StatusCode != 503 || answer.Header.Get("Retry-After") == "" || !answer.Close {
		t.Errorf("where all places are taken: %d %v, want 503 with a Retry-After, and the end", answer.StatusCode, answer.Header)
	}
	if got := s.entrance.refused.Load(); got != 1 {
		t.Errorf("refused are %d, want 1", got)
	}
	slow[0].Close()
	for s.entrance.inside.Load() == 4 { // until the site has seen it
		time.Sleep(time.Millisecond)
	}
	slow[1].Close()
	for s.entrance.inside.Load() == 3 {
		time.Sleep(time.Millisecond)
	}
	if answer := ask(dial(t, address)); answer.StatusCode != 200 {
		t.Errorf("where a place came free: %d", answer.StatusCode)
	}
}
