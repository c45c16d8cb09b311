package feed

import (
	"fmt"
	"net/http"
	"strconv"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/convene"
	"moot/internal/directory"
	"moot/internal/door"
	"moot/internal/fault"
	"moot/internal/guard"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/media"
	"moot/internal/meetup"
	"moot/internal/place"
	"moot/internal/search"
)

// Settings are what feeds stand on.
type Settings struct {
	Name      string           // of the site
	Base      string           // its public address without a path; "" where unknown: then links follow the address that was asked
	Source    string           // where the source of the running program can be had, or ""
	Identity  key.Identity     // what ids are made of
	Languages []*lang.Language // those offered; the first is for whoever wants none of them
	Gazetteer *place.Gazetteer
	Clock     *clock.Clock
	Boards    *board.Boards
	Pictures  *media.Pictures
	Directory *directory.Directory
	Meetups   *meetup.Meetups
	Index     *search.Index
	Ladder    *convene.Ladder
}

// feeds is the door with what it stands on.
type feeds struct {
	Settings
	match func(acceptLanguage string) *lang.Language
	told  *recent[telling]
	easel *easel
}

// tellings is how many answers are remembered for telling when they changed.
const tellings = 4096

// New is the door, on the boards of a site.
func New(s Settings) door.Routes {
	d := &feeds{Settings: s, match: lang.Matching(s.Languages), told: newRecent[telling](tellings), easel: newEasel()}
	return door.Routes{
		Open: true, // feed readers that are pages of other sites read along
		Site: []door.Route{
			{Pattern: "GET /robots.txt", Handle: d.robots},
			{Pattern: "GET /sitemap.xml", Handle: d.sitemapIndex, Class: guard.Search, Lags: true},
			{Pattern: "GET /sitemap/{file}", Handle: d.sitemap, Class: guard.Search, Lags: true},
			{Pattern: "GET /search.atom", Handle: d.search, Class: guard.Search, Lags: true},
			{Pattern: "GET /hand/{token}/feed.atom", Handle: d.hand},
		},
		Board: []door.Route{
			{Pattern: "GET /threads.atom", Handle: d.threads, Lags: true},
			{Pattern: "GET /everywhere.atom", Handle: d.everywhere, Lags: true},
			{Pattern: "GET /t/{no}/posts.atom", Handle: d.posts, Lags: true},
			{Pattern: "GET /meetups.atom", Handle: d.coming, Lags: true},
			{Pattern: "GET /meetups.ics", Handle: d.calendarOfPlace, Lags: true},
			{Pattern: "GET /meetups.geojson", Handle: d.geojson, Lags: true},
			{Pattern: "GET /t/{no}/meetup.atom", Handle: d.oneMeetup, Lags: true},
			{Pattern: "GET /t/{no}/meetup.ics", Handle: d.calendarOfOne, Lags: true},
			{Pattern: "GET /sign.png", Handle: d.placeSign, Class: guard.Search},
			{Pattern: "GET /t/{no}/sign.png", Handle: d.threadSign, Class: guard.Search},
		},
	}
}

// threads is what stands on a place's board, as on its wall.
func (d *feeds) threads(a *door.Asked) error {
	before := position(a, "before")
	w, err := d.Boards.Threads(a.R.Context(), a.Place, before, board.WallSize)
	if err != nil {
		return err
	}
	path := "/" + a.Place.Path()
	r := d.reading(a)
	f := r.feed("threads "+a.Place.Path(), path+"/threads.atom", path)
	f.Title = r.title(r.name(a.Place))
	f.Subtitle = r.words(r.T("board.description", "place", r.name(a.Place)))
	f.Logo = r.base + path + "/sign.png"
	return d.wall(r, f, w, before)
}

// everywhere is what the boards beneath a place bring up.
func (d *feeds) everywhere(a *door.Asked) error {
	path := "/" + a.Place.Path()
	if a.Place.Kind() == place.City { // nothing lies beneath it
		a.W.Header().Set("Location", path+"/threads.atom")
		a.W.WriteHeader(http.StatusMovedPermanently)
		return nil
	}
	before := position(a, "before")
	w, err := d.Boards.Below(a.R.Context(), a.Place, before, board.WallSize)
	if err != nil {
		return err
	}
	r := d.reading(a)
	f := r.feed("everywhere "+a.Place.Path(), path+"/everywhere.atom", path+"/everywhere")
	f.Title = r.title(r.T("board.below", "place", r.name(a.Place)))
	f.Subtitle = r.words(r.T("board.description", "place", r.name(a.Place)))
	f.Logo = r.base + path + "/sign.png"
	return d.wall(r, f, w, before)
}

// wall sends a stretch of threads as a feed. A wall has the beginnings of
// opening posts only, so they are read whole.
func (d *feeds) wall(r *reading, f *document, w board.Wall, before int64) error {
	numbers := make([]int64, len(w.Notices))
	for i, n := range w.Notices {
		numbers[i] = n.Opening.Number
	}
	written, err := d.Boards.WrittenPosts(r.Context(), numbers...)
	if err != nil {
		return err
	}
	whole := make(map[int64]board.Written, len(written))
	for _, w := range written {
		whole[w.Post.Number] = w
	}
	for _, n := range w.Notices {
		f.touch(n.Thread.LastAt)
		if w, stands := whole[n.Opening.Number]; stands {
			f.Entries = append(f.Entries, r.thread(n.Thread, w.Post))
		}
	}
	f.pages("before", page(before), page(w.Older))
	return r.send(f)
}

// length is how many posts of a thread its feed begins with.
const length = 50

// posts are the newest posts of a thread, the newest first.
func (d *feeds) posts(a *door.Asked) error {
	n, err := number(a)
	if err != nil {
		return err
	}
	before := position(a, "before")
	span := board.Span{Last: length}
	if before > 0 {
		span = board.Span{Before: before}
	}
	view, err := d.Boards.Thread(a.R.Context(), n, span)
	if err != nil {
		return err
	}
	t := view.Thread
	if t.Place != a.Place {
		a.W.Header().Set("Location", t.Path()+"/posts.atom")
		a.W.WriteHeader(http.StatusMovedPermanently)
		return nil
	}
	r := d.reading(a)
	f := r.feed(fmt.Sprint("posts ", t.Number), t.Path()+"/posts.atom", t.Path())
	f.Title = r.title(r.headline(t, view.Opening))
	f.Subtitle = r.words(r.T("board.description", "place", r.name(a.Place)))
	f.Logo = r.base + t.Path() + "/sign.png"
	f.touch(t.LastAt)
	posts := view.Posts
	older := view.First()
	if view.Earlier == 0 {
		posts, older = append([]board.Post{view.Opening}, posts...), 0
	}
	for i := len(posts) - 1; i >= 0; i-- {
		if !posts[i].Gone {
			f.Entries = append(f.Entries, r.post(t, posts[i], posts[i].Refers))
		}
	}
	f.pages("before", page(before), page(older))
	return r.send(f)
}

// number reads a thread's number out of an address.
func number(a *door.Asked) (int64, error) {
	n, err := strconv.ParseInt(a.R.PathValue("no"), 10, 64)
	if err != nil || n < 1 {
		return 0, fault.New(fault.NotFound, "web.no_page")
	}
	return n, nil
}

// position reads a number out of the query; 0 where there is none.
func position(a *door.Asked, name string) int64 {
	n, err := strconv.ParseInt(a.R.URL.Query().Get(name), 10, 64)
	if err != nil {
		return 0
	}
	return max(n, 0)
}
