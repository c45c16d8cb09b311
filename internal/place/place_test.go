package place

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/language"
)

func loaded(t testing.TB) *Gazetteer {
	t.Helper()
	g, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func must(t testing.TB, path string) Place {
	t.Helper()
	p, ok := loaded(t).ByPath(path)
	if !ok {
		t.Fatalf("there is no %s", path)
	}
	return p
}

// GeoNames' 199,568 places are the cities and the places without a board.
func TestCounts(t *testing.T) {
	g := loaded(t)
	cities, regions, countries := g.Len()
	if cities != 193283 || regions != 3707 || countries != 246 {
		t.Errorf("%d cities, %d regions, %d countries", cities, regions, countries)
	}
	if all := cities + len(g.t.Host); all != 199568 {
		t.Errorf("%d places with a board and without", all)
	}
}

// every runs over all places.
func every(g *Gazetteer, do func(Place)) {
	for n := range g.firstQuarter {
		do(Place{g, n})
	}
}

func TestPaths(t *testing.T) {
	g := loaded(t)
	form := regexp.MustCompile(`^[a-z]{2}(/[a-z0-9]+(-[a-z0-9]+)*)?$`)
	digits := regexp.MustCompile(`^[0-9]+$`)
	seen := map[string]bool{}
	every(g, func(p Place) {
		path := p.Path()
		_, last, _ := strings.Cut(path, "/")
		switch {
		case seen[path]:
			t.Errorf("two places have the path %s", path)
		case p.Kind() != World && !form.MatchString(path), digits.MatchString(last):
			t.Errorf("%q is no path of a place", path)
		case Reserved[last] || p.Kind() == Country && Reserved[path]:
			t.Errorf("%s is the address of a page", path)
		case p.Kind() != World && !strings.HasPrefix(path, p.Country().Path()):
			t.Errorf("%s lies in %s", path, p.Country().Path())
		}
		seen[path] = true
		if q, ok := g.ByPath(path); !ok || q != p {
			t.Errorf("%s leads to %s", path, q.Path())
		}
	})
}

// Paths are for ever: each is in the committed table, under its place's key.
func TestPathsAreInTheTable(t *testing.T) {
	g := loaded(t)
	packed, err := os.ReadFile("paths.tsv.zst")
	if err != nil {
		t.Fatal(err)
	}
	unpack, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer unpack.Close()
	text, err := unpack.DecodeAll(packed, nil)
	if err != nil {
		t.Fatal(err)
	}
	table, given := map[string]string{}, map[string]string{}
	for line := range bytes.Lines(text) {
		key, path, _ := strings.Cut(strings.TrimSpace(string(line)), "\t")
		if other, twice := given[path]; twice {
			t.Errorf("%s is given to %s and %s", path, other, key)
		}
		table[key], given[path] = path, key
	}
	every(g, func(p Place) {
		key := strconv.FormatInt(p.ID(), 10)
		switch p.Kind() {
		case World:
			return
		case Country:
			key = strings.ToUpper(p.Path())
		case Region:
			key = strings.ToUpper(p.Country().Path()) + "." + g.t.RegionCodes[p.n-g.firstRegion]
		}
		if table[key] != p.Path() {
			t.Errorf("%s has the path %q, and in the table %q", key, p.Path(), table[key])
		}
	})
}

// From the world to a country, from there to a region or a city, from the
// region to its cities.
func TestEveryCityIsReached(t *testing.T) {
	g := loaded(t)
	reached := map[Place]bool{}
	for _, country := range g.World().Children() {
		for _, p := range country.Children() {
			if p.Parent() != country {
				t.Errorf("%s is a child of %s and not the other way round", p.Path(), country.Path())
			}
			if p.Kind() == City {
				reached[p] = true
				continue
			}
			for _, city := range p.Children() {
				if city.Parent() != p || city.Region() != p || city.Country() != country || !p.Contains(city) || !country.Contains(city) {
					t.Errorf("%s is a child of %s and not the other way round", city.Path(), p.Path())
				}
				reached[city] = true
			}
		}
	}
	if cities, _, _ := g.Len(); len(reached) != cities {
		t.Errorf("%d of %d cities are reached", len(reached), cities)
	}
}

func TestChildrenAreInOrder(t *testing.T) {
	for _, c := range must(t, "gr/attica").Children()[1:] {
		if c.Kind() != City || c.Population() > must(t, "gr/athens").Population() {
			t.Errorf("%s comes after Athens", c.Path())
		}
	}
	for _, list := range [][]Place{loaded(t).Countries(), must(t, "gr").Children()} {
		if !slices.IsSortedFunc(list, byPath) {
			t.Error("countries or regions are not sorted by path")
		}
	}
}

func TestZones(t *testing.T) {
	g := loaded(t)
	for i, name := range g.t.Zones {
		if loc := g.zone(uint16(i)); loc.String() != name {
			t.Errorf("the zone %s doesn't load", name)
		}
	}
	if len(g.t.Zones) != 394 {
		t.Errorf("%d zones", len(g.t.Zones))
	}
	for path, want := range map[string]string{"gr/athens": "Europe/Athens", "jp": "Asia/Tokyo", "us/california": "America/Los_Angeles", "world": "UTC"} {
		if got := must(t, path).Zone().String(); got != want {
			t.Errorf("the zone of %s is %s", path, got)
		}
	}
}

func TestPlace(t *testing.T) {
	athens, attica, greece := must(t, "gr/athens"), must(t, "gr/attica"), must(t, "gr")
	world := loaded(t).World()
	for _, c := range []struct {
		p                       Place
		kind                    Kind
		parent, region, country Place
	}{
		{athens, City, attica, attica, greece},
		{attica, Region, greece, attica, greece},
		{greece, Country, world, Place{}, greece},
		{world, World, Place{}, Place{}, Place{}},
	} {
		if c.p.Kind() != c.kind || c.p.Parent() != c.parent || c.p.Region() != c.region || c.p.Country() != c.country || !c.p.Valid() {
			t.Errorf("%s: %v in %q, %q, %q", c.p.Path(), c.p.Kind(), c.p.Parent().Path(), c.p.Region().Path(), c.p.Country().Path())
		}
		if !world.Contains(c.p) || !c.p.Contains(c.p) || (c.kind != City && !c.p.Contains(athens)) || athens.Contains(attica) {
			t.Errorf("%s is not where it is", c.p.Path())
		}
	}
	if athens.ID() != 264371 || attica.ID() != 0 || athens.Population() < 500_000 || greece.Population() < attica.Population() {
		t.Error(athens.ID(), athens.Population(), greece.Population())
	}
	singapore := must(t, "sg/singapore")
	if singapore.Region().Valid() || singapore.Parent() != must(t, "sg") {
		t.Error("Singapore has no regions")
	}
	if cities := world.Cities(3); len(cities) != 3 || cities[0].Path() != "cn/shanghai" || cities[0].Population() < cities[1].Population() {
		t.Error("the largest city of the world is not Shanghai")
	}
	if cities := greece.Cities(1 << 30); cities[0] != athens || !slices.IsSortedFunc(cities, func(a, b Place) int { return int(b.Population() - a.Population()) }) {
		t.Error("the cities of Greece are not in order")
	}
	if cities := attica.Cities(2); len(cities) != 2 || cities[0] != athens {
		t.Error("the largest city of Attica is not Athens")
	}
}

// Whatever is asked of no place has an answer, too.
func TestNoPlace(t *testing.T) {
	var no Place
	g := loaded(t)
	if no.Valid() || no.Path() != "" || no.Name(language.English) != "" || no.Native() != "" || no.Alternates() != nil ||
		no.Parent().Valid() || no.Country().Valid() || no.Region().Valid() || no.Children() != nil || no.Cities(3) != nil ||
		no.Population() != 0 || no.Zone() == nil || no.Contains(no) || g.Near(no, 1, 1) != nil || no.ID() != 0 {
		t.Error("no place is like some place")
	}
	if !math.IsInf(Distance(no, g.World()), 1) {
		t.Error("no place is near")
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct{ path, lang, name, native string }{
		{"gr/athens", "en", "Athens", "Αθήνα"},
		{"gr/athens", "el", "Αθήνα", "Αθήνα"},
		{"gr/athens", "fr-CA", "Athènes", "Αθήνα"},
		{"gr/attica", "el", "Αττική", "Αττική"},
		{"gr", "el", "Ελλάδα", "Ελλάδα"},
		{"gr", "de", "Griechenland", "Ελλάδα"},
		{"de/munich", "en", "Munich", "München"},
		{"de/munich", "tr", "Münih", "München"},
		{"jp/tokyo", "ru", "Токио", "東京"},
		{"cn/beijing", "zh-Hant-TW", "北京", "北京"},
		{"tw/taipei", "zh-TW", "台北", "台北"},
		{"be/liege", "en", "Liège", ""},
		{"ch/geneve", "en", "Geneva", ""},
		{"ch/geneve", "el", "Γενέβη", ""},
		{"in/chennai", "en", "Chennai", "சென்னை"},
		{"eg/cairo", "ar", "القاهرة", "القاهرة"},
		{"us/chicago", "en", "Chicago", ""},
		{"us/chicago", "tlh", "Chicago", ""},
		{"rs/belgrade", "sr-Latn", "Belgrade", "Beograd"},
		{"kr/seoul", "en", "Seoul", "서울"},
		{"world", "en", "World", ""},
		{"world", "el", "Κόσμος", ""},
	} {
		p := must(t, c.path)
		if got := p.Name(language.Make(c.lang)); got != c.name {
			t.Errorf("%s in %s is %q, want %q", c.path, c.lang, got, c.name)
		}
		if got := p.Native(); got != c.native {
			t.Errorf("%s is %q to its people, want %q", c.path, got, c.native)
		}
	}
	if names := must(t, "gr/thessaloniki").Alternates(); !slices.Contains(names, "Selanik") && !slices.Contains(names, "Selânik") {
		t.Error("Thessaloniki was never Selanik:", names)
	}
}

func TestNamesakes(t *testing.T) {
	for path, want := range map[string]int64{
		"us/springfield": 4409896, "us/springfield-il": 4250542, "us/new-york": 5128581,
		"us/new-york-state": 0, "cn/beijing": 1816670, "us/california": 0, "jp/tokyo": 1850147, "gb/wales": 0, "ch/geneva-canton": 0,
	} {
		if p := must(t, path); p.ID() != want {
			t.Errorf("%s is %d", path, p.ID())
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		km   float64
	}{
		{"gr/athens", "gr/athens", 0},
		{"gr/athens", "gr/thessaloniki", 302},
		{"gb/london", "us/new-york", 5570},
		{"fj/suva", "ws/apia", 1151}, // across the date line
	} {
		if d := Distance(must(t, c.a), must(t, c.b)); math.Abs(d-c.km) > 5 {
			t.Errorf("from %s to %s it is %.0f km, want %.0f", c.a, c.b, d, c.km)
		}
	}
}

// Near must find what looking at every city finds.
func TestNear(t *testing.T) {
	g := loaded(t)
	random := rand.New(rand.NewPCG(1, 2))
	from := []Place{must(t, "gr/athens"), must(t, "fj/suva"), must(t, "gr"), must(t, "aq/mcmurdo-station"), must(t, "sj/longyearbyen")}
	for range 5 {
		from = append(from, Place{g, g.firstCity + random.Uint32N(g.firstQuarter-g.firstCity)})
	}
	for _, p := range from {
		for _, km := range []float64{30, 400, 3000} {
			want := 0
			for n := g.firstCity; n < g.firstQuarter; n++ {
				if q := (Place{g, n}); q != p && Distance(p, q) <= km {
					want++
				}
			}
			got := g.Near(p, 1<<30, km)
			if len(got) != want {
				t.Errorf("%d cities within %g km of %s, want %d", len(got), km, p.Path(), want)
			}
			if !slices.IsSortedFunc(got, func(a, b Place) int { return int(1e6 * (Distance(p, a) - Distance(p, b))) }) {
				t.Errorf("cities near %s are not in order", p.Path())
			}
			if few := g.Near(p, 3, km); !slices.Equal(few, got[:min(3, len(got))]) {
				t.Errorf("the nearest to %s are others where fewer are asked for", p.Path())
			}
		}
	}
	if g.Near(g.World(), 3, 100) != nil || g.Near(from[0], 0, 100) != nil || g.Near(from[0], 3, math.NaN()) != nil {
		t.Error("something is near the world, or nothing is something")
	}
}
