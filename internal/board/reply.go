package board

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"moot/internal/db"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/guard"
	"moot/internal/key"
	"moot/internal/media"
	"moot/internal/order"
)

// reply is a post that waits to be added to its thread, and what became of it.
type reply struct {
	NewPost
	actor  key.Actor
	thread int64
	at     time.Time
	tag    string
	clean  clean
	wrong  []*fault.Fault // with what was sent, on any board
	made   Target
	twin   *reply // of the same form, in the same transaction
	err    error  // why it was not added
}

// Reply adds a post to a thread and returns where it stands.
func (b *Boards) Reply(ctx context.Context, actor key.Actor, thread int64, n NewPost) (Target, error) {
	keys, err := b.ring.Keys(ctx)
	if err != nil {
		return Target{}, err
	}
	r := &reply{NewPost: n, actor: actor, thread: thread, at: b.minute(), tag: actor.Tag(keys.Day, thread)}
	r.clean, r.wrong = b.limits.checkWords("", n, keys.Secret)
	if len(n.Pictures) == 0 {
		err = b.replies.Write(ctx, r)
	} else { // one of them may be gone meanwhile, which undoes all of the transaction
		err = b.db.Write(ctx, func(tx *db.Tx) error { return b.reply(tx, []*reply{r}) })
	}
	if err != nil && err != errNoneAdded {
		return b.unlessSent(ctx, n.Once, Target{}, err)
	}
	return r.made, r.err
}

// errNoneAdded undoes a transaction for one reply that was not added: the
// number drawn for it is given back.
var errNoneAdded = errors.New("board: nothing was added")

// reply adds some replies to their threads: whatever their number, by a few
// statements, which hold the threads for two ways to the database, and the boards
// for the last of them.
func (b *Boards) reply(tx *db.Tx, all []*reply) error {
	g, err := hold(tx, all)
	if err != nil {
		return err
	}
	var added []*reply
	for _, r := range all {
		if b.settle(g, r); r.err == nil && r.made == (Target{}) && r.twin == nil {
			r.made = Target{Number: g.numbers[len(added)], Thread: r.thread, Place: g.threads[r.thread].place}
			g.threads[r.thread].add(r, b.limits.BumpLimit)
			added = append(added, r)
		}
	}
	if len(added) == 0 && len(all) == 1 {
		return errNoneAdded
	}
	for _, r := range all {
		if r.twin != nil {
			r.made, r.err = r.twin.made, r.twin.err
		}
	}
	if len(added) == 0 {
		return nil
	}
	return b.add(tx, g.threads, added)
}

// ground is what replies stand on: their threads, held, the posts that their
// forms made before, and numbers.
type ground struct {
	threads map[int64]*grown
	sent    map[string]posted // by ticket
	forms   map[string]*reply // by ticket, in this transaction
	numbers []int64
}

// posted is what a form made.
type posted struct {
	once []byte
	Target
}

// grown is a thread, and by what it grows.
type grown struct {
	held
	replies, pictures int
	bump              int64 // the number of the last that bumps it, or 0
	at                time.Time
}

func (g *grown) add(r *reply, bumpLimit int) {
	if !r.sage() && (bumpLimit == 0 || g.held.posts < bumpLimit) {
		g.bump = r.made.Number
	}
	g.held.posts++
	g.replies++
	g.pictures += len(r.clean.pictures)
	g.at = r.at
}

func hold(tx *db.Tx, all []*reply) (*ground, error) {
	g := &ground{threads: map[int64]*grown{}, sent: map[string]posted{}, forms: map[string]*reply{}}
	var threads, forms []any
	for _, r := range all {
		r.made, r.err, r.twin = Target{}, nil, nil // it may have been tried before
		if !slices.Contains(threads, any(r.thread)) {
			threads = append(threads, r.thread)
		}
		if len(r.Once) >= guard.TicketPart {
			forms = append(forms, r.Once[:guard.TicketPart])
		}
	}
	query, args := threadsHeld.Among(threads)
	steps := []db.Step{
		db.Hold(func(scan db.Scan) error {
			var number int64
			var t grown
			err := scan(&number, &t.place, &t.held.posts, &t.locked, &t.archived)
			g.threads[number] = &t
			return err
		}, query, args...),
		db.Draw(postNumber, len(all), func(n int64) { g.numbers = append(g.numbers, n) }),
	}
	if len(forms) > 0 {
		query, args := formsSent.Among(forms)
		steps = append(steps, db.Ask(func(scan db.Scan) error {
			var p posted
			err := scan(&p.once, &p.Number, &p.Thread, &p.Place)
			if err == nil {
				g.sent[string(p.once[:guard.TicketPart])] = p
			}
			return err
		}, query, args...))
	}
	return g, tx.Together(steps...)
}

// settle finds what keeps a reply from being added: it was before, or is by
// another sending of its form, or something is wrong with it or its thread.
func (b *Boards) settle(g *ground, r *reply) {
	if len(r.Once) >= guard.TicketPart {
		ticket := string(r.Once[:guard.TicketPart])
		if p, sent := g.sent[ticket]; sent {
			if r.made = p.Target; !bytes.Equal(p.once, r.Once) { // other words, with the same ticket
				r.made, r.err = Target{}, guard.Spent()
			}
			return
		}
		if twin := g.forms[ticket]; twin != nil {
			if r.twin = twin; !bytes.Equal(twin.Once, r.Once) {
				r.twin, r.err = nil, guard.Spent()
			}
			return
		}
		g.forms[ticket] = r
	}
	if r.err = b.admit(r.actor, g.threads[r.thread]); r.err != nil {
		return
	}
	stands, err := b.place(g.threads[r.thread].place)
	if err != nil {
		r.err = err
		return
	}
	r.err = fault.Join(append(slices.Clone(r.wrong), b.limits.checkPlace(stands, &r.clean))...)
}

// admit sees whether a thread takes one more post.
func (b *Boards) admit(actor key.Actor, t *grown) error {
	switch {
	case t == nil:
		return fault.New(fault.NotFound, "board.no_thread")
	case t.archived:
		return fault.New(fault.Conflict, "board.archived").On("body")
	case t.locked:
		return fault.New(fault.Conflict, "board.locked").On("body")
	case b.limits.ThreadPosts > 0 && t.held.posts >= b.limits.ThreadPosts:
		return fault.New(fault.Conflict, "board.full", "limit", b.limits.ThreadPosts).On("body")
	}
	return order.May(actor, order.Reply, t.place)
}

// add writes posts, and counts those that are replies in threads that are held.
func (b *Boards) add(tx *db.Tx, threads map[int64]*grown, added []*reply) error {
	var posts, quotes [][]any
	var events []event.Event
	for _, r := range added {
		p := Post{Number: r.made.Number, Thread: r.thread, Name: r.clean.name, Trip: r.clean.trip, Tag: r.tag, Body: r.clean.body, Sage: r.sage(), At: r.at}
		posts = append(posts, postRow(p, key.CodeHash(r.actor.Code(p.Number)), r.Once))
		for _, n := range r.clean.numbers {
			quotes = append(quotes, []any{p.Number, p.Thread, n})
		}
		kind := event.PostAdded
		if p.Opens() {
			kind = event.ThreadStarted
		}
		events = append(events, event.Event{Kind: kind, Place: r.made.Place, Thread: r.thread, Post: p.Number, At: r.at})
	}
	steps := slices.Concat(insertPosts.Do(posts...), insertQuotes.Do(quotes...), counts(threads))
	if err := tx.Later(steps...); err != nil {
		return err
	}
	for _, r := range added {
		if err := media.Attach(tx, media.Post{Number: r.made.Number, Thread: r.thread, Place: r.made.Place}, r.clean.pictures, r.clean.free); err != nil {
			return err
		}
	}
	return b.outbox.Append(tx, events...)
}

// counts are the steps that count replies in their threads and boards. Boards
// have an order, or two transactions may each hold what the other waits for.
func counts(threads map[int64]*grown) (steps []db.Step) {
	boards := map[string]*grown{}
	for number, t := range threads {
		if t.replies == 0 {
			continue
		}
		steps = append(steps, touch(number, t.replies, t.pictures, t.bump, t.at))
		if boards[t.place] == nil {
			boards[t.place] = &grown{}
		}
		boards[t.place].replies += t.replies
		boards[t.place].at = t.at
	}
	for _, place := range slices.Sorted(maps.Keys(boards)) {
		steps = append(steps, count(place, 0, boards[place].replies, boards[place].at))
	}
	return steps
}
