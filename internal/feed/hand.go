package feed

import (
	"encoding/xml"
	"fmt"
	"html"
	"net/http"
	"slices"
	"time"

	"moot/internal/convene"
	"moot/internal/door"
	"moot/internal/fault"
	"moot/internal/key"
	"moot/internal/meetup"
)

// How far back the feed of a hand goes, and how much it has of each.
const (
	handLately = 30 * 24 * time.Hour
	handMost   = 20
)

// handFeed is what the owner of a hand is told: its address is a secret. It is for them
// alone, so it is kept by nobody on the way.
type handFeed struct {
	*reading
	*document
	hand convene.Hand
	page string // the hand's own
}

// hand is the feed of a hand.
func (d *feeds) hand(a *door.Asked) error {
	owner, ok := key.Parse(a.R.PathValue("token"))
	if !ok {
		return fault.New(fault.NotFound, "convene.no_hand")
	}
	h, err := d.Ladder.Hand(a.R.Context(), owner)
	if err != nil {
		return err
	}
	r := d.reading(a)
	page := "/hand/" + owner.Token()
	f := handFeed{r, r.feed("hand "+owner.Token(), page+"/feed.atom", page), h, page}
	f.Title = r.title(r.T("ladder.feed_title", "place", r.name(h.Place)))
	if h.EndsSoon(d.Clock.Now()) {
		f.add(fmt.Sprint("hand ends ", owner.Token(), h.Ends.Unix()), h.Ends.Add(-convene.Warning), r.name(h.Place), r.T("ladder.feed_ends", "date", r.Date(h.Ends)), page)
	}
	elsewhere, err := f.convenings()
	if err != nil {
		return err
	}
	if err := f.meetups(elsewhere); err != nil {
		return err
	}
	slices.Reverse(f.Entries) // of those of one minute the later comes first
	slices.SortStableFunc(f.Entries, func(a, b entry) int { return -compareStamps(a.Updated, b.Updated) })
	return f.send()
}

func compareStamps(a, b string) int {
	x, _ := time.Parse(time.RFC3339, a)
	y, _ := time.Parse(time.RFC3339, b)
	return x.Compare(y)
}

// add adds an entry in the site's own words.
func (f *handFeed) add(name string, at time.Time, about, words, path string) {
	f.touch(at)
	f.Entries = append(f.Entries, entry{
		ID: f.id(name), Title: *f.words(about + ": " + words), Published: stamp(at), Updated: stamp(at),
		Author: person{Name: f.feeds.Name}, Links: []link{{Rel: "alternate", Type: "text/html", Address: f.base + path}},
		Content: label{Language: f.Tag().String(), Type: "html", Text: clean("<p>" + html.EscapeString(words) + "</p>")},
	})
}

// convenings are those in which the hand is asked: that each opened, and how it closed.
// Elsewhere are the threads of meetups that came of one in another city.
func (f *handFeed) convenings() (elsewhere []int64, err error) {
	all, err := f.Ladder.Asked(f.Context(), f.hand, f.Clock.Now().Add(-handLately), handMost)
	for _, c := range all {
		opened, thread := c, fmt.Sprintf("/%s/t/%d", c.Place.Path(), c.Thread)
		opened.Closed = time.Time{}
		f.add(fmt.Sprint("convening opened ", c.Thread), c.Opened, f.name(c.Place), f.Ladder.Told(opened, f.reading.Language), f.page)
		if c.Open() {
			continue
		}
		if c.Came {
			thread += "/meetup"
			if c.Place != f.hand.Place {
				elsewhere = append(elsewhere, c.Thread)
			}
		}
		f.add(fmt.Sprint("convening closed ", c.Thread), c.Closed, f.name(c.Place), f.Ladder.Told(c, f.reading.Language), thread)
	}
	return elsewhere, err
}

// meetups are those to come in the hand's city, and some elsewhere: that each was
// announced, what was changed of it, and that it is a day away.
func (f *handFeed) meetups(elsewhere []int64) error {
	all, _, err := f.Meetups.Coming(f.Context(), f.hand.Place, meetup.Cursor{}, handMost)
	if err != nil {
		return err
	}
	for _, thread := range elsewhere {
		m, err := f.Meetups.Meetup(f.Context(), thread)
		if fault.Is(err, fault.NotFound) {
			continue
		} else if err != nil {
			return err
		}
		all = append(all, m)
	}
	var threads []int64
	for _, m := range all {
		threads = append(threads, m.Thread)
	}
	written, err := f.Boards.WrittenPosts(f.Context(), threads...)
	if err != nil {
		return err
	}
	announced := map[int64]time.Time{}
	for _, w := range written {
		announced[w.Post.Number] = w.Post.At
	}
	now := f.Clock.Now()
	for _, m := range all {
		path := fmt.Sprintf("/%s/t/%d/meetup", m.Place.Path(), m.Thread)
		if at, known := announced[m.Thread]; known && len(m.Coming) > 0 {
			venue := m.Venue.Name
			if venue == "" {
				venue = f.T("meetup.where_open")
			}
			f.add(fmt.Sprint("meetup announced ", m.Thread), at, m.Title, f.T("ladder.feed_announced", "date", f.when(m.Coming[0], now), "venue", venue), path)
		}
		for _, t := range m.Tidings {
			f.add(nameOf(m, t), t.At, m.Title, t.Words(f.reading.Language, now), path)
		}
	}
	return nil
}

// send answers with the feed, and asks that nobody keep or list it.
func (f *handFeed) send() error {
	f.pages("before", "", "")
	f.Updated = stamp(f.updated)
	body, err := xml.Marshal(f.document)
	if err != nil {
		return fmt.Errorf("feed: %w", err)
	}
	h := f.asked.W.Header()
	h.Set("Content-Type", atomType+"; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex")
	h.Add("Vary", "Accept-Language")
	door.Write(f.asked.W, f.asked.R, http.StatusOK, append([]byte(xml.Header), body...))
	return nil
}
