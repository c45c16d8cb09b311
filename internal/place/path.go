package place

import (
	"strings"

	"moot/internal/place/gazetteer"
)

// ByPath is the place whose path is exactly the given one.
func (g *Gazetteer) ByPath(path string) (Place, bool) {
	n, ok := g.byPath.find(g.t.Paths, path)
	return Place{g, n}, ok
}

// maxPath is how long an address may be that anything is made of, in bytes.
const maxPath = 600

// Redirect finds the place that a path means which ByPath doesn't know: one in
// capitals or with accents, an old or alternate name, a name in its own
// script, a country by its name, a region between country and city. Where
// several places of the country bear the name, it is the largest.
func (g *Gazetteer) Redirect(path string) (Place, bool) {
	path = strings.Trim(path, "/")
	if path == "" || len(path) > maxPath {
		return Place{}, false
	}
	parts := strings.Split(path, "/")
	for i, part := range parts {
		parts[i] = strings.TrimSpace(part)
	}
	if p, ok := g.ByPath(strings.ToLower(strings.Join(parts, "/"))); ok {
		return p, true
	}
	country, ok := g.countryOf(parts[0])
	switch {
	case !ok || len(parts) > 3:
		return Place{}, false
	case len(parts) == 1:
		return country, true
	case len(parts) == 2:
		return g.under(country, parts[1])
	case country.Kind() != Country:
		return Place{}, false
	}
	region, ok := g.regionOf(country, parts[1])
	if !ok {
		return Place{}, false
	}
	return g.under(region, parts[2])
}

// countryOf is the country, or the world, of a first segment: a code or a name.
func (g *Gazetteer) countryOf(part string) (Place, bool) {
	if p, ok := g.ByPath(strings.ToLower(part)); ok {
		return p, true
	}
	return g.bearer(part, func(p Place) bool { return p.Kind() <= Country })
}

// regionOf is the region of a country by its segment or a name.
func (g *Gazetteer) regionOf(country Place, part string) (Place, bool) {
	if p, ok := g.ByPath(country.Path() + "/" + strings.ToLower(part)); ok && p.Kind() == Region {
		return p, true
	}
	return g.bearer(part, func(p Place) bool { return p.Kind() == Region && country.Contains(p) })
}

// under is the place in a country or region by its segment or a name; of a
// city and a region of one name, the city.
func (g *Gazetteer) under(wide Place, part string) (Place, bool) {
	if Reserved[strings.ToLower(part)] || wide.Kind() == World {
		return Place{}, false
	}
	if p, ok := g.bearer(part, func(p Place) bool { return p.Kind() == City && wide.Contains(p) }); ok {
		return p, true
	}
	if p, ok := g.ByPath(wide.Country().Path() + "/" + gazetteer.Slug(part)); ok && wide.Contains(p) {
		return p, true
	}
	return g.bearer(part, func(p Place) bool { return p.Kind() == Region && p != wide && wide.Contains(p) })
}

// bearer is the place with most people of those that bear a name and that keep
// says to. A quarter's name leads to its city where no other place has it.
func (g *Gazetteer) bearer(name string, keep func(Place) bool) (Place, bool) {
	key, ok := g.exact(gazetteer.Fold(cut(name)))
	if !ok {
		return Place{}, false
	}
	var best, host Place
	for _, b := range g.bearers(key) {
		n := b >> 1
		if n >= g.firstQuarter {
			p := Place{g, g.firstCity + g.t.Host[n-g.firstQuarter]}
			if keep(p) && (!host.Valid() || p.Population() > host.Population()) {
				host = p
			}
			continue
		}
		p := Place{g, n}
		if keep(p) && (!best.Valid() || p.Population() > best.Population()) {
			best = p
		}
	}
	if !best.Valid() {
		best = host
	}
	return best, best.Valid()
}
