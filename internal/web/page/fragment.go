package page

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"

	"moot/internal/live"
)

// Fragment is a part of pages that is also made by itself, for pages that are
// open already: it is the same for all who read in one language.
type Fragment[V any] struct {
	folder *Folder
	name   string
}

// DeclareFragment ties a template that is defined in a _NAME.html of a folder to
// the type of what fills it. Call it where package variables are made.
func DeclareFragment[V any](f *Folder, name string) Fragment[V] {
	f.parts[name] = func() any { var none V; return none }
	return Fragment[V]{folder: f, name: name}
}

// Make is the fragment's HTML.
func (p Fragment[V]) Make(r Reader, v V) ([]byte, error) {
	t := r.Site.templates[r.Language.Code()][p.folder.name+"/#"+p.name]
	if t == nil {
		return nil, fmt.Errorf("page: fragment %s/%s is in no folder that the site was opened with", p.folder.name, p.name)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, v); err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// Of is the fragment as a part that was read.
func (p Fragment[V]) Of(v V) Part {
	return func(r Reader) (template.HTML, error) {
		html, err := p.Make(r, v)
		return template.HTML(html), err // of a template, which has escaped it
	}
}

// Reader is who reads in one of the languages that the site offers.
func (s *Site) Reader(code string) Reader {
	l, ok := s.language(code)
	if !ok {
		l = s.Languages[0]
	}
	return Reader{s, l}
}

// compileParts escapes the fragments of a folder, as compile does its pages.
func (f *Folder) compileParts(set *template.Template, made templates) error {
	for name, none := range f.parts {
		t, err := set.Clone()
		if err != nil {
			return fmt.Errorf("page: %s/%s: %w", f.name, name, err)
		}
		if t = t.Lookup(name); t == nil {
			return fmt.Errorf("page: fragment %s/%s is declared, and defined in no shared file of the folder", f.name, name)
		}
		var unsafe *template.Error
		if err := t.Execute(io.Discard, none()); errors.As(err, &unsafe) {
			return fmt.Errorf("page: fragment %s/%s: %w", f.name, name, err)
		}
		made[f.name+"/#"+name] = t
	}
	return nil
}

// Listen answers a request to listen with what there is to hear: everything of
// an Ask but the visitor, the language and the last event heard, which the door
// knows.
type Listen func(q *Request) (live.Ask, error)
