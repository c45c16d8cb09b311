package main

import (
	"math"
	"slices"
	"testing"

	"moot/internal/atlas"
)

func square(west, south, east, north int) ring { // clockwise
	return ring{{west, south}, {west, north}, {east, north}, {east, south}}
}

// turnedToFirst makes rings comparable: each starts at its least spot.
func turnedToFirst(rings []ring) []ring {
	for i, r := range rings {
		least := 0
		for k, s := range r {
			if s.x < r[least].x || s.x == r[least].x && s.y < r[least].y {
				least = k
			}
		}
		rings[i] = slices.Concat(r[least:], r[:least])
	}
	return rings
}

func TestDissolve(t *testing.T) {
	const seam = 100
	for name, c := range map[string]struct {
		rings, want []ring
	}{
		"apart":    {[]ring{square(0, 0, 1, 1), square(5, 0, 6, 1)}, []ring{square(0, 0, 1, 1), square(5, 0, 6, 1)}},
		"a border": {[]ring{square(0, 0, 1, 1), square(1, 0, 2, 1)}, []ring{{{0, 0}, {0, 1}, {1, 1}, {2, 1}, {2, 0}, {1, 0}}}},
		// Two halves cut at the antimeridian, where their corners differ.
		"the seam": {
			[]ring{square(90, 0, seam, 9), {{seam, 2}, {seam, 7}, {2, 7}, {2, 2}}},
			[]ring{{{90, 0}, {90, 9}, {seam, 9}, {seam, 7}, {2, 7}, {2, 2}, {seam, 2}, {seam, 0}}},
		},
		"filled": {[]ring{square(0, 0, 1, 1), {{0, 0}, {1, 0}, {1, 1}, {0, 1}}}, nil},
	} {
		got, want := turnedToFirst(dissolve(c.rings, seam)), turnedToFirst(c.want)
		if !slices.EqualFunc(got, want, func(a, b ring) bool { return slices.Equal(a, b) }) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestCodes(t *testing.T) {
	for _, c := range [][3]string{
		{"300", "Greece", "gr"}, {"020", "Andorra", "ad"}, {"", "Kosovo", "xk"}, {"", "N. Cyprus", "cy"},
		{"036", "Australia", "au"}, {"036", "Ashmore and Cartier Is.", ""}, {"", "Siachen Glacier", ""}, {"150", "Europe", ""},
	} {
		if got := codeOf(c[0], c[1]); got != c[2] {
			t.Errorf("%s is %q, want %q", c[1], got, c[2])
		}
	}
}

func TestAreas(t *testing.T) {
	octant := outline{{Lat: 0, Lon: 0}, {Lat: 89.999999, Lon: 0}, {Lat: 89.999999, Lon: 90}, {Lat: 0, Lon: 90}}
	want := math.Pi * earth * earth / 2
	if got := octant.area(); math.Abs(got/want-1) > 1e-6 {
		t.Errorf("an eighth of the globe is %.0f km², want %.0f", got, want)
	}
	slices.Reverse(octant)
	if got := octant.area(); got > 0 {
		t.Errorf("a hole has %.0f km²", got)
	}
	if got := octant.bounds(0).size(); math.Abs(got/want-1) > 1e-6 {
		t.Errorf("its box has %.0f km², want %.0f", got, want)
	}
	fiji := outline{{Lat: -19, Lon: 177}, {Lat: -16, Lon: 177}, {Lat: -16, Lon: -179}, {Lat: -19, Lon: -179}}
	if b := fiji.bounds(178); b != (box{-19, 177, -16, 181}) {
		t.Errorf("over the antimeridian: %v", b)
	}
	if gap := (box{0, 0, 1, 1}).gap(box{0, 3, 1, 4}); math.Abs(gap-222) > 1 {
		t.Errorf("two degrees on the equator are %.0f km", gap)
	}
}

func island(lat, lon, size float64) outline {
	return outline{{Lat: lat, Lon: lon}, {Lat: lat + size, Lon: lon}, {Lat: lat + size, Lon: lon + size}, {Lat: lat, Lon: lon + size}}
}

func TestWindow(t *testing.T) {
	main := island(40, 0, 8)
	for name, c := range map[string]struct {
		other outline
		also  []atlas.Point
		want  bool
	}{
		"near and large enough": {island(41, 9, 1), nil, true},
		"near but tiny":         {island(40, -3, 0.01), nil, false},
		"tiny and close":        {island(40, -0.3, 0.01), nil, true},
		"far":                   {island(5, -53, 3), nil, false},
		"far and large":         {island(5, -53, 7), nil, true},
		"far and wanted":        {island(5, -53, 1), []atlas.Point{{Lat: 5.5, Lon: -52.5}}, true},
		"over the antimeridian": {island(41, 368, 1), nil, true},
	} {
		if got := window([]outline{c.other, main}, c.also).holds(c.other); got != c.want {
			t.Errorf("%s: shown %v, want %v", name, got, c.want)
		}
	}
}

func TestDivide(t *testing.T) {
	north, south := divide([]ring{square(0, 0, 9, 9), square(0, 7, 2, 9), square(0, 0, 1, 3)}, 5)
	want := [2][]ring{
		{{{0, 5}, {0, 9}, {9, 9}, {9, 5}}, square(0, 7, 2, 9)},
		{{{0, 0}, {0, 5}, {9, 5}, {9, 0}}, square(0, 0, 1, 3)},
	}
	for i, got := range [2][]ring{turnedToFirst(north), turnedToFirst(south)} {
		if !slices.EqualFunc(got, want[i], func(a, b ring) bool { return slices.Equal(a, b) }) {
			t.Errorf("%v, want %v", got, want[i])
		}
	}
}

func TestOwners(t *testing.T) {
	for _, c := range []struct {
		from string
		land outline
		want string
	}{
		{"ru", island(45, 34, 0.5), "ua"}, {"ru", island(55, 37, 1), "ru"}, {"ua", island(45, 34, 0.5), "ua"},
		{"fr", island(4, -53, 1), "gf"}, {"nz", island(-51, 166, 0.2), ""},
	} {
		if got := ownerOf(c.from, c.land); got != c.want {
			t.Errorf("%s's land at %v is %q, want %q", c.from, c.land[0], got, c.want)
		}
	}
}

func TestTrace(t *testing.T) {
	coast := line{{0, 0}, {50, 0.3}, {100, 0}, {100, 100}, {0, 100}}
	if got, want := trace([]line{coast}, 0.4, false), "M0 0l100 0 0 100-100 0z"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := trace([]line{coast}, 0.2, false), "M0 0l50 0 50 0 0 100-100 0z"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	islet := line{{10.2, 10.2}, {10.4, 10.2}, {10.4, 10.4}}
	if got := trace([]line{islet}, 0.4, false); got != "" {
		t.Errorf("an islet is drawn: %s", got)
	}
	if got, want := trace([]line{islet, islet}, 0.4, true), "M7 10l3-3 3 3-3 3z"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
