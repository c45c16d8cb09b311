package board

import (
	"context"
	"slices"
	"time"

	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/place"
)

// How much a page holds.
const (
	WallSize    = 24  // threads on a wall
	IndexSize   = 12  // threads on an index page
	CatalogSize = 300 // tiles in a catalog
	lastReplies = 3   // replies under each thread of an index
	LastView    = 50  // posts of the last-50 view
	wholeThread = 300 // posts up to which a thread is shown whole
	slice       = 100 // posts of a longer thread that are shown at once
	excerpt     = 700 // characters of an opening post that a wall reads
)

// Notice is a thread as a wall shows it.
type Notice struct {
	Thread  Thread
	Opening Post
	Last    []Post // its newest replies, on an index only
	Omitted int    // replies that stand before those
}

// Wall is a stretch of threads, the one bumped last first.
type Wall struct {
	Notices []Notice
	Older   int64 // give it as before to read on; 0 where there is no more
}

// Threads reads the threads of a place's own board. Before is 0 for the first,
// or what the wall before it gave as Older.
func (b *Boards) Threads(ctx context.Context, p place.Place, before int64, size int) (Wall, error) {
	return b.wall(ctx, wallQuery{where: `t.place = $1 AND t.archived_at = 0`, args: []any{p.Path()}, pins: true}, before, size)
}

// Index is Threads with the newest replies of each.
func (b *Boards) Index(ctx context.Context, p place.Place, before int64, size int) (Wall, error) {
	return b.wall(ctx, wallQuery{where: `t.place = $1 AND t.archived_at = 0`, args: []any{p.Path()}, pins: true, replies: true}, before, size)
}

// Below reads what the boards beneath a place bring up: the regions and cities
// of a country, the cities of a region, all that the world has. A city has
// nothing beneath it.
func (b *Boards) Below(ctx context.Context, p place.Place, before int64, size int) (Wall, error) {
	q := wallQuery{args: []any{p.Path()}}
	switch p.Kind() {
	case place.World:
		q.where = `t.place <> $1 AND t.archived_at = 0`
	case place.Country:
		q.where = `t.country = $1 AND t.place <> $1 AND t.archived_at = 0`
	case place.Region:
		q.where = `t.region = $1 AND t.place <> $1 AND t.archived_at = 0`
	default:
		return Wall{}, nil
	}
	return b.wall(ctx, q, before, size)
}

// Newest reads the threads that were opened last, everywhere.
func (b *Boards) Newest(ctx context.Context, size int) ([]Notice, error) {
	w, err := b.wall(ctx, wallQuery{where: `t.number > $1`, args: []any{0}, key: "t.number"}, 0, size)
	return w.Notices, err
}

// Notice reads one thread as a wall shows it.
func (b *Boards) Notice(ctx context.Context, thread int64) (Notice, error) {
	w, err := b.wall(ctx, wallQuery{where: `t.number = $1`, args: []any{thread}}, 0, 1)
	if err == nil && len(w.Notices) == 0 {
		err = fault.New(fault.NotFound, "board.no_thread")
	}
	if err != nil {
		return Notice{}, err
	}
	return w.Notices[0], nil
}

// newest is the key before which every thread stands.
const newest = 1 << 62

// wallQuery picks threads. Where and key are texts of this file; whatever a
// visitor sent is in args.
type wallQuery struct {
	where   string
	args    []any
	key     string // what they are ordered by; t.bump where it is ""
	pins    bool   // pinned threads stand first, on the first page
	replies bool
}

// maxPinned is how many pinned threads a board shows.
const maxPinned = 12

func (b *Boards) wall(ctx context.Context, q wallQuery, before int64, size int) (w Wall, err error) {
	if q.key == "" {
		q.key = "t.bump"
	}
	if before <= 0 {
		before = newest
	}
	first := before == newest
	wanted := q
	err = b.db.Read(ctx, func(tx *db.Tx) error {
		w, q = Wall{}, wanted // it may run twice
		if q.pins && first {
			pinned := q
			pinned.where += ` AND t.pinned`
			if w.Notices, err = b.notices(tx, pinned, before, maxPinned); err != nil {
				return err
			}
		}
		if q.pins {
			q.where += ` AND NOT t.pinned`
		}
		found, err := b.notices(tx, q, before, size+1)
		if err != nil {
			return err
		}
		if len(found) > size {
			found = found[:size]
			w.Older = found[size-1].Thread.bump
			if q.key == "t.number" {
				w.Older = found[size-1].Thread.Number
			}
		}
		w.Notices = append(w.Notices, found...)
		if !q.replies {
			return addPicturesOfNotices(tx, w.Notices)
		}
		for i := range w.Notices {
			if err := b.addReplies(tx, &w.Notices[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return w, err
}

// notices reads threads, the one with the highest key first.
func (b *Boards) notices(tx *db.Tx, q wallQuery, before int64, size int) ([]Notice, error) {
	return db.All(tx, b.scanNotice, `SELECT `+threadColumns+`, p.name, p.trip, p.tag, substr(p.body, 1, $3), p.gone, p.at
		FROM thread t JOIN post p ON p.number = t.number
		WHERE `+q.where+` AND `+q.key+` < $2 ORDER BY `+q.key+` DESC LIMIT $4`,
		append(slices.Clone(q.args), before, excerpt, size)...)
}

// addReplies reads a notice's newest replies and its opening post whole.
func (b *Boards) addReplies(tx *db.Tx, n *Notice) error {
	posts, err := postsOf(tx, `thread = $1 AND number = $1`, n.Thread.Number)
	if err != nil || len(posts) == 0 {
		return err
	}
	last, err := lastPosts(tx, n.Thread.Number, lastReplies)
	if err != nil {
		return err
	}
	posts = append(posts, last...)
	if err := addQuotes(tx, n.Thread.Number, posts); err != nil {
		return err
	}
	if err := addPictures(tx, n.Thread.Number, posts); err != nil {
		return err
	}
	n.Opening, n.Last = posts[0], posts[1:]
	n.count()
	return nil
}

// count tells how many posts that stand a notice leaves out.
func (n *Notice) count() {
	n.Omitted = n.Thread.Posts
	for _, p := range append([]Post{n.Opening}, n.Last...) {
		if !p.Gone {
			n.Omitted--
		}
	}
	n.Omitted = max(n.Omitted, 0)
}

const threadColumns = `t.number, t.place, t.subject, t.posts, t.pictures, t.bump, t.at, t.last_at, t.locked, t.pinned, t.archived_at, t.card`

// scanThread reads threadColumns and whatever follows them.
func (b *Boards) scanThread(scan db.Scan, more ...any) (Thread, error) {
	var t Thread
	var path string
	var at, lastAt, archivedAt int64
	err := scan(append([]any{&t.Number, &path, &t.Subject, &t.Posts, &t.Pictures, &t.bump, &at, &lastAt, &t.Locked, &t.Pinned, &archivedAt, &t.Card}, more...)...)
	if err != nil {
		return t, err
	}
	t.Full = b.limits.ThreadPosts > 0 && t.Posts >= b.limits.ThreadPosts
	t.Settled = b.limits.BumpLimit > 0 && t.Posts >= b.limits.BumpLimit
	if t.Place, err = b.place(path); err != nil {
		return t, err
	}
	t.At, t.LastAt = time.Unix(at, 0).In(t.Place.Zone()), time.Unix(lastAt, 0).In(t.Place.Zone())
	if archivedAt > 0 {
		t.ArchivedAt = time.Unix(archivedAt, 0).In(t.Place.Zone())
	}
	return t, nil
}

// place is the place of a path that was stored: paths are stable for ever.
func (b *Boards) place(path string) (place.Place, error) {
	if p, ok := b.places.ByPath(path); ok {
		return p, nil
	}
	if p, ok := b.places.Redirect(path); ok {
		return p, nil
	}
	return place.Place{}, fault.New(fault.Broken, "place.unknown")
}

func (b *Boards) scanNotice(scan db.Scan) (Notice, error) {
	var p Post
	var at int64
	t, err := b.scanThread(scan, &p.Name, &p.Trip, &p.Tag, &p.Body, &p.Gone, &at)
	p.Number, p.Thread, p.At = t.Number, t.Number, time.Unix(at, 0).UTC()
	return Notice{Thread: t, Opening: p}, err
}

// Span says which posts of a thread to read. The zero Span is all of a thread
// of ordinary length, and the newest of a long one.
type Span struct {
	Last   int   // so many of the newest
	Before int64 // or those before a number
	After  int64 // or those after one
}

// View is a thread with some of its posts.
type View struct {
	Thread  Thread
	Opening Post
	Posts   []Post // replies in order, without the opening post
	Earlier int    // replies that stand between the opening post and the first of Posts
	Later   bool   // replies come after the last of Posts
}

// First is the number of the first reply shown, or 0.
func (v View) First() int64 {
	if len(v.Posts) == 0 {
		return 0
	}
	return v.Posts[0].Number
}

// Last is the number of the last post shown.
func (v View) Last() int64 {
	if len(v.Posts) == 0 {
		return v.Opening.Number
	}
	return v.Posts[len(v.Posts)-1].Number
}

// Thread reads a thread.
func (b *Boards) Thread(ctx context.Context, number int64, s Span) (v View, err error) {
	err = b.db.Read(ctx, func(tx *db.Tx) error {
		v = View{}
		row := tx.Row(`SELECT `+threadColumns+` FROM thread t WHERE t.number = $1`, number)
		if v.Thread, err = b.scanThread(row.Scan); err == db.ErrNone {
			return fault.New(fault.NotFound, "board.no_thread")
		} else if err != nil {
			return err
		}
		opening, err := postsOf(tx, `thread = $1 AND number = $1`, number)
		if err != nil || len(opening) == 0 {
			return err
		}
		if v.Posts, err = v.Thread.span(tx, s); err != nil {
			return err
		}
		all := append(opening, v.Posts...)
		if err := addQuotes(tx, number, all); err != nil {
			return err
		}
		if err := addPictures(tx, number, all); err != nil {
			return err
		}
		v.Opening, v.Posts = all[0], all[1:]
		return v.countAround(tx)
	})
	return v, err
}

// span reads the replies that a span asks for.
func (t Thread) span(tx *db.Tx, s Span) ([]Post, error) {
	switch {
	case s.After > 0:
		return postsOf(tx, `thread = $1 AND number > $2 AND number <> $1 ORDER BY number LIMIT $3`, t.Number, s.After, slice)
	case s.Before > 0:
		posts, err := postsOf(tx, `thread = $1 AND number < $2 AND number <> $1 ORDER BY number DESC LIMIT $3`, t.Number, s.Before, slice)
		slices.Reverse(posts)
		return posts, err
	case s.Last > 0:
		return lastPosts(tx, t.Number, s.Last)
	case t.Posts > wholeThread:
		return lastPosts(tx, t.Number, slice)
	}
	return lastPosts(tx, t.Number, 2*wholeThread) // some may have been taken back
}

// countAround tells what a view leaves out. It counts what is shown, since
// counting the rest would cost more the longer the thread is.
func (v *View) countAround(tx *db.Tx) error {
	// By the newest, which is found by its key: PostgreSQL looks for whether one
	// exists in all of a long thread, where most that it knows of is that thread.
	if err := tx.Row(`SELECT COALESCE((SELECT max(number) FROM post WHERE thread = $1), 0) > $2`, v.Thread.Number, v.Last()).Scan(&v.Later); err != nil {
		return err
	}
	if len(v.Posts) == 0 {
		return nil
	}
	if !v.Later {
		shown := 0
		for _, p := range append([]Post{v.Opening}, v.Posts...) {
			if !p.Gone {
				shown++
			}
		}
		v.Earlier = max(v.Thread.Posts-shown, 0)
		return nil
	}
	return tx.Row(`SELECT count(*) FROM post WHERE thread = $1 AND number < $2 AND number <> $1 AND NOT gone`, v.Thread.Number, v.First()).Scan(&v.Earlier)
}

// Find tells where a post stands.
func (b *Boards) Find(ctx context.Context, number int64) (t Target, err error) {
	err = b.db.Read(ctx, func(tx *db.Tx) (err error) {
		t, err = scanTarget(tx.Row(`SELECT p.number, p.thread, t.place FROM post p JOIN thread t ON t.number = p.thread WHERE p.number = $1`, number).Scan)
		return err
	})
	if err == db.ErrNone {
		return t, fault.New(fault.NotFound, "board.no_post", "number", number)
	}
	return t, err
}

// Post reads one post and the thread it stands in.
func (b *Boards) Post(ctx context.Context, number int64) (t Thread, p Post, err error) {
	err = b.db.Read(ctx, func(tx *db.Tx) error {
		found, err := postsOf(tx, `number = $1`, number)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fault.New(fault.NotFound, "board.no_post", "number", number)
		}
		if err := addQuotes(tx, found[0].Thread, found); err != nil {
			return err
		}
		if err := addPictures(tx, found[0].Thread, found); err != nil {
			return err
		}
		p = found[0]
		t, err = b.scanThread(tx.Row(`SELECT `+threadColumns+` FROM thread t WHERE t.number = $1`, p.Thread).Scan)
		return err
	})
	return t, p, err
}

func scanPost(scan db.Scan) (p Post, err error) {
	var at int64
	err = scan(&p.Number, &p.Thread, &p.Name, &p.Trip, &p.Tag, &p.Body, &p.Sage, &p.Gone, &at)
	p.At = time.Unix(at, 0).UTC()
	return p, err
}

func postsOf(tx *db.Tx, where string, args ...any) ([]Post, error) {
	return db.All(tx, scanPost, `SELECT number, thread, name, trip, tag, body, sage, gone, at FROM post WHERE `+where, args...)
}

// lastPosts reads the newest replies of a thread, the oldest of them first.
func lastPosts(tx *db.Tx, thread int64, n int) ([]Post, error) {
	posts, err := postsOf(tx, `thread = $1 AND number <> $1 ORDER BY number DESC LIMIT $2`, thread, n)
	slices.Reverse(posts)
	return posts, err
}

// How many backlinks a view has: a post that thousands refer to, as many an
// opening post is, must not make its page heavy or leave the others without.
const (
	openingBacklinks = 40
	replyBacklinks   = 2000 // of all replies of a view together
)

// addQuotes reads what posts refer to and are referred by. They are of one
// thread and in order; the opening post may stand before a gap.
func addQuotes(tx *db.Tx, thread int64, posts []Post) error {
	opening, replies := posts, posts
	if len(posts) > 0 && posts[0].Opens() {
		opening, replies = posts[:1], posts[1:]
	} else {
		opening = nil
	}
	if err := addStretch(tx, thread, opening, openingBacklinks); err != nil {
		return err
	}
	return addStretch(tx, thread, replies, replyBacklinks)
}

// quote is one reference as it concerns the post of: out of it, or to it.
type quote struct {
	of    int64
	other Target
}

func scanQuote(scan db.Scan) (q quote, err error) {
	return q, scan(&q.of, &q.other.Number, &q.other.Thread, &q.other.Place)
}

// addStretch does addQuotes for posts that stand without a gap.
func addStretch(tx *db.Tx, thread int64, posts []Post, backlinks int) error {
	if len(posts) == 0 {
		return nil
	}
	place := make(map[int64]int, len(posts))
	for i, p := range posts {
		place[p.Number] = i
	}
	low, high := posts[0].Number, posts[len(posts)-1].Number
	refs, err := db.All(tx, scanQuote, `SELECT q.source, q.target, q.target_thread, t.place FROM quote q JOIN thread t ON t.number = q.target_thread
		WHERE q.source_thread = $1 AND q.source BETWEEN $2 AND $3 ORDER BY q.source, q.target`, thread, low, high)
	if err != nil {
		return err
	}
	for _, q := range refs {
		if i, ok := place[q.of]; ok {
			posts[i].Refs = append(posts[i].Refs, q.other)
		}
	}
	back, err := db.All(tx, scanQuote, `SELECT q.target, q.source, q.source_thread, t.place FROM quote q JOIN thread t ON t.number = q.source_thread
		WHERE q.target_thread = $1 AND q.target BETWEEN $2 AND $3 ORDER BY q.target, q.source LIMIT $4`, thread, low, high, backlinks)
	if err != nil {
		return err
	}
	for _, q := range back {
		if i, ok := place[q.of]; ok {
			posts[i].Back = append(posts[i].Back, q.other)
		}
	}
	return nil
}
