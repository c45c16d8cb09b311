package feed_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

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
	"moot/internal/order"
	"moot/internal/place"
	"moot/internal/search"
	"moot/internal/web"
	"moot/internal/web/page"
	"moot/internal/web/page/pagetest"
)

var noon = time.Date(2026, 11, 23, 12, 0, 10, 0, time.UTC)

var gazetteer = sync.OnceValue(func() *place.Gazetteer {
	g, err := place.Load()
	if err != nil {
		panic(err)
	}
	return g
})

func at(t testing.TB, path string) place.Place {
	t.Helper()
	p, ok := gazetteer().ByPath(path)
	if !ok {
		t.Fatalf("no place %s", path)
	}
	return p
}

// site is a site under test: its feeds behind the real door, on a real
// database.
type site struct {
	*web.Server
	t      *testing.T
	db     *db.DB
	clock  *clock.Clock
	boards *board.Boards
	*meetup.Meetups
	index *search.Index
}

const base = "https://moot.example"

// open makes a site of a database. change may alter its settings first.
func open(t *testing.T, d *db.DB, change func(*feed.Settings)) *site {
	t.Helper()
	s := &site{t: t, db: d, clock: clock.Hold(noon)}
	outbox := event.New()
	s.boards = board.New(d, s.clock, outbox, gazetteer(), board.Limits{
		PostLength: 8000, Names: true, Tripcodes: true,
		Pictures: order.Pictures{Site: order.ImagesQueue, Places: map[string]order.Images{"gr": order.ImagesOn}},
	})
	s.index = search.New(d, s.clock, outbox, gazetteer(), s.boards)
	s.Meetups = meetup.New(meetup.Settings{DB: d, Clock: s.clock, Outbox: outbox, Places: gazetteer(), Boards: s.boards, Jobs: job.New(d, s.clock),
		Over: func(*db.Tx, string) error { return nil }})
	directory, err := directory.Open(t.Context(), s.boards, gazetteer())
	if err != nil {
		t.Fatal(err)
	}
	identity, err := s.boards.Identity(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	settings := feed.Settings{
		Name: "Moot", Base: base, Source: "https://source.example/moot", Identity: identity, Languages: lang.All(),
		Gazetteer: gazetteer(), Clock: s.clock, Boards: s.boards, Directory: directory, Meetups: s.Meetups, Index: s.index,
		Pictures: media.Open(d, s.clock, outbox, nil, nil, media.Limits{}),
	}
	if change != nil {
		change(&settings)
	}
	s.Server, err = web.New(web.Settings{
		Settings: page.Settings{
			Name: settings.Name, Base: settings.Base, Languages: settings.Languages, Gazetteer: gazetteer(),
			Guard: guard.New(s.clock, guard.Limits{}), Clock: s.clock, Log: slog.New(slog.DiscardHandler),
		},
		Doors: []door.Routes{feed.New(settings)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func each(t *testing.T, test func(t *testing.T, s *site)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, open(t, d, nil)) })
}

func (s *site) somebody() key.Actor {
	s.t.Helper()
	a, err := key.Fresh(rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// start opens a thread, and the actor who did it.
func (s *site) start(path, subject string, n board.NewPost) (board.Target, key.Actor) {
	s.t.Helper()
	a := s.somebody()
	made, err := s.boards.Start(s.t.Context(), a, board.NewThread{Place: at(s.t, path), Subject: subject, NewPost: n})
	if err != nil {
		s.t.Fatal(err)
	}
	return made, a
}

func (s *site) reply(thread int64, n board.NewPost) (board.Target, key.Actor) {
	s.t.Helper()
	a := s.somebody()
	made, err := s.boards.Reply(s.t.Context(), a, thread, n)
	if err != nil {
		s.t.Fatal(err)
	}
	return made, a
}

func (s *site) takeBack(a key.Actor, number int64) {
	s.t.Helper()
	if _, _, err := s.boards.TakeBack(s.t.Context(), a, number, ""); err != nil {
		s.t.Fatal(err)
	}
}

// picture puts a picture there that a post can have, and returns its number.
func (s *site) picture(number int64, state media.State) int64 {
	s.t.Helper()
	err := s.db.Write(s.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO picture (number, sha, md5, kind, width, height, bytes, thumb_kind, thumb_width, thumb_height,
			large_kind, large_width, large_height, moving, colour, pdq, quality, state, used, at)
			VALUES ($1, $2, $2, 'png', 800, 600, 4321, 'jpeg', 250, 188, 'jpeg', 500, 375, $3, 0, $2, 100, $4, 0, 0)`,
			number, fmt.Append(nil, number), false, string(state))
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return number
}

// atom asks for a feed, which must be a right one.
func (s *site) atom(path string, headers ...string) *pagetest.Page {
	s.t.Helper()
	p := pagetest.Get(s.t, s, path, headers...).Want(http.StatusOK)
	if kind := p.Header.Get("Content-Type"); kind != "application/atom+xml; charset=utf-8" {
		s.t.Errorf("%s is %q", path, kind)
	}
	for _, wrong := range feedFaults(p.Body) {
		s.t.Errorf("%s: %s\n%s", path, wrong, p.Body)
	}
	return p
}

// read reads a feed as a feed reader does.
func (s *site) read(path string, headers ...string) *gofeed.Feed {
	s.t.Helper()
	f, err := gofeed.NewParser().Parse(bytes.NewBufferString(s.atom(path, headers...).Body))
	if err != nil {
		s.t.Fatalf("%s: %v", path, err)
	}
	return f
}

func TestABoardIsAFeed(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		if quiet := s.read("/gr/athens/threads.atom"); len(quiet.Items) != 0 || quiet.Title != "Athens · Moot" {
			t.Errorf("a quiet board: %+v", quiet)
		}
		older, _ := s.start("gr/athens", "Τα ενοίκια", board.NewPost{Body: "Πόσο πληρώνετε;\n" + strings.Repeat("long ", 300), Name: "Ρήγας#λέξη"})
		s.clock.Advance(7 * time.Minute)
		newer, _ := s.start("gr/athens", "", board.NewPost{Body: fmt.Sprintf("the bus\n>>%d and >>>/gr/patra/", older.Number)})
		s.clock.Advance(time.Hour)
		s.reply(older.Number, board.NewPost{Body: "εγώ 700"})

		f := s.read("/gr/athens/threads.atom")
		if f.Link != base+"/gr/athens" || f.FeedLink != base+"/gr/athens/threads.atom" || f.Generator != "Moot https://source.example/moot" && f.Generator != "Moot" {
			t.Errorf("the feed: %+v", f)
		}
		if len(f.Items) != 2 {
			t.Fatalf("%d entries", len(f.Items))
		}
		rent, bus := f.Items[0], f.Items[1] // as on the wall: the one bumped last first
		if rent.Title != "Τα ενοίκια" || rent.Link != base+older.Path()[:strings.IndexByte(older.Path(), '#')] || rent.Author.Name[:len("Ρήγας !")] != "Ρήγας !" {
			t.Errorf("the first: %+v", rent)
		}
		if !strings.Contains(rent.Content, "Πόσο πληρώνετε;") || strings.Count(rent.Content, "long") != 300 {
			t.Errorf("the opening post isn't whole: %s", rent.Content)
		}
		if rent.Published != "2026-11-23T14:00:00+02:00" || rent.Updated != rent.Published || f.Updated != "2026-11-23T15:07:00+02:00" {
			t.Errorf("published %s, updated %s, the feed %s", rent.Published, rent.Updated, f.Updated)
		}
		if bus.Title != "the bus >>"+fmt.Sprint(older.Number)+" and >>>/gr/patra/" || bus.Author.Name != "Anonymous" {
			t.Errorf("the second: %q by %q", bus.Title, bus.Author.Name)
		}
		for _, want := range []string{fmt.Sprintf(`href="%s/p/%d"`, base, older.Number), `href="` + base + `/gr/patra"`} {
			if !strings.Contains(bus.Content, want) {
				t.Errorf("no %s in %s", want, bus.Content)
			}
		}
		if bus.GUID == rent.GUID || newer.Number == older.Number {
			t.Error("two threads are one")
		}
		raw := s.atom("/gr/athens/threads.atom").Body
		want := fmt.Sprintf(`<link rel="replies" type="application/atom+xml" href="%s/gr/athens/t/%d/posts.atom" thr:count="1" thr:updated="2026-11-23T15:07:00+02:00">`, base, older.Number)
		if !strings.Contains(raw, want) {
			t.Errorf("no %s in %s", want, raw)
		}
	})
}

func TestATitleIsInTheLanguageThatIsWishedFor(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.start("gr/athens", "subject", board.NewPost{Body: "body"})
		english, greek := s.read("/gr/athens/threads.atom"), s.read("/gr/athens/threads.atom", "Accept-Language", "el")
		if english.Title != "Athens · Moot" || greek.Title != "Αθήνα · Moot" || greek.Items[0].Author.Name != "Ανώνυμα" {
			t.Errorf("%q, %q by %q", english.Title, greek.Title, greek.Items[0].Author.Name)
		}
		p := s.atom("/gr/athens/threads.atom", "Accept-Language", "el")
		if !strings.Contains(p.Body, `<title xml:lang="el" type="text">`) || !strings.Contains(strings.Join(p.Header.Values("Vary"), ","), "Accept-Language") {
			t.Errorf("the language isn't told: %v\n%s", p.Header, p.Body)
		}
		if english.Items[0].GUID != greek.Items[0].GUID {
			t.Error("an entry's id hangs on the language")
		}
	})
}

func TestFeedsOfAPlaceAndWhatLiesBeneath(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.start("gr/athens", "in the city", board.NewPost{Body: "x"})
		s.start("gr", "in the country", board.NewPost{Body: "x"})
		s.start("gb/leeds", "abroad", board.NewPost{Body: "x"})
		for path, want := range map[string]string{
			"/gr/threads.atom": "in the country", "/gr/everywhere.atom": "in the city", "/gr/athens/threads.atom": "in the city",
			"/world/everywhere.atom": "abroad, in the country, in the city", "/world/threads.atom": "", "/gr/attica/everywhere.atom": "in the city",
		} {
			var titles []string
			for _, item := range s.read(path).Items {
				titles = append(titles, item.Title)
			}
			if got := strings.Join(titles, ", "); got != want {
				t.Errorf("%s: %q, want %q", path, got, want)
			}
		}
		if got := s.read("/gr/everywhere.atom").Items[0].Categories; len(got) != 1 || got[0] != "Athens" && got[0] != "gr/athens" {
			t.Errorf("where it stands: %q", got)
		}
		if to := pagetest.Get(t, s, "/gr/athens/everywhere.atom").Want(301).Header.Get("Location"); to != "/gr/athens/threads.atom" {
			t.Errorf("a city's places: %s", to)
		}
	})
}

func TestAThreadIsAFeed(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		opened, opener := s.start("gr/athens", "subject", board.NewPost{Body: "opening"})
		path := fmt.Sprintf("/gr/athens/t/%d/posts.atom", opened.Number)
		s.clock.Advance(time.Minute)
		reply, _ := s.reply(opened.Number, board.NewPost{Body: fmt.Sprintf(">>%d\nthe answer", opened.Number)})
		gone, mourner := s.reply(opened.Number, board.NewPost{Body: fmt.Sprintf("regret >>%d", reply.Number)})
		s.takeBack(mourner, gone.Number)
		s.reply(opened.Number, board.NewPost{Body: fmt.Sprintf(">>%d why", gone.Number)})

		f := s.read(path)
		if len(f.Items) != 3 || f.Title != "subject · Moot" || f.Link != fmt.Sprintf("%s/gr/athens/t/%d", base, opened.Number) {
			t.Fatalf("%+v", f)
		}
		answer, first := f.Items[1], f.Items[2]
		if first.Published != "2026-11-23T14:00:00+02:00" || answer.Published != "2026-11-23T14:01:00+02:00" {
			t.Errorf("published %s and %s", first.Published, answer.Published)
		}
		if first.Title != "subject" || answer.Title != fmt.Sprintf(">>%d the answer", opened.Number) || answer.Link != base+reply.Path() {
			t.Errorf("the opening post %q, the answer %q at %s", first.Title, answer.Title, answer.Link)
		}
		if want := `href="` + base + opened.Path() + `"`; !strings.Contains(answer.Content, want) {
			t.Errorf("no %s in %s", want, answer.Content)
		}
		if !strings.Contains(f.Items[0].Content, "ref gone") || strings.Contains(s.atom(path).Body, "regret") {
			t.Errorf("what was taken back is still there: %s", f.Items[0].Content)
		}
		if to := answer.Extensions["thr"]["in-reply-to"]; len(to) != 1 || to[0].Attrs["ref"] != first.GUID || to[0].Attrs["href"] != base+opened.Path() {
			t.Errorf("the answer is one to %+v, not to %s", to, first.GUID)
		}
		// Without its opening post the thread goes on, nameless.
		s.takeBack(opener, opened.Number)
		if f := s.read(path); len(f.Items) != 2 || f.Title != "(taken back) · Moot" || len(s.read("/gr/athens/threads.atom").Items) != 0 {
			t.Errorf("without its opening post: %+v", f)
		}
		for path, status := range map[string]int{
			"/gr/athens/t/999/posts.atom": 404, "/gr/athens/t/x/posts.atom": 404, "/gr/athens/t/-1/posts.atom": 404, "/gr/athens/posts.atom": 404,
		} {
			pagetest.Get(t, s, path).Want(status)
		}
		if to := pagetest.Get(t, s, strings.Replace(path, "athens", "patra", 1)).Want(301).Header.Get("Location"); to != path {
			t.Errorf("on another board: %s", to)
		}
	})
}

func TestFeedsHavePages(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		for i := range 60 {
			s.start("gr/athens", fmt.Sprint("thread ", i), board.NewPost{Body: "x"})
		}
		opened, _ := s.start("gr/athens", "the long one", board.NewPost{Body: "0"})
		for i := range 120 {
			s.reply(opened.Number, board.NewPost{Body: fmt.Sprint(i + 1)})
		}
		for path, want := range map[string]string{
			"/gr/athens/threads.atom":                                "24 24 13",
			"/gr/everywhere.atom":                                    "24 24 13",
			fmt.Sprintf("/gr/athens/t/%d/posts.atom", opened.Number): "50 71",
		} {
			seen, counts, self := map[string]bool{}, []string{}, base+path
			for next := path; next != ""; {
				p := s.atom(next)
				links := linksOf(p.Body)
				if links["self"] != base+next || (links["first"] == self) != (next != path) {
					t.Errorf("%s calls itself %v", next, links)
				}
				f := s.read(next)
				for _, item := range f.Items {
					seen[item.GUID] = true
				}
				counts = append(counts, fmt.Sprint(len(f.Items)))
				next = strings.TrimPrefix(links["next"], base)
			}
			total := 0
			for _, c := range counts {
				n := 0
				fmt.Sscan(c, &n)
				total += n
			}
			if got := strings.Join(counts, " "); got != want || len(seen) != total {
				t.Errorf("%s has pages of %s, want %s; %d different of %d", path, got, want, len(seen), total)
			}
		}
	})
}
