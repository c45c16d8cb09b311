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

// Steps are the parts of pages that another folder makes: how far a place has come,
// what is coming up there, and what a thread's card says. Folders never import each
// other, so they are handed in where a site is put together; a nil one brings nothing.
type Steps struct {
	Strip func(ctx context.Context, p place.Place) (Part, error)             // beneath the name of a place
	Card  func(ctx context.Context, thread int64, kind string) (Part, error) // above the posts of a thread
	Side  func(q *Request) (template.HTML, error)                            // beside the posts of a thread of the request's place
	Soon  func(q *Request) (template.HTML, error)                            // what is next in the request's place, or in the world
	Gists func(ctx context.Context, threads []int64) (map[int64]Gist, error) // on the notices of some threads that carry a card
}

// Gist is what a card comes to, for the notice of its thread.
type Gist struct {
	Part    Part
	Instead bool // of how the thread begins, which the card has overtaken
}

// GistsOf are the gists of those of some threads that have one, by thread.
func (s Steps) GistsOf(ctx context.Context, threads []int64) (map[int64]Gist, error) {
	if s.Gists == nil || len(threads) == 0 {
		return nil, nil
	}
	return s.Gists(ctx, threads)
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

// Locate draws where a city is: a part of a page that another folder makes, as Steps
// are.
type Locate func(q *Request, city place.Place) (template.HTML, error)

// With is what both bring: the strip of the first, what is coming up and gists of
// whichever knows them, and for a card whichever of them knows its kind.
func (s Steps) With(other Steps) Steps {
	first := s.Card
	s.Card = func(ctx context.Context, thread int64, kind string) (Part, error) {
		if part, err := first(ctx, thread, kind); part != nil || err != nil {
			return part, err
		}
		return other.Card(ctx, thread, kind)
	}
	if s.Soon == nil {
		s.Soon = other.Soon
	}
	if s.Gists == nil {
		s.Gists = other.Gists
	}
	return s
}
