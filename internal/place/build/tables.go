package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"moot/internal/place/gazetteer"
)

func sortedNames(n *node) []string { return slices.Sorted(maps.Keys(n.names)) }

// tables makes the gazetteer's tables of the world, whose lists are in order
// and whose paths are given.
func (w *world) tables() *gazetteer.Tables {
	t := &gazetteer.Tables{Langs: w.langs, Regions: []uint32{0}, Blocks: []uint32{0}}
	lang := map[string]uint8{"": 0}
	for i, l := range w.langs {
		lang[l] = uint8(i + 1)
	}
	for _, c := range w.countries {
		t.Codes = append(t.Codes, c.segment)
		t.CountryLang = append(t.CountryLang, lang[c.lang])
	}
	for _, r := range w.regions {
		t.RegionCodes = append(t.RegionCodes, r.admin1)
		t.RegionLang = append(t.RegionLang, lang[r.lang])
	}
	w.blocks(t)
	zones := map[string]uint16{}
	paths := []string{w.root.segment}
	for _, c := range w.countries {
		paths = append(paths, c.segment)
	}
	for _, r := range w.regions {
		paths = append(paths, r.path())
	}
	number := make(map[*node]uint32, len(w.cities))
	for i, c := range w.cities {
		if _, ok := zones[c.zone]; !ok {
			zones[c.zone] = uint16(len(t.Zones))
			t.Zones = append(t.Zones, c.zone)
		}
		t.ID = append(t.ID, c.id)
		t.Lat = append(t.Lat, c.lat)
		t.Lon = append(t.Lon, c.lon)
		t.People = append(t.People, c.people)
		t.Zone = append(t.Zone, zones[c.zone])
		paths = append(paths, c.path())
		number[c] = uint32(i)
	}
	t.Paths = gazetteer.Pack(paths)
	for _, q := range w.quarters {
		t.Host = append(t.Host, number[q.host])
		t.QuarterPeople = append(t.QuarterPeople, q.people)
	}
	w.names(t)
	return t
}

// blocks counts the regions of each country, and the cities of each block.
func (w *world) blocks(t *gazetteer.Tables) {
	regions := w.regions
	sum := uint32(0)
	block := func(n int) {
		sum += uint32(n)
		t.Blocks = append(t.Blocks, sum)
	}
	for _, c := range w.countries {
		without := c.cities
		for len(regions) > 0 && regions[0].code == c.code {
			block(regions[0].cities)
			without -= regions[0].cities
			regions = regions[1:]
		}
		t.Regions = append(t.Regions, uint32(len(w.regions)-len(regions)))
		block(without)
	}
}

// bearing is one name of one place.
type bearing struct {
	key, name string
	bearer    uint32
}

// names fills the tables of names. Names of quarters are for finding only.
func (w *world) names(t *gazetteer.Tables) {
	all := slices.Concat([]*node{w.root}, w.countries, w.regions, w.cities, w.quarters)
	var list []bearing
	for i, n := range all {
		for name, chief := range n.names {
			b := bearing{gazetteer.Fold(name), name, uint32(i) << 1}
			if chief {
				b.bearer |= 1
			}
			list = append(list, b)
		}
	}
	slices.SortFunc(list, func(a, b bearing) int {
		return cmp.Or(strings.Compare(a.key, b.key), strings.Compare(a.name, b.name), cmp.Compare(a.bearer, b.bearer))
	})
	number := map[string]uint32{}
	var keys []string
	var ways [][]string
	for i, b := range list {
		if i == 0 || b.key != list[i-1].key {
			keys, ways = append(keys, b.key), append(ways, nil)
		}
		if i == 0 || b.name != list[i-1].name {
			number[b.name] = uint32(len(t.Postings))
			t.Postings = append(t.Postings, uint32(i))
			ways[len(ways)-1] = append(ways[len(ways)-1], b.name)
		}
		t.Bearers = append(t.Bearers, b.bearer)
	}
	t.Postings = append(t.Postings, uint32(len(list)))
	t.Written = gazetteer.NewNames(keys, ways)
	t.TurnNames()
	t.Displays = []uint32{0}
	for i, n := range all {
		t.Primary = append(t.Primary, number[n.name])
		if i < t.FirstQuarter() {
			w.displays(t, n, number)
		}
		t.Displays = append(t.Displays, uint32(len(t.DisplayLang)))
	}
}

// displays lists a place's names by language, where they are not the one it
// has anyway. CLDR names the countries in most languages.
func (w *world) displays(t *gazetteer.Tables, n *node, number map[string]uint32) {
	for i, lang := range w.langs {
		name := n.byLang[lang]
		if name == "" || name == n.name {
			continue
		}
		country := n.key == n.code
		if country && display.Regions(language.Make(lang)) != nil {
			continue
		}
		t.DisplayLang = append(t.DisplayLang, uint8(i))
		t.DisplayName = append(t.DisplayName, number[name])
	}
}
