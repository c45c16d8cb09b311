package media

import (
	"context"
	"time"

	"moot/internal/db"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/order"
)

// Waits is a picture that waits, with the post that shows it first.
type Waits struct {
	Attached
	Thread int64
	Place  string // path of the board
	At     time.Time
	Posts  int // that show it
}

// Queue lists the pictures that wait, those that came first first.
func (p *Pictures) Queue(ctx context.Context, actor key.Actor, limit int) (list []Waits, err error) {
	if err := order.May(actor, order.LookThrough, ""); err != nil {
		return nil, err
	}
	err = p.db.Read(ctx, func(tx *db.Tx) (err error) {
		list, err = db.All(tx, scanWaits, `SELECT `+columns+`, a.post, a.alt, a.spoiler, a.free, a.thread, a.place, p.at, p.used
			FROM picture p JOIN attachment a ON a.picture = p.number AND a.post = (SELECT min(f.post) FROM attachment f WHERE f.picture = p.number)
			WHERE p.state = 'waiting' AND p.used > 0 AND NOT EXISTS (SELECT 1 FROM attachment b WHERE b.post = a.post AND b.picture = a.picture AND b.position < a.position)
			ORDER BY p.at, p.number LIMIT $1`, limit)
		return err
	})
	return list, err
}

func scanWaits(scan db.Scan) (w Waits, err error) {
	var at int64
	err = scan(append(w.columns(), &w.Post, &w.Alt, &w.Spoiler, &w.Free, &w.Thread, &w.Place, &at, &w.Posts)...)
	w.At = time.Unix(at, 0).UTC()
	return w, err
}

// Waiting counts the pictures that wait.
func (p *Pictures) Waiting(ctx context.Context) (n int, err error) {
	err = p.db.Read(ctx, func(tx *db.Tx) error {
		return tx.Row(`SELECT count(*) FROM picture WHERE state = 'waiting' AND used > 0`).Scan(&n)
	})
	return n, err
}

// LetThrough shows a picture that waits. One that is shown already stays so.
func (p *Pictures) LetThrough(ctx context.Context, actor key.Actor, number int64) error {
	return p.decide(ctx, actor, order.LetThrough, number, func(tx *db.Tx, at time.Time) error {
		_, err := tx.Exec(`UPDATE picture SET state = 'shown', at = $2 WHERE number = $1`, number, at.Unix())
		return err
	})
}

// Remove takes a picture out of every post that shows it, for good. With ban,
// its hash goes on the list of known pictures: what is like it is let in no
// more.
func (p *Pictures) Remove(ctx context.Context, actor key.Actor, number int64, ban bool) error {
	return p.decide(ctx, actor, order.Remove, number, func(tx *db.Tx, at time.Time) error {
		if ban {
			if err := remember(tx, number, at); err != nil {
				return err
			}
		}
		gone, err := scanPicture(tx.Row(`SELECT `+columns+` FROM picture p WHERE p.number = $1`, number).Scan)
		if err != nil {
			return err
		}
		tx.After(func() { p.discard(context.WithoutCancel(ctx), gone) })
		_, err = tx.Exec(`UPDATE picture SET state = 'removed', at = $2, pdq = $3 WHERE number = $1`, number, at.Unix(), []byte{})
		return err
	})
}

// decide does a steward's act to a picture and tells of it for each post that
// shows it.
func (p *Pictures) decide(ctx context.Context, actor key.Actor, act order.Act, number int64, do func(*db.Tx, time.Time) error) error {
	at := p.minute()
	return p.db.Write(ctx, func(tx *db.Tx) error {
		if err := order.May(actor, act, ""); err != nil {
			return err
		}
		var state State
		err := tx.HoldRow(`SELECT state FROM picture WHERE number = $1`, number).Scan(&state)
		if err == db.ErrNone || err == nil && state == Removed {
			return fault.New(fault.NotFound, "media.none", "number", number)
		} else if err != nil {
			return err
		}
		if err := do(tx, at); err != nil {
			return err
		}
		posts, err := db.All(tx, func(scan db.Scan) (q Post, err error) { return q, scan(&q.Number, &q.Thread, &q.Place) },
			`SELECT DISTINCT post, thread, place FROM attachment WHERE picture = $1 ORDER BY post`, number)
		if err != nil {
			return err
		}
		for _, q := range posts {
			if err := p.outbox.Append(tx, event.Event{Kind: event.PostChanged, Place: q.Place, Thread: q.Thread, Post: q.Number, At: at}); err != nil {
				return err
			}
		}
		return nil
	})
}
