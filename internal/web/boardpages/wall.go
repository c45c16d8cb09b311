package boardpages

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"moot/internal/board"
	"moot/internal/directory"
	"moot/internal/place"
	"moot/internal/text"
	"moot/internal/web/page"
)

var (
	wallPage       = page.Declare[*wallView](folder, "wall")
	indexPage      = page.Declare[*indexView](folder, "index")
	catalogPage    = page.Declare[*catalogView](folder, "catalog")
	everywherePage = page.Declare[*everywhereView](folder, "everywhere")
	archivePage    = page.Declare[*archiveView](folder, "archive")
)

// neighbours is how many boards that aren't quiet a quiet one tells of.
const neighbours = 6

type wallView struct {
	page.View
	Head    head
	Soon    template.HTML // what is coming up
	Notices []shownNotice
	Later   bool   // not the first page
	Older   string // address of the next page
	Under   string // name of the place whose places bring up what is below
	Below   []shownNotice
	More    bool // there is more below
	Near    []directory.Neighbour
	Write   *writing // on a quiet board: the form that ends the quiet
	Follow  *following
}

func (d *door) boardView(q *page.Request, tabName string, more ...page.Crumb) page.View {
	name := q.Name(q.Place)
	v := page.View{
		Title:       name,
		Description: q.T("board.description", "place", name),
		Trail:       q.Trail(more...),
		Feeds:       feeds(q),
		Sign:        &page.Sign{Kind: "website", Picture: "/" + q.Place.Path() + "/sign.png", Alt: q.T("board.about_board", "place", name)},
	}
	if tabName != "" {
		v.Title = q.T("board.title_tab", "place", name, "tab", tabName)
	}
	return v
}

// wall is a board as a wall of notices, with what its places bring up beneath.
func (d *door) wall(q *page.Request) error {
	before := key(q, "before")
	w, err := d.boards.Threads(q.Context(), q.Place, before, board.WallSize)
	if err != nil {
		return err
	}
	shown, err := d.gistNotices(q, w.Notices)
	if err != nil {
		return err
	}
	v := &wallView{View: d.boardView(q, ""), Head: d.head(q, "wall"), Notices: shown, Later: before > 0, Older: older(q, w)}
	v.Modules = []string{"habits.js"}
	if before > 0 {
		v.NoIndex = true
		return wallPage.Render(q, v)
	}
	strip, err := d.steps.StripOf(q.Context(), q.Place)
	if err != nil {
		return err
	}
	if v.Head.Strip, err = strip.Made(q.Reader); err != nil {
		return err
	}
	if d.steps.Soon != nil {
		if v.Soon, err = d.steps.Soon(q); err != nil {
			return err
		}
	}
	v.Follow = followBoard(q.Place, w.Notices)
	v.Live, v.Modules = true, append(v.Modules, "live.js")
	if q.Place.Kind() != place.City {
		below, err := d.boards.Below(q.Context(), q.Place, 0, board.WallSize)
		if err != nil {
			return err
		}
		if v.Below, err = d.gistNotices(q, below.Notices); err != nil {
			return err
		}
		v.Under, v.More = q.Name(q.Place), below.Older > 0
	}
	if len(w.Notices) == 0 {
		v.Write = d.blank(q, nil)
		v.Modules = append(v.Modules, "write.js")
	}
	if q.Place.Kind() == place.City && len(w.Notices) < 4 {
		v.Near = d.directory.Nearest(q.Place, neighbours)
	}
	return wallPage.Render(q, v)
}

// older is the address of the page of older threads, or "".
func older(q *page.Request, w board.Wall) string {
	if w.Older == 0 {
		return ""
	}
	return fmt.Sprintf("%s?before=%d", q.Path(), w.Older)
}

type indexView struct {
	page.View
	Head    head
	Notices []shownNotice
	Later   bool
	Older   string
}

// index is a board as its threads with their newest replies.
func (d *door) index(q *page.Request) error {
	before := key(q, "before")
	w, err := d.boards.Index(q.Context(), q.Place, before, board.IndexSize)
	if err != nil {
		return err
	}
	tabName := q.T("board.tab_index")
	v := &indexView{View: d.boardView(q, tabName, page.Crumb{Name: tabName}), Head: d.head(q, "index"), Notices: notices(q, w.Notices), Later: before > 0, Older: older(q, w)}
	v.NoIndex = true
	v.Modules = []string{"habits.js"}
	for i, n := range w.Notices {
		s := show(q.Reader, n.Thread, n.Opening.Tag).on(n.Opening).on(n.Last...)
		shown := &v.Notices[i]
		shown.Opening, shown.Last = s.post(n.Opening), s.posts(n.Last)
		if err := d.sheets.fill(q.Reader, append(pointers(shown.Last), &shown.Opening)...); err != nil {
			return err
		}
	}
	return indexPage.Render(q, v)
}

type catalogView struct {
	page.View
	Head    head
	Notices []shownNotice
	Sorts   []sort
	Filter  string
	Sorted  string
	Total   int // before the filter
	Later   bool
	Older   string
}

// sort is an order that a catalog can be read in.
type sort struct {
	Code, Name string
	Chosen     bool
}

// catalog is a board as tiles, in the order the reader likes, with those only
// that hold the words they look for.
func (d *door) catalog(q *page.Request) error {
	query := q.R.URL.Query()
	before := key(q, "before")
	w, err := d.boards.Threads(q.Context(), q.Place, before, board.CatalogSize)
	if err != nil {
		return err
	}
	tabName := q.T("board.tab_catalog")
	v := &catalogView{View: d.boardView(q, tabName, page.Crumb{Name: tabName}), Head: d.head(q, "catalog"), Total: len(w.Notices), Later: before > 0, Older: older(q, w)}
	v.NoIndex = true
	v.Modules = []string{"catalog.js", "habits.js"}
	v.Filter = text.CleanLine(query.Get("q"))
	if runes := []rune(v.Filter); len(runes) > 100 {
		v.Filter = string(runes[:100])
	}
	v.Sorted = query.Get("sort")
	order, known := orders[v.Sorted]
	if !known {
		v.Sorted, order = "bump", orders["bump"]
	}
	for _, code := range []string{"bump", "new", "replies"} {
		v.Sorts = append(v.Sorts, sort{code, sortName(q, code), code == v.Sorted})
	}
	slices.SortStableFunc(w.Notices, order)
	v.Notices = matching(notices(q, w.Notices), v.Filter)
	if v.Older != "" {
		v.Older += "&" + url.Values{"sort": {v.Sorted}, "q": {v.Filter}}.Encode()
	}
	return catalogPage.Render(q, v)
}

var orders = map[string]func(a, b board.Notice) int{
	"bump":    func(a, b board.Notice) int { return 0 }, // as they come
	"new":     func(a, b board.Notice) int { return cmp.Compare(b.Thread.Number, a.Thread.Number) },
	"replies": func(a, b board.Notice) int { return cmp.Compare(b.Thread.Posts, a.Thread.Posts) },
}

func sortName(q *page.Request, code string) string {
	switch code {
	case "new":
		return q.T("board.sort_new")
	case "replies":
		return q.T("board.sort_replies")
	}
	return q.T("board.sort_bump")
}

// matching keeps the notices that hold every word of a filter, in any script,
// with or without accents.
func matching(all []shownNotice, filter string) []shownNotice {
	words := strings.Fields(text.Fold(filter))
	if len(words) == 0 {
		return all
	}
	return slices.DeleteFunc(all, func(n shownNotice) bool {
		folded := text.Fold(n.Title + " " + n.Excerpt)
		for _, word := range words {
			if !strings.Contains(folded, word) {
				return true
			}
		}
		return false
	})
}

type everywhereView struct {
	page.View
	Head    head
	Name    string
	Notices []shownNotice
	Later   bool
	Older   string
}

// everywhere is what the boards beneath a place bring up.
func (d *door) everywhere(q *page.Request) error {
	if q.Place.Kind() == place.City {
		return q.Redirect(301, "/"+q.Place.Path())
	}
	before := key(q, "before")
	w, err := d.boards.Below(q.Context(), q.Place, before, board.WallSize)
	if err != nil {
		return err
	}
	tabName := q.T("board.tab_everywhere")
	shown, err := d.gistNotices(q, w.Notices)
	if err != nil {
		return err
	}
	v := &everywhereView{View: d.boardView(q, tabName, page.Crumb{Name: tabName}), Head: d.head(q, "everywhere"), Name: q.Name(q.Place), Notices: shown, Later: before > 0, Older: older(q, w)}
	v.NoIndex = before > 0
	v.Modules = []string{"habits.js"}
	return everywherePage.Render(q, v)
}

type archiveView struct {
	page.View
	Head    head
	Notices []shownNotice
	Later   bool
	Older   string
}

// archive is the threads that left their board, to be read and no more.
func (d *door) archive(q *page.Request) error {
	before := key(q, "before")
	w, err := d.boards.Archive(q.Context(), q.Place, before, board.WallSize)
	if err != nil {
		return err
	}
	tabName := q.T("board.tab_archive")
	shown, err := d.gistNotices(q, w.Notices)
	if err != nil {
		return err
	}
	v := &archiveView{View: d.boardView(q, tabName, page.Crumb{Name: tabName}), Head: d.head(q, "archive"), Notices: shown, Later: before > 0, Older: older(q, w)}
	v.NoIndex = before > 0
	return archivePage.Render(q, v)
}
