package event_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
)

var at = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func append1(t *testing.T, o *event.Outbox, d *db.DB, thread int64) {
	t.Helper()
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		return o.Append(tx, event.Event{Kind: event.PostAdded, Place: "gr/athens", Thread: thread, Post: thread, At: at})
	})
	if err != nil {
		t.Error(err)
	}
}

// after reads on from a cursor until so many events are there. On PostgreSQL
// they may be some time in coming: an older transaction of anybody on the
// server, and other tests have theirs, holds them back.
func after(t *testing.T, d *db.DB, c event.Cursor, want int) (events []event.Event, next event.Cursor) {
	t.Helper()
	patience := time.Now().Add(time.Minute)
	for next = c; ; time.Sleep(time.Millisecond) {
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			more, behind, err := event.After(tx, next, 1000)
			events, next = append(events, more...), behind
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(events) >= want {
			return events, next
		}
		if time.Now().After(patience) {
			t.Fatalf("%d events came, want %d", len(events), want)
		}
	}
}

func TestAnEventIsThereExactlyIfItHappened(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := event.New()
		awaken := o.Awaken()
		d.Write(t.Context(), func(tx *db.Tx) error {
			if err := o.Append(tx, event.Event{Kind: event.PostAdded, Thread: 1, At: at}); err != nil {
				t.Error(err)
			}
			return errors.New("undone")
		})
		select {
		case <-awaken:
			t.Error("woken by what didn't happen")
		default:
		}
		append1(t, o, d, 2)
		select {
		case <-awaken:
		default:
			t.Error("not woken by what happened")
		}
		events, next := after(t, d, event.Cursor{}, 1)
		if len(events) != 1 || events[0] != (event.Event{Number: events[0].Number, Kind: event.PostAdded, Place: "gr/athens", Thread: 2, Post: 2, At: at}) {
			t.Errorf("events: %+v", events)
		}
		if more, _ := after(t, d, next, 0); len(more) != 0 {
			t.Errorf("seen again: %+v", more)
		}
		err := d.Read(t.Context(), func(tx *db.Tx) error {
			latest, err := event.Latest(tx)
			if latest != next {
				t.Errorf("latest %v, want %v", latest, next)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// A transaction that drew its number first may commit last; a reader that has
// already gone past it would never see it.
func TestNothingIsJoinedBehindTheCursor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if d.Engine() == db.SQLite {
			append1(t, event.New(), d, 1) // writers queue: there is no second to overtake
			return
		}
		o := event.New()
		drawn, finish := make(chan struct{}), make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			err := d.Write(context.Background(), func(tx *db.Tx) error {
				err := o.Append(tx, event.Event{Kind: event.PostAdded, Thread: 1, At: at})
				close(drawn)
				<-finish
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
		<-drawn
		append1(t, o, d, 2)
		first, c := after(t, d, event.Cursor{}, 0)
		close(finish)
		wg.Wait()
		second, _ := after(t, d, c, 2-len(first))
		if all := append(first, second...); len(all) != 2 {
			t.Errorf("the reader saw %+v, then %+v", first, second)
		}
	})
}

func TestFollowSeesAllOnceInOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const writers, each = 4, 25
		o := event.New()
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					append1(t, o, d, int64(w*each+i))
				}
			})
		}
		seen := map[int64]int{}
		last := map[int64]int64{}
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		o.Follow(ctx, d, "test", event.Cursor{}, func(e event.Event) error {
			seen[e.Thread]++
			writer := e.Thread / each
			if e.Thread < last[writer] {
				t.Errorf("writer %d: %d came after %d", writer, e.Thread, last[writer])
			}
			last[writer] = e.Thread
			if len(seen) == writers*each {
				cancel()
			}
			return nil
		}, func(err error) { t.Error(err) })
		wg.Wait()
		for thread, times := range seen {
			if times != 1 {
				t.Errorf("event %d seen %d times", thread, times)
			}
		}
		if len(seen) != writers*each {
			t.Errorf("%d events seen, want %d", len(seen), writers*each)
		}
	})
}

func TestTailIsTheNewestInOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := event.New()
		for n := range int64(5) {
			append1(t, o, d, n+1)
		}
		all, c := after(t, d, event.Cursor{}, 5)
		for _, limit := range []int{1, 3, 9} {
			err := d.Read(t.Context(), func(tx *db.Tx) error {
				tail, behind, err := event.Tail(tx, limit)
				if want := all[max(len(all)-limit, 0):]; !slices.Equal(tail, want) || behind != c {
					t.Errorf("the last %d: %+v behind %v, want %+v behind %v", limit, tail, behind, want, c)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestForgetTakesTheOldOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := event.New()
		append1(t, o, d, 1)
		for _, cut := range []struct {
			t    time.Time
			left int
		}{{at, 1}, {at.Add(time.Second), 0}} {
			if err := d.Write(t.Context(), func(tx *db.Tx) error { return event.Forget(tx, cut.t) }); err != nil {
				t.Fatal(err)
			}
			if events, _ := after(t, d, event.Cursor{}, cut.left); len(events) != cut.left {
				t.Errorf("forgetting before %v leaves %d", cut.t, len(events))
			}
		}
	})
}
