package meetup_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/db"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/meetup"
)

func TestAMeetupIsOver(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, host := s.announce("gr/athens", tea())
		if err := s.db.Write(t.Context(), func(tx *db.Tx) error {
			return s.Boards.Stay(tx, board.Target{Number: thread, Thread: thread, Place: "gr/athens"}, true)
		}); err != nil {
			t.Fatal(err)
		}
		end := s.meetup(thread).Coming[0].End
		s.clock.Set(end.Add(-time.Second))
		s.work()
		if s.meetup(thread).Over() || !s.toCome("gr/athens") || len(*s.over) != 0 {
			t.Error("it is over too soon")
		}
		s.clock.Set(end)
		if s.toCome("gr/athens") {
			t.Error("it is still to come at its end")
		}
		told := s.changes()
		s.work()
		s.work()
		if !s.meetup(thread).Over() || !slices.Equal(*s.over, []string{"gr/athens"}) || s.changes() != told+1 {
			t.Errorf("over in %v, told %d times", *s.over, s.changes()-told)
		}
		if view, err := s.Boards.Thread(t.Context(), thread, board.Span{}); err != nil || view.Thread.Pinned || !view.Thread.Open() {
			t.Errorf("its thread: %+v, %v", view.Thread, err)
		}
		wants(t, s.Edit(t.Context(), host, thread, tea()), fault.Conflict, "meetup.over")
		wants(t, s.Cancel(t.Context(), host, thread, "late"), fault.Conflict, "meetup.over")
		if n := s.count(`SELECT count(*) FROM job WHERE kind = $1`, meetup.OverJob); n != 0 {
			t.Errorf("%d jobs are left", n)
		}
	})
}

func TestOneThatRepeatsGoesOn(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, _ := s.announce("gr/athens", tea(weekly, func(d *meetup.Details) { d.Until = "2026-12-17" }))
		if got := s.starts(thread, 3); got != "3 Dec 19:00, 10 Dec 19:00, 17 Dec 19:00" || len(s.meetup(thread).Coming) != 3 {
			t.Errorf("%s", got)
		}
		for left := 2; left >= 0; left-- {
			s.clock.Set(s.meetup(thread).Coming[0].End)
			s.work()
			if m := s.meetup(thread); len(m.Coming) != left || s.toCome("gr/athens") != (left > 0) || m.Sequence != 0 {
				t.Errorf("%d are left of %d", len(m.Coming), left)
			}
		}
		if !slices.Equal(*s.over, []string{"gr/athens"}) {
			t.Errorf("over in %v", *s.over)
		}
		// A site that was away for weeks finds its place again.
		thread, _ = s.announce("gr/athens", tea(weekly, func(d *meetup.Details) { d.Start = "2027-01-07T19:00" }))
		s.clock.Set(time.Date(2027, 4, 1, 12, 0, 0, 0, time.UTC))
		s.work()
		if got := s.starts(thread, 2); got != "1 Apr 19:00, 8 Apr 19:00" || s.count(`SELECT next_at FROM meetup WHERE thread = $1`, thread) != int(s.meetup(thread).Coming[0].Start.Unix()) {
			t.Errorf("%s", got)
		}
	})
}

func TestASingleTimeIsMovedOrDropped(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, host := s.announce("gr/athens", tea(weekly))
		times := s.meetup(thread).Coming
		guest := somebody(t)
		s.rsvp(guest, thread, times[1].Original, meetup.Coming)
		if err := s.MoveOne(t.Context(), host, thread, times[1].Original, "2026-12-11T18:00"); err != nil {
			t.Fatal(err)
		}
		if err := s.DropOne(t.Context(), host, thread, times[0].Original, ""); err != nil {
			t.Fatal(err)
		}
		m := s.meetup(thread)
		if got := s.starts(thread, 3); got != "11 Dec 18:00, 17 Dec 19:00, 24 Dec 19:00" || m.Sequence != 2 || m.Coming[0].Coming != 1 || !m.Coming[0].Original.Equal(times[1].Original) {
			t.Errorf("%s, %+v", got, m)
		}
		if len(m.Changed) != 2 || !m.Changed[0].Start.IsZero() || m.Changed[1].Start.Format("2 Jan 15:04") != "11 Dec 18:00" {
			t.Errorf("%+v", m.Changed)
		}
		if month := m.Between(times[0].Start, times[0].Start.AddDate(0, 0, 14), 99); len(month) != 1 {
			t.Errorf("%+v", month)
		}
		s.rsvp(guest, thread, times[1].Original, meetup.Maybe)
		wants(t, s.RSVP(t.Context(), guest, thread, times[0].Original, meetup.Coming, ""), fault.Conflict, "meetup.no_occurrence")
		wants(t, s.DropOne(t.Context(), host, thread, times[0].Original, ""), fault.Conflict, "meetup.no_occurrence")
		wants(t, s.MoveOne(t.Context(), host, thread, times[0].Original.Add(time.Hour), "2026-12-11T18:00"), fault.Conflict, "meetup.no_occurrence")
		for start, want := range map[string]string{"2026-11-27T10:00": "start_past", "9999-01-01T10:00": "start_far", "2027-03-28T03:30": "start_gap", "": "start_unclear"} {
			wants(t, s.MoveOne(t.Context(), host, thread, times[2].Original, start), fault.Invalid, "meetup."+want)
		}
		// The answers go 48 hours after the time it was moved to, not the one before.
		moved := m.Coming[0].End
		s.clock.Set(moved.Add(48*time.Hour - time.Second))
		s.work()
		if s.count(`SELECT count(*) FROM rsvp`) != 1 {
			t.Error("the answer went too soon")
		}
		s.clock.Set(moved.Add(48 * time.Hour))
		if err := s.Sweep(t.Context()); err != nil || s.count(`SELECT count(*) FROM rsvp`) != 0 {
			t.Errorf("the answer is kept: %v", err)
		}
		// Moved back it is no exception.
		if err := s.MoveOne(t.Context(), host, thread, times[2].Original, "2026-12-18T19:00"); err != nil {
			t.Fatal(err)
		}
		if err := s.MoveOne(t.Context(), host, thread, times[2].Original, "2026-12-17T19:00"); err != nil || len(s.meetup(thread).Changed) != 2 {
			t.Errorf("%+v, %v", s.meetup(thread).Changed, err)
		}
		once, host := s.announce("gr/athens", tea(func(d *meetup.Details) { d.Start = "2026-12-24T19:00" }))
		wants(t, s.DropOne(t.Context(), host, once, s.meetup(once).Start, ""), fault.Conflict, "meetup.held_once")
		last, host := s.announce("gr/athens", tea(weekly, func(d *meetup.Details) { d.Start, d.Until = "2026-12-24T19:00", "2026-12-24" }))
		told := s.changes()
		wants(t, s.DropOne(t.Context(), host, last, s.meetup(last).Start, ""), fault.Conflict, "meetup.last_one")
		if len(s.meetup(last).Changed) != 0 || s.changes() != told {
			t.Error("half of it is done")
		}
	})
}

func TestAnswersFollowAMeetupThatMoves(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, host := s.announce("gr/athens", tea(weekly))
		times := s.meetup(thread).Coming
		for n := range 4 {
			for range n + 1 {
				s.rsvp(somebody(t), thread, times[n].Original, meetup.Coming)
			}
		}
		come := func() string {
			var all []string
			for _, o := range s.meetup(thread).Coming[:4] {
				all = append(all, fmt.Sprint(o.Start.Format("Mon 2 Jan 15:04"), " ", o.Coming))
			}
			return strings.Join(all, ", ")
		}
		s.clock.Set(times[0].End) // the first is history
		s.work()
		if err := s.DropOne(t.Context(), host, thread, times[2].Original, ""); err != nil {
			t.Fatal(err)
		}
		// A week later, on Fridays: one time becomes what another was.
		for _, c := range []struct{ start, want string }{
			{"2026-12-17T19:00", "Thu 17 Dec 19:00 2, Thu 24 Dec 19:00 3, Thu 31 Dec 19:00 4, Thu 7 Jan 19:00 0"},
			{"2026-12-18T20:30", "Fri 18 Dec 20:30 2, Fri 25 Dec 20:30 3, Fri 1 Jan 20:30 4, Fri 8 Jan 20:30 0"},
			{"2026-12-04T20:30", "Fri 4 Dec 20:30 2, Fri 11 Dec 20:30 3, Fri 18 Dec 20:30 4, Fri 25 Dec 20:30 0"},
		} {
			if err := s.Move(t.Context(), host, thread, meetup.To{Start: c.start}); err != nil {
				t.Fatal(err)
			}
			if got := come(); got != c.want || len(s.meetup(thread).Changed) != 0 {
				t.Errorf("%s:\n%s, want\n%s", c.start, got, c.want)
			}
		}
		if m := s.meetup(thread); m.Every != meetup.Weekly || s.count(`SELECT coming FROM rsvp_count WHERE occurrence = $1`, times[0].Original.Unix()) != 1 {
			t.Errorf("what was is forgotten: %+v", m)
		}
		// Its form, which gives the next time as its start, changes nothing.
		s.clock.Set(time.Date(2026, 12, 5, 12, 0, 0, 0, time.UTC))
		s.work()
		before := s.meetup(thread)
		if d := before.Details(); d.Start != "2026-12-11T20:30" || s.Edit(t.Context(), host, thread, d) != nil || s.meetup(thread).Sequence != before.Sequence || !s.meetup(thread).Start.Equal(before.Start) {
			t.Errorf("%+v, then %+v", d, s.meetup(thread))
		}
		// Held less often, those that are left keep their answers; the others are gone.
		for _, o := range s.meetup(thread).Coming[5:7] {
			if err := s.DropOne(t.Context(), host, thread, o.Original, ""); err != nil {
				t.Fatal(err)
			}
		}
		d := s.meetup(thread).Details()
		d.Every = meetup.Fortnightly
		if err := s.Edit(t.Context(), host, thread, d); err != nil {
			t.Fatal(err)
		}
		if got := come(); got != "Fri 11 Dec 20:30 3, Fri 25 Dec 20:30 0, Fri 8 Jan 20:30 0, Fri 5 Feb 20:30 0" || s.count(`SELECT count(*) FROM rsvp`) != 1+2+3 || len(s.meetup(thread).Changed) != 1 {
			t.Errorf("%s, %d answers", got, s.count(`SELECT count(*) FROM rsvp`))
		}
	})
}

func TestWhatIsComingUp(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		on := func(day int) func(*meetup.Details) {
			return func(d *meetup.Details) { d.Start = fmt.Sprintf("2026-12-%02dT19:00", day) }
		}
		athens5, _ := s.announce("gr/athens", tea(on(5)))
		athens3, _ := s.announce("gr/athens", tea(on(3), weekly))
		piraeus, _ := s.announce("gr/piraeus", tea(on(4)))
		thessaloniki, _ := s.announce("gr/thessaloniki", tea(on(3))) // at the same time as one in Athens
		leeds, _ := s.announce("gb/leeds", tea(on(2)))
		greece, _ := s.announce("gr", tea(on(9)))
		for path, want := range map[string][]int64{
			"gr/athens":                        {athens3, athens5},
			at(t, "gr/athens").Region().Path(): {athens3, piraeus, athens5},
			"gr":                               {athens3, thessaloniki, piraeus, athens5, greece},
			"gb":                               {leeds},
			"world":                            {leeds, athens3, thessaloniki, piraeus, athens5, greece},
			"gr/kilkis":                        nil,
		} {
			for size := 1; size <= 7; size++ {
				var got []int64
				cursor := meetup.Cursor{}
				for first := true; first || cursor != (meetup.Cursor{}); first = false {
					all, more, err := s.Coming(t.Context(), at(t, path), cursor, size)
					if err != nil || len(all) > size {
						t.Fatalf("%d, %v", len(all), err)
					}
					for _, m := range all {
						got = append(got, m.Thread)
					}
					cursor = more
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s by %d: %v, want %v", path, size, got, want)
				}
			}
		}
		s.rsvp(somebody(t), athens3, time.Time{}, meetup.Coming)
		all, _, err := s.Coming(t.Context(), at(t, "gr/athens"), meetup.Cursor{}, 1)
		if err != nil || len(all[0].Coming) != 3 || all[0].Coming[0].Coming != 1 || all[0].Coming[1].Coming != 0 || all[0].Place != at(t, "gr/athens") {
			t.Errorf("%+v, %v", all, err)
		}
		s.clock.Set(time.Date(2026, 12, 3, 18, 0, 0, 0, time.UTC)) // while it goes on
		s.work()
		if all, _, _ := s.Coming(t.Context(), at(t, "gr/athens"), meetup.Cursor{}, 9); len(all) != 2 || all[0].Thread != athens3 {
			t.Errorf("%+v", all)
		}
		s.clock.Set(time.Date(2026, 12, 3, 19, 0, 0, 0, time.UTC))
		s.work()
		if all, _, _ := s.Coming(t.Context(), at(t, "gr/athens"), meetup.Cursor{}, 9); len(all) != 2 || all[0].Thread != athens5 || all[1].Thread != athens3 {
			t.Errorf("%+v", all)
		}
	})
}

// What is told of who comes, and where exactly, goes on time; their numbers stay.
func TestWhatIsKept(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, host := s.announce("gr/athens", tea(func(d *meetup.Details) { d.Spot, d.Held = "planted spot", true }))
		other, _ := s.announce("gr/athens", tea(func(d *meetup.Details) { d.Start, d.Spot = "2027-12-03T19:00", "another spot" }))
		for n := range 3 {
			if err := s.RSVP(t.Context(), somebody(t), thread, time.Time{}, meetup.Coming, fmt.Sprint("planted note ", n)); err != nil {
				t.Fatal(err)
			}
		}
		s.rsvp(somebody(t), other, time.Time{}, meetup.Maybe)
		o := s.meetup(thread).Coming[0]
		planted := func() int {
			return s.count(`SELECT (SELECT count(*) FROM rsvp WHERE note LIKE 'planted%') + (SELECT count(*) FROM meetup WHERE spot LIKE 'planted%')`)
		}
		for _, c := range []struct {
			after   time.Duration
			planted int
			hosts   bool
		}{{0, 4, true}, {48*time.Hour - time.Second, 4, true}, {48 * time.Hour, 1, true}, {7*24*time.Hour - time.Second, 1, true}, {7 * 24 * time.Hour, 0, false}} {
			s.clock.Set(o.End.Add(c.after))
			s.work()
			if err := s.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			if hosts, err := s.Hosts(t.Context(), thread, host); planted() != c.planted || hosts != c.hosts || err != nil {
				t.Errorf("%v after its end: %d, hosted %v, %v", c.after, planted(), hosts, err)
			}
		}
		if all, err := s.Counts(t.Context(), thread); err != nil || all[o.Original.Unix()] != (meetup.Counts{Coming: 3}) {
			t.Errorf("%+v, %v", all, err)
		}
		if spot, err := s.Spot(t.Context(), somebody(t), thread); err != nil || spot != "" {
			t.Errorf("%q, %v", spot, err)
		}
		if s.count(`SELECT count(*) FROM rsvp`) != 1 || s.meetup(other).Spot != "another spot" || !s.meetup(other).Hosted {
			t.Error("another meetup's went too")
		}
	})
}

// The answers to times that never come, since it was cancelled, go too.
func TestAnswersToWhatNeverComes(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, host := s.announce("gr/athens", tea(weekly))
		times := s.meetup(thread).Coming
		s.rsvp(somebody(t), thread, times[8].Original, meetup.Coming)
		if err := s.Cancel(t.Context(), host, thread, "no more"); err != nil {
			t.Fatal(err)
		}
		s.clock.Set(times[0].End.Add(48 * time.Hour))
		s.work()
		if err := s.Sweep(t.Context()); err != nil || s.count(`SELECT count(*) FROM rsvp`) != 0 || s.count(`SELECT coming FROM rsvp_count`) != 1 {
			t.Errorf("%d are kept: %v", s.count(`SELECT count(*) FROM rsvp`), err)
		}
	})
}

func TestASuspectClockEndsNothing(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, _ := s.announce("gr/athens", tea(func(d *meetup.Details) { d.Spot = "the fountain" }))
		s.rsvp(somebody(t), thread, time.Time{}, meetup.Coming)
		s.clock.Jump(365 * 24 * time.Hour)
		s.work()
		if err := s.Sweep(t.Context()); err != nil || len(*s.over) != 0 || s.count(`SELECT count(*) FROM rsvp`) != 1 || s.count(`SELECT next_at FROM meetup`) == 0 || s.meetup(thread).Spot == "" {
			t.Errorf("a clock that jumps ended it: %v", err)
		}
		// Nor when what was over before is swept by it.
		if err := s.db.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(`UPDATE meetup SET over_at = 1, next_at = 0`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := s.Sweep(t.Context()); err != nil || s.meetup(thread).Spot == "" {
			t.Errorf("it was swept: %v", err)
		}
	})
}

func TestAMeetupGoesWithItsThread(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		actor := somebody(t)
		made, err := s.Announce(t.Context(), actor, somebody(t), board.NewThread{Place: at(t, "gr/athens"), NewPost: board.NewPost{Body: "x"}}, tea(weekly))
		if err != nil {
			t.Fatal(err)
		}
		s.rsvp(somebody(t), made.Thread, time.Time{}, meetup.Coming)
		if err := s.DropOne(t.Context(), key.Steward, made.Thread, s.meetup(made.Thread).Coming[1].Original, ""); err != nil {
			t.Fatal(err)
		}
		end := s.meetup(made.Thread).Coming[0].End
		if _, gone, err := s.Boards.TakeBack(t.Context(), actor, made.Number, ""); err != nil || !gone {
			t.Fatal(err)
		}
		for _, table := range []string{"meetup", "meetup_exception", "rsvp", "rsvp_count"} {
			if n := s.count(`SELECT count(*) FROM ` + table); n != 0 {
				t.Errorf("%d rows of %s stay", n, table)
			}
		}
		s.clock.Set(end)
		s.work() // its job finds nothing, and goes
		if n := s.count(`SELECT count(*) FROM job WHERE kind = $1`, meetup.OverJob) + s.count(`SELECT count(*) FROM event WHERE kind = $1 AND at > $2`, string(event.CardChanged), friday.Add(time.Hour).Unix()); n != 0 {
			t.Errorf("%d are left", n)
		}
	})
}
