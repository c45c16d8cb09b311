package imageboard_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"moot/internal/blob"
	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/darkroom"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/directory"
	"moot/internal/door"
	"moot/internal/event"
	"moot/internal/guard"
	"moot/internal/imageboard"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/media"
	"moot/internal/order"
	"moot/internal/place"
	"moot/internal/web"
	"moot/internal/web/page"
)

// Pictures are made by this very program as the worker.
func TestMain(m *testing.M) {
	darkroom.Main()
	os.Exit(m.Run())
}

var noon = time.Date(2026, 11, 23, 12, 0, 30, 0, time.UTC)

var gazetteer = sync.OnceValue(func() *place.Gazetteer {
	g, err := place.Load()
	if err != nil {
		panic(err)
	}
	return g
})

// site is a whole site under test: the real door, on a real database.
type site struct {
	*web.Server
	*board.Boards
	t         testing.TB
	clock     *clock.Clock
	pictures  *media.Pictures
	directory *directory.Directory
}

func open(t testing.TB, d *db.DB) *site {
	t.Helper()
	s := &site{t: t, clock: clock.Hold(noon)}
	outbox := event.New()
	files, err := blob.Open(t.Context(), "file:"+filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	dark := darkroom.Open(darkroom.Settings{})
	t.Cleanup(dark.Close)
	s.pictures = media.Open(d, s.clock, outbox, files, dark, media.Limits{})
	s.Boards = board.New(d, s.clock, outbox, gazetteer(), board.Limits{
		PostLength: 8000, ThreadPosts: 500, BumpLimit: 4, Threads: 300, Names: true, Tripcodes: true,
		Pictures: order.Pictures{Site: order.ImagesOn, Places: map[string]order.Images{"gr/thessaloniki": order.ImagesQueue}},
	})
	if s.directory, err = directory.Open(t.Context(), s.Boards, gazetteer()); err != nil {
		t.Fatal(err)
	}
	s.Server, err = web.New(web.Settings{Settings: page.Settings{
		Name: "Moot", Languages: lang.All(), Gazetteer: gazetteer(), Guard: guard.New(s.clock, guard.Defaults()), Clock: s.clock,
		Log: slog.New(slog.DiscardHandler),
	}, Doors: []door.Routes{imageboard.New(imageboard.Site{
		Boards: s.Boards, Directory: s.directory, Places: gazetteer(), Pictures: s.pictures, Clock: s.clock, Language: lang.All()[0], Wait: 5 * time.Second,
	})}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func each(t *testing.T, test func(t *testing.T, s *site)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, open(t, d)) })
}

func at(t testing.TB, path string) place.Place {
	t.Helper()
	p, ok := gazetteer().ByPath(path)
	if !ok {
		t.Fatalf("no place %s", path)
	}
	return p
}

func somebody(t testing.TB) key.Actor {
	t.Helper()
	a, err := key.Fresh(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (s *site) start(path, subject string, n board.NewPost) int64 {
	s.t.Helper()
	made, err := s.Start(s.t.Context(), somebody(s.t), board.NewThread{Place: at(s.t, path), Subject: subject, NewPost: n})
	if err != nil {
		s.t.Fatal(err)
	}
	return made.Number
}

func (s *site) reply(thread int64, n board.NewPost) int64 {
	s.t.Helper()
	made, err := s.Reply(s.t.Context(), somebody(s.t), thread, n)
	if err != nil {
		s.t.Fatal(err)
	}
	return made.Number
}

// picture is a picture of one colour that no other has.
func (s *site) picture(shade uint8, alt string, spoiler bool) media.New {
	s.t.Helper()
	drawn := image.NewRGBA(image.Rect(0, 0, 400, 300))
	for i := range drawn.Pix {
		drawn.Pix[i] = shade
	}
	drawn.Set(5, 5, color.White)
	var file bytes.Buffer
	if err := png.Encode(&file, drawn); err != nil {
		s.t.Fatal(err)
	}
	taken, err := s.pictures.Take(s.t.Context(), file.Bytes())
	if err != nil {
		s.t.Fatal(err)
	}
	return media.New{Number: taken.Number, Alt: alt, Spoiler: spoiler}
}

// ask sends a request as a page of another site would.
func (s *site) ask(method, path string, headers ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Origin", "https://reader.example")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// object is JSON as it came: its numbers are written as they were.
type object = map[string]any

func (s *site) get(path string, into any) {
	s.t.Helper()
	w := s.ask("GET", path)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" || w.Header().Get("Access-Control-Allow-Origin") != "*" {
		s.t.Fatalf("GET %s: %d %v\n%s", path, w.Code, w.Header(), w.Body)
	}
	if strings.Contains(w.Body.String(), "null") {
		s.t.Errorf("GET %s has a null:\n%s", path, w.Body)
	}
	d := json.NewDecoder(w.Body)
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		s.t.Fatalf("GET %s: %v", path, err)
	}
}

// posts are the posts of a thread.
func (s *site) posts(path string) []object {
	s.t.Helper()
	var answer struct{ Posts []object }
	s.get(path, &answer)
	return answer.Posts
}

// is checks fields as they are written in JSON; "" says that one is absent.
func is(t *testing.T, what string, got object, want map[string]string) {
	t.Helper()
	for name, text := range want {
		written := ""
		if v, ok := got[name]; ok {
			raw, err := marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			written = raw
		}
		if written != text {
			t.Errorf("%s: %s is %s, want %s", what, name, written, text)
		}
	}
}

func marshal(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

func TestAThreadInBothDialects(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		other := s.start("gr/thessaloniki", "", board.NewPost{Body: "elsewhere"})
		no := s.start("gr/athens", `Rent & "noise"`, board.NewPost{
			Name: "Ana <3#word", Body: "one",
			Pictures: []media.New{s.picture(10, "A house, burnt!", true), s.picture(20, "", false)},
		})
		gone, _ := s.Reply(t.Context(), key.Anyone, no, board.NewPost{Body: "gone"})
		if _, _, err := s.TakeBack(t.Context(), key.Steward, gone.Number, "no"); err == nil {
			t.Fatal("a wrong code takes back")
		}
		reply := s.reply(no, board.NewPost{Body: fmt.Sprintf(">>%d\n>quoted <b>\n>>%d >>999999 >>>/gr/ >>>/xx/nowhere/\n\n**hid** '''b''' ''i'' `x<y` https://a.example/?q=1&r=2\n[code]\na\n b\n[/code]", no, other)})
		at := fmt.Sprint(noon.Truncate(time.Minute).Unix())

		four := s.posts(fmt.Sprintf("/4chan/gr.athens/thread/%d.json", no))
		vi := s.posts(fmt.Sprintf("/vichan/gr.athens/res/%d.json", no))
		if len(four) != 3 || len(vi) != 3 {
			t.Fatalf("%d and %d posts", len(four), len(vi))
		}
		both := map[string]string{
			"no": fmt.Sprint(no), "resto": "0", "time": at, "now": `"11/23/26(Mon)14:00:00"`, "name": `"Ana &lt;3"`,
			"sub": `"Rent &amp; &#34;noise&#34;"`, "com": `"one"`, "replies": "2", "images": "0", "semantic_url": `"rent-noise"`,
			"filename": `"a-house-burnt"`, "ext": `".png"`, "w": "400", "h": "300", "tn_w": "250", "tn_h": "188", "spoiler": "1",
			"filedeleted": "", "sticky": "", "closed": "", "locked": "", "archived": "", "bumplimit": "", "unique_ips": "", "country": "",
			"omitted_posts": "", "last_modified": "",
		}
		is(t, "4chan's opening post", four[0], both)
		is(t, "vichan's opening post", vi[0], both)
		is(t, "4chan's", four[0], map[string]string{"extra_files": ""})
		if _, ok := four[0]["tim"].(json.Number); !ok {
			t.Errorf("4chan's tim is %v", four[0]["tim"])
		}
		if _, ok := vi[0]["tim"].(string); !ok {
			t.Errorf("vichan's tim is %v", vi[0]["tim"])
		}
		more, _ := vi[0]["extra_files"].([]any)
		if len(more) != 1 {
			t.Fatalf("vichan's further pictures: %v", vi[0]["extra_files"])
		}
		is(t, "the second picture", more[0].(object), map[string]string{"filename": `"picture"`, "spoiler": "", "w": "400"})
		for _, name := range []string{"trip", "id", "md5", "fsize"} {
			if four[0][name] == nil || fmt.Sprint(four[0][name]) != fmt.Sprint(vi[0][name]) {
				t.Errorf("%s is %v and %v", name, four[0][name], vi[0][name])
			}
		}

		n, o := fmt.Sprint(no), fmt.Sprint(other)
		is(t, "4chan's reply", four[2], map[string]string{
			"no": fmt.Sprint(reply), "resto": n, "name": `"Anonymous"`, "trip": "", "sub": "", "tim": "", "replies": "",
			"com": quoted(`<a href="#p` + n + `" class="quotelink">&gt;&gt;` + n + `</a><br><span class="quote">&gt;quoted &lt;b&gt;</span><br>` +
				`<a href="/4chan/gr.thessaloniki/thread/` + o + `#p` + o + `" class="quotelink">&gt;&gt;` + o + `</a> <span class="deadlink">&gt;&gt;999999</span> ` +
				`<a href="/gr" class="quotelink">&gt;&gt;&gt;/gr/</a> <span class="deadlink">&gt;&gt;&gt;/xx/nowhere/</span><br><br>` +
				"<s>hid</s> <strong>b</strong> <em>i</em> `x&lt;y` https://a.example/?q=1&amp;r=2<br>" +
				`<pre class="prettyprint">a<br> b</pre>`),
		})
		is(t, "vichan's reply", vi[2], map[string]string{
			"com": quoted(`<a href="/vichan/gr.athens/res/` + n + `.html#` + n + `" class="quotelink">&gt;&gt;` + n + `</a><br><span class="quote">&gt;quoted &lt;b&gt;</span><br>` +
				`<a href="/vichan/gr.thessaloniki/res/` + o + `.html#` + o + `" class="quotelink">&gt;&gt;` + o + `</a> <span class="deadlink">&gt;&gt;999999</span> ` +
				`<a href="/gr" class="quotelink">&gt;&gt;&gt;/gr/</a> <span class="deadlink">&gt;&gt;&gt;/xx/nowhere/</span><br><br>` +
				`<span class="spoiler">hid</span> <strong>b</strong> <em>i</em> <code>x&lt;y</code> <a href="https://a.example/?q=1&amp;r=2" rel="nofollow ugc noreferrer">https://a.example/?q=1&amp;r=2</a><br>` +
				"<pre><code>a\n b</code></pre>"),
		})
	})
}

func quoted(s string) string {
	text, err := marshal(s)
	if err != nil {
		panic(err)
	}
	return text
}

func TestBoardsAreListed(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		followed := make(chan event.Event, 100)
		go s.directory.Follow(t.Context(), func(e event.Event) { followed <- e }, func(err error) { t.Error(err) })
		s.start("world", "", board.NewPost{Body: "all"})
		s.start("gr/athens", "", board.NewPost{Body: "here"})
		for started := 0; started < 2; {
			if e := <-followed; e.Kind == event.ThreadStarted {
				started++
			}
		}
		var answer struct{ Boards []object }
		s.get("/4chan/boards.json", &answer)
		if len(answer.Boards) != 2 {
			t.Fatalf("boards: %v", answer.Boards)
		}
		is(t, "Athens", answer.Boards[0], map[string]string{
			"board": `"gr.athens"`, "title": `"Athens"`, "meta_description": `"Attica, Greece"`, "ws_board": "1", "per_page": "10", "pages": "30",
			"max_comment_chars": "8000", "bump_limit": "4", "cooldowns": `{"images":5,"replies":5,"threads":5}`, "is_archived": "1", "user_ids": "1",
			"text_only": "", "forced_anon": "",
		})
		is(t, "the world", answer.Boards[1], map[string]string{"board": `"world"`, "meta_description": `""`})
		s.get("/vichan/boards.json", &answer)
		is(t, "vichan's", answer.Boards[0], map[string]string{"board": `"gr.athens"`})
	})
}

func TestListsHavePages(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		for i := range 12 {
			s.start("gr/athens", fmt.Sprint("Thread ", i), board.NewPost{Body: "text"})
		}
		no := s.start("gr/athens", "Busy", board.NewPost{Body: "text", Pictures: []media.New{s.picture(30, "", false)}})
		for i := range 7 {
			n := board.NewPost{Body: fmt.Sprint("reply ", i)}
			if i == 0 || i == 6 {
				n.Pictures = []media.New{s.picture(uint8(40+i), "", false)}
			}
			s.reply(no, n)
		}
		if err := s.Settle(t.Context(), key.Steward, no, order.Lock); err != nil {
			t.Fatal(err)
		}
		modified := fmt.Sprint(noon.Truncate(time.Minute).Unix() + 8)
		for prefix, first := range map[string]int{"/4chan/gr.athens/": 1, "/vichan/gr.athens/": 0} {
			var threads, catalog []struct {
				Page    int
				Threads []object
			}
			s.get(prefix+"threads.json", &threads)
			s.get(prefix+"catalog.json", &catalog)
			if len(threads) != 2 || threads[0].Page != first || threads[1].Page != first+1 || len(threads[0].Threads) != 10 || len(threads[1].Threads) != 3 {
				t.Fatalf("%s: %+v", prefix, threads)
			}
			is(t, "a thread that is polled", threads[0].Threads[0], map[string]string{"no": fmt.Sprint(no), "last_modified": modified, "replies": "7"})
			if len(catalog) != 2 || len(catalog[1].Threads) != 3 {
				t.Fatalf("%s: %+v", prefix, catalog)
			}
			want := map[string]string{
				"no": fmt.Sprint(no), "resto": "0", "replies": "7", "images": "2", "omitted_posts": "2", "omitted_images": "1", "last_modified": modified, "bumplimit": "1",
				"closed": "1", "locked": "",
			}
			if first == 0 {
				want["closed"], want["locked"] = "", "1"
			}
			is(t, "a thread of the catalog", catalog[0].Threads[0], want)
			if last, _ := catalog[0].Threads[0]["last_replies"].([]any); len(last) != 5 {
				t.Errorf("%s: %d last replies", prefix, len(last))
			}
			is(t, "a thread without replies", catalog[1].Threads[0], map[string]string{"last_replies": "", "replies": "0", "images": "0", "omitted_posts": "0", "closed": "", "locked": ""})

			var index struct{ Threads []struct{ Posts []object } }
			s.get(fmt.Sprint(prefix, first, ".json"), &index)
			if len(index.Threads) != 10 || len(index.Threads[0].Posts) != 6 {
				t.Fatalf("%s: %d threads, the first with %d posts", prefix, len(index.Threads), len(index.Threads[0].Posts))
			}
			want["last_replies"] = ""
			is(t, "a thread of the index", index.Threads[0].Posts[0], want)
			s.get(fmt.Sprint(prefix, first+1, ".json"), &index)
			if len(index.Threads) != 3 {
				t.Errorf("%s: the second page has %d threads", prefix, len(index.Threads))
			}
			for _, n := range []string{fmt.Sprint(first + 2), fmt.Sprint(first - 1), "31", "300", "922337203685477580", "01", "x", ""} {
				if w := s.ask("GET", prefix+n+".json"); w.Code != http.StatusNotFound {
					t.Errorf("page %q: status %d", n, w.Code)
				}
			}
		}
	})
}

func TestAQuietBoardIsEmpty(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		for path, want := range map[string]string{
			"/4chan/gr.athens/threads.json": `[{"page":1,"threads":[]}]`, "/vichan/gr.athens/catalog.json": `[{"page":0,"threads":[]}]`,
			"/4chan/gr.athens/1.json": `{"threads":[]}`, "/4chan/gr.athens/archive.json": `[]`, "/4chan/boards.json": `{"boards":[]}`,
		} {
			if w := s.ask("GET", path); w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != want {
				t.Errorf("%s: %d %s", path, w.Code, w.Body)
			}
		}
	})
}

func TestArchivedAndPinned(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		old, pinned := s.start("gr/athens", "Old", board.NewPost{Body: "text"}), s.start("gr/athens", "", board.NewPost{Body: "Pinned, **secret** words"})
		for no, act := range map[int64]order.Act{old: order.Archive, pinned: order.Pin} {
			if err := s.Settle(t.Context(), key.Steward, no, act); err != nil {
				t.Fatal(err)
			}
		}
		var numbers []int64
		s.get("/4chan/gr.athens/archive.json", &numbers)
		if !slices.Equal(numbers, []int64{old}) {
			t.Errorf("archived: %v", numbers)
		}
		is(t, "archived", s.posts(fmt.Sprintf("/4chan/gr.athens/thread/%d.json", old))[0], map[string]string{
			"archived": "1", "archived_on": fmt.Sprint(noon.Truncate(time.Minute).Unix()), "closed": "1",
		})
		is(t, "pinned", s.posts(fmt.Sprintf("/vichan/gr.athens/res/%d.json", pinned))[0], map[string]string{
			"sticky": "1", "locked": "", "sub": "", "semantic_url": `"pinned-words"`,
		})
	})
}

// What was taken back is not there; an opening post that was leaves its number.
func TestWhatIsGoneIsNotTold(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		writer := somebody(t)
		opened, err := s.Start(t.Context(), writer, board.NewThread{Place: at(t, "gr/athens"), Subject: "Secret", NewPost: board.NewPost{Name: "Ana", Body: "secret", Pictures: []media.New{s.picture(50, "secret", false)}}})
		if err != nil {
			t.Fatal(err)
		}
		kept := s.reply(opened.Number, board.NewPost{Body: "kept"})
		gone, err := s.Reply(t.Context(), writer, opened.Number, board.NewPost{Body: "secret"})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int64{opened.Number, gone.Number} {
			if _, _, err := s.TakeBack(t.Context(), writer, n, ""); err != nil {
				t.Fatal(err)
			}
		}
		for _, path := range []string{fmt.Sprintf("/4chan/gr.athens/thread/%d.json", opened.Number), "/4chan/gr.athens/catalog.json", "/4chan/gr.athens/1.json"} {
			w := s.ask("GET", path)
			if w.Code != 200 || strings.Contains(strings.ToLower(w.Body.String()), "secret") || strings.Contains(w.Body.String(), fmt.Sprint(gone.Number, ",")) || !strings.Contains(w.Body.String(), fmt.Sprint(kept)) {
				t.Errorf("%s: %d %s", path, w.Code, w.Body)
			}
		}
		is(t, "the opening post", s.posts(fmt.Sprintf("/4chan/gr.athens/thread/%d.json", opened.Number))[0], map[string]string{
			"no": fmt.Sprint(opened.Number), "com": "", "name": `"Anonymous"`, "tim": "", "id": "", "replies": "1",
		})
	})
}
