package meetuppages_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/db"
	"moot/internal/key"
	"moot/internal/meetup"
	"moot/internal/recur"
	"moot/internal/web/page/pagetest"
)

// bring has a meetup stand as a calendar elsewhere has it, and somebody host it.
func (s *listing) bring(path, title, start, end string, host key.Actor) (thread int64) {
	s.t.Helper()
	p := s.at(path)
	begins := s.clocks(path, start)
	f, err := s.Fit(p, meetup.Brought{
		Written: recur.Written{Start: begins, Length: recur.Shown(s.clocks(path, end)).Sub(recur.Shown(begins))}, Title: title, Venue: meetup.Venue{Name: "Library café"}, Origin: "Elsewhere",
	})
	if err != nil {
		s.t.Fatal(err)
	}
	err = s.DB.Write(s.t.Context(), func(tx *db.Tx) error {
		made, err := s.boards.Put(tx, board.NewThread{Place: p, Subject: title, NewPost: board.NewPost{Body: "All are welcome."}, Card: board.Card{
			Kind: meetup.Card, Write: func(tx *db.Tx, t board.Target) error { return s.Bring(tx, t, p, f, host) },
		}})
		thread = made.Thread
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.told()
	return thread
}

// What is held on whole days, or goes on for days, says so wherever it stands.
func TestWhatGoesOnForDays(t *testing.T) {
	eachListing(t, func(t *testing.T, s *listing) {
		fair := s.bring("gr/athens", "Fair", "2026-12-05T00:00", "2026-12-08T00:00", key.Anyone)
		open := s.bring("gr/athens", "Open day", "2026-12-06T00:00", "2026-12-07T00:00", key.Anyone)
		camp := s.bring("gr/athens", "Camp", "2026-12-30T18:00", "2027-01-02T14:00", key.Anyone)
		says := func(path, words string) {
			t.Helper()
			if got := pagetest.Text(s.get(path).Want(200).One("body")); !strings.Contains(strings.Join(strings.Fields(got), " "), words) {
				t.Errorf("%s lacks %q", path, words)
			}
		}
		for thread, words := range map[int64]string{fair: "Sat 5 Dec – Mon 7 Dec", open: "Sun 6 Dec, all day", camp: "Wed 30 Dec, 18:00 – Sat 2 Jan 2027, 14:00"} {
			for _, path := range []string{"/gr/athens", "/gr/athens/meetups", fmt.Sprintf("/gr/athens/t/%d", thread), fmt.Sprintf("/gr/athens/t/%d/meetup", thread)} {
				says(path, words)
			}
		}
		for path, hours := range map[string][3]string{"/gr": {"– Mon 7 Dec ·", "all day ·", "18:00 ·"}, "/": {"– Mon 7 Dec ·", "all day ·", "18:00 ·"}} {
			for _, words := range hours {
				says(path, words)
			}
		}
		p := s.get(fmt.Sprintf("/gr/athens/t/%d", fair)).Want(200)
		if from, until := pagetest.Attr(p.One(".dt-start"), "datetime"), pagetest.Attr(p.One(".dt-end"), "datetime"); from != "2026-12-05" || until != "2026-12-07" {
			t.Errorf("to programs from %s until %s", from, until)
		}
		p = s.get(fmt.Sprintf("/gr/athens/t/%d", camp)).Want(200)
		if from, until := pagetest.Attr(p.One(".dt-start"), "datetime"), pagetest.Attr(p.One(".dt-end"), "datetime"); from != "2026-12-30T16:00:00Z" || until != "2027-01-02T12:00:00Z" {
			t.Errorf("to programs from %s until %s", from, until)
		}

		december, _ := month(s.get("/gr/athens/meetups/2026-12").Want(200))
		want := map[string][]string{
			"2026-12-05": {"– Mon 7 Dec Fair"}, "2026-12-06": {"Sat 5 Dec – Mon 7 Dec… Fair", "all day Open day"}, "2026-12-07": {"Sat 5 Dec – Mon 7 Dec… Fair"},
			"2026-12-30": {"18:00 Camp"}, "2026-12-31": {"Wed 30 Dec, 18:00 – Sat 2 Jan 2027, 14:00… Camp"},
		}
		if fmt.Sprint(december) != fmt.Sprint(want) {
			t.Errorf("December: %v\nnot %v", december, want)
		}
		january, _ := month(s.get("/gr/athens/meetups/2027-01").Want(200))
		if len(january) != 2 || len(january["2027-01-02"]) != 1 || len(january["2027-01-03"]) != 0 {
			t.Errorf("January: %v", january)
		}

		// While it goes on it is still to come; of its days that are over nothing is said.
		s.clock.Set(time.Date(2026, 12, 7, 12, 0, 0, 0, time.UTC))
		says("/gr/athens/meetups", "Sat 5 Dec – Mon 7 Dec")
		if december, _ := month(s.get("/gr/athens/meetups/2026-12").Want(200)); len(december["2026-12-06"]) != 0 || len(december["2026-12-07"]) != 1 {
			t.Errorf("on the last day: %v", december)
		}
	})
}

// Who hosts what is on whole days is asked on how many, and for no hour.
func TestAHostOfWholeDays(t *testing.T) {
	eachListing(t, func(t *testing.T, s *listing) {
		host := s.somebody()
		thread := s.bring("gr/athens", "Fair", "2026-12-05T00:00", "2026-12-08T00:00", host)
		action := fmt.Sprintf("/host/%d", thread)
		link := action + "/" + host.Token()
		sent := form(s.get(link).Want(http.StatusOK), action, "keep")
		if sent.Get("day") != "2026-12-05" || sent.Get("days") != "3" || sent.Has("time") || sent.Has("minutes") {
			t.Fatalf("the form: %v", sent)
		}
		for _, days := range []string{"", "0", "three", "32", "9223372036854775807"} {
			sent.Set("days", days)
			refused := s.post(action, sent).Want(http.StatusUnprocessableEntity)
			if got := pagetest.Text(refused.One("#days-error")); got != "It is on whole days: from one to 31. Say on how many." || pagetest.Attr(refused.One("#days"), "value") != days {
				t.Errorf("%q: %q", days, got)
			}
		}
		sent.Set("days", "2")
		sent.Set("day", "2026-12-12")
		s.post(action, sent).Want(http.StatusSeeOther)
		m, err := s.Meetup(t.Context(), thread)
		if err != nil {
			t.Fatal(err)
		}
		if o := m.First(); o.Days != 2 || o.Start.Format(meetup.ClockForm) != "2026-12-12T00:00" {
			t.Errorf("it is at %+v", o)
		}
	})
}
