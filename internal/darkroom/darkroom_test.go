package darkroom

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"log/slog"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"moot/internal/fault"
	"moot/internal/picture"
	"moot/internal/sandbox"
)

// The tests run this very program as the worker, and as workers that somebody
// has taken over.
func TestMain(m *testing.M) {
	Main()
	if len(os.Args) == 3 && os.Args[1] == "captured" {
		captured(os.Args[2])
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// captured is a worker that does as its captor says, once it has a picture.
func captured(how string) {
	switch how {
	case "mute":
		time.Sleep(time.Hour)
	case "stranger":
		fmt.Println("HTTP/1.1 200 OK")
		return
	case "greedy":
		sandbox.Enter(grant)
	}
	writeGreeting(os.Stdout, sandbox.Held{})
	for {
		if _, err := readPicture(os.Stdin); err != nil {
			return
		}
		misbehave(how)
	}
}

func misbehave(how string) {
	say := func(r results, files ...string) {
		binary.Write(os.Stdout, binary.BigEndian, itIsMade)
		binary.Write(os.Stdout, binary.BigEndian, r)
		os.Stdout.WriteString(strings.Join(files, ""))
	}
	three := func(m measures) results { return results{Files: [3]measures{m, m, m}} }
	switch how {
	case "spins":
		for spun := 0; ; spun++ {
		}
	case "sleeps":
		time.Sleep(time.Hour)
	case "crashes":
		fmt.Fprintln(os.Stderr, "unexpected \x1b[31mfault\nand more")
		os.Exit(2)
	case "greedy":
		var eaten [][]byte
		for range 2 << 30 >> 24 {
			eaten = append(eaten, make([]byte, 1<<24))
		}
		panic(len(eaten))
	case "floods":
		for range 10_000 {
			fmt.Fprintln(os.Stderr, strings.Repeat("no space left ", 100))
		}
		os.Exit(2)
	case "talks":
		fmt.Println("hello")
	case "promises much":
		say(three(measures{0, 10, 10, 1<<32 - 1}))
		time.Sleep(time.Hour)
	case "is vast":
		say(three(measures{1, 16000, 16000, 100}), strings.Repeat("x", 300))
	case "is nothing":
		say(three(measures{1, 0, 0, 0}))
	case "has a kind of its own":
		say(three(measures{3, 10, 10, 5}), "<svg>", "<svg>", "<svg>")
	case "disguises a page":
		page := "\xff\xd8\xff<script>alert(1)</script>\xff\xd9"
		say(three(measures{0, 10, 10, uint32(len(page))}), page, page, page)
	case "lies about its size":
		drawing := string(drawn(2000, 2000))
		say(three(measures{1, 10, 10, uint32(len(drawing))}), drawing, drawing, drawing)
	case "says another's words":
		writeFault(os.Stdout, fault.New(fault.Invalid, "login.again"))
	case "says too much":
		os.Stdout.WriteString("\x01\xff\xff")
	case "breaks off":
		say(three(measures{0, 10, 10, 1000}), "\xff\xd8\xff")
		os.Exit(0)
	case "looks about":
		if folder, _ := os.Getwd(); len(os.Environ()) > 0 || folder != "/" {
			fmt.Fprintln(os.Stderr, os.Environ(), folder)
			os.Exit(2)
		}
		writeFault(os.Stdout, fault.New(fault.Invalid, "picture.empty"))
	}
}

func workers(how string) []string { return []string{os.Args[0], "captured", how} }

// drawn is a PNG, photo a JPEG with something on it.
func drawn(w, h int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func photo(w, h int) []byte {
	im := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			im.SetRGBA(x, y, color.RGBA{uint8(x), uint8(y), uint8(x * y / 64), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, im, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// journal is a log that tests read.
type journal struct {
	lock sync.Mutex
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.lock.Lock()
	defer j.lock.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.lock.Lock()
	defer j.lock.Unlock()
	return j.text.String()
}

func open(t testing.TB, set Settings) (*Darkroom, *journal) {
	t.Helper()
	j := &journal{}
	set.Log = slog.New(slog.NewTextHandler(j, nil))
	d := Open(set)
	t.Cleanup(d.Close)
	return d, j
}

// refused checks that an error is a fault of a kind, on the picture.
func refused(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != kind || f.Key != key || f.Field != "picture" {
		t.Errorf("the error is %v, want %v: %s on the picture", err, kind, key)
	}
}

func TestDevelopIsMake(t *testing.T) {
	d, log := open(t, Settings{})
	for _, raw := range [][]byte{photo(1200, 900), drawn(40, 30), photo(30, 400), {}, []byte("no picture"), photo(300, 300)[:2000], make([]byte, picture.MaxBytes+1)} {
		want, wantErr := picture.Make(raw)
		got, err := d.Develop(t.Context(), raw)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d bytes: %s", len(raw), diff)
		}
		if wantErr == nil && err == nil {
			continue
		}
		var wish, have *fault.Fault
		if !errors.As(wantErr, &wish) || !errors.As(err, &have) {
			t.Fatalf("%d bytes: %v, want %v", len(raw), err, wantErr)
		}
		if wish.Key != have.Key || wish.Kind != have.Kind || wish.Field != have.Field || fmt.Sprint(wish.Args) != fmt.Sprint(have.Args) {
			t.Errorf("%d bytes: %v %v, want %v %v", len(raw), have, have.Args, wish, wish.Args)
		}
	}
	if len(d.resting) != 1 || d.resting[0].made != 5 {
		t.Errorf("%d workers rest, want the one that was given 5", len(d.resting))
	}
	if log.String() != "" && d.resting[0].held.Whole() {
		t.Errorf("the log: %s", log)
	}
}

func TestCapturedWorkersHarmNobody(t *testing.T) {
	for how, reason := range map[string]string{
		"spins":                 "took too",
		"sleeps":                "took too long",
		"crashes":               "unexpected [31mfault",
		"greedy":                "exit status",
		"floods":                "no space left",
		"talks":                 "an answer of kind 104",
		"promises much":         "4294967295 bytes",
		"is vast":               "16000 × 16000",
		"is nothing":            "0 × 0",
		"has a kind of its own": "of kind 3",
		"disguises a page":      "file 0",
		"lies about its size":   "said to be 10 × 10",
		"says another's words":  "login.again",
		"says too much":         "words of 65535 bytes",
		"breaks off":            "ended too early",
	} {
		t.Run(how, func(t *testing.T) {
			set := Settings{Command: workers(how)}
			switch how {
			case "spins":
				set.CPU = time.Second // others may need more to begin with, on a busy machine
			case "sleeps":
				set.Wall = 300 * time.Millisecond
			}
			d, log := open(t, set)
			_, err := d.Develop(t.Context(), drawn(10, 10))
			refused(t, err, fault.Invalid, "darkroom.unreadable")
			if !strings.Contains(log.String(), reason) || strings.Contains(log.String(), "and more") {
				t.Errorf("the log says nothing of %q: %s", reason, log)
			}
			if len(d.resting) > 0 {
				t.Error("it is kept for the next picture")
			}
		})
	}
}

func TestProcessorTimeIsWatched(t *testing.T) {
	if _, told := sandbox.Spent(&os.Process{Pid: os.Getpid()}); !told {
		t.Log("this system doesn't tell")
		return
	}
	d, log := open(t, Settings{Command: workers("spins"), Wall: time.Hour, CPU: 50 * time.Millisecond})
	_, err := d.Develop(t.Context(), drawn(10, 10))
	refused(t, err, fault.Invalid, "darkroom.unreadable")
	if !strings.Contains(log.String(), "too much of the processor") {
		t.Errorf("the log: %s", log)
	}
}

func TestNoWorkerToBeHad(t *testing.T) {
	for how, set := range map[string]Settings{
		"nothing there": {Command: []string{"/nowhere/moot", Word}},
		"mute":          {Command: workers("mute"), Wall: 100 * time.Millisecond},
		"stranger":      {Command: workers("stranger")},
	} {
		d, log := open(t, set)
		_, err := d.Develop(t.Context(), drawn(10, 10))
		refused(t, err, fault.Unavailable, "darkroom.busy")
		if !strings.Contains(log.String(), "pictures can't be made") {
			t.Errorf("%s: the log: %s", how, log)
		}
	}
}

func TestWorkersHaveNothing(t *testing.T) {
	d, log := open(t, Settings{Command: workers("looks about")})
	_, err := d.Develop(t.Context(), drawn(10, 10))
	refused(t, err, fault.Invalid, "picture.empty")
	if strings.Contains(log.String(), "end of its worker") {
		t.Errorf("a worker has an environment, or stands somewhere: %s", log)
	}
}

func TestTheQueueEnds(t *testing.T) {
	d, _ := open(t, Settings{Command: workers("sleeps"), Workers: 1, Queue: 1, Patience: time.Millisecond, Wall: time.Hour})
	working, leave := context.WithCancel(t.Context())
	var first sync.WaitGroup
	first.Go(func() {
		if _, err := d.Develop(working, drawn(10, 10)); !errors.Is(err, context.Canceled) {
			t.Errorf("whoever leaves is told %v", err)
		}
	})
	for len(d.places) == 0 {
		time.Sleep(time.Millisecond)
	}
	_, err := d.Develop(t.Context(), drawn(10, 10))
	refused(t, err, fault.Unavailable, "darkroom.busy")
	if f := (*fault.Fault)(nil); !errors.As(err, &f) || f.Retry != time.Minute {
		t.Errorf("whoever has waited enough is told %v", err)
	}
	d.set.Patience = time.Hour
	waiting, giveUp := context.WithCancel(t.Context())
	first.Go(func() {
		if _, err := d.Develop(waiting, drawn(10, 10)); !errors.Is(err, context.Canceled) {
			t.Errorf("whoever gives up waiting is told %v", err)
		}
	})
	for queued := 0; queued == 0; time.Sleep(time.Millisecond) {
		d.lock.Lock()
		queued = d.waiting
		d.lock.Unlock()
	}
	_, err = d.Develop(t.Context(), drawn(10, 10)) // else this waits for an hour
	refused(t, err, fault.Unavailable, "darkroom.busy")
	giveUp()
	leave()
	first.Wait()
	if d.waiting != 0 || len(d.places) != 0 || len(d.resting) != 0 {
		t.Errorf("%d wait, %d at work, %d rest, and everybody has left", d.waiting, len(d.places), len(d.resting))
	}
}

func TestCloseEndsEverything(t *testing.T) {
	d, log := open(t, Settings{Command: workers("sleeps"), Workers: 1, Wall: time.Hour, Patience: time.Hour})
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			_, err := d.Develop(t.Context(), drawn(10, 10))
			refused(t, err, fault.Unavailable, "darkroom.busy")
		})
	}
	for len(d.places) == 0 {
		time.Sleep(time.Millisecond)
	}
	d.Close()
	all.Wait()
	if strings.Contains(log.String(), "end of its worker") {
		t.Errorf("the log: %s", log)
	}

	resting, _ := open(t, Settings{})
	if _, err := resting.Develop(t.Context(), drawn(10, 10)); err != nil {
		t.Fatal(err)
	}
	w := resting.resting[0]
	resting.Close()
	if w.alive() {
		t.Error("a worker outlives its darkroom")
	}
	_, err := resting.Develop(t.Context(), drawn(10, 10))
	refused(t, err, fault.Unavailable, "darkroom.busy")
}

func TestWorkersAreReplaced(t *testing.T) {
	d, _ := open(t, Settings{Workers: 1, Pictures: 2})
	var before *worker
	for i := range 5 {
		if _, err := d.Develop(t.Context(), drawn(10, 10)); err != nil {
			t.Fatal(err)
		}
		switch kept := len(d.resting); {
		case i%2 == 0 && kept == 1 && d.resting[0] != before:
			before = d.resting[0]
		case i%2 == 1 && kept == 0:
			<-before.gone
		default:
			t.Fatalf("after picture %d %d workers rest", i+1, kept)
		}
	}

	// One that died in its sleep isn't woken.
	d.resting[0].kill()
	<-d.resting[0].gone
	if _, err := d.Develop(t.Context(), drawn(10, 10)); err != nil {
		t.Error(err)
	}

	idle, _ := open(t, Settings{Rest: time.Millisecond})
	if _, err := idle.Develop(t.Context(), drawn(10, 10)); err != nil {
		t.Fatal(err)
	}
	for resting := 1; resting > 0; time.Sleep(time.Millisecond) {
		idle.lock.Lock()
		resting = len(idle.resting)
		idle.lock.Unlock()
	}
}

// A hundred hostile pictures at once, and one that isn't.
func TestTheGoodOneComesThrough(t *testing.T) {
	random := make([]byte, 1<<20)
	rand.NewChaCha8([32]byte{1}).Read(random)
	good, vast := photo(800, 600), drawn(60, 60)
	binary.BigEndian.PutUint32(vast[16:], 60_000) // its checksum is wrong then, and it is refused for that or for its size
	binary.BigEndian.PutUint32(vast[20:], 60_000)
	hostile := [][]byte{
		random, vast, good[:len(good)/2],
		append([]byte("\x89PNG\r\n\x1a\n"), random...), append([]byte("\xff\xd8\xff\xe0"), random...),
		[]byte("GIF89a\xff\xff\xff\xff\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02L\x01\x00;"),
	}
	largest := drawn(16000, 2500) // as large as may be, from 40 KB
	d, log := open(t, Settings{Queue: 200, Patience: time.Hour, Wall: time.Minute, CPU: time.Minute})
	debug.FreeOSMemory()
	resident(t)
	before := resident(t)
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			raw := hostile[i%len(hostile)]
			if i%50 == 0 {
				raw = largest
			}
			if _, err := d.Develop(t.Context(), raw); err == nil && i%50 != 0 || err != nil && !fault.Is(err, fault.Invalid) {
				t.Errorf("hostile picture %d: %v", i, err)
			}
		})
		if i == 50 {
			all.Go(func() {
				if made, err := d.Develop(t.Context(), good); err != nil || made.Full.Width != 800 {
					t.Errorf("the good one: %v", err)
				}
			})
		}
	}
	all.Wait()
	after := resident(t)
	t.Logf("this process had %.1f MiB, and %.1f MiB at its peak", float64(before.now)/(1<<20), float64(after.peak)/(1<<20))
	if grown := after.peak - before.now; grown > 10<<20 { // the largest picture takes 40 MB to decode
		t.Errorf("this process grew by %d MiB", grown>>20)
	}
	if n := strings.Count(log.String(), "end of its worker"); n > 0 {
		t.Errorf("%d workers died: %s", n, log)
	}
}

func TestProbe(t *testing.T) {
	found, err := Probe(t.Context())
	t.Logf("held by %v; alone %v", found.Held, found.Alone)
	if err != nil {
		t.Error(err)
	}
}
