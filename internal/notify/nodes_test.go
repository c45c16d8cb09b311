package notify_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/notify"
	"moot/internal/place"
)

// nodes runs a test on each engine, with a site and as many handles of its database
// as it has nodes.
func nodes(t *testing.T, count int, test func(t *testing.T, s *site, handles []*db.DB)) {
	places, err := place.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range dbtest.Engines() {
		t.Run(engine.String(), func(t *testing.T) {
			t.Parallel()
			address := dbtest.Address(t, engine)
			handles := make([]*db.DB, count+1) // the first is the test's own
			for i := range handles {
				d, err := db.Open(t.Context(), address)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { d.Close() })
				if _, _, err := d.Migrate(t.Context()); err != nil {
					t.Fatal(err)
				}
				handles[i] = d
			}
			test(t, newSite(t, handles[0], places), handles[1:])
		})
	}
}

// follow has a node tell of new posts until stop is called, which waits for it.
func follow(t *testing.T, n *notify.Notices) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { n.Follow(ctx, func(err error) { t.Log("a node:", err) }) })
	stop = func() {
		cancel()
		ended.Wait()
	}
	t.Cleanup(stop)
	return stop
}

// subscribe has so many browsers ask to be told.
func (s *site) subscribe(n *notify.Notices, count int) {
	s.t.Helper()
	for i := range count {
		if err := n.Subscribe(s.t.Context(), s.thread.Number, newBrowser(s.t, fmt.Sprint(i)).Subscription, "en"); err != nil {
			s.t.Fatal(err)
		}
	}
}

// times is how often each browser was told.
func (s *site) times() map[string]int {
	all := map[string]int{}
	for _, m := range s.messages() {
		all[m.path]++
	}
	return all
}

// owed is how many browsers are still to be told.
func (s *site) owed() (n int) {
	err := s.db.Read(s.t.Context(), func(tx *db.Tx) error {
		return tx.Row(`SELECT count(*) FROM push_subscription WHERE owed > 0`).Scan(&n)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func TestEachBrowserIsToldOnceByOneOfSeveralNodes(t *testing.T) {
	nodes(t, 3, func(t *testing.T, s *site, handles []*db.DB) {
		var any *notify.Notices
		for _, d := range handles {
			any = s.node(d)
			follow(t, any)
		}
		until(t, "the reader begins", func() bool { return s.cursor() != "" })
		const browsers, posts = 30, 5
		s.subscribe(any, browsers)
		for i := range posts {
			s.clock.Advance(11 * time.Minute)
			s.reply()
			until(t, "all are told", func() bool { return len(s.messages()) >= (i+1)*browsers })
			s.caughtUp()
			until(t, "nobody is to be told any more", func() bool { return s.owed() == 0 })
		}
		for path, n := range s.times() {
			if n != posts {
				t.Errorf("%s was told %d times of %d posts", path, n, posts)
			}
		}
	})
}

// A node dies while it tells eight browsers of twenty. Another tells the twelve at
// once and, as nobody knows whether they were told, the eight a minute later.
func TestWhatANodeThatDiesWasAtAnotherTells(t *testing.T) {
	nodes(t, 2, func(t *testing.T, s *site, handles []*db.DB) {
		const browsers, atOnce = 20, 8
		one := s.node(handles[0])
		follow(t, one)
		until(t, "the reader begins", func() bool { return s.cursor() != "" })
		s.subscribe(one, browsers)
		frozen := make(chan struct{})
		var melt sync.Once
		t.Cleanup(func() { melt.Do(func() { close(frozen) }) })
		s.mu.Lock()
		s.frozen = frozen
		s.mu.Unlock()
		s.reply()
		until(t, "the node is at it", func() bool { return len(s.messages()) == atOnce })
		before := s.times()
		handles[0].Close() // it can note nothing any more, as if it had died
		s.mu.Lock()
		s.frozen = nil
		s.mu.Unlock()

		follow(t, s.node(handles[1]))
		until(t, "the others are told at once", func() bool { return len(s.times()) == browsers && s.owed() == atOnce })
		melt.Do(func() { close(frozen) })
		s.clock.Advance(time.Minute + time.Second)
		s.outbox.Wake()
		until(t, "those it was at are told", func() bool { return s.owed() == 0 })
		for path, n := range s.times() {
			if want := 1 + before[path]; n != want {
				t.Errorf("%s was told %d times, want %d", path, n, want)
			}
		}
	})
}

// A node that is told to end gives back at once what it was at.
func TestWhatANodeThatEndsWasAtIsToldAtOnce(t *testing.T) {
	nodes(t, 2, func(t *testing.T, s *site, handles []*db.DB) {
		one := s.node(handles[0])
		stop := follow(t, one)
		until(t, "the reader begins", func() bool { return s.cursor() != "" })
		s.subscribe(one, 3)
		frozen := make(chan struct{})
		t.Cleanup(func() { close(frozen) })
		s.mu.Lock()
		s.frozen = frozen
		s.mu.Unlock()
		s.reply()
		until(t, "the node is at it", func() bool { return len(s.messages()) == 3 })
		stop()
		s.mu.Lock()
		s.frozen = nil
		s.mu.Unlock()
		follow(t, s.node(handles[1]))
		until(t, "another tells it", func() bool { return s.owed() == 0 && len(s.messages()) == 6 })
		if s.subscriptions() != 3 {
			t.Errorf("%d subscriptions, want 3", s.subscriptions())
		}
	})
}
