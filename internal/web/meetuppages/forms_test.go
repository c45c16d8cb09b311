package meetuppages_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/meetup"
	"moot/internal/web/page/pagetest"
)

// post sends a form as a browser with some cookies does.
func (s *listing) post(path string, form url.Values, cookies ...*http.Cookie) *pagetest.Page {
	s.t.Helper()
	return pagetest.Post(s.t, s, path, form, "Cookie", sent(cookies))
}

// sent are cookies as a browser sends them.
func sent(cookies []*http.Cookie) string {
	var all []string
	for _, c := range cookies {
		all = append(all, c.Name+"="+c.Value)
	}
	return strings.Join(all, "; ")
}

// form is what the fields of a page's form say, as a browser would send them with a
// button.
func form(p *pagetest.Page, action, do string) url.Values {
	sent := url.Values{"do": {do}}
	for _, f := range p.All("form[action='" + action + "']") {
		for e := range f.Descendants() {
			name, value, kind := pagetest.Attr(e, "name"), pagetest.Attr(e, "value"), pagetest.Attr(e, "type")
			_, checked := attr(e, "checked")
			switch {
			case name == "" || name == "do", (kind == "checkbox" || kind == "radio") && !checked, sent.Has(name):
			case e.Data == "input":
				sent.Set(name, value)
			case e.Data == "select":
				for o := range e.Descendants() {
					if _, selected := attr(o, "selected"); selected {
						sent.Set(name, pagetest.Attr(o, "value"))
					}
				}
			}
		}
	}
	return sent
}

func attr(n *html.Node, name string) (value string, has bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// A host who does something else wrong on their page finds every field of it as the
// meetup is, also the spot that only those who come are told: what they keep next
// takes nothing away.
func TestARefusalTakesNothingFromTheHostsForm(t *testing.T) {
	eachListing(t, func(t *testing.T, s *listing) {
		thread, host := s.announce("gr/athens", "Tea", "2026-12-03T19:00", eachWeek, func(d *meetup.Details) { d.Spot, d.Held, d.Room = "second floor, room 4", true, 12 })
		action := fmt.Sprintf("/host/%d", thread)
		link := action + "/" + host.Token()
		want := form(s.get(link).Want(http.StatusOK), action, "keep")
		if want.Get("spot") != "second floor, room 4" || want.Get("held") != "1" {
			t.Fatal(want)
		}
		first := fmt.Sprint(s.clocks("gr/athens", "2026-12-03T19:00").Unix())
		for what, sent := range map[string]url.Values{
			"cancelled without a reason":  {"do": {"cancel"}},
			"a time moved to the past":    {"do": {"move"}, "occurrence": {first}, "day": {"2024-01-01"}, "time": {"19:00"}},
			"a time moved to no time":     {"do": {"move"}, "occurrence": {first}},
			"dropped with a long reason":  {"do": {"drop"}, "occurrence": {first}, "reason": {strings.Repeat("snow ", 100)}},
			"a whole change that is past": {"do": {"keep"}, "title": {"Tea"}, "day": {"2024-01-01"}, "time": {"19:00"}, "minutes": {"120"}, "venue": {"Library café"}, "repeat": {"week"}, "spot": {"second floor, room 4"}, "held": {"1"}, "room": {"12"}},
		} {
			sent.Set("token", host.Token())
			p := s.post(action, sent).Want(http.StatusUnprocessableEntity)
			if got := p.Attr("#spot", "value"); got != "second floor, room 4" {
				t.Errorf("%s: the spot is %q", what, got)
			}
			p.Has("input[name=held][checked]")
			if got := p.Attr("#room", "value"); got != "12" {
				t.Errorf("%s: room for %q", what, got)
			}
		}
		s.post(action, want).Want(http.StatusSeeOther)
		if spot, err := s.Spot(t.Context(), host, thread); spot != "second floor, room 4" {
			t.Error(spot, err)
		}
	})
}

// What was done is said as what it is.
func TestPagesSayWhatWasDone(t *testing.T) {
	eachListing(t, func(t *testing.T, s *listing) {
		thread, host := s.announce("gr/athens", "Tea", "2026-12-03T19:00")
		action := fmt.Sprintf("/host/%d", thread)
		path := fmt.Sprintf("/gr/athens/t/%d/meetup", thread)
		answer := func(p *pagetest.Page, cookies []*http.Cookie) string {
			t.Helper()
			to := p.Want(http.StatusSeeOther).Header.Get("Location")
			return s.get(to, "Cookie", sent(cookies)).Want(http.StatusOK).Text(".ask[role=status]")
		}
		came := s.post(path, url.Values{"answer": {"1"}, "note": {"I need a ramp"}})
		ana := came.Cookies()
		if said := answer(came, ana); !strings.Contains(said, "Your answer is kept") {
			t.Error(said)
		}
		// The note that stands there goes with an answer that is taken back.
		if said := answer(s.post(path, url.Values{"answer": {"0"}, "note": {"I need a ramp"}}, ana...), ana); !strings.Contains(said, "You say nothing for now") {
			t.Error(said)
		}
		// One without an answer would go nowhere.
		alone := s.post(path, url.Values{"answer": {"0"}, "note": {"I bring <b>tea</b>"}}, ana...).Want(http.StatusUnprocessableEntity)
		if alone.Attr("#note", "value") != "I bring <b>tea</b>" || !strings.Contains(alone.Text("#answer-error"), "Say whether you come, too") {
			t.Error(alone.Body)
		}
		s.post(path, url.Values{"answer": {"2"}, "note": {"I bring tea"}}, ana...).Want(http.StatusSeeOther)
		s.told()

		kept := s.post(action, url.Values{"do": {"keep"}, "token": {host.Token()}, "title": {"Tea"}, "day": {"2026-12-03"}, "time": {"20:00"}, "minutes": {"120"}, "venue": {"Library café"}})
		if said := answer(kept, nil); !strings.HasPrefix(said, "Kept.") {
			t.Error(said)
		}
		off := s.post(action, url.Values{"do": {"cancel"}, "token": {host.Token()}, "reason": {"snow"}})
		if said := answer(off, nil); !strings.HasPrefix(said, "The meetup is cancelled.") {
			t.Error(said)
		}
		// A tab in which all of that was still to come says why it can't be.
		for what, late := range map[string]*pagetest.Page{
			"kept":     s.post(action, url.Values{"do": {"keep"}, "token": {host.Token()}, "title": {"Tea"}, "day": {"2026-12-04"}, "time": {"19:00"}, "minutes": {"120"}, "venue": {"Library"}}),
			"answered": s.post(path, url.Values{"answer": {"1"}}, ana...),
		} {
			if said := late.Want(http.StatusConflict).Text(".refusal"); !strings.Contains(said, "was cancelled: nothing more can be changed") {
				t.Errorf("%s: %q", what, said)
			}
		}
		page := s.get(path, "Cookie", sent(ana)).Want(http.StatusOK)
		if said := page.Text(".since"); !strings.Contains(said, "Cancelled: snow") || strings.Contains(said, "change it below") {
			t.Errorf("whoever answered is told %q", said)
		}
	})
}

// Wrong input of each kind is answered at its field, with all that was typed.
func TestAWrongAnnouncementComesBackWhole(t *testing.T) {
	s := openListing(t, dbtest.Open(t, db.SQLite))
	const path = "/gr/athens/meetups/new"
	right := url.Values{
		"title": {"Tea & <b>rents</b>"}, "day": {"2026-12-10"}, "time": {"18:30"}, "minutes": {"120"}, "repeat": {""}, "until": {""}, "times": {""}, "venue": {"Library café"},
		"directions": {"behind the museum"}, "recognise": {"a red scarf"}, "cost": {"nothing"}, "room": {"12"}, "spot": {"second floor"}, "body": {"Who comes?\n>>1"},
	}
	for what, test := range map[string]struct {
		change       map[string]string
		field, wants string
	}{
		"in the past":                {map[string]string{"day": "2025-01-01"}, "start", "That time is over"},
		"a time that clocks skip":    {map[string]string{"day": "2027-03-28", "time": "03:30"}, "start", "there is no 03:30: it would become 04:30"},
		"the year 9999":              {map[string]string{"day": "9999-12-31"}, "start", "more than two years ahead"},
		"a day alone":                {map[string]string{"time": ""}, "start", "Give a day and a time"},
		"ends before it starts":      {map[string]string{"minutes": "-60"}, "minutes", "from 15 minutes to 24 hours"},
		"a length in words":          {map[string]string{"minutes": "two hours"}, "minutes", "from 15 minutes to 24 hours"},
		"a million times":            {map[string]string{"repeat": "week", "times": "1000000"}, "repeat", "more than 1,000 dates"},
		"until the year 9999":        {map[string]string{"repeat": "week", "until": "9999-12-31"}, "repeat", "more than 1,000 dates"},
		"until before it begins":     {map[string]string{"repeat": "month", "until": "2026-01-01"}, "until", "end before it begins"},
		"two ends":                   {map[string]string{"repeat": "week", "until": "2027-01-31", "times": "5"}, "times", "not both"},
		"once, until a day":          {map[string]string{"until": "2027-01-31"}, "repeat", "It is held once"},
		"once, five times":           {map[string]string{"times": "5"}, "repeat", "It is held once"},
		"somebody's home":            {map[string]string{"venue": "At my place, flat 3B"}, "public", "sounds as if somebody lives there"},
		"room for as many as fit in": {map[string]string{"room": "as many as fit"}, "room", "Give a number of people"},
		"no title":                   {map[string]string{"title": ""}, "title", "Give the meetup a title"},
	} {
		typed := url.Values{"do": {"announce"}, "ticket": {s.get(path).Attr("input[name=ticket]", "value")}}
		for name, values := range right {
			typed[name] = values
		}
		for name, value := range test.change {
			typed.Set(name, value)
		}
		p := s.post(path, typed).Want(http.StatusUnprocessableEntity)
		if said := p.Text("#" + test.field + "-error"); !strings.Contains(said, test.wants) {
			t.Errorf("%s: %q", what, said)
		}
		if n := len(p.All(".error")); n != 1 {
			t.Errorf("%s: %d things are said to be wrong", what, n)
		}
		back := form(p, path, "announce")
		for name := range right {
			got := back.Get(name)
			if name == "body" {
				got = p.Text("#body")
			}
			if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(typed.Get(name)), " ") {
				t.Errorf("%s: %s comes back as %q, sent as %q", what, name, got, typed.Get(name))
			}
		}
	}
	// Without words of its own it is called by its title: without that either, only the title is missing.
	none := s.post(path, url.Values{"do": {"announce"}, "day": {"2026-12-10"}, "time": {"18:30"}, "minutes": {"120"}, "venue": {"Library café"}, "ticket": {s.get(path).Attr("input[name=ticket]", "value")}}).Want(http.StatusUnprocessableEntity)
	if all := none.All(".error"); len(all) != 1 || pagetest.Attr(all[0], "id") != "title-error" {
		t.Error(none.Body)
	}
}

// Once it is over its page says so and asks nothing; its host tells how it was, and finds
// their words again where something is wrong with them.
func TestWhatIsOverIsToldOf(t *testing.T) {
	eachListing(t, func(t *testing.T, s *listing) {
		thread, host := s.announce("gr/athens", "Tea", "2026-12-03T19:00", func(d *meetup.Details) { d.Spot, d.Held = "room 4", true })
		action, path := fmt.Sprintf("/host/%d", thread), fmt.Sprintf("/gr/athens/t/%d", thread)
		link, at := action+"/"+host.Token(), s.clocks("gr/athens", "2026-12-03T19:00")
		s.clock.Set(at.Add(3 * time.Hour))
		if err := s.Over(t.Context(), thread, func(*db.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		s.told()
		for _, page := range []string{path, path + "/meetup"} {
			p := s.get(page).Want(http.StatusOK)
			if said := p.Text(".card .kind"); !strings.Contains(said, "over") {
				t.Errorf("%s: %q", page, said)
			}
			p.Lacks("#answer")
			p.Lacks(".card .actions")
		}
		p := s.get(link).Want(http.StatusOK)
		p.Lacks("#title")
		p.Has("form.telling")
		original := fmt.Sprint(at.Unix())
		words := "We <b>talked</b> about rents. " + strings.Repeat("And then ", 500)
		for what, tell := range map[string][2]string{"in words": {"many", words}, "fewer than none": {"-3", words}, "too much": {"12", strings.Repeat(words, 3)}} {
			p := s.post(action, url.Values{"do": {"tell"}, "token": {host.Token()}, "occurrence": {original}, "came": {tell[0]}, "notes": {tell[1]}}).Want(http.StatusUnprocessableEntity)
			if p.Attr("#came-"+original, "value") != tell[0] || strings.TrimSpace(p.Text("#notes-"+original)) != strings.TrimSpace(tell[1]) {
				t.Errorf("%s: %q came, %q", what, p.Attr("#came-"+original, "value"), p.Text("#notes-"+original))
			}
			p.Has("form.telling .error")
		}
		s.post(action, url.Values{"do": {"tell"}, "token": {host.Token()}, "occurrence": {original}, "came": {"12"}, "notes": {"We <b>talked</b>."}}).Want(http.StatusSeeOther)
		s.told()
		if said := s.get(path).Text(".card .after"); !strings.Contains(said, "12") || !strings.Contains(said, "We <b>talked</b>.") {
			t.Error(said)
		}
		// Whoever comes late to move, cancel or answer it is told why they can't.
		for what, sent := range map[string]*pagetest.Page{
			"kept":      s.post(action, url.Values{"do": {"keep"}, "token": {host.Token()}, "title": {"Tea"}, "day": {"2026-12-04"}, "time": {"19:00"}, "minutes": {"120"}, "venue": {"Library"}}),
			"cancelled": s.post(action, url.Values{"do": {"cancel"}, "token": {host.Token()}, "reason": {"snow"}}),
			"answered":  s.post(path+"/meetup", url.Values{"answer": {"1"}}),
		} {
			if said := sent.Want(http.StatusConflict).Text(".refusal"); !strings.Contains(said, "over") {
				t.Errorf("%s: %q", what, said)
			}
		}
	})
}
