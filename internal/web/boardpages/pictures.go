package boardpages

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"moot/internal/board"
	"moot/internal/fault"
	"moot/internal/lang"
	"moot/internal/media"
	"moot/internal/order"
	"moot/internal/picture"
	"moot/internal/web/page"
)

// shownPicture is a picture as a page shows it.
type shownPicture struct {
	media.Attached
	Address string // of the picture itself
	Small   string // of what stands in the post
	Big     string // of what stands on a notice
	Tint    string // class of the colour that stands there until it is loaded
	Told    string // what it shows, for who doesn't see it
	About   string // "JPEG, 640 × 480, 34 KB"
}

func showPictures(l *lang.Language, all []media.Attached) []shownPicture {
	shown := make([]shownPicture, len(all))
	for i, a := range all {
		shown[i] = shownPicture{
			Attached: a, Address: "/f/" + a.File(), Small: "/f/" + a.ThumbFile(), Big: "/f/" + a.LargeFile(), Tint: tint(a.Colour),
			Told: a.Alt, About: about(l, a.Picture),
		}
		if a.Alt == "" {
			shown[i].Told = l.T("board.picture_untold")
		}
	}
	return shown
}

// firstPicture is the first of a post's pictures that readers see without
// asking.
func firstPicture(r page.Reader, all []media.Attached) *shownPicture {
	for _, a := range all {
		if a.Visible() && !a.Spoiler {
			return &showPictures(r.Language, []media.Attached{a})[0]
		}
	}
	return nil
}

// about is what a picture is, in a few letters.
func about(l *lang.Language, p media.Picture) string {
	return fmt.Sprintf("%s, %d × %d, %s", strings.ToUpper(p.Kind), p.Width, p.Height, l.T("board.kilobytes", "n", max(p.Bytes>>10, 1)))
}

// tint is the class of a colour: four steps for each of red, green and blue.
func tint(colour int) string {
	step := func(shift uint) int { return (colour >> shift & 0xff) >> 6 }
	return fmt.Sprintf("tint-%d%d%d", step(16), step(8), step(0))
}

// slot is one of a form's places for a picture.
type slot struct {
	N       int
	Field   string // "picture-1"
	Most    int    // bytes of a file
	Kept    int64  // the number of a picture that came with the form before; 0: none
	About   string // that one
	Alt     string
	Spoiler bool
	Problem page.Problem
	Untold  page.Problem // what is wrong with Alt
}

// takesPictures reports whether pictures can be posted on the request's board.
func (d *door) takesPictures(q *page.Request) bool {
	return d.boards.Limits().Pictures.On(q.Place) != order.ImagesOff
}

// pictureWaits reports whether a picture posted on the request's board waits.
func (d *door) pictureWaits(q *page.Request) bool {
	return d.boards.Limits().Pictures.On(q.Place) == order.ImagesQueue
}

// slots are the empty places of a form, where the board takes pictures.
func (d *door) slots(q *page.Request) []slot {
	if !d.takesPictures(q) {
		return nil
	}
	all := make([]slot, media.MaxPictures)
	for i := range all {
		all[i].N, all[i].Most = i+1, picture.MaxBytes
		all[i].Field = fmt.Sprintf("picture-%d", i+1)
	}
	return all
}

// readSlots reads what a form says of its pictures.
func (w *writing) readSlots(q *page.Request) {
	form := q.R.PostForm
	for i := range w.Slots {
		s := &w.Slots[i]
		n := strconv.Itoa(s.N)
		s.Alt, s.Spoiler = showable(form.Get("alt-"+n)), form.Get("spoiler-"+n) != ""
		if kept, err := strconv.ParseInt(form.Get("kept-"+n), 10, 64); err == nil && kept > 0 && form.Get("without-"+n) == "" {
			s.Kept = kept
		}
	}
}

// develop takes in the pictures that a form brings. What is wrong with one is
// said beside it, and the others are kept in the form.
func (d *door) develop(q *page.Request, w *writing, n *board.NewThread) error {
	var wrong []*fault.Fault
	for i := range w.Slots {
		s := &w.Slots[i]
		for _, f := range q.Files {
			if f.Field != s.Field {
				continue
			}
			if f.TooBig {
				s.Kept = 0
				wrong = append(wrong, fault.New(fault.Invalid, "board.picture_too_big", "mib", 8).On(s.Field))
				continue
			}
			taken, err := d.pictures.Take(q.Context(), f.Bytes)
			if err != nil {
				wrong = append(wrong, moved(err, s.Field)...)
				continue
			}
			s.Kept = taken.Number
		}
		if s.Kept != 0 {
			n.Pictures = append(n.Pictures, media.New{Number: s.Kept, Alt: s.Alt, Spoiler: s.Spoiler})
		}
	}
	return fault.Join(wrong...)
}

// moved puts faults on another field.
func moved(err error, field string) (all []*fault.Fault) {
	for _, f := range fault.Each(err) {
		if f.Field != "" {
			f = fault.New(f.Kind, f.Key, f.Args...).On(field).After(f.Retry).Because(f.Cause)
		}
		all = append(all, f)
	}
	return all
}

// showSlots fills in what the form says of pictures that it keeps, and what is
// wrong with each. Those that are no longer there are let go.
func (d *door) showSlots(q *page.Request, w *writing) error {
	var wanted []int64
	for _, s := range w.Slots {
		if s.Kept != 0 {
			wanted = append(wanted, s.Kept)
		}
	}
	found, err := d.boards.Unposted(q.Context(), wanted)
	away := fault.Is(err, fault.Unavailable)
	if err != nil && !away {
		return err
	}
	position := 0
	for i := range w.Slots {
		s := &w.Slots[i]
		s.Problem = w.Problems.At(s.Field)
		if s.Kept == 0 {
			continue
		}
		position++ // among the pictures that the board was given
		s.Untold = page.Problem{Field: fmt.Sprintf("alt-%d", s.N), Text: w.Problems.On(fmt.Sprintf("alt-%d", position))}
		p, there := found[s.Kept]
		if away { // the form comes back all the same: words must not be lost for what stands beside them
			continue
		}
		if !there {
			s.Kept = 0
			if s.Problem.Text == "" {
				s.Problem.Text = q.T("media.no_longer_there")
			}
			continue
		}
		s.About = about(q.Language, p)
	}
	return nil
}

// HasPictures reports whether the form's pictures are to stand open, and
// MorePictures whether those after the first are.
func (w *writing) HasPictures() bool {
	return w.Problems.On("picture") != "" || slices.ContainsFunc(w.Slots, slot.used)
}
func (w *writing) MorePictures() bool { return slices.ContainsFunc(w.Slots[1:], slot.used) }

func (s slot) used() bool {
	return s.Kept != 0 || s.Alt != "" || s.Problem.Text != "" || s.Untold.Text != ""
}
