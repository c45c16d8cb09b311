package board

import (
	"context"
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
	ring   *key.Ring

	// Bare, if any, is told in that transaction of a thread with a card in which no post
	// stands any more, and says whether it stays. It is set before anybody uses the boards.
	Bare func(tx *db.Tx, t Target, card string) (stays bool, err error)

	replies *db.Gathering[*reply]
}

// New makes the boards of a site out of what they stand on.
func New(d *db.DB, c *clock.Clock, outbox *event.Outbox, places *place.Gazetteer, limits Limits) *Boards {
	b := &Boards{db: d, clock: c, outbox: outbox, places: places, limits: limits, ring: key.NewRing(d, c)}
	b.replies = db.Gather(d, db.MostAtOnce, b.reply)
	return b
}

// Identity reads the site's identity.
func (b *Boards) Identity(ctx context.Context) (key.Identity, error) { return b.ring.Identity(ctx) }

// Secret is a key of the site's own, which outlives a restart.
func (b *Boards) Secret(ctx context.Context) ([]byte, error) {
	keys, err := b.ring.Keys(ctx)
	return keys.Secret, err
}

// Limits are the settings that the boards were made with.
func (b *Boards) Limits() Limits { return b.limits }

// minute is the time as it is kept: security.md 1.7.
func (b *Boards) minute() time.Time { return b.clock.Now().Truncate(time.Minute) }

// Start opens a thread on a place's board and returns where it stands.
func (b *Boards) Start(ctx context.Context, actor key.Actor, n NewThread) (Target, error) {
	start, err := b.Ready(ctx, actor, n)
	if err != nil {
		return Target{}, err
	}
	return b.once(ctx, n.Once, start)
}

// Ready sees whether an actor may start a thread, and that it is right. What it
// gives does so in a transaction, which may start others too.
func (b *Boards) Ready(ctx context.Context, actor key.Actor, n NewThread) (start func(*db.Tx) (Target, error), err error) {
	if !n.Place.Valid() {
		return nil, fault.New(fault.NotFound, "place.unknown")
	}
	if err := order.May(actor, order.Start, n.Place.Path()); err != nil {
		return nil, err
	}
	keys, err := b.ring.Keys(ctx)
	if err != nil {
		return nil, err
	}
	c, err := b.limits.check(n.Place, n.Subject, n.NewPost, keys.Secret)
	if err != nil {
		return nil, err
	}
	return func(tx *db.Tx) (Target, error) {
		return b.start(tx, n, c, &reply{actor: actor}, func(thread int64) string { return actor.Tag(keys.Day, thread) })
	}, nil
}

// Put starts a thread that is the site's own, in the transaction of the card that
// it carries. Its words are of the catalogue: they are not checked, nobody's tag
// stands on it and no code takes it back.
func (b *Boards) Put(tx *db.Tx, n NewThread) (Target, error) {
	c := clean{subject: n.Subject, name: n.Name, body: n.Body}
	return b.start(tx, n, c, &reply{actor: key.Anyone}, func(int64) string { return "" })
}

func (b *Boards) start(tx *db.Tx, n NewThread, c clean, opening *reply, tag func(thread int64) string) (Target, error) {
	at := b.minute()
	number, err := tx.Next(postNumber)
	if err != nil {
		return Target{}, err
	}
	t := Target{Number: number, Thread: number, Place: n.Place.Path()}
	if err := insertThread(tx, n, number, c, at); err != nil {
		return t, err
	}
	opening.NewPost, opening.thread, opening.at, opening.tag, opening.clean, opening.made = n.NewPost, number, at, tag(number), c, t
	if err := b.add(tx, nil, []*reply{opening}); err != nil {
		return t, err
	}
	if n.Card.Write != nil {
		if err := n.Card.Write(tx, t); err != nil {
			return t, err
		}
	}
	if err := tx.Later(count(t.Place, 1, 1, at)); err != nil {
		return t, err
	}
	return t, b.makeRoom(tx, t.Place, at)
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
	return b.unlessSent(ctx, once, made, err)
}

// unlessSent finds what a form made that was posted elsewhere at this moment.
func (b *Boards) unlessSent(ctx context.Context, once []byte, made Target, err error) (Target, error) {
	if len(once) == 0 || !db.Taken(err) {
		return made, err
	}
	other, found, failed := b.Sent(ctx, once)
	if failed == nil && !found {
		return made, err
	}
	return other, failed
}

// Sent finds the post that a form made, if any: guard.Spent where its ticket made another.
func (b *Boards) Sent(ctx context.Context, once []byte) (t Target, found bool, err error) {
	err = b.db.Read(ctx, func(tx *db.Tx) (err error) {
		t, err = sent(tx, once)
		return err
	})
	if err == db.ErrNone {
		return Target{}, false, nil
	}
	return t, err == nil, err
}

// Preview checks a post as Start or Reply would and returns it as it would
// stand, without number, tag or time. The subject is checked where it is given.
func (b *Boards) Preview(ctx context.Context, at place.Place, subject string, n NewPost) (p Post, cleanSubject string, err error) {
	keys, err := b.ring.Keys(ctx)
	if err != nil {
		return Post{}, "", err
	}
	c, err := b.limits.check(at, subject, n, keys.Secret)
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
// thread is gone with it: that is so when no other post stands in it, unless its card
// keeps it (Bare).
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
	left, archived, card, err := erasePost(tx, t, pictures)
	if err != nil {
		return false, err
	}
	stays := left > 0
	if !stays && card != "" && b.Bare != nil {
		if stays, err = b.Bare(tx, t, card); err != nil {
			return false, err
		}
	}
	if stays {
		if err := tx.Later(count(t.Place, 0, -1, time.Time{})); err != nil {
			return false, err
		}
		return false, b.outbox.Append(tx, event.Event{Kind: event.PostGone, Place: t.Place, Thread: t.Thread, Post: t.Number, At: at})
	}
	if err := tx.Later(db.Do(`DELETE FROM thread WHERE number = $1`, t.Thread), count(t.Place, -1, -1, time.Time{})); err != nil {
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
		_, hash, err = standing(tx, number)
		return err
	})
	if err == db.ErrNone {
		return false, nil
	}
	return err == nil && owns(actor, number, "", hash), err
}
