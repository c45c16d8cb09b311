package board

import (
	"context"
	"fmt"
	"slices"
	"time"

	"moot/internal/db"
	"moot/internal/media"
	"moot/internal/place"
)

// Written is a post that stands, with what there is to know of where: for
// rooms that read what was written and keep something made of it.
type Written struct {
	Post    Post // without what it refers to; its time in the place's zone
	Subject string
	Place   place.Place
	Posts   int // that stand in its thread
}

// Path is the address of a page on which the post is seen: of a long thread,
// the part that begins with it.
func (w Written) Path() string {
	if w.Posts > wholeThread && !w.Post.Opens() {
		return fmt.Sprintf("%s?after=%d#p%d", threadPath(w.Place.Path(), w.Post.Thread), w.Post.Number-1, w.Post.Number)
	}
	return Target{Number: w.Post.Number, Thread: w.Post.Thread, Place: w.Place.Path()}.Path()
}

// Written reads up to limit posts behind a number, in the order of their
// numbers. Posts that were taken back are left out, so fewer than limit say
// that there is none behind them.
func (b *Boards) Written(ctx context.Context, after int64, limit int) (all []Written, err error) {
	err = b.db.Read(ctx, func(tx *db.Tx) error {
		all, err = b.written(tx, `p.number > $1 ORDER BY p.number LIMIT $2`, after, limit)
		return err
	})
	return all, err
}

// WrittenPosts reads the posts of some numbers, in the order of their numbers.
// Those that were taken back, or never were, are left out.
func (b *Boards) WrittenPosts(ctx context.Context, numbers ...int64) (all []Written, err error) {
	numbers = slices.Compact(slices.Sorted(slices.Values(numbers)))
	err = b.db.Read(ctx, func(tx *db.Tx) error {
		all = nil
		for some := range slices.Chunk(numbers, asked) {
			found, err := b.written(tx, inAsked("p.number", 1)+` ORDER BY p.number`, inOrder(some)...)
			if err != nil {
				return err
			}
			all = append(all, found...)
		}
		return nil
	})
	return all, err
}

func (b *Boards) written(tx *db.Tx, where string, args ...any) ([]Written, error) {
	all, err := db.All(tx, b.scanWritten, `SELECT p.number, p.thread, p.name, p.trip, p.tag, p.body, p.sage, p.at, t.subject, t.place, t.posts
		FROM post p JOIN thread t ON t.number = p.thread WHERE NOT p.gone AND `+where, args...)
	if err != nil {
		return nil, err
	}
	numbers := make([]int64, len(all))
	for i, w := range all {
		numbers[i] = w.Post.Number
	}
	pictures, err := media.OfPosts(tx, numbers)
	hang(pictures, all, func(w *Written) *Post { return &w.Post })
	return all, err
}

func (b *Boards) scanWritten(scan db.Scan) (w Written, err error) {
	p, path, at := &w.Post, "", int64(0)
	if err = scan(&p.Number, &p.Thread, &p.Name, &p.Trip, &p.Tag, &p.Body, &p.Sage, &at, &w.Subject, &path, &w.Posts); err != nil {
		return w, err
	}
	if w.Place, err = b.place(path); err == nil {
		p.At = time.Unix(at, 0).In(w.Place.Zone())
	}
	return w, err
}

// QuotedThreads are the other threads that a post refers to, where its number
// then stands beside the posts that it refers to.
func (b *Boards) QuotedThreads(ctx context.Context, post int64) ([]int64, error) {
	return b.numbers(ctx, `SELECT DISTINCT target_thread FROM quote WHERE source = $1 AND target_thread <> source_thread`, post)
}

func number(scan db.Scan) (n int64, err error) { return n, scan(&n) }

func (b *Boards) numbers(ctx context.Context, query string, args ...any) (all []int64, err error) {
	err = b.db.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = db.All(tx, number, query, args...)
		return err
	})
	return all, err
}
