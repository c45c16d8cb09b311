package meetuppages_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"moot/internal/atlas"
	"moot/internal/blob"
	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/convene"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/directory"
	"moot/internal/event"
	"moot/internal/guard"
	"moot/internal/job"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/media"
	"moot/internal/meetup"
	"moot/internal/order"
	"moot/internal/place"
	"moot/internal/web"
	"moot/internal/web/boardpages"
	"moot/internal/web/ladderpages"
	"moot/internal/web/meetuppages"
	"moot/internal/web/page"
	"moot/internal/web/page/pagetest"
	"moot/internal/web/placepages"
)

var allPlaces = sync.OnceValue(func() *place.Gazetteer {
	g, err := place.Load()
	if err != nil {
		panic(err)
	}
	return g
})

// monday is when these sites begin: in Athens it is two hours later.
var monday = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// listing is a whole site with meetups, which keeps pages and has them follow what
// happens, as a command does.
type listing struct {
	*web.Server
	*meetup.Meetups
	t        *testing.T
	clock    *clock.Clock
	jobs     *job.Jobs
	boards   *board.Boards
	pictures *media.Pictures
	moved    chan event.Event // what made pages old
	seen     int64            // the newest of those that was told
}

func openListing(t *testing.T, d *db.DB) *listing {
	t.Helper()
	s := &listing{t: t, clock: clock.Hold(monday), moved: make(chan event.Event, 1000)}
	outbox := event.New()
	s.jobs = job.New(d, s.clock)
	s.boards = board.New(d, s.clock, outbox, allPlaces(), board.Limits{
		PostLength: 8000, Pictures: order.Pictures{Site: order.ImagesQueue, Places: map[string]order.Images{"gr": order.ImagesOn}},
	})
	s.Meetups = meetup.New(meetup.Settings{DB: d, Clock: s.clock, Outbox: outbox, Places: allPlaces(), Boards: s.boards, Jobs: s.jobs, Over: func(*db.Tx, string) error { return nil }})
	known, err := directory.Open(t.Context(), s.boards, allPlaces())
	if err != nil {
		t.Fatal(err)
	}
	maps, err := atlas.Load()
	if err != nil {
		t.Fatal(err)
	}
	ladder, steps := ladderpages.New(convene.New(convene.Settings{
		DB: d, Clock: s.clock, Outbox: outbox, Places: allPlaces(), Boards: s.boards, Jobs: s.jobs, Rules: convene.Defaults(), ToCome: s.ToCome,
	}), s.Meetups)
	files, err := blob.Open(t.Context(), "file:"+t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s.pictures = media.Open(d, s.clock, outbox, files, nil, media.Limits{})
	coming, own := meetuppages.New(s.Meetups, s.boards, s.pictures, placepages.Locate(maps, placepages.Tiles{}))
	steps = steps.With(own)
	s.Server, err = web.New(web.Settings{PageCache: 8 << 20, Settings: page.Settings{
		Name: "Moot", Base: "https://moot.example", Languages: append(lang.All(), lang.Pseudo()), Gazetteer: allPlaces(),
		Guard: guard.New(s.clock, guard.Limits{}), Clock: s.clock, Log: slog.New(slog.DiscardHandler),
	}}, placepages.New(s.boards, known, maps, steps), boardpages.New(s.boards, known, nil, steps), ladder, coming)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var following sync.WaitGroup
	following.Go(func() {
		known.Follow(ctx, func(e event.Event) { s.Moved(e); s.moved <- e }, func(err error) { t.Error(err) })
	})
	t.Cleanup(func() { cancel(); following.Wait() })
	return s
}

func eachListing(t *testing.T, test func(t *testing.T, s *listing)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, openListing(t, d)) })
}

func (s *listing) somebody() key.Actor {
	s.t.Helper()
	a, err := key.Fresh(rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// told waits until pages know of all that has happened.
func (s *listing) told() {
	s.t.Helper()
	var last int64
	if err := s.DB.Read(s.t.Context(), func(tx *db.Tx) error { return tx.Row(`SELECT max(number) FROM event`).Scan(&last) }); err != nil {
		s.t.Fatal(err)
	}
	defer s.clock.Advance(time.Second) // a page may be made anew again
	for wait := time.After(20 * time.Second); s.seen < last; {
		select {
		case e := <-s.moved:
			s.seen = e.Number
		case <-wait:
			s.t.Fatal("nobody told of a change")
		}
	}
}

func (s *listing) at(path string) place.Place {
	s.t.Helper()
	p, ok := allPlaces().ByPath(path)
	if !ok {
		s.t.Fatalf("no place %s", path)
	}
	return p
}

// announce announces a meetup of two hours.
func (s *listing) announce(path, title, start string, change ...func(*meetup.Details)) (thread int64, host key.Actor) {
	s.t.Helper()
	d := meetup.Details{Title: title, Start: start, Minutes: 120, Venue: meetup.Venue{Name: "Library café"}}
	for _, c := range change {
		c(&d)
	}
	host = s.somebody()
	made, err := s.Announce(s.t.Context(), s.somebody(), host, board.NewThread{Place: s.at(path), NewPost: board.NewPost{Body: "Who comes?"}}, d)
	if err != nil {
		s.t.Fatal(err)
	}
	s.told()
	return made.Thread, host
}

func eachWeek(d *meetup.Details) { d.Every = meetup.Weekly }

func (s *listing) clocks(path, written string) time.Time {
	s.t.Helper()
	at, err := time.ParseInLocation(meetup.ClockForm, written, s.at(path).Zone())
	if err != nil {
		s.t.Fatal(err)
	}
	return at
}

func (s *listing) get(path string, headers ...string) *pagetest.Page {
	s.t.Helper()
	return pagetest.Get(s.t, s, path, headers...)
}

// month reads the table of a month: what is held on each day, and the weekdays above.
func month(p *pagetest.Page) (held map[string][]string, weekdays []string) {
	held = map[string][]string{}
	for _, th := range p.All("table.weeks th") {
		weekdays = append(weekdays, pagetest.Text(th))
	}
	for _, td := range p.All("table.weeks td.day") {
		var day string
		var walk func(n *html.Node)
		walk = func(n *html.Node) {
			switch {
			case n.Data == "time" && day == "":
				day = pagetest.Attr(n, "datetime")
			case n.Type == html.ElementNode && n.Data == "li":
				held[day] = append(held[day], strings.Join(strings.Fields(pagetest.Text(n)), " "))
				return
			}
			for c := range n.ChildNodes() {
				walk(c)
			}
		}
		walk(td)
	}
	return held, weekdays
}

func TestAMonthByItsWeeks(t *testing.T) {
	eachListing(t, func(t *testing.T, s *listing) {
		thread, host := s.announce("gr/athens", "Tea", "2026-12-03T19:00", eachWeek)
		off, offHost := s.announce("gr/athens", "Off", "2026-12-05T18:00")
		s.announce("gr/patra", "Walk", "2026-12-05T10:00")
		s.announce("de/berlin", "Midnight", "2026-12-31T23:30")
		s.announce("nz/auckland", "Early", "2027-01-01T00:30") // December still in most of the world
		if err := s.MoveOne(t.Context(), host, thread, s.clocks("gr/athens", "2026-12-10T19:00"), "2026-12-12T11:00"); err != nil {
			t.Fatal(err)
		}
		if err := s.DropOne(t.Context(), host, thread, s.clocks("gr/athens", "2026-12-24T19:00"), ""); err != nil {
			t.Fatal(err)
		}
		if err := s.Cancel(t.Context(), offHost, off, "snow"); err != nil {
			t.Fatal(err)
		}
		s.told()
		s.told()
		s.told()
		p := s.get("/gr/athens/meetups/2026-12").Want(200)
		got, weekdays := month(p)
		want := map[string][]string{
			"2026-12-03": {"19:00 Tea"}, "2026-12-05": {"18:00 Off cancelled"}, "2026-12-12": {"11:00 Tea"}, "2026-12-17": {"19:00 Tea"}, "2026-12-31": {"19:00 Tea"},
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v\nwant %v", got, want)
		}
		if want := []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}; !slices.Equal(weekdays, want) {
			t.Errorf("weeks of %v", weekdays)
		}
		if days := p.All("table.weeks td.day"); len(days) != 31 || len(p.All("table.weeks tbody tr")) != 5 {
			t.Errorf("%d days", len(days))
		}
		if h := p.Text("h1"); h != "Meetups in Athens, December 2026" {
			t.Errorf("headed %q", h)
		}
		p.Has(fmt.Sprintf(`.weeks li a[href="/gr/athens/t/%d"]`, thread))
		p.Has(`.months a[rel=prev][href="/gr/athens/meetups/2026-11"]`)
		p.Has(`.months a[rel=next][href="/gr/athens/meetups/2027-01"]`)
		p.Has(`.tabs a[aria-current=page][href="/gr/athens/meetups/2026-11"]`) // this way to look leads to the present
		if got, _ := month(s.get("/gr/meetups/2026-12").Want(200)); !slices.Equal(got["2026-12-05"], []string{"10:00 Walk Pátrai", "18:00 Off cancelled Athens"}) {
			t.Errorf("of a country: %v", got)
		}
		if got, _ := month(s.get("/world/meetups/2026-12").Want(200)); !slices.Equal(got["2026-12-31"], []string{"19:00 Tea Athens", "23:30 Midnight Berlin"}) {
			t.Errorf("of the world: %v", got)
		}
		if got, _ := month(s.get("/world/meetups/2027-01").Want(200)); !slices.Equal(got["2027-01-01"], []string{"00:30 Early Auckland"}) {
			t.Errorf("next year in the world: %v", got)
		}
		if _, weekdays := month(s.get("/us/meetups/2026-12").Want(200)); weekdays[0] != "Sun" {
			t.Errorf("a week begins with %v in the United States", weekdays)
		}
		if _, weekdays := month(s.get("/eg/meetups/2026-12?lang=el").Want(200)); weekdays[0] != "Σάβ" {
			t.Errorf("a week begins with %v in Egypt", weekdays)
		}
	})
}

func TestWhatIsOverIsInNoMonth(t *testing.T) {
	eachListing(t, func(t *testing.T, s *listing) {
		s.announce("gr/athens", "Tea", "2026-12-03T19:00", eachWeek)
		s.announce("gr/athens", "Once", "2026-12-04T19:00")
		s.clock.Set(s.clocks("gr/athens", "2026-12-10T20:00")) // it goes on
		got, _ := month(s.get("/gr/athens/meetups/2026-12").Want(200))
		if want := map[string][]string{"2026-12-10": {"19:00 Tea"}, "2026-12-17": {"19:00 Tea"}, "2026-12-24": {"19:00 Tea"}, "2026-12-31": {"19:00 Tea"}}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v", got)
		}
		p := s.get("/gr/athens/meetups/2026-12").Want(200)
		if today := p.All("td.today time"); len(today) == 0 || pagetest.Attr(today[0], "datetime") != "2026-12-10" {
			t.Errorf("today is %v", today)
		}
		p.Lacks(".months a[rel=prev]")
	})
}

// Where the clocks skip midnight a day is a day as well.
func TestEveryDayIsInItsMonth(t *testing.T) {
	s := openListing(t, dbtest.Open(t, db.SQLite))
	s.announce("eg/cairo", "Tea", "2027-04-30T19:00")
	for path, n := range map[string]int{"/eg/cairo/meetups/2027-04": 30, "/lb/beirut/meetups/2027-03": 31, "/cu/havana/meetups/2027-03": 31, "/gr/athens/meetups/2027-02": 28, "/gr/athens/meetups/2028-02": 29} {
		p := s.get(path).Want(200)
		seen := map[string]bool{}
		for _, at := range p.All("table.weeks td.day > time") {
			seen[pagetest.Attr(at, "datetime")] = true
		}
		if days := len(p.All("table.weeks td.day")); days != n || len(seen) != n {
			t.Errorf("%s has %d days, %d of them others", path, days, len(seen))
		}
	}
	if held, _ := month(s.get("/eg/cairo/meetups/2027-04")); fmt.Sprint(held) != "map[2027-04-30:[19:00 Tea]]" {
		t.Errorf("%v", held)
	}
}

func TestMonthsThatAreNoneOrTooFar(t *testing.T) {
	s := openListing(t, dbtest.Open(t, db.SQLite))
	for written, want := range map[string]string{
		"2026-10": "That month is over.", "0001-01": "That month is over.", "2028-12": "too far ahead", "9999-12": "too far ahead", "2026-13": "There is no such month.", "2026-00": "There is no such month.",
		"x": "There is no such month.", "2026-12-01": "There is no such month.", "%3Cscript%3E": "There is no such month.", "-2026-12": "There is no such month.", "99999-12": "There is no such month.",
	} {
		p := s.get("/gr/athens/meetups/" + written).Want(404)
		if text := p.Text("main"); !strings.Contains(text, want) {
			t.Errorf("%s: %q", written, text)
		}
		to := s.get("/gr/athens/meetups?month=" + written).Want(303).Header.Get("Location")
		if back, err := url.Parse(to); err != nil || !strings.HasPrefix(to, "/gr/athens/meetups/") || back.Host != "" {
			t.Errorf("%s leads to %q", written, to)
		}
	}
	for _, right := range []string{"2026-11", "2028-11"} {
		p := s.get("/gr/athens/meetups/" + right).Want(200)
		if !strings.Contains(p.Text("main"), "No meetup is to come in this month.") {
			t.Errorf("%s doesn't say that there is none", right)
		}
	}
	s.get("/gr/athens/meetups/2028-11").Lacks(".months a[rel=next]")
	s.get("/gr/athens/meetups/new").Want(200)
}

// A month with more than a page of it holds is read on by its link: each meetup once.
func TestAFullMonthGoesOn(t *testing.T) {
	s := openListing(t, dbtest.Open(t, db.SQLite))
	const many = 270
	for n := range many {
		s.announce("gr/athens", fmt.Sprint("Tea ", n), fmt.Sprintf("2026-12-%02dT19:00", 1+n%28))
	}
	seen, pages := map[string]int{}, 0
	for path := "/gr/athens/meetups/2026-12"; path != "" && pages < 9; pages++ {
		p := s.get(path).Want(200)
		held, _ := month(p)
		for _, all := range held {
			for _, words := range all {
				seen[words]++
			}
		}
		path = ""
		for _, a := range p.All(".month .pager a") {
			if strings.Contains(pagetest.Attr(a, "href"), "?after=") {
				path = pagetest.Attr(a, "href")
			}
		}
	}
	if len(seen) != many || pages != 2 {
		t.Errorf("%d meetups on %d pages", len(seen), pages)
	}
	for words, n := range seen {
		if n != 1 {
			t.Errorf("%s stands there %d times", words, n)
		}
	}
}

func TestListsTellProgramsOfThemselves(t *testing.T) {
	s := openListing(t, dbtest.Open(t, db.SQLite))
	thread, _ := s.announce("gr/athens", "Tea", "2026-12-03T19:00")
	one := fmt.Sprintf("/gr/athens/t/%d/meetup", thread)
	for path, want := range map[string]map[string]string{
		"/gr/athens/meetups":     {"application/atom+xml": "/gr/athens/meetups.atom", "text/calendar": "/gr/athens/meetups.ics", "application/geo+json": "/gr/athens/meetups.geojson"},
		"/world/meetups/2026-12": {"application/atom+xml": "/world/meetups.atom", "text/calendar": "/world/meetups.ics", "application/geo+json": "/world/meetups.geojson"},
		one:                      {"application/atom+xml": one + ".atom", "text/calendar": one + ".ics"},
	} {
		p := s.get(path).Want(200)
		got := map[string]string{}
		for _, link := range p.All("head link[rel=alternate]") {
			got[pagetest.Attr(link, "type")] = pagetest.Attr(link, "href")
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v", path, got)
		}
		for kind, address := range want {
			p.Has(fmt.Sprintf(`main a[href="%s"][type="%s"], footer a[href="%s"][type="%s"]`, address, kind, address, kind))
		}
	}
}

// What a change moves is on pages that are kept as soon as it is told.
func TestKeptPagesFollowMeetups(t *testing.T) {
	eachListing(t, func(t *testing.T, s *listing) {
		thread, host := s.announce("gr/athens", "Tea", "2026-12-03T19:00", eachWeek)
		s.announce("gr/athens", "Second", "2026-12-20T19:00") // so that the city's board lists them
		pages := []string{"/", "/world", "/gr", "/gr/attica", "/gr/athens", "/gr/athens/meetups", "/gr/meetups/2026-12", fmt.Sprintf("/gr/athens/t/%d", thread), "/world/map"}
		says := func(what, text string, want bool, among ...string) {
			t.Helper()
			for _, path := range among {
				if p := s.get(path).Want(200); strings.Contains(p.Text("main"), text) != want {
					t.Errorf("%s: %s says %q: %v", what, path, text, !want)
				}
			}
		}
		for _, path := range pages {
			s.get(path).Want(200)
		}
		says("announced", "Tea", true, pages[:8]...)
		counted := []string{"/gr/athens", "/gr/athens/meetups", fmt.Sprintf("/gr/athens/t/%d", thread)}
		for n := 1; n <= 3; n++ {
			if err := s.RSVP(t.Context(), s.somebody(), thread, time.Time{}, meetup.Coming, ""); err != nil {
				t.Fatal(err)
			}
			s.told()
			says("answered", map[int]string{1: "1 is coming", 2: "2 are coming", 3: "3 are coming"}[n], true, counted...)
		}
		d, err := s.Meetup(t.Context(), thread)
		if err != nil {
			t.Fatal(err)
		}
		changed := d.Details()
		changed.Title, changed.Start = "Coffee", "2026-12-04T18:00"
		if err := s.Edit(t.Context(), host, thread, changed); err != nil {
			t.Fatal(err)
		}
		s.told()
		says("changed", "Coffee", true, pages[:8]...)
		says("changed", "18:00", true, pages[:8]...)
		s.clock.Set(s.clocks("gr/athens", "2026-12-04T20:00"))
		if _, err := s.jobs.Crew(slog.New(slog.DiscardHandler), s.Kinds()...).Due(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.told()
		says("gone on", "Fri 4 Dec", false, "/gr/athens/meetups", "/gr/athens", "/gr")
		if held, _ := month(s.get("/gr/meetups/2026-12").Want(200)); held["2026-12-04"] != nil || held["2026-12-11"] == nil {
			t.Errorf("gone on: %v", held)
		}
		says("gone on", "11 Dec", true, "/gr/athens", "/gr/athens/meetups", fmt.Sprintf("/gr/athens/t/%d", thread))
		if err := s.Cancel(t.Context(), host, thread, "The roof came down"); err != nil {
			t.Fatal(err)
		}
		s.told()
		for _, path := range []string{"/world", "/gr", "/gr/attica"} { // no longer what is next
			if p := s.get(path).Want(200); strings.Contains(p.Text(".soon"), "Coffee") || !strings.Contains(p.Text(".soon"), "Second") {
				t.Errorf("cancelled: %s says %q", path, p.Text(".soon"))
			}
		}
		says("cancelled", "cancelled", true, "/gr/athens/meetups", "/gr/meetups/2026-12", fmt.Sprintf("/gr/athens/t/%d", thread))
	})
}

func TestMonthsSayEveryWordFromTheCatalogue(t *testing.T) {
	s := openListing(t, dbtest.Open(t, db.SQLite))
	s.announce("gr/athens", "Tea", "2026-12-03T19:00")
	p := s.get("/gr/athens/meetups/2026-12?lang=" + lang.Pseudo().Code()).Want(200)
	for _, selector := range []string{"h1", ".actions a", ".tabs a"} {
		for _, n := range p.All(selector) {
			if text := pagetest.Text(n); !strings.Contains(text, "⟦") {
				t.Errorf("%s: %q is not from the catalogue", selector, text)
			}
		}
	}
}

// A wall says of a meetup when and where it is, and that it is cancelled; where hands
// agreed on it, in place of how they looked for a date.
func TestAWallSaysWhenAndWhere(t *testing.T) {
	eachListing(t, func(t *testing.T, s *listing) {
		thread, host := s.announce("gr/athens", "Tea", "2026-12-03T19:00")
		err := s.DB.Write(t.Context(), func(tx *db.Tx) error {
			made, err := s.boards.Put(tx, board.NewThread{Place: s.at("gr/athens"), Subject: "When?", NewPost: board.NewPost{Body: "Five hands are up"}, Card: board.Card{Kind: "convening"}})
			if err != nil {
				return err
			}
			return s.Make(tx, made, meetup.Details{Title: "We meet", Start: "2026-12-05T11:00", Minutes: 120})
		})
		if err != nil {
			t.Fatal(err)
		}
		s.told()
		notices := func(path string) map[string]string {
			t.Helper()
			all := map[string]string{}
			p := s.get(path).Want(200)
			for _, n := range p.All(".notice") {
				words := strings.Join(strings.Fields(pagetest.Text(n)), " ")
				for _, title := range []string{"Tea", "We meet"} {
					if _, rest, found := strings.Cut(words, title+" "); found {
						all[title] = rest
					}
				}
			}
			return all
		}
		for _, path := range []string{"/gr/athens", "/gr", "/gr/everywhere", "/"} {
			got := notices(path)
			if !strings.HasPrefix(got["Tea"], "Thu 3 Dec, 19:00 · Library café Who comes?") || !strings.HasPrefix(got["We meet"], "Sat 5 Dec, 11:00 · Where is still to be settled") || strings.Contains(got["We meet"], "Five hands") {
				t.Errorf("%s: %q", path, got)
			}
		}
		if err := s.Cancel(t.Context(), host, thread, "snow"); err != nil {
			t.Fatal(err)
		}
		s.told()
		for _, path := range []string{"/gr/athens", "/gr", "/gr/everywhere", "/"} {
			if got := notices(path); !strings.HasPrefix(got["Tea"], "cancelled · Thu 3 Dec, 19:00") {
				t.Errorf("cancelled: %s: %q", path, got)
			}
		}
	})
}
