package placepages_test

import (
	"testing"

	"moot/internal/web/page/pagetest"
)

// TestEveryPageHasOneTrueAddress asks for one page of each kind, in the ways
// that show the same or a part of it.
func TestEveryPageHasOneTrueAddress(t *testing.T) {
	s := open(t, thread{"gr/thessaloniki", "Hello", "there"})
	const none = "" // not to be found by search engines
	for path, want := range map[string]string{
		"/": "/", "/?lang=el": "/", "/?theme=dark&lang=en": "/", "/about": "/about", "/find?q=athens": none, "/reading": none,
		"/gr": "/gr", "/gr?lang=el": "/gr", "/gr/thessaloniki?x=y": "/gr/thessaloniki", "/gr/thessaloniki?before=9": none, "/gr/athens": "/gr/athens",
		"/gr/everywhere": "/gr/everywhere", "/gr/everywhere?before=9": none, "/gr/index": none, "/gr/catalog": none, "/gr/catalog?sort=new": none, "/gr/new": none,
		"/gr/places": "/gr/places", "/gr/attica/places": "/gr/attica/places", "/gr/attica/places?after=athens": none, "/gr/map": "/gr/map",
		"/gr/thessaloniki/t/1": "/gr/thessaloniki/t/1", "/gr/thessaloniki/t/1?theme=light": "/gr/thessaloniki/t/1", "/gr/thessaloniki/t/1?after=1": none,
		"/gr/thessaloniki/t/1?before=9": none, "/gr/thessaloniki/t/1?posted=1": none, "/gr/thessaloniki/t/1/last": none, "/gr/thessaloniki/t/1/reply": none,
		"/p/1/take-back": none, "/gr/nowhere": none,
	} {
		p := pagetest.Get(t, s, path)
		if want == none {
			p.Has("meta[name=robots][content=noindex]")
			p.Lacks("link[rel=canonical]")
			continue
		}
		p.Lacks("meta[name=robots]")
		if got := p.Attr("link[rel=canonical]", "href"); got != "https://moot.example"+want {
			t.Errorf("%s is truly %s, want %s", path, got, want)
		}
	}
}

func TestWhatIsSharedIsWhole(t *testing.T) {
	s := open(t, thread{"gr/thessaloniki", `a "title" <b>`, "there"})
	for path, picture := range map[string]string{
		"/gr": "/gr/sign.png", "/gr/thessaloniki?lang=el": "/gr/thessaloniki/sign.png",
		"/gr/thessaloniki/t/1": "/gr/thessaloniki/t/1/sign.png", "/gr/thessaloniki/t/1/last": "/gr/thessaloniki/t/1/sign.png",
	} {
		p := pagetest.Get(t, s, path).Want(200)
		meta := func(property string) string { return p.Attr(`meta[property="`+property+`"]`, "content") }
		if url, image := meta("og:url"), meta("og:image"); url == "" || image != "https://moot.example"+picture || meta("og:image:alt") == "" {
			t.Errorf("%s: %s, %s, %q", path, url, image, meta("og:image:alt"))
		}
	}
}
