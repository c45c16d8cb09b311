package boardpages_test

import (
	"slices"
	"testing"

	"moot/internal/web/page/pagetest"
)

func TestPagesTellOfTheirFeeds(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := s.browser()
		thread := b.start("gr/athens", `a "title" <b>`, "what it says")
		for path, want := range map[string][]string{
			"/gr/athens": {"/gr/athens/threads.atom", "/gr/athens/meetups.atom"}, "/gr/athens/catalog": {"/gr/athens/threads.atom", "/gr/athens/meetups.atom"},
			"/gr": {"/gr/threads.atom", "/gr/everywhere.atom", "/gr/meetups.atom"}, "/world/everywhere": {"/world/threads.atom", "/world/everywhere.atom", "/world/meetups.atom"},
			thread: {thread + "/posts.atom", "/gr/athens/threads.atom"}, thread + "/last": {thread + "/posts.atom", "/gr/athens/threads.atom"},
		} {
			p := b.get(path).Want(200)
			for _, selector := range []string{`head link[rel=alternate][type="application/atom+xml"]`, `footer a[type="application/atom+xml"]`} {
				var found []string
				for _, link := range p.All(selector) {
					found = append(found, pagetest.Attr(link, "href"))
				}
				if !slices.Equal(found, want) {
					t.Errorf("%s: %s are %q, want %q", path, selector, found, want)
				}
			}
		}
	})
}

func TestPagesSayHowTheyAreShared(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		b := s.browser()
		thread := b.start("gr/athens", `a "title" <b>`, "what it says")
		for path, want := range map[string]map[string]string{
			"/gr/athens": {"og:type": "website", "og:title": "Athens", "og:site_name": "Moot", "og:description": "The board of Athens: read, post and meet without an account."},
			thread:       {"og:type": "article", "og:title": `a "title" <b>`, "og:description": "what it says"},
		} {
			p := b.get(path).Want(200)
			for property, content := range want {
				if got := p.Attr(`meta[property="`+property+`"]`, "content"); got != content {
					t.Errorf("%s: %s is %q, want %q", path, property, got, content)
				}
			}
			p.Lacks(`meta[property="og:url"], meta[property="og:image"]`) // this site doesn't know its address
		}
		b.get(thread + "/reply").Want(200).Lacks(`meta[property]`)
	})
}
