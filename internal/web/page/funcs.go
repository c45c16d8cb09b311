package page

import (
	"hash/fnv"
	"html/template"
	"reflect"
	"strconv"
	"time"

	"moot/internal/lang"
	"moot/internal/place"
	"moot/internal/recur"
)

// Tone is the number of a poster tag's colour class: FNV-1a of it, modulo the
// number of colours that places have.
func Tone(tag string) int {
	h := fnv.New32a()
	h.Write([]byte(tag))
	return int(h.Sum32() % place.Hues)
}

// functions are what templates may call, bound to a language:
//
//	t KEY NAME VALUE …   a message of the catalogue
//	name PLACE           the place's name in the reader's language
//	where PLACE          the region and country it lies in
//	hue PLACE            its colour class: "hue-7"
//	tone TAG             a poster tag's colour class: "tone-3"
//	date, datetime TIME  in the time's own zone
//	ago TIME             how long ago: "12 min"; the date from a week on
//	iso TIME             for the datetime attribute, in UTC
//	often EVERY TIME     how often what begins then is held: "every Tuesday"; "" for once
//	number N, distance KM, wait DURATION   (N any signed integer)
//	asset FILE           the hashed address of "moot.css", "find.js" …
func functions(s *Site, l *lang.Language) template.FuncMap {
	return template.FuncMap{
		"t":        l.T,
		"name":     func(p place.Place) string { return p.Name(l.Tag()) },
		"where":    func(p place.Place) string { return Where(l, p) },
		"hue":      hueClass,
		"tone":     func(tag string) string { return "tone-" + strconv.Itoa(Tone(tag)) },
		"date":     l.Date,
		"datetime": func(t time.Time) string { return l.DateTime(t, s.Clock.Now()) },
		"ago":      func(t time.Time) string { return ago(l, t, s.Clock.Now()) },
		"iso":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"often":    func(e recur.Every, start time.Time) string { return e.Words(l, start) },
		"number":   func(n any) string { return l.Number(reflect.ValueOf(n).Int()) },
		"distance": l.Distance,
		"wait":     l.Duration,
		"asset":    s.Assets.Address,
	}
}

func hueClass(p place.Place) string { return "hue-" + strconv.Itoa(p.Hue()) }

// ago says how long ago t was where that is what a reader wants to know, and
// on which day from a week on.
func ago(l *lang.Language, t, now time.Time) string {
	if d := now.Sub(t); d < 7*24*time.Hour {
		return l.Ago(d)
	}
	return l.Date(t)
}
