package place

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// narrowed takes the query apart into a name and the country or region that it
// is in, named behind it or in front: "springfield il", "greece athens". It
// reports whether that finds any.
func (s *search) narrowed(q string) bool {
	words := strings.Fields(q)
	if len(words) > maxWords {
		return false
	}
	found := false
	var slipped struct {
		name string
		in   []Place
	}
	for i := len(words) - 1; i > 0; i-- {
		front, behind := strings.Join(words[:i], " "), strings.Join(words[i:], " ")
		for _, try := range [][2]string{{front, behind}, {behind, front}} {
			name, wide := try[0], s.wide(try[1])
			if len(wide) == 0 {
				continue
			}
			if s.namedIn(name, wide) {
				found = true
			} else if len(name) > len(slipped.name) {
				slipped.name, slipped.in = name, wide
			}
		}
	}
	if len(s.found) == 0 && slipped.name != "" {
		s.slips(slipped.name, s.g.inside(slipped.in), perSlip)
		found = len(s.found) > 0
	}
	return found
}

// spans are runs of places' numbers: from the first to before the last.
type spans [][2]uint32

func (s spans) hold(n uint32) bool {
	for _, span := range s {
		if span[0] <= n && n < span[1] {
			return true
		}
	}
	return false
}

// inside are the regions and cities that lie in the given places.
func (g *Gazetteer) inside(wide []Place) spans {
	var out spans
	for _, w := range wide {
		from, to := w.span()
		out = append(out, [2]uint32{g.firstCity + from, g.firstCity + to})
		if w.Kind() == Country {
			c := w.country()
			out = append(out, [2]uint32{g.firstRegion + g.t.Regions[c], g.firstRegion + g.t.Regions[c+1]})
		}
	}
	return out
}

// namedIn takes the places of a name, whole or begun, that lie in one of the
// given. It reports whether there is any.
func (s *search) namedIn(name string, wide []Place) bool {
	in := s.g.inside(wide)
	before := len(s.found)
	from, to := s.g.prefixed(name)
	if from < to && s.g.t.Written.Keys.Get(from) == name {
		s.add(from, isNarrowed, in, false)
		from++
	}
	if len(s.found) == before && utf8.RuneCountInString(name) >= 3 {
		s.begun(name, from, to, in)
	}
	return len(s.found) > before
}

// maxWide is how many countries and regions a half-typed word may mean.
const maxWide = 16

// wide are the countries and regions that a word or words name, or begin to.
func (s *search) wide(words string) []Place {
	g := s.g
	var list []Place
	take := func(key uint32) {
		for _, b := range g.bearers(key) {
			p := Place{g, b >> 1}
			if b>>1 > 0 && b>>1 < g.firstCity && len(list) < maxWide && !slices.Contains(list, p) {
				list = append(list, p)
			}
		}
	}
	at, _ := slices.BinarySearchFunc(g.index.wide, words, func(key uint32, w string) int {
		return strings.Compare(g.t.Written.Keys.Get(key), w)
	})
	begun := utf8.RuneCountInString(words) >= 3
	for _, key := range g.index.wide[at:] {
		k := g.t.Written.Keys.Get(key)
		if k == words {
			take(key)
			continue
		}
		if !begun || len(list) >= maxWide || !strings.HasPrefix(k, words) {
			break
		}
		take(key)
	}
	return list
}
