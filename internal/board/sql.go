package board

import (
	"bytes"
	"time"

	"moot/internal/db"
	"moot/internal/guard"
	"moot/internal/place"
)

const postNumber = "post_number"

// regionAndCountry are the paths of what a place lies in, itself included:
// what its threads are found by from above.
func regionAndCountry(p place.Place) (region, country string) {
	if r := p.Region(); r.Valid() {
		region = r.Path()
	}
	if c := p.Country(); c.Valid() {
		country = c.Path()
	}
	return region, country
}

func insertThread(tx *db.Tx, p place.Place, number int64, subject string, pictures int, at time.Time) error {
	region, country := regionAndCountry(p)
	_, err := tx.Exec(`INSERT INTO thread (number, place, region, country, subject, posts, bump, at, last_at, locked, pictures)
		VALUES ($1, $2, $3, $4, $5, 1, $1, $6, $6, $7, $8)`,
		number, p.Path(), region, country, subject, at.Unix(), false, pictures)
	return err
}

// held is what a reply must know of a thread.
type held struct {
	place            string
	posts            int
	locked, archived bool
}

// holdThread holds a thread's row, so that numbers in a thread follow one
// another.
func holdThread(tx *db.Tx, thread int64) (h held, err error) {
	err = tx.HoldRow(`SELECT place, posts, locked, archived_at > 0 FROM thread WHERE number = $1`, thread).Scan(&h.place, &h.posts, &h.locked, &h.archived)
	return h, err
}

// touch counts a thread's newest post and has that bump it, or not.
func touch(tx *db.Tx, t Target, bumps bool, pictures int, at time.Time) error {
	if !bumps {
		_, err := tx.Exec(`UPDATE thread SET posts = posts + 1, pictures = pictures + $3, last_at = $2 WHERE number = $1`, t.Thread, at.Unix(), pictures)
		return err
	}
	_, err := tx.Exec(`UPDATE thread SET posts = posts + 1, pictures = pictures + $4, last_at = $2, bump = $3 WHERE number = $1`, t.Thread, at.Unix(), t.Number, pictures)
	return err
}

// insertPost stores a post, unless one of the same ticket is there already.
func insertPost(tx *db.Tx, p Post, code, once []byte) (bool, error) {
	var mark any
	if len(once) > 0 {
		mark = once
	}
	n, err := tx.Exec(`INSERT INTO post (number, thread, name, trip, tag, body, sage, gone, at, code, once)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
		p.Number, p.Thread, p.Name, p.Trip, p.Tag, p.Body, p.Sage, false, p.At.Unix(), code, mark)
	return n == 1, err
}

// insertQuote notes that a post refers to another, where that one stands.
func insertQuote(tx *db.Tx, p Post, number int64) error {
	_, err := tx.Exec(`INSERT INTO quote (source, target, source_thread, target_thread)
		SELECT CAST($1 AS bigint), number, CAST($2 AS bigint), thread FROM post WHERE number = $3 AND NOT gone AND number <> $1
		ON CONFLICT DO NOTHING`, p.Number, p.Thread, number)
	return err
}

// count keeps a board's counts and its liveliness. Posts that are added come
// with their time; those taken away leave liveliness as it is.
func count(tx *db.Tx, place string, threads, posts int, at time.Time) error {
	if posts < 0 {
		_, err := tx.Exec(`UPDATE board SET threads = threads + $2, posts = posts + $3 WHERE place = $1`, place, threads, posts)
		return err
	}
	var lively int64
	switch err := tx.HoldRow(`SELECT lively FROM board WHERE place = $1`, place).Scan(&lively); err {
	case nil:
		lively = int64(Liveliness(lively).add(at))
	case db.ErrNone: // its first post, or one of two first posts at once
		lively = int64(freshness(at))
	default:
		return err
	}
	_, err := tx.Exec(`INSERT INTO board (place, threads, posts, lively, last_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (place) DO UPDATE SET threads = board.threads + excluded.threads, posts = board.posts + excluded.posts, lively = excluded.lively, last_at = excluded.last_at`,
		place, threads, posts, lively, at.Unix())
	return err
}

// sent finds the post that a form made. One that its ticket made with other words
// is guard.Spent.
func sent(tx *db.Tx, once []byte) (t Target, err error) {
	if len(once) < onceTicket {
		return Target{}, db.ErrNone
	}
	var kept []byte
	err = tx.Row(`SELECT p.number, p.thread, t.place, p.once FROM post p JOIN thread t ON t.number = p.thread
		WHERE p.once IS NOT NULL AND substr(p.once, 1, 8) = $1`, once[:onceTicket]).Scan(&t.Number, &t.Thread, &t.Place, &kept)
	if err == nil && !bytes.Equal(kept, once) {
		return Target{}, guard.Spent()
	}
	return t, err
}

func scanTarget(scan db.Scan) (t Target, err error) {
	return t, scan(&t.Number, &t.Thread, &t.Place)
}

// targets finds where posts stand; those that don't are left out.
func targets(tx *db.Tx, numbers []int64) ([]Target, error) {
	var found []Target
	for _, n := range numbers {
		switch t, _, err := standing(tx, n); {
		case err == nil:
			found = append(found, t)
		case err != db.ErrNone:
			return nil, err
		}
	}
	return found, nil
}

// standing finds a post that was not taken back.
func standing(tx *db.Tx, number int64) (t Target, code []byte, err error) {
	err = tx.Row(`SELECT p.number, p.thread, t.place, p.code FROM post p JOIN thread t ON t.number = p.thread
		WHERE p.number = $1 AND NOT p.gone`, number).Scan(&t.Number, &t.Thread, &t.Place, &code)
	return t, code, err
}

func codeHash(tx *db.Tx, number int64) ([]byte, error) {
	_, code, err := standing(tx, number)
	return code, err
}

// holdPost finds a post that stands and holds its thread's row.
func holdPost(tx *db.Tx, number int64) (Target, []byte, error) {
	t, _, err := standing(tx, number)
	if err != nil {
		return t, nil, err
	}
	if _, err := holdThread(tx, t.Thread); err != nil {
		return t, nil, err
	}
	return standing(tx, number) // another may have taken it back while this waited
}

// erasePost takes the text and all that tells of its writer out of a post, and
// returns how many posts of its thread stand, and whether that is archived.
func erasePost(tx *db.Tx, t Target, pictures int) (left int, archived bool, err error) {
	if _, err := tx.Exec(`UPDATE post SET gone = $2, name = '', trip = '', tag = '', body = '', code = $3 WHERE number = $1`, t.Number, true, []byte{}); err != nil {
		return 0, false, err
	}
	if _, err := tx.Exec(`DELETE FROM quote WHERE source = $1 OR target = $1`, t.Number); err != nil {
		return 0, false, err
	}
	if t.Number == t.Thread {
		if _, err := tx.Exec(`UPDATE thread SET subject = '' WHERE number = $1`, t.Thread); err != nil {
			return 0, false, err
		}
	}
	err = tx.Row(`UPDATE thread SET posts = posts - 1, pictures = pictures - $2 WHERE number = $1 RETURNING posts, archived_at > 0`, t.Thread, pictures).Scan(&left, &archived)
	return left, archived, err
}

func eraseThread(tx *db.Tx, thread int64) error {
	_, err := tx.Exec(`DELETE FROM thread WHERE number = $1`, thread)
	return err
}

// secretOr reads a secret of the site, or keeps the fresh one.
func secretOr(tx *db.Tx, name string, fresh []byte) (value []byte, err error) {
	if _, err := tx.Exec(`INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`, name, fresh); err != nil {
		return nil, err
	}
	err = tx.Row(`SELECT value FROM secret WHERE name = $1`, name).Scan(&value)
	return value, err
}

func dayKeyOr(tx *db.Tx, day int64, fresh []byte) (value []byte, err error) {
	if _, err := tx.Exec(`INSERT INTO day_key (day, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`, day, fresh); err != nil {
		return nil, err
	}
	err = tx.Row(`SELECT value FROM day_key WHERE day = $1`, day).Scan(&value)
	return value, err
}

func forgetDayKeys(tx *db.Tx, today int64) error {
	_, err := tx.Exec(`DELETE FROM day_key WHERE day < $1`, today)
	return err
}

func forgetOnce(tx *db.Tx, before time.Time) error {
	_, err := tx.Exec(`UPDATE post SET once = NULL WHERE once IS NOT NULL AND at < $1`, before.Unix())
	return err
}
