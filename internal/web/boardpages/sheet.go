package boardpages

import (
	"crypto/sha256"
	"encoding/binary"
	"html/template"
	"sync"
	"time"

	"moot/internal/sieve"
	"moot/internal/web/page"
)

// sheetBytes is how much HTML of posts is kept: some ten thousand posts.
const sheetBytes = 8 << 20

// sheets keep posts as they were rendered. A page of a thread is made anew with each
// reply, and all posts on it but one or two are as they were.
//
// A post is kept under a hash of all that its HTML is made of, so that there is
// nothing to make old: one that changed is another.
type sheets struct {
	mu    sync.Mutex
	size  int // bytes
	kept  map[sheetKey]*sieve.Place[sheet]
	queue sieve.Queue[sheet]
}

type sheetKey [sha256.Size]byte

type sheet struct {
	key  sheetKey
	html template.HTML
}

// fill renders posts that are the same for everybody. Those that say something to
// their writer alone are for the page's template, and kept nowhere.
func (s *sheets) fill(r page.Reader, posts ...*shownPost) error {
	for _, p := range posts {
		if p.Yours != nil {
			continue
		}
		key := p.key(r.Language.Code(), r.Site.Clock.Now())
		html, ok := s.find(key)
		if !ok {
			made, err := postPart.Make(r, *p)
			if err != nil {
				return err
			}
			html = template.HTML(made)
			s.keep(sheet{key, html})
		}
		p.Sheet = html
	}
	return nil
}

func pointers(posts []shownPost) []*shownPost {
	all := make([]*shownPost, len(posts), len(posts)+1)
	for i := range posts {
		all[i] = &posts[i]
	}
	return all
}

func (s *sheets) find(key sheetKey) (template.HTML, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	place := s.kept[key]
	if place == nil {
		return "", false
	}
	place.Ask()
	return place.Of.html, true
}

func (s *sheets) keep(made sheet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept[made.key] != nil {
		return
	}
	if s.kept == nil {
		s.kept = map[sheetKey]*sieve.Place[sheet]{}
	}
	latest := s.queue.Add(made)
	s.kept[made.key] = latest
	s.size += len(made.html)
	for s.size > sheetBytes {
		old := s.queue.Next(latest)
		if old == nil {
			return
		}
		s.queue.Remove(old)
		delete(s.kept, old.Of.key)
		s.size -= len(old.Of.html)
	}
}

// key is a hash of all that the template "post" shows of a post in a language: also
// of the year that it is, since only other years are named.
func (p *shownPost) key(language string, now time.Time) sheetKey {
	b := make([]byte, 0, 1024)
	text := func(all ...string) {
		for _, s := range all {
			b = binary.AppendUvarint(b, uint64(len(s)))
			b = append(b, s...)
		}
	}
	number := func(all ...int) {
		for _, n := range all {
			b = binary.AppendVarint(b, int64(n))
		}
	}
	yes := func(all ...bool) {
		for _, v := range all {
			b = append(b, '0')
			if v {
				b[len(b)-1] = '1'
			}
		}
	}
	_, zone := p.When.Zone()
	text(language, p.Name, p.Trip, p.Tag, p.Address, p.Quote, string(p.HTML))
	number(int(p.Number), int(p.When.Unix()), zone, now.In(p.When.Location()).Year(), len(p.Quotes), len(p.Shown))
	yes(p.Opens(), p.Gone, p.Sage, p.Opener, p.Tick)
	for _, q := range p.Quotes {
		number(int(q.Number))
		text(q.Address)
	}
	for _, s := range p.Shown {
		text(string(s.State), s.Alt, s.Address, s.Small, s.Tint, s.Told, s.About)
		number(s.Width, s.Height, s.Thumb.Width, s.Thumb.Height)
		yes(s.Visible(), s.Spoiler, s.Moving)
	}
	return sha256.Sum256(b)
}
