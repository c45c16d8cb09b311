package web

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"moot/internal/web/page/pagetest"
)

func TestTheLongestPathOfAPlaceWins(t *testing.T) {
	s := open(t, nil)
	for path, want := range map[string]string{
		"/":                       "front",
		"/world":                  "board of World",
		"/gr":                     "board of Greece",
		"/gr/athens":              "board of Athens",
		"/gr/attica":              "board of Attica",
		"/gr/catalog":             "catalog of gr",
		"/world/catalog":          "catalog of world",
		"/gr/athens/catalog":      "catalog of gr/athens",
		"/gr/catalog.html":        "old catalog of gr",
		"/gr/athens/catalog.html": "old catalog of gr/athens",
		"/gr/athens/t/1234":       "gr/athens thread 1234",
		"/gr/t/1234":              "gr thread 1234",
	} {
		if got := pagetest.Get(t, s, path).Want(200).Text("main h1"); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestOtherSpellingsLeadToThePlace(t *testing.T) {
	s := open(t, nil)
	for path, want := range map[string]string{
		"/GR":                                "/gr",
		"/Gr/Athens":                         "/gr/athens",
		"/gr/athens/":                        "/gr/athens",
		"/gr/athens/catalog/":                "/gr/athens/catalog",
		"/gr/athens/catalog/?q=a%20b":        "/gr/athens/catalog?q=a%20b",
		"/GR/athens/t/12?after=3":            "/gr/athens/t/12?after=3",
		"/GR/catalog":                        "/gr/catalog",
		"/gr/salonika":                       "/gr/thessaloniki",
		"/gr/%CE%91%CE%B8%CE%AE%CE%BD%CE%B1": "/gr/athens",
		"/gr/attica/athens":                  "/gr/athens",
		"/gr/attica/athens/t/12":             "/gr/athens/t/12",
		"/greece":                            "/gr",
		"/greece/athens/catalog":             "/gr/athens/catalog",
	} {
		if got := pagetest.Get(t, s, path).Want(301).Header.Get("Location"); got != want {
			t.Errorf("%s leads to %q, want %q", path, got, want)
		}
	}
	sent := httptest.NewRequest("POST", "/GR/athens/t/12", strings.NewReader(""))
	p := pagetest.Do(t, s, sent, "Sec-Fetch-Site", "same-origin").Want(308)
	if got := p.Header.Get("Location"); got != "/gr/athens/t/12" {
		t.Errorf("a form leads to %q", got)
	}
}

func TestARedirectStaysOnTheSite(t *testing.T) {
	s := open(t, nil)
	for _, path := range []string{"//evil.example/", "/%2Fevil.example/", "/\\evil.example/", "/%5Cevil.example/", "///evil.example/%2e%2e/", "/gr//evil.example/"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path, r.URL.RawPath, r.RequestURI = strings.ReplaceAll(strings.ReplaceAll(path, "%2F", "/"), "%5C", "\\"), "", path
		p := pagetest.Do(t, s, r)
		if to := p.Header.Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, "/\\")) {
			t.Errorf("%s leads to %q", path, to)
		}
	}
}

func TestAnUnknownPlaceOffersTheNearest(t *testing.T) {
	s := open(t, nil)
	for path, want := range map[string]string{
		"/gr/thesalonki":     "/gr/thessaloniki",
		"/gr/Thesalonki/t/1": "/gr/thessaloniki",
		"/thesalonki":        "/gr/thessaloniki",
		"/gb/manchestr":      "/gb/manchester",
	} {
		p := pagetest.Get(t, s, path).Want(404)
		var offered []string
		for _, a := range p.All("main .list a") {
			offered = append(offered, pagetest.Attr(a, "href"))
		}
		if !slices.Contains(offered, want) {
			t.Errorf("%s offers %v, want %s among them", path, offered, want)
		}
		p.Has("main form[role=search] input[name=q]")
	}
	for _, path := range []string{"/zz/qqqqqqqqqqqq", "/%ff%fe", "/gr/%00", "/" + strings.Repeat("a/", 400), "/gr/" + strings.Repeat("x", 4000)} {
		if p := pagetest.Get(t, s, strings.TrimSuffix(path, "/")); p.Status != 404 {
			t.Errorf("%.20s: %d, want 404", path, p.Status)
		}
	}
}

func TestNoSuchPageOnABoard(t *testing.T) {
	p := pagetest.Get(t, open(t, nil), "/gr/athens/nothing").Want(404)
	p.Has(`.trail a[href="/gr/athens"]`)
}

func TestAnUnknownPlaceIsOfferedByItsFirstWords(t *testing.T) {
	w := open(t, nil)
	for path, want := range map[string]string{
		"/gr/thesaloniki-by-the-sea": "/gr/thessaloniki",
		"/gr/qqqzzzxx":               "/gr/athens",
		"/zz/kilkis":                 "/gr/kilkis",
	} {
		p := pagetest.Get(t, w, path).Want(404)
		found := false
		for _, a := range p.All(".list a") {
			found = found || pagetest.Attr(a, "href") == want
		}
		if !found {
			t.Errorf("%s isn't offered for %s", want, path)
		}
	}
}
