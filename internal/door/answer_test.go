package door

import "testing"

func TestAccepts(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "br, gzip": true, "GZIP": true, "gzip;q=0": false, "gzip;q=0.0": false,
		"gzip; q=0.5": true, "br": false, "gzipped": false, "gzip;q=x": false, ",,;": false,
	} {
		if got := Accepts(header, "gzip"); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}
