package api

import (
	"fmt"

	"moot/internal/board"
	"moot/internal/media"
	"moot/internal/place"
	"moot/internal/text"
)

// excerptLength is how many characters of an opening post stand in a list.
const excerptLength = 320

func (c *call) thread(t board.Thread) thread {
	return thread{
		Number: t.Number, Place: c.place(t.Place), Subject: t.Subject, Posts: t.Posts, Pictures: t.Pictures,
		At: t.At, LastAt: t.LastAt, Open: t.Open(), Locked: t.Locked, Pinned: t.Pinned, Full: t.Full, Settled: t.Settled,
		Archived: t.ArchivedAt, URL: t.Path(),
	}
}

func (c *call) wall(p place.Place, w board.Wall, full bool) answer {
	return answer{Body: threadList{c.place(p), c.notices(w.Notices, full), w.Older}}
}

func (c *call) notices(all []board.Notice, full bool) []notice {
	made := make([]notice, len(all))
	for i, n := range all {
		made[i] = notice{thread: c.thread(n.Thread), Shown: pictures(n.Opening.Pictures)}
		if !n.Opening.Gone {
			made[i].Excerpt = n.Opening.Document().Plain(excerptLength)
		}
		if full {
			opening := c.post(n.Thread, n.Opening)
			made[i].Opening, made[i].Last, made[i].Omitted = &opening, c.posts(n.Thread, n.Last), n.Omitted
		}
	}
	return made
}

func (c *call) posts(t board.Thread, all []board.Post) []post {
	made := make([]post, len(all))
	for i, p := range all {
		made[i] = c.post(t, p)
	}
	return made
}

func (c *call) post(t board.Thread, p board.Post) post {
	return post{
		Number: p.Number, Thread: p.Thread, written: c.written(p), Tag: p.Tag, At: p.At.In(t.Place.Zone()), Gone: p.Gone,
		Back: references(p.Back), URL: board.Target{Number: p.Number, Thread: p.Thread, Place: t.Place.Path()}.Path(),
	}
}

// written is what a post says. Its HTML is the same in every language, so that
// it says nothing beside what was written.
func (c *call) written(p board.Post) written {
	return written{
		Name: p.Name, Trip: p.Trip, Text: p.Body, Sage: p.Sage, Pictures: pictures(p.Pictures), Refers: references(p.Refs),
		HTML: p.Document().HTML(text.Renderer{Resolve: func(r text.Reference) (text.Target, bool) {
			if r.Number == 0 {
				found, ok := c.Places.ByPath(r.Place)
				if !ok {
					return text.Target{}, false
				}
				return text.Target{Href: "/" + found.Path(), Class: "board"}, true
			}
			t, ok := p.Refers(r.Number)
			if !ok {
				return text.Target{}, false
			}
			return text.Target{Href: t.Path()}, true
		}}),
	}
}

func references(all []board.Target) []reference {
	made := make([]reference, len(all))
	for i, t := range all {
		made[i] = reference{t.Number, t.Thread, t.Path()}
	}
	return made
}

// pictures are those of a post that readers see.
func pictures(all []media.Attached) []picture {
	made := []picture{}
	for _, a := range all {
		if a.Visible() {
			shown := pictureOf(a.Picture)
			shown.Alt, shown.Spoiler = a.Alt, a.Spoiler
			made = append(made, shown)
		}
	}
	return made
}

func pictureOf(p media.Picture) picture {
	return picture{
		Number: p.Number, Kind: p.Kind, Width: p.Width, Height: p.Height, Bytes: p.Bytes, Moving: p.Moving,
		Colour: fmt.Sprintf("#%06x", p.Colour),
		File:   sized{"/f/" + p.File(), p.Width, p.Height},
		Thumb:  sized{"/f/" + p.ThumbFile(), p.Thumb.Width, p.Thumb.Height},
		Large:  sized{"/f/" + p.LargeFile(), p.Large.Width, p.Large.Height},
	}
}
