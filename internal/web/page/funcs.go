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
//	when OCCURRENCE      when something is held: "Sun 22 Nov, 18:02", "Sun 22 Nov, all day"
//	from, until OCCURRENCE   for the datetime attribute: in UTC, or as days
//	day TIME DAYS        the time, or the day alone where something is held on whole ones
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
		"when":     func(o held) string { start, end, days := o.Span(); return l.Span(start, end, days, s.Clock.Now()) },
		"from":     func(o held) string { start, _, days := o.Span(); return stamp(start, days) },
		"until":    func(o held) string { start, end, days := o.Span(); return until(start, end, days) },
		"day":      func(t time.Time, days int) string { return dayOr(l, t, days, s.Clock.Now()) },
		"ago":      func(t time.Time) string { return ago(l, t, s.Clock.Now()) },
		"iso":      func(t time.Time) string { return stamp(t, 0) },
		"often":    func(e recur.Every, start time.Time) string { return e.Words(l, start) },
		"number":   func(n any) string { return l.Number(reflect.ValueOf(n).Int()) },
		"distance": l.Distance,
		"wait":     l.Duration,
		"asset":    s.Assets.Address,
	}
}

// held is what has a beginning and an end, or is held on whole days.
type held interface {
	Span() (start, end time.Time, days int)
}

// stamp is a time for programs; a day where something is held on so many whole ones.
func stamp(t time.Time, days int) string {
	if days > 0 {
		return t.Format(time.DateOnly)
	}
	return t.UTC().Format(time.RFC3339)
}

// until is when something ends, for programs: of whole days the last.
func until(start, end time.Time, days int) string {
	if days > 0 {
		end = start.AddDate(0, 0, days-1)
	}
	return stamp(end, days)
}

// dayOr is a time in words; the day alone where something is held on so many whole ones.
func dayOr(l *lang.Language, t time.Time, days int, now time.Time) string {
	if days > 0 {
		return l.DateNear(t, now)
	}
	return l.DateTime(t, now)
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
