//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"

	"moot/internal/board"
	"moot/internal/config"
	"moot/internal/key"
	"moot/internal/meetup"
)

// told is what a reader of a calendar has to find in it.
type told struct {
	Title     string
	Zone      string
	Cancelled bool
	Times     []int64 // when it is held in two years from From, in seconds since 1970, in order
	From, To  int64
}

// fixtures are meetups of all sorts: how they repeat, by which clocks, and what
// became of single times.
func fixtures(t *testing.T, s *site) (threads []int64) {
	host, err := key.Fresh(zeroes{})
	if err != nil {
		t.Fatal(err)
	}
	p, _ := s.places.ByPath("gr/athens")
	titles := []string{"Tea, rents; and \\ more", strings.Repeat("a", 60) + " 🫖 " + strings.Repeat("é", 30), "Сад и чай: «вторник»", "שלום, (friends)", "\"Quoted\", 100 %"}
	for i, zone := range []string{"Europe/Athens", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"} {
		clocks, _ := time.LoadLocation(zone)
		for j, every := range []meetup.Every{meetup.Once, meetup.Weekly, meetup.Fortnightly, meetup.Monthly, meetup.MonthlyLast, meetup.Weekly} {
			start := time.Now().In(clocks).AddDate(0, 0, 3)
			for !begins(every, start) {
				start = start.AddDate(0, 0, 1)
			}
			made, err := s.meetups.Announce(t.Context(), host, host, board.NewThread{Place: p, NewPost: board.NewPost{Body: "Who comes?"}}, meetup.Details{
				Title: titles[(i+j)%len(titles)], Start: start.Format("2006-01-02") + "T19:00", Zone: zone, Minutes: 120, Every: every,
				Venue: meetup.Venue{Name: "Library café; hall 2, " + strings.Repeat("🏛", 20), Directions: "behind the museum, “up the stairs”", Recognise: "a red scarf"},
			})
			if err != nil {
				t.Fatal(err)
			}
			threads = append(threads, made.Thread)
			if every == meetup.Once && i > 0 {
				err = s.meetups.Cancel(t.Context(), host, made.Thread, "It rains, it pours;\\")
			} else if j == 5 {
				m, _ := s.meetups.Meetup(t.Context(), made.Thread)
				if err = s.meetups.DropOne(t.Context(), host, made.Thread, m.Coming[1].Original, ""); err == nil {
					err = s.meetups.MoveOne(t.Context(), host, made.Thread, m.Coming[3].Original, m.Coming[3].Start.AddDate(0, 0, 1).Format("2006-01-02")+"T18:30")
				}
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return threads
}

// begins reports whether a day is one on which meetups of a sort begin here: the
// second Tuesday, the last Friday, any day.
func begins(every meetup.Every, day time.Time) bool {
	switch every {
	case meetup.Monthly:
		return day.Weekday() == time.Tuesday && (day.Day()-1)/7 == 1
	case meetup.MonthlyLast:
		return day.Weekday() == time.Friday && day.AddDate(0, 0, 7).Month() != day.Month()
	}
	return true
}

type zeroes struct{}

func (zeroes) Read(b []byte) (int, error) { return len(b), nil }

// The calendars of a real site, read by emersion/go-ical: every word is there, and
// the times are the site's own over two years. Where MOOT_CALENDARS names a folder
// they are written there with what is to be found in them, for other readers.
func TestReadersFindWhatTheSiteKnows(t *testing.T) {
	data := somewhere(t)
	in := config.Bind(flag.NewFlagSet("serve", flag.ContinueOnError))
	if err := in.Parse([]string{"--data=" + data}); err != nil {
		t.Fatal(err)
	}
	cfg, err := in.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(t.Context(), cfg, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	folder := os.Getenv("MOOT_CALENDARS")
	for n, thread := range fixtures(t, s) {
		answer := httptest.NewRecorder()
		s.door.ServeHTTP(answer, httptest.NewRequest("GET", fmt.Sprintf("http://127.0.0.1/gr/athens/t/%d/meetup.ics", thread), nil))
		if answer.Code != 200 {
			t.Fatalf("%d: %s", answer.Code, answer.Body)
		}
		m, err := s.meetups.Meetup(t.Context(), thread)
		if err != nil {
			t.Fatal(err)
		}
		from := m.Start.Add(-time.Hour)
		want := told{Title: m.Title, Zone: m.Start.Location().String(), Cancelled: m.Cancelled, From: from.Unix(), To: from.AddDate(2, 0, 0).Unix()}
		for _, o := range m.Between(from, from.AddDate(2, 0, 0), 1000) {
			want.Times = append(want.Times, o.Start.Unix())
		}
		if got := readByGoICal(t, answer.Body.Bytes(), want); got != "" {
			t.Errorf("%q in %s, every %q: %s\n%s", m.Title, want.Zone, m.Every, got, answer.Body)
		}
		if folder == "" {
			continue
		}
		text, _ := json.Marshal(want)
		for name, content := range map[string][]byte{"ics": answer.Body.Bytes(), "json": text} {
			if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%02d.%s", n, name)), content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// readByGoICal is how what that library finds differs, or "".
func readByGoICal(t *testing.T, b []byte, want told) string {
	t.Helper()
	found, err := ical.NewDecoder(bytes.NewReader(b)).Decode()
	if err != nil {
		return err.Error()
	}
	zone, _ := time.LoadLocation(want.Zone)
	var times, instead []int64
	for _, e := range found.Events() {
		if title, err := e.Props.Text(ical.PropSummary); err != nil || title != want.Title {
			return fmt.Sprintf("the title is %q, %v", title, err)
		}
		if status, err := e.Status(); err != nil || (status == ical.EventCancelled) != want.Cancelled {
			return fmt.Sprintf("the status is %q, %v", status, err)
		}
		start, err := e.DateTimeStart(zone)
		if err != nil {
			return err.Error()
		}
		if p := e.Props.Get(ical.PropRecurrenceID); p != nil {
			original, err := p.DateTime(zone)
			if err != nil {
				return err.Error()
			}
			times, instead = append(times, start.Unix()), append(instead, original.Unix())
			continue
		}
		set, err := e.RecurrenceSet(zone)
		if err != nil {
			return err.Error()
		}
		if set == nil {
			times = append(times, start.Unix())
			continue
		}
		for _, at := range set.Between(time.Unix(want.From, 0), time.Unix(want.To, 0), true) {
			times = append(times, at.Unix())
		}
	}
	for _, original := range instead {
		if i := slices.Index(times, original); i >= 0 {
			times = slices.Delete(times, i, i+1)
		}
	}
	slices.Sort(times)
	if !slices.Equal(times, want.Times) {
		return fmt.Sprintf("%d times, not %d", len(times), len(want.Times))
	}
	return ""
}
