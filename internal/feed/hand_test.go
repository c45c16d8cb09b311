package feed_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"moot/internal/convene"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/feed"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/meetup"
	"moot/internal/place"
	"moot/internal/web/page/pagetest"
)

// openHands is a site with a ladder.
func openHands(t *testing.T, d *db.DB) (s *site, ladder *convene.Ladder) {
	s = open(t, d, func(f *feed.Settings) {
		of := f.Meetups.Settings
		ladder = convene.New(convene.Settings{
			DB: d, Clock: f.Clock, Outbox: of.Outbox, Places: of.Places, Boards: f.Boards, Jobs: of.Jobs, Rules: convene.Defaults(),
			Words: func(place.Place) *lang.Language { return lang.All()[0] }, ToCome: f.Meetups.ToCome,
			Meet: func(tx *db.Tx, a convene.Agreed) error {
				return f.Meetups.Make(tx, a.Thread, meetup.Details{Title: "We meet", Start: a.At.Format(meetup.ClockForm), Minutes: 120})
			},
		})
		f.Ladder = ladder
	})
	return s, ladder
}

// The feed of a hand in all that becomes of it: nothing yet, a date that is looked for and
// found, what becomes of the meetup, and that the hand is about to come down. It is its
// owner's alone.
func TestTheFeedOfAHand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ladder := openHands(t, d)
		raise := func(city string, reach int) key.Actor {
			t.Helper()
			owner := s.somebody()
			if _, err := ladder.Raise(t.Context(), owner, nil, at(t, city), reach); err != nil {
				t.Fatal(err)
			}
			return owner
		}
		ana := raise("gr/thessaloniki", 0)
		path := "/hand/" + ana.Token() + "/feed.atom"
		ids := map[string]string{}
		told := func(what string, want ...string) {
			t.Helper()
			var got []string
			for _, item := range s.read(path).Items { // an entry is what it was, or another one
				if was, known := ids[item.GUID]; known && was != item.Title && !strings.Contains(item.Title, "Announced") {
					t.Errorf("%s: %s was %q and is %q", what, item.GUID, was, item.Title)
				}
				ids[item.GUID] = item.Title
				got = append(got, item.Title)
			}
			if !slices.EqualFunc(got, want, strings.HasPrefix) {
				t.Errorf("%s: %q\nwant %q", what, got, want)
			}
		}
		told("nothing yet")
		p := pagetest.Get(t, s, path).Want(http.StatusOK)
		if p.Header.Get("Cache-Control") != "no-store" || p.Header.Get("X-Robots-Tag") != "noindex" || len(p.Cookies()) > 0 {
			t.Errorf("it may be kept or listed: %v", p.Header)
		}

		// A hand somewhere else is told nothing of it.
		far := raise("gr/athens", 100)
		hands := []key.Actor{ana}
		for range 4 {
			hands = append(hands, raise("gr/thessaloniki", 0))
		}
		const opened = "Thessaloniki: A date is being looked for"
		told("a date is looked for", opened)
		all, err := ladder.Asked(t.Context(), convene.Hand{Place: at(t, "gr/thessaloniki")}, s.clock.Now().Add(-time.Hour), 1)
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		s.clock.Advance(time.Hour)
		for _, hand := range hands {
			if err := ladder.Mark(t.Context(), hand, all[0].Thread, map[int64]convene.Answer{all[0].Times[0].Number: convene.Suits}); err != nil {
				t.Fatal(err)
			}
		}
		const found, announced = "Thessaloniki: A date was found: Sun 29 Nov, 15:00. Where is still to be settled", "We meet: Announced: Sun 29 Nov, 15:00, Where is still to be settled"
		told("a date is found", found, announced, opened)

		// Somebody takes it on, and says where.
		host := s.somebody()
		s.MayHost = ladder.MayAct
		if err := s.Host(t.Context(), all[0].Thread, host, hands); err != nil {
			t.Fatal(err)
		}
		s.clock.Advance(time.Hour)
		m, err := s.Meetup(t.Context(), all[0].Thread)
		if err != nil {
			t.Fatal(err)
		}
		details := m.Details()
		details.Venue.Name = "Library café"
		if err := s.Edit(t.Context(), host, all[0].Thread, details); err != nil {
			t.Fatal(err)
		}
		told("where", "We meet: The place is settled: Library café.", found, "We meet: Announced: Sun 29 Nov, 15:00, Library café.", opened)
		if titles, _ := s.told("/hand/" + far.Token() + "/feed.atom"); len(titles) > 0 {
			t.Errorf("in Athens it says %q", titles)
		}

		// That is over long before the hand comes down. A week before it does it says so,
		// once; renewed it doesn't.
		s.clock.Advance(30 * 24 * time.Hour)
		if err := s.Over(t.Context(), all[0].Thread, func(*db.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		h, err := ladder.Hand(t.Context(), ana)
		if err != nil {
			t.Fatal(err)
		}
		s.clock.Set(h.Ends.Add(-7*24*time.Hour - time.Minute))
		told("not yet")
		s.clock.Advance(time.Minute)
		ends := "Thessaloniki: Your hand comes down on " + lang.All()[0].Date(h.Ends)
		told("it comes down soon", ends)
		s.clock.Advance(2 * 24 * time.Hour)
		told("it comes down sooner", ends)
		if item := s.read(path).Items[0]; !item.UpdatedParsed.Equal(h.Ends.Add(-7*24*time.Hour)) || item.Link != base+"/hand/"+ana.Token() {
			t.Errorf("it is said of %s, at %s", item.UpdatedParsed, item.Link)
		}
		if _, err := ladder.Renew(t.Context(), ana); err != nil {
			t.Fatal(err)
		}
		told("renewed")

		// Down, its feed is gone like its page.
		if _, err := ladder.Lower(t.Context(), ana); err != nil {
			t.Fatal(err)
		}
		pagetest.Get(t, s, path).Want(http.StatusNotFound)
		pagetest.Get(t, s, "/hand/nonsense/feed.atom").Want(http.StatusNotFound)
	})
}
