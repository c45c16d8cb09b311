package placepages

import (
	"html/template"

	"moot/internal/board"
	"moot/internal/web/page"
)

const (
	frontNewest    = 9
	frontLiveliest = 8
	frontDots      = 150
	excerptLength  = 260 // characters of an opening post on a notice
	titleLength    = 70  // of one that stands for a missing subject
)

var frontPage = page.Declare[*frontView](folder, "front")

type frontView struct {
	page.View
	Soon      template.HTML // what is coming up
	Chart     chart
	Liveliest []board.Lively
	Newest    []notice
	Cities    int
}

// notice is a thread on the front page's wall.
type notice struct {
	board.Thread
	Title    string // its subject, or how it begins
	Untitled bool
	Excerpt  string        // "" where the title says it all, or its card instead
	Gist     template.HTML // what its card comes to
}

func newNotice(n board.Notice) notice {
	made := notice{Thread: n.Thread, Title: n.Thread.Subject}
	text := n.Opening.Document()
	made.Excerpt = text.Plain(excerptLength)
	if made.Title == "" {
		made.Title, made.Untitled = text.Plain(titleLength), true
	}
	if made.Title == made.Excerpt {
		made.Excerpt = ""
	}
	return made
}

// front is the world: find your city, and see where people write.
func (d *door) front(q *page.Request) error {
	world := q.Site.Gazetteer.World()
	newest, err := d.boards.Newest(q.Context(), frontNewest)
	if err != nil {
		return err
	}
	lively := d.directory.Liveliest(world, frontDots)
	cities, _, _ := q.Site.Gazetteer.Len()
	v := &frontView{
		View:      page.View{Description: q.T("places.front_description"), Bare: true, Feeds: []page.Feed{{Name: q.T("feed.title_meetups"), Address: "/world/meetups.atom"}}},
		Chart:     d.draw(q, world, lively, nil, d.directory.Meeting(world, q.Now(), q.Now().Add(meetsAhead), chartMeets)),
		Liveliest: lively[:min(frontLiveliest, len(lively))],
		Cities:    cities,
	}
	if d.steps.Soon != nil {
		if v.Soon, err = d.steps.Soon(q); err != nil {
			return err
		}
	}
	if v.Newest, err = d.notices(q, newest); err != nil {
		return err
	}
	return frontPage.Render(q, v)
}

// notices are threads as the front page shows them, each with what its card comes to.
func (d *door) notices(q *page.Request, all []board.Notice) (shown []notice, err error) {
	var threads []int64
	for _, n := range all {
		if shown = append(shown, newNotice(n)); n.Thread.Card != "" {
			threads = append(threads, n.Thread.Number)
		}
	}
	gists, err := d.steps.GistsOf(q.Context(), threads)
	for i := range shown {
		g := gists[shown[i].Number]
		if g.Instead {
			shown[i].Excerpt = ""
		}
		if err == nil {
			shown[i].Gist, err = g.Part.Made(q.Reader)
		}
	}
	return shown, err
}
