package boardpages

import (
	"strconv"

	"moot/internal/web/page"
)

var viewPage = page.Declare[*postView](folder, "view")

// postView is one post on a page of its own: what a reference shows of the post
// that it points at.
type postView struct {
	page.View
	Head string // title of its thread
	Post shownPost
}

// view shows a post by itself.
func (d *door) view(q *page.Request) error {
	n, err := number(q)
	if err != nil {
		return err
	}
	t, p, err := d.boards.Post(q.Context(), n)
	if err != nil {
		return err
	}
	opening := p
	if !p.Opens() {
		if _, opening, err = d.boards.Post(q.Context(), t.Number); err != nil {
			return err
		}
	}
	q.Place = t.Place                         // the page has its board's colour and trail
	s := show(q.Reader, t, opening.Tag).on(p) // no other post stands on it
	v := &postView{Post: s.post(p)}
	v.Head, _ = title(q.Reader, t, opening)
	name := q.T("board.thread_number", "number", strconv.FormatInt(p.Number, 10))
	v.View = page.View{
		Title:     name,
		Trail:     q.Trail(page.Crumb{Name: v.Head, Address: t.Path()}, page.Crumb{Name: name}),
		Canonical: t.Path(),
		NoIndex:   true,
	}
	return viewPage.Render(q, v)
}
