package event_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
)

// Who follows the outbox is behind from the moment that they don't keep up, and
// no longer when they have seen everything.
func TestAReaderThatIsBehindIsKnown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := event.New()
		behind := func() time.Duration { return o.Readers()["slow"].Behind() }
		holds, goes := make(chan struct{}), make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() {
			ended <- o.Follow(ctx, d, "slow", event.Cursor{}, func(event.Event) error {
				close(holds)
				<-goes
				return nil
			}, func(err error) {
				if !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			})
		}()
		rests := func() {
			t.Helper()
			for patience := time.Now().Add(time.Minute); o.Readers()["slow"] == nil || behind() > 0; time.Sleep(time.Millisecond) {
				if time.Now().After(patience) {
					t.Fatal("it is behind, and there is nothing to see")
				}
			}
		}
		rests()
		append1(t, o, d, 1)
		<-holds
		first := behind()
		time.Sleep(2 * time.Millisecond)
		if more := behind(); first < 0 || more <= first {
			t.Errorf("behind by %v, and then by %v", first, more)
		}
		close(goes)
		rests()
		cancel()
		<-ended
		d.Close()
	})
}

func TestAReaderWithoutADatabaseIsBehind(t *testing.T) {
	d := dbtest.Open(t, db.SQLite)
	d.Close()
	o := event.New()
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go o.Follow(ctx, d, "lost", event.Cursor{}, func(event.Event) error { return nil }, func(err error) { failed <- err })
	<-failed
	time.Sleep(time.Millisecond)
	if o.Readers()["lost"].Behind() <= 0 {
		t.Error("a reader that can't read is taken for one that has read everything")
	}
	cancel()
}
