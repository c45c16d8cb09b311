package api

import (
	"cmp"
	"encoding/json"
	"net/http"

	"moot/internal/board"
	"moot/internal/directory"
	"moot/internal/door"
	"moot/internal/guard"
	"moot/internal/lang"
	"moot/internal/media"
	"moot/internal/place"
	"moot/internal/search"
)

// Site is what the door stands on.
type Site struct {
	Name      string           // of the site
	Base      string           // its public address without a path; "" where unknown
	Source    string           // where the source of the running program can be had, or ""
	Languages []*lang.Language // those offered; the first is for whoever wants none of them
	Boards    *board.Boards
	Directory *directory.Directory
	Places    *place.Gazetteer
	Pictures  *media.Pictures
	Guard     *guard.Guard
	Search    *search.Index
}

// api is the door with what it stands on.
type api struct {
	Site
	match       func(acceptLanguage string) *lang.Language
	description json.RawMessage // the OpenAPI document
}

// maxBody is how much JSON is read, in bytes: as much as a form without files
// may hold.
const maxBody = 64 << 10

// New is the door.
func New(s Site) door.Routes {
	d := &api{Site: s, match: lang.Matching(s.Languages), description: describe(s)}
	return door.Routes{
		Open: true,
		Fail: d.fail,
		Site: []door.Route{
			{Pattern: "GET /api/v1", Handle: d.handle(d.index)},
			{Pattern: "GET /api/v1/openapi.json", Handle: d.handle(d.openapi)},
			{Pattern: "GET /api/v1/site", Handle: d.handle(d.site)},

			{Pattern: "GET /api/v1/places", Handle: d.handle(d.findPlaces), Class: guard.Search},
			{Pattern: "GET /api/v1/places/{place}", Handle: d.handle(d.place)},
			{Pattern: "GET /api/v1/places/{place}/places", Handle: d.handle(d.within)},
			{Pattern: "GET /api/v1/places/{place}/boards", Handle: d.handle(d.liveliest)},
			{Pattern: "GET /api/v1/places/{place}/threads", Handle: d.handle(d.threads)},
			{Pattern: "GET /api/v1/places/{place}/everywhere", Handle: d.handle(d.everywhere)},
			{Pattern: "GET /api/v1/places/{place}/archive", Handle: d.handle(d.archive), Lags: true},
			{Pattern: "GET /api/v1/threads", Handle: d.handle(d.newest)},
			{Pattern: "GET /api/v1/threads/{number}", Handle: d.handle(d.thread)},
			{Pattern: "GET /api/v1/posts/{number}", Handle: d.handle(d.post)},
			{Pattern: "GET /api/v1/search", Handle: d.handle(d.search), Class: guard.Search, Lags: true},

			{Pattern: "POST /api/v1/tickets", Handle: d.handle(d.ticket), Body: maxBody},
			{Pattern: "POST /api/v1/pictures", Handle: d.handle(d.picture), Files: 1},
			{Pattern: "POST /api/v1/previews", Handle: d.handle(d.preview), Body: maxBody},
			{Pattern: "POST /api/v1/places/{place}/threads", Handle: d.handle(d.start), Body: maxBody, Files: media.MaxPictures},
			{Pattern: "POST /api/v1/threads/{number}/posts", Handle: d.handle(d.reply), Body: maxBody, Files: media.MaxPictures},
			{Pattern: "POST /api/v1/posts/{number}/take-back", Handle: d.handle(d.takeBack), Body: maxBody},

			{Pattern: "OPTIONS /api/v1/{rest...}", Handle: preflight},
			{Pattern: "GET /api/v1/{rest...}", Handle: d.unknown},
			{Pattern: "POST /api/v1/{rest...}", Handle: d.unknown, Body: maxBody},
			{Pattern: "DELETE /api/v1/{rest...}", Handle: d.unknown, Body: maxBody},
		},
	}
}

// call is one request.
type call struct {
	*door.Asked
	*api
	language *lang.Language
}

// answer is what a request is answered with, as JSON.
type answer struct {
	body     any
	status   int    // 200 where it is 0
	location string // of what was made
}

// handle answers with what f makes of a request.
func (d *api) handle(f func(*call) (answer, error)) func(*door.Asked) error {
	return func(a *door.Asked) error {
		c := d.call(a)
		made, err := f(c)
		if err != nil {
			return err
		}
		body, err := encode(made.body)
		if err != nil {
			return err
		}
		if made.location != "" {
			a.W.Header().Set("Location", made.location)
		}
		c.send(door.Answer{Status: cmp.Or(made.status, http.StatusOK), Type: "application/json", Body: body})
		return nil
	}
}

func (d *api) call(a *door.Asked) *call {
	return &call{a, d, d.match(a.R.Header.Get("Accept-Language"))}
}

// send sends an answer, whose words are in the caller's language.
func (c *call) send(a door.Answer) {
	h := c.W.Header()
	h.Set("Content-Language", c.language.Tag().String())
	h.Add("Vary", "Accept-Language")
	h.Set("Access-Control-Expose-Headers", "ETag, Location, Retry-After, Content-Language")
	if c.R.Method != http.MethodGet && c.R.Method != http.MethodHead {
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Type", a.Type)
		door.Write(c.W, c.R, a.Status, a.Body)
		return
	}
	c.Send(a)
}

// preflight tells a browser what pages of other sites may ask here (the Fetch
// standard, CORS-preflight).
func preflight(a *door.Asked) error {
	h := a.W.Header()
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-None-Match")
	h.Set("Access-Control-Max-Age", "86400")
	a.W.WriteHeader(http.StatusNoContent)
	return nil
}
