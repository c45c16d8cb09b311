package search

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"moot/internal/place"
	"moot/internal/text"
)

// Query is what somebody looks for. Every part of it narrows the search; the
// zero Query asks nothing, and finds nothing.
//
// In Text a word stands for itself, "several words" in quotes for a phrase,
// and -word for posts without it. place:gr/athens, in:1234 (a thread),
// from:2026-01-31, to:2026-01-31, has:picture and is:opening do what the other
// parts do; all but the dates can be turned around by a minus.
type Query struct {
	Text    string
	Place   place.Place // posts of its board and of those beneath it; zero or the world: of all
	Thread  int64       // posts of one thread; 0: of all
	Opening bool        // posts that opened their thread
	Picture bool        // posts with a picture that can be seen
	From    time.Time   // the first day (UTC); zero: from the start
	To      time.Time   // the last day, itself included; zero: until now
	Newest  bool        // the newest first, whatever matches better
	After   string      // Results.Next of the page before; "" or anything else: from the start
}

// How much of a Query is looked at. More doesn't help to find anything.
const (
	longestText = 200 // characters
	mostWords   = 16  // words, phrases and operators
)

// plan is a Query as it is put to the index.
type plan struct {
	base     expr // what a post must have
	subject  expr // the same in its thread's title, since it opened that
	together expr // all words in a row; nothing where there is one
	from, to time.Time
	shown    []sought
}

// sought is something that was looked for and found, to be marked.
type sought struct {
	row    []string
	letter string
}

// item is one part of a Query's text.
type item struct {
	text   string
	not    bool
	quoted bool
}

// plan reads a query. Now bounds dates that are left open.
func (q Query) plan(places *place.Gazetteer, now time.Time) plan {
	f := filters{places: places, from: q.From, to: q.To}
	f.add(q.Place.Valid() && q.Place.Kind() != place.World, within(q.Place.Path()))
	f.add(q.Thread > 0, ofThread(q.Thread))
	f.add(q.Opening, isOpening)
	f.add(q.Picture, hasPicture)

	var words, not []item
	for _, one := range items(q.Text) {
		switch {
		case f.take(one):
		case one.not:
			not = append(not, one)
		default:
			words = append(words, one)
		}
	}
	if len(words) == 0 && len(f.is) == 0 && f.from.IsZero() && f.to.IsZero() {
		words, not = not, nil // what is left out must be left out of something
	}
	return f.plan(words, not, now)
}

// filters are the parts of a query that aren't words.
type filters struct {
	places   *place.Gazetteer
	is, not  []expr
	from, to time.Time
}

func (f *filters) add(asked bool, label string) {
	if asked {
		f.is = append(f.is, row(label))
	}
}

// take reports whether an item is an operator, and heeds it.
func (f *filters) take(one item) bool {
	name, value, found := strings.Cut(strings.Replace(one.text, "：", ":", 1), ":")
	if !found || one.quoted {
		return false
	}
	label := ""
	switch name, folded := strings.ToLower(name), strings.ToLower(value); {
	case name == "has" && (folded == "picture" || folded == "pictures"):
		label = hasPicture
	case name == "is" && folded == "opening":
		label = isOpening
	case name == "in":
		if n, err := strconv.ParseInt(value, 10, 64); err == nil && n > 0 {
			label = ofThread(n)
		}
	case name == "place":
		p, ok := f.place(value)
		if ok && p.Kind() == place.World {
			return true // where all posts are
		}
		if ok {
			label = within(p.Path())
		}
	case !one.not && (name == "from" || name == "to"):
		return f.day(name, value)
	}
	if label == "" {
		return false
	}
	if one.not {
		f.not = append(f.not, row(label))
	} else {
		f.is = append(f.is, row(label))
	}
	return true
}

// place is a place by its path, or by what may stand for it.
func (f *filters) place(path string) (place.Place, bool) {
	if p, ok := f.places.ByPath(path); ok {
		return p, true
	}
	return f.places.Redirect(path)
}

// day narrows the days to those from or up to one.
func (f *filters) day(name, value string) bool {
	day, err := time.Parse(time.DateOnly, value)
	if err != nil {
		return false
	}
	if name == "from" && day.After(f.from) {
		f.from = day
	}
	if name == "to" && (f.to.IsZero() || day.Before(f.to)) {
		f.to = day
	}
	return true
}

func (f *filters) plan(words, not []item, now time.Time) plan {
	var p plan
	var found, subject []expr
	var said []string
	for _, one := range words {
		tokens, letter := phrase(one.text)
		e := wanted(tokens, letter)
		if e.op == nothing {
			continue
		}
		found = append(found, e)
		p.shown = append(p.shown, sought{tokens, letter})
		said = append(said, one.text)
		for _, token := range tokens {
			subject = append(subject, row(inSubject(token)))
		}
		if letter != "" {
			subject = append(subject, row(inSubject(letter)))
		}
	}
	without := f.not
	for _, one := range not {
		if e := wanted(phrase(one.text)); e.op != nothing {
			without = append(without, e)
		}
	}
	p.subject = every(subject...)
	if len(found) > 1 {
		p.together = wanted(phrase(strings.Join(said, " ")))
	}
	p.from, p.to = days(f.from, f.to)
	p.base = every(every(found...), every(f.is...), f.months(now)).but(without)
	return p
}

// wanted asks for what phrase makes of a text.
func wanted(tokens []string, letter string) expr {
	one := expr{}
	if letter != "" {
		one = row(oneLetter(letter))
	}
	return every(row(tokens...), one)
}

// days are the moments between which a post was written; a zero to is never.
func days(from, to time.Time) (since, before time.Time) {
	if !to.IsZero() {
		to = to.AddDate(0, 0, 1)
	}
	return from, to
}

// firstYear is before everything that was posted on any board.
const firstYear = 1980

// months asks for the years and months that the days of a search lie in, so
// that the index itself leaves out the rest.
func (f *filters) months(now time.Time) expr {
	if f.from.IsZero() && f.to.IsZero() {
		return expr{}
	}
	from, to := f.from.UTC(), f.to.UTC()
	if f.to.IsZero() || to.After(now) {
		to = now.UTC().AddDate(0, 1, 0) // clocks of other nodes may be ahead
	}
	if from.Year() < firstYear {
		from = time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	var asked []expr
	for at := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, time.UTC); !at.After(to); {
		if at.Month() == time.January && at.Year() < to.Year() {
			asked = append(asked, row(ofYear(at)))
			at = at.AddDate(1, 0, 0)
			continue
		}
		asked = append(asked, row(ofMonth(at)))
		at = at.AddDate(0, 1, 0)
	}
	if len(asked) == 0 {
		return row(ofMonth(from)) // the days begin after they end: nothing is of both
	}
	return either(asked...)
}

// quotes are the signs that a phrase may stand between, in any keyboard's way.
var quotes = regexp.MustCompile("[\"“”„‟«»″＂「」『』]")

// items takes the text of a query apart. A quote that nobody closed is none.
func items(s string) []item {
	s = text.CleanLine(s)
	if runes := []rune(s); len(runes) > longestText {
		s = string(runes[:longestText])
	}
	var all []item
	for s = strings.TrimSpace(s); s != "" && len(all) < mostWords; s = strings.TrimSpace(s) {
		var one item
		if rest, found := strings.CutPrefix(s, "-"); found {
			one.not, s = true, rest
		}
		end := strings.IndexFunc(s, unicode.IsSpace)
		if open := quotes.FindStringIndex(s); open != nil && open[0] == 0 {
			if close := quotes.FindStringIndex(s[open[1]:]); close != nil {
				one.quoted, one.text = true, s[open[1]:open[1]+close[0]]
				s = s[open[1]+close[1]:]
				all = append(all, one)
				continue
			}
		}
		if end < 0 {
			end = len(s)
		}
		one.text, s = s[:end], s[end:]
		all = append(all, one)
	}
	return slices.DeleteFunc(all, func(one item) bool { return one.text == "" })
}
