package ladderpages

import (
	"strings"

	"moot/internal/fault"
	"moot/internal/place"
	"moot/internal/text"
	"moot/internal/web/page"
)

// How many places are looked at for what somebody typed, and among how many cities
// they are asked to choose.
const (
	cityLooked = 12
	cityAsked  = 6
)

// meant is the city that somebody typed, by its path or by a name that leaves no doubt.
// Else one is the zero place, and among are those that it may be: there are more of that
// name, a country or a region has it first, or it is a slip of the pen away. A hand that
// goes to the wrong one of them calls nobody together.
func meant(g *place.Gazetteer, typed string) (one place.Place, among []place.Place) {
	if p, ok := g.ByPath(strings.Trim(strings.ToLower(typed), "/ ")); ok && p.Kind() == place.City {
		return p, nil
	}
	var called, slips []place.Place // of the very name; a slip away
	matches := g.Find(typed, cityLooked)
	for _, m := range matches {
		switch {
		case m.Place.Kind() != place.City:
		case m.Slip:
			slips = append(slips, m.Place)
		default:
			among = append(among, m.Place)
			if text.Fold(m.Name) == text.Fold(typed) {
				called = append(called, m.Place)
			}
		}
	}
	if len(among) > 0 && among[0] == matches[0].Place && (len(among) == 1 || len(called) == 1 && called[0] == among[0]) {
		return among[0], nil
	}
	if len(among) == 0 {
		among = slips
	}
	return one, among[:min(len(among), cityAsked)]
}

// city is the city that a form names: one that was chosen among those that a name may
// mean, as long as that name stands there still, or what was typed.
func (d *door) city(q *page.Request, typed string) (place.Place, error) {
	form := q.R.PostForm
	if chosen := form.Get("city"); chosen != "" && text.CleanLine(form.Get("asked")) == typed {
		typed = chosen
	}
	one, among := meant(q.Site.Gazetteer, typed)
	switch {
	case one.Valid():
		return one, nil
	case len(among) > 0:
		return one, fault.New(fault.Invalid, "ladder.which_city").On("to")
	}
	return one, fault.New(fault.Invalid, "ladder.unknown_city").On("to")
}
