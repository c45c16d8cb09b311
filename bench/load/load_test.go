//go:build linux

package load

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestRun asks a real server, and counts on both sides.
func TestRun(t *testing.T) {
	var asked, held atomic.Int64
	body := strings.Repeat("moot ", 40_000) // comes in many parts
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		switch r.URL.Path {
		case "/held":
			held.Add(1)
			w.WriteHeader(http.StatusNotModified)
		default:
			w.Header().Set("Content-Length", fmt.Sprint(len(body)))
			fmt.Fprint(w, body)
		}
	})
	var seen int
	got, err := Run(Plan{
		Address: address, Requests: [][]byte{ask("/"), ask("/held")}, Status: 200, Connections: 8, For: 200 * time.Millisecond,
		Progress: func(answers int) { seen = answers },
	})
	if err != nil {
		t.Fatal(err)
	}
	// What was under way at the end, one on each connection, was asked and isn't counted.
	if all := got.Answers + got.Wrong; all == 0 || int64(all) > asked.Load() || int64(all) < asked.Load()-8 {
		t.Errorf("%d answers of %d requests", all, asked.Load())
	}
	if int64(got.Wrong) > held.Load() || int64(got.Wrong) < held.Load()-8 {
		t.Errorf("%d answers are wrong, and %d were 304", got.Wrong, held.Load())
	}
	if got.Bytes < int64(got.Answers*len(body)) {
		t.Errorf("%d bytes came, and %d answers have more", got.Bytes, got.Answers)
	}
	if seen != got.Answers {
		t.Errorf("the progress ended at %d, the run with %d", seen, got.Answers)
	}
	if got.Rate() <= 0 || got.Latency(0) <= 0 || got.Latency(.5) > got.Latency(.99) || got.Latency(.99) > got.Latency(1) || got.Latency(1) > got.Took {
		t.Errorf("%v a second; %v, %v, %v, %v in %v", got.Rate(), got.Latency(0), got.Latency(.5), got.Latency(.99), got.Latency(1), got.Took)
	}
}

func TestRunRefuses(t *testing.T) {
	chunks := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "a part")
		http.NewResponseController(w).Flush()
	})
	closes := serve(t, func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Connection", "close") })
	for _, test := range []struct {
		plan Plan
		want string
	}{
		{Plan{Address: "192.0.2.1:80", Requests: [][]byte{ask("/")}, Connections: 1, For: time.Second}, "loopback"},
		{Plan{Address: "moot.example", Requests: [][]byte{ask("/")}, Connections: 1, For: time.Second}, "moot.example"},
		{Plan{Address: chunks, Requests: [][]byte{ask("/")}, Connections: 1, For: time.Hour}, "a minute"},
		{Plan{Address: chunks, Connections: 1, For: time.Second}, "requests"},
		{Plan{Address: chunks, Requests: [][]byte{ask("/")}, Status: 200, Connections: 1, For: time.Second}, "doesn't say its length"},
		{Plan{Address: closes, Requests: [][]byte{ask("/")}, Status: 200, Connections: 1, For: time.Second}, "closed a connection"},
	} {
		if _, err := Run(test.plan); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, want an error that says %q", test.plan, err, test.want)
		}
	}
}

// TestAnswer reads answers cut in two at every place.
func TestAnswer(t *testing.T) {
	for _, test := range []struct {
		text   string
		status int // 0: an error
	}{
		{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nmoot\n", 200},
		{"HTTP/1.1 404 Not Found\r\nX: y\r\ncontent-LENGTH:0\r\n\r\n", 404},
		{"HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n", 304},
		{"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmoot\n", 0},
		{"HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\nmoot", 0},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0},
		{"SSH-2.0-nothing of the web\r\n\r\n", 0},
		{strings.Repeat("x", longestHead+2), 0},
	} {
		for cut := range len(test.text) {
			var a answer
			whole, err := false, error(nil)
			for _, part := range []string{test.text[:cut], test.text[cut:]} {
				if part != "" && err == nil {
					whole, err = a.read([]byte(part))
				}
			}
			switch {
			case test.status == 0 && err == nil:
				t.Errorf("%.60q cut at %d: no error", test.text, cut)
			case test.status != 0 && (err != nil || !whole || a.status != test.status):
				t.Errorf("%.60q cut at %d: %v, %d, %v", test.text, cut, whole, a.status, err)
			}
		}
	}
}

func ask(path string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: moot.example\r\n\r\n")
}

func serve(t *testing.T, handle http.HandlerFunc) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handle}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return l.Addr().String()
}

// TestOpen asks a real server at a rate, and sees what became of each request.
func TestOpen(t *testing.T) {
	var asked atomic.Int64
	held := make(chan struct{})
	t.Cleanup(func() { close(held) })
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		switch r.URL.Path {
		case "/full":
			w.Header().Set("Retry-After", "7")
			w.Header().Set("Content-Length", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/broken":
			w.Header().Set("Content-Length", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/held":
			select {
			case <-held:
			case <-r.Context().Done():
			}
		case "/cut":
			panic(http.ErrAbortHandler)
		case "/last":
			w.Header().Set("Connection", "close")
			w.Header().Set("Content-Length", "0")
		default:
			w.Header().Set("Content-Length", "4")
			fmt.Fprint(w, "moot")
		}
	})
	paths := []string{"/", "/last", "/full", "/broken", "/held", "/cut"}
	want := []Outcome{Useful, Useful, Refused, Wrong, Late, Cut}
	plan := OpenPlan{
		Address: address, Deadline: 2 * time.Second, Connections: 1000, Processor: -1,
		Steps: []Step{{Rate: 300, For: 500 * time.Millisecond}, {For: 100 * time.Millisecond}, {Rate: 600, For: 200 * time.Millisecond}},
	}
	for _, path := range paths {
		plan.Kinds = append(plan.Kinds, Kind{Share: 1, Requests: [][]byte{ask(path)}})
	}
	visits, err := Open(plan)
	if err != nil {
		t.Fatal(err)
	}
	if n := asked.Load(); len(visits) < 150 || n < int64(len(visits)) { // net/http's server sees each
		t.Errorf("%d visits, %d were heard of", len(visits), n)
	}
	kinds, steps := map[int]int{}, map[int]int{}
	last := time.Duration(0)
	for _, v := range visits {
		kinds[v.Kind]++
		steps[v.Step]++
		if v.Outcome != want[v.Kind] {
			t.Fatalf("%s came to %d, want %d", paths[v.Kind], v.Outcome, want[v.Kind])
		}
		if v.At < last || v.Outcome == Useful && (v.Took <= 0 || v.Took > plan.Deadline+time.Second) {
			t.Fatalf("%+v after one at %v", v, last)
		}
		last = v.At
	}
	if len(kinds) != len(paths) || steps[0] == 0 || steps[1] != 0 || steps[2] == 0 {
		t.Errorf("kinds %v, steps %v", kinds, steps)
	}
	// With one connection, which is held, nothing more can be sent.
	plan.Kinds, plan.Connections = []Kind{{Share: 1, Requests: [][]byte{ask("/held")}}}, 1
	if visits, err = Open(plan); err != nil {
		t.Fatal(err)
	}
	if visits[0].Outcome != Late || visits[1].Outcome != Unsent {
		t.Errorf("the first came to %d, the second to %d", visits[0].Outcome, visits[1].Outcome)
	}
	plan.Address = "192.0.2.1:80"
	if _, err := Open(plan); err == nil || !strings.Contains(err.Error(), "loopback") {
		t.Errorf("another machine: %v", err)
	}
}
