package imageboard

import (
	"cmp"
	"encoding/base64"
	"html"
	"time"
	"unicode"

	"moot/internal/board"
	"moot/internal/media"
)

// nobody is the name of whoever gave none: clients know it for that.
const nobody = "Anonymous"

// nowForm is how 4chan writes a time.
const nowForm = "01/02/06(Mon)15:04:05"

const (
	semanticLength = 50 // characters of a thread's title in its address
	filenameLength = 60
)

func isWordly(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r)
}

// post makes a post of a thread. One that was taken back has nothing but its
// number and its time.
func (s *speaker) post(p board.Post, zone *time.Location) post {
	made := post{
		Number: p.Number, Thread: p.Thread, Time: p.At.Unix(), Now: p.At.In(zone).Format(nowForm),
		Name: html.EscapeString(cmp.Or(p.Name, nobody)), Trip: p.Trip, Tag: p.Tag,
	}
	if p.Opens() {
		made.Thread = 0
	}
	if p.Gone {
		return made
	}
	made.Comment = s.comment(p)
	for _, a := range p.Pictures {
		switch {
		case a.State == media.Removed:
			made.Gone = true
		case !a.Visible():
		case made.file == nil:
			first := s.pictureOf(a)
			made.file = &first
		case s.dialect == vichan:
			made.More = append(made.More, s.pictureOf(a))
		}
	}
	made.Gone = made.Gone && made.file == nil
	return made
}

func (s *speaker) pictureOf(a media.Attached) file {
	return file{
		Tim: tim{a.Number, s.dialect == vichan}, Filename: slug(a.Alt, filenameLength, "picture"), Ext: media.Extension(a.Kind),
		Size: a.Bytes, MD5: base64.StdEncoding.EncodeToString(a.MD5),
		Width: a.Width, Height: a.Height, ThumbWidth: a.Thumb.Width, ThumbHeight: a.Thumb.Height,
		Spoiler: flag(a.Spoiler),
	}
}

// opening makes the first post of a thread. Its pictures are counted as the
// board does: with those that wait.
func (s *speaker) opening(t board.Thread, p board.Post) opening {
	made := opening{
		post: s.post(p, t.Place.Zone()), Sticky: flag(t.Pinned), Settled: flag(t.Settled),
		Replies: replies(t, p), Images: max(t.Pictures-len(p.Pictures), 0),
	}
	made.Subject = html.EscapeString(t.Subject)
	title := t.Subject
	if title == "" && !p.Gone {
		title = p.Document().Plain(semanticLength)
	}
	made.Semantic = slug(title, semanticLength, "thread")
	if !t.Open() {
		s.locked(&made)
	}
	if t.Archived() {
		made.Archived, made.ArchivedAt = true, t.ArchivedAt.Unix()
	}
	return made
}

// replies is how many posts that stand answer the opening post.
func replies(t board.Thread, opening board.Post) int {
	if opening.Gone {
		return t.Posts
	}
	return t.Replies()
}

// modified is when a thread last changed, for clients that look whether it is
// another time than before. Times are kept to the minute; the count of the
// thread's posts stands for the second, so that every post that comes or goes
// makes it another.
func modified(t board.Thread) int64 { return t.LastAt.Unix() + int64(t.Posts%60) }

// listed makes the first post of a thread in a list.
func (s *speaker) listed(n board.Notice) listed {
	made := listed{opening: s.opening(n.Thread, n.Opening), OmittedPosts: n.Omitted, Modified: modified(n.Thread)}
	made.OmittedImages = made.Images
	for _, p := range n.Last {
		made.OmittedImages -= len(p.Pictures)
	}
	made.OmittedImages = max(made.OmittedImages, 0)
	return made
}

func (s *speaker) posts(all []board.Post, zone *time.Location) []post {
	var made []post
	for _, p := range all {
		if !p.Gone {
			made = append(made, s.post(p, zone))
		}
	}
	return made
}
