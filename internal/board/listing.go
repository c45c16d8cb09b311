package board

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"moot/internal/db"
	"moot/internal/media"
	"moot/internal/place"
)

// Listing reads the threads that stand on a place's board as the imageboards
// list them: each with its opening post whole and its newest replies that stand,
// as many as last says. It begins with the from-th in the order of the board,
// has at most count, and ends with the CatalogSize-th.
func (b *Boards) Listing(ctx context.Context, p place.Place, from, count, last int) (list []Notice, err error) {
	end := min(max(from, 0)+count, CatalogSize)
	args := []any{p.Path()}
	pinned := wallQuery{where: `t.place = $1 AND t.pinned`, args: args, key: "t.bump"}
	others := wallQuery{where: `t.place = $1 AND t.archived_at = 0 AND NOT t.pinned`, args: args, key: "t.bump"}
	err = b.db.Read(ctx, func(tx *db.Tx) error {
		if list, err = b.notices(tx, pinned, newest, min(end, maxPinned)); err != nil {
			return err
		}
		more, err := b.notices(tx, others, newest, end-len(list))
		if err != nil {
			return err
		}
		list = append(list, more...)
		list = list[min(max(from, 0), len(list)):]
		for some := range slices.Chunk(list, asked) {
			if err := addNewest(tx, some, last); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// asked is how many posts or threads are asked for at once. A fixed number, so
// that the SQL is one text that stays prepared.
const asked = 32

// inAsked is the condition that a column is one of so many numbers, whose marks
// begin with $from; inOrder are the numbers.
func inAsked(column string, from int) string {
	marks := make([]string, asked)
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", from+i)
	}
	return column + ` IN (` + strings.Join(marks, ", ") + `)`
}

func inOrder(numbers []int64) []any {
	args := make([]any, asked)
	for i := range args {
		args[i] = numbers[min(i, len(numbers)-1)]
	}
	return args
}

// newestReplies reads the newest replies of some threads. Where in each they
// begin is found first, so that both engines go by the index, however long they are.
var newestReplies = `WITH ends AS MATERIALIZED (SELECT t.number, COALESCE((SELECT r.number FROM post r
	WHERE r.thread = t.number AND r.number <> t.number AND NOT r.gone ORDER BY r.number DESC LIMIT 1 OFFSET $1), 0) AS since
	FROM thread t WHERE ` + inAsked("t.number", 2) + `)
	SELECT p.number, p.thread, p.name, p.trip, p.tag, p.body, p.sage, p.gone, p.at FROM ends e
	JOIN post p ON p.thread = e.number AND p.number >= e.since WHERE p.number <> e.number AND NOT p.gone ORDER BY p.number`

// addNewest reads the opening posts of some notices whole, their newest
// replies, and what all of these refer to and show.
func addNewest(tx *db.Tx, notices []Notice, last int) error {
	threads := make([]int64, len(notices))
	place := make(map[int64]*Notice, len(notices))
	for i, n := range notices {
		threads[i], place[n.Thread.Number] = n.Thread.Number, &notices[i]
	}
	posts, err := postsOf(tx, inAsked("number", 1), inOrder(threads)...)
	if err != nil {
		return err
	}
	if last > 0 {
		replies, err := db.All(tx, scanPost, newestReplies, append([]any{last - 1}, inOrder(threads)...)...)
		if err != nil {
			return err
		}
		posts = append(posts, replies...)
	}
	for some := range slices.Chunk(posts, asked) {
		if err := addRefs(tx, some); err != nil {
			return err
		}
	}
	for _, p := range posts {
		if n := place[p.Thread]; p.Opens() {
			n.Opening = p
		} else {
			n.Last = append(n.Last, p)
		}
	}
	for i := range notices {
		notices[i].count()
	}
	return nil
}

// addRefs reads what posts of any threads refer to and show.
func addRefs(tx *db.Tx, posts []Post) error {
	numbers := make([]int64, asked)
	place := make(map[int64]*Post, len(posts))
	for i := range numbers {
		p := &posts[min(i, len(posts)-1)]
		numbers[i], place[p.Number] = p.Number, p
	}
	refs, err := db.All(tx, scanQuote, `SELECT q.source, q.target, q.target_thread, t.place FROM quote q JOIN thread t ON t.number = q.target_thread
		WHERE `+inAsked("q.source", 1)+` ORDER BY q.source, q.target`, inOrder(numbers)...)
	if err != nil {
		return err
	}
	for _, q := range refs {
		place[q.of].Refs = append(place[q.of].Refs, q.other)
	}
	pictures, err := media.OfPosts(tx, numbers)
	hang(pictures, posts, func(p *Post) *Post { return p })
	return err
}
