package feed_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"moot/internal/board"
	"moot/internal/db"
	"moot/internal/key"
	"moot/internal/media"
	"moot/internal/meetup"
	"moot/internal/web/page/pagetest"
)

// tea is what most meetups here are: Thursday, 3 December 2026, 19:00 to 21:00.
func tea(change ...func(*meetup.Details)) meetup.Details {
	d := meetup.Details{
		Title: "Tea and rents", Start: "2026-12-03T19:00", Minutes: 120,
		Venue: meetup.Venue{Name: "Library café", Directions: "behind the museum", Recognise: "a red scarf", StepFree: true, Cost: "nothing"},
	}
	for _, c := range change {
		c(&d)
	}
	return d
}

func weekly(d *meetup.Details) { d.Every = meetup.Weekly }

func (s *site) announce(path string, d meetup.Details) (thread int64, host key.Actor) {
	s.t.Helper()
	host = s.somebody()
	made, err := s.Announce(s.t.Context(), s.somebody(), host, board.NewThread{Place: at(s.t, path), NewPost: board.NewPost{Body: "Who comes?", Name: "Ana"}}, d)
	if err != nil {
		s.t.Fatal(err)
	}
	return made.Thread, host
}

func (s *site) clocks(t *testing.T, path, clock string) time.Time {
	t.Helper()
	wall, err := time.ParseInLocation(meetup.ClockForm, clock, at(t, path).Zone())
	if err != nil {
		t.Fatal(err)
	}
	return wall
}

// told is an entry of a feed: its title, and the ids that titles had before.
func (s *site) told(path string) (titles []string, ids map[string]string) {
	s.t.Helper()
	ids = map[string]string{}
	for _, item := range s.read(path).Items {
		titles = append(titles, item.Title)
		ids[item.Title] = item.GUID
	}
	return titles, ids
}

func TestWhatIsComingUpIsTold(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		athens, _ := s.announce("gr/athens", tea(weekly))
		s.announce("gr/patra", tea(func(d *meetup.Details) { d.Title, d.Start, d.Venue.Name = "Later", "2026-12-09T18:00", "Harbour" }))
		s.announce("de/berlin", tea(func(d *meetup.Details) { d.Title = "Abroad" }))
		for path, want := range map[string][]string{
			"/gr/athens/meetups.atom": {"Tea and rents"}, "/gr/attica/meetups.atom": {"Tea and rents"}, "/gr/meetups.atom": {"Tea and rents", "Later"},
			"/world/meetups.atom": {"Tea and rents", "Abroad", "Later"}, "/fr/meetups.atom": nil,
		} {
			s.atom(path)
			if got, _ := s.told(path); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", path, got, want)
			}
		}
		feed := s.read("/gr/meetups.atom")
		item := feed.Items[0]
		if feed.Title != "Meetups in Greece · Moot" || item.Link != fmt.Sprintf("%s/gr/athens/t/%d", base, athens) || item.Author.Name != "Ana" || item.Categories[0] != "Athens" {
			t.Errorf("%q, %q, %+v, %v", feed.Title, item.Link, item.Author, item.Categories)
		}
		text := textOf(item.Content)
		for _, want := range []string{"Thu 3 Dec, 19:00 – 21:00 EET", "Thu 10 Dec, 19:00", "every Thursday", "Library café", "step-free", "behind the museum", "a red scarf", "nothing", "Who comes?"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q lacks %q", text, want)
			}
		}
		_, ids := s.told("/gr/meetups.atom")
		_, own := s.told(fmt.Sprintf("/gr/athens/t/%d/meetup.atom", athens))
		if ids["Tea and rents"] == "" || ids["Tea and rents"] != own["Tea and rents"] {
			t.Errorf("one meetup is %q here and %q there", ids["Tea and rents"], own["Tea and rents"])
		}
	})
}

// Each change is an entry of its own, which stays as it was told, the newest first.
func TestChangesAreTold(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		thread, host := s.announce("gr/athens", tea(weekly))
		own, all := fmt.Sprintf("/gr/athens/t/%d/meetup.atom", thread), "/gr/athens/meetups.atom"
		if got, _ := s.told(own); !slices.Equal(got, []string{"Tea and rents"}) {
			t.Fatalf("announced: %q", got)
		}
		announced := s.read(own).Items[0]
		var before []*gofeed.Item
		told := func(what string, want ...string) {
			t.Helper()
			s.atom(own)
			items := s.read(own).Items
			if got, _ := s.told(own); !slices.Equal(got, want) {
				t.Fatalf("%s: %q", what, got)
			}
			// All that was told stands there still, and says the same.
			for n, was := range before {
				if is := items[len(items)-1-len(before)+n]; is.GUID != was.GUID || is.Title != was.Title || is.Updated != was.Updated || is.Content != was.Content {
					t.Errorf("%s: %+v was %+v", what, is, was)
				}
			}
			before = items[:len(items)-1]
			last := items[len(items)-1]
			if last.GUID != announced.GUID || last.Published != announced.Published || !last.UpdatedParsed.Equal(s.clock.Now().Truncate(time.Minute)) {
				t.Errorf("%s: %+v", what, last)
			}
		}
		s.clock.Advance(time.Hour)
		if err := s.Move(t.Context(), host, thread, meetup.To{Start: "2026-12-04T20:00"}); err != nil {
			t.Fatal(err)
		}
		const moved = "Tea and rents: Moved to Fri 4 Dec, 20:00 from Thu 3 Dec, 19:00."
		told("moved", moved, "Tea and rents")
		for path, i := range map[string]int{own: 1, all: 0} {
			item := s.read(path).Items[i]
			if item.GUID != announced.GUID || !item.UpdatedParsed.Equal(announced.UpdatedParsed.Add(time.Hour)) || !strings.Contains(textOf(item.Content), "Fri 4 Dec, 20:00") {
				t.Errorf("%s: %+v", path, item)
			}
		}
		s.clock.Advance(time.Hour)
		if err := s.DropOne(t.Context(), host, thread, s.clocks(t, "gr/athens", "2026-12-11T20:00"), ""); err != nil {
			t.Fatal(err)
		}
		const dropped = "Tea and rents: Not held on Fri 11 Dec, 20:00."
		told("dropped", dropped, moved, "Tea and rents")
		s.clock.Advance(time.Hour)
		details := tea(weekly, func(d *meetup.Details) { d.Title, d.Start = "Tea & rents", "2026-12-04T20:00" })
		if err := s.Edit(t.Context(), host, thread, details); err != nil {
			t.Fatal(err)
		}
		// What is no tiding is told as long as it is the newest. Its name is that of now everywhere.
		titles, _ := s.told(own)
		if !slices.Equal(titles, []string{"Changed: Tea & rents", strings.Replace(dropped, "and", "&", 1), strings.Replace(moved, "and", "&", 1), "Tea & rents"}) {
			t.Errorf("changed: %q", titles)
		}
		s.clock.Advance(time.Hour)
		if err := s.Cancel(t.Context(), host, thread, "The roof came down <b>"); err != nil {
			t.Fatal(err)
		}
		s.atom(all)
		before = nil
		told("cancelled", "Cancelled: Tea & rents", strings.Replace(dropped, "and", "&", 1), strings.Replace(moved, "and", "&", 1), "Cancelled: Tea & rents")
		for path, want := range map[string]int{own: 2, all: 1} {
			var said int
			for _, item := range s.read(path).Items {
				if strings.HasPrefix(item.Title, "Cancelled") && strings.Contains(textOf(item.Content), "The roof came down <b>") {
					said++
				}
			}
			if said != want {
				t.Errorf("%s: %d entries say why", path, said)
			}
		}
	})
}

// Reminders appear the day before, each as an entry of its own, and go when that time
// is over.
func TestRemindersAppearTheDayBefore(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		thread, host := s.announce("gr/athens", tea(weekly))
		own, all := fmt.Sprintf("/gr/athens/t/%d/meetup.atom", thread), "/gr/meetups.atom"
		const reminder = "Tea and rents: Thu 3 Dec, 19:00"
		reminders := func(at string) (found []string) {
			t.Helper()
			s.clock.Set(s.clocks(t, "gr/athens", at))
			for _, path := range []string{own, all} {
				s.atom(path)
				found = nil
				titles, ids := s.told(path)
				for _, title := range titles {
					if title != "Tea and rents" && !strings.HasPrefix(title, "Changed") {
						found = append(found, title, ids[title])
					}
				}
			}
			return found
		}
		if got := reminders("2026-12-02T18:59"); got != nil {
			t.Errorf("too early: %q", got)
		}
		first := reminders("2026-12-02T19:00")
		if len(first) != 2 || first[0] != reminder {
			t.Fatalf("the day before: %q", first)
		}
		if item := s.read(all).Items[1]; !item.UpdatedParsed.Equal(s.clocks(t, "gr/athens", "2026-12-02T19:00")) || !strings.Contains(textOf(item.Content), "Library café") {
			t.Errorf("%+v", item)
		}
		if got := reminders("2026-12-03T20:59"); !slices.Equal(got, first) {
			t.Errorf("while it goes on: %q", got)
		}
		if got := reminders("2026-12-03T21:00"); got != nil {
			t.Errorf("when it is over: %q", got)
		}
		next := reminders("2026-12-09T19:00")
		if len(next) != 2 || next[0] != "Tea and rents: Thu 10 Dec, 19:00" || next[1] == first[1] {
			t.Errorf("the next: %q after %q", next, first)
		}
		// One that is moved away goes, and comes again before its new time.
		if err := s.MoveOne(t.Context(), host, thread, s.clocks(t, "gr/athens", "2026-12-10T19:00"), "2026-12-12T12:00"); err != nil {
			t.Fatal(err)
		}
		if got := reminders("2026-12-09T19:01"); got != nil {
			t.Errorf("moved away: %q", got)
		}
		moved := reminders("2026-12-11T12:00")
		if len(moved) != 2 || moved[0] != "Tea and rents: Sat 12 Dec, 12:00" || moved[1] == next[1] {
			t.Errorf("moved: %q", moved)
		}
		if err := s.Cancel(t.Context(), host, thread, "snow"); err != nil {
			t.Fatal(err)
		}
		if got, _ := s.told(all); !slices.Equal(got, []string{"Cancelled: Tea and rents"}) {
			t.Errorf("cancelled: %q", got)
		}
	})
}

func TestWhatIsComingUpComesInPages(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		var want []string
		for n := range 45 {
			title := fmt.Sprintf("Tea %02d", n)
			s.announce("gr/athens", tea(func(d *meetup.Details) {
				d.Title, d.Start = title, time.Date(2026, 12, 1, 19, 0, 0, 0, time.UTC).AddDate(0, 0, n/2).Format(meetup.ClockForm)
			}))
			want = append(want, title)
		}
		var atom, geo []string
		pages := 0
		for path := "/gr/athens/meetups.atom"; path != ""; pages++ {
			p := s.atom(path)
			titles, _ := s.told(path)
			atom = append(atom, titles...)
			path = strings.TrimPrefix(linksOf(p.Body)["next"], base)
		}
		for path := "/gr/athens/meetups.geojson"; path != ""; {
			c := s.geo(path)
			for _, f := range c.Features {
				geo = append(geo, f.Properties["title"].(string))
			}
			path = strings.TrimPrefix(c.Next, base)
		}
		if !slices.Equal(atom, want) || !slices.Equal(geo, want) || pages != 2 {
			t.Errorf("on %d pages: %q, %q", pages, atom, geo)
		}
		for _, path := range []string{"/gr/athens/meetups.atom?after=x", "/gr/athens/meetups.atom?after=-1.-1", "/gr/athens/meetups.geojson?after=9223372036854775808.1"} {
			pagetest.Get(t, s, path).Want(200)
		}
	})
}

// collection is GeoJSON as anybody reads it.
type collection struct {
	Type     string
	Features []struct {
		Type, ID string
		Geometry *struct {
			Type        string
			Coordinates []float64
		}
		Properties map[string]any
	}
	Next string
}

func (s *site) geo(path string) (c collection) {
	s.t.Helper()
	p := pagetest.Get(s.t, s, path).Want(200)
	if err := json.Unmarshal([]byte(p.Body), &c); err != nil || c.Type != "FeatureCollection" || c.Features == nil || p.Header.Get("Content-Type") != "application/geo+json" {
		s.t.Fatalf("%s: %v, %v, %s", path, err, p.Header, p.Body)
	}
	for _, f := range c.Features { // RFC 7946, 3.2 and 3.1.2
		if f.Type != "Feature" || f.ID == "" || f.Geometry != nil && (f.Geometry.Type != "Point" || len(f.Geometry.Coordinates) != 2) {
			s.t.Errorf("%s: %+v", path, f)
		}
	}
	return c
}

func TestMeetupsAsGeoJSON(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		thread, _ := s.announce("gr/athens", tea(weekly, func(d *meetup.Details) { d.Spot, d.Held = "third floor", true }))
		s.announce("world", tea(func(d *meetup.Details) { d.Title, d.Start = "Nowhere", "2026-12-20T19:00" }))
		off, host := s.announce("gr/patra", tea(func(d *meetup.Details) { d.Title, d.Start = "Off", "2026-12-10T19:00" }))
		for _, a := range []meetup.Answer{meetup.Coming, meetup.Coming, meetup.Maybe} {
			if err := s.RSVP(t.Context(), s.somebody(), thread, time.Time{}, a, ""); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Cancel(t.Context(), host, off, "snow"); err != nil {
			t.Fatal(err)
		}
		c := s.geo("/world/meetups.geojson")
		if len(c.Features) != 3 {
			t.Fatalf("%d features", len(c.Features))
		}
		m, err := s.Meetup(t.Context(), thread)
		if err != nil {
			t.Fatal(err)
		}
		lat, lon := at(t, "gr/athens").Point()
		f := c.Features[0]
		if f.ID != m.UID || !slices.Equal(f.Geometry.Coordinates, []float64{lon, lat}) {
			t.Errorf("%+v", f)
		}
		want := map[string]any{
			"title": "Tea and rents", "place": "gr/athens", "place_name": "Athens", "start": "2026-12-03T19:00:00+02:00", "end": "2026-12-03T21:00:00+02:00",
			"zone": "Europe/Athens", "rrule": "FREQ=WEEKLY;BYDAY=TH", "coming": 2.0, "maybe": 1.0, "cancelled": false, "url": fmt.Sprintf("%s/gr/athens/t/%d", base, thread),
			"venue": map[string]any{"name": "Library café", "directions": "behind the museum", "step_free": true, "cost": "nothing"},
			"next": []any{
				map[string]any{"start": "2026-12-10T19:00:00+02:00", "end": "2026-12-10T21:00:00+02:00"},
				map[string]any{"start": "2026-12-17T19:00:00+02:00", "end": "2026-12-17T21:00:00+02:00"},
			},
		}
		if got, _ := json.Marshal(f.Properties); true {
			if expected, _ := json.Marshal(want); string(got) != string(expected) {
				t.Errorf("%s\nwant %s", got, expected)
			}
		}
		if f := c.Features[1]; f.Properties["cancelled"] != true || f.Properties["reason"] != "snow" {
			t.Errorf("cancelled: %+v", f)
		}
		if f := c.Features[2]; f.Geometry != nil {
			t.Errorf("the world is at %+v", f.Geometry)
		}
		if body := pagetest.Get(t, s, "/fr/meetups.geojson").Want(200).Body; body != `{"type":"FeatureCollection","features":[]}` {
			t.Errorf("nothing is %s", body)
		}
	})
}

// The exact spot is nobody's but those who come, in none of the forms.
func TestAHeldSpotIsInNoFeed(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		thread, _ := s.announce("gr/athens", tea(func(d *meetup.Details) { d.Spot, d.Held = "third floor, at the back", true }))
		s.clock.Set(s.clocks(t, "gr/athens", "2026-12-03T12:00")) // also in a reminder
		one := fmt.Sprintf("/gr/athens/t/%d/meetup", thread)
		for _, path := range []string{"/gr/athens/meetups.atom", "/gr/athens/meetups.ics", "/gr/athens/meetups.geojson", one + ".atom", one + ".ics"} {
			if p := pagetest.Get(t, s, path).Want(200); strings.Contains(p.Body, "third floor") || !strings.Contains(p.Body, "Tea and rents") {
				t.Errorf("%s: %s", path, p.Body)
			}
		}
	})
}

func TestCalendars(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		thread, host := s.announce("gr/athens", tea(weekly))
		s.announce("de/berlin", tea(func(d *meetup.Details) { d.Title = "Abroad" }))
		if err := s.DropOne(t.Context(), host, thread, s.clocks(t, "gr/athens", "2026-12-10T19:00"), ""); err != nil {
			t.Fatal(err)
		}
		m, err := s.Meetup(t.Context(), thread)
		if err != nil {
			t.Fatal(err)
		}
		one := pagetest.Get(t, s, fmt.Sprintf("/gr/athens/t/%d/meetup.ics", thread)).Want(200)
		for _, line := range []string{"UID:" + m.UID, "SEQUENCE:1", "DTSTART;TZID=Europe/Athens:20261203T190000", "RRULE:FREQ=WEEKLY;BYDAY=TH", "EXDATE;TZID=Europe/Athens:20261210T190000",
			"SUMMARY:Tea and rents", "LOCATION:Library café", fmt.Sprintf("URL:%s/gr/athens/t/%d", base, thread), "STATUS:CONFIRMED"} {
			if !strings.Contains(one.Body, "\r\n"+line+"\r\n") {
				t.Errorf("no line %q in\n%s", line, one.Body)
			}
		}
		if kind := one.Header.Get("Content-Type"); kind != "text/calendar; charset=utf-8" || one.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%v", one.Header)
		}
		world := pagetest.Get(t, s, "/world/meetups.ics").Want(200)
		if strings.Count(world.Body, "BEGIN:VEVENT") != 2 || !strings.Contains(world.Body, "NAME:Meetups all over the world\r\n") {
			t.Errorf("%s", world.Body)
		}
		if greek := pagetest.Get(t, s, "/gr/athens/meetups.ics", "Accept-Language", "el").Want(200); !strings.Contains(greek.Body, "Αθήνα") {
			t.Errorf("%s", greek.Body)
		}
	})
}

// What is held on a whole day says so to programs, and to people.
func TestAWholeDayIsTold(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		thread, host := s.announce("gr/athens", tea(weekly, func(d *meetup.Details) { d.Start, d.Minutes, d.Until = "2026-12-03T00:00", 24*60, "2026-12-31" }))
		if err := s.DropOne(t.Context(), host, thread, s.clocks(t, "gr/athens", "2026-12-10T00:00"), ""); err != nil {
			t.Fatal(err)
		}
		one := pagetest.Get(t, s, fmt.Sprintf("/gr/athens/t/%d/meetup.ics", thread)).Want(200)
		for _, line := range []string{"DTSTART;VALUE=DATE:20261203", "DTEND;VALUE=DATE:20261204", "RRULE:FREQ=WEEKLY;UNTIL=20261231;BYDAY=TH", "EXDATE;VALUE=DATE:20261210"} {
			if !strings.Contains(one.Body, "\r\n"+line+"\r\n") {
				t.Errorf("no line %q in\n%s", line, one.Body)
			}
		}
		p := s.geo("/gr/meetups.geojson").Features[0].Properties
		if p["start"] != "2026-12-03" || p["end"] != "2026-12-03" || fmt.Sprint(p["next"]) != "[map[end:2026-12-17 start:2026-12-17] map[end:2026-12-24 start:2026-12-24]]" {
			t.Errorf("%v", p)
		}
		s.clock.Set(s.clocks(t, "gr/athens", "2026-12-02T08:00"))
		if titles, _ := s.told(fmt.Sprintf("/gr/athens/t/%d/meetup.atom", thread)); len(titles) == 0 || !strings.Contains(titles[0], "Thu 3 Dec, all day") {
			t.Errorf("%q", titles)
		}
		if text := textOf(s.read("/gr/athens/meetups.atom").Items[0].Content); !strings.Contains(text, "Thu 3 Dec, all day") || strings.Contains(text, "00:00") {
			t.Errorf("%q", text)
		}
	})
}

func TestWhoHasWhatIsComingUpGetsNothing(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		thread, host := s.announce("gr/athens", tea())
		one := fmt.Sprintf("/gr/athens/t/%d/meetup", thread)
		paths := []string{"/gr/athens/meetups.atom", "/gr/meetups.ics", "/world/meetups.geojson", one + ".atom", one + ".ics"}
		tags := map[string]string{}
		for _, path := range paths {
			tags[path] = pagetest.Get(t, s, path).Want(200).Header.Get("ETag")
			s.clock.Advance(2 * time.Second)
			date := pagetest.Get(t, s, path).Want(200).Header.Get("Last-Modified")
			if p := pagetest.Get(t, s, path, "If-None-Match", tags[path]); p.Status != http.StatusNotModified || p.Body != "" {
				t.Errorf("%s: %d by its tag", path, p.Status)
			}
			if p := pagetest.Get(t, s, path, "If-Modified-Since", date); date == "" || p.Status != http.StatusNotModified {
				t.Errorf("%s: %d by its date %q", path, p.Status, date)
			}
		}
		if err := s.Move(t.Context(), host, thread, meetup.To{Start: "2026-12-04T20:00"}); err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if p := pagetest.Get(t, s, path, "If-None-Match", tags[path]); p.Status != http.StatusOK {
				t.Errorf("%s: %d after a change", path, p.Status)
			}
		}
		missing, _ := s.start("gr/athens", "no meetup", board.NewPost{Body: "x"})
		for _, path := range []string{
			fmt.Sprintf("/gr/athens/t/%d/meetup.atom", missing.Number), fmt.Sprintf("/gr/athens/t/%d/meetup.ics", missing.Number),
			fmt.Sprintf("/gr/patra/t/%d/meetup.atom", thread), fmt.Sprintf("/gr/patra/t/%d/meetup.ics", thread), "/gr/athens/t/0/meetup.ics", "/gr/athens/t/x/meetup.atom",
		} {
			pagetest.Get(t, s, path).Want(404)
		}
	})
}

// Whatever is written into a meetup comes out of its feeds as words.
func TestWhatIsWrittenOfAMeetupIsWords(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		for n, words := range []string{`]]></content><script>alert(1)</script>`, `&lt;b&gt; &amp; "quotes"`, "שלום \u2067world\u2069", "𝔐 \U0010fffd", `<img src=x onerror=alert(1)>`} {
			thread, _ := s.announce("gr/athens", tea(func(d *meetup.Details) {
				d.Title, d.Start, d.Venue = words, fmt.Sprintf("2026-11-24T1%d:00", n+1), meetup.Venue{Name: words, Directions: words, Recognise: words, Cost: words}
			}))
			path := fmt.Sprintf("/gr/athens/t/%d/meetup.atom", thread)
			s.atom(path) // a reminder is out as well
			for _, item := range s.read(path).Items {
				if !strings.Contains(item.Title, strings.TrimSpace(words)) && !strings.Contains(item.Title, "שלום") {
					t.Errorf("%q is titled %q", words, item.Title)
				}
			}
		}
		s.atom("/gr/athens/meetups.atom")
		s.geo("/gr/athens/meetups.geojson")
	})
}

// What readers see of what a meetup's thread opens with is in calendars and feeds: its
// first picture small, as an event's image, and all of them beside the words. None is
// that waits, is gone or is taken back; one behind a spoiler is a link in words.
func TestPicturesOfMeetupsAreTold(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		shown, veiled, waiting := s.picture(31, media.Shown), s.picture(32, media.Shown), s.picture(33, media.Waiting)
		announce := func(path string, all ...media.New) (thread int64, writer key.Actor) {
			t.Helper()
			writer = s.somebody()
			made, err := s.Announce(t.Context(), writer, s.somebody(), board.NewThread{Place: at(t, path), NewPost: board.NewPost{Body: "Who comes?", Pictures: all}}, tea(weekly))
			if err != nil {
				t.Fatal(err)
			}
			return made.Thread, writer
		}
		tells := func(what, path string, thread int64, image string, enclosed ...string) {
			t.Helper()
			one := fmt.Sprintf("/%s/t/%d/meetup", path, thread)
			for _, calendar := range []string{one + ".ics", "/" + path + "/meetups.ics"} {
				body := strings.ReplaceAll(pagetest.Get(t, s, calendar).Want(200).Body, "\r\n ", "")
				if line := "\r\nIMAGE;VALUE=URI;DISPLAY=BADGE;FMTTYPE=image/jpeg:" + base + image + "\r\n"; image != "" && strings.Count(body, line) != 1 {
					t.Errorf("%s: no %q in\n%s", what, line, body)
				} else if image == "" && (strings.Contains(body, "IMAGE") || strings.Contains(body, "/f/")) {
					t.Errorf("%s: an image in\n%s", what, body)
				}
			}
			for _, feed := range []string{one + ".atom", "/" + path + "/meetups.atom"} {
				item := s.read(feed).Items[0]
				var found []string
				for _, e := range item.Enclosures {
					found = append(found, strings.TrimPrefix(e.URL, base))
				}
				if !slices.Equal(found, enclosed) || image != "" && !strings.Contains(item.Content, `<img src="`+base+image+`"`) || image == "" && strings.Contains(item.Content, "<img") {
					t.Errorf("%s: %s: enclosed %q: %s", what, feed, found, item.Content)
				}
			}
		}
		athens, writer := announce("gr/athens", media.New{Number: veiled, Spoiler: true}, media.New{Number: shown, Alt: "a door"}, media.New{Number: waiting})
		tells("shown", "gr/athens", athens, "/f/31t.jpg", "/f/31.png", "/f/33.png") // pictures don't wait in Greece
		leeds, _ := announce("gb/leeds", media.New{Number: waiting})
		tells("waiting", "gb/leeds", leeds, "")
		berlin, _ := announce("de/berlin", media.New{Number: veiled, Spoiler: true})
		tells("veiled", "de/berlin", berlin, "")
		err := s.db.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE picture SET state = 'removed' WHERE number = $1`, shown)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		tells("removed", "gr/athens", athens, "/f/33t.jpg", "/f/33.png")
		s.reply(athens, board.NewPost{Body: "I do"}) // the thread stays
		s.takeBack(writer, athens)
		tells("taken back", "gr/athens", athens, "")
	})
}
