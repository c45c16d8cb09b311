package searchpages_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/guard"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/place"
	"moot/internal/search"
	"moot/internal/web"
	"moot/internal/web/page"
	"moot/internal/web/page/pagetest"
	"moot/internal/web/searchpages"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

var gazetteer = sync.OnceValue(func() *place.Gazetteer {
	g, err := place.Load()
	if err != nil {
		panic(err)
	}
	return g
})

// site is a site whose posts can be looked for.
type site struct {
	http.Handler
	t      *testing.T
	clock  *clock.Clock
	boards *board.Boards
	index  *search.Index
}

func open(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, clock: clock.Hold(noon)}
	d, outbox := dbtest.Open(t, db.SQLite), event.New()
	s.boards = board.New(d, s.clock, outbox, gazetteer(), board.Limits{PostLength: 8000})
	s.index = search.New(d, s.clock, outbox, gazetteer(), s.boards)
	door, err := web.New(web.Settings{Settings: page.Settings{
		Name: "Moot", Languages: lang.All(), Gazetteer: gazetteer(), Guard: guard.New(s.clock, guard.Defaults()), Clock: s.clock,
		Log: slog.New(slog.DiscardHandler),
	}}, searchpages.New(s.index, s.boards))
	if err != nil {
		t.Fatal(err)
	}
	s.Handler = door
	return s
}

func (s *site) start(path, subject, body string) int64 {
	s.t.Helper()
	at, ok := gazetteer().ByPath(path)
	if !ok {
		s.t.Fatalf("no place %s", path)
	}
	made, err := s.boards.Start(s.t.Context(), key.Anyone, board.NewThread{Place: at, Subject: subject, NewPost: board.NewPost{Body: body}})
	if err != nil {
		s.t.Fatal(err)
	}
	return made.Number
}

func (s *site) reply(thread int64, body string) int64 {
	s.t.Helper()
	made, err := s.boards.Reply(s.t.Context(), key.Anyone, thread, board.NewPost{Body: body})
	if err != nil {
		s.t.Fatal(err)
	}
	return made.Number
}

// get looks for what has been written by now.
func (s *site) get(address string) *pagetest.Page {
	s.t.Helper()
	if err := s.index.CatchUp(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	return pagetest.Get(s.t, s, address).Want(200)
}

// hits are the texts of what a page shows as found.
func hits(p *pagetest.Page) (all []string) {
	for _, n := range p.All(".hits > li") {
		all = append(all, pagetest.Text(n))
	}
	return all
}

func TestAHitIsANotice(t *testing.T) {
	s := open(t)
	thread := s.start("gr/athens", "Rents & <b>rights</b>", "Whose rents went up by a third?")
	reply := s.reply(thread, "Mine. The rents <i>here</i> are as high as the hill.")
	untitled := s.start("gb/leeds", "", "Rents, again.")
	p := s.get("/search?q=rents&sort=newest")
	if got := p.Text(".searching [role=status]"); got != "3 posts found" {
		t.Errorf("said %q", got)
	}
	found := p.All(".hits > li")
	if len(found) != 3 {
		t.Fatalf("%d hits\n%s", len(found), p.Body)
	}
	for i, want := range []struct{ text, link string }{
		{fmt.Sprintf("Leeds Thread %d Rents, again. Opening post now", untitled), fmt.Sprintf("/gb/leeds/t/%d#p%[1]d", untitled)},
		{fmt.Sprintf("Athens Rents & <b>rights</b> Mine. The rents <i>here</i> are as high as the hill. Reply № %d now", reply), fmt.Sprintf("/gr/athens/t/%d#p%d", thread, reply)},
		{"Athens Rents & <b>rights</b> Whose rents went up by a third? Opening post now", fmt.Sprintf("/gr/athens/t/%d#p%[1]d", thread)},
	} {
		if got := hits(p)[i]; got != want.text {
			t.Errorf("hit %d says %q, want %q", i, got, want.text)
		}
		if got := pagetest.Attr(p.All(".hits h2 a")[i], "href"); got != want.link {
			t.Errorf("hit %d leads to %s, want %s", i, got, want.link)
		}
	}
	marked := ""
	for _, n := range p.All(".hits mark") {
		marked += pagetest.Text(n) + " "
	}
	if marked != "Rents Rents rents Rents rents " {
		t.Errorf("marked: %q", marked)
	}
	p.Has(`.hits .kind a[href="/gr/athens"]`)
	p.Has(`meta[name=robots][content=noindex]`)
}

func TestTheFormKeepsAndNarrows(t *testing.T) {
	s := open(t)
	athens := s.start("gr/athens", "Rents", "rents in Athens")
	s.reply(athens, "rents again")
	s.start("gr/larisa", "Rents", "rents in Larisa")
	s.clock.Advance(48 * time.Hour)
	s.start("gb/leeds", "Rents", "rents in Leeds")
	for address, want := range map[string]int{
		"/search?q=rents":                                      4,
		"/search?q=rents&place=gr":                             3,
		"/search?q=rents&place=Athens":                         2,
		"/search?q=rents&place=%CE%91%CE%B8%CE%AE%CE%BD%CE%B1": 2,
		"/search?q=rents&place=GR/ATHENS&opening=1":            1,
		"/search?place=gr/athens":                              2,
		"/search?q=rents&picture=1":                            0,
		"/search?q=rents&from=2026-11-24":                      1,
		"/search?q=rents&to=2026-11-23":                        3,
		"/search?q=rents&thread=" + fmt.Sprint(athens):         2,
		"/search?q=rents&thread=999":                           0,
		"/search?q=rents+in:" + fmt.Sprint(athens):             2,
		"/search?q=rents&thread=x&from=y&place=&after=z":       4,
		"/search?q=rents+place:gr+-larisa":                     2,
	} {
		if got := len(hits(s.get(address))); got != want {
			t.Errorf("%s: %d hits, want %d", address, got, want)
		}
	}
	p := s.get("/search?q=%22rents%22&place=athens&thread=" + fmt.Sprint(athens) + "&from=2026-11-01&to=2026-11-30&picture=1&opening=1&sort=newest")
	for selector, want := range map[string]string{
		"#words": `"rents"`, "#place": "gr/athens", "#from": "2026-11-01", "#to": "2026-11-30",
		"input[name=picture][checked]": "1", "input[name=opening][checked]": "1", "input[name=thread][checked]": fmt.Sprint(athens),
		"#sort option[selected]": "newest",
	} {
		if got := p.Attr(selector, "value"); got != want {
			t.Errorf("%s is %q, want %q", selector, got, want)
		}
	}
	p.Has("form.search details[open]")
	if got := pagetest.Text(p.One(".checks label:last-of-type")); got != "Only in the thread: Rents" {
		t.Errorf("the thread: %q", got)
	}
	s.get("/search?q=rents").Lacks("details[open]")
}

func TestWhatCannotBeReadIsSaidBesideItsField(t *testing.T) {
	s := open(t)
	s.start("gr/athens", "Rents", "rents")
	p := s.get("/search?q=rents&place=zzqxzzqx&from=tomorrow&to=2026-13-01")
	if len(hits(p)) != 1 {
		t.Errorf("%d hits", len(hits(p)))
	}
	for _, field := range []string{"place", "from", "to"} {
		p.Has("#" + field + "[aria-invalid=true][aria-describedby~=" + field + "-error]")
		p.Has("#" + field + "-error")
	}
	s.get("/search?q=rents&place=Thesaloniky").Has("#place-error") // a slip could be any of several places
	if got := p.Attr("#from", "value") + p.Attr("#to", "value"); got != "" {
		t.Errorf("days became %q", got)
	}
	if got := p.Attr("#place", "value"); got != "zzqxzzqx" {
		t.Errorf("the place became %q", got)
	}
	p.Has("details[open] #place")
}

func TestNothingFoundSaysWhatElseToTry(t *testing.T) {
	s := open(t)
	s.start("gr/athens", "Rents", "rents")
	p := s.get("/search?q=qu%26rn&place=gb&picture=1")
	if got := p.Text(".empty [role=status]"); got != "No post has all of that." {
		t.Errorf("said %q", got)
	}
	p.Has(`.empty a[href="/search?q=qu%26rn"]`)
	p.Has(`.empty a[href="/find?q=qu%26rn"]`)
	p.Lacks(".hits")
	s.get("/search?q=zzz").Lacks(`.empty a[href^="/search"]`)

	if got := s.get("/search?q=%21%3F").Text(".empty [role=status]"); got != "There is no word in that to look for." {
		t.Errorf("of no word: %q", got)
	}
	empty := s.get("/search")
	empty.Lacks(".empty")
	empty.Lacks(".hits")
	empty.Has(`a[href="/find"]`)
	empty.Has("details.typing[open]")
	for _, odd := range []string{"%00", "%FF%FE", "%22", strings.Repeat("a+", 5000), "%F0%9F%99%82", "'%20OR%201=1"} {
		s.get("/search?q=" + odd + "&place=" + odd + "&thread=" + odd + "&from=" + odd + "&after=" + odd)
	}
}

func TestAWiderPlaceIsOneStepAway(t *testing.T) {
	s := open(t)
	s.start("gr/athens", "Rents", "rents")
	p := s.get("/search?q=rents&place=gr/athens&opening=1&after=100.0")
	var names, links []string
	for _, n := range p.All("nav.tabs a") {
		names, links = append(names, pagetest.Text(n)), append(links, pagetest.Attr(n, "href"))
	}
	if got := strings.Join(names, ", "); got != "Athens, Attica, Greece, All boards" {
		t.Errorf("wider: %s", got)
	}
	if len(links) != 4 || links[1] != "/search?opening=1&place=gr%2Fattica&q=rents" {
		t.Errorf("leading to %q", links)
	}
	p.Has(`nav.tabs a[aria-current=true][href*="athens"]`)
	for _, link := range links {
		if len(hits(s.get(link))) != 1 {
			t.Errorf("%s finds nothing", link)
		}
	}
}

func TestPagesOfResults(t *testing.T) {
	s := open(t)
	thread := s.start("gr/athens", "Rents", "rents 0")
	for i := range 2*search.PageSize + 3 {
		s.reply(thread, fmt.Sprint("rents ", i+1))
	}
	seen := map[string]bool{}
	address, pages := "/search?q=rents&sort=newest&place=gr", 0
	for address != "" && pages < 10 {
		p := s.get(address)
		for _, n := range p.All(".hits h2 a") {
			seen[pagetest.Attr(n, "href")] = true
		}
		if pages > 0 {
			p.Has(`.pager a[href="/search?place=gr&q=rents&sort=newest"]`)
		}
		pages++
		address = ""
		for _, n := range p.All(".pager [rel=next]") {
			address = pagetest.Attr(n, "href")
		}
	}
	if len(seen) != 2*search.PageSize+4 || pages != 3 {
		t.Errorf("%d hits on %d pages", len(seen), pages)
	}
	past := s.get("/search?" + url.Values{"q": {"rents"}, "after": {"2.0"}, "opening": {"1"}, "from": {"2026-12-01"}}.Encode())
	if got := past.Text(".empty [role=status]"); got != "That was all." {
		t.Errorf("behind the last: %q", got)
	}
}

func TestTheOtherLanguageHasItsOwnWords(t *testing.T) {
	s := open(t)
	s.start("gr/athens", "Ενοίκια", "Τα ενοίκια ανέβηκαν")
	p := s.get("/search?q=ΕΝΟΙΚΙΑ&lang=el")
	if got := p.Text("[role=status]"); got != "Βρέθηκε 1 ανάρτηση" {
		t.Errorf("said %q", got)
	}
	if got := pagetest.Text(p.All(".hits mark")[1]); got != "ενοίκια" {
		t.Errorf("marked %q", got)
	}
}

func TestSearchesAreCounted(t *testing.T) {
	s := open(t)
	for range 2000 {
		if pagetest.Get(t, s, "/search?q=rents").Status == http.StatusTooManyRequests {
			return
		}
	}
	t.Error("nobody is ever too fast")
}
