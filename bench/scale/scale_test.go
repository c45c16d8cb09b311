package main

import (
	"bytes"
	"math"
	"slices"
	"sync"
	"testing"

	"moot/internal/place"
)

var gazetteer = sync.OnceValue(func() *place.Gazetteer {
	g, err := place.Load()
	if err != nil {
		panic(err)
	}
	return g
})

const million = 1_000_000

func TestEveryBoardAndEveryPost(t *testing.T) {
	w := newWorld(gazetteer(), million, 60, 1)
	cities, _, _ := gazetteer().Len()
	if len(w.cities) != cities || len(w.posts) != cities {
		t.Fatalf("%d cities and %d boards of %d", len(w.cities), len(w.posts), cities)
	}
	sum := 0
	for i, n := range w.posts {
		if n < 0 {
			t.Fatalf("%s has %d posts", w.cities[i].Path(), n)
		}
		sum += n
	}
	if sum != million {
		t.Errorf("%d posts are on boards", sum)
	}
	of := 0
	for _, c := range w.countries() {
		of += c.posts
	}
	if of != million {
		t.Errorf("%d posts are in countries", of)
	}
}

func TestTheSameSeedGivesTheSameTables(t *testing.T) {
	print := func(seed uint64) string {
		var out bytes.Buffer
		if err := newWorld(gazetteer(), million, 2, seed).report(&out, million, 100, 8); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	first := print(1)
	if again := print(1); again != first {
		t.Error("one seed gives two reports")
	}
	if print(2) == first {
		t.Error("two seeds give one report")
	}
}

// TestRank holds what is drawn against Zipf's law: the first is drawn about as
// often as the second and third together, and so on for each doubling.
func TestRank(t *testing.T) {
	w := newWorld(gazetteer(), million, 60, 1)
	var drawn [64]int
	for range 200_000 {
		n := w.rank(63)
		if n < 1 || n > 63 {
			t.Fatalf("rank %d of 63", n)
		}
		drawn[n]++
	}
	for from := 1; from < 64; from *= 2 {
		sum := 0
		for _, n := range drawn[from : 2*from] {
			sum += n
		}
		if share := float64(sum) / 200_000; math.Abs(share-1./6) > .01 {
			t.Errorf("ranks from %d to %d are %.3f of all, want a sixth", from, 2*from-1, share)
		}
	}
}

func TestKept(t *testing.T) {
	page := func(n int32) sheet { return sheet{kind: 't', thread: n, present: true} }
	k := newKept(3*(1500+4096), 60)
	get := func(n int32, now float64, want bool) {
		t.Helper()
		if got := k.get(page(n), now, 1000); got != want {
			t.Errorf("page %d at %v: kept is %v, want %v", n, now, got, want)
		}
		if k.size > k.limit || int64(len(k.pages))*(1500+4096) != k.size {
			t.Fatalf("%d bytes of %d for %d pages", k.size, k.limit, len(k.pages))
		}
	}
	get(1, 0, false)
	get(1, 59, true)
	get(1, 60, false) // its life is over
	k.move(page(1))
	get(1, 60.5, true) // moved, and calm still
	get(1, 61, false)
	get(2, 61, false)
	get(3, 61, false)
	get(4, 61, false) // 2 goes: 1 was asked for again
	get(1, 61, true)
	get(3, 61, true)
	get(2, 61, false)
	if k.get(page(9), 61, 1<<20) || k.pages[page(9)] != nil {
		t.Error("a page larger than all there is was kept")
	}
	for n := range int32(1000) {
		get(n%7+10, 62+float64(n), false)
	}
}

// TestMoreMemoryKeepsMore reads with more and with more.
func TestMoreMemoryKeepsMore(t *testing.T) {
	share := func(limit int64) float64 {
		return newWorld(gazetteer(), 100*million, 20, 1).read(300, .01, limit).share()
	}
	little, some, much := share(1<<20), share(16<<20), share(1<<30)
	if little >= some || some >= much || much >= 1 || little <= 0 {
		t.Errorf("1 MiB keeps %.3f, 16 MiB %.3f, 1 GiB %.3f", little, some, much)
	}
}

func TestSpread(t *testing.T) {
	c := spread([]country{{"a", 1, 70}, {"b", 1, 50}, {"c", 1, 40}, {"d", 1, 30}, {"e", 1, 0}}, 2)
	if c[0].posts != 100 || c[1].posts != 90 || !slices.Equal(c[0].countries, []string{"a", "d"}) {
		t.Errorf("%+v", c)
	}
}

func TestStep(t *testing.T) {
	w := newWorld(gazetteer(), million, 60, 1)
	s := w.stepFor(86_400, 100, 8, 1000, .001)
	// A post a second on average is 4 at the peak, and 400 views of a millisecond.
	if s.posts != 4 || s.views != 400 || math.Abs(s.listeners-400*.8*120) > 1 || math.Abs(s.messages-4*.001*s.listeners) > 1 || s.pages != 1 || s.live != 2 {
		t.Errorf("%+v", s)
	}
}
