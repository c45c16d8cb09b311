package operator

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/message"

	"moot/internal/place"
)

// otherPlaces is how many places a name may mean besides the best.
const otherPlaces = 9

// Place prints what is known of the place that a name means, and others that it
// may mean.
func (d Desk) Place(places *place.Gazetteer, name string) error {
	found := meant(places, name)
	if len(found) == 0 {
		return fmt.Errorf("no place is called %q, nor anything like it", name)
	}
	var out strings.Builder
	if found[0].Slip {
		fmt.Fprintf(&out, "No place is called %q. The nearest name is %s.\n\n", name, found[0].Name)
	}
	describe(&out, places, found[0].Place)
	if len(found) > 1 {
		out.WriteString("\nOthers that it may mean\n")
		for _, m := range found[1:] {
			fmt.Fprintf(&out, "  %-32s %s\n", m.Place.Path(), brief(m))
		}
	}
	_, err := io.WriteString(d.Out, out.String())
	return err
}

// meant finds the places that a path or a name means, the best first.
func meant(places *place.Gazetteer, name string) []place.Match {
	var found []place.Match
	path := strings.Trim(strings.ToLower(name), "/")
	p, ok := places.ByPath(path)
	if !ok && strings.Contains(path, "/") {
		p, ok = places.Redirect(name)
	}
	if ok {
		found = append(found, place.Match{Place: p, Name: name})
	}
	for _, m := range places.Find(name, otherPlaces+1) {
		if m.Place != p || !ok {
			found = append(found, m)
		}
	}
	return found[:min(len(found), otherPlaces+1)]
}

// brief is a place in one line: its name, what it is called that fits, where
// it lies and how many people it has.
func brief(m place.Match) string {
	text := m.Place.Name(language.English)
	if m.Name != "" && m.Name != text {
		text += " (" + m.Name + ")"
	}
	if within := within(m.Place); within != "" {
		text += ", " + within
	}
	if n := m.Place.Population(); n > 0 {
		text += fmt.Sprintf(", %s people", count(n))
	}
	return text
}

func count(n int64) string { return message.NewPrinter(language.English).Sprint(n) }

// within names what a place lies in, the narrowest first.
func within(p place.Place) string {
	var names []string
	for up := p.Parent(); up.Valid() && up.Kind() != place.World; up = up.Parent() {
		names = append(names, up.Name(language.English))
	}
	return strings.Join(names, ", ")
}

// describe writes all that is known of a place.
func describe(w io.Writer, places *place.Gazetteer, p place.Place) {
	line := func(what, value string) {
		if value != "" {
			fmt.Fprintf(w, "  %-11s %s\n", what, value)
		}
	}
	fmt.Fprintln(w, p.Name(language.English))
	line("kind", p.Kind().String())
	line("path", p.Path())
	line("board", "/"+p.Path())
	line("in", within(p))
	if n := p.Population(); n > 0 {
		line("people", count(n))
	}
	if p.Kind() != place.World {
		line("point", degrees(p))
	}
	line("zone", p.Zone().String())
	line("native", p.Native())
	line("names", strings.Join(byLanguage(p), "; "))
	line("also", strings.Join(p.Alternates(), ", "))
	if id := p.ID(); id != 0 {
		line("GeoNames", fmt.Sprint(id))
	}
	line("within it", strings.Join(inside(p), ", "))
	line("nearest", strings.Join(nearby(places, p), ", "))
}

// degrees is where a place lies: of a region or a country, its largest city.
func degrees(p place.Place) string {
	lat, lon := p.Point()
	ns, ew := "N", "E"
	if lat < 0 {
		ns, lat = "S", -lat
	}
	if lon < 0 {
		ew, lon = "W", -lon
	}
	text := fmt.Sprintf("%.4f° %s, %.4f° %s", lat, ns, lon, ew)
	if p.Kind() != place.City {
		text += " (its largest city)"
	}
	return text
}

// byLanguage lists a place's names with the languages that call it so:
// "Salonicco it, lmo". What most languages call it is left out.
func byLanguage(p place.Place) []string {
	callers := map[string][]string{}
	usual := "" // GeoNames' name, where a language has none of its own
	for _, base := range display.Supported.BaseLanguages() {
		tag, err := language.Compose(base)
		if err != nil {
			continue
		}
		name := p.Name(tag)
		callers[name] = append(callers[name], base.String())
		if len(callers[name]) > len(callers[usual]) {
			usual = name
		}
	}
	delete(callers, usual)
	var list []string
	for name, languages := range callers {
		slices.Sort(languages)
		list = append(list, name+" "+strings.Join(languages, " "))
	}
	slices.Sort(list)
	return list
}

// inside lists the largest cities of what is no city.
func inside(p place.Place) []string {
	if p.Kind() == place.City {
		return nil
	}
	var list []string
	for _, city := range p.Cities(8) {
		list = append(list, city.Path())
	}
	return list
}

// nearby lists the cities that are nearest to a city.
func nearby(places *place.Gazetteer, p place.Place) []string {
	if p.Kind() != place.City {
		return nil
	}
	var list []string
	for _, q := range places.Near(p, 6, 500) {
		list = append(list, fmt.Sprintf("%s (%.0f km)", q.Path(), place.Distance(p, q)))
	}
	return list
}
