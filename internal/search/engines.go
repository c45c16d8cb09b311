package search

import (
	"fmt"
	"strconv"
	"strings"

	"moot/internal/db"
)

// match is a post that was found.
type match struct {
	number   int64
	at       int64
	subject  bool // the words are in its thread's title, since it opened that
	together bool // they stand in a row
}

// stretch is a part of the posts, by their numbers: from low to before high.
// They are within one block of so many bits.
type stretch struct{ bits, low, high int64 }

// The blocks that posts lie in: of 4,096, of four times as many, and so on.
const (
	firstBits = 12
	moreBits  = 2
	mostBits  = 24
)

// stretchBefore is the part of a block of so many bits that lies before a number.
func stretchBefore(high, bits int64) stretch {
	return stretch{bits, (high - 1) >> bits << bits, high}
}

// last is the number of the newest post in the index, asked for at the beginning
// of a search; which is also when PostgreSQL is told never to read all posts.
func last(tx *db.Tx) (number int64, err error) {
	if tx.Engine() == db.PostgreSQL {
		if _, err := tx.Exec(`SET LOCAL enable_seqscan = off`); err != nil {
			return 0, err
		}
	}
	return number, tx.Row(`SELECT coalesce(max(number), 0) FROM search_post`).Scan(&number)
}

// newest finds the newest posts of a stretch that a plan wants, at most limit,
// the newest first, and which of them have it in their titles.
func newest(tx *db.Tx, p plan, s stretch, limit int) ([]match, error) {
	if tx.Engine() == db.PostgreSQL {
		return newestOfVectors(tx, p, s, limit)
	}
	return newestOfFTS5(tx, p, s, limit)
}

func newestOfFTS5(tx *db.Tx, p plan, s stretch, limit int) ([]match, error) {
	since, before := p.seconds()
	found, err := db.All(tx, func(scan db.Scan) (m match, err error) { return m, scan(&m.number, &m.at) },
		`SELECT p.number, p.at FROM search_index i CROSS JOIN search_post p ON p.number = i.rowid
		WHERE search_index MATCH $1 AND i.rowid >= $2 AND i.rowid < $3 AND p.at >= $4 AND p.at < $5 ORDER BY i.rowid DESC LIMIT $6`,
		p.base.fts5(), s.low, s.high, since, before, limit)
	if err != nil || len(found) == 0 || p.subject.op == nothing {
		return found, err
	}
	titled, err := matching(tx, p.subject, found)
	for i := range found {
		found[i].subject = titled[found[i].number]
	}
	return found, err
}

// newestOfVectors finds them by the label of the block that the stretch lies
// in, since an index of tsvectors knows no order. The sums keep PostgreSQL from
// going through all posts by their numbers instead.
func newestOfVectors(tx *db.Tx, p plan, s stretch, limit int) ([]match, error) {
	since, before := p.seconds()
	stretch, subject := row(block(s.bits, s.low)), p.subject
	if subject.op == nothing {
		subject = row(never)
	}
	return db.All(tx, func(scan db.Scan) (m match, err error) { return m, scan(&m.number, &m.at, &m.subject) }, `
		WITH newest AS (
			SELECT number, at FROM search_post
			WHERE tokens @@ CAST(CAST($1 AS text) AS tsquery) AND number + 0 < $3 AND at >= $4 AND at < $5
			ORDER BY number + 0 DESC LIMIT $6
		), titled AS (
			SELECT number FROM search_post WHERE tokens @@ CAST(CAST($2 AS text) AS tsquery)
		)
		SELECT n.number, n.at, t.number IS NOT NULL FROM newest n LEFT JOIN titled t ON t.number = n.number ORDER BY n.number DESC`,
		every(stretch, p.base).tsquery(), every(stretch, subject).tsquery(), s.high, since, before, limit)
}

// matching tells which posts, of some that were found, have what an expression
// asks for.
func matching(tx *db.Tx, e expr, found []match) (map[int64]bool, error) {
	var numbers []int64
	var err error
	if tx.Engine() == db.PostgreSQL {
		var list strings.Builder
		for i, m := range found {
			if i > 0 {
				list.WriteByte(',')
			}
			list.WriteString(strconv.FormatInt(m.number, 10))
		}
		// Asked of each post, not of the index, which knows of no rows.
		numbers, err = db.All(tx, scanNumber, `SELECT CASE WHEN tokens @@ CAST(CAST($1 AS text) AS tsquery) THEN number ELSE 0 END
			FROM search_post WHERE number = ANY (CAST(CAST($2 AS text) AS bigint[]))`, e.tsquery(), "{"+list.String()+"}")
	} else {
		low, high := found[0].number, found[0].number
		for _, m := range found {
			low, high = min(low, m.number), max(high, m.number)
		}
		numbers, err = db.All(tx, scanNumber, `SELECT rowid FROM search_index WHERE search_index MATCH $1 AND rowid >= $2 AND rowid <= $3`, e.fts5(), low, high)
	}
	has := make(map[int64]bool, len(numbers))
	for _, n := range numbers {
		has[n] = true
	}
	return has, err
}

// put stores an entry in place of what the index has of its post.
func put(tx *db.Tx, e entry) error {
	if tx.Engine() == db.PostgreSQL {
		_, err := tx.Exec(`INSERT INTO search_post (number, at, tokens) VALUES ($1, $2, CAST(CAST($3 AS text) AS tsvector))
			ON CONFLICT (number) DO UPDATE SET at = excluded.at, tokens = excluded.tokens`, e.number, e.at.Unix(), e.tsvector())
		return err
	}
	if err := remove(tx, e.number); err != nil {
		return err
	}
	all := e.fts5()
	if _, err := tx.Exec(`INSERT INTO search_post (number, at, tokens) VALUES ($1, $2, $3)`, e.number, e.at.Unix(), all); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO search_index (rowid, tokens) VALUES ($1, $2)`, e.number, all)
	return err
}

// remove takes a post out of the index.
func remove(tx *db.Tx, number int64) error {
	if tx.Engine() == db.SQLite {
		_, err := tx.Exec(`INSERT INTO search_index (search_index, rowid, tokens) SELECT 'delete', number, tokens FROM search_post WHERE number = $1`, number)
		if err != nil {
			return err
		}
	}
	_, err := tx.Exec(`DELETE FROM search_post WHERE number = $1`, number)
	return err
}

// replace puts entries in and takes out those of the numbers that none has.
func replace(tx *db.Tx, numbers []int64, entries []entry) error {
	stands := make(map[int64]bool, len(entries))
	for _, e := range entries {
		stands[e.number] = true
	}
	for _, n := range numbers {
		if !stands[n] {
			if err := remove(tx, n); err != nil {
				return err
			}
		}
	}
	for _, e := range entries {
		if err := put(tx, e); err != nil {
			return err
		}
	}
	return nil
}

// removeThread takes all posts of a thread out of the index.
func removeThread(tx *db.Tx, thread int64) error {
	query, asked := `SELECT rowid FROM search_index WHERE search_index MATCH $1`, row(ofThread(thread)).fts5()
	if tx.Engine() == db.PostgreSQL {
		query, asked = `SELECT number FROM search_post WHERE tokens @@ CAST(CAST($1 AS text) AS tsquery)`, row(ofThread(thread)).tsquery()
	}
	posts, err := db.All(tx, scanNumber, query, asked)
	if err != nil {
		return err
	}
	return replace(tx, posts, nil)
}

// numbersBetween are the posts in the index behind one number and up to another.
func numbersBetween(tx *db.Tx, after, last int64) ([]int64, error) {
	return db.All(tx, scanNumber, `SELECT number FROM search_post WHERE number > $1 AND number <= $2`, after, last)
}

func scanNumber(scan db.Scan) (n int64, err error) { return n, scan(&n) }

// fts5 is the entry as the text that SQLite takes apart at its spaces.
func (e entry) fts5() string {
	var w strings.Builder
	for _, tokens := range e.texts {
		for _, token := range tokens {
			w.WriteString(token)
			w.WriteByte(' ')
		}
		w.WriteString(gap + " ")
	}
	w.WriteString(strings.Join(e.labels, " "))
	return w.String()
}

// blocks are the labels of the blocks that a number lies in.
func blocks(number int64) (labels []string) {
	for bits := int64(firstBits); bits <= mostBits; bits += moreBits {
		labels = append(labels, block(bits, number))
	}
	return labels
}

// tsvector is the entry as PostgreSQL reads it (manual, 8.11.1): words with
// their positions, labels without.
func (e entry) tsvector() string {
	var w strings.Builder
	position := 1
	for _, tokens := range e.texts {
		for _, token := range tokens {
			fmt.Fprintf(&w, "'%s':%d ", token, position)
			position++
		}
		position++ // the gap
	}
	for _, label := range append(blocks(e.number), e.labels...) {
		fmt.Fprintf(&w, "'%s' ", label)
	}
	return w.String()
}
