package flyerpages

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"moot/internal/fault"
	"moot/internal/flyer"
	"moot/internal/lang"
	"moot/internal/meetup"
	"moot/internal/place"
	"moot/internal/recur"
	"moot/internal/web/page"
)

func greek(t *testing.T) *lang.Language {
	l, ok := lang.Lookup("el")
	if !ok {
		t.Fatal("no Greek")
	}
	return l
}

// coffee is a meetup that is to come.
func coffee(every meetup.Every) meetup.Meetup {
	start := time.Date(2026, 12, 1, 19, 0, 0, 0, time.FixedZone("", 2*3600)) // a Tuesday
	return meetup.Meetup{
		Title: "Καφές", Start: start, Minutes: 120, Every: every,
		Venue:  meetup.Venue{Name: "Δημοτική Βιβλιοθήκη", Directions: "Ισόγειο", Recognise: "Πράσινη ομπρέλα", Cost: "τίποτα", StepFree: true},
		Coming: []meetup.Occurrence{{Occurrence: recur.Occurrence{Original: start, Start: start, End: start.Add(2 * time.Hour)}}},
	}
}

func TestAFlyerSaysWhenInTheLanguageOfTheCity(t *testing.T) {
	english, _ := lang.Lookup("en")
	for _, test := range []struct {
		l            *lang.Language
		every        meetup.Every
		often, spelt string
	}{
		{english, meetup.Once, "", "Tuesday, 1 December 2026"},
		{english, meetup.Weekly, "every Tuesday", "Tuesday, 1 December 2026"},
		{english, meetup.Fortnightly, "every second week, on Tuesday", "Tuesday, 1 December 2026"},
		{english, meetup.MonthlyLast, "every last Tuesday of the month", "Tuesday, 1 December 2026"},
		{greek(t), meetup.Once, "", "Τρίτη, 1 Δεκεμβρίου 2026"},
		{greek(t), meetup.Weekly, "κάθε Τρίτη", "Τρίτη, 1 Δεκεμβρίου 2026"},
		{greek(t), meetup.Otherwise, "ξανά και ξανά", "Τρίτη, 1 Δεκεμβρίου 2026"},
	} {
		var f flyer.Flyer
		ofMeetup(&f, coffee(test.every), test.l)
		if f.Often != test.often || f.Date != test.spelt || f.Time != "19:00" {
			t.Errorf("%s, %q: %q, %q, %q", test.l.Code(), test.every, f.Often, f.Date, f.Time)
		}
	}
}

// What is held on whole days has no hour, and what goes on for days has both ends.
func TestAFlyerOfDays(t *testing.T) {
	english, _ := lang.Lookup("en")
	midnight := time.Date(2026, 12, 4, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		start                    time.Time
		length                   time.Duration
		weekday, day, date, hour string
	}{
		{midnight, 24 * time.Hour, "Friday", "4 December 2026", "Friday, 4 December 2026", ""},
		{midnight, 72 * time.Hour, "4 December 2026 –", "6 December 2026", "4 December 2026 – 6 December 2026", ""},
		{midnight.Add(18 * time.Hour), 44 * time.Hour, "4 December 2026, 18:00 –", "6 December 2026, 14:00", "4 December 2026, 18:00 – 6 December 2026, 14:00", ""},
	} {
		m := coffee(meetup.Once)
		m.Coming[0].Occurrence = recur.Series{Start: test.start, Length: test.length}.Occurrence(test.start, test.start)
		var f flyer.Flyer
		when := ofMeetup(&f, m, english)
		if f.Weekday != test.weekday || f.Day != test.day || f.Date != test.date || f.Time != test.hour || f.When() != test.date || spelt(when, english) != test.date {
			t.Errorf("%q, %q, %q, %q", f.Weekday, f.Day, f.Date, f.Time)
		}
	}
}

// In no language that is printed does a flyer say anything in English.
func TestEveryWordOfAFlyerIsInItsLanguage(t *testing.T) {
	english, _ := lang.Lookup("en")
	said := func(l *lang.Language) map[string]string {
		m := coffee(meetup.Weekly)
		m.Spot = "Third table"
		open := m
		open.Venue.Name = ""
		var f, g flyer.Flyer
		ofMeetup(&f, m, l)
		ofMeetup(&g, open, l)
		all := map[string]string{
			"weekly": f.Often, "monthly": meetup.Monthly.Words(l, m.Start), "last": meetup.MonthlyLast.Words(l, m.Start), "fortnightly": meetup.Fortnightly.Words(l, m.Start), "otherwise": meetup.Otherwise.Words(l, m.Start),
			"weekday": f.Weekday, "date": f.Date, "no place yet": g.Place, "place": f.Place,
			"about": l.T("flyer.about", "site", "Moot"), "lead": l.T("flyer.hand_lead", "n", 5), "head": l.T("flyer.hand_title", "place", "Oslo"), "kind": l.T("meetup.kind"),
			"dates": l.T("ladder.dates_title", "place", "Oslo"), "looked for": l.T("flyer.convening_lead", "date", f.Date), "held": l.T("meetup.spot_held"),
		}
		for i, fact := range f.Facts {
			all[fmt.Sprint("label ", i)] = fact.Label
		}
		return all
	}
	want := said(english)
	for _, l := range lang.Printed(nil) {
		for what, words := range said(l) {
			if words == "" || words == want[what] {
				t.Errorf("%s, %s: %q", l.Code(), what, words)
			}
		}
	}
}

// A flyer is in the language of its city, also where no page is in that, and in the
// reader's; or in those that an address names.
func TestAFlyerIsInTheLanguageOfItsCity(t *testing.T) {
	places, err := place.Load()
	if err != nil {
		t.Fatal(err)
	}
	english, _ := lang.Lookup("en")
	site := &page.Site{Settings: page.Settings{Languages: lang.All(), Gazetteer: places}}
	for _, c := range []struct{ city, query, in, also string }{
		{"pl/krakow", "", "pl", "en"}, {"gr/thessaloniki", "", "el", "en"}, {"gb/leeds", "", "en", none}, {"eg/cairo", "", "ar", "en"},
		{"se/uppsala", "", "en", none}, // in none of those that are printed
		{"pl/krakow", "?in=uk&also=none", "uk", none}, {"pl/krakow", "?in=xx&also=de", "pl", "de"},
	} {
		city, ok := places.ByPath(c.city)
		if !ok {
			t.Fatalf("no place %s", c.city)
		}
		got := tonguesOf(&page.Request{R: httptest.NewRequest("GET", "/flyer"+c.query, nil), Reader: page.Reader{Site: site, Language: english}}, subject{place: city})
		if got.in.Code() != c.in || got.second() != c.also {
			t.Errorf("%s%s: in %s, and %s", c.city, c.query, got.in.Code(), got.second())
		}
	}
}

func TestWhatIsHeldBackIsOnNoFlyer(t *testing.T) {
	m := coffee(meetup.Once)
	m.Spot = "Third table"
	var open flyer.Flyer
	ofMeetup(&open, m, greek(t))
	if !strings.Contains(plain(open), "Third table") {
		t.Error("a spot that is told to all isn't told")
	}
	m.Held = true
	var held flyer.Flyer
	ofMeetup(&held, m, greek(t))
	if text := plain(held); strings.Contains(text, "Third table") || !strings.Contains(text, greek(t).T("meetup.spot_held")) {
		t.Errorf("%s", text)
	}
}

func TestATextHasEverythingOnALineOfItsOwn(t *testing.T) {
	f := flyer.Flyer{Link: "https://moot.example/m/1", About: "About."}
	ofMeetup(&f, coffee(meetup.Weekly), greek(t))
	want := "Καφές\nΤρίτη, 1 Δεκεμβρίου 2026 · 19:00 (κάθε Τρίτη)\nΔημοτική Βιβλιοθήκη · " + greek(t).T("ladder.step_free") +
		"\nΠώς βρίσκεται: Ισόγειο\nΠώς θα μας γνωρίσετε: Πράσινη ομπρέλα\n" + greek(t).T("meetup.cost") + ": τίποτα\nhttps://moot.example/m/1\n\nAbout."
	if got := plain(f); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestASheetIsDrawnOnceAndFewWait(t *testing.T) {
	p := newPress()
	f := flyer.Flyer{Title: "Coffee", Address: "moot.example/m/1", Link: "https://moot.example/m/1"}
	once, err := p.file(t.Context(), f, flyer.Poster, "pdf")
	if err != nil {
		t.Fatal(err)
	}
	p.hand <- struct{}{} // somebody draws
	again, err := p.file(t.Context(), f, flyer.Poster, "pdf")
	if err != nil || &once[0] != &again[0] {
		t.Errorf("what was drawn is drawn again (%v)", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.file(gone, f, flyer.Poster, "png"); !fault.Is(err, fault.Unavailable) || len(p.line) != 0 {
		t.Errorf("who goes away: %v, and %d in line", err, len(p.line))
	}
	for range inLine {
		p.line <- struct{}{}
	}
	if _, err := p.file(t.Context(), f, flyer.Poster, "png"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("one more than may wait: %v", err)
	}
}

func TestAFixedNumberIsKept(t *testing.T) {
	p := newPress()
	for i := range 3 * keptSheets {
		p.keep(printed{fmt.Sprint(i), []byte{1}})
		if _, ok := p.kept("0"); !ok {
			t.Fatalf("what is asked for again and again is gone after %d", i)
		}
	}
	if len(p.drawn) != keptSheets {
		t.Errorf("%d are kept", len(p.drawn))
	}
}
