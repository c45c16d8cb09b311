package web

import (
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"moot/internal/door"
	"moot/internal/web/page/pagetest"
)

// Every address is answered: by a page, a redirect within the site or an error
// page, never by a panic, and never by sending the visitor elsewhere.
func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"/", "/gr/athens", "/GR/Athens/", "/gr/Θεσσαλονίκη/catalog", "//evil.example", "/gr//athens", "/..//", "/%00", "/gr/%ff%fe", "/world/t/1", "/p/1", "/\\evil", "/gr/athens/t/99999999999999999999", "/" + strings.Repeat("a/", 300)} {
		f.Add(seed)
	}
	w := open(f, nil)
	f.Fuzz(func(t *testing.T, path string) {
		path = "/" + strings.TrimPrefix(path, "/")
		for _, made := range []string{"/slow", "/panic", "/failing", "/fault"} { // to hang and to fail, by the test's site
			if strings.HasPrefix(path, made) {
				return
			}
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.URL = &url.URL{Path: path}
		p := pagetest.Do(t, w, r)
		if p.Status >= 500 {
			t.Errorf("%q is answered by %d", path, p.Status)
		}
		if to := p.Header.Get("Location"); strings.HasPrefix(to, "//") || strings.Contains(to, "://") || strings.HasPrefix(to, "/\\") {
			t.Errorf("%q is sent on to %q", path, to)
		}
	})
}

func FuzzForwarded(f *testing.F) {
	for _, seed := range []string{"", "192.0.2.1", "192.0.2.1, 10.0.0.1", "::1, x", "[::1]:80", ",,,,", "fe80::1%eth0", strings.Repeat("1.1.1.1,", 500)} {
		f.Add(seed)
	}
	s := &Server{settings: Settings{Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}
	f.Fuzz(func(t *testing.T, header string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("X-Forwarded-For", header)
		r.RemoteAddr = "198.51.100.7:1234"
		if got := s.address(r); got != netip.MustParseAddr("198.51.100.7") {
			t.Errorf("a stranger's header makes the address %v", got)
		}
		r.RemoteAddr = "10.1.2.3:1234"
		if got := s.address(r); !got.IsValid() || got.Zone() != "" {
			t.Errorf("%q makes the address %v", header, got)
		}
	})
}

func FuzzAccepts(f *testing.F) {
	for _, seed := range []string{"", "gzip", "gzip;q=0", "br, gzip;q=0.5", "*;q=1", ";;;,,,", "gzip;q=NaN"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if door.Accepts(header, "gzip") && !strings.Contains(strings.ToLower(header), "gzip") {
			t.Errorf("%q accepts gzip", header)
		}
	})
}
