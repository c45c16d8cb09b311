package meetup_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/lang"
	"moot/internal/meetup"
	"moot/internal/tiding"
)

// reminded are the times that people were reminded of, by the clocks there.
func (s town) reminded(thread int64) string {
	s.t.Helper()
	var all []string
	for _, one := range s.meetup(thread).Tidings {
		if one.Kind == tiding.Soon {
			all = append(all, one.Now.Format("2 Jan 15:04"))
		}
	}
	return strings.Join(all, ", ")
}

func TestEachTimeIsRemindedOfOnceADayBefore(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, host := s.announce("gr/athens", tea(weekly))
		times := s.meetup(thread).Coming
		at := func(when time.Time, want string) {
			t.Helper()
			s.clock.Set(when)
			s.work()
			s.work()
			if got := s.reminded(thread); got != want {
				t.Errorf("at %v: %q, want %q", when, got, want)
			}
		}
		at(times[0].Start.Add(-24*time.Hour-time.Second), "")
		if err := s.Remind(t.Context(), thread, func(*db.Tx) error { return errors.New("it died") }); err == nil {
			t.Error("a job that died did its work")
		}
		at(times[0].Start.Add(-24*time.Hour), "3 Dec 19:00")
		// The one after is moved to a day before: its reminder moves along.
		if err := s.MoveOne(t.Context(), host, thread, times[1].Original, "2026-12-09T18:00"); err != nil {
			t.Fatal(err)
		}
		at(times[1].Start.Add(-50*time.Hour), "3 Dec 19:00")
		at(time.Date(2026, 12, 8, 16, 0, 0, 0, time.UTC), "3 Dec 19:00, 9 Dec 18:00")
		// One that is dropped isn't; a site that was away reminds late, but not of what has begun.
		if err := s.DropOne(t.Context(), host, thread, times[2].Original, ""); err != nil {
			t.Fatal(err)
		}
		at(times[2].Start.Add(-time.Hour), "3 Dec 19:00, 9 Dec 18:00")
		at(times[3].Start.Add(-time.Hour), "3 Dec 19:00, 9 Dec 18:00, 24 Dec 19:00")
		at(times[4].Start.Add(time.Minute), "3 Dec 19:00, 9 Dec 18:00, 24 Dec 19:00")
		at(times[5].Start.Add(-24*time.Hour), "3 Dec 19:00, 9 Dec 18:00, 24 Dec 19:00, 7 Jan 19:00")
		// Moved to within a day: the move says so itself.
		if err := s.MoveOne(t.Context(), host, thread, times[6].Original, "2027-01-07T12:00"); err != nil {
			t.Fatal(err)
		}
		at(time.Date(2027, 1, 7, 9, 0, 0, 0, time.UTC), "3 Dec 19:00, 9 Dec 18:00, 24 Dec 19:00, 7 Jan 19:00")
		if err := s.Cancel(t.Context(), host, thread, "enough"); err != nil {
			t.Fatal(err)
		}
		if n := s.count(`SELECT count(*) FROM job WHERE kind = $1`, meetup.RemindJob); n != 0 {
			t.Error("somebody would be reminded of what is cancelled")
		}
	})
}

// A time that was dropped and is held after all is told of as that, and reminded of.
func TestWhatIsHeldAfterAllIsTold(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, host := s.announce("gr/athens", tea(func(d *meetup.Details) { d.Every = meetup.Weekly }))
		second := s.meetup(thread).Coming[1].Original
		if err := s.DropOne(t.Context(), host, thread, second, "snow"); err != nil {
			t.Fatal(err)
		}
		if err := s.UndoOne(t.Context(), host, thread, second); err != nil {
			t.Fatal(err)
		}
		english, _ := lang.Lookup("en")
		day := english.DateTime(second, s.clock.Now())
		want := []string{"Not held on " + day + ".", "Held after all: " + day + "."}
		if told := s.meetup(thread).ChangedSince(0, english, s.clock.Now()); !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
	})
}

// Clocks go forward on 28 March: 24 hours before 19:00 on that day are 18:00 on the day
// before.
func TestADayBeforeIs24Hours(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, _ := s.announce("gr/athens", tea(func(d *meetup.Details) { d.Start = "2027-03-28T19:00" }))
		start := s.meetup(thread).Start
		if got := s.count(`SELECT due FROM job WHERE kind = $1 AND about = $2`, meetup.RemindJob, fmt.Sprint(thread)); int64(got) != start.Add(-24*time.Hour).Unix() {
			t.Errorf("due at %v", time.Unix(int64(got), 0).In(start.Location()))
		}
	})
}

func TestASuspectClockRemindsNobody(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, _ := s.announce("gr/athens", tea())
		s.clock.Jump(s.meetup(thread).Start.Sub(s.clock.Now()) - time.Hour)
		s.work()
		if got := s.reminded(thread); got != "" {
			t.Errorf("reminded of %s", got)
		}
	})
}

func TestWhoAnsweredSeesWhatWasChangedSince(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, host := s.announce("gr/athens", tea())
		guest, start := somebody(t), s.meetup(thread).Start
		s.rsvp(guest, thread, start, meetup.Coming)
		seen := func() int {
			t.Helper()
			all, err := s.Answered(t.Context(), guest, thread)
			if err != nil || len(all) != 1 {
				t.Fatalf("%v, %v", all, err)
			}
			return all[s.meetup(thread).Start.Unix()].Seen
		}
		for _, to := range []meetup.To{{Start: "2026-12-04T18:00"}, {Venue: meetup.Venue{Name: "Town hall"}}} {
			if err := s.Move(t.Context(), host, thread, to); err != nil {
				t.Fatal(err)
			}
		}
		if m := s.meetup(thread); seen() != 0 || len(m.Tidings) != 2 || len(m.Standing) != 2 || !m.Tidings[0].Was.Equal(start) || m.Tidings[1].WasVenue != "Library café" {
			t.Errorf("seen %d of %+v", seen(), m.Tidings)
		}
		s.rsvp(guest, thread, s.meetup(thread).Start, meetup.Coming) // the same again: now it is seen
		if seen() != 2 {
			t.Errorf("seen %d", seen())
		}
		if m := s.meetup(thread); m.Coming[0].Coming != 1 {
			t.Errorf("%d come", m.Coming[0].Coming)
		}
		// Seven days after it is over nothing of that is left.
		s.clock.Set(s.meetup(thread).Coming[0].End)
		s.work()
		s.clock.Advance(7*24*time.Hour - time.Minute)
		if err := s.Sweep(t.Context()); err != nil || s.count(`SELECT count(*) FROM meetup_tiding`) == 0 {
			t.Errorf("too soon: %v", err)
		}
		s.clock.Advance(time.Minute)
		if err := s.Sweep(t.Context()); err != nil || s.count(`SELECT count(*) FROM meetup_tiding`) != 0 {
			t.Errorf("too late: %v", err)
		}
	})
}
