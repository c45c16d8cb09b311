// Package notify tells browsers that asked for it, by web push (RFC 8030): of new
// posts in a thread, of a meetup, and of the dates that are looked for in a city.
//
// What it promises:
//   - nobody is told who didn't ask; a subscription ends with the reader's wish,
//     with the thread, after 60 days, or when its push service says that the
//     browser is gone;
//   - a push service learns that something happened, and when; what and where
//     only the browser can read (RFC 8291);
//   - a browser is told of a thread at most once in ten minutes, by one of the nodes
//     that share a database; what a node that dies was at, another tells. What is to be
//     told of a meetup or a date waits for that and for a push service that fails, and
//     isn't lost;
//   - who asked about a meetup is told a day before each of its times, when it is
//     changed and when it is cancelled, until it is over; who asked about a city, when a
//     convening opens there or as near as they said, and how it closed. Nothing is kept
//     that ties a hand to a browser;
//   - the site asks no address but those of the push services it was given.
//
// It owns the tables push_key, push_subscription, push_ask, push_debt and push_reader.
package notify

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"log/slog"
	"strings"
	"time"

	"github.com/SherClockHolmes/webpush-go"

	"moot/internal/board"
	"moot/internal/clock"
	"moot/internal/db"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/lang"
	"moot/internal/outbound"
	"moot/internal/place"
)

const (
	kept       = 60 * 24 * time.Hour // a subscription, from when it was asked for or renewed
	quiet      = 10 * time.Minute    // between two messages to one browser on one thread
	perThread  = 10_000
	perBrowser = 200 // threads
	patience   = 3   // failures in a row
)

// Services are the push services of the browsers in use.
var Services = []string{"fcm.googleapis.com", "updates.push.services.mozilla.com", "*.push.apple.com", "*.notify.windows.com"}

// Notices tells of what browsers asked for.
type Notices struct {
	db     *db.DB
	clock  *clock.Clock
	outbox *event.Outbox
	boards *board.Boards
	client *outbound.Client
	log    *slog.Logger
	site   string // its name
	base   string // its public address, which push services may complain to
	keys   keys

	places *place.Gazetteer
	cards  Cards
}

// keys are the site's VAPID keys, base64url.
type keys struct{ private, public string }

// Settings are what notices are made with.
type Settings struct {
	Name, Base string
	Client     *outbound.Client
	Log        *slog.Logger
	Places     *place.Gazetteer
	Cards      Cards
}

// Cards are what there is to tell of meetups and of convenings, as the rooms know that
// look after them.
type Cards struct {
	Meetup    func(ctx context.Context, thread int64) (Card, error)
	Convening func(ctx context.Context, thread int64) (Card, error)

	// Reaches are how far around a city one may want to be told, in km. Reaching are the
	// cities from which it takes how much of that to hear of one.
	Reaches  []int
	Reaching func(in place.Place) map[int][]place.Place
}

// Card is one of them.
type Card struct {
	Path string // where a message about it leads
	Over bool   // nothing of it is to come

	// Untold words what became of it between two of its tidings, and says until when that
	// is of use: the zero time where that is open. No lines: there is nothing to tell.
	Untold func(l *lang.Language, since, upto int64) (title string, lines []string, until time.Time)
}

// Open opens the notices of a site, and makes its keys where it has none.
func Open(ctx context.Context, d *db.DB, c *clock.Clock, outbox *event.Outbox, boards *board.Boards, set Settings) (*Notices, error) {
	n := &Notices{db: d, clock: c, outbox: outbox, boards: boards, client: set.Client, log: set.Log, site: set.Name, base: set.Base,
		places: set.Places, cards: set.Cards}
	private, public, err := webpush.GenerateVAPIDKeys()
	if err != nil {
		return nil, err
	}
	err = d.Write(ctx, func(tx *db.Tx) (err error) {
		n.keys, err = keysOr(tx, keys{private, public})
		return err
	})
	return n, err
}

// Key is the site's public key, which a browser subscribes with.
func (n *Notices) Key() string { return n.keys.public }

// Subscription is how a browser can be told of something (Push API).
type Subscription struct {
	Endpoint string
	P256dh   string // base64url of an uncompressed point of P-256
	Auth     string // base64url of 16 bytes
}

// Subscribe has a browser told of new posts in a thread, from now on for 60
// days. Asking again renews it.
func (n *Notices) Subscribe(ctx context.Context, thread int64, s Subscription, language string) error {
	if err := n.check(s); err != nil {
		return err
	}
	found, err := n.boards.Thread(ctx, thread, board.Span{Last: 1})
	if err != nil {
		return err
	}
	if !found.Thread.Open() {
		return fault.New(fault.Conflict, "notify.closed")
	}
	return n.db.Write(ctx, func(tx *db.Tx) error {
		if browser, all, err := counts(tx, s.Endpoint, thread); err != nil {
			return err
		} else if browser >= perBrowser || all >= perThread {
			return fault.New(fault.TooMuch, "notify.too_many")
		}
		return insert(tx, s, thread, language, n.clock.Now().Add(kept))
	})
}

// check sees that a subscription is one of a browser's, at a push service that the site
// sends to.
func (n *Notices) check(s Subscription) error {
	if !n.client.Allows(s.Endpoint) || len(s.Endpoint) > 1000 {
		return fault.New(fault.Invalid, "notify.service").On("endpoint")
	}
	if !point(s.P256dh) || !bytes16(s.Auth) {
		return fault.New(fault.Invalid, "notify.keys").On("p256dh")
	}
	return nil
}

// Unsubscribe ends a browser's subscription to a thread.
func (n *Notices) Unsubscribe(ctx context.Context, thread int64, endpoint string) error {
	return n.db.Write(ctx, func(tx *db.Tx) error { return remove(tx, endpoint, thread) })
}

// Sweep ends the subscriptions that are past their time, unless the clock is
// suspect.
func (n *Notices) Sweep(ctx context.Context) error {
	if n.clock.Suspect() {
		return nil
	}
	return n.db.Write(ctx, func(tx *db.Tx) error { return removeOld(tx, n.clock.Now()) })
}

// point reports whether s is a public key of P-256 as browsers give it.
func point(s string) bool {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil {
		return false
	}
	_, err = ecdh.P256().NewPublicKey(b)
	return err == nil
}

func bytes16(s string) bool {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
	return err == nil && len(b) == 16
}

// words is what a message says of a thread, in the reader's language.
func (n *Notices) words(t board.Thread, opening board.Post, language string) (title, body string) {
	l, ok := lang.Lookup(language)
	if !ok {
		l = lang.All()[0]
	}
	title = t.Subject
	if title == "" && !opening.Gone {
		title = opening.Document().Plain(70)
	}
	if title == "" {
		title = l.T("board.untitled", "number", t.Number)
	}
	return title, l.T("notify.new_posts", "place", t.Place.Name(l.Tag()), "site", n.site)
}
