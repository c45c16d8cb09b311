package boardpages

import (
	"fmt"
	"html/template"
	"net/http"

	"moot/internal/board"
	"moot/internal/web/page"
)

var threadPage = page.Declare[*threadView](folder, "thread")

type threadView struct {
	page.View
	Head    string // the title
	Thread  board.Thread
	Card    template.HTML
	Side    template.HTML // how far the city has come
	Opening shownPost
	Posts   []shownPost
	Earlier int    // replies left out before the first
	Before  string // address that shows them
	After   string // address of what comes after the last, or ""
	Whole   string // address of the thread as it opens, where this isn't it
	LastFew string // address of the last-50 view, where that is less
	Write   *writing
	Others  []shownNotice // of the same board
	Follow  *following    // nil where the page doesn't go to the thread's end
}

// State is how the thread stands.
func (v *threadView) State() threadState { return threadState{Thread: v.Thread} }

func (d *door) thread(q *page.Request) error {
	return d.showThread(q, board.Span{Before: key(q, "before"), After: key(q, "after")})
}

func (d *door) threadLast(q *page.Request) error {
	return d.showThread(q, board.Span{Last: board.LastView})
}

// others is how many other threads of the board stand beside a thread.
const others = 6

func (d *door) showThread(q *page.Request, span board.Span) error {
	n, err := number(q)
	if err != nil {
		return err
	}
	view, err := d.boards.Thread(q.Context(), n, span)
	if err != nil {
		return err
	}
	t := view.Thread
	if t.Place != q.Place {
		return q.Redirect(http.StatusMovedPermanently, t.Path())
	}
	v := &threadView{Thread: t, Earlier: view.Earlier}
	v.Head, _ = title(q.Reader, t, view.Opening)
	v.View = page.View{Title: v.Head, Trail: q.Trail(page.Crumb{Name: q.T("board.thread_number", "number", t.Number)}), Canonical: t.Path(), Modules: []string{"write.js", "habits.js"}}
	v.Feeds = []page.Feed{{Name: q.T("feed.title_thread"), Address: t.Path() + "/posts.atom"}, {Name: q.T("feed.title_board"), Address: "/" + t.Place.Path() + "/threads.atom"}}
	v.Sign = &page.Sign{Kind: "article", Picture: t.Path() + "/sign.png", Alt: q.T("board.sign", "title", v.Head, "place", q.Name(t.Place))}
	if !view.Opening.Gone {
		v.Description = view.Opening.Document().Plain(160)
	}
	v.NoIndex = span != board.Span{}
	v.links(span, view)
	s := show(q.Reader, t, view.Opening.Tag).on(view.Opening).on(view.Posts...)
	v.Opening, v.Posts = s.post(view.Opening), s.posts(view.Posts)
	for i := range v.Posts {
		v.Posts[i].Tick = !v.Posts[i].Gone
	}
	v.Opening.Tick = !v.Opening.Gone
	if err := d.welcome(q, v); err != nil {
		return err
	}
	card, err := d.steps.CardOf(q.Context(), t.Number, t.Card)
	if err != nil {
		return err
	}
	if v.Card, err = card.Made(q.Reader); err != nil {
		return err
	}
	if d.steps.Side != nil {
		if v.Side, err = d.steps.Side(q); err != nil {
			return err
		}
	}
	if err := d.sheets.fill(q.Reader, append(pointers(v.Posts), &v.Opening)...); err != nil {
		return err
	}
	if !view.Later && !t.Archived() {
		v.Follow = followThread(t, view.Last())
		v.Live, v.Modules = true, append(v.Modules, "live.js")
		if q.Site.PushKey != "" {
			v.Modules = append(v.Modules, "push.js")
		}
	}
	if t.Open() {
		v.Write = d.blank(q, &t)
	}
	beside, err := d.boards.Threads(q.Context(), q.Place, 0, others+1)
	if err != nil {
		return err
	}
	for _, other := range notices(q, beside.Notices) {
		if other.Number != t.Number && len(v.Others) < others {
			v.Others = append(v.Others, other)
		}
	}
	return threadPage.Render(q, v)
}

// links are the ways on from a part of a thread.
func (v *threadView) links(span board.Span, view board.View) {
	path := v.Thread.Path()
	if view.Earlier > 0 {
		v.Before = fmt.Sprintf("%s?before=%d", path, view.First())
	}
	if view.Later {
		v.After = fmt.Sprintf("%s?after=%d", path, view.Last())
	}
	if span != (board.Span{}) {
		v.Whole = path
	}
	if span.Last == 0 && v.Thread.Replies() > board.LastView {
		v.LastFew = path + "/last"
	}
}

// welcome shows a writer who comes back from the form what is theirs: the
// post's delete code.
func (d *door) welcome(q *page.Request, v *threadView) error {
	posted := key(q, "posted")
	if posted == 0 {
		return nil
	}
	v.Personal, v.NoIndex = true, true
	owns, err := d.boards.Owns(q.Context(), q.Actor(), posted)
	if err != nil || !owns {
		return err
	}
	mine := &yours{Code: q.Actor().Code(posted), Path: fmt.Sprintf("/p/%d/take-back", posted)}
	if v.Opening.Number == posted {
		v.Opening.Yours = mine
	}
	for i := range v.Posts {
		if v.Posts[i].Number == posted {
			v.Posts[i].Yours = mine
		}
	}
	return nil
}
