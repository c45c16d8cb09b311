package queuepages

import (
	"embed"
	"errors"
	"io/fs"
	"net/http"
	"strconv"
	"time"

	"moot/internal/board"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/media"
	"moot/internal/origin"
	"moot/internal/web/page"
)

//go:embed *.html *.css
var files embed.FS

var (
	folder    = page.NewFolder("queuepages", files)
	queuePage = page.Declare[*queueView](folder, "queue")
)

// door is the folder's pages with what they stand on.
type door struct {
	pictures *media.Pictures
	passes   *key.Passes
	boards   *board.Boards
	origins  *origin.Origins
}

// New is the folder, on the pictures of a site and the calendars that it looks at.
func New(pictures *media.Pictures, passes *key.Passes, boards *board.Boards, origins *origin.Origins) page.Pages {
	d := &door{pictures, passes, boards, origins}
	return page.Pages{
		Folder: folder,
		Site: []page.Route{
			{Pattern: "GET /f/{file}", Handle: d.file},
			{Pattern: "GET /queue", Handle: d.queue},
			{Pattern: "POST /queue", Handle: d.decide},
			{Pattern: "POST /queue/enter", Handle: d.enter},
			{Pattern: "POST /queue/leave", Handle: d.leave},
			{Pattern: "GET /queue/f/{file}", Handle: d.waitingFile},
			{Pattern: "GET /queue/calendars", Handle: d.calendars},
			{Pattern: "POST /queue/calendars", Handle: d.changeCalendars},
		},
	}
}

// A picture's file never changes, and one that is removed has no address any
// more; but what a browser keeps it keeps.
const keepFile = "public, max-age=31536000, immutable"

// policy lets a picture's file do nothing but be a picture. The style is the
// browser's own, of the page that it makes around one that is opened by itself.
const policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"

func (d *door) file(q *page.Request) error { return d.send(q, false, keepFile) }

// waitingFile is a file of a picture that waits, for the eyes of a steward.
func (d *door) waitingFile(q *page.Request) error {
	if actor, err := d.steward(q); err != nil || !actor.Steward() {
		return errors.Join(err, fault.New(fault.NotFound, "web.no_page"))
	}
	return d.send(q, true, "no-store")
}

func (d *door) send(q *page.Request, any bool, keep string) error {
	f, err := d.pictures.Open(q.Context(), q.R.PathValue("file"), any)
	if errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.NotFound, "web.no_page")
	}
	if err != nil {
		return err
	}
	defer f.Close()
	h := q.W.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Disposition", `inline; filename="`+f.Name+`"`)
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", keep)
	h.Set("ETag", `"`+f.Name+`"`)
	http.ServeContent(q.W, q.R, "", time.Time{}, f) // ranges (RFC 9110, 14), If-None-Match
	return nil
}

// queueView is the page of the pictures that wait, or the way to it.
type queueView struct {
	page.View
	Head   string
	Lead   string
	Enter  string // the secret of a link that was followed
	Closed bool   // this browser was not let in
	Done   string // what was just decided
	List   []waiting
}

// waiting is a picture that waits, as the page shows it.
type waiting struct {
	media.Waits
	Small   string
	Address string
	Post    string // address of the post that shows it
	Words   string // that post's beginning
	Where   string // name of its place
}

const (
	atOnce = 40  // pictures on the page
	words  = 280 // characters of a post
)

func (d *door) queue(q *page.Request) error { return d.show(q, "", 0) }

func (d *door) show(q *page.Request, done string, status int) error {
	v := &queueView{Head: q.T("queue.title"), Done: done}
	actor, err := d.steward(q)
	if err != nil {
		return err
	}
	if !actor.Steward() {
		v.Enter = q.R.URL.Query().Get("pass")
		v.Head, v.Closed = q.T("queue.enter_title"), v.Enter == ""
		if v.Closed && status == 0 {
			status = http.StatusForbidden
		}
	} else if err := d.list(q, actor, v); err != nil {
		return err
	}
	v.View = page.View{Title: v.Head, Trail: q.Trail(page.Crumb{Name: v.Head}), NoIndex: true, Personal: true, Status: status}
	return queuePage.Render(q, v)
}

func (d *door) list(q *page.Request, actor key.Actor, v *queueView) error {
	n, err := d.pictures.Waiting(q.Context())
	if err != nil {
		return err
	}
	v.Lead = q.T("queue.lead", "n", n)
	all, err := d.pictures.Queue(q.Context(), actor, atOnce)
	if err != nil {
		return err
	}
	for _, w := range all {
		shown := waiting{Waits: w, Small: "/queue/f/" + w.LargeFile(), Address: "/queue/f/" + w.File()}
		t, p, err := d.boards.Post(q.Context(), w.Attached.Post)
		switch {
		case fault.Is(err, fault.NotFound): // taken back meanwhile
			continue
		case err != nil:
			return err
		}
		shown.Post = board.Target{Number: p.Number, Thread: t.Number, Place: t.Place.Path()}.Path()
		shown.Words, shown.Where = p.Document().Plain(words), q.Name(t.Place)
		v.List = append(v.List, shown)
	}
	return nil
}

// decide lets a picture through, or removes it.
func (d *door) decide(q *page.Request) error {
	actor, err := d.steward(q)
	if err != nil {
		return err
	}
	if !actor.Steward() {
		return d.show(q, "", http.StatusForbidden)
	}
	form := q.R.PostForm
	number, err := strconv.ParseInt(form.Get("picture"), 10, 64)
	if err != nil {
		return fault.New(fault.Invalid, "queue.act")
	}
	done := q.T("queue.removed", "number", strconv.FormatInt(number, 10))
	switch form.Get("do") {
	case "let-through":
		done = q.T("queue.let", "number", strconv.FormatInt(number, 10))
		err = d.pictures.LetThrough(q.Context(), actor, number)
	case "remove":
		err = d.pictures.Remove(q.Context(), actor, number, false)
	case "ban":
		err = d.pictures.Remove(q.Context(), actor, number, true)
	default:
		err = fault.New(fault.Invalid, "queue.act")
	}
	if fault.Is(err, fault.NotFound) { // another steward was faster
		return d.show(q, q.Language.Fault(fault.Each(err)[0]), http.StatusConflict)
	}
	if err != nil {
		return err
	}
	return d.show(q, done, 0)
}
