package flyerpages

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"moot/internal/flyer"
	"moot/internal/font"
	"moot/internal/lang"
	"moot/internal/meetup"
	"moot/internal/web/page"
)

// tongues are the languages of a flyer: its own, and one more or nil.
type tongues struct{ in, also *lang.Language }

// none is the second language of a flyer that is to have none, in addresses.
const none = "none"

// tonguesOf are the languages that a request asks for: that of the city, and the
// reader's where it is another.
func tonguesOf(q *page.Request, s subject) tongues {
	query, all := q.R.URL.Query(), languages(q)
	among := func(code string) *lang.Language {
		for _, l := range all {
			if l.Code() == code {
				return l
			}
		}
		return nil
	}
	t := tongues{among(query.Get("in")), among(query.Get("also"))}
	if t.in == nil {
		t.in = lang.SpokenIn(s.place.Country().Path(), all)
	}
	if t.also == nil && query.Get("also") != none {
		t.also = q.Language
	}
	if t.also == t.in {
		t.also = nil
	}
	return t
}

// languages are those that a flyer can be in: those of the site, and what is printed
// only.
func languages(q *page.Request) []*lang.Language {
	return append(slices.Clone(q.Site.Languages), lang.Printed(q.Site.Languages)...)
}

// Second is the code of the second language.
func (t tongues) second() string {
	if t.also == nil {
		return none
	}
	return t.also.Code()
}

// query is what an address asks for these by.
func (t tongues) query() string {
	return "?" + url.Values{"in": {t.in.Code()}, "also": {t.second()}}.Encode()
}

// words are those of a flyer.
func (d *pages) words(q *page.Request, s subject, t tongues) flyer.Flyer {
	link := q.Link(s.short)
	_, bare, _ := strings.Cut(link, "://")
	f := flyer.Flyer{
		Language: t.in.Code(), Direction: direction(t.in), Site: q.Site.Name, Address: bare, Link: link,
		About: t.in.T("flyer.about", "site", q.Site.Name),
	}
	also := ""
	if t.also != nil {
		also, f.AlsoIn = t.also.T("flyer.about", "site", q.Site.Name), t.also.Code()
	}
	city := s.place.Name(t.in.Tag())
	switch {
	case s.meetup != nil:
		f.Head = t.in.T("meetup.kind") + " · " + city
		when := ofMeetup(&f, *s.meetup, t.in)
		if t.also != nil {
			also = spelt(when, t.also) + ". " + also
		}
	case s.convening != nil:
		f.Head, f.Title = q.Site.Name+" · "+city, t.in.T("ladder.dates_title", "place", city)
		f.Lead = t.in.T("flyer.convening_lead", "date", t.in.DateLong(s.convening.Closes))
		if t.also != nil {
			also = t.also.T("flyer.convening_lead", "date", t.also.DateLong(s.convening.Closes)) + " " + also
		}
	default:
		f.Head, f.Title = q.Site.Name+" · "+city, t.in.T("flyer.hand_title", "place", city)
		f.Lead = t.in.T("flyer.hand_lead", "n", d.ladder.Rules.Hands)
		if t.also != nil {
			also = t.also.T("flyer.hand_lead", "n", d.ladder.Rules.Hands) + " " + also
		}
	}
	f.Also = also
	return f
}

func direction(l *lang.Language) font.Direction {
	if l.Dir() == "rtl" {
		return font.RTL
	}
	return font.LTR
}

func clock(t time.Time) string { return t.Format("15:04") }

// edges are the beginning and the end of what goes on for days, in words; "" where it
// doesn't.
func edges(o meetup.Occurrence, l *lang.Language) (first, last string) {
	switch {
	case o.Days > 1:
		return l.DayLong(o.Start), l.DayLong(o.Last())
	case o.Long():
		return l.DayLong(o.Start) + ", " + clock(o.Start), l.DayLong(o.End) + ", " + clock(o.End)
	}
	return "", ""
}

// spelt is a time in words, on one line.
func spelt(o meetup.Occurrence, l *lang.Language) string {
	first, last := edges(o, l)
	switch {
	case first != "":
		return first + " – " + last
	case o.Days == 1:
		return l.DateLong(o.Start)
	}
	return l.DateLong(o.Start) + ", " + clock(o.Start)
}

// ofMeetup puts onto a flyer what everybody may know of a meetup, and says which of its
// times it is for: the next.
func ofMeetup(f *flyer.Flyer, m meetup.Meetup, l *lang.Language) meetup.Occurrence {
	next := m.Coming[0]
	f.Title, f.Weekday, f.Day, f.Date = m.Title, l.Weekday(next.Start), l.DayLong(next.Start), l.DateLong(next.Start)
	if first, last := edges(next, l); first != "" {
		f.Weekday, f.Day, f.Date = first+" –", last, spelt(next, l)
	} else if next.Days == 0 {
		f.Time = clock(next.Start)
	}
	f.Often = m.Every.Words(l, m.Start)
	if f.Place = m.Venue.Name; f.Place == "" {
		f.Place = l.T("meetup.where_open")
	}
	fact := func(key, text string) {
		if text != "" {
			f.Facts = append(f.Facts, flyer.Fact{Label: key, Text: text})
		}
	}
	fact(l.T("meetup.find_it"), m.Venue.Directions)
	if m.Held {
		fact(l.T("meetup.spot"), l.T("meetup.spot_held"))
	} else {
		fact(l.T("meetup.spot"), m.Spot)
	}
	fact(l.T("meetup.know_us"), m.Venue.Recognise)
	fact(l.T("meetup.cost"), m.Venue.Cost)
	if m.Venue.StepFree {
		f.Place += " · " + l.T("ladder.step_free")
	}
	return next
}

// plain is a flyer as a text to copy.
func plain(f flyer.Flyer) string {
	var lines []string
	add := func(parts ...string) {
		if parts[len(parts)-1] != "" {
			lines = append(lines, strings.Join(parts, ": "))
		}
	}
	add(f.Title)
	if f.Date != "" {
		when := f.When()
		if f.Often != "" {
			when += " (" + f.Often + ")"
		}
		add(when)
	}
	add(f.Place)
	for _, fact := range f.Facts {
		add(fact.Label, fact.Text)
	}
	add(f.Lead)
	add(f.Link)
	if f.About != "" {
		lines = append(lines, "", f.About)
	}
	return strings.Join(lines, "\n")
}

// spoken is what a picture of a flyer says to who can't see it: in one line.
func spoken(f flyer.Flyer) string {
	var parts []string
	for _, part := range []string{f.Title, f.Often, f.When(), f.Place, f.Lead, f.Address} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " · ")
}
