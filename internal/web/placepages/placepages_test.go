package placepages_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"moot/internal/atlas"
	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/directory"
	"moot/internal/door"
	"moot/internal/event"
	"moot/internal/feed"
	"moot/internal/guard"
	"moot/internal/job"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/media"
	"moot/internal/meetup"
	"moot/internal/place"
	"moot/internal/search"
	"moot/internal/web"
	"moot/internal/web/boardpages"
	"moot/internal/web/meetuppages"
	"moot/internal/web/page"
	"moot/internal/web/page/pagetest"
	"moot/internal/web/placepages"
	"moot/internal/web/readerpages"
	"moot/internal/web/searchpages"
)

var gazetteer = sync.OnceValue(func() *place.Gazetteer {
	g, err := place.Load()
	if err != nil {
		panic(err)
	}
	return g
})

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// thread is a thread that somebody wrote before the test.
type thread struct{ place, subject, body string }

// open makes a site on which some threads stand.
func open(t *testing.T, threads ...thread) http.Handler {
	return openMeeting(t, nil, placepages.Tiles{}, threads...)
}

// openMeeting makes one on which people meet besides: at a time in each of some places.
func openMeeting(t *testing.T, meeting map[string]string, tiles placepages.Tiles, threads ...thread) http.Handler {
	t.Helper()
	d := dbtest.Open(t, db.SQLite)
	clk := clock.Hold(noon)
	outbox := event.New()
	boards := board.New(d, clk, outbox, gazetteer(), board.Limits{PostLength: 8000, ThreadPosts: 100})
	meetups := meetup.New(meetup.Settings{DB: d, Clock: clk, Outbox: outbox, Places: gazetteer(), Boards: boards, Jobs: job.New(d, clk)})
	for _, w := range threads {
		write(t, boards, w)
	}
	for path, start := range meeting {
		announce(t, meetups, path, start)
	}
	clk.Advance(2 * time.Hour)
	known, err := directory.Open(t.Context(), boards, gazetteer())
	if err == nil {
		err = known.ReadMeetings(t.Context(), directory.Meetings{All: func(ctx context.Context) (all []directory.Meeting, err error) {
			found, err := meetups.Gatherings(ctx)
			for _, g := range found {
				all = append(all, directory.Meeting(g))
			}
			return all, err
		}})
	}
	if err != nil {
		t.Fatal(err)
	}
	maps, err := atlas.Load()
	if err != nil {
		t.Fatal(err)
	}
	coming, steps := meetuppages.New(meetups, boards, media.Open(d, clk, outbox, nil, nil, media.Limits{}), placepages.Locate(maps, tiles))
	settings := web.Settings{Settings: page.Settings{
		Name: "Moot", Base: "https://moot.example", Source: "https://source.example/moot",
		Languages: append(lang.All(), lang.Pseudo()), Gazetteer: gazetteer(),
		Guard: guard.New(clk, guard.Limits{}), Clock: clk, Log: slog.New(slog.DiscardHandler),
	}, Ready: func(context.Context) error { return nil }, Doors: []door.Routes{feed.New(feed.Settings{
		Name: "Moot", Base: "https://moot.example", Languages: lang.All(), Gazetteer: gazetteer(), Clock: clk, Boards: boards, Directory: known, Meetups: meetups, Pictures: media.Open(d, clk, outbox, nil, nil, media.Limits{}),
	})}}
	s, err := web.New(settings, placepages.New(boards, known, maps, steps), boardpages.New(boards, known, nil, steps), coming, readerpages.New(boards), searchpages.New(search.New(d, clk, outbox, gazetteer(), boards), boards))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func write(t *testing.T, boards *board.Boards, w thread) {
	t.Helper()
	p, ok := gazetteer().ByPath(w.place)
	if !ok {
		t.Fatalf("no place %s", w.place)
	}
	actor, err := key.Fresh(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := boards.Start(t.Context(), actor, board.NewThread{Place: p, Subject: w.subject, NewPost: board.NewPost{Body: w.body}}); err != nil {
		t.Fatal(err)
	}
}

func announce(t *testing.T, meetups *meetup.Meetups, path, start string) {
	t.Helper()
	host, err := key.Fresh(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p, ok := gazetteer().ByPath(path)
	if !ok {
		t.Fatalf("no place %s", path)
	}
	if _, err := meetups.Announce(t.Context(), key.Anyone, host, board.NewThread{Place: p}, meetup.Details{
		Title: "Tea in " + path, Start: start, Minutes: 120, Venue: meetup.Venue{Name: "Library café"},
	}); err != nil {
		t.Fatal(err)
	}
}

// hrefs are the addresses of the links that a selector picks.
func hrefs(p *pagetest.Page, selector string) []string {
	var all []string
	for _, a := range p.All(selector) {
		all = append(all, pagetest.Attr(a, "href"))
	}
	return all
}

func TestFrontShowsWherePeopleWrite(t *testing.T) {
	s := open(t,
		thread{"gr/thessaloniki", "What would you ask the council?", ">they never answer\nThen let us ask."},
		thread{"eg/cairo", "إيجار الغرفة", "أكثر من نصف المرتب"},
		thread{"gr", "", "A thread of the whole country, <b>without</b> a subject"})
	p := pagetest.Get(t, s, "/").Want(200)
	if got := hrefs(p, ".chart a"); !slices.Contains(got, "/gr/thessaloniki") || !slices.Contains(got, "/eg/cairo") || len(got) != 2 {
		t.Errorf("dots on the map: %v, want the two cities", got)
	}
	lively := hrefs(p, "section[aria-labelledby=liveliest] .list a")
	for _, want := range []string{"/gr/thessaloniki", "/eg/cairo", "/gr"} {
		if !slices.Contains(lively, want) {
			t.Errorf("liveliest boards: %v, without %s", lively, want)
		}
	}
	if got := len(p.All(".notice")); got != 3 {
		t.Errorf("%d notices, want 3", got)
	}
	var titles []string
	for _, h := range p.All(".notice h3[dir=auto]") {
		titles = append(titles, pagetest.Text(h))
	}
	if want := []string{"A thread of the whole country, <b>without</b> a subject", "إيجار الغرفة", "What would you ask the council?"}; !slices.Equal(titles, want) {
		t.Errorf("titles %q, want %q, the newest first", titles, want)
	}
	if got := pagetest.Text(p.All(".notice .meta time")[0]); got != "2 h" {
		t.Errorf("the newest thread is %q old", got)
	}
	p.Has(`form.find[action="/find"] input[name=q]`)
	p.Lacks(".bar form")

	empty := pagetest.Get(t, open(t), "/").Want(200)
	empty.Lacks(".chart a")
	empty.Lacks(".notice")
}

func TestFind(t *testing.T) {
	s := open(t, thread{"gr/thessaloniki", "Hello", "there"})
	for query, want := range map[string]string{
		"Thessaloniki": "/gr/thessaloniki", "Θεσσαλονίκη": "/gr/thessaloniki", "θεσσαλονικη": "/gr/thessaloniki",
		"Salonika": "/gr/thessaloniki", "Selanik": "/gr/thessaloniki", "東京": "/jp/tokyo", "القاهرة": "/eg/cairo", "greece": "/gr",
	} {
		p := pagetest.Get(t, s, "/find?q="+url.QueryEscape(query)).Want(200)
		if got := hrefs(p, ".results a"); len(got) == 0 || got[0] != want {
			t.Errorf("%s finds %v, want %s first", query, got, want)
		}
		if got := p.Attr("main input[name=q]", "value"); got != query {
			t.Errorf("the box holds %q, want %q", got, query)
		}
	}
	p := pagetest.Get(t, s, "/find?q=Selanik")
	first := pagetest.Text(p.All(".results li")[0])
	for _, want := range []string{"Thessaloniki", "Selânik", "Central Macedonia, Greece", "people", "/gr/thessaloniki", "1 thread"} {
		if !strings.Contains(first, want) {
			t.Errorf("the result %q lacks %q", first, want)
		}
	}
	if text := pagetest.Text(pagetest.Get(t, s, "/find?q=leeds").All(".results li")[0]); !strings.HasSuffix(text, "quiet") {
		t.Errorf("the result %q doesn't say that the board is quiet", text)
	}
	slip := pagetest.Get(t, s, "/find?q=thesaloniki").Want(200)
	if got := slip.Text("main [role=status]"); !strings.Contains(got, "exactly “thesaloniki”") {
		t.Errorf("a slip of the pen is told as %q", got)
	}
	none := pagetest.Get(t, s, "/find?q=qqzzqqzzqqzz").Want(200)
	none.Has(".empty")
	pagetest.Get(t, s, "/find").Want(200).Lacks(".results")
	for _, hostile := range []string{strings.Repeat("x", 9000), "%ff%fe", "%00", "<script>", "%E2%80%AE"} {
		pagetest.Get(t, s, "/find?q="+hostile).Want(200)
	}
}

func TestFindOpensTheOnlyBoardOfAName(t *testing.T) {
	s := open(t)
	p := pagetest.Get(t, s, "/find?go=1&q="+url.QueryEscape("Θεσσαλονίκη")).Want(303)
	if got := p.Header.Get("Location"); got != "/gr/thessaloniki" {
		t.Errorf("leads to %q", got)
	}
	pagetest.Get(t, s, "/find?go=1&q=springfield").Want(200) // which one?
	pagetest.Get(t, s, "/find?go=1&q=thesaloniki").Want(200) // was that meant?
	pagetest.Get(t, s, "/find?q=thessaloniki").Want(200)     // not asked to
}

func TestSuggestions(t *testing.T) {
	s := open(t)
	p := pagetest.Get(t, s, "/find.json?q="+url.QueryEscape("Αθήν")).Want(200)
	var answer struct {
		Status string
		Places []struct{ Name, Where, Path string }
	}
	if err := json.Unmarshal([]byte(p.Body), &answer); err != nil {
		t.Fatal(err)
	}
	if len(answer.Places) == 0 || len(answer.Places) > 8 || answer.Places[0].Path != "/gr/athens" || !strings.Contains(answer.Places[0].Where, "Greece") {
		t.Errorf("suggestions: %+v", answer)
	}
	if answer.Status == "" || p.Header.Get("Content-Type") != "application/json" || !strings.Contains(p.Header.Get("Cache-Control"), "max-age=300") {
		t.Errorf("status %q, headers %v", answer.Status, p.Header)
	}
	if greek := pagetest.Get(t, s, "/find.json?q=athens", "Accept-Language", "el"); !strings.Contains(greek.Body, "Αθήνα") {
		t.Errorf("in Greek: %s", greek.Body)
	}
	if none := pagetest.Get(t, s, "/find.json").Want(200); !strings.Contains(none.Body, `"places":[]`) {
		t.Errorf("of nothing: %s", none.Body)
	}
}

func TestClimbing(t *testing.T) {
	s := open(t, thread{"gr/thessaloniki", "Hello", "there"})
	world := pagetest.Get(t, s, "/world/places").Want(200)
	countries := hrefs(world, ".rungs a")
	if len(countries) != len(gazetteer().Countries()) {
		t.Errorf("%d countries, want %d", len(countries), len(gazetteer().Countries()))
	}
	if got := hrefs(world, ".rungs .lively a"); !slices.Equal(got, []string{"/gr/places"}) {
		t.Errorf("countries where people write: %v", got)
	}
	if at := slices.Index(countries, "/ax/places"); at > 5 {
		t.Errorf("Åland stands at %d: that is no alphabet of a reader's", at)
	}
	greek := hrefs(pagetest.Get(t, s, "/world/places", "Accept-Language", "el"), ".rungs a")
	if slices.Equal(greek, countries) {
		t.Error("the countries stand in the same order in Greek")
	}

	country := pagetest.Get(t, s, "/gr/places").Want(200)
	if got := hrefs(country, "section[aria-labelledby=largest] a"); len(got) != 30 || got[0] != "/gr/athens" {
		t.Errorf("largest cities: %v", got)
	}
	if got := hrefs(country, "section[aria-labelledby=regions] .lively a"); !slices.Equal(got, []string{"/gr/central-macedonia/places"}) {
		t.Errorf("regions where people write: %v", got)
	}
	pagetest.Get(t, s, "/gr/athens/places").Want(301)
}

func TestARegionIsReadToItsEnd(t *testing.T) {
	s := open(t)
	region, _ := gazetteer().ByPath("gr/central-macedonia")
	var want, got []string
	for _, city := range region.Children() {
		want = append(want, "/"+city.Path())
	}
	pages := 0
	for next := "/gr/central-macedonia/places"; next != ""; pages++ {
		p := pagetest.Get(t, s, next).Want(200)
		got = append(got, hrefs(p, "section[aria-labelledby=cities] a")...)
		if links := hrefs(p, "a[rel=next]"); len(links) > 0 {
			next = links[0]
		} else {
			next = ""
		}
	}
	if !slices.Equal(got, want) || pages < 2 {
		t.Errorf("%d places on %d pages, want all %d in order", len(got), pages, len(want))
	}
	pagetest.Get(t, s, "/gr/central-macedonia/places?after=nothing").Want(404)
}

func TestMaps(t *testing.T) {
	s := open(t, thread{"gr/thessaloniki", "Hello", "there"}, thread{"gr", "All", "of us"})
	p := pagetest.Get(t, s, "/gr/map").Want(200)
	if got := hrefs(p, ".chart a.busy"); !slices.Equal(got, []string{"/gr/thessaloniki"}) {
		t.Errorf("boards with posts on the map: %v", got)
	}
	if len(p.All(".chart a.still")) < 40 {
		t.Error("the map lacks the quiet cities")
	}
	for _, a := range p.All(".chart a") {
		if pagetest.Attr(a, "aria-label") == "" {
			t.Error("a dot has no name")
		}
	}
	listed := hrefs(p, ".list a, .rungs a")
	for _, dot := range hrefs(p, ".chart a") {
		if !slices.Contains(listed, dot) {
			t.Errorf("%s is on the map and in no list", dot)
		}
	}
	pagetest.Get(t, s, "/world/map").Want(200).Has(".chart a.busy")
	for _, path := range []string{"/gr/athens/map", "/gr/attica/map"} {
		if got := pagetest.Get(t, s, path).Want(303).Header.Get("Location"); got != "/gr/map" {
			t.Errorf("%s leads to %q", path, got)
		}
	}
	for _, c := range gazetteer().Countries() {
		if p := pagetest.Get(t, s, "/"+c.Path()+"/map"); p.Status != 200 || len(p.All(".chart a")) == 0 {
			t.Errorf("the map of %s: status %d, %d dots", c.Path(), p.Status, len(p.All(".chart a")))
		}
	}
}

func TestAboutGivesCredit(t *testing.T) {
	p := pagetest.Get(t, open(t), "/about").Want(200)
	text := p.Text("main")
	for _, want := range []string{"GeoNames", "CC BY 4.0", "Natural Earth", "Unicode CLDR", "AGPL-3.0-or-later", "60 days"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	p.Has(`a[href="https://source.example/moot"]`)
}

// TestEveryLinkLeadsSomewhere follows the links of the site's pages to their
// ends, one page of each kind.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	s := open(t, thread{"gr/thessaloniki", "Hello", "there, see >>>/gr/athens/"}, thread{"gr", "All", "of us"})
	seen := map[string]bool{}
	for _, start := range []string{"/", "/find?q=salonika", "/find?q=qqzz", "/about", "/world/places", "/gr/places", "/gr/map", "/gr/central-macedonia/places", "/gr/nowhere", "/gr", "/gr/thessaloniki", "/?lang=el"} {
		p := pagetest.Get(t, s, start)
		for _, n := range p.All("a[href], link[href], script[src], form[action]") {
			link := pagetest.Attr(n, "href") + pagetest.Attr(n, "src") + pagetest.Attr(n, "action")
			to, err := url.Parse(link)
			if err != nil {
				t.Errorf("%s links to %q: %v", start, link, err)
				continue
			}
			from, _ := url.Parse(start)
			target := from.ResolveReference(to)
			if target.Host != "" || pagetest.Attr(n, "method") == "post" {
				continue
			}
			if target.Path == p.Path && p.Status == http.StatusNotFound {
				continue // the same in another language is missing too
			}
			target.Fragment = ""
			if seen[target.String()] {
				continue
			}
			seen[target.String()] = true
			if answer := pagetest.Get(t, s, target.String()); answer.Status >= 400 {
				t.Errorf("%s links to %s: status %d", start, target, answer.Status)
			}
		}
	}
	if len(seen) < 400 {
		t.Errorf("only %d links were followed", len(seen))
	}
}

// TestEveryWordIsFromTheCatalogue reads the pages in the pseudo-language, in
// which whatever is from the catalogue stands between ⟦ and ⟧.
func TestEveryWordIsFromTheCatalogue(t *testing.T) {
	s := open(t, thread{"gr/thessaloniki", "1", "2"})
	pseudo := "lang=" + lang.Pseudo().Code()
	for _, path := range []string{"/?", "/find?q=leeds&", "/find?", "/find?q=qqzz&", "/world/places?", "/gr/places?", "/gr/map?", "/about?", "/gr/nowhere?"} {
		p := pagetest.Get(t, s, path+pseudo)
		if p.Attr("html", "dir") != "rtl" {
			t.Errorf("%s doesn't run from right to left", path)
		}
		for _, body := range p.All("body") {
			unsaid(body, func(text string) {
				if text != "Moot" {
					t.Errorf("%s: %q is not from the catalogue", path, text)
				}
			})
		}
	}
}

// unsaid finds texts with letters in them that stand outside ⟦ ⟧ and outside
// elements whose content is a name, a code or a language's own name.
func unsaid(n *html.Node, found func(text string)) {
	if n.Type == html.ElementNode {
		switch n.Data {
		case "bdi", "code", "script", "title", "text":
			return
		}
		class := pagetest.Attr(n, "class")
		external := strings.HasPrefix(pagetest.Attr(n, "href"), "http")
		if pagetest.Attr(n, "hreflang") != "" || class == "path" || external || pagetest.Attr(n, "dir") == "auto" {
			return
		}
	}
	if n.Type == html.TextNode && strings.ContainsFunc(n.Data, func(r rune) bool { return r >= 'A' && r <= 'z' && r != '[' && r != ']' && r != '_' }) {
		if !strings.Contains(n.Data, "⟦") {
			found(strings.TrimSpace(n.Data))
		}
	}
	for child := range n.ChildNodes() {
		unsaid(child, found)
	}
}
