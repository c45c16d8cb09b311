package readerpages

import (
	"embed"
	"strconv"
	"time"

	"moot/internal/board"
	"moot/internal/fault"
	"moot/internal/web/page"
)

//go:embed *.html *.css *.js
var files embed.FS

var folder = page.NewFolder("readerpages", files)

// door is the folder's pages with what they stand on.
type door struct {
	boards *board.Boards
}

// New is the folder, on the boards of a site.
func New(boards *board.Boards) page.Pages {
	d := &door{boards}
	return page.Pages{
		Folder: folder,
		Site: []page.Route{
			{Pattern: "GET /reading", Handle: d.reading},
		},
		Board: []page.Route{
			{Pattern: "GET /t/{no}/count.json", Handle: d.count},
		},
	}
}

var readingPage = page.Declare[*readingView](folder, "reading")

type readingView struct {
	page.View
	Keys []keyRow
}

// keyRow is one key of the keyboard and what it does.
type keyRow struct {
	Keys []string // pressed one after another, or any of them
	Does string
}

// reading is the page that a reader's browser fills with what it keeps.
func (d *door) reading(q *page.Request) error {
	v := &readingView{View: page.View{
		Title:   q.T("reader.title"),
		NoIndex: true,
		Modules: []string{"store.js", "parts.js", "carry.js", "reading.js"},
	}}
	v.Trail = []page.Crumb{{Name: v.Title}}
	v.Keys = []keyRow{
		{[]string{"j", "k"}, q.T("reader.key_next")},
		{[]string{"q"}, q.T("reader.key_reply")},
		{[]string{"w"}, q.T("reader.key_watch")},
		{[]string{"r"}, q.T("reader.key_update")},
		{[]string{"e"}, q.T("reader.key_pictures")},
		{[]string{"Ctrl+Enter"}, q.T("reader.key_send")},
		{[]string{"Esc"}, q.T("reader.key_close")},
		{[]string{"?"}, q.T("reader.key_list")},
	}
	return readingPage.Render(q, v)
}

// counted is how far a thread has come: what a browser that follows it
// compares with what its owner has seen.
type counted struct {
	Posts int   `json:"posts"` // that stand, the opening post among them
	Last  int64 `json:"last"`  // number of the newest post, standing or not
	Open  bool  `json:"open"`  // it takes replies
}

// countKept is how long a browser goes by a count before it asks again.
const countKept = 30 * time.Second

// count tells how many posts a thread has. A thread is found by its number on
// whichever board it stands, so that one that moved is still counted.
func (d *door) count(q *page.Request) error {
	n, err := strconv.ParseInt(q.R.PathValue("no"), 10, 64)
	if err != nil || n < 1 {
		return fault.New(fault.NotFound, "web.no_page")
	}
	view, err := d.boards.Thread(q.Context(), n, board.Span{Last: 1})
	if err != nil {
		return err
	}
	return q.JSON(counted{view.Thread.Posts, view.Last(), view.Thread.Open()}, countKept)
}
