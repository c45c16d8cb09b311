package board

import (
	"moot/internal/db"
	"moot/internal/media"
)

// addPictures reads the pictures of posts. They are of one thread and in order;
// the opening post may stand before a gap.
func addPictures(tx *db.Tx, thread int64, posts []Post) error {
	opening, replies := posts, posts
	if len(posts) > 0 && posts[0].Opens() {
		opening, replies = posts[:1], posts[1:]
	} else {
		opening = nil
	}
	for _, stretch := range [][]Post{opening, replies} {
		if len(stretch) == 0 {
			continue
		}
		found, err := media.InThread(tx, thread, stretch[0].Number, stretch[len(stretch)-1].Number)
		if err != nil {
			return err
		}
		hang(found, stretch, func(p *Post) *Post { return p })
	}
	return nil
}

// addPicturesOfNotices reads the pictures of the opening posts of notices.
func addPicturesOfNotices(tx *db.Tx, notices []Notice) error {
	var numbers []int64
	for _, n := range notices {
		if n.Thread.Pictures > 0 {
			numbers = append(numbers, n.Opening.Number)
		}
	}
	found, err := media.OfPosts(tx, numbers)
	if err != nil {
		return err
	}
	hang(found, notices, func(n *Notice) *Post { return &n.Opening })
	return nil
}

// hang gives each post its pictures.
func hang[T any](found []media.Attached, to []T, post func(*T) *Post) {
	if len(found) == 0 {
		return
	}
	place := make(map[int64]*Post, len(to))
	for i := range to {
		p := post(&to[i])
		place[p.Number] = p
	}
	for _, a := range found {
		if p := place[a.Post]; p != nil {
			p.Pictures = append(p.Pictures, a)
		}
	}
}

// unposted is the pictures of a post that is previewed.
func unposted(tx *db.Tx, c clean) ([]media.Attached, error) {
	var all []media.Attached
	for _, n := range c.pictures {
		found, err := media.Find(tx, []int64{n.Number})
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			all = append(all, media.Attached{Picture: p, Alt: n.Alt, Spoiler: n.Spoiler, Free: c.free})
		}
	}
	return all, nil
}
