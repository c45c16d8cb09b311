package placepages_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"moot/internal/lang"
	"moot/internal/web/page/pagetest"
	"moot/internal/web/placepages"
)

// Now is 23 November 2026.
var soon = map[string]string{"gr/thessaloniki": "2026-12-03T19:00", "gr/athens": "2026-12-01T18:00", "de/berlin": "2026-11-30T20:00", "gr/patra": "2026-12-30T19:00"}

func TestTheFrontPageSaysWhatIsComingUp(t *testing.T) {
	p := pagetest.Get(t, openMeeting(t, soon, placepages.Tiles{}), "/").Want(200)
	var titles []string
	for _, h := range p.All(".soon .leaf-of h3") {
		titles = append(titles, pagetest.Text(h))
	}
	if want := []string{"Tea in de/berlin", "Tea in gr/athens", "Tea in gr/thessaloniki", "Tea in gr/patra"}; !slices.Equal(titles, want) {
		t.Errorf("%q, want %q", titles, want)
	}
	if got := hrefs(p, ".soon .kind a"); !slices.Equal(got, []string{"/de/berlin", "/gr/athens", "/gr/thessaloniki", "/gr/patra"}) {
		t.Errorf("in %q", got)
	}
	if got := pagetest.Text(p.All(".soon time")[0]); !strings.Contains(got, "Mon 30 Nov, 20:00") {
		t.Errorf("at %q", got)
	}
	p.Has(`.soon a[href="/world/meetups"]`)
	empty := pagetest.Get(t, open(t), "/").Want(200)
	if got := empty.Text(".soon"); !strings.Contains(got, "No meetup is to come anywhere yet") {
		t.Errorf("where nothing is: %q", got)
	}
	empty.Lacks(".chart .ring")
}

func TestBoardsSayWhatIsComingUp(t *testing.T) {
	s := openMeeting(t, soon, placepages.Tiles{})
	for path, want := range map[string]int{"/gr": 3, "/world": 4, "/gr/attica": 1, "/fr": 0, "/gr/athens": 0} { // one alone stands on a city's ladder
		p := pagetest.Get(t, s, path).Want(200)
		if got := len(p.All(".soon .leaf-of")); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
		p.Has(fmt.Sprintf(`.tabs a[href="%s/meetups"]`, path))
	}
}

func TestMapsMarkWherePeopleMeetSoon(t *testing.T) {
	s := openMeeting(t, soon, placepages.Tiles{}, thread{"gr/volos", "Hello", "there"})
	for path, want := range map[string][]string{"/": {"/de/berlin", "/gr/athens", "/gr/thessaloniki"}, "/world/map": {"/de/berlin", "/gr/athens", "/gr/thessaloniki"}, "/gr/map": {"/gr/athens", "/gr/thessaloniki"}, "/fr/map": nil} {
		p := pagetest.Get(t, s, path).Want(200)
		var marked []string
		for _, a := range p.All(".chart a") {
			var ring bool
			for n := range a.ChildNodes() {
				ring = ring || pagetest.Attr(n, "class") == "ring"
			}
			label := pagetest.Attr(a, "aria-label")
			if ring != strings.Contains(label, "meetup") {
				t.Errorf("%s: a ring is %v on %q", path, ring, label)
			}
			if ring {
				marked = append(marked, pagetest.Attr(a, "href"))
			}
		}
		slices.Sort(marked)
		if !slices.Equal(marked, want) {
			t.Errorf("%s: %q, want %q", path, marked, want)
		}
		if says := len(p.All(".chart figcaption")) > 0 && strings.Contains(p.Text(".chart figcaption"), "A ring around a dot: a meetup within 30 days."); says != (want != nil) {
			t.Errorf("%s: the legend tells of it: %v", path, says)
		}
	}
	p := pagetest.Get(t, s, "/gr/map").Want(200)
	if got := hrefs(p, ".meeting a"); !slices.Equal(got, []string{"/gr/athens/meetups", "/gr/thessaloniki/meetups"}) {
		t.Errorf("listed are %q", got)
	}
	if got := pagetest.Text(p.All(".meeting li")[0]); !strings.Contains(got, "Tue 1 Dec, 18:00") {
		t.Errorf("the first is %q", got)
	}
	pagetest.Get(t, s, "/fr/map").Want(200).Lacks(".meeting")
	for _, path := range []string{"/?", "/gr/map?", "/gr?"} {
		p := pagetest.Get(t, s, path+"lang="+lang.Pseudo().Code())
		for _, body := range p.All(".soon h2, .soon p, .chart, .meeting") {
			unsaid(body, func(text string) { t.Errorf("%s: %q is not from the catalogue", path, text) })
		}
	}
}

func TestAMeetupsPageHasASmallMap(t *testing.T) {
	s := openMeeting(t, map[string]string{"gb/leeds": "2026-12-03T19:00", "mt/valletta": "2026-12-03T19:00", "es/las-palmas-de-gran-canaria": "2026-12-03T19:00"}, placepages.Tiles{})
	own := func(path string) *pagetest.Page {
		list := pagetest.Get(t, s, path+"/meetups").Want(200)
		return pagetest.Get(t, s, list.Attr(".meetup h2 a", "href")+"/meetup").Want(200)
	}
	p := own("/gb/leeds")
	p.Has(`.locator svg[aria-label="Map of United Kingdom, with Leeds on it"] circle.dot`)
	text := p.Text(".locator")
	for _, want := range []string{"Leeds lies in England, United Kingdom.", "Near it: ", "Bradford, 13 km"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q lacks %q", text, want)
		}
	}
	if len(own("/mt/valletta").All(".locator svg circle")) == 0 {
		t.Error("a small country has no map")
	}
	off := own("/es/las-palmas-de-gran-canaria") // its country's sheet shows another part
	off.Lacks(".locator svg")
	if got := off.Text(".locator"); !strings.Contains(got, "Spain") {
		t.Errorf("in words: %q", got)
	}
}

func TestAMeetupsPageHasTheOperatorsMaps(t *testing.T) {
	s := openMeeting(t, map[string]string{"gb/leeds": "2026-12-03T19:00"}, placepages.Tiles{Path: "/streets/{z}/{x}/{y}.png", Credit: "© those who made them"})
	list := pagetest.Get(t, s, "/gb/leeds/meetups").Want(200)
	p := pagetest.Get(t, s, list.Attr(".meetup h2 a", "href")+"/meetup").Want(200)
	var tiles []string
	for _, img := range p.All(".street-map img") {
		tiles = append(tiles, pagetest.Attr(img, "src"))
	}
	// As OpenStreetMap's wiki works it out (Slippy map tilenames): 53.7965 N, 1.5479 W
	// lies at 2030.39, 1319.08.
	want := []string{"/streets/12/2029/1318.png", "/streets/12/2030/1318.png", "/streets/12/2031/1318.png", "/streets/12/2029/1319.png", "/streets/12/2030/1319.png", "/streets/12/2031/1319.png"}
	if !slices.Equal(tiles, want) {
		t.Errorf("%q, want %q", tiles, want)
	}
	if got := p.Text(".credit"); got != "© those who made them" {
		t.Errorf("credit %q", got)
	}
	p.Has(".street-map svg circle.dot")
	p.Lacks(".locator .land")
}
