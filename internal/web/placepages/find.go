package placepages

import (
	"net/http"
	"strings"
	"time"

	"moot/internal/board"
	"moot/internal/place"
	"moot/internal/text"
	"moot/internal/web/page"
)

const (
	findShown    = 40              // places on a page of results
	suggestShown = 8               // suggestions under a search box
	suggestKept  = 5 * time.Minute // by the browser
	maxQuery     = 200             // bytes of a query that are looked at
)

var findPage = page.Declare[*findView](folder, "find")

type findView struct {
	page.View
	Asked string
	Found []found
	Slips bool // nothing is called as asked; Found are the nearest spellings
}

// found is a place in the results.
type found struct {
	Place place.Place
	Also  string        // the name that was asked for, where the reader's language has another
	Board *board.Lively // nil while it is quiet
}

// find lists the places of a name.
func (d *door) find(q *page.Request) error {
	asked := query(q)
	v := &findView{
		View:  page.View{Title: q.T("places.find_title"), NoIndex: true, Bare: true},
		Asked: asked,
	}
	v.Trail = []page.Crumb{{Name: v.Title}}
	if asked == "" {
		return findPage.Render(q, v)
	}
	matches := q.Site.Gazetteer.Find(asked, findShown)
	if only, ok := theOne(asked, matches); ok && q.R.URL.Query().Get("go") != "" {
		return q.Redirect(http.StatusSeeOther, "/"+only.Path())
	}
	v.Slips = len(matches) > 0
	for _, m := range matches {
		f := found{Place: m.Place, Also: also(q, m)}
		if b, ok := d.directory.Board(m.Place); ok {
			f.Board = &b
		}
		v.Found = append(v.Found, f)
		v.Slips = v.Slips && m.Slip
	}
	return findPage.Render(q, v)
}

// query is what was asked for, cut to what a name can be.
func query(q *page.Request) string {
	s := q.R.URL.Query().Get("q")
	if len(s) > maxQuery {
		s = s[:maxQuery]
	}
	return text.CleanLine(s)
}

// theOne is the place that is called exactly as asked, where there is just one.
// Of two, or of a name mistyped, nobody but the reader can choose.
func theOne(asked string, matches []place.Match) (place.Place, bool) {
	var only place.Place
	wanted := text.Fold(asked)
	for _, m := range matches {
		if m.Slip || text.Fold(m.Name) != wanted {
			continue
		}
		if only.Valid() {
			return place.Place{}, false
		}
		only = m.Place
	}
	return only, only.Valid()
}

// also is the name that was found, where it isn't the one the page shows.
func also(q *page.Request, m place.Match) string {
	if text.Fold(m.Name) == text.Fold(q.Name(m.Place)) {
		return ""
	}
	return m.Name
}

// suggestion is a place under a search box.
type suggestion struct {
	Name  string `json:"name"`
	Where string `json:"where"`
	Path  string `json:"path"`
}

// suggestions are what find.js shows, with how many there are in words for who
// can't see them.
type suggestions struct {
	Status string       `json:"status"`
	Places []suggestion `json:"places"`
}

// suggest answers a search box as one types.
func (d *door) suggest(q *page.Request) error {
	answer := suggestions{Places: []suggestion{}}
	if asked := query(q); asked != "" {
		for _, m := range q.Site.Gazetteer.Find(asked, suggestShown) {
			where := []string{page.Where(q.Language, m.Place), also(q, m)}
			if where[0] == "" {
				where[0] = kind(q, m.Place)
			}
			answer.Places = append(answer.Places, suggestion{
				Name: q.Name(m.Place), Path: "/" + m.Place.Path(),
				Where: strings.TrimSuffix(strings.Join(where, " · "), " · "),
			})
		}
		answer.Status = q.T("places.suggested", "n", len(answer.Places))
	}
	return q.JSON(answer, suggestKept)
}

// kind says what sort of place it is.
func kind(q *page.Request, p place.Place) string {
	switch p.Kind() {
	case place.World:
		return q.T("places.kind_world")
	case place.Country:
		return q.T("places.kind_country")
	case place.Region:
		return q.T("places.kind_region")
	}
	return q.T("places.kind_city")
}

// Kind says on the page what sort of place it is.
func (v *findView) Kind(p place.Place) string {
	switch p.Kind() {
	case place.World:
		return v.Language.T("places.kind_world")
	case place.Country:
		return v.Language.T("places.kind_country")
	case place.Region:
		return v.Language.T("places.kind_region")
	}
	if n := p.Population(); n > 0 {
		return v.Language.T("places.people", "n", n)
	}
	return v.Language.T("places.kind_city")
}
