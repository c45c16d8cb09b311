package ladderpages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"moot/internal/convene"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/web/page/pagetest"
)

const (
	city = "gr/thessaloniki"
	ask  = "/" + city + "/hand/ask"
)

// From three hands on one of them asks: the board, the hand's page and the page of the
// act say so, and say why not where it can't be.
func TestSomebodyAsksForADate(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ana, ben, eve := s.browser(), s.browser(), s.browser()
		ana.raise(city)
		ben.raise(city)
		s.settled(event.HandsChanged)
		s.settled(event.HandsChanged)
		eve.get("/" + city).Want(http.StatusOK).Lacks(".ladder a[href='" + ask + "']")
		ana.get("/" + city + "/hand").Want(http.StatusOK).Lacks("button[value=ask]")
		few := ana.get(ask).Want(http.StatusOK)
		few.Lacks("form.write")
		if said := few.Text("main .ask"); !strings.Contains(said, "once 3 hands are up") {
			t.Error(said)
		}
		s.browser().raise(city)
		s.settled(event.HandsChanged)
		eve.get("/" + city).Want(http.StatusOK).Has(".ladder a[href='" + ask + "']")

		// Without a hand one is told how, and no word is lost.
		p := eve.get(ask).Want(http.StatusOK)
		p.Has(".ask a[href='/" + city + "/hand']")
		p = eve.send(p, ask, "ask", "subject", "Rents", "body", "Who comes?").Want(http.StatusForbidden)
		if p.Attr("#subject", "value") != "Rents" || p.Text("#body") != "Who comes?" || !strings.Contains(p.Text(".refusal"), "Put yours up first") {
			t.Error(p.Body)
		}
		p = ana.get(ask).Want(http.StatusOK)
		long := ana.send(p, ask, "ask", "body", strings.Repeat("x ", 9000)).Want(http.StatusUnprocessableEntity)
		long.Has("#body-error")

		// Sent twice it asks once; whoever is second is told of the first.
		made := ana.send(p, ask, "ask", "subject", "Rents", "body", "Who comes?").Want(http.StatusSeeOther)
		again := ana.send(p, ask, "ask", "subject", "Rents", "body", "Who comes?").Want(http.StatusSeeOther)
		if made.Header.Get("Location") != again.Header.Get("Location") {
			t.Errorf("%s, then %s", made.Header.Get("Location"), again.Header.Get("Location"))
		}
		thread := ana.get(made.Header.Get("Location")).Want(http.StatusOK)
		thread.Has(".card.convening .tallies")
		thread.Has(".yours code") // it is their post, which they can take back
		p = ben.get(ask).Want(http.StatusOK)
		p.Lacks("button[value=ask]")
		if !strings.Contains(p.Text("main .ask"), "A date is being looked for here already") {
			t.Error(p.Body)
		}
		late := ben.do(http.MethodPost, ask, url.Values{"do": {"ask"}, "body": {"Late"}, "ticket": {pagetest.Attr(ben.get("/gr/drama/hand").One("input[name=ticket]"), "value")}}).Want(http.StatusConflict)
		if late.Text("#body") != "Late" || !strings.Contains(late.Text(".refusal"), "already") {
			t.Error(late.Body)
		}
		eve.get("/gr/hand/ask").Want(http.StatusNotFound)
	})
}

// Whoever has only the link of a hand asks by it too.
func TestALinkAsks(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ana := s.browser()
		ana.raise(city)
		s.browser().raise(city)
		s.browser().raise(city)
		link := ana.get("/"+city+"/hand").Attr("#link", "value")
		elsewhere := s.browser()
		p := elsewhere.get(link[strings.Index(link, "/hand/"):]).Want(http.StatusOK)
		p.Has("button[value=ask]")
		sent := elsewhere.do(http.MethodPost, "/hand", url.Values{"do": {"ask"}, "token": {p.Attr("form.actions input[name=token]", "value")}}).Want(http.StatusSeeOther)
		if sent.Header.Get("Location") != ask {
			t.Fatal(sent.Header.Get("Location"))
		}
		elsewhere.send(elsewhere.get(ask).Want(http.StatusOK), ask, "ask").Want(http.StatusSeeOther)
		elsewhere.do(http.MethodPost, "/hand", url.Values{"do": {"ask"}, "token": {strings.Repeat("0", 26)}}).Want(http.StatusNotFound)
	})
}

// A thread of the city has beside it how far the city has come, the same for all, and
// anew when that changes; its card says in numbers why nothing came of it.
func TestAThreadHasItsCitysLadder(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ana := s.browser()
		p := ana.get("/" + city + "/new").Want(http.StatusOK)
		started := ana.send(p, "/"+city+"/new", "post", "body", "Only talk").Want(http.StatusSeeOther).Header.Get("Location")
		path, _, _ := strings.Cut(started, "?")
		s.settled(event.ThreadStarted)
		reader := s.browser()
		side := func() string { return reader.get(path).Want(http.StatusOK).Text(".ladder-side") }
		if said := side(); !strings.Contains(said, "No hand is up") {
			t.Error(said)
		}
		for n, want := range []string{"A few hands", "A few hands", "3 hands"} {
			s.browser().raise(city)
			s.settled(event.HandsChanged)
			if said := side(); !strings.Contains(said, want) {
				t.Errorf("with %d hands: %s", n+1, said)
			}
		}
		reader.get(path).Has(".ladder-side a[href='" + ask + "']")
		if len(reader.cookies) > 0 {
			t.Errorf("reading sets cookies: %v", reader.cookies)
		}
		ana.raise(city)
		made := ana.send(ana.get(ask), ask, "ask").Want(http.StatusSeeOther).Header.Get("Location")
		s.settled(event.CardChanged)
		if said := side(); !strings.Contains(said, "A date is being looked for") {
			t.Error(said)
		}
		thread, _, _ := strings.Cut(made, "?")
		dates := ana.get(thread + "/dates").Want(http.StatusOK)
		dates.Has(".marks button")
		ana.do(http.MethodPost, thread+"/dates", url.Values{"mark-1": {"1"}}).Want(http.StatusSeeOther)
		s.clock.Advance(5 * 24 * time.Hour)
		if _, err := s.jobs.Due(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.settled(event.CardChanged)
		if said := side(); strings.Contains(said, "A date is being looked for") {
			t.Error(said)
		}
		card := reader.get(thread).Want(http.StatusOK).Text(".card.convening")
		for _, want := range []string{"The best time suited 1 hand; 3 are needed.", "It is asked again by itself once 6 hands are up here. From Sat 12 Dec 2026 on, 5 hands are enough."} {
			if !strings.Contains(card, want) {
				t.Errorf("%q is not in %q", want, card)
			}
		}
	})
}

// Pages say the numbers that a site has, and no others.
func TestPagesSayTheNumbersOfTheirSite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rules := convene.Defaults()
		rules.Ask, rules.Hands, rules.Shown, rules.Least, rules.Enough, rules.First, rules.Last, rules.Open, rules.HandLife = 4, 8, 4, 4, 7, 6, 20, 9*24*time.Hour, 90*24*time.Hour
		s := open(t, d, rules)
		ana := s.browser()
		if said := ana.get("/" + city + "/hand").Text("main"); !strings.Contains(said, "after 90 days") {
			t.Error(said)
		}
		for range 3 {
			s.browser().raise(city)
		}
		if said := ana.get(ask).Text("main"); !strings.Contains(said, "A few hands") || !strings.Contains(said, "once 4 hands are up") {
			t.Error(said)
		}
		ana.raise(city)
		if said := ana.get(ask).Text("main"); !strings.Contains(said, "times 6 to 20 days from now") || !strings.Contains(said, "after 9 days, or as soon as one time suits 7 of them") {
			t.Error(said)
		}
		if c := ana.cookies["hands"]; c == "" {
			t.Error("no hand is kept")
		}
	})
}

// What somebody has typed goes along from form to form and back, also what only one of
// them has a field for, and Enter sends the form that they are at.
func TestWordsGoAlong(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ana := s.browser()
		p := ana.get("/" + city + "/new").Want(http.StatusOK)
		p.Has("form.write > input[type=submit][hidden][value=post]")
		p = ana.send(p, "/"+city+"/meetups/new", "carry", "subject", "Rents", "body", "Bring <b>letters</b>", "name", "Ana", "options", "sage").Want(http.StatusOK)
		if p.Attr("#title", "value") != "Rents" || p.Text("#body") != "Bring <b>letters</b>" || p.Attr("#minutes", "value") != "120" {
			t.Error(p.Body)
		}
		p.Has("form.write > input[type=submit][hidden][value=announce]")
		p = ana.send(p, ask, "carry", "venue", "Serafio", "day", "2026-12-04", "held", "1").Want(http.StatusOK)
		if p.Attr("#subject", "value") != "Rents" || p.Text("#body") != "Bring <b>letters</b>" {
			t.Error(p.Body)
		}
		p = ana.send(p, "/"+city+"/new", "carry", "body", "Bring letters").Want(http.StatusOK)
		if p.Attr("#subject", "value") != "Rents" || p.Text("#body") != "Bring letters" || p.Attr("#name", "value") != "Ana" || p.Attr("#options", "value") != "sage" {
			t.Error(p.Body)
		}
		// A refusal keeps what waits for another form.
		p = ana.send(p, "/"+city+"/new", "post", "subject", strings.Repeat("long ", 100)).Want(http.StatusUnprocessableEntity)
		p = ana.send(p, "/"+city+"/meetups/new", "carry", "subject", "Rents").Want(http.StatusOK)
		if p.Attr("#venue", "value") != "Serafio" || p.Attr("#day", "value") != "2026-12-04" {
			t.Error(p.Body)
		}
		p.Has("input[name=held][checked]")
		made := ana.send(p, "/"+city+"/meetups/new", "announce", "time", "18:30").Want(http.StatusSeeOther)
		if !strings.HasPrefix(made.Header.Get("Location"), "/host/") {
			t.Error(made.Header.Get("Location"))
		}
		country := ana.get("/gr/new").Want(http.StatusOK)
		country.Has("button[formaction='/gr/meetups/new']")
		country.Lacks("button[formaction='/gr/hand/ask']")
	})
}
