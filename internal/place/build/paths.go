package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"

	"moot/internal/place"
	"moot/internal/place/gazetteer"
)

// readPaths reads the table of paths: key → path. There is none before the
// first run.
func readPaths(file string) (map[string]string, error) {
	table := map[string]string{}
	packed, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return table, nil
	}
	if err != nil {
		return nil, err
	}
	r, err := zstd.NewReader(nil)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := r.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for line := range bytes.Lines(b) {
		key, path, ok := strings.Cut(strings.TrimSuffix(string(line), "\n"), "\t")
		if !ok {
			return nil, fmt.Errorf("%s: a line without a tab: %q", file, line)
		}
		table[key] = path
	}
	return table, nil
}

// writePaths writes the table: a line for each place, its key, a tab and its
// path, sorted by path.
func writePaths(file string, table map[string]string) error {
	keys := slices.SortedFunc(maps.Keys(table), func(a, b string) int {
		return cmp.Or(strings.Compare(table[a], table[b]), strings.Compare(a, b))
	})
	var b []byte
	for _, k := range keys {
		b = append(append(append(append(b, k...), '\t'), table[k]...), '\n')
	}
	w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	return os.WriteFile(file, w.EncodeAll(b, nil), 0o644)
}

// givePaths gives every country, region and city its path, and writes the new
// ones into the table.
//
//  1. What the table says, stands; and no path in it is given again.
//  2. Of the cities of a country that share a word, the one with most people
//     takes it. If it is also a region's word, the city keeps it if it has a
//     hundredth of the people of that region and lies in it, or has a quarter
//     of them and lies elsewhere; else the region does.
//  3. A region's word that a city in it has in English, as Geneva, is given to
//     nobody: it leads to the city as another name. That region, and one that
//     lost its word, takes it with what its country calls its regions, as
//     new-york-state and geneva-canton; or with its code.
//  4. The other cities add their region (in the United States, its postal
//     code), then that and their district, then their GeoNames id.
//
// No path's word is the address of a page, or digits alone, which in a quoted
// >>>/gr/1234 is a post.
func (w *world) givePaths(table map[string]string) {
	p := &pathGiver{table: table, taken: map[string]bool{}}
	for _, path := range table {
		p.taken[path] = true
	}
	for _, c := range w.countries {
		p.keep(c, strings.ToLower(c.code))
	}
	regions, cities := p.known(w.regions), p.known(w.cities)
	slices.SortFunc(cities, func(a, b *node) int {
		return cmp.Or(cmp.Compare(b.people, a.people), cmp.Compare(a.id, b.id))
	})
	regionsByWord := map[string][]*node{}
	for _, r := range regions {
		word := r.code + "/" + slug(r)
		regionsByWord[word] = append(regionsByWord[word], r)
	}
	first := func(n *node) {
		word := n.code + "/" + slug(n)
		for _, r := range regionsByWord[word] {
			least := r.people / 4
			if r == n.region {
				least = r.people / 100
			}
			if n.people < least {
				return
			}
		}
		p.try(n, slug(n))
	}
	for _, n := range cities {
		first(n)
	}
	p.hold(w.cities)
	for _, r := range regions {
		p.try(r, slug(r))
	}
	for _, r := range regions {
		p.giveRegion(r)
	}
	for _, n := range cities {
		p.try(n, slug(n))
	}
	for _, n := range cities {
		p.giveLonger(n)
	}
}

type pathGiver struct {
	table map[string]string
	taken map[string]bool // by somebody, or given to nobody
}

// hold keeps free the words of regions that are the English names of cities in
// them.
func (p *pathGiver) hold(cities []*node) {
	for _, n := range cities {
		if n.region == nil || n.people < n.region.people/100 {
			continue
		}
		if word := gazetteer.Slug(n.byLang["en"]); word == slug(n.region) && !strings.HasSuffix(word, "-"+regionWord(n.code)) {
			p.taken[strings.ToLower(n.code)+"/"+word] = true
		}
	}
}

// known gives those that the table knows their paths, and lists the others.
func (p *pathGiver) known(list []*node) []*node {
	var unknown []*node
	for _, n := range list {
		if path, ok := p.table[n.key]; ok {
			_, n.segment, _ = strings.Cut(path, "/")
		} else {
			unknown = append(unknown, n)
		}
	}
	return unknown
}

// keep writes down a path that can only be this one.
func (p *pathGiver) keep(n *node, path string) {
	n.segment = path
	p.table[n.key], p.taken[path] = path, true
}

// path is the path of a region or city.
func (n *node) path() string { return strings.ToLower(n.code) + "/" + n.segment }

// try gives a place the word if it has none yet and the word is free.
func (p *pathGiver) try(n *node, word string) bool {
	if n.segment != "" {
		return true
	}
	path := strings.ToLower(n.code) + "/" + word
	if word == "" || p.taken[path] || place.Reserved[word] || strings.Trim(word, "0123456789") == "" {
		return false
	}
	n.segment = word
	p.table[n.key], p.taken[path] = path, true
	return true
}

// called is the word of cities that nobody calls what GeoNames does.
var called = map[uint32]string{5128581: "new-york"} // New York City

// slug is the word of a place's path, before others of its name are minded.
func slug(n *node) string {
	if word := called[n.id]; word != "" {
		return word
	}
	return cmp.Or(gazetteer.Slug(n.ascii), gazetteer.Slug(n.name))
}

// regionWord is what a country calls its regions, where that is well known.
func regionWord(code string) string {
	for word, codes := range map[string]string{
		"state":      "AT AU BR DE MX MY NG SD SS US VE",
		"province":   "AF AO AR BE CA CU DO EC ES ID IR KH MZ NL PA PG PH PK TH TR ZA ZM",
		"prefecture": "CF JP",
		"canton":     "CH LU",
		"county":     "HR HU IE KE LR NO RO SE",
	} {
		if slices.Contains(strings.Fields(codes), code) {
			return word
		}
	}
	return "region"
}

func (p *pathGiver) giveRegion(r *node) {
	word := slug(r)
	code := gazetteer.Slug(r.admin1)
	for _, try := range []string{join(word, regionWord(r.code)), join(word, "region"), join(word, "area"), join(word, code), join("region", code)} {
		if p.try(r, try) {
			return
		}
	}
	for i := 2; !p.try(r, join("region", code, strconv.Itoa(i))); i++ {
	}
}

func (p *pathGiver) giveLonger(n *node) {
	word, id := slug(n), strconv.Itoa(int(n.id))
	if word != "" {
		region := ""
		if n.region != nil {
			region = slug(n.region)
			if n.code == "US" {
				region = gazetteer.Slug(n.admin1)
			}
		}
		district := gazetteer.Slug(n.admin2)
		if region != "" && p.try(n, join(word, region)) {
			return
		}
		if district != "" && p.try(n, join(word, region, district)) {
			return
		}
	}
	if !p.try(n, join(word, id)) && !p.try(n, join("id", id)) {
		panic("build: two places of one id: " + id)
	}
}

// join hyphenates the words that are not empty.
func join(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), "-")
}
