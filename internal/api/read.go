package api

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"moot/internal/api/rest"
	"moot/internal/board"
	"moot/internal/media"
	"moot/internal/place"
	"moot/internal/search"
	"moot/internal/text"
)

// How much a list holds, where it isn't asked otherwise, and at the most.
const (
	usualPlaces, mostPlaces   = 20, 40
	usualBoards, mostBoards   = 50, 1000
	usualThreads, mostThreads = board.WallSize, 100
	mostFull                  = 24 // threads with their posts
	withinShown               = 500
	nearestShown              = 10
	longestName               = 200 // bytes of a name that is looked for
	longestQuery              = 800 // bytes of a search
	longestCursor             = 200
	pictureBytes              = 8 << 20
)

func (d *api) index(c *call) (answer, error) {
	return answer{Body: index{
		Site: d.Name, Description: "/api/v1/openapi.json", Guide: d.Source, Info: "/api/v1/site",
		Places: "/api/v1/places?q={name}", World: "/api/v1/places/world",
	}}, nil
}

func (d *api) openapi(c *call) (answer, error) { return answer{Body: d.description}, nil }

func (d *api) site(c *call) (answer, error) {
	l := d.Boards.Limits()
	made := site{Name: d.Name, Base: d.Base, Source: d.Source, Limits: limits{
		PostLength: l.PostLength, ThreadPosts: l.ThreadPosts, BumpLimit: l.BumpLimit, BoardThreads: l.Threads,
		Names: l.Names, Tripcodes: l.Tripcodes, Pictures: media.MaxPictures, PictureBytes: pictureBytes, BodyBytes: rest.MaxBody,
	}}
	r, day := d.Ladder.Rules, 24*time.Hour
	made.Ladder = rules{int(r.HandLife / day), r.Shown, r.Held, r.Hands, r.Ask, int(r.Open / day), r.Enough, r.Least}
	made.Boards, made.Posts = d.Directory.Totals()
	for _, l := range d.Languages {
		made.Languages = append(made.Languages, language{l.Code(), l.Name()})
	}
	return answer{Body: made}, nil
}

func (d *api) findPlaces(c *call) (answer, error) {
	q := c.Query()
	asked := text.CleanLine(q.Text("q", longestName))
	limit := q.Number("limit", 1, mostPlaces, usualPlaces)
	if err := q.Err(); err != nil {
		return answer{}, err
	}
	made := foundPlaces{Places: []found{}}
	if asked == "" {
		return answer{Body: made}, nil
	}
	for _, m := range d.Places.Find(asked, int(limit)) {
		made.Places = append(made.Places, found{
			placeRef: c.place(m.Place), Match: m.Name, Slip: m.Slip, Within: c.where(m.Place), Board: c.lively(m.Place),
		})
	}
	return answer{Body: made}, nil
}

func (d *api) place(c *call) (answer, error) {
	p, err := c.Place()
	if err != nil {
		return answer{}, err
	}
	made := placeFull{
		placeRef: c.place(p), Zone: p.Zone().String(), Population: p.Population(),
		Pictures: string(d.Boards.Limits().Pictures.On(p)), Board: c.lively(p), Nearest: []neighbour{},
	}
	made.Latitude, made.Longitude = p.Point()
	if native := p.Native(); native != made.Name {
		made.Native = native
	}
	if up := p.Parent(); up.Valid() {
		parent := c.place(up)
		made.Parent = &parent
	}
	if p.Kind() == place.City {
		for _, n := range d.Directory.Nearest(p, nearestShown) {
			made.Nearest = append(made.Nearest, neighbour{c.place(n.Place), rounded(n.Distance), liveOf(n.Lively)})
		}
	}
	return answer{Body: made}, nil
}

func (d *api) within(c *call) (answer, error) {
	p, err := c.Place()
	if err != nil {
		return answer{}, err
	}
	q := c.Query()
	after := q.Place("after")
	all := p.Children()
	start := 0
	if after.Valid() {
		if start = slices.Index(all, after) + 1; start == 0 {
			q.Wrong("after")
		}
	}
	if err := q.Err(); err != nil {
		return answer{}, err
	}
	made := placeList{Place: c.place(p), Places: []placeRef{}}
	end := min(start+withinShown, len(all))
	for _, child := range all[start:end] {
		made.Places = append(made.Places, c.place(child))
	}
	if end < len(all) {
		made.Next = rest.ID(all[end-1])
	}
	return answer{Body: made}, nil
}

func (d *api) liveliest(c *call) (answer, error) {
	p, err := c.Place()
	q := c.Query()
	limit := q.Number("limit", 1, mostBoards, usualBoards)
	if err = cmp.Or(err, q.Err()); err != nil {
		return answer{}, err
	}
	made := boardList{Place: c.place(p), Boards: []lively{}}
	for _, l := range d.Directory.Liveliest(p, int(limit)) {
		made.Boards = append(made.Boards, lively{c.place(l.Place), liveOf(l)})
	}
	return answer{Body: made}, nil
}

// stretch is what a list of threads is asked for.
func (c *call) stretch() (p place.Place, before int64, size int, full bool, err error) {
	if p, err = c.Place(); err != nil {
		return
	}
	q := c.Query()
	before = q.Number("before", 1, math.MaxInt64, 0)
	size = int(q.Number("limit", 1, mostThreads, usualThreads))
	if full = q.Yes("full"); full {
		size = min(size, mostFull)
	}
	return p, before, size, full, q.Err()
}

func (d *api) threads(c *call) (answer, error) {
	p, before, size, full, err := c.stretch()
	if err != nil {
		return answer{}, err
	}
	read := d.Boards.Threads
	if full {
		read = d.Boards.Index
	}
	wall, err := read(c.R.Context(), p, before, size)
	return c.wall(p, wall, full), err
}

func (d *api) everywhere(c *call) (answer, error) {
	p, before, size, _, err := c.stretch()
	if err != nil {
		return answer{}, err
	}
	wall, err := d.Boards.Below(c.R.Context(), p, before, size)
	return c.wall(p, wall, false), err
}

func (d *api) archive(c *call) (answer, error) {
	p, before, size, _, err := c.stretch()
	if err != nil {
		return answer{}, err
	}
	wall, err := d.Boards.Archive(c.R.Context(), p, before, size)
	return c.wall(p, wall, false), err
}

func (d *api) newest(c *call) (answer, error) {
	q := c.Query()
	size := q.Number("limit", 1, mostThreads, usualThreads)
	if err := q.Err(); err != nil {
		return answer{}, err
	}
	all, err := d.Boards.Newest(c.R.Context(), int(size))
	return answer{Body: newestThreads{c.notices(all, false)}}, err
}

func (d *api) thread(c *call) (answer, error) {
	n, err := c.Number()
	q := c.Query()
	span := board.Span{
		Last:   int(q.Number("last", 1, 300, 0)),
		Before: q.Number("before", 1, math.MaxInt64, 0),
		After:  q.Number("after", 1, math.MaxInt64, 0),
	}
	if err = cmp.Or(err, q.Err()); err != nil {
		return answer{}, err
	}
	v, err := d.Boards.Thread(c.R.Context(), n, span)
	if err != nil {
		return answer{}, err
	}
	t := v.Thread
	return answer{Body: threadFull{c.thread(t), c.post(t, v.Opening), c.posts(t, v.Posts), v.Earlier, v.Later}}, nil
}

func (d *api) post(c *call) (answer, error) {
	n, err := c.Number()
	if err != nil {
		return answer{}, err
	}
	t, p, err := d.Boards.Post(c.R.Context(), n)
	if err != nil {
		return answer{}, err
	}
	return answer{Body: postFull{c.thread(t), c.post(t, p)}}, nil
}

func (d *api) search(c *call) (answer, error) {
	q := c.Query()
	asked := search.Query{
		Text: q.Text("q", longestQuery), Place: q.Place("place"), Thread: q.Number("thread", 1, math.MaxInt64, 0),
		Opening: q.Yes("opening"), Picture: q.Yes("picture"), From: q.Day("from"), To: q.Day("to"),
		Newest: q.Yes("newest"), After: q.Text("after", longestCursor),
	}
	if err := q.Err(); err != nil {
		return answer{}, err
	}
	r, err := d.Search.Search(c.R.Context(), asked)
	if err != nil {
		return answer{}, err
	}
	made := hits{Hits: []hit{}, Count: r.Count, More: r.More, Next: r.Next}
	for _, h := range r.Hits {
		made.Hits = append(made.Hits, hit{
			Number: h.Number, Thread: h.Thread, Place: c.place(h.Place), At: h.At, Opens: h.Opens, Pictures: h.Pictures,
			Subject: pieces(h.Subject), Snippet: pieces(h.Snippet), URL: h.Path,
		})
	}
	return answer{Body: made}, nil
}

func pieces(all []search.Piece) []piece {
	made := make([]piece, len(all))
	for i, p := range all {
		made[i] = piece{p.Text, p.Marked}
	}
	return made
}

// where says what a place lies in: "Attica, Greece".
func (c *call) where(p place.Place) string {
	var up []string
	for q := p.Parent(); q.Valid() && q.Kind() != place.World; q = q.Parent() {
		up = append(up, q.Name(c.Language.Tag()))
	}
	return strings.Join(up, ", ")
}

func (c *call) place(p place.Place) placeRef {
	return placeRef{rest.ID(p), p.Path(), p.Name(c.Language.Tag()), p.Kind().String(), "/" + p.Path()}
}

func (c *call) lively(p place.Place) *liveful {
	l, ok := c.Directory.Board(p)
	if !ok {
		return nil
	}
	made := liveOf(l)
	return &made
}

func liveOf(l board.Lively) liveful { return liveful{l.Threads, l.Posts, l.Last} }
