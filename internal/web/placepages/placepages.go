package placepages

import (
	"embed"

	"moot/internal/atlas"
	"moot/internal/board"
	"moot/internal/directory"
	"moot/internal/guard"
	"moot/internal/web/cache"
	"moot/internal/web/page"
)

//go:embed *.html *.css
var files embed.FS

var folder = page.NewFolder("placepages", files)

// door is the folder's pages with what they stand on.
type door struct {
	boards    *board.Boards
	directory *directory.Directory
	atlas     *atlas.Atlas
	steps     page.Steps
}

// New is the folder: it reads threads from boards, learns from the directory
// which boards have posts and where people meet, and draws from an atlas. Steps bring
// what is coming up.
func New(boards *board.Boards, directory *directory.Directory, maps *atlas.Atlas, steps page.Steps) page.Pages {
	d := &door{boards, directory, maps, steps}
	return page.Pages{
		Folder: folder,
		Site: []page.Route{
			{Pattern: "GET /{$}", Handle: d.front, Shared: aboutAll},
			{Pattern: "GET /find", Handle: d.find, Class: guard.Search},
			{Pattern: "GET /find.json", Handle: d.suggest, Class: guard.Search},
			{Pattern: "GET /about", Handle: d.about},
			{Pattern: "GET /safety", Handle: d.safety},
		},
		Board: []page.Route{
			{Pattern: "GET /places", Handle: d.places},
			{Pattern: "GET /map", Handle: d.chart, Shared: aboutPlace},
		},
	}
}

// aboutAll is what moves a page that tells of all boards.
func aboutAll(q *page.Request) []cache.Topic {
	return []cache.Topic{{Board: q.Site.Gazetteer.World().Path()}}
}

// aboutPlace is what moves a page that tells of a place's boards.
func aboutPlace(q *page.Request) []cache.Topic { return []cache.Topic{{Board: q.Place.Path()}} }
