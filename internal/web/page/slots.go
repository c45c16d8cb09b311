package page

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"moot/internal/fault"
	"moot/internal/media"
	"moot/internal/order"
	"moot/internal/picture"
)

// Slots are a form's places for the pictures of a post; nil where the board takes
// none. The template "slots" shows them.
type Slots struct {
	All     []Slot
	Waits   bool    // what is posted in them waits until it is let through
	Problem Problem // of no one of them
}

// Slot is one of a form's places for a picture.
type Slot struct {
	N       int
	Field   string // "picture-1"
	Most    int    // bytes of a file
	Kept    int64  // the number of a picture that came with the form before; 0: none
	About   string // that one
	Tint    string // its colour
	Alt     string
	Spoiler bool
	Problem Problem
	Untold  Problem // what is wrong with Alt
}

// SlotFields are the fields of a form's pictures, but for the files themselves.
var SlotFields = []string{
	"kept-1", "kept-2", "kept-3", "kept-4", "alt-1", "alt-2", "alt-3", "alt-4", "spoiler-1", "spoiler-2", "spoiler-3", "spoiler-4",
}

// Tray is where forms find their places for pictures, and what becomes of what is put
// there.
type Tray struct {
	Pictures *media.Pictures
	Rule     order.Pictures // what becomes of them, board by board
}

// Empty are the places of a form that is given out.
func (t Tray) Empty(q *Request) *Slots {
	how := t.Rule.On(q.Place)
	if how == order.ImagesOff {
		return nil
	}
	s := &Slots{All: make([]Slot, media.MaxPictures), Waits: how == order.ImagesQueue}
	for i := range s.All {
		s.All[i] = Slot{N: i + 1, Field: fmt.Sprintf("picture-%d", i+1), Most: picture.MaxBytes}
	}
	return s
}

// Read are the places of a form that was sent.
func (t Tray) Read(q *Request) *Slots {
	s := t.Empty(q)
	if s == nil {
		return nil
	}
	form := q.R.PostForm
	for i := range s.All {
		one := &s.All[i]
		n := strconv.Itoa(one.N)
		one.Alt, one.Spoiler = Showable(form.Get("alt-"+n)), form.Get("spoiler-"+n) != ""
		if kept, err := strconv.ParseInt(form.Get("kept-"+n), 10, 64); err == nil && kept > 0 && form.Get("without-"+n) == "" {
			one.Kept = kept
		}
	}
	return s
}

// Develop takes in the files that a form brings, and is all the form's pictures, for
// its post. What is wrong with one is said beside it, and the others are kept in the
// form.
func (t Tray) Develop(q *Request, s *Slots) (all []media.New, err error) {
	if s == nil {
		return nil, nil
	}
	var wrong []*fault.Fault
	for i := range s.All {
		one := &s.All[i]
		for _, f := range q.Files {
			if f.Field != one.Field {
				continue
			}
			if f.TooBig {
				one.Kept = 0
				wrong = append(wrong, fault.New(fault.Invalid, "board.picture_too_big", "mib", picture.MaxBytes>>20).On(one.Field))
				continue
			}
			taken, err := t.Pictures.Take(q.Context(), f.Bytes)
			if err != nil {
				wrong = append(wrong, moved(err, one.Field)...)
				continue
			}
			one.Kept = taken.Number
		}
		if one.Kept != 0 {
			all = append(all, media.New{Number: one.Kept, Alt: one.Alt, Spoiler: one.Spoiler})
		}
	}
	return all, fault.Join(wrong...)
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

// Show fills in what a form that comes back says of the pictures that it keeps, and
// what is wrong with each. Those that are no longer there are let go.
func (t Tray) Show(q *Request, s *Slots, wrong Problems) error {
	if s == nil {
		return nil
	}
	s.Problem = wrong.At("picture")
	var wanted []int64
	for _, one := range s.All {
		if one.Kept != 0 {
			wanted = append(wanted, one.Kept)
		}
	}
	found, err := t.Pictures.Unposted(q.Context(), wanted)
	away := fault.Is(err, fault.Unavailable)
	if err != nil && !away {
		return err
	}
	position := 0
	for i := range s.All {
		one := &s.All[i]
		one.Problem = wrong.At(one.Field)
		if one.Kept == 0 {
			continue
		}
		position++ // among the pictures that the board was given
		one.Untold = Problem{Field: fmt.Sprintf("alt-%d", one.N), Text: wrong.On(fmt.Sprintf("alt-%d", position))}
		p, there := found[one.Kept]
		if away { // the form comes back all the same: words must not be lost for what stands beside them
			continue
		}
		if !there {
			one.Kept = 0
			if one.Problem.Text == "" {
				one.Problem.Text = q.T("media.no_longer_there")
			}
			continue
		}
		one.About, one.Tint = about(q.Language, p), tint(p.Colour)
	}
	return nil
}

// Tell writes what tells one form's pictures from another's: those that it keeps, and
// the files that it brings.
func (s *Slots) Tell(w io.Writer, q *Request) {
	for _, one := range s.Filled() {
		fmt.Fprintf(w, "kept %d:%d", one.N, one.Kept)
	}
	for _, f := range q.Files {
		fmt.Fprintf(w, "%s %d:%s", f.Field, len(f.Bytes), f.Bytes)
	}
}

// Filled are those that hold a picture.
func (s *Slots) Filled() (all []Slot) {
	if s == nil {
		return nil
	}
	for _, one := range s.All {
		if one.Kept != 0 {
			all = append(all, one)
		}
	}
	return all
}

// Open reports whether they are to stand open, and More whether those after the first
// are.
func (s *Slots) Open() bool {
	return s.Problem.Text != "" || slices.ContainsFunc(s.All, Slot.used)
}
func (s *Slots) More() bool { return slices.ContainsFunc(s.All[1:], Slot.used) }

func (s Slot) used() bool {
	return s.Kept != 0 || s.Alt != "" || s.Problem.Text != "" || s.Untold.Text != ""
}
