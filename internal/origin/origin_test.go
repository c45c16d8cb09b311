package origin_test

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/job"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/meetup"
	"moot/internal/origin"
	"moot/internal/outbound"
	"moot/internal/place"
)

var gazetteer = sync.OnceValue(func() *place.Gazetteer {
	g, err := place.Load()
	if err != nil {
		panic(err)
	}
	return g
})

var friday = time.Date(2026, 11, 27, 12, 0, 30, 0, time.UTC)

// town is a site to which calendars are brought.
type town struct {
	*origin.Origins
	t       *testing.T
	db      *db.DB
	clock   *clock.Clock
	jobs    *job.Jobs
	boards  *board.Boards
	meetups *meetup.Meetups
	city    place.Place
}

func open(t *testing.T, d *db.DB, client *outbound.Client) town {
	held, outbox := clock.Hold(friday), event.New()
	boards := board.New(d, held, outbox, gazetteer(), board.Limits{PostLength: 8000})
	s := town{t: t, db: d, clock: held, jobs: job.New(d, held), boards: boards, city: at(t, "gr/athens")}
	s.meetups = meetup.New(meetup.Settings{
		DB: d, Clock: held, Outbox: outbox, Places: gazetteer(), Boards: boards, Jobs: s.jobs, Over: func(*db.Tx, string) error { return nil },
	})
	english, _ := lang.Lookup("en")
	s.Origins = origin.New(origin.Settings{
		DB: d, Clock: held, Places: gazetteer(), Boards: boards, Jobs: s.jobs, Client: client, Name: "Moot", Words: func(place.Place) *lang.Language { return english },
		Card: meetup.Card, CallOff: s.meetups.CallOff, Release: s.meetups.Release, Known: s.meetups.Known,
		Fit: func(p place.Place, e origin.Event) (origin.Fitting, error) {
			f, err := s.meetups.Fit(p, meetup.Brought{Written: e.Written, Title: e.Title, Venue: meetup.Venue{Name: e.Venue, Directions: e.Directions}, Public: e.Public, Origin: e.Origin})
			if err != nil {
				return origin.Fitting{}, err
			}
			return origin.Fitting{
				Next: f.NextTime(), Often: f.Often(),
				Bring: func(tx *db.Tx, t board.Target, host key.Actor) error { return s.meetups.Bring(tx, t, p, f, host) },
				Again: func(tx *db.Tx, thread int64, host key.Actor) error { return s.meetups.BringAgain(tx, thread, f, host) },
			}, nil
		},
	})
	return s
}

func each(t *testing.T, test func(t *testing.T, s town)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		test(t, open(t, d, outbound.New(outbound.Settings{Hosts: []string{"*"}})))
	})
}

func at(t *testing.T, path string) place.Place {
	t.Helper()
	p, ok := gazetteer().ByPath(path)
	if !ok {
		t.Fatalf("no place %s", path)
	}
	return p
}

func somebody(t *testing.T) key.Actor {
	t.Helper()
	a, err := key.Fresh(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// ics is a calendar of some events.
func ics(events ...string) []byte {
	return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Tenants\r\n" + strings.Join(events, "") + "END:VCALENDAR\r\n")
}

// ev is an event: its UID, when it begins, and more lines; at the library, called as its UID.
func ev(uid, start string, more ...string) string {
	lines := "BEGIN:VEVENT\r\nUID:" + uid + "\r\nSUMMARY:Meeting " + uid + "\r\nDTSTART;TZID=Europe/Athens:" + start + "\r\nDURATION:PT2H\r\n"
	if !strings.Contains(strings.Join(more, "\n"), "LOCATION") {
		lines += "LOCATION:Library\\, ground floor\r\n"
	}
	for _, m := range more {
		lines += m + "\r\n"
	}
	return lines + "END:VEVENT\r\n"
}

// days is an event that has days and no hours, from one until before another.
func days(uid, from, until string, more ...string) string {
	return "BEGIN:VEVENT\r\nUID:" + uid + "\r\nSUMMARY:Meeting " + uid + "\r\nDTSTART;VALUE=DATE:" + from + "\r\nDTEND;VALUE=DATE:" + until + "\r\nLOCATION:Library\r\n" +
		strings.Join(append(more, ""), "\r\n") + "END:VEVENT\r\n"
}

func (s town) look(f origin.File) *origin.Report {
	s.t.Helper()
	f.Place = s.city
	r, err := s.Look(s.t.Context(), f)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// fates are what a report says, by title.
func fates(r *origin.Report) map[string]string {
	names := map[origin.Fate]string{origin.Out: "out", origin.Asked: "asked", origin.Fresh: "new", origin.Changed: "changed", origin.Same: "same", origin.Called: "called"}
	all := map[string]string{}
	for _, l := range r.Lines {
		what := names[l.Fate]
		if l.Why != nil {
			what += " " + l.Why.Key
		}
		all[strings.TrimPrefix(l.Title, "Meeting ")] = what
	}
	return all
}

func (s town) bring(owner key.Actor, bytes []byte) origin.Brought {
	s.t.Helper()
	done, err := s.Bring(s.t.Context(), somebody(s.t), origin.File{Place: s.city, Owner: owner, Bytes: bytes, Name: "Tenants"})
	if err != nil {
		s.t.Fatal(err)
	}
	return done
}

// coming are the meetups of the city by title.
func (s town) coming() map[string]meetup.Meetup {
	s.t.Helper()
	list, _, err := s.meetups.Coming(s.t.Context(), s.city, meetup.Cursor{}, meetup.Most)
	if err != nil {
		s.t.Fatal(err)
	}
	all := map[string]meetup.Meetup{}
	for _, m := range list {
		name := strings.TrimPrefix(m.Title, "Meeting ")
		if _, twice := all[name]; twice {
			s.t.Errorf("%s stands twice", m.Title)
		}
		all[name] = m
	}
	return all
}

func TestAReportTellsOfEachEventAndDoesNothing(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		r := s.look(origin.File{Bytes: ics(
			ev("new", "20261203T190000"), ev("weekly", "20200102T190000", "RRULE:FREQ=WEEKLY"), ev("past", "20261103T190000"), ev("far", "20291203T190000"),
			ev("secret", "20261203T190000", "CLASS:PRIVATE"), ev("cancelled", "20261203T190000", "STATUS:CANCELLED"), ev("nowhere", "20261203T190000", "LOCATION:"),
			ev("home", "20261203T190000", "LOCATION:Our place\\, second bell"), ev("online", "20261203T190000", "LOCATION:https://meet.example/x"),
			ev("seconds", "20261203T190000", "RRULE:FREQ=SECONDLY"), ev("never", "20261203T190000", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), ev("easter", "20261203T190000", "RRULE:FREQ=YEARLY;BYEASTER=0"),
			ev("million", "20261203T190000", "RRULE:FREQ=DAILY;COUNT=1000000"), ev("hebrew", "20261203T190000", "RRULE:RSCALE=HEBREW;FREQ=YEARLY"), ev("dropped", "20261203T190000", "RRULE:FREQ=WEEKLY;COUNT=1", "EXDATE;TZID=Europe/Athens:20261203T190000"),
			days("day", "20261203", "20261204"),
			days("long", "20261203", "20270112"), days("going on", "20261126", "20261129"), days("gone", "20261124", "20261127"), ev("running", "20261127T130000"),
			"BEGIN:VEVENT\r\nSUMMARY:unnamed\r\nDTSTART:20261203T190000Z\r\nLOCATION:Library\r\nEND:VEVENT\r\n",
			ev("broken", "20261203T190000", "this is no line"),
		)})
		want := map[string]string{
			"new": "new", "weekly": "new", "past": "out meetup.start_past", "far": "out meetup.start_far", "": "out origin.private", "cancelled": "out origin.cancelled", "nowhere": "out meetup.needs_venue",
			"home": "asked meetup.home", "online": "out origin.online", "seconds": "out meetup.repeat_too_fine", "never": "out meetup.repeat_first", "easter": "out meetup.repeat_unclear",
			"million": "out meetup.repeat_too_many", "hebrew": "out meetup.repeat_unclear", "dropped": "out meetup.start_past", "day": "new", "long": "out origin.too_long", "going on": "new", "gone": "out meetup.start_past", "running": "out meetup.start_past", "unnamed": "out origin.no_uid", "broken": "out calendar.unread",
		}
		got := fates(r)
		for name, fate := range want {
			if got[name] != fate {
				t.Errorf("%q: %q, not %q", name, got[name], fate)
			}
		}
		if r.Name != "Tenants" || len(got) != len(want) || !r.Acts() {
			t.Errorf("%q, %d of %d", r.Name, len(got), len(want))
		}
		if strings.Contains(string(r.Carry), "secret") || len(s.coming()) != 0 {
			t.Error("a private event is carried on, or something was announced")
		}
		// What is carried on says the same.
		again := fates(s.look(origin.File{Bytes: r.Carry}))
		if len(again) != 5 || again["going on"] != "new" || again["new"] != "new" || again["day"] != "new" || again["weekly"] != "new" || again["home"] != "asked meetup.home" {
			t.Errorf("carried on: %v", again)
		}
	})
}

func TestAFileIsBroughtOnceAndUpdates(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		owner := somebody(t)
		first := ics(ev("tea", "20261203T190000", "DESCRIPTION:<p>Bring <b>a cup</b></p>"), ev("weekly", "20200102T190000", "RRULE:FREQ=WEEKLY;INTERVAL=2", "RDATE;TZID=Europe/Athens:20261205T100000"))
		if done := s.bring(owner, s.look(origin.File{Owner: owner, Bytes: first}).Carry); done != (origin.Brought{New: 2}) {
			t.Fatalf("brought %+v", done)
		}
		all := s.coming()
		tea := all["tea"]
		if tea.Origin != "Tenants" || tea.Venue.Name != "Library" || tea.Venue.Directions != "ground floor" || tea.Start.Format("2006-01-02T15:04 MST") != "2026-12-03T19:00 EET" || tea.Minutes != 120 || !tea.Hosted {
			t.Errorf("the meetup says %+v", tea)
		}
		// Every second Thursday since 2 January 2020, and one Saturday.
		var starts []string
		for _, o := range all["weekly"].Between(friday, friday.AddDate(0, 1, 10), 9) {
			starts = append(starts, o.Start.Format("2 Jan 15:04"))
		}
		if got := strings.Join(starts, ", "); got != "5 Dec 10:00, 10 Dec 19:00, 24 Dec 19:00" {
			t.Errorf("every second week: %s", got)
		}
		if _, p, err := s.boards.Post(t.Context(), tea.Thread); err != nil || p.Body != "Bring a cup" {
			t.Errorf("the opening post: %q, %v", p.Body, err)
		}

		// The same file does nothing, by whoever brings it; somebody else's changes nothing.
		for _, who := range []key.Actor{owner, key.Anyone, somebody(t)} {
			if got := fates(s.look(origin.File{Owner: who, Bytes: first})); got["tea"] != map[bool]string{true: "same", false: "out origin.of_others"}[who == owner] {
				t.Errorf("again: %v", got)
			}
		}
		moved := ics(ev("tea", "20261203T200000"), ev("weekly", "20200102T190000", "RRULE:FREQ=WEEKLY;INTERVAL=2", "RDATE;TZID=Europe/Athens:20261205T100000"))
		if _, err := s.Bring(t.Context(), somebody(t), origin.File{Place: s.city, Owner: somebody(t), Bytes: moved, Name: "Theirs"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("somebody else's file: %v", err)
		}
		if got := s.coming()["tea"]; got.Start.Hour() != 19 {
			t.Errorf("somebody else's file moved it to %v", got.Start)
		}
		if done := s.bring(owner, moved); done != (origin.Brought{Changed: 1}) {
			t.Errorf("changed %+v", done)
		}
		got := s.coming()["tea"]
		if got.Start.Hour() != 20 || got.Thread != tea.Thread || got.Sequence != tea.Sequence+1 || got.UID != tea.UID {
			t.Errorf("changed to %v, %d", got.Start, got.Sequence)
		}
		if got := s.coming()["weekly"]; got.Sequence != all["weekly"].Sequence {
			t.Error("what didn't change has another sequence")
		}
		// It is cancelled, and stands again.
		if done := s.bring(owner, ics(ev("tea", "20261203T200000", "STATUS:CANCELLED"))); done != (origin.Brought{Called: 1}) {
			t.Errorf("called off %+v", done)
		}
		if got := s.coming()["tea"]; !got.Cancelled || !strings.Contains(got.Reason, "Tenants") {
			t.Errorf("called off: %+v", got)
		}
		s.bring(owner, moved)
		if got := s.coming()["tea"]; got.Cancelled || got.Reason != "" {
			t.Error("it doesn't stand again")
		}
		// The link is its host's too.
		if hosts, err := s.meetups.Hosts(t.Context(), tea.Thread, owner); err != nil || !hosts {
			t.Errorf("the owner hosts it: %v, %v", hosts, err)
		}
	})
}

// What has days and no hours is held on those by the clocks of its city, whichever zone
// its calendar names; what has hours may go on for days.
func TestWholeDaysAreBrought(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		owner := somebody(t)
		file := func(events ...string) []byte {
			return []byte(strings.Replace(string(ics(events...)), "X-WR-CALNAME", "X-WR-TIMEZONE:America/New_York\r\nX-WR-CALNAME", 1))
		}
		fair := days("fair", "20261205", "20261208")
		weekly := days("weekly", "20251204", "20251205", "RRULE:FREQ=WEEKLY;UNTIL=20261231", "EXDATE;VALUE=DATE:20261210") +
			strings.Replace(days("weekly", "20261219", "20261220"), "SUMMARY", "RECURRENCE-ID;VALUE=DATE:20261217\r\nSUMMARY", 1)
		camp := strings.Replace(ev("camp", "20261204T180000"), "DURATION:PT2H", "DTEND;TZID=Europe/Athens:20261206T140000", 1)
		first := file(days("day", "20261205", "20261206"), fair, weekly, camp, days("going on", "20261126", "20261129"))
		r := s.look(origin.File{Owner: owner, Bytes: first})
		if done := s.bring(owner, r.Carry); done != (origin.Brought{New: 5}) {
			t.Fatalf("brought %+v: %v", done, fates(r))
		}
		spans := func(name string) string {
			var all []string
			for _, o := range s.coming()[name].Between(friday, friday.AddDate(0, 2, 0), 9) {
				all = append(all, fmt.Sprintf("%s/%s/%d", o.Start.Format("2 Jan 15:04 MST"), o.End.Format("2 Jan 15:04"), o.Days))
			}
			return strings.Join(all, ", ")
		}
		for name, want := range map[string]string{
			"going on": "26 Nov 00:00 EET/29 Nov 00:00/3", "day": "5 Dec 00:00 EET/6 Dec 00:00/1", "fair": "5 Dec 00:00 EET/8 Dec 00:00/3", "camp": "4 Dec 18:00 EET/6 Dec 14:00/0",
			"weekly": "3 Dec 00:00 EET/4 Dec 00:00/1, 19 Dec 00:00 EET/20 Dec 00:00/1, 24 Dec 00:00 EET/25 Dec 00:00/1, 31 Dec 00:00 EET/1 Jan 00:00/1",
		} {
			if got := spans(name); got != want {
				t.Errorf("%s: %s, not %s", name, got, want)
			}
		}
		for name, fate := range fates(s.look(origin.File{Owner: owner, Bytes: first})) {
			if fate != "same" {
				t.Errorf("%s again: %s", name, fate)
			}
		}
		if done := s.bring(owner, file(days("fair", "20261212", "20261214"))); done != (origin.Brought{Changed: 1}) {
			t.Fatalf("changed %+v", done)
		}
		if got := spans("fair"); got != "12 Dec 00:00 EET/14 Dec 00:00/2" {
			t.Errorf("moved to %s", got)
		}
		english, _ := lang.Lookup("en")
		if told, _ := s.coming()["fair"].Untold(0, english, s.clock.Now()); len(told) != 1 || !strings.Contains(told[0], "Sat 12 Dec") || strings.Contains(told[0], "00:00") {
			t.Errorf("told %q", told)
		}
		// Its host keeps it as long as it is, and moves a single time to another day.
		fairAt := s.coming()["fair"]
		d := fairAt.Details()
		d.Venue.Cost = "Free"
		if err := s.meetups.Edit(t.Context(), owner, fairAt.Thread, d); err != nil {
			t.Error(err)
		}
		weeklyAt := s.coming()["weekly"]
		if err := s.meetups.MoveOne(t.Context(), owner, weeklyAt.Thread, weeklyAt.Coming[0].Original, "2026-12-04T15:30"); err != nil {
			t.Error(err)
		}
		if got := spans("weekly"); !strings.HasPrefix(got, "4 Dec 00:00 EET/5 Dec 00:00/1, ") {
			t.Errorf("moved to %s", got)
		}
	})
}

// What is on whole days may go on otherwise from one of them on, as anything may.
func TestWholeDaysGoOnOtherwise(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		owner := somebody(t)
		later := strings.Replace(days("market", "20261218", "20261220"), "SUMMARY", "RECURRENCE-ID;VALUE=DATE;RANGE=THISANDFUTURE:20261217\r\nSUMMARY", 1)
		file := ics(days("market", "20261126", "20261127", "RRULE:FREQ=WEEKLY"), strings.Replace(later, "Meeting market", "Meeting fair", 1))
		if done := s.bring(owner, s.look(origin.File{Owner: owner, Bytes: file}).Carry); done != (origin.Brought{New: 2}) {
			t.Fatalf("brought %+v", done)
		}
		for name, want := range map[string]string{"market": "3 Dec 1, 10 Dec 1", "fair": "18 Dec 2, 25 Dec 2"} {
			var all []string
			for _, o := range s.coming()[name].Between(friday, friday.AddDate(0, 1, 0), 9) {
				all = append(all, fmt.Sprintf("%s %d", o.Start.Format("2 Jan"), o.Days))
			}
			if got := strings.Join(all, ", "); got != want {
				t.Errorf("%s: %s, not %s", name, got, want)
			}
		}
		for name, fate := range fates(s.look(origin.File{Owner: owner, Bytes: file})) {
			if fate != "same" {
				t.Errorf("%s again: %s", name, fate)
			}
		}
	})
}

func TestFilesAreBounded(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		var events []string
		for n := range 50 {
			events = append(events, ev(fmt.Sprint("n", n), fmt.Sprintf("202612%02dT%02d0000", n%25+1, 9+n/25), "DESCRIPTION:"+strings.Repeat("много слов ", 300)))
		}
		r := s.look(origin.File{Bytes: ics(events...)})
		if n := r.Count(origin.Fresh); n == 0 || n > origin.MostOfFile || len(r.Carry) > 48<<10 {
			t.Errorf("%d of 50, %d bytes carried on", n, len(r.Carry))
		}
		for i := 1; i < r.Count(origin.Fresh); i++ {
			if r.Lines[i].Next.Start.Before(r.Lines[i-1].Next.Start) {
				t.Error("those that are next come first")
			}
		}
		short := func(from int) []byte {
			var some []string
			for n := range 25 {
				some = append(some, ev(fmt.Sprint("m", from+n), fmt.Sprintf("202612%02dT120000", n+1)))
			}
			return ics(some...)
		}
		total := 0
		for i := range 5 {
			done, err := s.Bring(t.Context(), somebody(t), origin.File{Place: s.city, Owner: somebody(t), Bytes: short(100 * i), Name: "Flood"})
			if total += done.New; err != nil && !fault.Is(err, fault.Conflict) {
				t.Fatal(err)
			}
		}
		if total != 60 {
			t.Errorf("%d meetups of files in a day", total)
		}
		s.clock.Advance(24 * time.Hour)
		if done := s.bring(somebody(t), short(900)); done.New != 20 {
			t.Errorf("on the next day %d", done.New)
		}
	})
}

func TestTwoWhoBringTheSameAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		var all sync.WaitGroup
		for range 6 {
			owner, actor := somebody(t), somebody(t)
			all.Go(func() {
				_, err := s.Bring(context.Background(), actor, origin.File{Place: s.city, Owner: owner, Bytes: ics(ev("tea", "20261203T190000"), ev("walk", "20261204T190000")), Name: "Tenants"})
				if err != nil && !fault.Is(err, fault.Conflict) && !db.Taken(err) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := len(s.coming()); n != 2 { // which also sees that none stands twice
			t.Errorf("%d meetups", n)
		}
	})
}

func TestAMeetupOfThisSiteIsNotBroughtAgain(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		s.bring(somebody(t), ics(ev("tea", "20261203T190000")))
		r := s.look(origin.File{Bytes: ics(ev(s.coming()["tea"].UID, "20261203T190000"))})
		for _, fate := range fates(r) {
			if fate != "out origin.of_this_site" {
				t.Error(fate)
			}
		}
	})
}

func TestWhereItCameFromIsForgotten(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		owner := somebody(t)
		s.bring(owner, ics(ev("tea", "20261203T190000")))
		thread := s.coming()["tea"].Thread
		s.clock.Advance(8 * 24 * time.Hour)
		if err := s.meetups.Over(t.Context(), thread, func(*db.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		kept := func() (found bool) {
			if err := s.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			_, _, found, err := s.Owned(t.Context(), s.city, owner)
			if err != nil {
				t.Fatal(err)
			}
			return found
		}
		s.clock.Advance(4 * 24 * time.Hour)
		if !kept() {
			t.Error("forgotten too soon")
		}
		s.clock.Advance(2 * 24 * time.Hour)
		if kept() {
			t.Error("a week after it is over, it is still known who brought it")
		}
	})
}

// feedServer is a host of calendars, on the loopback, over TLS.
type feedServer struct {
	*httptest.Server
	lock   sync.Mutex
	answer http.HandlerFunc
	asked  int
}

func (f *feedServer) say(h http.HandlerFunc) {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.answer = h
}

func (f *feedServer) times() int {
	f.lock.Lock()
	defer f.lock.Unlock()
	return f.asked
}

func calendarOf(b []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.Write(b) }
}

// serve starts one. The client believes it to be every host of the world.
func serve(t *testing.T) (*feedServer, *outbound.Client) {
	f := &feedServer{}
	f.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.lock.Lock()
		f.asked++
		answer := f.answer
		f.lock.Unlock()
		answer(w, r)
	}))
	t.Cleanup(f.Close)
	home := strings.TrimPrefix(f.URL, "https://")
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, home)
		},
		TLSClientConfig: &tls.Config{RootCAs: f.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, ServerName: "example.com"},
	}
	return f, outbound.New(outbound.Settings{Hosts: []string{"*"}, Transport: transport})
}
