package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"moot/internal/place/gazetteer"
)

// node is a country, a region, a city or a quarter on its way into the tables.
type node struct {
	key     string // "GR", "GR.ESYE31", or the GeoNames id: what catalogues and the table of paths call it
	id      uint32
	name    string
	ascii   string
	names   map[string]bool   // all names as written; true for the chief ones
	byLang  map[string]string // catalogue name → name
	code    string            // country code, upper case
	region  *node             // of a city; nil where its code has no name
	admin1  string
	admin2  string // the name of its second-level division, or ""
	lat     int32
	lon     int32
	people  uint32
	zone    string
	segment string // last segment of the path
	lang    string // main language of a country, or of a region that has another one
	host    *node  // of a quarter
	cities  int    // of a region or country
}

// world is everything gathered, each list in the order of the tables.
type world struct {
	root      *node
	langs     []string
	countries []*node
	regions   []*node
	cities    []*node
	quarters  []*node
}

// boardless are GeoNames' codes of places that have no board of their own:
// sections of a city, abandoned and historical places. Places that were
// destroyed (PPLW) do: GeoNames still counts people in most of them.
var boardless = map[string]bool{"PPLX": true, "PPLQ": true, "PPLH": true, "PPLCH": true}

// gather reads the sources and puts every place where it belongs.
func gather(src map[string][]byte) (*world, error) {
	w := &world{root: &node{key: "world", segment: "world", name: "World", names: map[string]bool{}, byLang: map[string]string{}}}
	admin1, err := readAdmin(src["admin1.json"])
	if err != nil {
		return nil, fmt.Errorf("admin1.json: %w", err)
	}
	admin2, err := readAdmin(src["admin2.json"])
	if err != nil {
		return nil, fmt.Errorf("admin2.json: %w", err)
	}
	if err := w.readCities(src["cities"], admin1, admin2); err != nil {
		return nil, fmt.Errorf("cities500.txt: %w", err)
	}
	w.sort()
	w.findHosts()
	catalogues := map[string]map[string]string{}
	for name, b := range src {
		if lang, ok := strings.CutPrefix(name, "mo/"); ok {
			if catalogues[lang], err = readCatalogue(b); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			w.langs = append(w.langs, lang)
		}
	}
	slices.Sort(w.langs)
	w.nameAll(catalogues)
	return w, nil
}

func readAdmin(b []byte) (map[string]string, error) {
	var list []struct{ Code, Name string }
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, err
	}
	out := make(map[string]string, len(list))
	for _, a := range list {
		out[a.Code] = a.Name
	}
	return out, nil
}

// The columns of GeoNames' dump:
// https://download.geonames.org/export/dump/readme.txt
const (
	colID, colName, colASCII, colAlternates, colLat, colLon = 0, 1, 2, 3, 4, 5
	colFeature, colCountry, colAdmin1, colAdmin2            = 7, 8, 10, 11
	colPeople, colZone, colCount                            = 14, 17, 19
)

func (w *world) readCities(b []byte, admin1, admin2 map[string]string) error {
	countries, regions := map[string]*node{}, map[string]*node{}
	number := 0
	for line := range bytes.Lines(b) {
		number++
		f := strings.Split(strings.TrimSuffix(string(line), "\n"), "\t")
		if len(f) != colCount {
			return fmt.Errorf("line %d has %d columns", number, len(f))
		}
		n, err := readCity(f)
		if err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
		n.admin2 = admin2[n.code+"."+f[colAdmin1]+"."+f[colAdmin2]]
		if countries[n.code] == nil {
			countries[n.code] = &node{key: n.code, code: n.code, names: map[string]bool{}, byLang: map[string]string{}}
			w.countries = append(w.countries, countries[n.code])
		}
		key := n.code + "." + f[colAdmin1]
		name := admin1[key]
		if boardless[f[colFeature]] {
			w.quarters = append(w.quarters, n)
			continue
		}
		w.cities = append(w.cities, n)
		countries[n.code].cities++
		if name == "" {
			continue
		}
		if regions[key] == nil {
			regions[key] = &node{key: key, code: n.code, admin1: f[colAdmin1], name: name, ascii: name,
				names: map[string]bool{name: true}, byLang: map[string]string{}}
			w.regions = append(w.regions, regions[key])
		}
		n.region = regions[key]
		n.region.cities++
		n.region.people += n.people
	}
	w.countries = slices.DeleteFunc(w.countries, func(n *node) bool { return n.cities == 0 })
	return nil
}

func readCity(f []string) (*node, error) {
	id, err := strconv.ParseUint(f[colID], 10, 24)
	if err != nil {
		return nil, err
	}
	people, err := strconv.ParseUint(f[colPeople], 10, 32)
	if err != nil {
		return nil, err
	}
	lat, err := degrees(f[colLat])
	if err != nil {
		return nil, err
	}
	lon, err := degrees(f[colLon])
	if err != nil {
		return nil, err
	}
	n := &node{key: f[colID], id: uint32(id), name: f[colName], ascii: f[colASCII], code: f[colCountry],
		admin1: f[colAdmin1], lat: lat, lon: lon, people: uint32(people), zone: f[colZone],
		names: map[string]bool{}, byLang: map[string]string{}}
	for name := range strings.SplitSeq(f[colAlternates], ",") {
		n.bear(name, false)
	}
	n.bear(n.name, true)
	if gazetteer.Fold(n.ascii) != gazetteer.Fold(n.name) {
		n.bear(n.ascii, true)
	}
	return n, nil
}

// degrees reads degrees as 1/10,000 of a degree, about 11 m.
func degrees(s string) (int32, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, err
	}
	if f < 0 {
		return -int32(-f*10000 + 0.5), nil
	}
	return int32(f*10000 + 0.5), nil
}

// bear gives a place a name. What folds to nothing can't be looked up, and
// isn't a name.
func (n *node) bear(name string, chief bool) {
	name = strings.TrimSpace(name)
	if gazetteer.Fold(name) != "" && !strings.ContainsAny(name, "\n\t") {
		n.names[name] = n.names[name] || chief
	}
}

// sort puts all lists into the order of the tables. Regions are ordered by
// their code, since their paths are not yet known.
func (w *world) sort() {
	byKey := func(a, b *node) int { return strings.Compare(a.key, b.key) }
	slices.SortFunc(w.countries, byKey)
	slices.SortFunc(w.regions, byKey)
	slices.SortFunc(w.cities, func(a, b *node) int {
		if a.code != b.code {
			return strings.Compare(a.code, b.code)
		}
		if a.region != b.region {
			switch {
			case a.region == nil:
				return 1
			case b.region == nil:
				return -1
			}
			return byKey(a.region, b.region)
		}
		return cmp.Or(cmp.Compare(b.people, a.people), cmp.Compare(a.id, b.id))
	})
}
