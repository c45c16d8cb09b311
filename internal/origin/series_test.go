package origin_test

import (
	"strings"
	"testing"
	"time"

	"moot/internal/meetup"
	"moot/internal/origin"
)

// from is what is said of a series from one of its times on, at the park.
func from(uid, at, start string, more ...string) string {
	e := ev(uid, start, append([]string{"RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Athens:" + at, "LOCATION:Park"}, more...)...)
	return strings.ReplaceAll(e, "SUMMARY:Meeting "+uid, "SUMMARY:Meeting "+uid+" later")
}

// single is a single time of a series.
func single(uid, at, start string, more ...string) string {
	return ev(uid, start, append([]string{"RECURRENCE-ID;TZID=Europe/Athens:" + at}, more...)...)
}

// held are the next times of a meetup.
func held(m meetup.Meetup) string {
	var all []string
	for _, o := range m.Between(friday, friday.AddDate(0, 1, 10), 9) {
		all = append(all, o.Start.Format("2 Jan 15:04"))
	}
	return strings.Join(all, ", ")
}

// brings brings what a report carries on, and sees what became of it.
func (s town) brings(name string, f origin.File, want origin.Brought, fate map[string]string) {
	s.t.Helper()
	r := s.look(f)
	got := fates(r)
	for title, is := range fate {
		if got[title] != is {
			s.t.Errorf("%s: %q is %q, not %q", name, title, got[title], is)
		}
	}
	if !r.Acts() {
		if want != (origin.Brought{}) {
			s.t.Errorf("%s: nothing would happen: %v", name, got)
		}
		return
	}
	if done := s.bring(f.Owner, r.Carry); done != want {
		s.t.Errorf("%s: brought %+v, not %+v", name, done, want)
	}
}

// A series that goes on otherwise from a time on is two meetups, of which neither is
// doubled, and the second goes when it goes.
func TestASeriesThatGoesOnOtherwiseIsBrought(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		owner := somebody(t)
		weekly := ev("w", "20261126T190000", "RRULE:FREQ=WEEKLY")
		file := func(events ...string) origin.File { return origin.File{Owner: owner, Bytes: ics(events...)} }
		s.brings("whole", file(weekly), origin.Brought{New: 1}, map[string]string{"w": "new"})
		first := s.coming()["w"]

		split := file(weekly, from("w", "20261217T190000", "20261218T200000"))
		s.brings("split", split, origin.Brought{New: 1, Changed: 1}, map[string]string{"w": "changed", "w later": "new"})
		all := s.coming()
		second := all["w later"]
		if held(all["w"]) != "3 Dec 19:00, 10 Dec 19:00" || held(second) != "18 Dec 20:00, 25 Dec 20:00, 1 Jan 20:00" || second.Venue.Name != "Park" || all["w"].Thread != first.Thread {
			t.Errorf("split: %s; %s at %s", held(all["w"]), held(second), second.Venue.Name)
		}
		s.brings("again", split, origin.Brought{}, map[string]string{"w": "same", "w later": "same"})

		// It is changed, alone: the other is carried on as little as what isn't in the file.
		s.brings("changed", file(weekly, from("w", "20261224T190000", "20261225T210000")), origin.Brought{Changed: 2}, nil)
		if all = s.coming(); held(all["w"]) != "3 Dec 19:00, 10 Dec 19:00, 17 Dec 19:00" || held(all["w later"]) != "25 Dec 21:00, 1 Jan 21:00" || all["w later"].Thread != second.Thread {
			t.Errorf("changed: %s; %s", held(all["w"]), held(all["w later"]))
		}
		renamed := strings.ReplaceAll(string(ics(weekly)), "DURATION:PT2H", "DURATION:PT3H")
		s.brings("the first alone", origin.File{Owner: owner, Bytes: []byte(strings.Replace(renamed, "END:VCALENDAR", from("w", "20261224T190000", "20261225T210000")+"END:VCALENDAR", 1))},
			origin.Brought{Changed: 1}, map[string]string{"w": "changed", "w later": "same"})
		if all = s.coming(); all["w"].Minutes != 180 || all["w later"].Cancelled {
			t.Errorf("the first alone: %d minutes; the second: %+v", all["w"].Minutes, all["w later"])
		}

		// It goes on as before; then otherwise again; then it ends.
		s.brings("whole again", file(weekly), origin.Brought{Changed: 1, Called: 1}, nil)
		if all = s.coming(); !all["w later"].Cancelled || held(all["w"]) != "3 Dec 19:00, 10 Dec 19:00, 17 Dec 19:00, 24 Dec 19:00, 31 Dec 19:00" {
			t.Errorf("whole again: %s; %+v", held(all["w"]), all["w later"])
		}
		s.brings("and nothing more", file(weekly), origin.Brought{}, map[string]string{"w": "same"})
		s.brings("split again", split, origin.Brought{Changed: 2}, nil)
		if all = s.coming(); all["w later"].Cancelled || all["w later"].Thread != second.Thread {
			t.Errorf("split again: %+v", all["w later"])
		}
		s.brings("it ends", file(weekly, from("w", "20261217T190000", "20261217T190000", "STATUS:CANCELLED")), origin.Brought{Called: 1}, nil)
		if all = s.coming(); !all["w later"].Cancelled || all["w"].Cancelled || held(all["w"]) != "3 Dec 19:00, 10 Dec 19:00" {
			t.Errorf("it ends: %s, %+v", held(all["w"]), all["w later"])
		}
	})
}

// What goes on otherwise from a time on that is over is the second alone.
func TestWhatWentOnOtherwiseIsNotDoubled(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		owner := somebody(t)
		weekly := ev("w", "20261126T190000", "RRULE:FREQ=WEEKLY")
		s.brings("whole", origin.File{Owner: owner, Bytes: ics(weekly)}, origin.Brought{New: 1}, nil)
		split := origin.File{Owner: owner, Bytes: ics(weekly, from("w", "20261203T190000", "20261203T200000"))}
		s.clock.Set(time.Date(2026, 12, 4, 12, 0, 0, 0, time.UTC))
		s.brings("split", split, origin.Brought{New: 1, Called: 1}, map[string]string{"w": "called", "w later": "new"})
		if all := s.coming(); !all["w"].Cancelled || held(all["w later"]) == "" {
			t.Errorf("split: %+v", all)
		}
		s.brings("again", split, origin.Brought{}, map[string]string{"w": "out meetup.start_past", "w later": "same"})
	})
}

func TestWhatGoesOnWhereItsRuleCannotIsSaid(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		s.brings("monthly", origin.File{Owner: somebody(t), Bytes: ics(ev("m", "20261203T190000", "RRULE:FREQ=MONTHLY;BYDAY=1TH"), from("m", "20270107T190000", "20270108T190000"))},
			origin.Brought{New: 1}, map[string]string{"m": "new", "m later": "out calendar.from_then_on"})
		if got := held(s.coming()["m"]); got != "3 Dec 19:00" {
			t.Errorf("the first part: %s", got)
		}
	})
}

// Single times of a series that isn't there are one meetup, which becomes that series when
// it is.
func TestSingleTimesAreBroughtWithoutTheirSeries(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		owner := somebody(t)
		file := func(events ...string) origin.File { return origin.File{Owner: owner, Bytes: ics(events...)} }
		two := file(single("w", "20261203T190000", "20261203T190000"), single("w", "20261210T190000", "20261211T190000"), single("off", "20261210T190000", "20261210T190000", "STATUS:CANCELLED"))
		s.brings("two", two, origin.Brought{New: 1}, map[string]string{"w": "new", "off": "out origin.cancelled"})
		first := s.coming()["w"]
		if held(first) != "3 Dec 19:00, 11 Dec 19:00" {
			t.Errorf("two: %s", held(first))
		}
		s.brings("again", two, origin.Brought{}, map[string]string{"w": "same"})
		s.brings("one", file(single("w", "20261210T190000", "20261211T190000"), single("w", "20261203T190000", "20261203T190000", "STATUS:CANCELLED")), origin.Brought{Changed: 1}, nil)
		if got := s.coming()["w"]; held(got) != "11 Dec 19:00" || got.Thread != first.Thread {
			t.Errorf("one: %s", held(got))
		}
		s.brings("whole", file(ev("w", "20261126T190000", "RRULE:FREQ=WEEKLY"), single("w", "20261210T190000", "20261211T190000")), origin.Brought{Changed: 1}, nil)
		if got := s.coming()["w"]; held(got) != "3 Dec 19:00, 11 Dec 19:00, 17 Dec 19:00, 24 Dec 19:00, 31 Dec 19:00" || got.Thread != first.Thread {
			t.Errorf("whole: %s", held(got))
		}
		s.brings("off", file(single("w", "20261203T190000", "20261203T190000", "STATUS:CANCELLED")), origin.Brought{Called: 1}, map[string]string{"w": "called"})
	})
}

func TestASeriesThatGoesOnOtherwiseIsFollowed(t *testing.T) {
	followed(t, func(t *testing.T, s town, f *feedServer, _ int64) {
		weekly := ev("w", "20261126T190000", "RRULE:FREQ=WEEKLY")
		look := func(events ...string) map[string]meetup.Meetup {
			f.say(calendarOf(ics(events...)))
			s.clock.Advance(7 * time.Hour)
			s.due()
			return s.coming()
		}
		whole := look(weekly, ev("tea", "20261203T190000"))
		split := look(weekly, from("w", "20261217T190000", "20261217T200000"), ev("tea", "20261203T190000"))
		if held(split["w"]) != "3 Dec 19:00, 10 Dec 19:00" || held(split["w later"]) != "17 Dec 20:00, 24 Dec 20:00, 31 Dec 20:00" || split["w"].Thread != whole["w"].Thread {
			t.Errorf("split: %s; %s", held(split["w"]), held(split["w later"]))
		}
		again := look(weekly, from("w", "20261210T190000", "20261210T210000"), ev("tea", "20261203T190000"))
		if held(again["w"]) != "3 Dec 19:00" || held(again["w later"]) != "10 Dec 21:00, 17 Dec 21:00, 24 Dec 21:00, 31 Dec 21:00" || again["w later"].Thread != split["w later"].Thread {
			t.Errorf("sooner: %s; %s", held(again["w"]), held(again["w later"]))
		}
		back := look(weekly, ev("tea", "20261203T190000"))
		if !back["w later"].Cancelled || back["w"].Cancelled || !strings.HasPrefix(held(back["w"]), "3 Dec 19:00, 10 Dec 19:00, 17 Dec 19:00") {
			t.Errorf("whole again: %s; %+v", held(back["w"]), back["w later"])
		}
		// From a time on that is over the first is called off, and the second stands again.
		s.clock.Set(time.Date(2026, 12, 11, 0, 0, 0, 0, time.UTC))
		past := look(weekly, from("w", "20261210T190000", "20261210T210000"), ev("tea", "20261217T190000"))
		if !past["w"].Cancelled || past["w later"].Cancelled || past["w later"].Thread != split["w later"].Thread {
			t.Errorf("over: %+v; %+v", past["w"], past["w later"])
		}
	})
}
