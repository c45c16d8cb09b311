package notify

import (
	"time"

	"moot/internal/db"
	"moot/internal/event"
)

// keysOr reads the site's keys, or keeps the fresh ones. The reader's row is
// held, so that two nodes that start at once agree.
func keysOr(tx *db.Tx, fresh keys) (k keys, err error) {
	if _, err := holdCursor(tx); err != nil {
		return k, err
	}
	err = tx.Row(`SELECT private, public FROM push_key`).Scan(&k.private, &k.public)
	if err != db.ErrNone {
		return k, err
	}
	_, err = tx.Exec(`INSERT INTO push_key (private, public) VALUES ($1, $2)`, fresh.private, fresh.public)
	return fresh, err
}

func holdCursor(tx *db.Tx) (cursor string, err error) {
	return cursor, tx.HoldRow(`SELECT cursor FROM push_reader`).Scan(&cursor)
}

func cursorNow(tx *db.Tx) (cursor string, err error) {
	return cursor, tx.Row(`SELECT cursor FROM push_reader`).Scan(&cursor)
}

func moveCursor(tx *db.Tx, to event.Cursor) error {
	_, err := tx.Exec(`UPDATE push_reader SET cursor = $1`, to.String())
	return err
}

// counts are how many threads a browser is told of, this one left out, and how
// many browsers are told of a thread.
func counts(tx *db.Tx, endpoint string, thread int64) (browser, all int, err error) {
	if err = tx.Row(`SELECT count(*) FROM push_subscription WHERE endpoint = $1 AND thread <> $2`, endpoint, thread).Scan(&browser); err != nil {
		return 0, 0, err
	}
	err = tx.Row(`SELECT count(*) FROM push_subscription WHERE thread = $1 AND endpoint <> $2`, thread, endpoint).Scan(&all)
	return browser, all, err
}

func insert(tx *db.Tx, s Subscription, thread int64, language string, until time.Time) error {
	_, err := tx.Exec(`INSERT INTO push_subscription (endpoint, thread, p256dh, auth, language, until, told_at, failed) VALUES ($1, $2, $3, $4, $5, $6, 0, 0)
		ON CONFLICT (endpoint, thread) DO UPDATE SET p256dh = excluded.p256dh, auth = excluded.auth, language = excluded.language, until = excluded.until, failed = 0`,
		s.Endpoint, thread, s.P256dh, s.Auth, language, until.Unix())
	return err
}

func remove(tx *db.Tx, endpoint string, thread int64) error {
	_, err := tx.Exec(`DELETE FROM push_subscription WHERE endpoint = $1 AND thread = $2`, endpoint, thread)
	return err
}

func removeOld(tx *db.Tx, now time.Time) error {
	for _, table := range []string{"push_subscription", "push_ask", "push_debt"} {
		if _, err := tx.Exec(`DELETE FROM `+table+` WHERE until <= $1`, now.Unix()); err != nil {
			return err
		}
	}
	return nil
}

func removeThread(tx *db.Tx, thread int64) error {
	for _, table := range []string{"push_subscription", "push_ask", "push_debt"} {
		if _, err := tx.Exec(`DELETE FROM `+table+` WHERE thread = $1`, thread); err != nil {
			return err
		}
	}
	return nil
}

// told is a browser that is to be told of a post in a thread.
type told struct {
	Subscription
	thread, post int64
	language     string
}

// owe has the browsers told of a post that want to know of its thread and are not in
// their quiet time. Who is to be told still, is told of the newer one.
func owe(tx *db.Tx, thread, post int64, now time.Time) error {
	_, err := tx.Exec(`UPDATE push_subscription SET owed = $2, told_at = CASE WHEN owed > 0 THEN told_at ELSE $3 END
		WHERE thread = $1 AND until > $5 AND (owed > 0 OR told_at <= $4)`,
		thread, post, now.Truncate(time.Minute).Unix(), now.Add(-quiet).Unix(), now.Unix())
	return err
}

// unheld are those who are to be told and no node is at, at the time $1; $2 is one
// that no honest hold reaches.
const unheld = `FROM push_subscription WHERE owed > 0 AND until > $1 AND (held_until <= $1 OR held_until > $2)`

func anyOwed(tx *db.Tx, now time.Time) (some bool, err error) {
	return some, tx.Row(`SELECT EXISTS (SELECT 1 `+unheld+`)`, now.Unix(), now.Add(2*hold).Unix()).Scan(&some)
}

// take takes a few of them, for as long as a hold lasts.
func take(tx *db.Tx, now time.Time) ([]told, error) {
	all, err := db.All(tx, func(scan db.Scan) (t told, err error) {
		return t, scan(&t.Endpoint, &t.P256dh, &t.Auth, &t.thread, &t.post, &t.language)
	}, tx.Unheld(`SELECT endpoint, p256dh, auth, thread, owed, language `+unheld+` ORDER BY held_until LIMIT $3`),
		now.Unix(), now.Add(2*hold).Unix(), sending)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		if err := tx.Later(db.Do(`UPDATE push_subscription SET held_until = $3 WHERE endpoint = $1 AND thread = $2`, t.Endpoint, t.thread, now.Add(hold).Unix())); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// givenBack has somebody else tell it, at once.
func givenBack(tx *db.Tx, to told) error {
	_, err := tx.Exec(`UPDATE push_subscription SET held_until = 0 WHERE endpoint = $1 AND thread = $2`, to.Endpoint, to.thread)
	return err
}

// settled says that there is nothing more to be told.
func settled(tx *db.Tx, to told) error {
	_, err := tx.Exec(`UPDATE push_subscription SET owed = 0, held_until = 0 WHERE endpoint = $1 AND thread = $2`, to.Endpoint, to.thread)
	return err
}

// gone forgets a browser that its push service no longer knows.
func gone(tx *db.Tx, to told) error { return forget(tx, to.Endpoint) }

// failed counts a failure, and forgets the browser after a few in a row.
func failed(tx *db.Tx, to told) error {
	if _, err := tx.Exec(`UPDATE push_subscription SET failed = failed + 1 WHERE endpoint = $1`, to.Endpoint); err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM push_subscription WHERE endpoint = $1 AND failed >= $2`, to.Endpoint, patience); err != nil {
		return err
	}
	return settled(tx, to)
}

func reached(tx *db.Tx, to told) error {
	if _, err := tx.Exec(`UPDATE push_subscription SET failed = 0 WHERE endpoint = $1 AND failed > 0`, to.Endpoint); err != nil {
		return err
	}
	return settled(tx, to)
}
