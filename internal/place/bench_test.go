package place

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"moot/internal/place/gazetteer"
)

// BenchmarkLoad measures start-up: reading the embedded file and making ready
// for searching; and the memory that stays in use.
func BenchmarkLoad(b *testing.B) {
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		t, err := gazetteer.Decode(file)
		if err != nil {
			b.Fatal(err)
		}
		g := fill(t)
		b.StopTimer()
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB-held")
		b.ReportMetric(float64(after.Sys)/1e6, "MB-sys")
		runtime.KeepAlive(g)
		b.StartTimer()
	}
}

// queries are real names, a third as they are, a third without accents, a
// third with a slip of the pen.
func queries(g *Gazetteer, n int) []string {
	random := rand.New(rand.NewPCG(2, 5))
	list := make([]string, n)
	for i := range list {
		name := g.t.Written.Get(random.Uint32N(uint32(g.t.Written.Len())))
		switch i % 3 {
		case 1:
			name = gazetteer.Fold(name)
		case 2:
			name = slipped(random, name)
		}
		list[i] = name
	}
	return list
}

// slipped drops, doubles, changes or swaps a letter.
func slipped(random *rand.Rand, name string) string {
	r := []rune(name)
	at := random.IntN(len(r))
	switch random.IntN(4) {
	case 0:
		return string(slices.Delete(r, at, at+1))
	case 1:
		return string(slices.Insert(r, at, r[at]))
	case 2:
		r[at] = r[random.IntN(len(r))]
	case 3:
		if at > 0 {
			r[at], r[at-1] = r[at-1], r[at]
		}
	}
	return string(r)
}

func benchmarkFind(b *testing.B, list []string) {
	g, err := Load()
	if err != nil {
		b.Fatal(err)
	}
	took := make([]time.Duration, 0, len(list))
	worst, most := "", time.Duration(0)
	for b.Loop() {
		took = took[:0]
		for _, q := range list {
			d := time.Hour
			for range 3 { // what else the machine does is no part of the search
				from := time.Now()
				g.Find(q, 10)
				d = min(d, time.Since(from))
			}
			took = append(took, d)
			if d > most {
				worst, most = q, d
			}
		}
	}
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(took[len(took)/2]), "ms-median")
	b.ReportMetric(ms(took[len(took)*99/100]), "ms-p99")
	b.ReportMetric(ms(took[len(took)-1]), "ms-max")
	b.Logf("slowest: %q", worst)
}

// BenchmarkFindNames looks 10,000 real names up: the metrics are of single
// searches, each the quickest of three.
func BenchmarkFindNames(b *testing.B) {
	g, err := Load()
	if err != nil {
		b.Fatal(err)
	}
	benchmarkFind(b, queries(g, 10000))
}

// BenchmarkFindTyping looks up what a suggestion box sends as somebody types.
func BenchmarkFindTyping(b *testing.B) {
	var list []string
	for _, name := range []string{"Thessaloniki", "San Francisco, California", "Αθήνα", "Санкт-Петербург", "القاهرة", "東京都", "Stoke-on-Trent", "santa maria xyz", "Las Vegas nevada usa", "new york new york"} {
		for i := range name {
			if i > 0 {
				list = append(list, name[:i])
			}
		}
	}
	benchmarkFind(b, list)
}
