package importpages

import (
	"embed"
	"fmt"
	"net/http"
	"slices"

	"moot/internal/board"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/meetup"
	"moot/internal/origin"
	"moot/internal/place"
	"moot/internal/web/page"
)

//go:embed *.html *.css
var files embed.FS

var (
	folder     = page.NewFolder("importpages", files)
	importPage = page.Declare[*importView](folder, "import")
	reportPage = page.Declare[*reportView](folder, "report")
)

// pages are the folder's pages with what they stand on.
type pages struct {
	origins *origin.Origins
	meetups *meetup.Meetups
	boards  *board.Boards
}

// New is the folder, on the calendars that a site's meetups come from.
func New(origins *origin.Origins, meetups *meetup.Meetups, boards *board.Boards) page.Pages {
	d := &pages{origins, meetups, boards}
	return page.Pages{
		Folder: folder,
		Board: []page.Route{
			{Pattern: "GET /meetups/import", Handle: d.ask},
			{Pattern: "POST /meetups/import", Handle: d.sent, Files: 1},
			{Pattern: "GET /meetups/import/{token}", Handle: d.byLink},
		},
	}
}

// importView is where a file is chosen, and what came of the one before.
type importView struct {
	page.View
	Place    place.Place
	Action   string
	Name     string
	Token    string // of who brought it before; "" for nobody
	Link     string // to keep
	Brought  bool   // just now
	New      int
	Changed  int
	Called   int
	Meetups  []hosted
	Problems page.Problems
}

// hosted is a meetup that came of the file.
type hosted struct {
	meetup.Meetup
	Address string
	Host    string // address of its host's page
}

// Next is when it is held next.
func (h hosted) Next() meetup.Occurrence {
	if len(h.Coming) > 0 {
		return h.Coming[0]
	}
	return h.First()
}

func (d *pages) ask(q *page.Request) error { return d.render(q, &importView{}) }

// byLink is the page of who brought a calendar before, by their link.
func (d *pages) byLink(q *page.Request) error {
	query := q.R.URL.Query()
	v := &importView{Token: q.R.PathValue("token"), Brought: query.Has("new")}
	for name, n := range map[string]*int{"new": &v.New, "changed": &v.Changed, "called": &v.Called} {
		fmt.Sscan(query.Get(name), n)
	}
	return d.render(q, v)
}

func (d *pages) render(q *page.Request, v *importView) error {
	if q.Place.Kind() != place.City {
		return fault.New(fault.NotFound, "origin.no_city")
	}
	v.Place, v.Action = q.Place, "/"+q.Place.Path()+"/meetups/import"
	if v.Token != "" {
		owner, ok := key.Parse(v.Token)
		if !ok {
			return fault.New(fault.NotFound, "origin.no_calendar")
		}
		name, threads, found, err := d.origins.Owned(q.Context(), q.Place, owner)
		if err != nil {
			return err
		}
		if !found {
			return fault.New(fault.NotFound, "origin.no_calendar")
		}
		if v.Name == "" {
			v.Name = name
		}
		v.Link = q.Link(v.Action + "/" + v.Token)
		for _, thread := range threads {
			m, err := d.meetups.Meetup(q.Context(), thread)
			if fault.Is(err, fault.NotFound) { // taken back meanwhile
				continue
			} else if err != nil {
				return err
			}
			v.Meetups = append(v.Meetups, hosted{m, fmt.Sprintf("/%s/t/%d", q.Place.Path(), m.Thread), fmt.Sprintf("/host/%d/%s", m.Thread, v.Token)})
		}
		slices.SortStableFunc(v.Meetups, func(a, b hosted) int { return a.Next().Start.Compare(b.Next().Start) })
	}
	v.View = page.View{
		Title: q.T("origin.title", "place", q.Name(q.Place)), NoIndex: true, Personal: v.Token != "" || q.R.Method == http.MethodPost, Status: v.Status,
		Trail: trail(q),
	}
	return importPage.Render(q, v)
}

func trail(q *page.Request) []page.Crumb {
	return q.Trail(page.Crumb{Name: q.T("meetup.coming"), Address: "/" + q.Place.Path() + "/meetups"}, page.Crumb{Name: q.T("origin.bring")})
}

// refuse gives the first page back with what is wrong.
func (d *pages) refuse(q *page.Request, v *importView, err error) error {
	problems, mendable := q.Problems(err)
	if !mendable {
		return err
	}
	v.Problems, v.Status = problems, page.StatusOf(err)
	q.RetryAfter(fault.Each(err)...)
	return d.render(q, v)
}
