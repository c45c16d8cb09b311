package board

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"sync"
	"time"

	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/media"
	"moot/internal/order"
	"moot/internal/place"
)

// Boards are the boards of a site. They are safe for many goroutines.
type Boards struct {
	db     *db.DB
	clock  *clock.Clock
	outbox *event.Outbox
	places *place.Gazetteer
	limits Limits
	random io.Reader

	mu     sync.Mutex
	secret []byte // of the site's secure tripcodes
	day    int64  // of dayKey
	dayKey []byte
}

// New makes the boards of a site out of what they stand on.
func New(d *db.DB, c *clock.Clock, outbox *event.Outbox, places *place.Gazetteer, limits Limits) *Boards {
	return &Boards{db: d, clock: c, outbox: outbox, places: places, limits: limits, random: rand.Reader}
}

// Limits are the settings that the boards were made with.
func (b *Boards) Limits() Limits { return b.limits }

// minute is the time as it is kept: security.md 1.7.
func (b *Boards) minute() time.Time { return b.clock.Now().Truncate(time.Minute) }

// errSentBefore undoes a transaction that found its form already posted.
var errSentBefore = errors.New("board: this form was posted before")

// Start opens a thread on a place's board and returns where it stands.
func (b *Boards) Start(ctx context.Context, actor key.Actor, n NewThread) (Target, error) {
	if !n.Place.Valid() {
		return Target{}, fault.New(fault.NotFound, "place.unknown")
	}
	if err := order.May(actor, order.Start, n.Place.Path()); err != nil {
		return Target{}, err
	}
	keys, err := b.keys(ctx)
	if err != nil {
		return Target{}, err
	}
	c, err := b.limits.check(n.Place, n.Subject, n.NewPost, keys.secret)
	if err != nil {
		return Target{}, err
	}
	at := b.minute()
	return b.once(ctx, n.Once, func(tx *db.Tx) (Target, error) {
		number, err := tx.Next(postNumber)
		if err != nil {
			return Target{}, err
		}
		t := Target{Number: number, Thread: number, Place: n.Place.Path()}
		if err := insertThread(tx, n.Place, number, c.subject, len(c.pictures), at); err != nil {
			return t, err
		}
		if err := b.insert(tx, actor, keys, t, c, n.NewPost, at); err != nil {
			return t, err
		}
		if err := count(tx, t.Place, 1, 1, at); err != nil {
			return t, err
		}
		if err := b.outbox.Append(tx, event.Event{Kind: event.ThreadStarted, Place: t.Place, Thread: number, Post: number, At: at}); err != nil {
			return t, err
		}
		return t, b.makeRoom(tx, t.Place, at)
	})
}

// Reply adds a post to a thread and returns where it stands.
func (b *Boards) Reply(ctx context.Context, actor key.Actor, thread int64, n NewPost) (Target, error) {
	keys, err := b.keys(ctx)
	if err != nil {
		return Target{}, err
	}
	at := b.minute()
	return b.once(ctx, n.Once, func(tx *db.Tx) (Target, error) {
		held, err := b.admit(tx, actor, thread)
		t := Target{Thread: thread, Place: held.place}
		if err != nil {
			return t, err
		}
		stands, err := b.place(t.Place)
		if err != nil {
			return t, err
		}
		c, err := b.limits.check(stands, "", n, keys.secret)
		if err != nil {
			return t, err
		}
		if t.Number, err = tx.Next(postNumber); err != nil {
			return t, err
		}
		bumps := !n.sage() && (b.limits.BumpLimit == 0 || held.posts < b.limits.BumpLimit)
		if err := touch(tx, t, bumps, len(c.pictures), at); err != nil {
			return t, err
		}
		if err := b.insert(tx, actor, keys, t, c, n, at); err != nil {
			return t, err
		}
		if err := count(tx, t.Place, 0, 1, at); err != nil {
			return t, err
		}
		return t, b.outbox.Append(tx, event.Event{Kind: event.PostAdded, Place: t.Place, Thread: thread, Post: t.Number, At: at})
	})
}

// admit sees whether a thread takes one more post, and holds the thread until
// the transaction ends.
func (b *Boards) admit(tx *db.Tx, actor key.Actor, thread int64) (held, error) {
	h, err := holdThread(tx, thread)
	switch {
	case err == db.ErrNone:
		return h, fault.New(fault.NotFound, "board.no_thread")
	case err != nil:
		return h, err
	case h.archived:
		return h, fault.New(fault.Conflict, "board.archived").On("body")
	case h.locked:
		return h, fault.New(fault.Conflict, "board.locked").On("body")
	case b.limits.ThreadPosts > 0 && h.posts >= b.limits.ThreadPosts:
		return h, fault.New(fault.Conflict, "board.full", "limit", b.limits.ThreadPosts).On("body")
	}
	return h, order.May(actor, order.Reply, h.place)
}

func (b *Boards) insert(tx *db.Tx, actor key.Actor, keys keys, t Target, c clean, n NewPost, at time.Time) error {
	p := Post{
		Number: t.Number, Thread: t.Thread, Name: c.name, Trip: c.trip, Body: c.body, Sage: n.sage(), At: at,
		Tag: actor.Tag(keys.day, t.Thread),
	}
	inserted, err := insertPost(tx, p, key.CodeHash(actor.Code(t.Number)), n.Once)
	if err != nil {
		return err
	}
	if !inserted {
		return errSentBefore
	}
	for _, number := range c.numbers {
		if err := insertQuote(tx, p, number); err != nil {
			return err
		}
	}
	return media.Attach(tx, media.Post{Number: t.Number, Thread: t.Thread, Place: t.Place}, c.pictures, c.free)
}

// once runs an act unless its form was posted before, in which case it finds
// what that made. A ticket that posted other words is guard.Spent.
func (b *Boards) once(ctx context.Context, once []byte, act func(*db.Tx) (Target, error)) (Target, error) {
	var made Target
	err := b.db.Write(ctx, func(tx *db.Tx) (err error) {
		if made, err = sent(tx, once); err == nil || err != db.ErrNone {
			return err
		}
		made, err = act(tx)
		return err
	})
	if errors.Is(err, errSentBefore) { // by another node, at this moment
		err = b.db.Read(ctx, func(tx *db.Tx) (err error) {
			made, err = sent(tx, once)
			return err
		})
	}
	return made, err
}

// The parts of Once. That of the ticket is unique among the posts of a day.
const (
	onceTicket = 8
	onceWords  = 8
)

// Once tells what a form sends from what others do: the ticket by which it may be
// sent, and a hash, of 8 bytes or more, of where it is sent to and of everything
// in it. The same form sent again finds the post that it made; other words with
// the same ticket find that it was spent.
func Once(ticket string, words []byte) []byte {
	sum := sha256.Sum256([]byte(ticket))
	return append(sum[:onceTicket:onceTicket], words[:onceWords]...)
}

// Sent finds the post that a form made, and whether there is one.
func (b *Boards) Sent(ctx context.Context, once []byte) (t Target, found bool, err error) {
	err = b.db.Read(ctx, func(tx *db.Tx) (err error) {
		t, err = sent(tx, once)
		return err
	})
	if err == db.ErrNone || fault.Is(err, fault.Conflict) {
		return Target{}, false, nil
	}
	return t, err == nil, err
}

// Preview checks a post as Start or Reply would and returns it as it would
// stand, without number, tag or time. The subject is checked where it is given.
func (b *Boards) Preview(ctx context.Context, at place.Place, subject string, n NewPost) (p Post, cleanSubject string, err error) {
	keys, err := b.keys(ctx)
	if err != nil {
		return Post{}, "", err
	}
	c, err := b.limits.check(at, subject, n, keys.secret)
	if err != nil {
		return Post{}, "", err
	}
	p = Post{Name: c.name, Trip: c.trip, Body: c.body, Sage: n.sage(), At: b.minute()}
	err = b.db.Read(ctx, func(tx *db.Tx) (err error) {
		if p.Refs, err = targets(tx, c.numbers); err != nil {
			return err
		}
		p.Pictures, err = unposted(tx, c)
		return err
	})
	return p, c.subject, err
}

// TakeBack erases a post, for the actor whose token made it or for anybody who
// has its delete code. It returns where the post stood, and whether its whole
// thread is gone with it: that is so when no other post stands in it.
func (b *Boards) TakeBack(ctx context.Context, actor key.Actor, number int64, code string) (t Target, threadGone bool, err error) {
	at := b.minute()
	err = b.db.Write(ctx, func(tx *db.Tx) error {
		var hash []byte
		if t, hash, err = holdPost(tx, number); err != nil {
			if err == db.ErrNone {
				return fault.New(fault.NotFound, "board.no_post", "number", number)
			}
			return err
		}
		if err := order.May(actor, order.TakeBack, t.Place); err != nil {
			return err
		}
		if !owns(actor, number, code, hash) {
			if code != "" {
				return fault.New(fault.Forbidden, "board.wrong_code").On("code")
			}
			return fault.New(fault.Forbidden, "board.not_yours").On("code")
		}
		threadGone, err = b.erase(tx, t, at)
		return err
	})
	return t, threadGone, err
}

func (b *Boards) erase(tx *db.Tx, t Target, at time.Time) (threadGone bool, err error) {
	pictures, err := media.Detach(tx, t.Number)
	if err != nil {
		return false, err
	}
	left, archived, err := erasePost(tx, t, pictures)
	if err != nil {
		return false, err
	}
	if left > 0 {
		if err := count(tx, t.Place, 0, -1, time.Time{}); err != nil {
			return false, err
		}
		return false, b.outbox.Append(tx, event.Event{Kind: event.PostGone, Place: t.Place, Thread: t.Thread, Post: t.Number, At: at})
	}
	if err := eraseThread(tx, t.Thread); err != nil {
		return false, err
	}
	if err := count(tx, t.Place, -1, -1, time.Time{}); err != nil {
		return false, err
	}
	if archived {
		if err := countArchived(tx, t.Place, -1); err != nil {
			return false, err
		}
	}
	return true, b.outbox.Append(tx, event.Event{Kind: event.ThreadGone, Place: t.Place, Thread: t.Thread, Post: t.Number, At: at})
}

// Owns reports whether the actor's token made a post that stands.
func (b *Boards) Owns(ctx context.Context, actor key.Actor, number int64) (bool, error) {
	if !actor.Known() {
		return false, nil
	}
	var hash []byte
	err := b.db.Read(ctx, func(tx *db.Tx) (err error) {
		hash, err = codeHash(tx, number)
		return err
	})
	if err == db.ErrNone {
		return false, nil
	}
	return err == nil && owns(actor, number, "", hash), err
}
