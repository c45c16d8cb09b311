package notify

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/SherClockHolmes/webpush-go"

	"moot/internal/board"
	"moot/internal/db"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/outbound"
)

const (
	lookAnyway = 5 * time.Second
	atOnce     = 200         // events
	sending    = 8           // messages under way
	hold       = time.Minute // for which a node has those that it tells: longer than that takes
	life       = 24 * 60 * 60
)

// Follow tells of what happens until ctx ends. Several nodes may: each browser is
// told by one, and of one that dies another takes it over a minute later.
func (n *Notices) Follow(ctx context.Context, wrong func(error)) error {
	reader := n.outbox.Reader("notices")
	for ctx.Err() == nil {
		awaken := n.outbox.Awaken()
		reader.Look()
		more, err := n.step(ctx)
		if err == nil {
			err = n.tellAll(ctx)
		}
		if err == nil {
			err = n.payAll(ctx)
		}
		if err != nil && ctx.Err() == nil {
			wrong(err)
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

// errOvertaken undoes a step that another node has taken.
var errOvertaken = errors.New("notify: another node was here first")

// step reads what happened, and notes whom it concerns.
func (n *Notices) step(ctx context.Context) (more bool, err error) {
	var from string
	var events []event.Event
	var next event.Cursor
	err = n.db.Read(ctx, func(tx *db.Tx) (err error) {
		if from, err = cursorNow(tx); err != nil {
			return err
		}
		if from == "" {
			next, err = event.Latest(tx)
			return err
		}
		c, err := event.ParseCursor(from)
		if err == nil {
			events, next, err = event.After(tx, c, atOnce)
		}
		return err
	})
	if err != nil || from != "" && len(events) == 0 {
		return false, err
	}
	err = n.db.Write(ctx, func(tx *db.Tx) error {
		if now, err := holdCursor(tx); err != nil || now != from {
			return errors.Join(err, errOvertaken)
		}
		for _, e := range events {
			switch e.Kind {
			case event.ThreadGone:
				err = removeThread(tx, e.Thread)
			case event.PostAdded:
				err = owe(tx, e.Thread, e.Post, n.clock.Now())
			case event.MeetupTiding, event.ConveningTiding:
				err = n.oweNews(tx, e)
			}
			if err != nil {
				return err
			}
		}
		return moveCursor(tx, next)
	})
	if errors.Is(err, errOvertaken) {
		return true, nil
	}
	return true, err
}

// tellAll tells whoever is to be told and no node is at, a few at a time, until
// there is nobody left.
func (n *Notices) tellAll(ctx context.Context) error {
	for ctx.Err() == nil {
		tell, err := n.take(ctx)
		if err != nil || len(tell) == 0 {
			return err
		}
		n.send(ctx, tell)
	}
	return ctx.Err()
}

// take takes a few who are to be told, for this node and a while.
func (n *Notices) take(ctx context.Context) (tell []told, err error) {
	now := n.clock.Now()
	var some bool
	err = n.db.Read(ctx, func(tx *db.Tx) (err error) { // which most looks end with
		some, err = anyOwed(tx, now)
		return err
	})
	if err != nil || !some {
		return nil, err
	}
	err = n.db.Write(ctx, func(tx *db.Tx) (err error) {
		tell, err = take(tx, now)
		return err
	})
	return tell, err
}

// send sends messages, all at once: they are few.
func (n *Notices) send(ctx context.Context, tell []told) {
	var all sync.WaitGroup
	slices.SortStableFunc(tell, func(a, b told) int { return cmp.Compare(a.thread, b.thread) })
	for i := 0; i < len(tell); {
		thread := tell[i].thread
		view, err := n.boards.Thread(ctx, thread, board.Span{Last: 1})
		for ; i < len(tell) && tell[i].thread == thread; i++ {
			to := tell[i]
			all.Go(func() {
				err := err // where the database fails, it is tried again when the hold is over
				if err == nil {
					err = n.tell(ctx, to, view)
				} else if fault.Is(err, fault.NotFound) { // the thread went meanwhile
					err = n.note(ctx, to, settled)
				}
				if err != nil && ctx.Err() == nil {
					n.log.Warn("a push service doesn't take a message", "error", err)
				}
			})
		}
	}
	all.Wait()
}

// note notes what became of a message.
func (n *Notices) note(ctx context.Context, to told, became func(*db.Tx, told) error) error {
	return n.write(ctx, func(tx *db.Tx) error { return became(tx, to) })
}

// write writes also when the process is told to end.
func (n *Notices) write(ctx context.Context, what func(*db.Tx) error) error {
	return n.db.Write(context.WithoutCancel(ctx), what)
}

// message is what the browser's worker is told.
type message struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	URL   string `json:"url"` // path of the post
	Tag   string `json:"tag"` // a newer message takes the place of an older one
}

// tell sends one message and notes what became of it.
func (n *Notices) tell(ctx context.Context, to told, view board.View) error {
	title, body := n.words(view.Thread, view.Opening, to.language)
	topic := "t" + strconv.FormatInt(to.thread, 10)
	became, err := n.post(ctx, to.Subscription, message{title, body, fmt.Sprintf("%s#p%d", view.Thread.Path(), to.post), topic},
		&webpush.Options{TTL: life, Topic: topic, Urgency: webpush.UrgencyLow})
	noted := map[outcome]func(*db.Tx, told) error{failedNow: failed, givenUp: givenBack, reachedIt: reached, goneForGood: gone}[became]
	return errors.Join(err, n.note(ctx, to, noted))
}

// outcome is what became of a message.
type outcome int

const (
	failedNow   outcome = iota
	givenUp             // this node is about to end
	reachedIt           // its push service took it
	goneForGood         // the browser is gone, or its push service will never take one (RFC 8030, 7.3)
)

// post encrypts a message for a browser and sends it to its push service.
func (n *Notices) post(ctx context.Context, to Subscription, m message, o *webpush.Options) (outcome, error) {
	text, err := json.Marshal(m)
	if err != nil {
		return failedNow, err
	}
	o.HTTPClient, o.Subscriber, o.VAPIDPublicKey, o.VAPIDPrivateKey = n.client, n.base, n.keys.public, n.keys.private
	soon, cancel := outbound.Within(ctx)
	defer cancel()
	answer, err := webpush.SendNotificationWithContext(soon, text, &webpush.Subscription{
		Endpoint: to.Endpoint, Keys: webpush.Keys{P256dh: to.P256dh, Auth: to.Auth},
	}, o)
	if err != nil {
		if ctx.Err() != nil {
			return givenUp, err
		}
		return failedNow, err
	}
	answer.Body.Close()
	switch {
	case answer.StatusCode < 300:
		return reachedIt, nil
	case answer.StatusCode == http.StatusTooManyRequests, answer.StatusCode >= 500:
		return failedNow, fault.New(fault.Unavailable, "notify.service").Because(fmt.Errorf("it answers %d", answer.StatusCode))
	}
	return goneForGood, nil
}
