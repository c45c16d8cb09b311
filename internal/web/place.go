package web

import (
	"net/http"
	"net/url"
	"strings"

	"moot/internal/fault"
	"moot/internal/guard"
	"moot/internal/place"
	"moot/internal/web/page"
)

// nearestPlaces is how many places an unknown address is offered.
const nearestPlaces = 8

// boardLabel is the label of a board's route: "GET /{place}/t/{no}".
func boardLabel(pattern string) string {
	method, path, _ := strings.Cut(pattern, " ")
	return method + " /{place}" + strings.TrimSuffix(path, "/{$}")
}

// routePlace answers an address that begins with a place's path.
func (s *Server) routePlace(c *call, w http.ResponseWriter, r *http.Request) {
	found, rest, exact := locate(s.site.Gazetteer, r.URL.Path)
	switch {
	case !found.Valid():
		c.label = r.Method + " /{unknown}"
		s.unknownPlace(c.q)
		return
	case !exact:
		c.label = r.Method + " /{place}"
		s.moved(c.q, "/"+found.Path()+rest)
		return
	}
	c.q.Place = found
	inner := new(http.Request)
	*inner = *r
	inner.URL = &url.URL{Path: rest, RawQuery: r.URL.RawQuery}
	if rest == "" {
		inner.URL.Path = "/"
	}
	handler, pattern := s.board.Handler(inner)
	if pattern != "" {
		s.board.ServeHTTP(w, inner)
		return
	}
	c.label = r.Method + " /{place}/{unknown}"
	if answer := try(handler, inner); answer.status == http.StatusMethodNotAllowed {
		s.notAllowed(c.q, answer.header.Get("Allow"))
		return
	}
	if path, ok := byRegion(s.site.Gazetteer, found, rest); ok {
		s.moved(c.q, path)
		return
	}
	s.fail(c.q, fault.New(fault.NotFound, "web.no_page"))
}

// locate finds the place that a path begins with, and what follows it ("" or
// "/catalog"). The longest path of a place wins. exact is false where the place
// goes by another path than the one asked for.
func locate(g *place.Gazetteer, path string) (found place.Place, rest string, exact bool) {
	segments := strings.SplitN(strings.TrimPrefix(path, "/"), "/", 3)
	follow := func(n int) string {
		if len(segments) <= n {
			return ""
		}
		return "/" + strings.Join(segments[n:], "/")
	}
	if len(segments) > 1 {
		if found, ok := g.ByPath(segments[0] + "/" + segments[1]); ok {
			return found, follow(2), true
		}
	}
	if len(segments) == 1 || isPage(segments[1]) {
		if country, ok := g.ByPath(segments[0]); ok {
			return country, follow(1), true
		}
		if found, ok := g.Redirect(segments[0]); ok {
			return found, follow(1), false
		}
		return place.Place{}, "", false
	}
	if found, ok := g.Redirect(segments[0] + "/" + segments[1]); ok {
		return found, follow(2), false
	}
	return place.Place{}, "", false
}

// isPage reports whether a segment is the address of a page and of no place.
// Addresses of imageboards have a dot ("catalog.html"); places have none.
func isPage(segment string) bool {
	return place.Reserved[segment] || strings.Contains(segment, ".")
}

// byRegion finds the place of an address that names the region too
// ("gr/attica/athens"), of which found is the region and rest what follows.
func byRegion(g *place.Gazetteer, found place.Place, rest string) (path string, ok bool) {
	name, more, deeper := strings.Cut(strings.TrimPrefix(rest, "/"), "/")
	if found.Kind() != place.Region || name == "" || isPage(name) {
		return "", false
	}
	p, ok := g.Redirect(found.Path() + "/" + name)
	if !ok {
		return "", false
	}
	path = "/" + p.Path()
	if deeper {
		path += "/" + more
	}
	return path, true
}

// moved sends the visitor on to where a thing is: 301 for who reads, 308 for
// who sends.
func (s *Server) moved(q *page.Request, path string) {
	status := http.StatusMovedPermanently
	if !reads(q.R.Method) {
		status = http.StatusPermanentRedirect
	}
	q.Redirect(status, (&url.URL{Path: path, RawQuery: q.R.URL.RawQuery}).String())
}

// unknownPlace answers an address that names no place with the nearest
// spellings. Looking for them is a search, and costs one.
func (s *Server) unknownPlace(q *page.Request) {
	if err := s.site.Guard.Take(q.Visitor, guard.Search); err != nil {
		s.fail(q, err)
		return
	}
	segments := strings.SplitN(strings.Trim(q.Path(), "/"), "/", 3)
	asked := segments[min(1, len(segments)-1)]
	asked = strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == '+' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(asked, ""))
	var country place.Place
	if len(segments) > 1 {
		country, _ = s.site.Gazetteer.ByPath(strings.ToLower(segments[0]))
	}
	matches := s.spelledNearly(asked, country)
	v := &errorView{
		Heading: q.T("web.no_place_title"),
		Words:   []string{q.T("web.no_place")},
		Asked:   asked,
		Find:    true,
	}
	for _, m := range matches {
		v.Nearest = append(v.Nearest, m.Place)
	}
	s.render(q, http.StatusNotFound, v)
}

// spelledNearly finds places by the words that were asked for, or by the first
// few of them, those in the country of the address first. Where no words help
// it is the largest cities of that country.
func (s *Server) spelledNearly(asked string, country place.Place) []place.Match {
	words := strings.Fields(asked)
	words = words[:min(len(words), 6)]
	for n := len(words); n > 0; n-- {
		matches := s.site.Gazetteer.Find(strings.Join(words[:n], " "), nearestPlaces)
		if len(matches) > 0 {
			within := func(m place.Match) bool { return country.Valid() && country.Contains(m.Place) }
			return append(filter(matches, within), filter(matches, func(m place.Match) bool { return !within(m) })...)
		}
	}
	var largest []place.Match
	if country.Valid() {
		for _, p := range country.Cities(nearestPlaces) {
			largest = append(largest, place.Match{Place: p})
		}
	}
	return largest
}

func filter(matches []place.Match, keep func(place.Match) bool) []place.Match {
	var kept []place.Match
	for _, m := range matches {
		if keep(m) {
			kept = append(kept, m)
		}
	}
	return kept
}
