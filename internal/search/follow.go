package search

import (
	"context"
	"errors"
	"slices"
	"time"

	"moot/internal/board"
	"moot/internal/db"
	"moot/internal/event"
)

const (
	eventsAtOnce = 200 // read from the outbox and put into the index in one go
	postsAtOnce  = 200 // of before, when the index is filled

	lookAnyway = 5 * time.Second    // how long Follow sleeps when nobody wakes it
	stillHere  = time.Hour          // after which it notes again that it missed nothing
	tooLate    = 6 * 24 * time.Hour // without such a note events may be forgotten unread
)

// reader is how far the outbox was read, and the posts of before.
type reader struct {
	cursor string // "" before the first look
	filled int64  // posts up to this number are in
	whole  bool   // and none of before is left out
	readAt int64
}

const readerQuery = `SELECT cursor, filled, whole, read_at FROM search_reader`

func (r *reader) fields() []any { return []any{&r.cursor, &r.filled, &r.whole, &r.readAt} }

// errOvertaken undoes a step that another node has taken.
var errOvertaken = errors.New("search: another node was here first")

// Follow keeps the index true until ctx ends: what is new first, then what was
// written before there was an index. Errors are given to failed and what failed
// is tried again.
func (x *Index) Follow(ctx context.Context, failed func(error)) error {
	reader := x.outbox.Reader("search")
	for ctx.Err() == nil {
		awaken := x.outbox.Awaken()
		reader.Look()
		more, err := x.step(ctx)
		if err != nil && ctx.Err() == nil {
			failed(err)
		}
		if more && err == nil {
			continue
		}
		if err == nil {
			reader.Rest()
		}
		select {
		case <-ctx.Done():
		case <-awaken:
		case <-time.After(lookAnyway):
		}
	}
	return ctx.Err()
}

// CatchUp puts everything into the index that can be read now.
func (x *Index) CatchUp(ctx context.Context) error {
	for {
		if more, err := x.step(ctx); err != nil || !more {
			return err
		}
	}
}

// Rebuild has every post put into the index anew, by whoever follows.
func (x *Index) Rebuild(ctx context.Context) error {
	return x.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE search_reader SET cursor = '', filled = 0, whole = $1`, false)
		return err
	})
}

// step does one thing that is to be done and reports whether there may be more.
func (x *Index) step(ctx context.Context) (more bool, err error) {
	var r reader
	var events []event.Event
	var next event.Cursor
	err = x.db.Read(ctx, func(tx *db.Tx) error {
		if err := tx.Row(readerQuery).Scan(r.fields()...); err != nil {
			return err
		}
		if x.lost(r) {
			next, err = event.Latest(tx)
			return err
		}
		c, err := event.ParseCursor(r.cursor)
		if err == nil {
			events, next, err = event.After(tx, c, eventsAtOnce)
		}
		return err
	})
	if err != nil {
		return false, err
	}
	to := reader{next.String(), r.filled, r.whole, x.clock.Now().Unix()}
	switch {
	case x.lost(r):
		to.filled, to.whole = 0, false
		err = x.take(ctx, r, to, nil)
	case len(events) > 0:
		err = x.heed(ctx, r, to, events)
	case !r.whole:
		err = x.fill(ctx, r, to)
	case to.readAt-r.readAt >= int64(stillHere.Seconds()):
		err = x.take(ctx, r, to, nil)
	default:
		return false, nil
	}
	if errors.Is(err, errOvertaken) {
		err = nil
	}
	return true, err
}

// lost reports whether a reader can't know any more what it missed: then all
// posts have to be looked at.
func (x *Index) lost(r reader) bool {
	return r.cursor == "" || x.clock.Now().Unix()-r.readAt >= int64(tooLate.Seconds())
}

// take writes a step from one state of the reader to the next, unless another
// node has moved it meanwhile. So the index goes through what happened in its
// order, whoever writes it, and a post read before it was taken back is never
// put in after it was taken out.
func (x *Index) take(ctx context.Context, from, to reader, change func(*db.Tx) error) error {
	return x.db.Write(ctx, func(tx *db.Tx) error {
		var now reader
		if err := tx.HoldRow(readerQuery).Scan(now.fields()...); err != nil {
			return err
		}
		if now != from {
			return errOvertaken
		}
		if change != nil {
			if err := change(tx); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`UPDATE search_reader SET cursor = $1, filled = $2, whole = $3, read_at = $4`, to.cursor, to.filled, to.whole, to.readAt)
		return err
	})
}

// heed does what events ask for. They say which posts to look at; what is there
// now goes into the index, and what is not goes out.
func (x *Index) heed(ctx context.Context, from, to reader, events []event.Event) error {
	var touched, gone []int64
	for _, e := range events {
		switch e.Kind {
		case event.ThreadGone:
			gone = append(gone, e.Thread)
			touched = append(touched, e.Post)
		case event.ThreadChanged:
			touched = append(touched, e.Thread) // its opening post, which has the title
		default:
			touched = append(touched, e.Post)
		}
	}
	slices.Sort(touched)
	touched = slices.Compact(touched)
	standing, err := x.boards.WrittenPosts(ctx, touched...)
	if err != nil {
		return err
	}
	entries := indexed(standing)
	return x.take(ctx, from, to, func(tx *db.Tx) error {
		for _, thread := range gone {
			if err := removeThread(tx, thread); err != nil {
				return err
			}
		}
		return replace(tx, touched, entries)
	})
}

// fill puts the next posts of before into the index, and takes out what stands
// between them no more.
func (x *Index) fill(ctx context.Context, from, to reader) error {
	posts, err := x.boards.Written(ctx, from.filled, postsAtOnce)
	if err != nil {
		return err
	}
	entries := indexed(posts)
	last := int64(1 << 62)
	if len(entries) < postsAtOnce {
		to.whole = true
	} else {
		last = entries[len(entries)-1].number
		to.filled = last
	}
	return x.take(ctx, from, to, func(tx *db.Tx) error {
		there, err := numbersBetween(tx, from.filled, last)
		if err != nil {
			return err
		}
		return replace(tx, there, entries)
	})
}

func indexed(posts []board.Written) []entry {
	entries := make([]entry, len(posts))
	for i, w := range posts {
		entries[i] = index(w)
	}
	return entries
}

// Add puts posts into the index in one transaction, ahead of whoever follows.
func (x *Index) Add(ctx context.Context, posts []board.Written) error {
	entries := indexed(posts)
	return x.db.Write(ctx, func(tx *db.Tx) error { return replace(tx, nil, entries) })
}
