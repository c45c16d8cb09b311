package page

import (
	"html/template"

	"moot/internal/place"
)

// Steps are the parts of pages that another folder makes: how far a place has come,
// what is coming up there, and what a thread's card says. They are the same for all who read
// in one language. Folders never import each other, so they are handed in where a
// site is put together; a nil one brings nothing.
type Steps struct {
	Strip func(q *Request) (template.HTML, error)                            // beneath the name of the request's place
	Side  func(q *Request) (template.HTML, error)                            // beside the posts of a thread of the request's place
	Card  func(q *Request, thread int64, kind string) (template.HTML, error) // above the posts of a thread
	Soon  func(q *Request) (template.HTML, error)                            // what is next in the request's place, or in the world
}

// Locate draws where a city is: a part of a page that another folder makes, as Steps
// are.
type Locate func(q *Request, city place.Place) (template.HTML, error)

// With is what both bring: the strip of the first, what is coming up of whichever
// knows it, and for a card whichever of them knows its kind.
func (s Steps) With(other Steps) Steps {
	first := s.Card
	s.Card = func(q *Request, thread int64, kind string) (template.HTML, error) {
		if html, err := first(q, thread, kind); html != "" || err != nil {
			return html, err
		}
		return other.Card(q, thread, kind)
	}
	if s.Soon == nil {
		s.Soon = other.Soon
	}
	return s
}
