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
	Excerpt  string // "" where the title says it all
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
	for _, n := range newest {
		v.Newest = append(v.Newest, newNotice(n))
	}
	return frontPage.Render(q, v)
}
