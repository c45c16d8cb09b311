package notify

import (
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
	atOnce     = 200 // events
	sending    = 8   // messages under way
	life       = 24 * 60 * 60
)

// Follow tells of what happens until ctx ends. A message that a crash overtakes
// is not sent again: who comes to the thread finds what is new there anyway.
func (n *Notices) Follow(ctx context.Context, wrong func(error)) error {
	reader := n.outbox.Reader("notices")
	for ctx.Err() == nil {
		awaken := n.outbox.Awaken()
		reader.Look()
		more, err := n.step(ctx)
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

// step reads what happened, and tells whom it concerns once that is noted.
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
	var tell []told
	newest := map[int64]int64{} // post by thread
	err = n.db.Write(ctx, func(tx *db.Tx) error {
		tell = nil
		if now, err := holdCursor(tx); err != nil || now != from {
			return errors.Join(err, errOvertaken)
		}
		for _, e := range events {
			switch e.Kind {
			case event.ThreadGone:
				err = removeThread(tx, e.Thread)
			case event.PostAdded:
				newest[e.Thread] = e.Post
				var some []told
				some, err = due(tx, e.Thread, n.clock.Now())
				tell = append(tell, some...)
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
	if err == nil {
		n.send(ctx, tell, newest)
	}
	return true, err
}

// send sends messages, a few at a time.
func (n *Notices) send(ctx context.Context, tell []told, newest map[int64]int64) {
	places := make(chan struct{}, sending)
	var all sync.WaitGroup
	slices.SortStableFunc(tell, func(a, b told) int { return int(a.thread - b.thread) })
	for i := 0; i < len(tell); {
		thread := tell[i].thread
		view, err := n.boards.Thread(ctx, thread, board.Span{Last: 1})
		for ; i < len(tell) && tell[i].thread == thread; i++ {
			if err != nil {
				continue // the thread went meanwhile
			}
			places <- struct{}{}
			to := tell[i]
			all.Go(func() {
				defer func() { <-places }()
				if err := n.tell(ctx, to, view, newest[thread]); err != nil && ctx.Err() == nil {
					n.log.Warn("a push service doesn't take a message", "error", err)
				}
			})
		}
	}
	all.Wait()
}

// message is what the browser's worker is told.
type message struct {
	Title string `json:"title"`
	Body  string `json:"body"`
	URL   string `json:"url"` // path of the post
	Tag   string `json:"tag"` // a newer message takes the place of an older one
}

// tell sends one message and notes what became of it.
func (n *Notices) tell(ctx context.Context, to told, view board.View, post int64) error {
	title, body := n.words(view.Thread, view.Opening, to.language)
	text, err := json.Marshal(message{title, body, fmt.Sprintf("%s#p%d", view.Thread.Path(), post), "t" + strconv.FormatInt(to.thread, 10)})
	if err != nil {
		return err
	}
	soon, cancel := outbound.Within(ctx)
	defer cancel()
	answer, err := webpush.SendNotificationWithContext(soon, text, &webpush.Subscription{
		Endpoint: to.Endpoint, Keys: webpush.Keys{P256dh: to.P256dh, Auth: to.Auth},
	}, &webpush.Options{
		HTTPClient: n.client, Subscriber: n.base, VAPIDPublicKey: n.keys.public, VAPIDPrivateKey: n.keys.private,
		TTL: life, Topic: "t" + strconv.FormatInt(to.thread, 10), Urgency: webpush.UrgencyLow,
	})
	became := failed
	if err == nil {
		answer.Body.Close()
		switch {
		case answer.StatusCode < 300:
			became = reached
		case answer.StatusCode == http.StatusTooManyRequests, answer.StatusCode >= 500:
			err = fault.New(fault.Unavailable, "notify.service").Because(fmt.Errorf("it answers %d", answer.StatusCode))
		default: // gone (404, 410), or it will never take one (RFC 8030, 7.3)
			became = gone
		}
	}
	return errors.Join(err, n.db.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error { return became(tx, to.Endpoint) }))
}
