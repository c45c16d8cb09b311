package media

import (
	"fmt"
	"strings"
	"time"

	"moot/internal/db"
	"moot/internal/fault"
)

const columns = `p.number, p.md5, p.kind, p.width, p.height, p.bytes, p.thumb_kind, p.thumb_width, p.thumb_height,
	p.large_kind, p.large_width, p.large_height, p.moving, p.colour, p.state`

func (p *Picture) columns() []any {
	return []any{&p.Number, &p.MD5, &p.Kind, &p.Width, &p.Height, &p.Bytes, &p.Thumb.Kind, &p.Thumb.Width, &p.Thumb.Height,
		&p.Large.Kind, &p.Large.Width, &p.Large.Height, &p.Moving, &p.Colour, &p.State}
}

func scanPicture(scan db.Scan) (p Picture, err error) { return p, scan(p.columns()...) }

func scanAttached(scan db.Scan) (a Attached, err error) {
	return a, scan(append(a.columns(), &a.Post, &a.Alt, &a.Spoiler, &a.Free)...)
}

const attachedQuery = `SELECT ` + columns + `, a.post, a.alt, a.spoiler, a.free FROM attachment a JOIN picture p ON p.number = a.picture WHERE `

// Attach puts pictures into a post, in their order. Free says that they don't
// wait. A picture that is no longer there, since it was removed or nobody used
// it for an hour, is a fault on "picture".
func Attach(tx *db.Tx, to Post, list []New, free bool) error {
	for i, n := range list {
		used, err := tx.Exec(`UPDATE picture SET used = used + 1 WHERE number = $1 AND state <> 'removed'`, n.Number)
		if err != nil {
			return err
		}
		if used == 0 {
			return fault.New(fault.Invalid, "media.no_longer_there").On("picture")
		}
		if _, err := tx.Exec(`INSERT INTO attachment (post, position, thread, place, picture, alt, spoiler, free) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			to.Number, i, to.Thread, to.Place, n.Number, n.Alt, n.Spoiler, free); err != nil {
			return err
		}
	}
	return nil
}

// Detach takes a post's pictures out of it and tells how many there were. A
// picture that no other post shows goes with the next sweep.
func Detach(tx *db.Tx, post int64) (int, error) {
	numbers, err := db.All(tx, func(scan db.Scan) (n int64, err error) { return n, scan(&n) },
		`DELETE FROM attachment WHERE post = $1 RETURNING picture`, post)
	if err != nil {
		return 0, err
	}
	for _, n := range numbers {
		if _, err := tx.Exec(`UPDATE picture SET used = used - 1 WHERE number = $1`, n); err != nil {
			return 0, err
		}
	}
	return len(numbers), nil
}

// InThread reads the pictures of a thread's posts from one number to another,
// in order.
func InThread(tx *db.Tx, thread, low, high int64) ([]Attached, error) {
	return db.All(tx, scanAttached, attachedQuery+`a.thread = $1 AND a.post BETWEEN $2 AND $3 ORDER BY a.post, a.position`, thread, low, high)
}

// OfPosts reads the pictures of some posts, in order.
func OfPosts(tx *db.Tx, posts []int64) ([]Attached, error) {
	if len(posts) == 0 {
		return nil, nil
	}
	marks, args := make([]string, len(posts)), make([]any, len(posts))
	for i, n := range posts {
		marks[i], args[i] = fmt.Sprintf("$%d", i+1), n
	}
	return db.All(tx, scanAttached, attachedQuery+`a.post IN (`+strings.Join(marks, ", ")+`) ORDER BY a.post, a.position`, args...)
}

// firstsAmong asks for the pictures of some posts: many posts, in few texts.
var firstsAmong = db.ForMany(func(n int) string {
	return attachedQuery + `a.post IN ` + db.Marks(1, 1, make([]string, n)...) + ` ORDER BY a.post, a.position`
})

// Find reads pictures by their numbers, in the order given; those that aren't
// there, or were removed, are left out.
func Find(tx *db.Tx, numbers []int64) ([]Picture, error) {
	var found []Picture
	for _, n := range numbers {
		p, err := scanPicture(tx.Row(`SELECT `+columns+` FROM picture p WHERE p.number = $1 AND p.state <> 'removed'`, n).Scan)
		switch err {
		case nil:
			found = append(found, p)
		case db.ErrNone:
		default:
			return nil, err
		}
	}
	return found, nil
}

// insertPicture stores the row of a picture, unless the same one is there.
func insertPicture(tx *db.Tx, p Picture, sum, hash []byte, quality int, at time.Time) (int64, error) {
	return tx.Exec(`INSERT INTO picture (number, sha, md5, kind, width, height, bytes, thumb_kind, thumb_width, thumb_height,
			large_kind, large_width, large_height, moving, colour, pdq, quality, state, used, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 0, $19) ON CONFLICT DO NOTHING`,
		p.Number, sum, p.MD5, p.Kind, p.Width, p.Height, p.Bytes, p.Thumb.Kind, p.Thumb.Width, p.Thumb.Height,
		p.Large.Kind, p.Large.Width, p.Large.Height, p.Moving, p.Colour, hash, quality, string(p.State), at.Unix())
}
