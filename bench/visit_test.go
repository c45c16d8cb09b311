//go:build linux

package bench

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/event"
	"moot/internal/search"
)

// BenchmarkVisit weighs what a browser fetches, heads of answers and all: the
// page, and what it and its styles and modules name, each once. On a second
// visit it has all but the page.
//
// Goals (performance.md): 30 KB for a board and for a thread of 100 posts, 12 KB
// for a second visit.
func BenchmarkVisit(b *testing.B) {
	site := seed(b)
	moot := site.open(b)
	var table strings.Builder
	fmt.Fprintf(&table, "%-10s %12s %8s %8s %12s\n", "", "first visit", "page", "files", "second visit")
	for _, p := range []sheet{{name: "board", path: site.board}, {name: "thread", path: site.thread}, {name: "catalog", path: site.board + "/catalog"}, {name: "front", path: "/"}} {
		page, files := moot.visit(b, p.path)
		fmt.Fprintf(&table, "%-10s %12d %8d %8d %12d\n", p.name, page+files, page, files, page)
		b.ReportMetric(float64(page+files), p.name+"-first-B")
	}
	b.ReportMetric(0, "ns/op")
	b.Log(table.String())
}

// What a page, a style and a module have a browser fetch at once. A module that
// is fetched when it is wanted (import(…)) isn't.
var named = []*regexp.Regexp{
	regexp.MustCompile(`<link[^>]*rel="?(?:stylesheet|modulepreload|icon|manifest)"?[^>]*href="?(/[^" >]+)`),
	regexp.MustCompile(`<(?:script|img)[^>]*src="?(/[^" >]+)`),
	regexp.MustCompile(`(?:\bfrom|^import|;import)\s*["'](/assets/[^"']+)`),
	regexp.MustCompile(`url\(["']?(/[^"')]+)`),
}

// visit is how many bytes come for a page, and for what it names.
func (a *asked) visit(b *testing.B, path string) (page, files int64) {
	b.Helper()
	wanted := []string{path}
	for i := 0; i < len(wanted); i++ {
		wire := get(b, a.address, wanted[i], "Accept-Encoding: gzip, deflate, br, zstd").wire // as browsers take it
		answer := get(b, a.address, wanted[i], "Accept-Encoding: gzip")
		if answer.status != http.StatusOK {
			b.Fatalf("%s: %d", wanted[i], answer.status)
		}
		if i == 0 {
			page = wire
		} else {
			files += wire
		}
		for _, names := range named {
			for _, m := range names.FindAllSubmatch(plain(b, answer), -1) {
				if name := string(m[1]); !slices.Contains(wanted, name) {
					wanted = append(wanted, name)
				}
			}
		}
	}
	if len(wanted) < 3 {
		b.Fatalf("%s names no style and no module: %v", path, wanted)
	}
	return page, files
}

// plain is a body as it is read.
func plain(b *testing.B, g got) []byte {
	b.Helper()
	if g.header.Get("Content-Encoding") == "" {
		return g.body
	}
	z, err := gzip.NewReader(bytes.NewReader(g.body))
	if err != nil {
		b.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		b.Fatal(err)
	}
	return text
}

// BenchmarkStarting starts the program on a site of a million posts (or as many
// as PostsVariable says), measures after how long it says that it is ready and
// answers a page, and what memory it has when it has been left alone for a while.
//
// Goals (performance.md): 500 ms, 150 MB.
func BenchmarkStarting(b *testing.B) {
	posts := 1_000_000
	if s := os.Getenv(PostsVariable); s != "" {
		posts, _ = strconv.Atoi(s)
	}
	folder := b.TempDir()
	d := openSite(b, folder)
	boards := board.New(d, clock.New(), event.New(), gazetteer(), board.Limits{PostLength: 8000})
	w := newWriting()
	w.fill(b, d, search.New(d, clock.New(), event.New(), gazetteer(), boards), posts)
	execute(b, d, countBoards)
	if err := d.Close(); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(folder, "moot.db"))
	if err != nil {
		b.Fatal(err)
	}
	busiest := "/" + w.places[0].Path()
	if _, err := moot(); err != nil { // is built before the clock runs
		b.Fatal(err)
	}
	var ready []float64
	var all, own int64
	for range 5 {
		listen, ops := free(b), free(b)
		began := time.Now()
		p := startMoot(b, folder, listen, "--listen-ops", ops)
		p.awaits(ops, "/readyz")
		p.awaits(listen, busiest)
		ready = append(ready, float64(time.Since(began))/float64(time.Millisecond))
		time.Sleep(idle)
		all, own = p.resides()
		p.stop()
	}
	slices.Sort(ready)
	b.Logf("%d posts, a database of %d MB: ready after %.0f ms (of 5 starts; the slowest %.0f); left alone for %v it has %d MB, %d of them its own",
		posts, info.Size()/1e6, ready[2], ready[4], idle, all/1e6, own/1e6)
	b.ReportMetric(ready[2], "ready-ms")
	b.ReportMetric(float64(all)/1e6, "resident-MB")
	b.ReportMetric(0, "ns/op")
}

// idle is how long a site is left alone.
const idle = 3 * time.Second

// countBoards makes the boards' counts, which filling leaves out.
const countBoards = `INSERT INTO board (place, threads, posts, lively, last_at)
	SELECT t.place, count(DISTINCT t.number), count(*), 1000000, max(p.at) FROM post p JOIN thread t ON t.number = p.thread GROUP BY t.place`
