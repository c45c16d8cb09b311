package page

import (
	"moot/internal/lang"
	"moot/internal/place"
)

// Where tells a place apart from others of its name: its region and country in
// the reader's language; "" for a country and the world.
func Where(l *lang.Language, p place.Place) string {
	up := p.Parent()
	if !up.Valid() || up.Kind() == place.World {
		return ""
	}
	far := up.Parent()
	if !far.Valid() || far.Kind() == place.World {
		return up.Name(l.Tag())
	}
	return l.T("page.region_country", "region", up.Name(l.Tag()), "country", far.Name(l.Tag()))
}
