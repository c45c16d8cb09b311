// Package event is the outbox: what happened on the site, appended by the very
// transaction in which it happened, and read by cursor.
//
// What it promises:
//   - an event is there exactly if what it tells was committed;
//   - a reader that keeps its cursor sees every event once and in one order,
//     on both engines, however many nodes write;
//   - a wake-up only says "look": it may come too often and it may be lost,
//     and a reader that also looks every few seconds misses nothing.
//
// It owns the table event. An event holds ids, never text.
package event

import (
	"context"
	"slices"
	"sync"
	"time"

	"moot/internal/db"
)

// Kind says what happened.
type Kind string

const (
	ThreadStarted Kind = "thread.started" // Place, Thread, and Post: its opening post
	ThreadGone    Kind = "thread.gone"    // Place, Thread
	PostAdded     Kind = "post.added"     // Place, Thread, Post
	PostGone      Kind = "post.gone"      // Place, Thread, Post
	PostChanged   Kind = "post.changed"   // Place, Thread, Post: a picture in it was let through or removed
	ThreadChanged Kind = "thread.changed" // Place, Thread: locked, pinned, archived, or no longer so
	HandsChanged  Kind = "hands.changed"  // Place: how many hands are up there
	CardChanged   Kind = "card.changed"   // Place, Thread: what its card says

	// What whoever asked is told of.
	MeetupTiding    Kind = "meetup.tiding"    // Place, Thread, and Post: the number of its meetup's tiding; 0: nothing any more, it is over
	ConveningTiding Kind = "convening.tiding" // Place, Thread, and Post: 1: its convening opened; 2: it closed
)

// Event is one thing that happened.
type Event struct {
	Number int64 // its own; Append gives it. The order of events is not that of their numbers
	Kind   Kind
	Place  string // path of the board
	Thread int64
	Post   int64
	At     time.Time
}

// Cursor is a reader's place in the outbox. The zero Cursor is before all.
type Cursor struct{ born, number int64 }

// Outbox wakes those who wait for events in this process, and knows whether
// other nodes are to be woken.
type Outbox struct {
	mu      sync.Mutex
	wake    chan struct{}
	news    chan struct{}
	readers map[string]*Reader
}

// New is an outbox nobody waits at yet.
func New() *Outbox {
	return &Outbox{wake: make(chan struct{}), news: make(chan struct{}, 1), readers: map[string]*Reader{}}
}

// Append adds events to the transaction, in their order, and wakes readers once
// it is committed.
func (o *Outbox) Append(tx *db.Tx, events ...Event) error {
	rows := make([][]any, len(events))
	for i, e := range events {
		rows[i] = []any{string(e.Kind), e.Place, e.Thread, e.Post, e.At.Unix()}
	}
	tx.After(func() {
		o.Wake()
		o.Spread()
	})
	return tx.Later(insert.Do(rows...)...)
}

// insert leaves the number to the database, which gives it as the row is stored.
var insert = db.ForMany(func(rows int) string {
	return `INSERT INTO event (kind, place, thread, post, at) VALUES ` + db.Marks(1, rows, make([]string, 5)...)
})

// News has something in it when events were appended here since it was last
// taken from, however many: the other nodes are to be woken. One room takes
// from it, which is wake.
func (o *Outbox) News() <-chan struct{} { return o.news }

// Spread puts something into News.
func (o *Outbox) Spread() {
	select {
	case o.news <- struct{}{}:
	default: // it is known already
	}
}

// Wake lets everybody look who waits in this process.
func (o *Outbox) Wake() {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.wake)
	o.wake = make(chan struct{})
}

// Awaken is closed at the next wake-up. Ask for it before reading, or an event
// between the two is slept over.
func (o *Outbox) Awaken() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.wake
}

// After reads up to limit events behind a cursor, in order, and the cursor
// behind the last of them.
func After(tx *db.Tx, c Cursor, limit int) ([]Event, Cursor, error) {
	horizon, err := tx.Horizon()
	if err != nil {
		return nil, c, err
	}
	next := c
	events, err := db.All(tx, next.scan, `SELECT born, number, kind, place, thread, post, at FROM event
		WHERE (born, number) > ($1, $2) AND born < $3 ORDER BY born, number LIMIT $4`,
		c.born, c.number, horizon, limit)
	if err != nil {
		return nil, c, err
	}
	return events, next, nil
}

// scan reads an event, and is the cursor behind it.
func (c *Cursor) scan(scan db.Scan) (e Event, err error) {
	var at int64
	err = scan(&c.born, &c.number, &e.Kind, &e.Place, &e.Thread, &e.Post, &at)
	e.Number, e.At = c.number, time.Unix(at, 0).UTC()
	return e, err
}

// Tail reads the newest events that can be read now, up to limit, in order, and
// the cursor behind the last of them.
func Tail(tx *db.Tx, limit int) ([]Event, Cursor, error) {
	horizon, err := tx.Horizon()
	if err != nil {
		return nil, Cursor{}, err
	}
	var c, newest Cursor
	events, err := db.All(tx, func(scan db.Scan) (Event, error) {
		e, err := c.scan(scan)
		if newest == (Cursor{}) {
			newest = c
		}
		return e, err
	}, `SELECT born, number, kind, place, thread, post, at FROM event
		WHERE born < $1 ORDER BY born DESC, number DESC LIMIT $2`, horizon, limit)
	if err != nil {
		return nil, Cursor{}, err
	}
	slices.Reverse(events)
	return events, newest, nil
}

// Latest is the cursor behind everything that can be read now.
func Latest(tx *db.Tx) (Cursor, error) {
	horizon, err := tx.Horizon()
	if err != nil {
		return Cursor{}, err
	}
	var c Cursor
	err = tx.Row(`SELECT born, number FROM event WHERE born < $1 ORDER BY born DESC, number DESC LIMIT 1`, horizon).Scan(&c.born, &c.number)
	if err == db.ErrNone {
		return Cursor{}, nil
	}
	return c, err
}

// lookAnyway is how long a reader sleeps when nobody wakes it.
const lookAnyway = 5 * time.Second

// Follow gives every event behind c to see, in order, until ctx ends or see
// fails, as the Reader of a name. An error of the database is given to failed and
// tried again.
func (o *Outbox) Follow(ctx context.Context, d *db.DB, name string, c Cursor, see func(Event) error, failed func(error)) error {
	reader := o.Reader(name)
	for ctx.Err() == nil {
		awaken := o.Awaken()
		reader.Look()
		var events []Event
		err := d.Read(ctx, func(tx *db.Tx) (err error) {
			events, c, err = After(tx, c, 500)
			return err
		})
		if err != nil && ctx.Err() == nil {
			failed(err)
		}
		for _, e := range events {
			if err := see(e); err != nil {
				return err
			}
		}
		if len(events) > 0 {
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

// Forget deletes events older than t, which every reader has long seen.
func Forget(tx *db.Tx, t time.Time) error {
	_, err := tx.Exec(`DELETE FROM event WHERE at < $1`, t.Unix())
	return err
}
