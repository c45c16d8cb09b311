package directory_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/directory"
	"moot/internal/event"
	"moot/internal/job"
	"moot/internal/key"
	"moot/internal/meetup"
	"moot/internal/place"
)

var gazetteer = sync.OnceValue(func() *place.Gazetteer {
	g, err := place.Load()
	if err != nil {
		panic(err)
	}
	return g
})

func at(t *testing.T, path string) place.Place {
	t.Helper()
	p, ok := gazetteer().ByPath(path)
	if !ok {
		t.Fatalf("no place %s", path)
	}
	return p
}

func start(t *testing.T, boards *board.Boards, path string) board.Target {
	t.Helper()
	made, err := boards.Start(t.Context(), key.Anyone, board.NewThread{Place: at(t, path), NewPost: board.NewPost{Body: "hello"}})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestTheDirectoryFollowsWhatHappens(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		noon := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
		boards := board.New(d, clock.Hold(noon), event.New(), gazetteer(), board.Limits{PostLength: 8000})
		start(t, boards, "gr/kilkis")
		known, err := directory.Open(t.Context(), boards, gazetteer())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { known.Follow(ctx, func(event.Event) {}, func(err error) { t.Error(err) }) })
		defer wg.Wait()
		defer cancel()

		athens := start(t, boards, "gr/athens")
		for range 3 {
			if _, err := boards.Reply(t.Context(), key.Anyone, athens.Number, board.NewPost{Body: "more"}); err != nil {
				t.Fatal(err)
			}
		}
		start(t, boards, "gb/leeds")
		deadline := time.Now().Add(20 * time.Second)
		for {
			boards, posts := known.Totals()
			if boards == 3 && posts == 6 {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%d boards with %d posts", boards, posts)
			}
			time.Sleep(time.Millisecond)
		}
		if l, ok := known.Board(at(t, "gr/athens")); !ok || l.Threads != 1 || l.Posts != 4 || !l.Last.Equal(noon.Truncate(time.Minute)) {
			t.Errorf("Athens: %+v, %v", l, ok)
		}
		liveliest := known.Liveliest(at(t, "world"), 9)
		if len(liveliest) != 3 || liveliest[0].Place.Path() != "gr/athens" {
			t.Errorf("liveliest: %+v", liveliest)
		}
		if greek := known.Liveliest(at(t, "gr"), 1); len(greek) != 1 || greek[0].Place.Path() != "gr/athens" {
			t.Errorf("liveliest of Greece: %+v", greek)
		}
		near := known.Nearest(at(t, "gr/thessaloniki"), 2)
		if len(near) != 2 || near[0].Place.Path() != "gr/kilkis" || near[1].Place.Path() != "gr/athens" || near[0].Distance < 30 || near[0].Distance > 50 {
			t.Errorf("nearest to Thessaloniki: %+v", near)
		}
	})
}

// meetingsOf hands a directory meetups, as a command does.
func meetingsOf(meetups *meetup.Meetups) directory.Meetings {
	return directory.Meetings{
		All: func(ctx context.Context) (all []directory.Meeting, err error) {
			found, err := meetups.Gatherings(ctx)
			for _, g := range found {
				all = append(all, directory.Meeting(g))
			}
			return all, err
		},
		At: func(ctx context.Context, path string) (directory.Meeting, bool, error) {
			g, found, err := meetups.GatheringAt(ctx, path)
			return directory.Meeting(g), found, err
		},
	}
}

func TestTheDirectoryKnowsWherePeopleMeet(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		noon := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
		held, outbox := clock.Hold(noon), event.New()
		jobs, boards := job.New(d, held), board.New(d, held, outbox, gazetteer(), board.Limits{PostLength: 8000})
		meetups := meetup.New(meetup.Settings{DB: d, Clock: held, Outbox: outbox, Places: gazetteer(), Boards: boards, Jobs: jobs,
			Over: func(*db.Tx, string) error { return nil }})
		host, err := key.Fresh(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		announce := func(path, start string) int64 {
			t.Helper()
			made, err := meetups.Announce(t.Context(), key.Anyone, host, board.NewThread{Place: at(t, path)}, meetup.Details{
				Title: "Tea", Start: start, Minutes: 60, Venue: meetup.Venue{Name: "Library"},
			})
			if err != nil {
				t.Fatal(err)
			}
			return made.Thread
		}
		announce("gr/kilkis", "2026-12-09T19:00")
		known, err := directory.Open(t.Context(), boards, gazetteer())
		if err == nil {
			err = known.ReadMeetings(t.Context(), meetingsOf(meetups))
		}
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { known.Follow(ctx, func(event.Event) {}, func(err error) { t.Error(err) }) })
		defer wg.Wait()
		defer cancel()

		soon := func(within string) (paths []string) {
			for _, g := range known.Meeting(at(t, within), noon, noon.AddDate(0, 0, 30), 9) {
				paths = append(paths, g.Place.Path()+g.Start.Format(" 2 15:04"))
			}
			return paths
		}
		wants := func(what, within string, want ...string) {
			t.Helper()
			var got []string
			for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
				if got = soon(within); slices.Equal(got, want) {
					return
				}
				if time.Now().After(deadline) {
					t.Fatalf("%s: %q, want %q", what, got, want)
				}
			}
		}
		wants("read at the start", "gr", "gr/kilkis 9 19:00")
		first := announce("gr/athens", "2026-12-01T19:00")
		announce("gr/athens", "2026-12-03T19:00")
		announce("gb/leeds", "2026-12-02T18:00")
		announce("gb/bath", "2027-01-20T18:00") // too far ahead
		wants("announced", "world", "gr/athens 1 19:00", "gb/leeds 2 18:00", "gr/kilkis 9 19:00")
		wants("within a country", "gr", "gr/athens 1 19:00", "gr/kilkis 9 19:00")
		if err := meetups.Cancel(t.Context(), host, first, "snow"); err != nil {
			t.Fatal(err)
		}
		wants("cancelled", "gr", "gr/athens 3 19:00", "gr/kilkis 9 19:00")
		held.Set(time.Date(2026, 12, 3, 20, 0, 0, 0, at(t, "gr/athens").Zone()))
		if _, err := jobs.Crew(slog.New(slog.DiscardHandler), meetups.Kinds()...).Due(t.Context()); err != nil {
			t.Fatal(err)
		}
		wants("over", "gr", "gr/kilkis 9 19:00")
		if few := known.Meeting(at(t, "world"), noon, noon.AddDate(1, 0, 0), 1); len(few) != 1 {
			t.Errorf("%d, not one", len(few))
		}
	})
}
