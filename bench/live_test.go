package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/directory"
	"moot/internal/event"
	"moot/internal/guard"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/live"
	"moot/internal/web"
	"moot/internal/web/boardpages"
	"moot/internal/web/page"
)

// servesVariable has this program serve listeners, in place of its tests.
const servesVariable = "MOOT_BENCH_SERVES"

// BenchmarkListening holds so many listeners on one thread, and measures what
// each costs the site's process and how long after it was sent a reply has
// reached all of them: on Moot, with everything between the reply and the
// reader, and on a plain net/http server that keeps a goroutine for each and is
// handed the ready bytes.
//
// Goals (performance.md): 6 KiB a listener; p99 200 ms with 10,000.
func BenchmarkListening(b *testing.B) {
	n := 10_000
	var files syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files) == nil {
		n = min(n, int(files.Max)-500)
	}
	ways := []string{"moot", "plain"}
	sums := map[string][]figures{}
	for range 3 { // alternately, so that what else the machine does weighs on both
		for _, way := range ways {
			sums[way] = append(sums[way], listening(b, way, n))
		}
	}
	moot, plain := middle(sums["moot"]), middle(sums["plain"])
	b.Logf("%d listeners\n%-8s %12s %10s %10s %14s\n%-8s %8.2f KiB %7.1f ms %7.1f ms %11.2f µs\n%-8s %8.2f KiB %7.1f ms %7.1f ms %11.2f µs\n%-8s %12.2f %10.2f %10.2f %14.2f", n,
		"", "a listener", "p50", "p99", "CPU a message",
		"moot", moot.memory/1024, moot.p50, moot.p99, moot.cpu,
		"plain", plain.memory/1024, plain.p50, plain.p99, plain.cpu,
		"ratio", moot.memory/plain.memory, moot.p50/plain.p50, moot.p99/plain.p99, moot.cpu/plain.cpu)
	b.ReportMetric(moot.memory/1024, "KiB/listener")
	b.ReportMetric(moot.p50, "p50-ms")
	b.ReportMetric(moot.p99, "p99-ms")
	b.ReportMetric(moot.cpu, "cpu-µs/message")
	b.ReportMetric(moot.memory/plain.memory, "memory-ratio")
	b.ReportMetric(moot.p99/plain.p99, "p99-ratio")
	b.ReportMetric(0, "ns/op")
}

// figures are what one run measured: bytes a listener, milliseconds, and
// microseconds of the server's processor for each message to one listener.
type figures struct{ memory, p50, p99, cpu float64 }

// middle is the median of each figure by itself.
func middle(all []figures) (m figures) {
	mid := func(of func(figures) float64) float64 {
		var list []float64
		for _, f := range all {
			list = append(list, of(f))
		}
		slices.Sort(list)
		return list[len(list)/2]
	}
	return figures{
		mid(func(f figures) float64 { return f.memory }), mid(func(f figures) float64 { return f.p50 }), mid(func(f figures) float64 { return f.p99 }), mid(func(f figures) float64 { return f.cpu }),
	}
}

// events is how many replies are sent in a run.
const events = 15

// stamp comes before the time, in nanoseconds, at which a reply was sent.
const stamp = "sent at "

func listening(b *testing.B, way string, n int) figures {
	b.Helper()
	server := serveBeside(b, way)
	before := server.ask("memory")
	path := server.words[1]
	arrived := make(chan time.Duration, n)
	listeners := make([]net.Conn, 0, n)
	defer func() {
		for _, c := range listeners {
			c.Close()
		}
	}()
	var ready sync.WaitGroup
	for range n {
		c, err := net.Dial("tcp", server.words[0])
		if err != nil {
			b.Fatal(err)
		}
		listeners = append(listeners, c)
		fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: moot.example\r\n\r\n", path)
		ready.Add(1)
		go hear(c, ready.Done, arrived)
		if len(listeners)%500 == 0 {
			ready.Wait() // no more at a time than the kernel keeps waiting
		}
	}
	ready.Wait()
	memory := float64(server.ask("memory")-before) / float64(n)
	cpu := server.ask("cpu")
	var took []float64
	for range events {
		server.say("send")
		for range n {
			select {
			case d := <-arrived:
				took = append(took, float64(d)/float64(time.Millisecond))
			case <-time.After(time.Minute):
				b.Fatalf("%s: a reply has reached %d of %d", way, len(took)%n, n)
			}
		}
	}
	cpu = server.ask("cpu") - cpu
	slices.Sort(took)
	at := func(share float64) float64 { return took[int(math.Ceil(share*float64(len(took))))-1] }
	return figures{memory, at(.5), at(.99), float64(cpu) / events / float64(n) / 1e3}
}

// hear reads a stream, and tells how long after it was sent each reply came.
func hear(c net.Conn, ready func(), arrived chan<- time.Duration) {
	lines := bufio.NewReaderSize(c, 2048)
	for {
		line, err := lines.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull {
			return
		}
		now := time.Now()
		switch _, at, found := bytes.Cut(line, []byte(stamp)); {
		case bytes.HasPrefix(line, []byte("event: here")):
			ready()
		case found:
			sent, _ := strconv.ParseInt(string(at[:19]), 10, 64)
			arrived <- now.Sub(time.Unix(0, sent))
		}
	}
}

// beside is a server in a process of its own.
type beside struct {
	b     *testing.B
	in    io.Writer
	out   *bufio.Reader
	words []string // its address, and the path to listen at
}

func serveBeside(b *testing.B, way string) *beside {
	b.Helper()
	program, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	command := exec.Command(program)
	command.Env = append(os.Environ(), servesVariable+"="+way, "TMPDIR="+b.TempDir())
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		in.Close() // it ends by itself
		command.Wait()
	})
	s := &beside{b: b, in: in, out: bufio.NewReader(out)}
	s.words = strings.Fields(s.line())
	return s
}

func (s *beside) line() string {
	line, err := s.out.ReadString('\n')
	if err != nil {
		s.b.Fatalf("the server ended: %v", err)
	}
	return line
}

func (s *beside) say(word string) { fmt.Fprintln(s.in, word) }

func (s *beside) ask(word string) int64 {
	s.say(word)
	n, err := strconv.ParseInt(strings.TrimSpace(s.line()), 10, 64)
	if err != nil {
		s.b.Fatal(err)
	}
	return n
}

// serveListeners serves until its input ends: "memory" has it print the bytes
// that it holds, "cpu" the nanoseconds that it has worked, "send" send a reply.
func serveListeners(way string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	serve := map[string]func(net.Listener) (path string, send func(body string)){"moot": serveMoot, "plain": servePlain}[way]
	path, send := serve(l)
	fmt.Println(l.Addr(), path)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		switch in.Text() {
		case "memory":
			fmt.Println(resident())
		case "cpu":
			var used syscall.Rusage
			if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
				panic(err)
			}
			fmt.Println(used.Utime.Nano() + used.Stime.Nano())
		case "send":
			send(fmt.Sprintf("%s%d: our landlord raised the rent by a third, and three of us have written to him.", stamp, time.Now().UnixNano()))
		}
	}
	os.Exit(0)
}

// resident is how many bytes of memory this process has from the system.
func resident() int64 {
	runtime.GC()
	debug.FreeOSMemory()
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		panic(err)
	}
	pages, err := strconv.ParseInt(strings.Fields(string(statm))[1], 10, 64)
	if err != nil {
		panic(err)
	}
	return pages * int64(os.Getpagesize())
}

func must[T any](made T, err error) T {
	if err != nil {
		panic(err)
	}
	return made
}

// serveMoot is the whole of a site that has one thread.
func serveMoot(l net.Listener) (string, func(string)) {
	ctx := context.Background()
	d := must(db.Open(ctx, "sqlite:"+filepath.Join(os.TempDir(), "moot.db")))
	if _, _, err := d.Migrate(ctx); err != nil {
		panic(err)
	}
	now, outbox := clock.New(), event.New()
	boards := board.New(d, now, outbox, gazetteer(), board.Limits{PostLength: 8000})
	directory := must(directory.Open(ctx, boards, gazetteer()))
	limits := live.Defaults()
	limits.Each = limits.All
	hub := live.New(limits, nil, func(err error) { panic(err) })
	door := must(web.New(web.Settings{Live: hub, Settings: page.Settings{
		Name: "Moot", Languages: lang.All(), Gazetteer: gazetteer(), Guard: guard.New(now, guard.Limits{}), Clock: now, Log: slog.New(slog.DiscardHandler),
	}}, boardpages.New(boards, directory, nil, page.Steps{})))
	athens, _ := gazetteer().ByPath("gr/athens")
	made := must(boards.Start(ctx, key.Anyone, board.NewThread{Place: athens, NewPost: board.NewPost{Body: "Rents"}}))
	go outbox.Follow(ctx, d, "test", event.Cursor{}, func(e event.Event) error { hub.See(ctx, e); return nil }, func(err error) { panic(err) })
	go door.Run(ctx, []net.Listener{l}, nil, time.Second)
	return fmt.Sprintf("/gr/athens/t/%d/live?after=%d", made.Thread, made.Number), func(body string) {
		must(boards.Reply(ctx, key.Anyone, made.Thread, board.NewPost{Body: body}))
	}
}

// servePlain is net/http as it comes: each listener waits in its handler for
// what it is sent through a channel.
func servePlain(l net.Listener) (string, func(string)) {
	var lock sync.Mutex
	listeners := map[chan []byte]bool{}
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page.Harden(w.Header())
		w.Header().Set("Content-Type", "text/event-stream")
		mine := make(chan []byte, 4)
		lock.Lock()
		listeners[mine] = true
		lock.Unlock()
		defer func() {
			lock.Lock()
			delete(listeners, mine)
			lock.Unlock()
		}()
		control := http.NewResponseController(w)
		io.WriteString(w, "event: here\ndata: 0\n\n")
		for control.Flush() == nil {
			select {
			case b := <-mine:
				w.Write(b)
			case <-r.Context().Done():
				return
			}
		}
	}))
	return "/", func(body string) {
		// As many bytes as a reply has on Moot.
		b := []byte("id: 1\nevent: post\ndata: " + strings.Repeat("x", 900) + "\ndata: " + body + "\n\n")
		lock.Lock()
		defer lock.Unlock()
		for c := range listeners {
			c <- b
		}
	}
}
