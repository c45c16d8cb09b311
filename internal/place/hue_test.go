package place

import "testing"

func TestHuesStay(t *testing.T) {
	for path, want := range map[string]int{"world": 3, "gr": 20, "gr/athens": 20, "gr/thessaloniki": 17} {
		p := must(t, path)
		if p.Hue() != want || p.Degrees() != want*15 {
			t.Errorf("%s has hue %d, had %d: a place keeps its colour", path, p.Hue(), want)
		}
	}
}
