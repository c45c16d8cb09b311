package boardpages

import (
	"context"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"moot/internal/board"
	"moot/internal/media"
	"moot/internal/place"
	"moot/internal/text"
	"moot/internal/web/page"
)

// shownPost is a post as a page shows it.
type shownPost struct {
	board.Post
	HTML    template.HTML
	When    time.Time // in the zone of the thread's place
	Opener  bool      // a reply by who opened the thread, as the tag tells
	Address string    // of the post
	Quote   string    // where its number leads: to the form, with its number in it
	Tick    bool      // it can be ticked, to be taken back
	Quotes  []backlink
	Shown   []page.Picture
	Yours   *yours        // for the reader who has just written it
	Sheet   template.HTML // the post as it was rendered, or ""
}

// backlink is a post that refers to the one shown.
type backlink struct {
	Number  int64
	Address string
}

// yours is what only the writer of a post is shown.
type yours struct {
	Code string // delete code
	Path string // where it can be taken back
}

// showing shows the posts of one thread on one page.
type showing struct {
	reader page.Reader
	thread board.Thread
	shown  map[int64]bool // posts on the page, which a reference can jump to
	opener string         // the opening post's tag
}

// show shows posts of a thread, whose opening post has the tag opener.
func show(r page.Reader, t board.Thread, opener string) *showing {
	return &showing{reader: r, thread: t, shown: map[int64]bool{}, opener: opener}
}

// on says which posts stand on the page.
func (s *showing) on(posts ...board.Post) *showing {
	for _, p := range posts {
		s.shown[p.Number] = true
	}
	return s
}

func (s *showing) post(p board.Post) shownPost {
	shown := shownPost{
		Post:    p,
		HTML:    s.html(p),
		When:    p.At.In(s.thread.Place.Zone()),
		Opener:  !p.Opens() && p.Tag != "" && p.Tag == s.opener,
		Address: fmt.Sprintf("%s#p%d", s.thread.Path(), p.Number),
		Quote:   fmt.Sprintf("%s/reply?quote=%d", s.thread.Path(), p.Number),
	}
	if len(p.Pictures) > 0 {
		shown.Shown = picturesOf(s.reader, p.Pictures)
	}
	for _, t := range p.Back {
		shown.Quotes = append(shown.Quotes, backlink{t.Number, s.address(t)})
	}
	return shown
}

func (s *showing) posts(all []board.Post) []shownPost {
	shown := make([]shownPost, len(all))
	for i, p := range all {
		shown[i] = s.post(p)
	}
	return shown
}

// address is where a target is reached from this page: a jump where it stands
// on it.
func (s *showing) address(t board.Target) string {
	if s.shown[t.Number] {
		return fmt.Sprintf("#p%d", t.Number)
	}
	return t.Path()
}

func (s *showing) html(p board.Post) template.HTML {
	return template.HTML(p.Document().HTML(text.Renderer{
		Spoiler: s.reader.T("board.spoiler"),
		Resolve: func(r text.Reference) (text.Target, bool) { return s.resolve(p, r) },
	}))
}

func (s *showing) resolve(p board.Post, r text.Reference) (text.Target, bool) {
	if r.Number == 0 {
		found, ok := s.reader.Site.Gazetteer.ByPath(r.Place)
		if !ok {
			return text.Target{}, false
		}
		return text.Target{Href: "/" + found.Path(), Class: "board"}, true
	}
	t, ok := p.Refers(r.Number)
	if !ok {
		return text.Target{}, false
	}
	to := text.Target{Href: s.address(t)}
	switch {
	case t.Thread != s.thread.Number:
		to.Class, to.Note = "far", s.reader.T("board.elsewhere")
	case t.Number == t.Thread:
		to.Note = s.reader.T("board.op")
	}
	return to, true
}

// shownNotice is a thread as a wall, an index or a catalog shows it.
type shownNotice struct {
	board.Thread
	Title    string
	Untitled bool // the title is the beginning of the text
	Excerpt  string
	Gist     template.HTML // what its card comes to
	Away     bool          // it stands on another board than the page's
	Opening  shownPost     // on an index
	Last     []shownPost   // on an index
	Picture  *page.Picture // the first that readers see
	Omitted  int
}

const (
	titleLength   = 70  // characters of a text that stand for a title
	excerptLength = 320 // characters on a notice
)

// title is a thread's subject, or the beginning of its text.
func title(r page.Reader, t board.Thread, opening board.Post) (string, bool) {
	switch {
	case t.Subject != "":
		return t.Subject, false
	case opening.Gone:
		return r.T("board.taken_back_title"), true
	}
	if plain := opening.Document().Plain(titleLength); plain != "" {
		return plain, true
	}
	return r.T("board.untitled", "number", t.Number), true
}

// picturesOf are a post's pictures as pages show them.
func picturesOf(r page.Reader, all []media.Attached) []page.Picture {
	shown := make([]page.Picture, len(all))
	for i, a := range all {
		shown[i] = page.PictureOf(r.Language, a)
	}
	return shown
}

func notices(q *page.Request, all []board.Notice) []shownNotice {
	shown := make([]shownNotice, len(all))
	for i, n := range all {
		shown[i] = notice(q.Reader, q.Place, n)
	}
	return shown
}

// gistNotices are threads as a wall shows them, each with what its card comes to.
func (d *door) gistNotices(q *page.Request, all []board.Notice) ([]shownNotice, error) {
	gists, err := d.gists(q.Context(), all)
	shown := notices(q, all)
	for i := range shown {
		if err == nil {
			err = shown[i].carry(q.Reader, gists)
		}
	}
	return shown, err
}

// gists are what the cards of some threads come to, by thread.
func (d *door) gists(ctx context.Context, all []board.Notice) (map[int64]page.Gist, error) {
	var threads []int64
	for _, n := range all {
		if n.Thread.Card != "" {
			threads = append(threads, n.Thread.Number)
		}
	}
	return d.steps.GistsOf(ctx, threads)
}

// carry has a notice say what its thread's card comes to.
func (n *shownNotice) carry(r page.Reader, gists map[int64]page.Gist) (err error) {
	g := gists[n.Number]
	if g.Instead {
		n.Excerpt = ""
	}
	n.Gist, err = g.Part.Made(r)
	return err
}

// notice is a thread as the board of a place shows it.
func notice(r page.Reader, on place.Place, n board.Notice) shownNotice {
	shown := shownNotice{Thread: n.Thread, Away: n.Thread.Place != on, Omitted: n.Omitted}
	shown.Title, shown.Untitled = title(r, n.Thread, n.Opening)
	if !n.Opening.Gone {
		shown.Excerpt = n.Opening.Document().Plain(excerptLength)
	}
	if i := slices.IndexFunc(n.Opening.Pictures, media.Attached.Seen); i >= 0 {
		first := page.PictureOf(r.Language, n.Opening.Pictures[i])
		shown.Picture = &first
	}
	if shown.Title == shown.Excerpt || shown.Untitled && strings.HasPrefix(shown.Excerpt, strings.TrimSuffix(shown.Title, "…")) && len(shown.Excerpt) <= len(shown.Title) {
		shown.Excerpt = "" // the title has said it all
	}
	return shown
}

// head is what stands above every page of a board.
type head struct {
	Name   string
	Native string // in its own language, where that differs
	Where  string
	Lively board.Lively
	Quiet  bool
	Strip  template.HTML // how far the place has come; on the wall
	Tabs   []tab
}

// tab is a way to look at a board.
type tab struct {
	Name    string
	Address string
	Current bool
}

func (d *door) head(q *page.Request, current string) head {
	p := q.Place
	h := head{Name: q.Name(p), Native: p.Native(), Where: page.Where(q.Language, p)}
	if h.Native == h.Name {
		h.Native = ""
	}
	lively, ok := d.directory.Board(p)
	h.Lively, h.Quiet = lively, !ok
	path := "/" + p.Path()
	h.Tabs = []tab{{q.T("board.tab_wall"), path, current == "wall"}, {q.T("board.tab_index"), path + "/index", current == "index"}, {q.T("board.tab_catalog"), path + "/catalog", current == "catalog"}}
	h.Tabs = append(h.Tabs, tab{q.T("board.tab_meetups"), path + "/meetups", false})
	if lively.Archived > 0 || current == "archive" {
		h.Tabs = append(h.Tabs, tab{q.T("board.tab_archive"), path + "/archive", current == "archive"})
	}
	if p.Kind() != place.City {
		h.Tabs = append(h.Tabs, tab{q.T("board.tab_everywhere"), path + "/everywhere", current == "everywhere"}, tab{q.T("board.tab_places"), path + "/places", false})
	}
	if p.Kind() == place.World || p.Kind() == place.Country {
		h.Tabs = append(h.Tabs, tab{q.T("board.tab_map"), path + "/map", false})
	}
	h.Tabs = append(h.Tabs, tab{q.T("board.tab_search"), "/search?place=" + p.Path(), false})
	return h
}
