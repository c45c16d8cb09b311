package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"moot/internal/api"
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
	"moot/internal/guard"
	"moot/internal/job"
	"moot/internal/lang"
	"moot/internal/media"
	"moot/internal/meetup"
	"moot/internal/order"
	"moot/internal/place"
	"moot/internal/search"
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
	t         *testing.T
	clock     *clock.Clock
	boards    *board.Boards
	pictures  *media.Pictures
	index     *search.Index
	directory *directory.Directory
	ladder    *convene.Ladder
	token     string // brought with every request, where it is set
}

func open(t *testing.T, d *db.DB) *site {
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
	s.boards = board.New(d, s.clock, outbox, gazetteer(), board.Limits{
		PostLength: 8000, ThreadPosts: 500, Names: true, Tripcodes: true,
		Pictures: order.Pictures{Site: order.ImagesOn, Places: map[string]order.Images{"gr/thessaloniki": order.ImagesOff}},
	})
	s.index = search.New(d, s.clock, outbox, gazetteer(), s.boards)
	if s.directory, err = directory.Open(t.Context(), s.boards, gazetteer()); err != nil {
		t.Fatal(err)
	}
	visitors := guard.New(s.clock, guard.Defaults())
	jobs := job.New(d, s.clock)
	meetups := meetup.New(meetup.Settings{
		DB: d, Clock: s.clock, Outbox: outbox, Places: gazetteer(), Boards: s.boards, Jobs: jobs, Over: func(*db.Tx, string) error { return nil },
	})
	s.ladder = convene.New(convene.Settings{
		DB: d, Clock: s.clock, Outbox: outbox, Places: gazetteer(), Boards: s.boards, Jobs: jobs, Rules: convene.Defaults(),
		Words: func(place.Place) *lang.Language { return lang.All()[0] }, ToCome: meetups.ToCome,
		Meet: func(tx *db.Tx, a convene.Agreed) error {
			return meetups.Make(tx, a.Thread, meetup.Details{Title: "We meet", Start: a.At.Format(meetup.ClockForm), Minutes: 120, Venue: meetup.Venue{Name: a.Venue.Name}})
		},
	})
	s.Server, err = web.New(web.Settings{Settings: page.Settings{
		Name: "Moot", Languages: lang.All(), Gazetteer: gazetteer(), Guard: visitors, Clock: s.clock, Log: slog.New(slog.DiscardHandler),
	}, Doors: []door.Routes{api.New(api.Site{
		Name: "Moot", Base: "https://moot.example", Languages: lang.All(), Boards: s.boards, Directory: s.directory,
		Places: gazetteer(), Pictures: s.pictures, Guard: visitors, Search: s.index, Ladder: s.ladder, Meetups: meetups,
	})}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func each(t *testing.T, test func(t *testing.T, s *site)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, open(t, d)) })
}

type object = map[string]any

// given is an answer.
type given struct {
	*httptest.ResponseRecorder
	path string
}

// object reads the answer.
func (g given) object(t *testing.T) object {
	t.Helper()
	var read object
	d := json.NewDecoder(bytes.NewReader(g.Body.Bytes()))
	d.UseNumber()
	if err := d.Decode(&read); err != nil {
		t.Fatalf("%s: %v\n%s", g.path, err, g.Body)
	}
	return read
}

// want checks the status and reads the answer.
func (g given) want(t *testing.T, status int) object {
	t.Helper()
	if g.Code != status {
		t.Fatalf("%s: status %d, want %d\n%s", g.path, g.Code, status, g.Body)
	}
	return g.object(t)
}

// ask sends a request as a page of another site would.
func (s *site) ask(method, path string, body io.Reader, headers ...string) given {
	s.t.Helper()
	r := httptest.NewRequest(method, path, body)
	r.Header.Set("Origin", "https://reader.example")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Header().Get("Access-Control-Allow-Origin") != "*" {
		s.t.Errorf("%s %s: no page of another site can read the answer", method, path)
	}
	return given{w, method + " " + path}
}

func (s *site) get(path string, headers ...string) given { return s.ask("GET", path, nil, headers...) }

func (s *site) send(path string, body any, headers ...string) given {
	s.t.Helper()
	raw, ok := body.(string)
	if !ok {
		written, err := json.Marshal(body)
		if err != nil {
			s.t.Fatal(err)
		}
		raw = string(written)
	}
	return s.ask("POST", path, strings.NewReader(raw), append([]string{"Content-Type", "application/json"}, headers...)...)
}

// ticket is one whose wait is over.
func (s *site) ticket() string {
	s.t.Helper()
	t := s.send("/api/v1/tickets", "").want(s.t, http.StatusCreated)
	s.clock.Advance(5 * time.Second)
	return t["ticket"].(string)
}

// post starts a thread or replies, and gives the answer.
func (s *site) post(path string, body object) object {
	s.t.Helper()
	body["ticket"] = s.ticket()
	return s.send(path, body).want(s.t, http.StatusCreated)
}

func number(v any) int64 {
	n, err := v.(json.Number).Int64()
	if err != nil {
		panic(err)
	}
	return n
}

// drawn is a picture of one colour.
func drawn(t *testing.T, shade uint8) []byte {
	t.Helper()
	i := image.NewRGBA(image.Rect(0, 0, 400, 300))
	draw.Draw(i, i.Bounds(), image.NewUniform(color.Gray{shade}), image.Point{}, draw.Src)
	i.Set(5, 5, color.White)
	var file bytes.Buffer
	if err := png.Encode(&file, i); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// form sends a form with files.
func (s *site) form(path string, words [][2]string, files ...[]byte) given {
	s.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, pair := range words {
		w.WriteField(pair[0], pair[1])
	}
	for i, f := range files {
		part, err := w.CreateFormFile("picture", fmt.Sprint(i, ".png"))
		if err != nil {
			s.t.Fatal(err)
		}
		part.Write(f)
	}
	w.Close()
	return s.ask("POST", path, &body, "Content-Type", w.FormDataContentType())
}
