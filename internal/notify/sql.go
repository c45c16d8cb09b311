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
	_, err := tx.Exec(`DELETE FROM push_subscription WHERE until <= $1`, now.Unix())
	return err
}

func removeThread(tx *db.Tx, thread int64) error {
	_, err := tx.Exec(`DELETE FROM push_subscription WHERE thread = $1`, thread)
	return err
}

// gone forgets a browser that its push service no longer knows.
func gone(tx *db.Tx, endpoint string) error {
	_, err := tx.Exec(`DELETE FROM push_subscription WHERE endpoint = $1`, endpoint)
	return err
}

// failed counts a failure, and forgets the browser after a few in a row.
func failed(tx *db.Tx, endpoint string) error {
	if _, err := tx.Exec(`UPDATE push_subscription SET failed = failed + 1 WHERE endpoint = $1`, endpoint); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM push_subscription WHERE endpoint = $1 AND failed >= $2`, endpoint, patience)
	return err
}

func reached(tx *db.Tx, endpoint string) error {
	_, err := tx.Exec(`UPDATE push_subscription SET failed = 0 WHERE endpoint = $1 AND failed > 0`, endpoint)
	return err
}

// told is a browser that is to be told of a thread.
type told struct {
	Subscription
	thread   int64
	language string
}

// due picks the browsers that are to be told of a thread now, and notes that
// they were.
func due(tx *db.Tx, thread int64, now time.Time) ([]told, error) {
	return db.All(tx, func(scan db.Scan) (t told, err error) {
		return t, scan(&t.Endpoint, &t.P256dh, &t.Auth, &t.thread, &t.language)
	}, `UPDATE push_subscription SET told_at = $2 WHERE thread = $1 AND told_at <= $3 AND until > $4 RETURNING endpoint, p256dh, auth, thread, language`,
		thread, now.Truncate(time.Minute).Unix(), now.Add(-quiet).Unix(), now.Unix())
}
