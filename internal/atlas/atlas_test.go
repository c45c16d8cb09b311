package atlas

import (
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/language"
)

func load(t testing.TB) *Atlas {
	t.Helper()
	a, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

type city struct {
	country, name string
	lat, lon      float64
	people        int
}

func cities(t *testing.T) []city {
	t.Helper()
	file, err := os.ReadFile("testdata/cities.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var all []city
	for line := range strings.Lines(string(file)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSpace(line), "\t")
		lat, err1 := strconv.ParseFloat(f[2], 64)
		lon, err2 := strconv.ParseFloat(f[3], 64)
		people, err3 := strconv.Atoi(f[4])
		if err1 != nil || err2 != nil || err3 != nil {
			t.Fatal(line)
		}
		all = append(all, city{f[0], f[1], lat, lon, people})
	}
	return all
}

// drawn reads an outline back: M, l with pairs, z, and nothing else.
func drawn(t *testing.T, outline string) [][][2]float64 {
	t.Helper()
	var rings [][][2]float64
	for outline != "" {
		ring, rest, ok := strings.Cut(outline, "z")
		start, way, ok2 := strings.Cut(strings.TrimPrefix(ring, "M"), "l")
		if !ok || !ok2 || ring[0] != 'M' {
			t.Fatalf("not a ring: %.60q", ring)
		}
		outline = rest
		numbers := strings.Fields(start + strings.ReplaceAll(" "+way, "-", " -"))
		if len(numbers)%2 != 0 || len(numbers) < 6 {
			t.Fatalf("%d numbers: %.60q", len(numbers), ring)
		}
		var points [][2]float64
		x, y := 0, 0
		for i := 0; i < len(numbers); i += 2 {
			dx, err1 := strconv.Atoi(numbers[i])
			dy, err2 := strconv.Atoi(numbers[i+1])
			if err1 != nil || err2 != nil {
				t.Fatalf("no number: %.60q", ring)
			}
			x, y = x+dx, y+dy
			points = append(points, [2]float64{float64(x), float64(y)})
		}
		rings = append(rings, points)
	}
	return rings
}

// offLand is how far a point is from the land, in units; 0 on it.
func offLand(rings [][][2]float64, x, y float64) float64 {
	within, least := false, math.Inf(1)
	for _, ring := range rings {
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			if (a[1] > y) != (b[1] > y) && x < (b[0]-a[0])*(y-a[1])/(b[1]-a[1])+a[0] {
				within = !within
			}
			dx, dy := b[0]-a[0], b[1]-a[1]
			along := 0.0
			if dx != 0 || dy != 0 {
				along = min(1, max(0, ((x-a[0])*dx+(y-a[1])*dy)/(dx*dx+dy*dy)))
			}
			least = min(least, math.Hypot(x-a[0]-along*dx, y-a[1]-along*dy))
		}
	}
	if within {
		return 0
	}
	return least
}

func TestCitiesLieInTheirCountries(t *testing.T) {
	a, seen := load(t), map[string]bool{}
	for _, c := range cities(t) {
		s, ok := a.Country(c.country)
		if !ok {
			if c.country != "aq" && c.country != "va" {
				t.Errorf("%s: no sheet of %s", c.name, c.country)
			}
			continue
		}
		seen[c.country] = true
		x, y, inside := s.Project(c.lat, c.lon)
		if !inside {
			t.Errorf("%s, %s is off the sheet: %.0f %.0f of %s", c.name, c.country, x, y, s.ViewBox())
			continue
		}
		// Thinning moves a coast by some units, on a small island's sheet the
		// source itself is off by a kilometre or two; atolls and islets are
		// drawn as one point each.
		off := offLand(drawn(t, s.Outline), x, y)
		if km := off / s.View.Scale * 6371; off > 16 && km > 2.5 {
			t.Errorf("%s, %s lies %.0f units, %.1f km off its country", c.name, c.country, off, km)
		}
	}
	if len(seen) < 244 {
		t.Errorf("%d countries tried", len(seen))
	}
}

func TestCitiesLieInTheWorld(t *testing.T) {
	world := load(t).World()
	rings, tried := drawn(t, world.Outline), 0
	for _, c := range cities(t) {
		x, y, inside := world.Project(c.lat, c.lon)
		if !inside && c.country != "aq" {
			t.Errorf("%s is off the world: %.0f %.0f of %s", c.name, x, y, world.ViewBox())
		}
		if c.people < 1_000_000 || c.country == "bh" || c.country == "mu" {
			continue // on islands that the world's sheet has no room for, mostly
		}
		tried++
		if off := offLand(rings, x, y); off > 5 {
			t.Errorf("%s, %s lies %.0f units off the land", c.name, c.country, off)
		}
	}
	if tried < 100 {
		t.Errorf("%d cities tried", tried)
	}
}

func TestNeighboursAreElsewhere(t *testing.T) {
	a := load(t)
	for _, c := range []struct {
		country  string
		lat, lon float64
	}{
		{"gr", 42.7, 23.32},     // Sofia
		{"ru", 44.95, 34.1},     // Simferopol
		{"fr", 50.85, 4.35},     // Brussels
		{"rs", 42.66, 21.17},    // Pristina
		{"nz", -33.87, 151.21},  // Sydney
		{"ki", -13.83, -171.77}, // Apia
	} {
		s, ok := a.Country(c.country)
		x, y, inside := s.Project(c.lat, c.lon)
		if !ok || inside && offLand(drawn(t, s.Outline), x, y) == 0 {
			t.Errorf("%v, %v lies in %s", c.lat, c.lon, c.country)
		}
	}
}

func TestFarIslandsAreOutside(t *testing.T) {
	a := load(t)
	for _, c := range []struct {
		name, country string
		lat, lon      float64
		inside        bool
	}{
		{"Honolulu", "us", 21.3, -157.9, false},
		{"Anchorage", "us", 61.2, -149.9, false},
		{"Las Palmas", "es", 28.1, -15.4, false},
		{"Cayenne", "fr", 4.9, -52.3, false},
		{"Longyearbyen", "no", 78.2, 15.6, false},
		{"Hanga Roa", "cl", -27.2, -109.4, false},
		{"the other side of the globe", "gr", -39, -156, false},
		{"Ajaccio", "fr", 41.9, 8.7, true},
		{"Rønne", "dk", 55.1, 14.7, true},
		{"Kuching", "my", 1.6, 110.3, true},
		{"Anadyr", "ru", 64.7, 177.5, true},
		{"Uelen", "ru", 66.2, -169.8, true},
		{"Kaliningrad", "ru", 54.7, 20.5, true},
		{"Naha", "jp", 26.2, 127.7, true},
		{"Labasa", "fj", -16.4, 179.4, true},
		{"Lakeba", "fj", -18.2, -178.8, true},
		{"Kiritimati", "ki", 2, -157.4, true},
		{"Malabo", "gq", 3.75, 8.78, true},
	} {
		s, _ := a.Country(c.country)
		if x, y, inside := s.Project(c.lat, c.lon); inside != c.inside {
			t.Errorf("%s is inside %s: %v, want %v (%.0f %.0f of %s)", c.name, c.country, inside, c.inside, x, y, s.ViewBox())
		}
	}
}

func TestSheets(t *testing.T) {
	a, total := load(t), 0
	for code, s := range a.sheets {
		if code != WorldCode {
			region, err := language.ParseRegion(code)
			if err != nil || !region.IsCountry() || strings.ToLower(region.String()) != code {
				t.Errorf("%s is no country", code)
			}
			if len(s.Outline) > 6000 || max(s.Width, s.Height) != side || min(s.Width, s.Height) < 150 {
				t.Errorf("%s: %d bytes on %s", code, len(s.Outline), s.ViewBox())
			}
		}
		total += len(s.Outline)
		land := false
		for _, ring := range drawn(t, s.Outline) {
			for _, p := range ring {
				if p[0] < 0 || p[1] < 0 || p[0] > float64(s.Width) || p[1] > float64(s.Height) {
					t.Fatalf("%s: %v is off the sheet, %s", code, p, s.ViewBox())
				}
			}
			land = true
		}
		if !land {
			t.Errorf("%s: nothing is drawn", code)
		}
	}
	if n := len(a.World().Outline); n > 20_000 || n < 5_000 {
		t.Errorf("the world takes %d bytes", n)
	}
	if len(a.sheets) < 245 || total > 1<<20 || len(outlines) > 300_000 {
		t.Errorf("%d sheets, %d bytes, %d packed", len(a.sheets), total, len(outlines))
	}
	for _, code := range []string{"", "world", "GR", "zz", "aq", "va"} {
		if _, ok := a.Country(code); ok {
			t.Errorf("there is a country %q", code)
		}
	}
}

func TestProjections(t *testing.T) {
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-6 {
			t.Errorf("%s is %.8f, want %.8f", what, got, want)
		}
	}
	// Snyder's numerical example, page 332: R = 3, centre 40° N 100° W.
	x, y := equalArea(40, -20, 100+100)
	near("x", 3*x, -4.2339303)
	near("y", 3*y, 4.0257775)
	// PROJ's own test of +proj=natearth: a = 6400000, 2° E 1° N.
	x, y = naturalEarth(1, 2)
	near("x", 6.4e6*x, 194507.265257889288)
	near("y", 6.4e6*y, 112508.737358294515)
	for lat, want := range map[float64]float64{22.5: 2525419.569383768, 45: 5052537.389973222, 67.5: 7400065.656257371, 90: 9062062.394736718} {
		x, y = naturalEarth(lat, 0)
		near("the middle meridian", x, 0)
		near("the parallel's distance", 6371008.7714*y, want)
	}
}

func TestAround(t *testing.T) {
	if _, ok := Around(nil); ok {
		t.Error("a sheet around nothing")
	}
	for name, points := range map[string][]Point{
		"the Vatican":      {{41.902, 12.453}},
		"one spot":         {{0, 0}, {0, 0}},
		"the antimeridian": {{-9.2, 179.9}, {-8.5, -179.8}, {-9.4, -171.2}},
		"tall":             {{-60, 10}, {60, 11}},
		"the pole":         {{90, 0}, {89, 170}},
	} {
		s, ok := Around(points)
		if !ok || max(s.Width, s.Height) != side || min(s.Width, s.Height) <= 2*margin {
			t.Errorf("%s: %v, %s", name, ok, s.ViewBox())
		}
		for _, p := range points {
			if x, y, inside := s.Project(p.Lat, p.Lon); !inside {
				t.Errorf("%s: %v is off the sheet: %.0f %.0f of %s", name, p, x, y, s.ViewBox())
			}
		}
	}
	s, _ := Around([]Point{{-9.2, 179.9}, {-8.5, -179.8}})
	if x, _, _ := s.Project(-9.2, 179.9); x > side/2 {
		t.Error("west and east are changed at the antimeridian")
	}
}

func TestSpoiledSheets(t *testing.T) {
	for _, line := range []string{"", "gr\t1", strings.Repeat("\t", 9), "gr\t1\t2\tl\tx\t1\t1\t1\t1\tM", "gr\t1\t2\t\t1\t1\t1\t1\t1\tM"} {
		if _, _, err := parse(line); err == nil {
			t.Errorf("%q is taken", line)
		}
	}
	for _, packed := range [][]byte{nil, []byte("moot"), outlines[:len(outlines)/2]} {
		if _, err := read(packed); err == nil {
			t.Errorf("%d spoiled bytes are taken", len(packed))
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("gr\t1000\t900\tl\t38.1\t24.2\t5000\t500\t450\tM1 1l2 2-1-4z")
	f.Fuzz(func(t *testing.T, line string) {
		if _, s, err := parse(line); err == nil {
			s.Project(38, 24)
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		load(b)
	}
}

func BenchmarkProject(b *testing.B) {
	s, _ := load(b).Country("gr")
	for b.Loop() {
		s.Project(37.98, 23.72)
	}
}
