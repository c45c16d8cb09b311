package meetup_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/meetup"
)

// agreed is a meetup that hands agreed on: tea's time, and in the library, or where no
// venue was found.
func (s town) agreed(venue string) (thread int64) {
	s.t.Helper()
	err := s.db.Write(s.t.Context(), func(tx *db.Tx) error {
		made, err := s.Boards.Put(tx, board.NewThread{Place: at(s.t, "gr/athens"), Subject: "When?", NewPost: board.NewPost{Body: "x"}, Card: board.Card{Kind: "convening"}})
		if err != nil {
			return err
		}
		thread = made.Thread
		return s.Make(tx, made, meetup.Details{Title: "We meet", Start: "2026-12-03T19:00", Minutes: 120, Venue: meetup.Venue{Name: venue, StepFree: venue != ""}})
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return thread
}

// What hands agreed on stays as they did, whoever takes it on.
func TestWhatHandsAgreedOnStays(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, host := s.agreed("Library café"), somebody(t)
		if m := s.meetup(thread); !m.AgreedIn || m.Agreed.Format(meetup.ClockForm) != "2026-12-03T19:00" || m.Hosted || !m.Free {
			t.Errorf("%+v", m)
		}
		if view, err := s.Boards.Thread(t.Context(), thread, board.Span{}); err != nil || view.Thread.Subject != "We meet" {
			t.Errorf("its thread is %q, %v", view.Thread.Subject, err)
		}
		for name, hands := range map[string][]key.Actor{"none": nil, "another": {somebody(t)}} {
			if err := s.Host(t.Context(), thread, host, hands); !fault.Is(err, fault.Forbidden) {
				t.Errorf("with the hand of %s: %v", name, err)
			}
		}
		if err := s.Host(t.Context(), thread, host, []key.Actor{somebody(t), s.hand}); err != nil {
			t.Fatal(err)
		}
		good := s.meetup(thread).Details()
		good.Title, good.Venue.Recognise, good.Start, good.Minutes = "Rents in Kypseli", "a red scarf", "2026-12-03T20:30", 90
		for want, change := range map[string]func(*meetup.Details){
			"meetup.agreed_start": func(d *meetup.Details) { d.Start = "2026-12-03T21:01" },
			"meetup.agreed_venue": func(d *meetup.Details) { d.Venue.Name = "Another café" },
			"meetup.agreed_once":  func(d *meetup.Details) { d.Every = meetup.Weekly },
			"meetup.agreed_room":  func(d *meetup.Details) { d.Room = 1 },
		} {
			bad := good
			change(&bad)
			wants(t, s.Edit(t.Context(), host, thread, bad), fault.Conflict, want)
		}
		next := good
		next.Start = "2026-12-04T19:00"
		wants(t, s.Edit(t.Context(), host, thread, next), fault.Conflict, "meetup.agreed_start")
		if m := s.meetup(thread); m.Title != "We meet" || m.Sequence != 0 {
			t.Errorf("half of it is done: %+v", m)
		}
		if err := s.Edit(t.Context(), host, thread, good); err != nil {
			t.Fatal(err)
		}
		if view, err := s.Boards.Thread(t.Context(), thread, board.Span{}); err != nil || view.Thread.Subject != "Rents in Kypseli" {
			t.Errorf("its thread is %q, %v", view.Thread.Subject, err)
		}

		// Who leaves it leaves it to the next.
		wants(t, s.Leave(t.Context(), somebody(t), thread), fault.Forbidden, "meetup.not_host")
		if err := s.Leave(t.Context(), host, thread); err != nil {
			t.Fatal(err)
		}
		if m := s.meetup(thread); m.Hosted || m.Cancelled || m.Title != "Rents in Kypseli" {
			t.Errorf("%+v", m)
		}
		wants(t, s.Edit(t.Context(), host, thread, good), fault.Forbidden, "meetup.not_host")
		if err := s.Host(t.Context(), thread, somebody(t), []key.Actor{s.hand}); err != nil {
			t.Fatal(err)
		}
		if err := s.Cancel(t.Context(), key.Steward, thread, "a steward may"); err != nil {
			t.Fatal(err)
		}

		// Where hands found no place its host names one, and another later.
		open := s.agreed("")
		if err := s.Host(t.Context(), open, host, []key.Actor{s.hand}); err != nil {
			t.Fatal(err)
		}
		for _, venue := range []string{"Library", "Museum café"} {
			d := s.meetup(open).Details()
			d.Venue.Name = venue
			if err := s.Edit(t.Context(), host, open, d); err != nil || s.meetup(open).Venue.Name != venue {
				t.Errorf("%s: %v", venue, err)
			}
		}
		announced, host := s.announce("gr/athens", tea())
		wants(t, s.Leave(t.Context(), host, announced), fault.Conflict, "meetup.cancel_instead")
	})
}

// Whoever looks after what hands agreed on can say that it isn't held, and any hand that
// it is after all.
func TestWhatHandsAgreedOnStandsAgain(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		words, _ := lang.Lookup("en")
		thread, host, next := s.agreed("Library café"), somebody(t), somebody(t)
		hand := []key.Actor{s.hand}
		wants(t, s.Cancel(t.Context(), host, thread, "closed"), fault.Forbidden, "meetup.not_host")
		if err := s.Host(t.Context(), thread, host, hand); err != nil {
			t.Fatal(err)
		}
		if err := s.Cancel(t.Context(), host, thread, "The library is closed"); err != nil {
			t.Fatal(err)
		}
		off := s.meetup(thread)
		if !off.Cancelled || !off.Free || off.Reason != "The library is closed" || off.Sequence != 1 || len(off.Coming) != 1 {
			t.Errorf("%+v", off)
		}
		if lines, _ := off.Untold(0, words, s.clock.Now()); fmt.Sprint(lines) != "[Cancelled: The library is closed]" {
			t.Errorf("told %q", lines)
		}
		wants(t, s.Host(t.Context(), thread, next, []key.Actor{somebody(t)}), fault.Forbidden, "meetup.hand_first")

		// Another takes it on, and who cancelled it has no say any more.
		if err := s.Host(t.Context(), thread, next, hand); err != nil {
			t.Fatal(err)
		}
		on := s.meetup(thread)
		if on.Cancelled || on.Free || on.Reason != "" || on.Sequence != 2 || !on.Start.Equal(off.Start) || on.UID != off.UID {
			t.Errorf("%+v", on)
		}
		for since, want := range map[int]string{0: "[Held after all: Thu 3 Dec, 19:00.]", 1: "[Held after all: Thu 3 Dec, 19:00.]", 2: "[]"} {
			if lines, _ := on.Untold(since, words, s.clock.Now()); fmt.Sprint(lines) != want {
				t.Errorf("whoever knew of %d is told %q", since, lines)
			}
		}
		wants(t, s.Cancel(t.Context(), host, thread, "no"), fault.Forbidden, "meetup.not_host")
		wants(t, s.Host(t.Context(), thread, host, hand), fault.Conflict, "meetup.hosted")

		// Who cancelled it may think better of it; and it is told as cancelled again, once.
		for range 2 {
			if err := s.Cancel(t.Context(), next, thread, "Rain"); err != nil {
				t.Fatal(err)
			}
			if lines, _ := s.meetup(thread).Untold(0, words, s.clock.Now()); fmt.Sprint(lines) != "[Cancelled: Rain]" {
				t.Errorf("told %q", lines)
			}
			if err := s.Host(t.Context(), thread, next, nil); err != nil || s.meetup(thread).Cancelled {
				t.Fatal(err)
			}
		}

		// What was told stays as it was told.
		var told []string
		for _, one := range s.meetup(thread).Tidings {
			told = append(told, one.Words(words, s.clock.Now()))
		}
		const again = "Held after all: Thu 3 Dec, 19:00."
		if want := []string{"Cancelled: The library is closed", again, "Cancelled: Rain", again, "Cancelled: Rain", again}; !slices.Equal(told, want) {
			t.Errorf("told %q", told)
		}

		// Once it would have begun it is too late, as it is where a steward cancelled it.
		if err := s.Cancel(t.Context(), next, thread, "Rain"); err != nil {
			t.Fatal(err)
		}
		s.clock.Set(off.Start)
		wants(t, s.Host(t.Context(), thread, somebody(t), hand), fault.Conflict, "meetup.hosted")
		if s.meetup(thread).Free || s.Host(t.Context(), thread, next, hand) != nil || !s.meetup(thread).Cancelled {
			t.Error("it stands again after it would have begun")
		}
	})
	each(t, func(t *testing.T, s town) {
		thread := s.agreed("Library café")
		if err := s.Cancel(t.Context(), key.Steward, thread, "The rules"); err != nil {
			t.Fatal(err)
		}
		wants(t, s.Host(t.Context(), thread, somebody(t), []key.Actor{s.hand}), fault.Conflict, "meetup.cancelled")
		if s.meetup(thread).Free {
			t.Error("it says that it may stand again")
		}
	})
}

// What nobody took on is free until it can no longer be told how it was; what somebody
// announced never is, also when it is forgotten who hosted it.
func TestWhatIsOverForLongIsNotFree(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		agreed := s.agreed("Library café")
		announced, _ := s.announce("gr/athens", tea())
		ends := s.meetup(agreed).Coming[0].End
		for _, c := range []struct {
			days int
			free bool
		}{{6, true}, {8, false}} {
			s.clock.Set(ends.AddDate(0, 0, c.days))
			s.work()
			if s.meetup(agreed).Free != c.free || s.meetup(announced).Free {
				t.Errorf("%d days after its end: %v, %v", c.days, s.meetup(agreed).Free, s.meetup(announced).Free)
			}
		}
	})
}

func TestItIsToldHowItWas(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, host := s.announce("gr/athens", tea(weekly))
		first, second := s.meetup(thread).Coming[0], s.meetup(thread).Coming[1]
		tell := func(o meetup.Occurrence, came int, notes string) error {
			return s.Tell(t.Context(), host, thread, o.Original, came, notes)
		}
		wants(t, tell(first, 9, ""), fault.Conflict, "meetup.not_over")
		s.clock.Set(first.End)
		s.work()
		for name, err := range map[string]error{
			"meetup.came_unclear": tell(first, -1, ""), "meetup.too_long": tell(first, 9, strings.Repeat("x", 4001)),
		} {
			wants(t, err, fault.Invalid, name)
		}
		wants(t, tell(meetup.Occurrence{}, 9, ""), fault.Conflict, "meetup.no_occurrence")
		wants(t, s.Tell(t.Context(), somebody(t), thread, first.Original, 9, ""), fault.Forbidden, "meetup.not_host")
		wants(t, tell(second, 9, ""), fault.Conflict, "meetup.not_over")
		told := s.changes()
		for _, came := range []int{9, 11} {
			if err := tell(first, came, "We go to the mayor.\n>>1"); err != nil {
				t.Fatal(err)
			}
		}
		m := s.meetup(thread)
		if len(m.After) != 1 || m.After[0].Came != 11 || m.After[0].Notes != "We go to the mayor.\n>>1" || !m.After[0].Start.Equal(first.Start) || s.changes() != told+2 {
			t.Errorf("%+v", m.After)
		}
		s.clock.Set(second.End)
		s.work()
		all, err := s.ToTell(t.Context(), thread)
		if err != nil || len(all) != 1 || all[0].Told || !all[0].Original.Equal(second.Original) { // the first ended a week ago
			t.Errorf("%+v, %v", all, err)
		}
		wants(t, tell(first, 12, ""), fault.Conflict, "meetup.told_late")
		s.clock.Advance(-time.Second)
		if err := tell(first, 12, ""); err != nil {
			t.Error(err)
		}

		// One that is over is told of, too; one that was cancelled wasn't held.
		once, host := s.announce("gr/athens", tea(func(d *meetup.Details) { d.Start = "2026-12-24T19:00" }))
		s.clock.Set(s.meetup(once).Coming[0].End)
		s.work()
		if err := s.Tell(t.Context(), host, once, s.meetup(once).Start, 0, "Nobody came."); err != nil || len(s.meetup(once).After) != 1 {
			t.Error(err)
		}
		gone, host := s.announce("gr/athens", tea(func(d *meetup.Details) { d.Start = "2026-12-31T19:00" }))
		if err := s.Cancel(t.Context(), host, gone, "ill"); err != nil {
			t.Fatal(err)
		}
		s.clock.Set(s.meetup(gone).Coming[0].End)
		s.work()
		wants(t, s.Tell(t.Context(), host, gone, s.meetup(gone).Start, 3, ""), fault.Conflict, "meetup.no_occurrence")

		// What hands agreed on can be taken on to tell of it, for as long.
		agreed := s.agreed("") // over already
		s.work()
		end := s.meetup(agreed).First().End
		s.clock.Set(end.Add(7*24*time.Hour - time.Second))
		if err := s.Host(t.Context(), agreed, host, []key.Actor{s.hand}); err != nil {
			t.Error(err)
		}
		if err := s.Tell(t.Context(), host, agreed, s.meetup(agreed).Start, 5, ""); err != nil {
			t.Error(err)
		}
		late := s.agreed("")
		s.work()
		s.clock.Set(end.Add(7 * 24 * time.Hour))
		wants(t, s.Host(t.Context(), late, host, []key.Actor{s.hand}), fault.Conflict, "meetup.over")
	})
}

func TestASingleTimeIsTakenBack(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, host := s.announce("gr/athens", tea(weekly))
		times := s.meetup(thread).Coming
		if err := s.DropOne(t.Context(), host, thread, times[3].Original, "  Christmas\neve "); err != nil {
			t.Fatal(err)
		}
		if c := s.meetup(thread).Changed; len(c) != 1 || c[0].Reason != "Christmas eve" {
			t.Errorf("%+v", c)
		}
		wants(t, s.DropOne(t.Context(), host, thread, times[0].Original, strings.Repeat("x", 301)), fault.Invalid, "meetup.too_long")
		wants(t, s.MoveOne(t.Context(), host, thread, times[1].Original, "2026-12-17T20:59"), fault.Conflict, "meetup.clash")
		wants(t, s.MoveOne(t.Context(), host, thread, times[1].Original, "2026-12-17T17:01"), fault.Conflict, "meetup.clash")
		if err := s.MoveOne(t.Context(), host, thread, times[1].Original, "2026-12-17T17:00"); err != nil { // back to back
			t.Error(err)
		}
		for range 2 {
			for _, n := range []int{1, 3} {
				if err := s.UndoOne(t.Context(), host, thread, times[n].Original); err != nil {
					t.Fatal(err)
				}
			}
		}
		if m := s.meetup(thread); len(m.Changed) != 0 || m.Sequence != 4 || s.starts(thread, 4) != "3 Dec 19:00, 10 Dec 19:00, 17 Dec 19:00, 24 Dec 19:00" {
			t.Errorf("%d, %+v", m.Sequence, m.Changed)
		}
		// What stands where one was dropped is in its way.
		if err := s.DropOne(t.Context(), host, thread, times[1].Original, ""); err != nil {
			t.Fatal(err)
		}
		if err := s.MoveOne(t.Context(), host, thread, times[2].Original, "2026-12-10T19:30"); err != nil {
			t.Fatal(err)
		}
		wants(t, s.UndoOne(t.Context(), host, thread, times[1].Original), fault.Conflict, "meetup.clash")
		wants(t, s.UndoOne(t.Context(), somebody(t), thread, times[1].Original), fault.Forbidden, "meetup.not_host")
	})
}

func TestItIsHeldSoManyTimes(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, host := s.announce("gr/athens", tea(weekly, func(d *meetup.Details) { d.Times = 3 }))
		m := s.meetup(thread)
		if len(m.Coming) != 3 || m.Every != meetup.Weekly || m.Times != 3 || m.Details().Times != 3 {
			t.Errorf("%+v", m)
		}
		if err := s.Edit(t.Context(), host, thread, m.Details()); err != nil || s.meetup(thread).Sequence != 0 {
			t.Errorf("what stays as it is: %v", err)
		}
		d := tea(weekly, func(d *meetup.Details) { d.Times, d.Until = 3, "2027-01-01" })
		wants(t, s.Edit(t.Context(), host, thread, d), fault.Invalid, "meetup.times_and_until")
		d.Until, d.Times = "", 1_000_000
		wants(t, s.Edit(t.Context(), host, thread, d), fault.Invalid, "meetup.repeat_too_many")
		d.Times = -1
		wants(t, s.Edit(t.Context(), host, thread, d), fault.Invalid, "meetup.times_unclear")
	})
}

// Who takes back the only post of what they announced cancels it: it doesn't vanish.
func TestTakingBackTheAnnouncementCancelsIt(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		s.Boards.Bare = func(tx *db.Tx, at board.Target, card string) (bool, error) {
			if card != meetup.Card {
				return false, nil
			}
			return s.Bare(tx, at, "taken back")
		}
		start := func(d meetup.Details) (thread int64, actor, host key.Actor) {
			actor, host = somebody(t), somebody(t)
			made, err := s.Announce(t.Context(), actor, host, board.NewThread{Place: at(t, "gr/athens"), NewPost: board.NewPost{Body: "Who comes?"}}, d)
			if err != nil {
				t.Fatal(err)
			}
			return made.Thread, actor, host
		}
		thread, actor, _ := start(tea())
		if _, gone, err := s.Boards.TakeBack(t.Context(), actor, thread, ""); err != nil || gone {
			t.Fatalf("gone %v, %v", gone, err)
		}
		if m := s.meetup(thread); !m.Cancelled || m.Reason != "taken back" || m.Title != "Tea and rents" {
			t.Errorf("%+v", m)
		}
		if view, err := s.Boards.Thread(t.Context(), thread, board.Span{}); err != nil || !view.Opening.Gone || view.Thread.Posts != 0 {
			t.Errorf("%+v, %v", view, err)
		}
		// One that was answered goes on.
		thread, actor, _ = start(tea())
		guest := somebody(t)
		reply, err := s.Boards.Reply(t.Context(), guest, thread, board.NewPost{Body: "I do"})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Boards.TakeBack(t.Context(), actor, thread, ""); err != nil || s.meetup(thread).Cancelled {
			t.Errorf("%v", err)
		}
		if _, gone, err := s.Boards.TakeBack(t.Context(), guest, reply.Number, ""); err != nil || gone || !s.meetup(thread).Cancelled {
			t.Errorf("the last post: gone %v, %v", gone, err)
		}
		// One that is over goes with its last post, as any thread does.
		thread, actor, _ = start(tea())
		s.clock.Set(s.meetup(thread).Coming[0].End)
		s.work()
		if _, gone, err := s.Boards.TakeBack(t.Context(), actor, thread, ""); err != nil || !gone {
			t.Errorf("gone %v, %v", gone, err)
		}
	})
}

// A busy board doesn't archive what is to come, and nobody fills it with that.
func TestABusyBoardKeepsWhatIsToCome(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		outbox := event.New()
		s.clock = clock.Hold(friday)
		s.Boards = board.New(d, s.clock, outbox, gazetteer(), board.Limits{PostLength: 8000, Threads: 6})
		s.Meetups = meetup.New(meetup.Settings{
			DB: d, Clock: s.clock, Outbox: outbox, Places: gazetteer(), Boards: s.Boards, Jobs: s.jobs,
			Over: func(*db.Tx, string) error { return nil },
		})
		archived := func(thread int64) bool {
			view, err := s.Boards.Thread(t.Context(), thread, board.Span{})
			if err != nil {
				t.Fatal(err)
			}
			return view.Thread.Archived()
		}
		talk := func(n int) {
			for i := range n {
				if _, err := s.Boards.Start(t.Context(), somebody(t), board.NewThread{Place: at(t, "gr/athens"), Subject: fmt.Sprint("talk ", i), NewPost: board.NewPost{Body: "x"}}); err != nil {
					t.Fatal(err)
				}
			}
		}
		once, host := s.announce("gr/athens", tea())
		talk(20)
		if archived(once) {
			t.Error("what is to come was archived")
		}
		end := s.meetup(once).Coming[0].End
		if err := s.Edit(t.Context(), host, once, tea(func(d *meetup.Details) { d.Minutes = 180 })); err != nil {
			t.Fatal(err)
		}
		s.clock.Set(end)
		talk(20)
		if archived(once) {
			t.Error("it was archived before its new end")
		}
		s.clock.Set(end.Add(time.Hour))
		talk(20)
		if !archived(once) {
			t.Error("what is over is kept")
		}
		// One without end is kept for a year after its host last looked after it.
		always, _ := s.announce("gr/athens", tea(weekly, func(d *meetup.Details) { d.Start = "2026-12-24T19:00" }))
		talk(20)
		s.clock.Advance(400 * 24 * time.Hour)
		talk(20)
		if !archived(always) {
			t.Error("one without end is kept for good")
		}
		// More than half of a board isn't kept.
		var all []int64
		for range 4 {
			thread, _ := s.announce("gr/athens", tea(func(d *meetup.Details) { d.Start = "2028-03-03T19:00" }))
			all = append(all, thread)
		}
		talk(20)
		left := 0
		for _, thread := range all {
			if !archived(thread) {
				left++
			}
		}
		if left != 3 {
			t.Errorf("%d of 6 are kept", left)
		}
	})
}

// What a host is shown of a change is what comes of it, and nothing is done but shown.
func TestAPreviewOfAChangeIsAllThatComesOfIt(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, host := s.announce("gr/athens", tea(weekly))
		guest := somebody(t)
		s.rsvp(guest, thread, time.Time{}, meetup.Coming)
		if err := s.DropOne(t.Context(), host, thread, s.meetup(thread).Coming[1].Original, "a holiday"); err != nil {
			t.Fatal(err)
		}
		was, told, waiting := written(s.meetup(thread)), s.count(`SELECT count(*) FROM event`), s.count(`SELECT count(*) FROM job`)
		change := s.meetup(thread).Details()
		change.Title, change.Start, change.Venue.Name, change.Spot, change.Held = "Rents", "2026-12-04T20:00", "Serafio", "second floor", true
		shown, err := s.PreviewEdit(t.Context(), host, thread, change)
		if err != nil {
			t.Fatal(err)
		}
		if shown.Title != "Rents" || shown.Venue.Name != "Serafio" || shown.Spot != "" || !shown.Held || len(shown.Changed) != 0 || shown.Coming[0].Coming != 1 {
			t.Errorf("shown: %+v", shown)
		}
		for name, err := range map[string]error{
			"not its host": second(s.PreviewEdit(t.Context(), somebody(t), thread, change)), "no token": second(s.PreviewEdit(t.Context(), key.Anyone, thread, change)),
		} {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", name, err)
			}
		}
		wrong := change
		wrong.Title = ""
		wants(t, second(s.PreviewEdit(t.Context(), host, thread, wrong)), fault.Invalid, "meetup.needs_title")
		if got := written(s.meetup(thread)); got != was {
			t.Errorf("it is\n%s, and was\n%s", got, was)
		}
		if view, err := s.Boards.Thread(t.Context(), thread, board.Span{}); err != nil || view.Thread.Subject != "Tea and rents" {
			t.Errorf("its thread is %q, %v", view.Thread.Subject, err)
		}
		if now, jobs := s.count(`SELECT count(*) FROM event`), s.count(`SELECT count(*) FROM job`); now != told || jobs != waiting {
			t.Errorf("%d events of %d, %d jobs of %d", now, told, jobs, waiting)
		}
		if err := s.Edit(t.Context(), host, thread, change); err != nil {
			t.Fatal(err)
		}
		done := s.meetup(thread)
		done.Coming = done.Coming[:len(shown.Coming)]
		if got, want := written(done), written(shown); got != want {
			t.Errorf("it came otherwise:\n%s, not\n%s", got, want)
		}
	})
}

// written is all of a meetup, for comparison.
func written(m meetup.Meetup) string {
	return pointers.ReplaceAllString(fmt.Sprintf("%+v", m), "")
}

var pointers = regexp.MustCompile(`0x[0-9a-f]+`)

func second[T any](_ T, err error) error { return err }
