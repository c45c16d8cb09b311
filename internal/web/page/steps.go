package page

import (
	"context"
	"html/template"

	"moot/internal/place"
)

// Part is a part of a page that was read, to be worded for whoever reads in a language:
// the same for all of them. A nil one brings nothing.
type Part func(Reader) (template.HTML, error)

// Made is the part as it is to stand on a page.
func (p Part) Made(r Reader) (template.HTML, error) {
	if p == nil {
		return "", nil
	}
	return p(r)
}

// Steps are the parts of a board's pages that another folder makes: how far the
// place has come, and what a thread's card says. Folders never import each other, so
// they are handed in where a site is put together; a nil one brings nothing.
type Steps struct {
	Strip func(ctx context.Context, p place.Place) (Part, error)             // beneath the name of a place
	Card  func(ctx context.Context, thread int64, kind string) (Part, error) // above the posts of a thread
}

// StripOf is the strip of a place.
func (s Steps) StripOf(ctx context.Context, p place.Place) (Part, error) {
	if s.Strip == nil {
		return nil, nil
	}
	return s.Strip(ctx, p)
}

// CardOf is the card of a thread, of a kind; "" for none.
func (s Steps) CardOf(ctx context.Context, thread int64, kind string) (Part, error) {
	if s.Card == nil || kind == "" {
		return nil, nil
	}
	return s.Card(ctx, thread, kind)
}

// With is what both bring: the strip of the first, and for a card whichever of them
// knows its kind.
func (s Steps) With(other Steps) Steps {
	first := s.Card
	s.Card = func(ctx context.Context, thread int64, kind string) (Part, error) {
		if part, err := first(ctx, thread, kind); part != nil || err != nil {
			return part, err
		}
		return other.Card(ctx, thread, kind)
	}
	return s
}
