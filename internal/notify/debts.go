package notify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/SherClockHolmes/webpush-go"

	"moot/internal/db"
	"moot/internal/fault"
	"moot/internal/lang"
)

// debt is what a browser is still to be told that it asked for.
type debt struct {
	Subscription
	place       string // of the city that it asked about; "": it asked about the meetup
	language    string
	thread      int64
	since, upto int64
	tries       int
}

// How long until one that failed is tried again, twice as long each time, and how often
// that is.
const (
	firstWait   = time.Minute
	longestWait = 4 * time.Hour
	debtTries   = 12
)

// payAll tells whoever is to be told what they asked for and no node is at, a few at a
// time, until there is nobody left.
func (n *Notices) payAll(ctx context.Context) error {
	for ctx.Err() == nil {
		debts, err := n.takeDebts(ctx)
		if err != nil || len(debts) == 0 {
			return err
		}
		n.pay(ctx, debts)
	}
	return ctx.Err()
}

// due are those who are to be told something at the time $1; $2 is one for which nobody
// is made to wait, so that a clock that was ahead holds up nothing.
const due = `FROM push_debt WHERE (due <= $1 OR due > $2) AND until > $1`

const furthest = longestWait + time.Hour

func (n *Notices) takeDebts(ctx context.Context) (debts []debt, err error) {
	now := n.clock.Now()
	var some bool
	err = n.db.Read(ctx, func(tx *db.Tx) error { // which most looks end with
		return tx.Row(`SELECT EXISTS (SELECT 1 `+due+`)`, now.Unix(), now.Add(furthest).Unix()).Scan(&some)
	})
	if err != nil || !some {
		return nil, err
	}
	err = n.db.Write(ctx, func(tx *db.Tx) (err error) {
		debts, err = db.All(tx, func(scan db.Scan) (d debt, err error) {
			return d, scan(&d.Endpoint, &d.place, &d.P256dh, &d.Auth, &d.language, &d.thread, &d.since, &d.upto, &d.tries)
		}, tx.Unheld(`SELECT endpoint, place, p256dh, auth, language, thread, since, upto, tries `+due+` ORDER BY due LIMIT $3`),
			now.Unix(), now.Add(furthest).Unix(), sending)
		for _, d := range debts {
			if err != nil {
				break
			}
			err = tx.Later(db.Do(`UPDATE push_debt SET due = $4 WHERE endpoint = $1 AND thread = $2 AND place = $3`, d.Endpoint, d.thread, d.place, now.Add(hold).Unix()))
		}
		return err
	})
	return debts, err
}

// pay sends messages, all at once: they are few. What they are about is read once.
func (n *Notices) pay(ctx context.Context, debts []debt) {
	var all sync.WaitGroup
	slices.SortStableFunc(debts, func(a, b debt) int {
		return cmp.Or(cmp.Compare(a.thread, b.thread), cmp.Compare(min(len(a.place), 1), min(len(b.place), 1)))
	})
	for i := 0; i < len(debts); {
		first := debts[i]
		c, err := n.card(ctx, first)
		for ; i < len(debts) && debts[i].thread == first.thread && (debts[i].place == "") == (first.place == ""); i++ {
			d := debts[i]
			all.Go(func() {
				err := err // where the database fails, it is tried again when the hold is over
				if err == nil {
					err = n.payOne(ctx, d, c)
				} else if fault.Is(err, fault.NotFound) { // it went meanwhile
					err = n.settle(ctx, d)
				}
				if err != nil && ctx.Err() == nil {
					n.log.Warn("a push service doesn't take a message", "error", err)
				}
			})
		}
	}
	all.Wait()
}

// card reads what a debt is about.
func (n *Notices) card(ctx context.Context, d debt) (Card, error) {
	if d.place == "" {
		return n.cards.Meetup(ctx, d.thread)
	}
	return n.cards.Convening(ctx, d.thread)
}

// cardLife is how long a push service keeps trying to reach a browser.
const cardLife = 3 * 24 * time.Hour

// payOne sends one message and notes what became of it.
func (n *Notices) payOne(ctx context.Context, d debt, c Card) error {
	l, ok := lang.Lookup(d.language)
	if !ok {
		l = lang.All()[0]
	}
	title, lines, until := c.Untold(l, d.since, d.upto)
	if len(lines) == 0 {
		return n.settle(ctx, d)
	}
	life := cardLife
	if left := until.Sub(n.clock.Now()); !until.IsZero() {
		life = max(min(left, life), 0)
	}
	// Each has a tag and no topic of its own: what is to be told next takes the place of nothing.
	m := message{title, strings.Join(lines, "\n"), c.Path, fmt.Sprintf("c%d-%d", d.thread, d.upto)}
	became, err := n.post(ctx, d.Subscription, m, &webpush.Options{TTL: int(life / time.Second), Urgency: webpush.UrgencyNormal})
	switch became {
	case reachedIt:
		return n.settle(ctx, d)
	case goneForGood:
		return n.write(ctx, func(tx *db.Tx) error { return forget(tx, d.Endpoint) })
	case givenUp:
		return n.write(ctx, func(tx *db.Tx) error { return d.wait(tx, n.clock.Now(), 0) })
	}
	return cmp.Or(n.write(ctx, func(tx *db.Tx) error { return d.again(tx, n.clock.Now()) }), err)
}

// settle notes that a browser was told, or that there is nothing to tell it, of what it
// was owed up to there.
func (n *Notices) settle(ctx context.Context, d debt) error {
	now := n.clock.Now()
	return n.write(ctx, func(tx *db.Tx) error {
		const this = ` WHERE endpoint = $1 AND thread = $2 AND place = $3 AND upto `
		if _, err := tx.Exec(`DELETE FROM push_debt`+this+`<= $4`, d.Endpoint, d.thread, d.place, d.upto); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE push_debt SET since = $4, due = $5, tries = 0`+this+`> $4`, d.Endpoint, d.thread, d.place, d.upto, now.Unix()); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE push_ask SET failed = 0, told_at = $4 WHERE endpoint = $1 AND thread = $2 AND place = $3`, d.Endpoint, d.ask(), d.place, now.Truncate(time.Minute).Unix())
		return err
	})
}

// ask is the thread that it asked about; 0 for a city.
func (d debt) ask() int64 {
	if d.place != "" {
		return 0
	}
	return d.thread
}

// wait has somebody tell it after a while.
func (d debt) wait(tx *db.Tx, now time.Time, tries int) error {
	after := now
	if tries > 0 {
		after = now.Add(min(firstWait<<(tries-1), longestWait))
	}
	_, err := tx.Exec(`UPDATE push_debt SET due = $4, tries = $5 WHERE endpoint = $1 AND thread = $2 AND place = $3`, d.Endpoint, d.thread, d.place, after.Unix(), max(tries, d.tries))
	return err
}

// again has a message that failed tried again; one that failed too often is let go, and
// after a few such the browser is forgotten.
func (d debt) again(tx *db.Tx, now time.Time) error {
	if d.tries+1 < debtTries {
		return d.wait(tx, now, d.tries+1)
	}
	if _, err := tx.Exec(`DELETE FROM push_debt WHERE endpoint = $1 AND thread = $2 AND place = $3`, d.Endpoint, d.thread, d.place); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE push_ask SET failed = failed + 1 WHERE endpoint = $1`, d.Endpoint); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM push_ask WHERE endpoint = $1 AND failed >= $2`, d.Endpoint, patience)
	return err
}

// forget forgets all of a browser that its push service no longer knows.
func forget(tx *db.Tx, endpoint string) error {
	for _, table := range []string{"push_subscription", "push_ask", "push_debt"} {
		if _, err := tx.Exec(`DELETE FROM `+table+` WHERE endpoint = $1`, endpoint); err != nil {
			return err
		}
	}
	return nil
}
