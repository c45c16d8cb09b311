package arch

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"moot/internal/api"
	"moot/internal/atlas"
	"moot/internal/blob"
	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/convene"
	"moot/internal/darkroom"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/directory"
	"moot/internal/door"
	"moot/internal/event"
	"moot/internal/feed"
	"moot/internal/guard"
	"moot/internal/imageboard"
	"moot/internal/job"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/media"
	"moot/internal/meetup"
	"moot/internal/notify"
	"moot/internal/origin"
	"moot/internal/outbound"
	"moot/internal/place"
	"moot/internal/search"
	"moot/internal/web"
	"moot/internal/web/boardpages"
	"moot/internal/web/importpages"
	"moot/internal/web/ladderpages"
	"moot/internal/web/meetuppages"
	"moot/internal/web/page"
	"moot/internal/web/placepages"
	"moot/internal/web/pushpages"
	"moot/internal/web/queuepages"
	"moot/internal/web/readerpages"
)

// site is a whole site with one thread of one post on the board of Athens.
type site struct {
	db     *db.DB
	boards *board.Boards
	door   *web.Server
	thread int64
}

func openSite(t *testing.T) *site {
	t.Helper()
	places, err := place.Load()
	if err != nil {
		t.Fatal(err)
	}
	maps, err := atlas.Load()
	if err != nil {
		t.Fatal(err)
	}
	s := &site{db: dbtest.Open(t, db.SQLite)}
	now := clock.New()
	s.boards = board.New(s.db, now, event.New(), places, board.Limits{PostLength: 8000, Names: true})
	athens, ok := places.ByPath("gr/athens")
	if !ok {
		t.Fatal("Athens is gone")
	}
	opened, err := s.boards.Start(t.Context(), key.Anyone, board.NewThread{Place: athens, NewPost: board.NewPost{Body: "hello"}})
	if err != nil {
		t.Fatal(err)
	}
	s.thread = opened.Number
	directory, err := directory.Open(t.Context(), s.boards, places)
	if err != nil {
		t.Fatal(err)
	}
	files, err := blob.Open(t.Context(), "file:"+t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	pictures := media.Open(s.db, now, event.New(), files, darkroom.Open(darkroom.Settings{}), media.Limits{})
	notices, err := notify.Open(t.Context(), s.db, now, event.New(), s.boards, notify.Settings{Client: outbound.New(outbound.Settings{})})
	if err != nil {
		t.Fatal(err)
	}
	gatherings := meetup.New(meetup.Settings{DB: s.db, Clock: now, Outbox: event.New(), Places: places, Boards: s.boards, Jobs: job.New(s.db, now)})
	hands := convene.New(convene.Settings{
		DB: s.db, Clock: now, Outbox: event.New(), Places: places, Boards: s.boards, Jobs: job.New(s.db, now), Rules: convene.Defaults(), ToCome: gatherings.ToCome,
		Words: func(place.Place) *lang.Language { return lang.All()[0] },
	})
	ladder, steps := ladderpages.New(hands, gatherings)
	meetups, ofMeetups := meetuppages.New(gatherings, s.boards, pictures, placepages.Locate(maps, placepages.Tiles{}))
	steps = steps.With(ofMeetups)
	origins := origin.New(origin.Settings{
		DB: s.db, Clock: now, Places: places, Boards: s.boards, Jobs: job.New(s.db, now), Client: outbound.New(outbound.Settings{}),
		Words: func(place.Place) *lang.Language { return lang.All()[0] },
	})
	s.door, err = web.New(web.Settings{Settings: page.Settings{
		Name: "Moot", Languages: lang.All(), Gazetteer: places, Guard: guard.New(now, guard.Limits{}), Clock: now,
		Log: slog.New(slog.DiscardHandler),
	}, Doors: []door.Routes{
		feed.New(feed.Settings{
			Name: "Moot", Base: "https://moot.example", Languages: lang.All(), Gazetteer: places, Clock: now,
			Boards: s.boards, Pictures: pictures, Directory: directory, Meetups: gatherings, Index: search.New(s.db, now, event.New(), places, s.boards),
		}),
		api.New(api.Site{
			Name: "Moot", Languages: lang.All(), Boards: s.boards, Directory: directory, Places: places, Pictures: pictures,
			Guard: guard.New(now, guard.Limits{}), Search: search.New(s.db, now, event.New(), places, s.boards),
			Ladder: hands, Meetups: gatherings,
		}),
		imageboard.New(imageboard.Site{Boards: s.boards, Directory: directory, Places: places, Pictures: pictures, Clock: now, Language: lang.All()[0]}),
	}}, placepages.New(s.boards, directory, maps, steps), boardpages.New(s.boards, directory, nil, steps), queuepages.New(pictures, key.NewPasses(s.db, now), s.boards, origins), importpages.New(origins, gatherings, s.boards), readerpages.New(s.boards), pushpages.New(notices), ladder, meetups)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// everything is all that the database holds, as text.
func (s *site) everything(t *testing.T) string {
	t.Helper()
	text := func(scan db.Scan) (line string, err error) { return line, scan(&line) }
	var all []string
	err := s.db.Read(t.Context(), func(tx *db.Tx) error {
		queries, err := db.All(tx, text, `SELECT 'SELECT ''' || m.name || ': '' || ' || group_concat('quote("' || c.name || '")', ' || '','' || ') || ' FROM "' || m.name || '" ORDER BY 1'
			FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' GROUP BY m.name ORDER BY m.name`)
		if err != nil {
			return err
		}
		for _, q := range queries {
			rows, err := db.All(tx, text, q)
			if err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
			all = append(all, rows...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, "\n")
}

// ask sends a request to the listener that has the route.
func (s *site) ask(method, path, body string, headers ...string) int {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	if path == "/readyz" || path == "/metrics" {
		s.door.Ops().ServeHTTP(w, r)
	} else {
		s.door.ServeHTTP(w, r)
	}
	return w.Code
}

// askOpen asks a route that pages of other sites may ask: with a made-up ticket
// and a wrong code it does nothing for them either. Tickets are for everybody.
func (s *site) askOpen(t *testing.T, method, path, words string) {
	t.Helper()
	const fields = `{"text": "changed", "ticket": "made-up"}`
	for kind, body := range map[string]string{
		"application/json": fields, "application/json; charset=utf-8": `{"delete_code": "wrong"}`, "application/x-www-form-urlencoded": words, "text/plain": fields,
	} {
		status := s.ask(method, path, body, "Content-Type", kind, "Sec-Fetch-Site", "cross-site", "Origin", "https://other.example")
		if (status < 400 || status >= 500) && path != "/api/v1/tickets" || status >= 500 {
			t.Errorf("%s %s, with a made-up ticket and a wrong code, as %s: status %d", method, path, kind, status)
		}
	}
}

// Every route there is, asked as nobody should: a GET changes nothing, with
// whatever it carries; what would change something is refused to other sites,
// to what is no form, and to a form that nobody was given.
func TestNoRouteChangesWhatItMayNot(t *testing.T) {
	s := openSite(t)
	before := s.everything(t)
	if !strings.Contains(before, "hello") {
		t.Fatalf("this doesn't see what the database holds:\n%s", before)
	}
	found, _ := routes(goFiles(t))
	number := fmt.Sprint(s.thread)
	const form, own, foreign = "application/x-www-form-urlencoded", "same-origin", "cross-site"
	for _, route := range found {
		method, path, _ := strings.Cut(route, " ")
		if strings.HasPrefix(path, "/api/") {
			path = strings.NewReplacer("{place}", "gr.athens", "{number}", number).Replace(path)
		}
		path = strings.NewReplacer("{place}", "gr/athens", "{no}", number, "{file}", number, "{board}", "gr.athens", "{rest...}", "x", "{$}", "").Replace(path)
		words := "body=changed&subject=changed&ticket=made-up&post=" + number + "&code=wrong"
		wants := func(what string, status, want int) {
			t.Helper()
			if status != want {
				t.Errorf("%s, %s: status %d, want %d", route, what, status, want)
			}
		}
		if method == http.MethodGet || method == http.MethodOptions {
			if status := s.ask(method, path+"?"+words, "", "Sec-Fetch-Site", foreign); status >= 500 {
				t.Errorf("%s: status %d", route, status)
			}
			continue
		}
		if strings.HasPrefix(path, "/api/") { // it looks at no cookie, so other sites may ask: what nobody else may, they may not
			s.askOpen(t, method, path, words)
			continue
		}
		wants("from another site", s.ask(method, path, words, "Content-Type", form, "Sec-Fetch-Site", foreign), http.StatusForbidden)
		wants("from an older browser on another site", s.ask(method, path, words, "Content-Type", form, "Origin", "https://other.example"), http.StatusForbidden)
		wants("from a page without an origin", s.ask(method, path, words, "Content-Type", form, "Origin", "null"), http.StatusForbidden)
		wants("as JSON", s.ask(method, path, "{}", "Content-Type", "application/json", "Sec-Fetch-Site", own), http.StatusUnsupportedMediaType)
		if status := s.ask(method, path, words, "Content-Type", form, "Sec-Fetch-Site", own); status < 400 || status >= 500 {
			t.Errorf("%s, with a made-up ticket and a wrong code: status %d", route, status)
		}
	}
	if after := s.everything(t); after != before {
		t.Errorf("something changed what the database holds.\nbefore:\n%s\nafter:\n%s", before, after)
	}
	if _, err := s.boards.Reply(t.Context(), key.Anyone, s.thread, board.NewPost{Body: "hello"}); err != nil {
		t.Fatal(err)
	}
	if s.everything(t) == before {
		t.Error("a reply isn't seen in the database: this test looks at nothing")
	}
}
