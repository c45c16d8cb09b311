package door

import (
	"net/http/httptest"
	"testing"
)

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

func TestPicturesAreNotCompressedTwice(t *testing.T) {
	for kind, want := range map[string]string{"text/plain": "gzip", "image/svg+xml": "gzip", "image/png": "", "image/jpeg": ""} {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w.Header().Set("Content-Type", kind)
		Write(w, r, 200, make([]byte, 2*leastZipped))
		if got := w.Header().Get("Content-Encoding"); got != want {
			t.Errorf("%s is sent as %q, want %q", kind, got, want)
		}
	}
}
