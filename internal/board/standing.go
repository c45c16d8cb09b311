package board

import (
	"context"
	"time"

	"moot/internal/db"
	"moot/internal/event"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/order"
	"moot/internal/place"
)

// Settle does one of a steward's acts to a thread: order.Lock, Unlock, Pin,
// Unpin or Archive. What is so already stays so.
func (b *Boards) Settle(ctx context.Context, actor key.Actor, thread int64, act order.Act) error {
	at := b.minute()
	return b.db.Write(ctx, func(tx *db.Tx) error {
		h, err := holdThread(tx, thread)
		if err == db.ErrNone {
			return fault.New(fault.NotFound, "board.no_thread")
		} else if err != nil {
			return err
		}
		if err := order.May(actor, act, h.place); err != nil {
			return err
		}
		switch act {
		case order.Archive:
			if h.archived {
				return nil
			}
			return b.archive(tx, h.place, thread, at)
		case order.Lock, order.Unlock:
			_, err = tx.Exec(`UPDATE thread SET locked = $2 WHERE number = $1`, thread, act == order.Lock)
		case order.Pin, order.Unpin:
			_, err = tx.Exec(`UPDATE thread SET pinned = $2 WHERE number = $1 AND archived_at = 0`, thread, act == order.Pin)
		default:
			return fault.New(fault.Forbidden, "order.forbidden")
		}
		if err != nil {
			return err
		}
		return b.changed(tx, h.place, thread, at)
	})
}

// Stay has a thread stand above the others of its board, from which it isn't
// archived, or no longer, in the transaction of its card.
func (b *Boards) Stay(tx *db.Tx, t Target, stays bool) error {
	if _, err := tx.Exec(`UPDATE thread SET pinned = $2 WHERE number = $1 AND archived_at = 0`, t.Thread, stays); err != nil {
		return err
	}
	return b.changed(tx, t.Place, t.Thread, b.minute())
}

// Carry has a thread that stands carry another card, and have that one's subject, in the
// transaction in which the card's noun keeps its fields.
func (b *Boards) Carry(tx *db.Tx, t Target, kind, subject string) error {
	n, err := tx.Exec(`UPDATE thread SET card = $2, subject = $3 WHERE number = $1`, t.Thread, kind, subject)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "board.no_thread")
	}
	if err != nil {
		return err
	}
	return b.changed(tx, t.Place, t.Thread, b.minute())
}

// Keep has a thread not be archived to make room until a time, in the transaction of its
// card, unless more than half of its board is so kept: nobody can fill one for good.
func (b *Boards) Keep(tx *db.Tx, t Target, until time.Time) error {
	_, err := tx.Exec(`UPDATE thread SET kept_until = $2 WHERE number = $1`, t.Thread, until.Unix())
	return err
}

// Title has a thread whose subject is that of its card have another, in the
// transaction in which the card's changes. One that its opening post gave it stays.
func (b *Boards) Title(tx *db.Tx, t Target, was, subject string) error {
	n, err := tx.Exec(`UPDATE thread SET subject = $3 WHERE number = $1 AND subject = $2`, t.Thread, was, subject)
	if err != nil || n == 0 {
		return err
	}
	return b.changed(tx, t.Place, t.Thread, b.minute())
}

func (b *Boards) changed(tx *db.Tx, place string, thread int64, at time.Time) error {
	return b.outbox.Append(tx, event.Event{Kind: event.ThreadChanged, Place: place, Thread: thread, At: at})
}

// archive takes a thread off its board.
func (b *Boards) archive(tx *db.Tx, place string, thread int64, at time.Time) error {
	if _, err := tx.Exec(`UPDATE thread SET archived_at = $2, pinned = $3 WHERE number = $1`, thread, at.Unix(), false); err != nil {
		return err
	}
	if err := countArchived(tx, place, 1); err != nil {
		return err
	}
	return b.changed(tx, place, thread, at)
}

func countArchived(tx *db.Tx, place string, n int) error {
	_, err := tx.Exec(`UPDATE board SET archived = archived + $2 WHERE place = $1`, place, n)
	return err
}

// roomAtOnce is how many threads a new one may push off its board: more than
// one, so that a board comes down to a limit that was lowered.
const roomAtOnce = 3

// makeRoom archives the threads that were bumped longest ago where a board has more than
// its limit. Pinned ones stay, and those that Keep keeps.
func (b *Boards) makeRoom(tx *db.Tx, place string, at time.Time) error {
	if b.limits.Threads == 0 {
		return nil
	}
	var stand int
	if err := tx.Row(`SELECT threads - archived FROM board WHERE place = $1`, place).Scan(&stand); err != nil {
		return err
	}
	if stand <= b.limits.Threads {
		return nil
	}
	oldest, err := db.All(tx, number, `SELECT number FROM thread WHERE place = $1 AND archived_at = 0 AND NOT pinned AND (kept_until <= $3 OR
		(SELECT count(*) FROM thread WHERE place = $1 AND archived_at = 0 AND kept_until > 0 AND kept_until > $3) > $4) ORDER BY bump LIMIT $2`,
		place, min(stand-b.limits.Threads, roomAtOnce), at.Unix(), b.limits.Threads/2)
	if err != nil {
		return err
	}
	for _, thread := range oldest {
		if err := b.archive(tx, place, thread, at); err != nil {
			return err
		}
	}
	return nil
}

// Archive reads the threads that left a place's board, the one opened last
// first.
func (b *Boards) Archive(ctx context.Context, p place.Place, before int64, size int) (Wall, error) {
	return b.wall(ctx, wallQuery{where: `t.place = $1 AND t.archived_at > 0`, args: []any{p.Path()}, key: "t.number"}, before, size)
}

// Archived lists the newest numbers of threads that left a place's board, in order.
func (b *Boards) Archived(ctx context.Context, p place.Place, limit int) ([]int64, error) {
	return b.numbers(ctx, `SELECT number FROM (SELECT number FROM thread WHERE place = $1 AND archived_at > 0 ORDER BY number DESC LIMIT $2) newest ORDER BY number`, p.Path(), limit)
}
