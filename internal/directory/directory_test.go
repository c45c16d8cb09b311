package directory_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/directory"
	"moot/internal/event"
	"moot/internal/key"
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
