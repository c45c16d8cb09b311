package origin_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/fault"
	"moot/internal/job"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/meetup"
	"moot/internal/origin"
)

const secret = "https://calendars.example.com/private-8f3a1c/basic.ics"

// followed is a town that follows a calendar of a server.
func followed(t *testing.T, test func(t *testing.T, s town, f *feedServer, number int64)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f, client := serve(t)
		s := open(t, d, client)
		f.say(calendarOf(ics(ev("tea", "20261203T190000"), ev("walk", "20261205T100000"))))
		number, err := s.Follow(t.Context(), key.Steward, s.city, "Tenants", "webcal://calendars.example.com/private-8f3a1c/basic.ics", false)
		if err != nil {
			t.Fatal(err)
		}
		test(t, s, f, number)
	})
}

// due does the jobs that are due.
func (s town) due() {
	s.t.Helper()
	if _, err := s.jobs.Crew(slog.New(slog.DiscardHandler), s.Kinds()...).Due(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// list is the only calendar that is followed.
func (s town) only() origin.Followed {
	s.t.Helper()
	all, err := s.Follows(s.t.Context(), key.Steward)
	if err != nil || len(all) != 1 {
		s.t.Fatalf("%d calendars, %v", len(all), err)
	}
	return all[0]
}

func TestACalendarIsFollowed(t *testing.T) {
	followed(t, func(t *testing.T, s town, f *feedServer, _ int64) {
		s.due()
		all := s.coming()
		if len(all) != 2 || all["tea"].Origin != "Tenants (calendars.example.com)" || all["tea"].Hosted {
			t.Fatalf("%d meetups, %+v", len(all), all["tea"])
		}
		if err := s.meetups.Host(t.Context(), all["tea"].Thread, somebody(t), nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("somebody hosts what a calendar looks after: %v", err)
		}
		// Not sooner than in six hours, and then not twice.
		s.clock.Advance(5 * time.Hour)
		s.due()
		if f.times() != 1 {
			t.Errorf("asked %d times", f.times())
		}
		f.say(calendarOf(ics(ev("tea", "20261204T190000"), ev("sing", "20261206T100000"))))
		s.clock.Advance(time.Hour + time.Minute)
		s.due()
		now := s.coming()
		if f.times() != 2 || now["tea"].Start.Day() != 4 || now["tea"].Thread != all["tea"].Thread || now["sing"].Thread == 0 {
			t.Errorf("asked %d times: %+v", f.times(), now)
		}
		if walk := now["walk"]; !walk.Cancelled || walk.Reason != "The calendar Tenants has it no longer." {
			t.Errorf("what the calendar has no longer: %+v", walk)
		}
		// It comes back.
		f.say(calendarOf(ics(ev("tea", "20261204T190000"), ev("sing", "20261206T100000"), ev("walk", "20261205T100000"))))
		s.clock.Advance(7 * time.Hour)
		s.due()
		if walk := s.coming()["walk"]; walk.Cancelled || walk.Thread != all["walk"].Thread {
			t.Errorf("it came back: %+v", walk)
		} else if words, _ := lang.Lookup("en"); !strings.Contains(fmt.Sprint(walk.ChangedSince(0, words, s.clock.Now())), "Held after all") {
			t.Errorf("whoever asked is told %q", walk.ChangedSince(0, words, s.clock.Now()))
		}
		jobs, err := s.jobs.List(t.Context(), 1000)
		if !slices.ContainsFunc(jobs, func(j job.Job) bool {
			return j.Kind == meetup.RemindJob && j.About == strconv.FormatInt(all["walk"].Thread, 10)
		}) {
			t.Errorf("it came back, and nobody will be reminded of it: %v", err)
		}
		if only := s.only(); only.Meetups != 3 || only.Failed != 0 || only.Why != nil || only.Host != "calendars.example.com" {
			t.Errorf("stewards see %+v", only)
		}
	})
}

func TestAnUnchangedCalendarIsNotReadAgain(t *testing.T) {
	followed(t, func(t *testing.T, s town, f *feedServer, _ int64) {
		var conditions []string
		f.say(func(w http.ResponseWriter, r *http.Request) {
			conditions = append(conditions, r.Header.Get("If-None-Match")+" "+r.Header.Get("If-Modified-Since"))
			w.Header().Set("ETag", `"a1"`)
			w.Header().Set("Last-Modified", "Fri, 27 Nov 2026 10:00:00 GMT")
			if r.Header.Get("If-None-Match") == `"a1"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			w.Write(ics(ev("tea", "20261203T190000")))
		})
		s.due()
		before := s.coming()["tea"].Sequence
		s.clock.Advance(7 * time.Hour)
		s.due()
		if len(conditions) != 2 || conditions[0] != " " || conditions[1] != `"a1" Fri, 27 Nov 2026 10:00:00 GMT` {
			t.Errorf("asked with %q", conditions)
		}
		if tea := s.coming()["tea"]; tea.Cancelled || tea.Sequence != before || s.only().Failed != 0 {
			t.Errorf("unchanged: %+v", tea)
		}
	})
}

func TestAFailingCalendarIsLeftAloneAndTold(t *testing.T) {
	followed(t, func(t *testing.T, s town, f *feedServer, _ int64) {
		s.due()
		redirect := func(to string) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
		}
		for _, c := range []struct {
			answer http.HandlerFunc
			want   string
		}{
			{func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }, "origin.status"},
			{calendarOf([]byte("<!doctype html>sign in")), "origin.unread"},
			{calendarOf(make([]byte, 10<<20)), "origin.too_big"},
			{redirect("https://calendars.example.com/private-8f3a1c/basic.ics"), "origin.too_far"},
			{redirect("http://calendars.example.com/"), "origin.not_public"},
			{redirect("https://127.0.0.1/"), "origin.not_public"},
			{redirect("https://localhost/"), "origin.not_public"},
			{func(w http.ResponseWriter, _ *http.Request) {
				c, _, _ := w.(http.Hijacker).Hijack()
				c.Close()
			}, "origin.away"},
		} {
			f.say(c.answer)
			before := s.only()
			s.clock.Advance(4*24*time.Hour + time.Minute)
			if s.clock.Now().After(time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)) { // the meetups are to come all the time
				s.clock.Advance(-4*24*time.Hour - time.Minute)
			}
			if err := s.Visit(t.Context(), before.Number, func(*db.Tx) error { return nil }); err != nil {
				t.Fatal(err)
			}
			now := s.only()
			if now.Why == nil || now.Why.Key != c.want || now.Failed != before.Failed+1 {
				t.Errorf("%s: %+v", c.want, now)
			}
			if wait := now.Next.Sub(now.Asked); wait < 6*time.Hour*2 || wait > 4*24*time.Hour {
				t.Errorf("%s: it is asked again after %v", c.want, wait)
			}
			for _, m := range s.coming() {
				if m.Cancelled {
					t.Errorf("%s: a meetup is called off", c.want)
				}
			}
		}
		if !s.only().Troubled() {
			t.Error("stewards aren't told")
		}
		f.say(calendarOf(ics(ev("tea", "20261203T190000"))))
		if err := s.Visit(t.Context(), s.only().Number, func(*db.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if now := s.only(); now.Failed != 0 || now.Why != nil || !s.coming()["walk"].Cancelled {
			t.Errorf("it is well again: %+v", now)
		}
	})
}

func TestACalendarThatIsEmptyAllAtOnceIsBelievedTheSecondTime(t *testing.T) {
	followed(t, func(t *testing.T, s town, f *feedServer, number int64) {
		s.due()
		f.say(calendarOf(ics()))
		for n := range 2 {
			if err := s.Visit(t.Context(), number, func(*db.Tx) error { return nil }); err != nil {
				t.Fatal(err)
			}
			if tea := s.coming()["tea"]; tea.Cancelled != (n == 1) {
				t.Errorf("after %d looks it is called off: %v", n+1, tea.Cancelled)
			}
		}
	})
}

func TestTheAddressIsASecret(t *testing.T) {
	followed(t, func(t *testing.T, s town, f *feedServer, number int64) {
		var sealed []byte
		s.db.Read(t.Context(), func(tx *db.Tx) error {
			return tx.Row(`SELECT sealed FROM calendar_address WHERE calendar = $1`, number).Scan(&sealed)
		})
		if len(sealed) < len(secret) || strings.Contains(string(sealed), "private") {
			t.Errorf("kept as %q", sealed)
		}
		if _, err := s.Follow(t.Context(), key.Steward, s.city, "Again", secret, false); !fault.Is(err, fault.Conflict) {
			t.Errorf("followed twice: %v", err)
		}
		var referers []string
		f.say(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/elsewhere" {
				http.Redirect(w, r, "https://other.example.com/elsewhere", http.StatusFound)
				return
			}
			referers = append(referers, r.Header.Get("Referer"))
			w.WriteHeader(http.StatusTeapot)
		})
		s.due()
		if len(referers) != 1 || referers[0] != "" {
			t.Errorf("another host learns %q", referers)
		}
		if shown := fmt.Sprintf("%+v", s.only()); strings.Contains(shown, "private") || s.only().Why.Key != "origin.status" {
			t.Errorf("stewards see %s", shown)
		}
		// As after a backup, which has no address.
		s.db.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`DELETE FROM calendar_address`)
			return err
		})
		if err := s.Visit(t.Context(), number, func(*db.Tx) error { return nil }); err != nil || s.only().Why.Key != "origin.no_address" {
			t.Errorf("without its address: %v, %v", err, s.only().Why)
		}
	})
}

func TestOnlyStewardsFollow(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		for _, who := range []key.Actor{key.Anyone, somebody(t)} {
			if _, err := s.Follow(t.Context(), who, s.city, "Tenants", secret, false); !fault.Is(err, fault.Forbidden) {
				t.Errorf("followed: %v", err)
			}
			if _, err := s.Follows(t.Context(), who); !fault.Is(err, fault.Forbidden) {
				t.Errorf("seen: %v", err)
			}
		}
		for _, address := range []string{"", "http://example.org/a.ics", "https://example.org:8443/a.ics", "https://me@example.org/a.ics", "https://127.0.0.1/a.ics", "https://[::1]/a.ics", "https://localhost/a.ics", "https://2130706433/", "https://0x7f.1/", "https://127.1/", "file:///etc/passwd", "ftp://example.org/a.ics"} {
			_, err := s.Follow(t.Context(), key.Steward, s.city, "Tenants", address, false)
			if all := fault.Each(err); len(all) != 1 || all[0].Field != "address" {
				t.Errorf("%q is followed: %v", address, err)
			}
		}
		if _, err := s.Follow(t.Context(), key.Steward, at(t, "gr"), "", secret, false); len(fault.Each(err)) == 0 {
			t.Error("a country, and no name")
		}
	})
}

func TestWhoStopsChoosesWhatBecomesOfTheMeetups(t *testing.T) {
	for _, callOff := range []bool{true, false} {
		followed(t, func(t *testing.T, s town, _ *feedServer, number int64) {
			s.due()
			if err := s.Unfollow(t.Context(), somebody(t), number, callOff); !fault.Is(err, fault.Forbidden) {
				t.Errorf("anybody stops it: %v", err)
			}
			if err := s.Unfollow(t.Context(), key.Steward, number, callOff); err != nil {
				t.Fatal(err)
			}
			for _, m := range s.coming() {
				if m.Cancelled != callOff || (m.Origin == "") == callOff {
					t.Errorf("called off %v: %+v", callOff, m)
				}
			}
			var left int
			s.db.Read(t.Context(), func(tx *db.Tx) error {
				return tx.Row(`SELECT (SELECT count(*) FROM calendar) + (SELECT count(*) FROM calendar_address) + (SELECT count(*) FROM brought) + (SELECT count(*) FROM job WHERE kind = 'calendar-look')`).Scan(&left)
			})
			if left != 0 {
				t.Errorf("%d rows are left", left)
			}
		})
	}
}

func TestTwoNodesBringNothingTwice(t *testing.T) {
	followed(t, func(t *testing.T, s town, f *feedServer, number int64) {
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if _, err := s.jobs.Crew(slog.New(slog.DiscardHandler), s.Kinds()...).Due(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := len(s.coming()); n != 2 || f.times() != 1 {
			t.Errorf("%d meetups, asked %d times", n, f.times())
		}
		// One that comes too late does nothing.
		f.say(calendarOf(ics()))
		if err := s.Visit(t.Context(), number, func(*db.Tx) error { return errors.New("somebody else has it now") }); err == nil || s.only().Failed != 0 {
			t.Errorf("what was overtaken: %v", err)
		}
	})
}

func TestAFeedTakesOverWhatAFileBrought(t *testing.T) {
	followed(t, func(t *testing.T, s town, _ *feedServer, _ int64) {
		squatter := somebody(t)
		s.bring(squatter, ics(ev("tea", "20261203T180000", "LOCATION:Elsewhere")))
		thread := s.coming()["tea"].Thread
		s.due()
		tea := s.coming()["tea"]
		if tea.Thread != thread || tea.Venue.Name != "Library" || tea.Start.Hour() != 19 || tea.Origin != "Tenants (calendars.example.com)" {
			t.Errorf("taken over: %+v", tea)
		}
		if hosts, _ := s.meetups.Hosts(t.Context(), thread, squatter); hosts {
			t.Error("whoever brought the file still hosts it")
		}
		if got := fates(s.look(origin.File{Owner: squatter, Bytes: ics(ev("tea", "20261203T170000"))})); got["tea"] != "out origin.of_others" {
			t.Errorf("the file again: %v", got)
		}
	})
}

func TestALookBringsAFewAtATime(t *testing.T) {
	followed(t, func(t *testing.T, s town, f *feedServer, _ int64) {
		var events []string
		for n := range 25 {
			events = append(events, ev(fmt.Sprint("n", n), fmt.Sprintf("202612%02dT190000", n+2)))
		}
		f.say(calendarOf(ics(append(events, ev("home", "20261203T190000", "LOCATION:My flat"))...)))
		for _, want := range []int{10, 20, 25, 25} {
			s.due()
			list, _, err := s.meetups.Coming(t.Context(), s.city, meetup.Cursor{}, meetup.Most)
			if err != nil || len(list) != want {
				t.Errorf("%d meetups, not %d: %v", len(list), want, err)
			}
			s.clock.Advance(6*time.Hour + time.Minute)
		}
		if left := s.only().Left; left != 1 {
			t.Errorf("%d are left out", left)
		}
	})
}
