package searchpages

import (
	"embed"

	"moot/internal/board"
	"moot/internal/guard"
	"moot/internal/search"
	"moot/internal/web/page"
)

//go:embed *.html *.css
var files embed.FS

var folder = page.NewFolder("searchpages", files)

// door is the folder's page with what it stands on.
type door struct {
	index  *search.Index
	boards *board.Boards
}

// New is the folder: it looks things up in an index, and asks boards what a
// thread is called.
func New(index *search.Index, boards *board.Boards) page.Pages {
	d := &door{index, boards}
	return page.Pages{
		Folder: folder,
		Site:   []page.Route{{Pattern: "GET /search", Handle: d.search, Class: guard.Search, Lags: true}},
	}
}
