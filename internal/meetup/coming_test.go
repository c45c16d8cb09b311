package meetup_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/meetup"
)

func TestWhoComes(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, host := s.announce("gr/athens", tea())
		ann, ben, start := somebody(t), somebody(t), s.meetup(thread).Start
		s.rsvp(ann, thread, time.Time{}, meetup.Coming)
		s.rsvp(ben, thread, start, meetup.Maybe)
		told := s.changes()
		s.rsvp(ben, thread, start, meetup.Maybe) // from another tab
		if c := s.meetup(thread).Coming[0].Counts; c != (meetup.Counts{Coming: 1, Maybe: 1}) || s.changes() != told {
			t.Errorf("%+v, told %d times more", c, s.changes()-told)
		}
		if err := s.RSVP(t.Context(), ben, thread, start, meetup.Cant, " I need\na ramp "); err != nil {
			t.Fatal(err)
		}
		if c, err := s.Counts(t.Context(), thread); err != nil || c[start.Unix()] != (meetup.Counts{Coming: 1, Cant: 1}) {
			t.Errorf("%+v, %v", c, err)
		}
		if a, err := s.Answered(t.Context(), ben, thread); err != nil || a[start.Unix()] != (meetup.RSVP{Answer: meetup.Cant, Note: "I need a ramp"}) {
			t.Errorf("%+v, %v", a, err)
		}
		for _, nobody := range []key.Actor{somebody(t), key.Anyone} {
			if a, err := s.Answered(t.Context(), nobody, thread); err != nil || len(a) != 0 {
				t.Errorf("%+v, %v", a, err)
			}
		}
		if notes, err := s.Notes(t.Context(), host, thread); err != nil || len(notes) != 1 || notes[0].Note != "I need a ramp" || notes[0].Answer != meetup.Cant || !notes[0].Occurrence.Equal(start) {
			t.Errorf("%+v, %v", notes, err)
		}
		for _, other := range []key.Actor{ann, ben, key.Anyone, key.Steward} {
			_, err := s.Notes(t.Context(), other, thread)
			wants(t, err, fault.Forbidden, "meetup.not_host")
		}
		s.rsvp(ben, thread, start, meetup.Unanswered)
		s.rsvp(ben, thread, start, meetup.Unanswered)
		if c := s.meetup(thread).Coming[0].Counts; c != (meetup.Counts{Coming: 1}) || s.count(`SELECT count(*) FROM rsvp`) != 1 {
			t.Errorf("taken back: %+v", c)
		}
		for name, err := range map[string]error{
			"no_token":      s.RSVP(t.Context(), key.Anyone, thread, start, meetup.Coming, ""),
			"no_answer":     s.RSVP(t.Context(), ann, thread, start, 4, ""),
			"too_long":      s.RSVP(t.Context(), ann, thread, start, meetup.Coming, strings.Repeat("x", 301)),
			"no_meetup":     s.RSVP(t.Context(), ann, thread+1, start, meetup.Coming, ""),
			"no_occurrence": s.RSVP(t.Context(), ann, thread, start.AddDate(0, 0, 7), meetup.Coming, ""),
		} {
			wants(t, err, fault.KindOf(err), "meetup."+name)
		}
		s.clock.Set(start.Add(2 * time.Hour))
		wants(t, s.RSVP(t.Context(), ann, thread, start, meetup.Cant, ""), fault.Conflict, "meetup.no_occurrence")
		wants(t, s.RSVP(t.Context(), ann, thread, time.Time{}, meetup.Cant, ""), fault.Conflict, "meetup.over")
	})
}

// What is kept of one person's answers to two meetups, and of two that they host,
// doesn't show that they are one person's.
func TestTwoMeetupsDontShowWhoIsInBoth(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		who := somebody(t)
		for range 2 {
			made, err := s.Announce(t.Context(), somebody(t), who, board.NewThread{Place: at(t, "gr/athens"), NewPost: board.NewPost{Body: "x"}}, tea())
			if err != nil {
				t.Fatal(err)
			}
			s.rsvp(who, made.Thread, time.Time{}, meetup.Coming)
		}
		hash := func(scan db.Scan) (h []byte, err error) { return h, scan(&h) }
		err := s.db.Read(t.Context(), func(tx *db.Tx) error {
			all, err := db.All(tx, hash, `SELECT hash FROM rsvp UNION ALL SELECT host FROM meetup`)
			for n := range all {
				for _, other := range all[:n] {
					if bytes.Equal(all[n], other) || len(other) != 32 {
						t.Error("two are the same")
					}
				}
			}
			if len(all) != 4 {
				t.Errorf("%d hashes", len(all))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// However many say at one moment that they come, on however many nodes, no more
// come than there is room for.
func TestNoMoreComeThanThereIsRoomFor(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		const room = 12
		thread, host := s.announce("gr/athens", tea(func(d *meetup.Details) { d.Room = room }))
		var all sync.WaitGroup
		var mu sync.Mutex
		var come []key.Actor
		for range 50 {
			who := somebody(t)
			all.Go(func() {
				err := s.RSVP(t.Context(), who, thread, time.Time{}, meetup.Coming, "")
				for fault.Is(err, fault.Unavailable) { // all connections are taken for too long: one tries again
					err = s.RSVP(t.Context(), who, thread, time.Time{}, meetup.Coming, "")
				}
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					come = append(come, who)
				} else {
					wants(t, err, fault.Conflict, "meetup.full")
				}
			})
		}
		all.Wait()
		if c := s.meetup(thread).Coming[0].Counts; len(come) != room || c.Coming != room || s.count(`SELECT count(*) FROM rsvp WHERE answer = 1`) != room {
			t.Errorf("%d come, %+v are counted", len(come), c)
		}
		late := somebody(t)
		s.rsvp(late, thread, time.Time{}, meetup.Maybe)
		wants(t, s.RSVP(t.Context(), late, thread, time.Time{}, meetup.Coming, ""), fault.Conflict, "meetup.full")
		if err := s.RSVP(t.Context(), come[0], thread, time.Time{}, meetup.Coming, "with a cake"); err != nil {
			t.Errorf("who comes already: %v", err)
		}
		s.rsvp(come[0], thread, time.Time{}, meetup.Cant)
		s.rsvp(late, thread, time.Time{}, meetup.Coming)
		// A room that turns out to be smaller sends nobody away.
		d := s.meetup(thread).Details()
		d.Room = 2
		if err := s.Edit(t.Context(), host, thread, d); err != nil || s.meetup(thread).Coming[0].Coming != room {
			t.Errorf("%v", err)
		}
		wants(t, s.RSVP(t.Context(), come[0], thread, time.Time{}, meetup.Coming, ""), fault.Conflict, "meetup.full")
	})
}

func TestTheExactSpotIsToldAsItsHostSays(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		thread, host := s.announce("gr/athens", tea(func(d *meetup.Details) { d.Spot, d.Held = "table seven", true }))
		if m := s.meetup(thread); m.Spot != "" || !m.Held || m.Details().Spot != "" {
			t.Errorf("everybody is told: %+v", m)
		}
		comes, might := somebody(t), somebody(t)
		s.rsvp(comes, thread, time.Time{}, meetup.Coming)
		s.rsvp(might, thread, time.Time{}, meetup.Maybe)
		for _, who := range []key.Actor{host, comes} {
			if spot, err := s.Spot(t.Context(), who, thread); err != nil || spot != "table seven" {
				t.Errorf("%q, %v", spot, err)
			}
		}
		for _, who := range []key.Actor{might, somebody(t), key.Anyone, key.Steward} {
			spot, err := s.Spot(t.Context(), who, thread)
			wants(t, err, fault.Forbidden, "meetup.spot_held")
			if spot != "" {
				t.Error("and is told")
			}
		}
		s.rsvp(comes, thread, time.Time{}, meetup.Cant)
		_, err := s.Spot(t.Context(), comes, thread)
		wants(t, err, fault.Forbidden, "meetup.spot_held")
		// Its form, which doesn't have it, leaves it as it is.
		if err := s.Edit(t.Context(), host, thread, s.meetup(thread).Details()); err != nil {
			t.Fatal(err)
		}
		if spot, err := s.Spot(t.Context(), host, thread); err != nil || spot != "table seven" || s.meetup(thread).Sequence != 0 {
			t.Errorf("after its form: %q, %v", spot, err)
		}
		open, _ := s.announce("gr/athens", tea(func(d *meetup.Details) { d.Spot = "the fountain" }))
		if spot, err := s.Spot(t.Context(), key.Anyone, open); err != nil || spot != "the fountain" || s.meetup(open).Spot != spot {
			t.Errorf("one that is told to all: %q, %v", spot, err)
		}
	})
}

// What is next is what stands: one that was cancelled isn't, though it is told of.
func TestWhatIsNext(t *testing.T) {
	each(t, func(t *testing.T, s town) {
		athens := at(t, "gr/athens")
		if _, found, err := s.Next(t.Context(), athens); found || err != nil {
			t.Errorf("there is one where there is none: %v", err)
		}
		soon, _ := s.announce("gr/athens", tea(func(d *meetup.Details) { d.Start = "2026-12-01T18:00" }))
		later, _ := s.announce("gr/athens", tea(func(d *meetup.Details) { d.Start = "2026-12-02T18:00" }))
		next := func() int64 {
			t.Helper()
			m, found, err := s.Next(t.Context(), athens)
			if !found || err != nil {
				t.Fatalf("none is next: %v", err)
			}
			return m.Thread
		}
		if n := next(); n != soon {
			t.Errorf("%d is next, not %d", n, soon)
		}
		if err := s.Cancel(t.Context(), key.Steward, soon, "snow"); err != nil {
			t.Fatal(err)
		}
		if n := next(); n != later {
			t.Errorf("%d is next, though %d was cancelled", n, soon)
		}
	})
}
