package api

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strconv"

	"moot/internal/api/rest"
	"moot/internal/board"
	"moot/internal/door"
	"moot/internal/fault"
	"moot/internal/guard"
	"moot/internal/key"
	"moot/internal/media"
	"moot/internal/order"
)

func (d *api) ticket(c *call) (answer, error) {
	t := d.Guard.Issue()
	return answer{Status: http.StatusCreated, Body: ticket{t.Text, t.Wait.Milliseconds(), t.Life.Milliseconds(), t.Bits}}, nil
}

// sent is a post as it came: JSON, or a form with its pictures.
type sent struct {
	newThread
	files []door.File
	more  string // of its card
}

// sent reads what is to be posted. A form has the same names, and its pictures
// in picture, with alt and spoiler repeated in their order.
func (c *call) sent(into any, made *newThread) (s sent, err error) {
	if c.R.PostForm == nil {
		err = c.Read(into)
		return sent{newThread: *made}, err
	}
	get := c.R.PostForm.Get
	s.Subject, s.Name, s.Text, s.Ticket, s.Proof = get("subject"), get("name"), get("text"), get("ticket"), get("proof")
	s.Sage, _ = strconv.ParseBool(get("sage"))
	if len(c.Files) > media.MaxPictures {
		return s, fault.New(fault.Invalid, "board.too_many_pictures", "limit", media.MaxPictures).On("picture")
	}
	alts, spoilers := c.R.PostForm["alt"], c.R.PostForm["spoiler"]
	for i, f := range c.Files {
		if f.TooBig {
			return s, fault.New(fault.Invalid, "board.picture_too_big", "mib", pictureBytes>>20).On("picture")
		}
		p := newPicture{}
		if i < len(alts) {
			p.Alt = alts[i]
		}
		if i < len(spoilers) {
			p.Spoiler, _ = strconv.ParseBool(spoilers[i])
		}
		s.Pictures = append(s.Pictures, p)
		s.files = append(s.files, f)
	}
	return s, nil
}

// post is what is to be posted, for the board.
func (n newPost) post() board.NewPost {
	made := board.NewPost{Name: n.Name, Body: n.Text, Sage: n.Sage}
	for _, p := range n.Pictures {
		made.Pictures = append(made.Pictures, media.New{Number: p.Number, Alt: p.Alt, Spoiler: p.Spoiler})
	}
	return made
}

// once tells a post that is sent twice from two posts: the same ticket, at the
// same address, with the same words and pictures.
func (s sent) once(path string) []byte {
	h := sha256.New()
	for _, part := range []string{"api", path, s.Subject, s.Text, s.more} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	for _, p := range s.Pictures {
		fmt.Fprintf(h, "picture %d", p.Number)
	}
	for _, f := range s.files {
		fmt.Fprintf(h, "%d:%s", len(f.Bytes), f.Bytes)
	}
	return guard.Once(s.Ticket, h.Sum(nil))
}

func (d *api) start(c *call) (answer, error) {
	p, err := c.Place()
	if err != nil {
		return answer{}, err
	}
	var n newThread
	s, err := c.sent(&n, &n)
	if err != nil {
		return answer{}, err
	}
	return c.submit(s, func(actor key.Actor, n board.NewPost) (board.Target, error) {
		return d.Boards.Start(c.R.Context(), actor, board.NewThread{Place: p, Subject: s.Subject, NewPost: n})
	})
}

func (d *api) reply(c *call) (answer, error) {
	number, err := c.Number()
	if err != nil {
		return answer{}, err
	}
	var n newThread
	s, err := c.sent(&n.newReply, &n)
	if err != nil {
		return answer{}, err
	}
	return c.submit(s, func(actor key.Actor, n board.NewPost) (board.Target, error) {
		return d.Boards.Reply(c.R.Context(), actor, number, n)
	})
}

// submit redeems the ticket and posts. What comes to nothing gives the ticket
// back, so that it may be sent again.
func (c *call) submit(s sent, act func(key.Actor, board.NewPost) (board.Target, error)) (answer, error) {
	actor, fresh, err := c.Poster()
	if err != nil {
		return answer{}, err
	}
	n := s.post()
	n.Once = s.once(c.R.URL.Path)
	ticket, err := c.Guard.Redeem(s.Ticket, s.Proof)
	if err != nil {
		if t, found := c.sentBefore(n.Once, err); found {
			return c.posted(t, actor, fresh)
		}
		return answer{}, err
	}
	t := board.Target{}
	if err = c.develop(s, &n); err == nil {
		t, err = act(actor, n)
	}
	if err != nil {
		ticket.GiveBack(err)
		return answer{}, err
	}
	ticket.Keep()
	return c.posted(t, actor, fresh)
}

// develop takes in the pictures that came with a post.
func (c *call) develop(s sent, n *board.NewPost) error {
	for i, f := range s.files {
		taken, err := c.Pictures.Take(c.R.Context(), f.Bytes)
		if err != nil {
			return err
		}
		n.Pictures[i].Number = taken.Number
	}
	return nil
}

// sentBefore finds what an earlier sending of the same made.
func (c *call) sentBefore(once []byte, refusal error) (t board.Target, found bool) {
	found = c.Before(refusal, func() (found bool, err error) {
		t, found, err = c.Boards.Sent(c.R.Context(), once)
		return found, err
	})
	return t, found
}

// posted tells where a post stands, and its writer how it is taken back.
func (c *call) posted(t board.Target, actor key.Actor, fresh bool) (answer, error) {
	p, ok := c.Places.ByPath(t.Place)
	made := posted{Number: t.Number, Thread: t.Thread, URL: t.Path()}
	if ok {
		made.Place = rest.ID(p)
	}
	owns, err := c.Boards.Owns(c.R.Context(), actor, t.Number)
	if err != nil {
		return answer{}, err
	}
	if owns { // not where another token posted the same before
		made.DeleteCode = actor.Code(t.Number)
		if fresh {
			made.Token = actor.Token()
		}
	}
	return answer{Status: http.StatusCreated, Location: fmt.Sprintf("/api/v1/posts/%d", t.Number), Body: made}, nil
}

// picture takes in a picture for a post that is still being written. The ticket
// that lets it in is good for that post.
func (d *api) picture(c *call) (answer, error) {
	s := redeemed{c.R.PostForm.Get("ticket"), c.R.PostForm.Get("proof")}
	switch l := d.Boards.Limits().Pictures; {
	case l.Site != order.ImagesOn && l.Site != order.ImagesQueue && len(l.Places) == 0:
		return answer{}, fault.New(fault.Invalid, "board.no_pictures").On("picture")
	case len(c.Files) == 0:
		return answer{}, fault.New(fault.Invalid, "api.bad_field", "field", "picture").On("picture")
	case c.Files[0].TooBig:
		return answer{}, fault.New(fault.Invalid, "board.picture_too_big", "mib", pictureBytes>>20).On("picture")
	}
	ticket, err := d.Guard.Redeem(s.Ticket, s.Proof)
	if err != nil {
		return answer{}, err
	}
	defer ticket.GiveBack(nil)
	taken, err := d.Pictures.Take(c.R.Context(), c.Files[0].Bytes)
	return answer{Status: http.StatusCreated, Body: pictureOf(taken)}, err
}

func (d *api) preview(c *call, n draft) (answer, error) {
	p, err := c.Named(n.Place)
	if err != nil {
		return answer{}, fault.New(fault.Invalid, "place.unknown").On("place")
	}
	post, subject, err := d.Boards.Preview(c.R.Context(), p, n.Subject, n.post())
	if err != nil {
		return answer{}, err
	}
	return answer{Body: previewed{subject, c.written(post)}}, nil
}

func (d *api) takeBack(c *call) (answer, error) {
	number, err := c.Number()
	var n takingBack
	if err == nil {
		err = c.Read(&n)
	}
	actor, wrong := c.Actor()
	if err = cmp.Or(err, wrong); err != nil {
		return answer{}, err
	}
	t, whole, err := d.Boards.TakeBack(c.R.Context(), actor, number, n.Code)
	if err != nil {
		return answer{}, err
	}
	made := takenBack{Number: t.Number, Thread: t.Thread, Whole: whole}
	if p, ok := d.Places.ByPath(t.Place); ok {
		made.Place = rest.ID(p)
	}
	return answer{Body: made}, nil
}
