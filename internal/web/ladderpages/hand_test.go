package ladderpages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"moot/internal/event"
	"moot/internal/web/page/pagetest"
)

// kilkis is less than 50 km from Thessaloniki.
const kilkis = "gr/kilkis"

// link is the path of the hand that this browser has in a city.
func (b *browser) link(city string) string {
	b.t.Helper()
	full := b.get("/"+city+"/hand").Want(http.StatusOK).Attr("#link", "value")
	return full[strings.Index(full, "/hand/"):]
}

// says is what the page of a hand says is happening.
func says(p *pagetest.Page) string { return p.Text("section[aria-labelledby=state]") }

// change does something with a hand by its page.
func (b *browser) change(p *pagetest.Page, do string, filled ...string) *pagetest.Page {
	b.t.Helper()
	values := url.Values{"do": {do}, "token": {p.Attr("form.actions input[name=token]", "value")}}
	for i := 0; i+1 < len(filled); i += 2 {
		values.Set(filled[i], filled[i+1])
	}
	return b.do(http.MethodPost, "/hand", values)
}

// follow goes where an answer leads.
func (b *browser) follow(p *pagetest.Page) *pagetest.Page {
	b.t.Helper()
	return b.get(p.Want(http.StatusSeeOther).Header.Get("Location")).Want(http.StatusOK)
}

// The page of a hand in all that becomes of it, by its link, from a browser that knows
// nothing of it, and by its city from the one that put it up.
func TestAHandsPageSaysHowItStands(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ana, elsewhere := s.browser(), s.browser()
		ana.raise(city)
		link := ana.link(city)
		both := func(want string) (own, away *pagetest.Page) {
			t.Helper()
			own, away = ana.get("/"+city+"/hand").Want(http.StatusOK), elsewhere.get(link).Want(http.StatusOK)
			for where, p := range map[string]*pagetest.Page{"here": own, "by its link": away} {
				if said := says(p); !strings.Contains(said, want) {
					t.Errorf("%s it says %q, want %q", where, said, want)
				}
				p.Has("meta[name=robots][content*=noindex]")
				if p.Header.Get("Cache-Control") != "no-store" {
					t.Errorf("%s it may be kept: %s", where, p.Header.Get("Cache-Control"))
				}
			}
			return own, away
		}

		// Fresh.
		_, away := both("No date is being looked for yet")
		away.Lacks(".states")
		away.Has("#feed[value$='/feed.atom']")
		if len(elsewhere.cookies) > 0 {
			t.Errorf("looking at a link is kept: %v", elsewhere.cookies)
		}

		// A date is looked for; the browser that has it marks by a link, the other by a form.
		var others []*browser
		for range 4 {
			b := s.browser()
			b.raise(city)
			others = append(others, b)
		}
		s.settled(event.ThreadStarted)
		own, away := both("A date is being looked for")
		own.Has(".states a.button[href$='/dates']")
		away.Has(".states form[action='/hand'] button[value=mark]")
		thread := own.Attr(".states a.button", "href")
		marking := s.browser()
		if p := marking.follow(marking.change(away, "mark", "thread", strings.Split(thread, "/")[4])); p.Path != thread {
			t.Errorf("marking by a link leads to %s", p.Path)
		}

		// It came to nothing.
		if _, err := s.jobs.Due(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.clock.Advance(5 * 24 * time.Hour)
		if _, err := s.jobs.Due(t.Context()); err != nil {
			t.Fatal(err)
		}
		own, _ = both("No date suited enough people this time")
		own.Has(".states a[href='" + strings.TrimSuffix(thread, "/dates") + "']")

		// It is tried again, and comes to something.
		for range 2 {
			b := s.browser()
			b.raise(city)
			others = append(others, b)
		}
		own, _ = both("A date is being looked for")
		again := own.Attr(".states a.button", "href")
		if again == thread {
			t.Fatal("it leads to the search that is over")
		}
		for _, b := range append(others[:4:4], ana) {
			b.do(http.MethodPost, again, url.Values{"mark-1": {"1"}}).Want(http.StatusSeeOther)
		}
		own, away = both("You meet:")
		for _, p := range []*pagetest.Page{own, away} {
			p.Has(".states a.button[href$='/meetup']")
			p.Has(".states a[href$='/meetup.ics']")
			if !strings.Contains(says(p), "Where is still to be settled") {
				t.Error(says(p))
			}
		}

		// Down: the link says so, and the page says what was done.
		if said := elsewhere.follow(elsewhere.change(away, "lower")).Text(".ask[role=status]"); !strings.Contains(said, "Your hand is down") {
			t.Error(said)
		}
		if gone := ana.get(link).Want(http.StatusNotFound).Text("main"); !strings.Contains(gone, "This hand isn’t up, or no longer") {
			t.Error(gone)
		}
		ana.get("/" + city + "/hand").Want(http.StatusOK).Has("button[value=raise]")
	})
}

// A hand that reaches as far sees what happens in the city next to it.
func TestAHandsPageSaysWhatHappensAround(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ana := s.browser()
		ana.send(ana.get("/"+kilkis+"/hand"), "/"+kilkis+"/hand", "raise", "reach", "50").Want(http.StatusSeeOther)
		for range 5 {
			s.browser().raise(city)
		}
		p := ana.get("/" + kilkis + "/hand").Want(http.StatusOK)
		if said := says(p); !strings.Contains(said, "Thessaloniki") || !strings.Contains(said, "A date is being looked for") {
			t.Error(said)
		}
		p.Has(".states li.now[class*=hue-] a.button[href^='/gr/thessaloniki/t/']")
		near := s.browser()
		near.raise(kilkis)
		if said := says(near.get("/" + kilkis + "/hand")); strings.Contains(said, "Thessaloniki") {
			t.Errorf("one that doesn't reach it is told: %q", said)
		}
	})
}

// A week before it comes down its page says so; renewed it doesn't; then it is gone.
func TestAHandsPageSaysThatItComesDown(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ana := s.browser()
		ana.raise(city)
		link := ana.link(city)
		ends, err := time.Parse(time.RFC3339, ana.get(link).Attr("#yours time", "datetime"))
		if err != nil {
			t.Fatal(err)
		}
		soon := func(want bool) *pagetest.Page {
			t.Helper()
			p := ana.get(link).Want(http.StatusOK)
			if got := strings.Contains(p.Text("section[aria-labelledby=yours]"), "It comes down soon"); got != want {
				t.Errorf("at %s, of one until %s: it says so: %t", s.clock.Now(), ends, got)
			}
			return p
		}
		soon(false)
		s.clock.Set(ends.Add(-7*24*time.Hour - time.Minute))
		soon(false)
		s.clock.Advance(time.Minute)
		p := soon(true)
		if said := ana.follow(ana.change(p, "renew")).Text(".ask[role=status]"); !strings.HasPrefix(said, "Kept up: it stays until") {
			t.Error(said)
		}
		soon(false)
		s.clock.Set(ends.Add(100 * 24 * time.Hour))
		if err := s.ladder.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if gone := ana.get(link).Want(http.StatusNotFound).Text("main"); !strings.Contains(gone, "This hand isn’t up, or no longer") {
			t.Error(gone)
		}
	})
}

// A hand goes where its owner means. A name that more than one place has is asked about,
// and nothing that was typed is lost.
func TestAHandMovesToTheCityThatIsMeant(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ana := s.browser()
		ana.raise(city)
		link := ana.link(city)
		page := func() *pagetest.Page { return ana.get(link).Want(http.StatusOK) }
		where := func(want string) {
			t.Helper()
			if p := page(); !strings.Contains(p.Text("h1"), want) {
				t.Fatalf("it is where %q says, and not in %s", p.Text("h1"), want)
			}
		}

		// Nobody is sent to Greece in the state of New York.
		for typed, among := range map[string]string{"Greece": "us/greece", "Athens": "gr/athens", "thesaloniky": "gr/thessaloniki", "Paris": "fr/paris"} {
			p := ana.change(page(), "move", "to", typed, "reach", "25").Want(http.StatusUnprocessableEntity)
			if said := p.Text("#to-error"); !strings.Contains(said, "Which city do you mean?") {
				t.Errorf("%s: %q", typed, said)
			}
			p.Has("input[name=city][value='" + among + "']")
			p.Has("#reach option[value='25'][selected]")
			if got := p.Attr("#to", "value"); got != typed {
				t.Errorf("%s comes back as %s", typed, got)
			}
			where("Thessaloniki")
		}
		p := ana.change(page(), "move", "to", "Zzqxville", "reach", "25").Want(http.StatusUnprocessableEntity)
		if said := p.Text("#to-error"); !strings.Contains(said, "No city of that name") || p.Attr("#to", "value") != "Zzqxville" {
			t.Error(said)
		}
		p.Lacks("input[name=city]")

		// The one that is chosen, unless another name was typed after all.
		moved := ana.follow(ana.change(page(), "move", "to", "Athens", "asked", "Athens", "city", "gr/athens", "reach", "0"))
		if said := moved.Text(".ask[role=status]"); said != "Your hand is up in Athens now." {
			t.Error(said)
		}
		ana.follow(ana.change(page(), "move", "to", "Kilkis", "asked", "Athens", "city", "fr/paris", "reach", "0"))
		where("Kilkis")
		ana.follow(ana.change(page(), "move", "to", "/GR/Thessaloniki/", "reach", "0"))
		where("Thessaloniki")
		if said := ana.follow(ana.change(page(), "move", "to", "", "reach", "25")).Text(".ask[role=status]"); said != "What you changed is kept." {
			t.Error(said)
		}
		ana.change(page(), "move", "to", "Athens", "asked", "Athens", "city", "gr/attica", "reach", "0").Want(http.StatusUnprocessableEntity)
	})
}

// asked is the browser of one of five hands, which are asked for a date by that, and
// where they mark.
func (s *site) asked() (ana *browser, path string) {
	s.t.Helper()
	ana = s.browser()
	ana.raise(city)
	for range 4 {
		s.browser().raise(city)
	}
	return ana, ana.get("/"+city+"/hand").Attr(".states a.button", "href")
}

// Of two tabs of one browser, the one that was opened first takes nothing back of what
// the other marked since.
func TestATabKeepsWhatAnotherMarked(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ana, path := s.asked()
		old := url.Values{}
		for _, f := range ana.get(path).Want(http.StatusOK).All(".marks input[type=hidden], .marks input[checked]") {
			old.Set(pagetest.Attr(f, "name"), pagetest.Attr(f, "value"))
		}
		if old.Get("was-2") != "0" || old.Get("mark-2") != "0" {
			t.Fatal(old)
		}
		of := old.Get("of")
		ana.do(http.MethodPost, path, url.Values{"of": {of}, "was-2": {"0"}, "mark-2": {"1"}}).Want(http.StatusSeeOther)
		old.Set("mark-3", "2")
		ana.do(http.MethodPost, path, old).Want(http.StatusSeeOther)
		p := ana.get(path)
		p.Has("input[name=mark-2][value='1'][checked]")
		p.Has("input[name=mark-3][value='2'][checked]")
		ana.do(http.MethodPost, path, url.Values{"of": {of}, "was-2": {"1"}, "mark-2": {"0"}, "mark-3": {"3"}}).Want(http.StatusSeeOther)
		p = ana.get(path)
		p.Has("input[name=mark-2][value='0'][checked]")
		p.Has("input[name=mark-3][value='3'][checked]")

		// Another hand has marked nothing of what the form of the one before shows.
		ana.change(ana.get("/"+city+"/hand"), "lower").Want(http.StatusSeeOther)
		ana.raise(city)
		ana.do(http.MethodPost, path, url.Values{"of": {of}, "was-3": {"3"}, "mark-3": {"3"}}).Want(http.StatusSeeOther)
		ana.get(path).Has("input[name=mark-3][value='3'][checked]")
	})
}

// A place that is named and marks that are chosen stand in one form: whichever button is
// pressed, neither is lost.
func TestMarksAndAPlaceAreSentTogether(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ana, path := s.asked()
		send := func(to string, more url.Values) *pagetest.Page {
			t.Helper()
			form := url.Values{"of": {ana.get(path).Attr("input[name=of]", "value")}, "ticket": {ana.get(path).Attr("input[name=ticket]", "value")}}
			for name, values := range more {
				form[name] = values
			}
			return ana.do(http.MethodPost, to, form)
		}
		venues := strings.TrimSuffix(path, "/dates") + "/venues"

		kept := send(path, url.Values{"was-2": {"0"}, "mark-2": {"1"}, "name": {"Library"}, "why": {"it is warm"}, "step-free": {"1"}}).Want(http.StatusOK)
		if kept.Attr("#name", "value") != "Library" || kept.Attr("#why", "value") != "it is warm" || !strings.Contains(kept.Text(".propose .ask"), "isn’t proposed yet") {
			t.Errorf("what was named: %s", kept.Text(".propose"))
		}
		kept.Has("input[name=mark-2][value='1'][checked]")
		kept.Has("input[name=step-free][checked]")
		if !strings.Contains(kept.Text(".ask[role=status]"), "Your marks are kept") {
			t.Error("it isn't said that the marks are kept")
		}

		refused := send(venues, url.Values{"was-2": {"1"}, "mark-2": {"2"}, "name": {"Our place"}, "directions": {"second bell"}}).Want(http.StatusUnprocessableEntity)
		if refused.Attr("#directions", "value") != "second bell" {
			t.Error("a refusal takes the words")
		}
		refused.Has("input[name=mark-2][value='2'][checked]")

		send(venues, url.Values{"was-2": {"2"}, "mark-2": {"3"}, "name": {"Library"}, "why": {"it is warm"}}).Want(http.StatusSeeOther)
		p := ana.get(path)
		p.Has("input[name=mark-2][value='3'][checked]")
		if !strings.Contains(p.Text(".marks"), "Library") || p.Attr("#name", "value") != "" {
			t.Error("it isn't proposed")
		}

		// Whoever has no hand proposes, and has nothing to mark.
		guest := s.browser()
		page := guest.get(path)
		page.Lacks(".marks")
		guest.do(http.MethodPost, page.Attr("form.poll", "action"), url.Values{"ticket": {page.Attr("input[name=ticket]", "value")}, "name": {"Town hall"}, "why": {"it is open late"}}).Want(http.StatusSeeOther)
		if !strings.Contains(ana.get(path).Text(".marks"), "Town hall") {
			t.Error("a guest's place isn't proposed")
		}
		guest.do(http.MethodPost, venues, url.Values{"ticket": {guest.get(path).Attr("input[name=ticket]", "value")}, "name": {"Museum"}, "why": {"it is open late"}, "mark-2": {"1"}}).Want(http.StatusForbidden)
	})
}
