package placepages

import "moot/internal/web/page"

var aboutPage = page.Declare[*aboutView](folder, "about")

type aboutView struct {
	page.View
	Cities int
}

// about says what the site is, what it keeps, and what it is made of.
func (d *door) about(q *page.Request) error {
	v := &aboutView{View: page.View{Title: q.T("places.about_title"), Description: q.T("places.about_description")}}
	v.Trail = []page.Crumb{{Name: v.Title}}
	v.Cities, _, _ = q.Site.Gazetteer.Len()
	return aboutPage.Render(q, v)
}
