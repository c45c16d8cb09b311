package imageboard

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/directory"
	"moot/internal/door"
	"moot/internal/fault"
	"moot/internal/guard"
	"moot/internal/lang"
	"moot/internal/media"
	"moot/internal/place"
)

// Site is what the door stands on.
type Site struct {
	Boards    *board.Boards
	Directory *directory.Directory
	Places    *place.Gazetteer
	Pictures  *media.Pictures
	Clock     *clock.Clock
	Language  *lang.Language // in which places are named
	Wait      time.Duration  // between opening a form and sending it
}

// speaker answers in one dialect.
type speaker struct {
	*Site
	dialect
	dates *dates
}

// New is the door.
func New(s Site) door.Routes {
	known := newDates(s.Clock)
	four, vi := &speaker{&s, fourchan, known}, &speaker{&s, vichan, known}
	return door.Routes{
		Open: true,
		Fail: fail,
		Site: []door.Route{
			{Pattern: "GET /4chan/boards.json", Handle: four.boards},
			{Pattern: "GET /4chan/{board}", Handle: four.board},
			{Pattern: "GET /4chan/{board}/threads.json", Handle: four.threads, Lags: true},
			{Pattern: "GET /4chan/{board}/catalog.json", Handle: four.catalog, Class: guard.Search, Lags: true},
			{Pattern: "GET /4chan/{board}/archive.json", Handle: four.archive, Lags: true},
			{Pattern: "GET /4chan/{board}/thread/{file}", Handle: four.thread, Lags: true},
			{Pattern: "GET /4chan/{board}/{file}", Handle: four.pageOrFile, Lags: true},
			{Pattern: "OPTIONS /4chan/{rest...}", Handle: preflight},

			{Pattern: "GET /vichan/boards.json", Handle: vi.boards},
			{Pattern: "GET /vichan/{board}", Handle: vi.board},
			{Pattern: "GET /vichan/{board}/threads.json", Handle: vi.threads, Lags: true},
			{Pattern: "GET /vichan/{board}/catalog.json", Handle: vi.catalog, Class: guard.Search, Lags: true},
			{Pattern: "GET /vichan/{board}/res/{file}", Handle: vi.thread, Lags: true},
			{Pattern: "GET /vichan/{board}/src/{file}", Handle: vi.file},
			{Pattern: "GET /vichan/{board}/thumb/{file}", Handle: vi.thumb},
			{Pattern: "GET /vichan/{board}/{file}", Handle: vi.page, Lags: true},
			{Pattern: "OPTIONS /vichan/{rest...}", Handle: preflight},
		},
	}
}

// preflight tells a browser what pages of other sites may ask here (the Fetch
// standard, CORS-preflight).
func preflight(a *door.Asked) error {
	h := a.W.Header()
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "If-Modified-Since, If-None-Match")
	h.Set("Access-Control-Max-Age", "86400")
	a.W.WriteHeader(http.StatusNoContent)
	return nil
}

// fail says what went wrong as vichan does, and as much as clients show.
func fail(a *door.Asked, status int, err error) {
	language := lang.Match(a.R.Header.Get("Accept-Language"))
	var words []string
	for _, f := range fault.Each(err) {
		words = append(words, language.Fault(f))
		if f.Retry > 0 {
			a.W.Header().Set("Retry-After", strconv.Itoa(int((f.Retry+time.Second-1)/time.Second)))
		}
	}
	body, _ := encode(map[string]string{"error": strings.Join(words, " ")}) // of strings: can't fail
	a.Send(door.Answer{Status: status, Type: "application/json", Body: body})
}

// encode writes JSON without escaping the HTML in it, which clients don't need.
func encode(v any) ([]byte, error) {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return body.Bytes(), err
}

// send answers with JSON.
func (s *speaker) send(a *door.Asked, v any) error {
	body, err := encode(v)
	if err != nil {
		return err
	}
	a.W.Header().Set("Access-Control-Expose-Headers", "ETag")
	a.Send(door.Answer{Type: "application/json", Body: body, Modified: s.dates.of(a.R.URL.Path, door.Tag(body))})
	return nil
}

func moved(a *door.Asked, path string) error {
	a.W.Header().Set("Location", path)
	a.W.WriteHeader(http.StatusMovedPermanently)
	return nil
}

func notThere() error { return fault.New(fault.NotFound, "web.no_page") }

// id is what clients call the board of a place.
func id(p place.Place) string { return strings.ReplaceAll(p.Path(), "/", ".") }

// asked is the place whose board an address names.
func (s *speaker) asked(a *door.Asked) (place.Place, error) {
	name := a.R.PathValue("board")
	p, ok := s.Places.ByPath(strings.ReplaceAll(name, ".", "/"))
	if !ok || id(p) != name {
		return p, fault.New(fault.NotFound, "place.unknown")
	}
	return p, nil
}

// number is the number that a file's name is, before its ending.
func number(file, ending string) (int64, bool) {
	name, ok := strings.CutSuffix(file, ending)
	n, err := strconv.ParseInt(name, 10, 64)
	return n, ok && err == nil && n >= 0 && strconv.FormatInt(n, 10) == name
}

// pageOrFile answers the addresses of 4chan that only their file's name tells
// apart: a page of the index, a picture, its thumbnail.
func (s *speaker) pageOrFile(a *door.Asked) error {
	file := a.R.PathValue("file")
	base, ending, _ := strings.Cut(file, ".")
	switch tim, isThumb := strings.CutSuffix(base, "s"); {
	case ending == "json":
		return s.page(a)
	case isThumb:
		return s.picture(a, tim+"t.jpg")
	}
	return s.picture(a, file)
}

func (s *speaker) file(a *door.Asked) error { return s.picture(a, a.R.PathValue("file")) }

// thumb answers whatever ending a client gives a thumbnail: they guess.
func (s *speaker) thumb(a *door.Asked) error {
	tim, _, _ := strings.Cut(a.R.PathValue("file"), ".")
	return s.picture(a, tim+"t.jpg")
}

// filePolicy lets a picture's file do nothing but be a picture.
const filePolicy = "default-src 'none'; sandbox; frame-ancestors 'none'"

// picture sends a file of a picture that readers see, by its name on the site.
func (s *speaker) picture(a *door.Asked, name string) error {
	if _, err := s.asked(a); err != nil {
		return err
	}
	f, err := s.Pictures.Open(a.R.Context(), name, false)
	if errors.Is(err, fs.ErrNotExist) {
		return notThere()
	} else if err != nil {
		return err
	}
	defer f.Close()
	h := a.W.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Disposition", `inline; filename="`+f.Name+`"`)
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", `"`+f.Name+`"`)
	http.ServeContent(a.W, a.R, "", time.Time{}, f)
	return nil
}
