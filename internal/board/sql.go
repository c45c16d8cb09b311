package board

import (
	"bytes"
	"time"

	"moot/internal/db"
	"moot/internal/decay"
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

func insertThread(tx *db.Tx, n NewThread, number int64, c clean, at time.Time) error {
	region, country := regionAndCountry(n.Place)
	_, err := tx.Exec(`INSERT INTO thread (number, place, region, country, subject, posts, bump, at, last_at, locked, pictures, card)
		VALUES ($1, $2, $3, $4, $5, 1, $1, $6, $6, $7, $8, $9)`,
		number, n.Place.Path(), region, country, c.subject, at.Unix(), false, len(c.pictures), n.Card.Kind)
	return err
}

// held is what a reply must know of a thread.
type held struct {
	place            string
	posts            int
	locked, archived bool
}

const heldColumns = `place, posts, locked, archived_at > 0`

// holdThread holds a thread's row, so that numbers in a thread follow one
// another.
func holdThread(tx *db.Tx, thread int64) (h held, err error) {
	err = tx.HoldRow(`SELECT `+heldColumns+` FROM thread WHERE number = $1`, thread).Scan(&h.place, &h.posts, &h.locked, &h.archived)
	return h, err
}

var (
	// The order is always the same, or two replies may each hold what the other
	// waits for.
	threadsHeld = db.ForMany(func(n int) string {
		return `SELECT number, ` + heldColumns + ` FROM thread WHERE number IN ` + db.Marks(1, 1, make([]string, n)...) + ` ORDER BY number`
	})
	formsSent = db.ForMany(func(n int) string {
		return `SELECT p.once, p.number, p.thread, t.place FROM post p JOIN thread t ON t.number = p.thread WHERE p.once IS NOT NULL AND substr(p.once, 1, 8) IN ` + db.Marks(1, 1, make([]string, n)...)
	})
)

// touch counts a thread's newest posts and has the one numbered bump, if it
// isn't 0, bump it.
func touch(thread int64, posts, pictures int, bump int64, at time.Time) db.Step {
	return db.Do(`UPDATE thread SET posts = posts + $2, pictures = pictures + $3, last_at = $4, bump = CASE WHEN CAST($5 AS bigint) > 0 THEN $5 ELSE bump END WHERE number = $1`,
		thread, posts, pictures, at.Unix(), bump)
}

// insertPosts stores posts. One with the ticket of another is a key that is taken.
var insertPosts = db.ForMany(func(rows int) string {
	return `INSERT INTO post (number, thread, name, trip, tag, body, sage, gone, at, code, once) VALUES ` + db.Marks(1, rows, make([]string, 11)...)
})

func postRow(p Post, code, once []byte) []any {
	var mark any
	if len(once) > 0 {
		mark = once
	}
	return []any{p.Number, p.Thread, p.Name, p.Trip, p.Tag, p.Body, p.Sage, false, p.At.Unix(), code, mark}
}

// insertQuotes notes which post refers to which, where that one stands. Each is
// looked up by itself, so that both engines go by the key, however many there are.
var insertQuotes = db.ForMany(func(rows int) string {
	return `WITH refers (source, thread, target) AS (VALUES ` + db.Marks(1, rows, "bigint", "bigint", "bigint") + `)
		INSERT INTO quote (source, target, source_thread, target_thread)
		SELECT source, target, thread, target_thread FROM (SELECT source, target, thread, (SELECT p.thread FROM post p WHERE p.number = refers.target AND NOT p.gone) AS target_thread FROM refers) found
		WHERE target_thread IS NOT NULL AND target <> source ON CONFLICT DO NOTHING`
})

// count keeps a board's counts, and its liveliness where posts were added.
// The board is held by this alone, so that who writes on it waits for little.
//
// ln(exp(a) + exp(b)) is b + ln(1 + exp(a - b)). Where they are so far apart that
// one is nothing beside the other, PostgreSQL would refuse to say exp of it.
func count(place string, threads, posts int, at time.Time) db.Step {
	if posts < 0 {
		return db.Do(`UPDATE board SET threads = threads + $2, posts = posts + $3 WHERE place = $1`, place, threads, posts)
	}
	return db.Do(`INSERT INTO board (place, threads, posts, lively, last_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (place) DO UPDATE SET threads = board.threads + excluded.threads, posts = board.posts + excluded.posts, last_at = excluded.last_at,
		lively = CASE WHEN board.lively - excluded.lively > 30000000 THEN board.lively WHEN excluded.lively - board.lively > 30000000 THEN excluded.lively
			ELSE excluded.lively + CAST(round(1000000 * ln(1 + exp(CAST(board.lively - excluded.lively AS double precision) / 1000000))) AS bigint) END`,
		place, threads, posts, int64(decay.Of(at, posts)), at.Unix())
}

// sent finds the post that a form made. One that its ticket made with other words
// is guard.Spent.
func sent(tx *db.Tx, once []byte) (t Target, err error) {
	if len(once) < guard.TicketPart {
		return Target{}, db.ErrNone
	}
	var kept []byte
	err = tx.Row(`SELECT p.number, p.thread, t.place, p.once FROM post p JOIN thread t ON t.number = p.thread
		WHERE p.once IS NOT NULL AND substr(p.once, 1, 8) = $1`, once[:guard.TicketPart]).Scan(&t.Number, &t.Thread, &t.Place, &kept)
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

// erasePost takes the text and all that tells of its writer out of a post. It is how many
// posts of its thread stand, whether that is archived, and the kind of its card.
func erasePost(tx *db.Tx, t Target, pictures int) (left int, archived bool, card string, err error) {
	if _, err := tx.Exec(`UPDATE post SET gone = $2, name = '', trip = '', tag = '', body = '', code = $3 WHERE number = $1`, t.Number, true, []byte{}); err != nil {
		return 0, false, "", err
	}
	if _, err := tx.Exec(`DELETE FROM quote WHERE source = $1 OR target = $1`, t.Number); err != nil {
		return 0, false, "", err
	}
	if t.Number == t.Thread {
		if _, err := tx.Exec(`UPDATE thread SET subject = '' WHERE number = $1`, t.Thread); err != nil {
			return 0, false, "", err
		}
	}
	err = tx.Row(`UPDATE thread SET posts = posts - 1, pictures = pictures - $2 WHERE number = $1 RETURNING posts, archived_at > 0, card`, t.Thread, pictures).Scan(&left, &archived, &card)
	return left, archived, card, err
}

func forgetOnce(tx *db.Tx, before time.Time) error {
	_, err := tx.Exec(`UPDATE post SET once = NULL WHERE once IS NOT NULL AND at < $1`, before.Unix())
	return err
}
