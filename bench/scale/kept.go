package main

import "moot/internal/sieve"

// calm is for how many seconds a page stands that was moved, as in web/cache.
const calm = 1

// kept simulates web/cache: pages in so many bytes.
type kept struct {
	limit, size int64
	life        float64 // seconds that a page stands which nothing moves
	pages       map[sheet]*sieve.Place[*leaf]
	queue       sieve.Queue[*leaf]
}

type leaf struct {
	sheet sheet
	size  int64
	made  float64
	old   bool
}

func newKept(limit int64, life float64) *kept {
	return &kept{limit: limit, life: life, pages: map[sheet]*sieve.Place[*leaf]{}}
}

// get reports whether a page is there and good, and puts it there where not.
func (k *kept) get(s sheet, now float64, bytes int) bool {
	if place := k.pages[s]; place != nil {
		p := place.Of
		if age := now - p.made; age < k.life && (!p.old || age < calm) {
			place.Ask()
			return true
		}
		p.made, p.old = now, false
		return false
	}
	p := &leaf{sheet: s, made: now, size: int64(bytes) + int64(bytes)/2 + 4096} // as web/cache counts its forms
	if p.size > k.limit {
		return false
	}
	for k.size+p.size > k.limit {
		out := k.queue.Next(nil)
		k.queue.Remove(out)
		delete(k.pages, out.Of.sheet)
		k.size -= out.Of.size
	}
	k.pages[s], k.size = k.queue.Add(p), k.size+p.size
	return false
}

func (k *kept) move(s sheet) {
	if place := k.pages[s]; place != nil {
		place.Of.old = true
	}
}

// reading is what came of readers for a while.
type reading struct {
	hits, views, searches, others int
	made                          int64 // microseconds of a core, for pages that were made
	size                          int64 // bytes kept at the end
}

// share of the pages that can be kept, and were.
func (r reading) share() float64 { return float64(r.hits) / float64(r.views-r.searches-r.others) }

// cost is how many microseconds of a core a view takes, with what is posted.
func (r reading) cost(postsAView float64) float64 {
	return float64(int64(r.hits*cpuKept)+r.made+int64(r.others*cpuBoard+r.searches*cpuSearch))/float64(r.views) + postsAView*cpuPost
}

// enough views are counted for a share that is right within a hundredth.
const enough = 20_000

// read lets so many a second look at pages of one node, for as long as a page
// lives so that the cache is as full as it gets, and then for half as long again,
// and until enough have looked, while it is counted.
func (w *world) read(views float64, postsAView float64, limit int64) (r reading) {
	k := newKept(limit, w.life)
	due := 0.0
	for n := 0; n < int(views*w.life)+max(int(views*w.life/2), enough); n++ {
		now := float64(n) / views
		for due += postsAView; due >= 1; due-- {
			for _, s := range w.moved() {
				k.move(s)
			}
		}
		s, search := w.view()
		bytes, cpu := s.weighs()
		hit := s.present && k.get(s, now, bytes)
		if now < w.life {
			continue
		}
		r.views++
		switch {
		case hit:
			r.hits++
		case search:
			r.searches++
		case !s.present:
			r.others++
		default:
			r.made += int64(cpu)
		}
	}
	r.size = k.size
	return r
}
