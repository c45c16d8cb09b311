package search

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/db"
	"moot/internal/db/dbtest"
	"moot/internal/event"
)

// kept are the numbers of all posts in the index.
func (s site) kept() (all []int64) {
	s.t.Helper()
	err := s.db.Read(s.t.Context(), func(tx *db.Tx) (err error) {
		all, err = numbersBetween(tx, 0, 1<<62)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

func TestWhatIsTakenBackIsFoundNoMore(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		first := s.start("gr/athens", "Quernstone", "quernstones are heavy")
		reply := s.reply(first, "my quernstone is light")
		s.caughtUp()
		s.says("quernstone", first, reply)
		s.takeBack(first)
		s.says("quernstone", reply) // found by the index, and shown no more
		if kept := s.caughtUp().kept(); !slices.Equal(kept, []int64{reply}) {
			t.Errorf("the index has %v", kept)
		}
		s.takeBack(reply) // the last: its thread goes too
		s.caughtUp().says("quernstone")
		if kept := s.kept(); len(kept) != 0 {
			t.Errorf("the index has %v", kept)
		}
	})
}

// The words of a post must be gone from the file too, not only from view.
func TestNoWordOfWhatIsTakenBackStaysInTheFile(t *testing.T) {
	address := dbtest.Address(t, db.SQLite)
	d, err := db.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := open(t, d)
	thread := s.start("gr/athens", "Mills", "where are mills")
	var secret []int64
	for i := range 300 {
		if i%10 == 0 {
			secret = append(secret, s.reply(thread, "quernstone"+strings.Repeat("x", i%7)+" and other words "+itoa(int64(i))))
		}
		s.reply(thread, "others "+itoa(int64(i))+" "+strings.Repeat("q", i%20))
		if i%50 == 0 {
			s.caughtUp()
		}
	}
	s.caughtUp()
	inFile := func() int {
		t.Helper()
		err := d.Write(t.Context(), func(tx *db.Tx) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(strings.TrimPrefix(address, "sqlite:"))
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Count(content, []byte("quernston"))
	}
	for _, n := range secret {
		s.takeBack(n)
	}
	s.caughtUp()
	s.says("quernstone")
	if err := d.Close(); err != nil { // folds the log into the file
		t.Fatal(err)
	}
	d, err = db.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if n := inFile(); n != 0 {
		t.Errorf("%d traces are left in the file", n)
	}
}

func TestAnIndexIsFilledWithWhatWasThereBefore(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		thread := s.start("gr/athens", "Rents", "the first")
		var want []int64
		want = append(want, thread)
		for range postsAtOnce + 20 {
			want = append(want, s.reply(thread, "again"))
		}
		forgetEvents(t, s)
		s.says("first")
		s.caughtUp().says("first", thread)
		if kept := s.kept(); !slices.Equal(kept, want) {
			t.Errorf("%d posts are in the index, want %d", len(kept), len(want))
		}
		newer := s.reply(thread, "the last")
		s.caughtUp().says("last", newer)
	})
}

func forgetEvents(t *testing.T, s site) {
	t.Helper()
	err := s.db.Write(t.Context(), func(tx *db.Tx) error { return event.Forget(tx, s.clock.Now().Add(time.Hour)) })
	if err != nil {
		t.Fatal(err)
	}
}

// A site that was off for longer than events are kept can't know what it missed.
func TestAnIndexThatMissedEventsIsMadeWhole(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		thread := s.start("gr/athens", "Rents", "rents")
		gone := s.reply(thread, "rents and regret")
		s.caughtUp()
		s.takeBack(gone)
		unseen := s.reply(thread, "rents and more")
		forgetEvents(t, s)
		s.caughtUp().says("more")
		s.clock.Advance(tooLate)
		s.caughtUp().says("more", unseen)
		if kept := s.kept(); !slices.Equal(kept, []int64{thread, unseen}) {
			t.Errorf("the index has %v", kept)
		}
	})
}

func TestRebuild(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		thread := s.start("gr/athens", "Rents", "rents")
		s.caughtUp()
		err := s.db.Write(t.Context(), func(tx *db.Tx) error {
			e := index(board.Written{Post: board.Post{Number: 999, Thread: thread, Body: "never written"}, Place: at(t, "gr/athens")})
			return errors.Join(remove(tx, thread), put(tx, e))
		})
		if err != nil {
			t.Fatal(err)
		}
		s.caughtUp().says("rents")
		if err := s.Rebuild(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.caughtUp().says("rents", thread)
		if kept := s.kept(); !slices.Equal(kept, []int64{thread}) {
			t.Errorf("the index has %v", kept)
		}
	})
}

// Two nodes read the same events. The one that comes second must not put back
// what the first took out.
func TestANodeThatWasOvertakenWritesNothing(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		thread := s.start("gr/athens", "Rents", "rents")
		s.caughtUp()
		reply := s.reply(thread, "quernstones")
		var before reader
		err := s.db.Read(t.Context(), func(tx *db.Tx) error { return tx.Row(readerQuery).Scan(before.fields()...) })
		if err != nil {
			t.Fatal(err)
		}
		slow, err := s.boards.WrittenPosts(t.Context(), reply) // and while this node thinks …
		if err != nil || len(slow) != 1 {
			t.Fatal(slow, err)
		}
		s.takeBack(reply)
		s.caughtUp() // … another does
		err = s.take(t.Context(), before, before, func(tx *db.Tx) error { return replace(tx, nil, indexed(slow)) })
		if err != errOvertaken {
			t.Errorf("the slow node was told %v", err)
		}
		if kept := s.kept(); !slices.Equal(kept, []int64{thread}) {
			t.Errorf("the index has %v", kept)
		}
	})
}

func TestFollow(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		thread := s.start("gr/athens", "Rents", "rents")
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- s.Follow(ctx, func(err error) { t.Error(err) }) }()
		reply := s.reply(thread, "third")
		for patience := time.Now().Add(time.Minute); len(s.search(Query{Text: "third"}).Hits) == 0; time.Sleep(time.Millisecond) {
			if time.Now().After(patience) {
				t.Fatal("not found within a minute")
			}
		}
		s.says("third", reply)
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
	})
}

// A reader that has nothing to read says from time to time that it is there, or
// it would take a quiet week for one that it missed.
func TestTheReaderNotesThatItMissedNothing(t *testing.T) {
	each(t, func(t *testing.T, s site) {
		s.start("gr/athens", "Rents", "rents")
		s.caughtUp()
		s.clock.Advance(stillHere)
		s.caughtUp()
		var r reader
		err := s.db.Read(t.Context(), func(tx *db.Tx) error { return tx.Row(readerQuery).Scan(r.fields()...) })
		if err != nil || r.readAt != s.clock.Now().Unix() || !r.whole {
			t.Errorf("after an hour: %+v, %v", r, err)
		}
	})
}
