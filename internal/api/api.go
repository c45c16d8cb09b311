package api

import (
	"encoding/json"

	"moot/internal/api/rest"
	"moot/internal/board"
	"moot/internal/convene"
	"moot/internal/directory"
	"moot/internal/door"
	"moot/internal/guard"
	"moot/internal/lang"
	"moot/internal/media"
	"moot/internal/meetup"
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
	Ladder    *convene.Ladder
	Meetups   *meetup.Meetups
}

// api is the door with what it stands on.
type api struct {
	Site
	match       func(acceptLanguage string) *lang.Language
	description json.RawMessage // the OpenAPI document
}

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

			{Pattern: "GET /api/v1/places/{place}/hands", Handle: d.handle(d.hands)},
			{Pattern: "GET /api/v1/hand", Handle: d.ofHand(lookAt)},
			{Pattern: "GET /api/v1/threads/{number}/convening", Handle: d.handle(d.convening)},
			{Pattern: "GET /api/v1/places/{place}/meetups", Handle: d.handle(d.coming)},
			{Pattern: "GET /api/v1/meetups/{number}", Handle: d.handle(d.meetup)},
			{Pattern: "GET /api/v1/meetups/{number}/notes", Handle: d.handle(d.notes)},

			{Pattern: "POST /api/v1/tickets", Handle: d.handle(d.ticket), Body: rest.MaxBody},
			{Pattern: "POST /api/v1/pictures", Handle: d.handle(d.picture), Files: 1},
			{Pattern: "POST /api/v1/previews", Handle: d.handle(reads(d.preview)), Body: rest.MaxBody},
			{Pattern: "POST /api/v1/places/{place}/threads", Handle: d.handle(d.start), Body: rest.MaxBody, Files: media.MaxPictures},
			{Pattern: "POST /api/v1/threads/{number}/posts", Handle: d.handle(d.reply), Body: rest.MaxBody, Files: media.MaxPictures},
			{Pattern: "POST /api/v1/posts/{number}/take-back", Handle: d.handle(d.takeBack), Body: rest.MaxBody},

			{Pattern: "POST /api/v1/places/{place}/hands", Handle: d.handle(reads(d.raise)), Body: rest.MaxBody},
			{Pattern: "POST /api/v1/hand/renew", Handle: d.ofHand(renew), Body: rest.MaxBody},
			{Pattern: "POST /api/v1/hand/lower", Handle: d.ofHand(lower), Body: rest.MaxBody},
			{Pattern: "POST /api/v1/hand/move", Handle: d.handle(reads(d.move)), Body: rest.MaxBody},
			{Pattern: "POST /api/v1/places/{place}/convenings", Handle: d.handle(reads(d.ask)), Body: rest.MaxBody},
			{Pattern: "POST /api/v1/threads/{number}/marks", Handle: d.handle(reads(d.mark)), Body: rest.MaxBody},
			{Pattern: "POST /api/v1/threads/{number}/venues", Handle: d.handle(reads(d.propose)), Body: rest.MaxBody},
			{Pattern: "POST /api/v1/places/{place}/meetups", Handle: d.handle(reads(d.announce)), Body: rest.MaxBody},
			{Pattern: "POST /api/v1/meetups/{number}/answers", Handle: d.handle(reads(d.rsvp)), Body: rest.MaxBody},
			{Pattern: "POST /api/v1/meetups/{number}/edit", Handle: d.handle(hosting(edit)), Body: rest.MaxBody},
			{Pattern: "POST /api/v1/meetups/{number}/move", Handle: d.handle(hosting(moveMeetup)), Body: rest.MaxBody},
			{Pattern: "POST /api/v1/meetups/{number}/cancel", Handle: d.handle(hosting(cancel)), Body: rest.MaxBody},
			{Pattern: "POST /api/v1/meetups/{number}/times/move", Handle: d.handle(hosting(moveOne)), Body: rest.MaxBody},
			{Pattern: "POST /api/v1/meetups/{number}/times/drop", Handle: d.handle(hosting(dropOne)), Body: rest.MaxBody},

			{Pattern: "OPTIONS /api/v1/{rest...}", Handle: rest.Preflight},
			{Pattern: "GET /api/v1/{rest...}", Handle: d.unknown},
			{Pattern: "POST /api/v1/{rest...}", Handle: d.unknown, Body: rest.MaxBody},
			{Pattern: "DELETE /api/v1/{rest...}", Handle: d.unknown, Body: rest.MaxBody},
		},
	}
}

// call is one request.
type call struct {
	*rest.Call
	*api
}

type answer = rest.Answer

// handle answers with what f makes of a request.
func (d *api) handle(f func(*call) (answer, error)) func(*door.Asked) error {
	return func(a *door.Asked) error {
		c := d.call(a)
		made, err := f(c)
		if err != nil {
			return err
		}
		return c.Answer(made)
	}
}

// reads has f take the JSON that a request brings.
func reads[N any](f func(*call, N) (answer, error)) func(*call) (answer, error) {
	return func(c *call) (answer, error) {
		var n N
		if err := c.Read(&n); err != nil {
			return answer{}, err
		}
		return f(c, n)
	}
}

func (d *api) call(a *door.Asked) *call {
	return &call{&rest.Call{Asked: a, Language: d.match(a.R.Header.Get("Accept-Language")), Places: d.Places}, d}
}

// fail answers with a problem.
func (d *api) fail(a *door.Asked, status int, err error) { d.call(a).Fail(status, err) }

// unknown answers an address that there isn't, or a method that it hasn't.
func (d *api) unknown(a *door.Asked) error {
	routes := make([]string, len(operations))
	for i, o := range operations {
		routes[i] = o.Route
	}
	return d.call(a).Unknown(routes)
}
