package boardpages

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"time"

	"moot/internal/board"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/live"
	"moot/internal/place"
	"moot/internal/web/page"
)

// What open pages are told of, in the same HTML that a page of the site has.
var (
	postPart   = page.DeclareFragment[shownPost](folder, "post")
	noticePart = page.DeclareFragment[shownNotice](folder, "notice")
	statePart  = page.DeclareFragment[threadState](folder, "state")
)

// The names of what they are told.
const (
	tellPost    = "post"    // a post was added: its HTML
	tellChanged = "changed" // a post is not as it was: its HTML
	tellGone    = "gone"    // a post was taken back: what stands in its place; on a board, a thread left it: its number
	tellThread  = "thread"  // how the thread stands: the part "state"
	tellNotice  = "notice"  // a thread on the board as it is now: its notice
	tellCard    = "card"    // what the thread's card says now
	tellStrip   = "strip"   // how far the place has come
)

// threadState is how many replies a thread has, and why it takes no more.
type threadState struct {
	board.Thread
	Vanished bool // it isn't there any more
}

// following is what a page needs to follow what happens where it leads.
type following struct {
	Board  bool   // a board, not a thread
	Stream string // address of what happens
	Poll   string // address to look at by and by, where that can't be had
	Newer  string // address of a page with what is new, for who has no script
}

func followThread(t board.Thread, last int64) *following {
	path := t.Path()
	return &following{
		Stream: fmt.Sprintf("%s/live?after=%d", path, last),
		Poll:   fmt.Sprintf("%s/new?after=%d", path, last),
		Newer:  fmt.Sprintf("%s?after=%d", path, last),
	}
}

func followBoard(p place.Place, all []board.Notice) *following {
	newest := int64(0)
	for _, n := range all {
		newest = max(newest, n.Thread.BumpedBy())
	}
	path := "/" + p.Path()
	return &following{Board: true, Stream: fmt.Sprintf("%s/live?after=%d", path, newest), Poll: path}
}

// liveThread lets a reader of a thread hear what happens in it.
func (d *door) liveThread(q *page.Request) (live.Ask, error) {
	n, err := number(q)
	if err != nil {
		return live.Ask{}, err
	}
	t, err := d.boards.Find(q.Context(), n)
	if err == nil && (t.Thread != n || t.Place != q.Place.Path()) {
		err = fault.New(fault.NotFound, "board.no_thread")
	}
	return live.Ask{Topic: live.Topic{Thread: n}, Source: d.threadSource(q.Site, n), Post: key(q, "after")}, err
}

// liveBoard lets a reader of a board hear what happens on it.
func (d *door) liveBoard(q *page.Request) (live.Ask, error) {
	return live.Ask{Topic: live.Topic{Board: q.Place.Path()}, Source: d.boardSource(q.Site, q.Place), Post: key(q, "after")}, nil
}

// read is what was read of a thread, to be worded in any language.
type read struct {
	site    *page.Site
	thread  threadState
	opening board.Post
	posts   []board.Post
	name    string // of what is told of them
	state   bool   // how the thread stands is told too
	card    page.Part
}

// ofCard reports whether an event is of what cards say, and how far a place has come.
func ofCard(e event.Event) bool {
	return e.Kind == event.CardChanged || e.Kind == event.HandsChanged || e.Kind == event.MeetupTiding || e.Kind == event.ConveningTiding
}

func (d *door) threadSource(site *page.Site, thread int64) *live.Source {
	return &live.Source{
		Tell: func(ctx context.Context, e event.Event) (live.Say, error) {
			r, err := d.readEvent(ctx, e)
			if fault.Is(err, fault.NotFound) {
				r, err = read{thread: threadState{Vanished: true}, state: true}, nil
			}
			r.site = site
			return r.say, err
		},
		Since: func(ctx context.Context, post int64) (live.Say, error) {
			v, err := d.boards.Thread(ctx, thread, board.Span{After: post})
			if err != nil {
				return nil, err
			}
			card, err := d.steps.CardOf(ctx, thread, v.Thread.Card)
			if err != nil || len(v.Posts) == 0 && card == nil {
				return nil, err
			}
			if v.Later {
				return func(string) ([]live.Message, error) { return live.Anew, nil }, nil
			}
			return read{site, threadState{Thread: v.Thread}, v.Opening, v.Posts, tellPost, len(v.Posts) > 0, card}.say, nil
		},
	}
}

// readEvent reads what an event left behind in a thread.
func (d *door) readEvent(ctx context.Context, e event.Event) (r read, err error) {
	r.name, r.state = tellChanged, true
	if r.thread.Thread, r.opening, err = d.boards.Post(ctx, e.Thread); err != nil {
		return r, err
	}
	if ofCard(e) {
		r.state = false
		r.card, err = d.steps.CardOf(ctx, e.Thread, r.thread.Card)
		return r, err
	}
	switch e.Kind {
	case event.PostAdded, event.ThreadStarted:
		r.name = tellPost
	case event.PostGone, event.PostChanged:
	default:
		return r, nil
	}
	p := r.opening
	if e.Post != e.Thread {
		if _, p, err = d.boards.Post(ctx, e.Post); err != nil {
			return r, err
		}
	}
	r.posts = []board.Post{p}
	return r, nil
}

// say words it in a language.
func (r read) say(language string) ([]live.Message, error) {
	var all []live.Message
	reader := r.site.Reader(language)
	s := show(reader, r.thread.Thread, r.opening.Tag) // addresses are whole, as nobody knows which posts a page shows
	for _, p := range r.posts {
		shown := s.post(p)
		shown.Tick = !p.Gone
		html, err := postPart.Make(reader, shown)
		if err != nil {
			return nil, err
		}
		name := r.name
		if p.Gone {
			name = tellGone
		}
		all = append(all, live.Message{Name: name, Data: html})
	}
	if r.card != nil {
		html, err := r.card(reader)
		if err != nil {
			return nil, err
		}
		all = append(all, live.Message{Name: tellCard, Data: []byte(html)})
	}
	if !r.state {
		return all, nil
	}
	html, err := statePart.Make(reader, r.thread)
	return append(all, live.Message{Name: tellThread, Data: html}), err
}

func (d *door) boardSource(site *page.Site, p place.Place) *live.Source {
	say := func(strip page.Part, gists map[int64]page.Gist, all ...board.Notice) live.Say {
		return func(language string) ([]live.Message, error) {
			messages, err := tellNotices(site.Reader(language), p, gists, all)
			if err != nil || strip == nil {
				return messages, err
			}
			html, err := strip(site.Reader(language))
			return append(messages, live.Message{Name: tellStrip, Data: []byte(html)}), err
		}
	}
	return &live.Source{
		Tell: func(ctx context.Context, e event.Event) (live.Say, error) {
			if ofCard(e) {
				strip, err := d.steps.StripOf(ctx, p)
				if e.Kind != event.MeetupTiding || e.Post == 0 || err != nil {
					return say(strip, nil), err
				}
				n, gists, err := d.readNotice(ctx, e.Thread)
				if fault.Is(err, fault.NotFound) || err == nil && n.Thread.Archived() {
					return say(strip, nil), nil
				}
				return say(strip, gists, n), err
			}
			n, gists, err := d.readNotice(ctx, e.Thread)
			if fault.Is(err, fault.NotFound) || err == nil && n.Thread.Archived() {
				left := []live.Message{{Name: tellGone, Data: strconv.AppendInt(nil, e.Thread, 10)}}
				return func(string) ([]live.Message, error) { return left, nil }, nil
			}
			return say(nil, gists, n), err
		},
		Since: func(ctx context.Context, post int64) (live.Say, error) {
			w, err := d.boards.Threads(ctx, p, 0, board.WallSize)
			if err != nil {
				return nil, err
			}
			newer := slices.DeleteFunc(w.Notices, func(n board.Notice) bool { return n.Thread.BumpedBy() <= post })
			if len(newer) >= board.WallSize {
				return func(string) ([]live.Message, error) { return live.Anew, nil }, nil
			}
			slices.Reverse(newer) // what was bumped last comes last
			gists, err := d.gists(ctx, newer)
			if err != nil {
				return nil, err
			}
			strip, err := d.steps.StripOf(ctx, p)
			return say(strip, gists, newer...), err
		},
	}
}

// readNotice is a thread for a wall, and what its card comes to.
func (d *door) readNotice(ctx context.Context, thread int64) (n board.Notice, gists map[int64]page.Gist, err error) {
	if n, err = d.boards.Notice(ctx, thread); err == nil {
		gists, err = d.gists(ctx, []board.Notice{n})
	}
	return n, gists, err
}

func tellNotices(r page.Reader, on place.Place, gists map[int64]page.Gist, all []board.Notice) ([]live.Message, error) {
	var messages []live.Message
	for _, n := range all {
		shown := notice(r, on, n)
		if err := shown.carry(r, gists); err != nil {
			return nil, err
		}
		html, err := noticePart.Make(r, shown)
		if err != nil {
			return nil, err
		}
		messages = append(messages, live.Message{Name: tellNotice, Data: html})
	}
	return messages, nil
}

var newPage = page.Declare[*newView](folder, "new")

// newView is what is new in a thread.
type newView struct {
	page.View
	Head    string
	State   threadState
	Card    template.HTML
	Posts   []shownPost
	Address string // of the thread
	After   string // of what comes after the last, or ""
}

// news is what came into a thread after a post: what open pages look at where
// they can't be told.
func (d *door) news(q *page.Request) error {
	n, err := number(q)
	if err != nil {
		return err
	}
	view, err := d.boards.Thread(q.Context(), n, board.Span{After: max(key(q, "after"), n)})
	if err != nil {
		return err
	}
	t := view.Thread
	if t.Place != q.Place {
		return q.Redirect(http.StatusMovedPermanently, t.Path()+"/new?"+q.R.URL.RawQuery)
	}
	v := &newView{State: threadState{Thread: t}, Address: t.Path()}
	v.Head, _ = title(q.Reader, t, view.Opening)
	card, err := d.steps.CardOf(q.Context(), t.Number, t.Card)
	if err != nil {
		return err
	}
	if v.Card, err = card.Made(q.Reader); err != nil {
		return err
	}
	s := show(q.Reader, t, view.Opening.Tag)
	v.Posts = s.posts(view.Posts)
	for i := range v.Posts {
		v.Posts[i].Tick = !v.Posts[i].Gone
	}
	if view.Later {
		v.After = fmt.Sprintf("%s?after=%d", t.Path(), view.Last())
	}
	v.View = page.View{
		Title:     q.T("live.title", "title", v.Head),
		Trail:     q.Trail(page.Crumb{Name: v.Head, Address: t.Path()}, page.Crumb{Name: q.T("live.look")}),
		Canonical: t.Path(), NoIndex: true,
	}
	// Times are kept to the minute, so that of the newest post says nothing until
	// its minute is over; and nothing of what a card says.
	if card == nil && q.Now().Sub(t.LastAt) > time.Minute {
		q.W.Header().Set("Last-Modified", t.LastAt.UTC().Format(http.TimeFormat))
	}
	return newPage.Render(q, v)
}
