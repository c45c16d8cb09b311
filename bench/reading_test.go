//go:build linux

package bench

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"moot/bench/load"
	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/event"
	"moot/internal/key"
)

const (
	readers    = 64              // connections that ask
	fewReaders = 12              // of pages that are made: more would be told to come again
	rounds     = 3               // in which all servers have their turn
	turn       = 2 * time.Second // of a server in a round
)

// BenchmarkReading asks for a thread of 100 posts, a board, a catalog, and for
// the thread where the asker has it (304): of nginx that has them as files,
// packed already; of a bare net/http server that has them in memory; of Moot, the
// program itself; of Moot behind nginx set as deploy/nginx has it; and of a Moot
// that keeps no page, for what it costs to make one. All have
// the same bytes, Moot's own. They have their turns alternately, so that what
// else the machine does weighs on all.
//
// Goals (performance.md): 0.95 of the bare server; behind nginx 0.9 of nginx.
func BenchmarkReading(b *testing.B) {
	site := seed(b)
	moot := site.open(b)
	pages := moot.pages(b)
	making := site.open(b, "--page-cache", "0")
	making.name, making.readers = "moot, nothing kept", fewReaders
	askable := []*asked{pages.nginx(b), pages.bare(b), moot, site.open(b).behindNginx(b), making}
	for _, p := range pages {
		b.Run(p.name, func(b *testing.B) { compare(b, p, askable) })
	}
}

// compare has servers their turns at a page. The first is the limit, the second
// the ceiling of a program in Go.
func compare(b *testing.B, p sheet, askable []*asked) {
	measured := map[*asked][]reading{}
	for range rounds {
		for _, a := range askable {
			measured[a] = append(measured[a], a.read(b, p, turn, nil))
		}
	}
	rate := func(a *asked) float64 { return middling(measured[a], func(r reading) float64 { return r.rate }) }
	limit, ceiling := rate(askable[0]), rate(askable[1])
	var table strings.Builder
	fmt.Fprintf(&table, "%s: %d bytes, %d packed\n%-20s %11s %9s %8s %8s %12s %9s\n", p.name, p.plain, len(p.body), "", "answers/s", "of nginx", "of bare", "spread", "CPU/answer", "p99")
	for _, a := range askable {
		all := measured[a]
		fmt.Fprintf(&table, "%-20s %11.0f %9.2f %8.2f %7.0f%% %9.1f µs %6.1f ms\n", a.name, rate(a), rate(a)/limit, rate(a)/ceiling, spread(all),
			middling(all, func(r reading) float64 { return r.cpu }), middling(all, func(r reading) float64 { return r.p99 }))
	}
	b.Log(table.String())
	b.ReportMetric(rate(askable[2])/ceiling, "moot/bare")
	b.ReportMetric(rate(askable[3])/limit, "behind-nginx/nginx")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkReadingAmongPosts asks for the last posts of a thread into which, for
// every 99 answers, somebody posts a reply, and without that, in turn.
//
// Goal: readers' p99 at most twice what it is without.
func BenchmarkReadingAmongPosts(b *testing.B) {
	site := seed(b)
	moot := site.open(b)
	last := site.thread + "/last"
	p := sheet{name: "last posts", path: last, status: http.StatusOK}
	quiet, busy := []reading{}, []reading{}
	var posted, owed int
	for range rounds {
		quiet = append(quiet, moot.read(b, p, turn, nil))
		posters := moot.post(b, site.thread)
		busy = append(busy, moot.read(b, p, turn, posters.due))
		made, missed := posters.end()
		posted, owed = posted+made, owed+missed
	}
	p99 := func(r reading) float64 { return r.p99 }
	rate := func(r reading) float64 { return r.rate }
	b.Logf("%-22s %11s %9s\n%-22s %11.0f %6.1f ms\n%-22s %11.0f %6.1f ms\nratio of p99 %.2f; %d posts made, %d more were due and came too late for the %d who post",
		"", "answers/s", "p99", "without posts", middling(quiet, rate), middling(quiet, p99), "1 % are posts", middling(busy, rate), middling(busy, p99),
		middling(busy, p99)/middling(quiet, p99), posted, owed, posting)
	if posted == 0 {
		b.Fatal("nothing was posted")
	}
	b.ReportMetric(middling(busy, p99)/middling(quiet, p99), "p99-ratio")
	b.ReportMetric(float64(posted)/float64(rounds)/turn.Seconds(), "posts/s")
	b.ReportMetric(0, "ns/op")
}

// site is the folder of a site with a lively board: one thread of 100 posts,
// and 60 more of five.
type site struct{ folder, board, thread string }

func seed(b *testing.B) site {
	b.Helper()
	s := site{folder: b.TempDir(), board: "/gr/athens"}
	d := openSite(b, s.folder)
	boards := board.New(d, clock.New(), event.New(), gazetteer(), board.Limits{PostLength: 8000})
	athens, _ := gazetteer().ByPath("gr/athens")
	fill := func(subject string, posts int) string {
		made, err := boards.Start(b.Context(), key.Anyone, board.NewThread{Place: athens, Subject: subject, NewPost: board.NewPost{Body: said(0)}})
		if err != nil {
			b.Fatal(err)
		}
		for n := 1; n < posts; n++ {
			who, err := key.Fresh(rand.Reader)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := boards.Reply(b.Context(), who, made.Thread, board.NewPost{Body: said(n)}); err != nil {
				b.Fatal(err)
			}
		}
		return fmt.Sprintf("%s/t/%d", s.board, made.Thread)
	}
	for n := range 60 {
		fill(fmt.Sprintf("What we do about number %d", n), 5)
	}
	s.thread = fill("The landlords of the quarter", 100)
	if err := d.Close(); err != nil {
		b.Fatal(err)
	}
	return s
}

// openSite is the database of a site's folder, of the newest schema.
func openSite(b *testing.B, folder string) *db.DB {
	b.Helper()
	d, err := db.Open(b.Context(), "sqlite:"+filepath.Join(folder, "moot.db"))
	if err != nil {
		b.Fatal(err)
	}
	if _, _, err := d.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	return d
}

// said is what the nth poster writes: a sentence or two, of words as common and as
// rare as in what people write, so that packing a page is the work that it is. A
// thread of 100 of them is about 12 KB when it is packed, which is what other software was measured with.
func said(n int) string { return sayings()[n%len(sayings())] }

const sentence = 12 // words

var sayings = sync.OnceValue(func() (all []string) {
	w := newWriting()
	for range 1000 {
		words := w.body(w.tongues[0])
		all = append(all, fmt.Sprintf("%s, number %d.", strings.Join(words[:min(len(words), sentence)], " "), len(all)))
	}
	return all
})

// asked is a server with its addresses, and with how it is told what to give.
type asked struct {
	name      string
	address   string
	processes []*process
	path      func(sheet) string
	site      site
	folder    string
	readers   int // connections that ask of it; 0 for as many as of the others
}

// open starts Moot on a copy of the site.
func (s site) open(b *testing.B, settings ...string) *asked {
	b.Helper()
	folder := filepath.Join(b.TempDir(), "site")
	if err := os.CopyFS(folder, os.DirFS(s.folder)); err != nil {
		b.Fatal(err)
	}
	if err := os.Chmod(folder, 0o700); err != nil {
		b.Fatal(err)
	}
	a := &asked{name: "moot", address: free(b), site: s, folder: folder, path: func(p sheet) string { return p.path }}
	a.processes = []*process{startMoot(b, folder, a.address, append(settings, "--thread-posts", "0")...)}
	a.processes[0].awaits(a.address, s.board)
	return a
}

// sheet is what is asked for.
type sheet struct {
	name   string
	path   string // on Moot
	status int
	plain  int    // bytes, as it is read
	tag    string // sent along, where the answer is to be 304
	head   []byte // as it comes from Moot, and
	body   []byte // packed
}

type pages []sheet

// pages are what Moot gives, as it stands on the wire.
func (a *asked) pages(b *testing.B) (list pages) {
	b.Helper()
	for _, p := range []sheet{{name: "thread", path: a.site.thread}, {name: "board", path: a.site.board}, {name: "catalog", path: a.site.board + "/catalog"}, {name: "304", path: a.site.thread}} {
		answer := get(b, a.address, p.path)
		p.status, p.body, p.plain = answer.status, answer.body, unpacked(b, answer)
		var head bytes.Buffer
		head.WriteString("HTTP/1.1 200 OK\r\n")
		answer.header.Write(&head)
		head.WriteString("\r\n")
		p.head = head.Bytes()
		if p.name == "304" {
			p.status, p.tag = http.StatusNotModified, answer.header.Get("ETag")
		}
		list = append(list, p)
	}
	return list
}

// nginx has the pages as files, packed already.
func (list pages) nginx(b *testing.B) *asked {
	b.Helper()
	folder := b.TempDir()
	for _, p := range list {
		for suffix, body := range map[string][]byte{".gz": p.body, "": {}} {
			if err := os.WriteFile(filepath.Join(folder, p.name+suffix), body, 0o600); err != nil {
				b.Fatal(err)
			}
		}
	}
	a := &asked{name: "nginx, files", address: free(b), path: func(p sheet) string { return "/" + p.name }}
	a.processes = []*process{startNginx(b, "access_log off; sendfile on; tcp_nopush on; gzip_static on; default_type text/html; charset utf-8;\n"+
		"open_file_cache max=100; open_file_cache_valid 60s;\nserver { listen "+a.address+"; root "+folder+"; }")}
	a.processes[0].awaits(a.address, "/thread")
	return a
}

// bare has them in memory.
func (list pages) bare(b *testing.B) *asked {
	b.Helper()
	folder := b.TempDir()
	for _, p := range list {
		for suffix, text := range map[string][]byte{".head": p.head, "": p.body} {
			if err := os.WriteFile(filepath.Join(folder, p.name+suffix), text, 0o600); err != nil {
				b.Fatal(err)
			}
		}
	}
	server, address := startBare(b, folder)
	a := &asked{name: "bare net/http", address: address, processes: []*process{server}, path: func(p sheet) string { return "/" + p.name }}
	server.awaits(address, "/thread")
	return a
}

// reading is what one turn measured.
type reading struct{ rate, cpu, p99 float64 } // answers/s, microseconds an answer, milliseconds

// read asks for a page for so long, after a little that isn't counted. due, if
// any, is told of each answer.
func (a *asked) read(b *testing.B, p sheet, long time.Duration, due func(int)) reading {
	b.Helper()
	var tag []string
	if p.tag != "" {
		// Each server has tags of its own.
		tag = []string{"If-None-Match: " + get(b, a.address, a.path(p)).header.Get("ETag")}
	} else if n := unpacked(b, get(b, a.address, a.path(p))); p.plain > 0 && (n < p.plain-p.plain/100 || n > p.plain+p.plain/100) {
		b.Fatalf("%s gives %d bytes for %s in place of %d", a.name, n, p.name, p.plain) // not the same page, up to its times
	}
	plan := load.Plan{Address: a.address, Status: p.status, Connections: cmp.Or(a.readers, readers), For: turn / 8}
	for n := range 2000 { // many visitors, each behind an address of their own
		plan.Requests = append(plan.Requests, request(a.path(p), append(tag, fmt.Sprintf("X-Forwarded-For: 10.0.%d.%d", n/250, n%250+1))...))
	}
	if _, err := load.Run(plan); err != nil {
		b.Fatalf("%s, %s: %v", a.name, p.name, err)
	}
	plan.For, plan.Progress = long, due
	before := worked(b, a.processes...)
	result, err := load.Run(plan)
	after := worked(b, a.processes...)
	switch {
	case err != nil:
		b.Fatalf("%s, %s: %v", a.name, p.name, err)
	case result.Wrong > 0 || result.Answers == 0:
		b.Fatalf("%s, %s: %d answers are right, %d wrong", a.name, p.name, result.Answers, result.Wrong)
	}
	return reading{
		result.Rate(), float64((after - before).Microseconds()) / float64(result.Answers), float64(result.Latency(.99)) / float64(time.Millisecond),
	}
}

func middling(all []reading, of func(reading) float64) float64 {
	var list []float64
	for _, r := range all {
		list = append(list, of(r))
	}
	slices.Sort(list)
	return list[len(list)/2]
}

// spread is how far the fastest turn was from the slowest, in hundredths of the
// median.
func spread(all []reading) float64 {
	rate := func(r reading) float64 { return r.rate }
	fastest := slices.MaxFunc(all, func(a, b reading) int { return int(a.rate - b.rate) })
	slowest := slices.MinFunc(all, func(a, b reading) int { return int(a.rate - b.rate) })
	return 100 * (fastest.rate - slowest.rate) / middling(all, rate)
}

// posting is how many post at the same time.
const posting = 16

// posters reply to a thread whenever as many answers were read as are between
// two posts.
type posters struct {
	wanted chan struct{}
	done   sync.WaitGroup
	cancel context.CancelFunc

	mu           sync.Mutex
	made, missed int
}

func (a *asked) post(b *testing.B, thread string) *posters {
	ctx, cancel := context.WithCancel(b.Context())
	p := &posters{wanted: make(chan struct{}, posting), cancel: cancel}
	number := thread[strings.LastIndexByte(thread, '/')+1:]
	for who := range posting {
		p.done.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-ctx.Done():
					return
				case <-p.wanted:
				}
				// Each post is by somebody else.
				from := fmt.Sprintf("10.%d.%d.%d", who+1, n/250%250, n%250+1)
				if err := reply(a.address, number, from, said(n)); err != nil {
					b.Errorf("posting: %v", err)
					return
				}
				p.mu.Lock()
				p.made++
				p.mu.Unlock()
			}
		})
	}
	return p
}

// due is told of answers: of 99 to 1 post.
func (p *posters) due(answers int) {
	if answers%99 != 0 {
		return
	}
	select {
	case p.wanted <- struct{}{}:
	default:
		p.mu.Lock()
		p.missed++
		p.mu.Unlock()
	}
}

func (p *posters) end() (made, missed int) {
	p.cancel()
	p.done.Wait()
	return p.made, p.missed
}

// reply posts by the API: a ticket, then the post.
func reply(address, thread, from, text string) error {
	send := func(path string, body, into any) error {
		sent, err := json.Marshal(body)
		if err != nil {
			return err
		}
		r, err := http.NewRequest(http.MethodPost, "http://"+address+"/api/v1/"+path, bytes.NewReader(sent))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Forwarded-For", from)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		said, err := io.ReadAll(answer.Body)
		if err == nil && answer.StatusCode != http.StatusCreated {
			err = fmt.Errorf("%s: %s: %s", path, answer.Status, said)
		}
		if err != nil {
			return err
		}
		return json.Unmarshal(said, into)
	}
	var ticket struct{ Ticket string }
	if err := send("tickets", struct{}{}, &ticket); err != nil {
		return err
	}
	var made struct{ Number int64 }
	return send("threads/"+thread+"/posts", map[string]string{"text": text, "ticket": ticket.Ticket}, &made)
}
