package boardpages

import (
	"embed"

	"moot/internal/board"
	"moot/internal/directory"
	"moot/internal/media"
	"moot/internal/web/cache"
	"moot/internal/web/page"
)

//go:embed *.html *.css *.js
var files embed.FS

var folder = page.NewFolder("boardpages", files)

// door is the folder's pages with what they stand on.
type door struct {
	boards    *board.Boards
	directory *directory.Directory
	tray      page.Tray
	steps     page.Steps
	sheets    sheets
}

// New is the folder, on the boards of a site and the directory of those that
// have posts, with what another folder brings to their pages.
func New(boards *board.Boards, directory *directory.Directory, pictures *media.Pictures, steps page.Steps) page.Pages {
	d := &door{boards: boards, directory: directory, tray: page.Tray{Pictures: pictures, Rule: boards.Limits().Pictures}, steps: steps}
	return page.Pages{
		Folder: folder,
		Site: []page.Route{
			{Pattern: "GET /p/{no}", Handle: d.post},
			{Pattern: "GET /p/{no}/view", Handle: d.view},
			{Pattern: "GET /p/{no}/take-back", Handle: d.askTakeBack},
			{Pattern: "POST /take-back", Handle: d.takeBack},
			{Pattern: "GET /ticket.json", Handle: ticketJSON},
			{Pattern: "GET /ticket.png", Handle: ticketPNG},
		},
		Board: []page.Route{
			{Pattern: "GET /{$}", Handle: d.wall, Shared: aboutBoard},
			{Pattern: "GET /index", Handle: d.index, Shared: aboutBoard},
			{Pattern: "GET /catalog", Handle: d.catalog, Shared: aboutBoard},
			{Pattern: "GET /everywhere", Handle: d.everywhere, Shared: aboutBoard},
			{Pattern: "GET /archive", Handle: d.archive, Shared: aboutBoard},
			{Pattern: "GET /live", Live: d.liveBoard},
			{Pattern: "GET /new", Handle: d.askStart},
			{Pattern: "POST /new", Handle: d.start, Files: media.MaxPictures},
			{Pattern: "GET /t/{no}", Handle: d.thread, Shared: aboutThread},
			{Pattern: "GET /t/{no}/last", Handle: d.threadLast, Shared: aboutThread},
			{Pattern: "GET /t/{no}/live", Live: d.liveThread},
			{Pattern: "GET /t/{no}/new", Handle: d.news},
			{Pattern: "GET /t/{no}/reply", Handle: d.askReply},
			{Pattern: "POST /t/{no}", Handle: d.reply, Files: media.MaxPictures},
			// The addresses that an imageboard reader's fingers know.
			{Pattern: "GET /index.html", Handle: d.old("/index")},
			{Pattern: "GET /catalog.html", Handle: d.old("/catalog")},
			{Pattern: "GET /res/{file}", Handle: d.oldThread},
			{Pattern: "GET /thread/{file}", Handle: d.oldThread},
		},
	}
}

// aboutBoard is what moves a page of a board.
func aboutBoard(q *page.Request) []cache.Topic { return []cache.Topic{{Board: q.Place.Path()}} }

// aboutThread is what moves a page of a thread: what is said there, and how far its
// city has come.
func aboutThread(q *page.Request) []cache.Topic {
	n, err := number(q)
	if err != nil {
		return nil
	}
	return []cache.Topic{{Thread: n}, {Ladder: q.Place.Path()}}
}
