package placepages

import "moot/internal/web/page"

var aboutPage = page.Declare[*aboutView](folder, "about")

type aboutView struct {
	page.View
	Cities int
}

var safetyPage = page.Declare[*safetyView](folder, "safety")

type safetyView struct{ page.View }

// safety says how to meet strangers and be safe.
func (d *door) safety(q *page.Request) error {
	v := &safetyView{page.View{Title: q.T("safety.title"), Description: q.T("safety.lead")}}
	v.Trail = []page.Crumb{{Name: v.Title}}
	return safetyPage.Render(q, v)
}

// about says what the site is, what it keeps, and what it is made of.
func (d *door) about(q *page.Request) error {
	v := &aboutView{View: page.View{Title: q.T("places.about_title"), Description: q.T("places.about_description")}}
	v.Trail = []page.Crumb{{Name: v.Title}}
	v.Cities, _, _ = q.Site.Gazetteer.Len()
	return aboutPage.Render(q, v)
}
