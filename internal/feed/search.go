package feed

import (
	"cmp"
	"net/url"
	"strconv"
	"time"

	"moot/internal/board"
	"moot/internal/door"
	"moot/internal/fault"
	"moot/internal/place"
	"moot/internal/search"
	"moot/internal/text"
)

// search is what is found by the words of posts, the newest first. It takes the
// parameters of the page /search; but what can't be understood of them is no
// feed, since nobody would be there to be told.
func (d *feeds) search(a *door.Asked) error {
	asked := a.R.URL.Query()
	query, err := d.query(asked)
	if err != nil {
		return err
	}
	found, err := d.Index.Search(a.R.Context(), query)
	if err != nil {
		return err
	}
	numbers := make([]int64, len(found.Hits))
	for i, hit := range found.Hits {
		numbers[i] = hit.Number
	}
	written, err := d.Boards.WrittenPosts(a.R.Context(), numbers...)
	if err != nil {
		return err
	}
	r := d.reading(a)
	told := canonical(query)
	here := told.Encode()
	told.Set("sort", "newest") // as the page calls it
	f := r.feed("search "+here, "/search.atom?"+here, "/search?"+told.Encode())
	f.Title = r.title(r.T("feed.search", "query", cmp.Or(query.Text, r.name(query.Place), "…")))
	for i := len(written) - 1; i >= 0; i-- { // they come in the order of their numbers
		w := written[i]
		f.touch(w.Post.At)
		f.Entries = append(f.Entries, r.found(w))
	}
	f.pages("after", query.After, found.Next)
	return r.send(f)
}

// found is an entry that stands for a post on some board.
func (r *reading) found(w board.Written) entry {
	e := r.post(board.Thread{Number: w.Post.Thread, Place: w.Place, Subject: w.Subject}, w.Post, nil)
	e.Categories = []category{{Term: w.Place.Path(), Label: r.name(w.Place)}}
	return e
}

const maxQuery = 800 // bytes of each parameter that are looked at

// query reads the parameters of a search.
func (d *feeds) query(asked url.Values) (q search.Query, err error) {
	get := func(name string) string {
		s := asked.Get(name)
		return text.CleanLine(s[:min(len(s), maxQuery)])
	}
	q = search.Query{Text: get("q"), Picture: get("picture") != "", Opening: get("opening") != "", Newest: true, After: get("after")}
	if where := get("place"); where != "" {
		if q.Place, err = d.place(where); err != nil {
			return q, err
		}
	}
	if thread := get("thread"); thread != "" {
		if q.Thread, err = strconv.ParseInt(thread, 10, 64); err != nil || q.Thread < 1 {
			return q, fault.New(fault.NotFound, "board.no_thread")
		}
	}
	for name, day := range map[string]*time.Time{"from": &q.From, "to": &q.To} {
		if value := get(name); value != "" {
			if *day, err = time.Parse(time.DateOnly, value); err != nil {
				return q, fault.New(fault.Invalid, "search.unknown_day").On(name)
			}
		}
	}
	return q, nil
}

// place is the place of a path.
func (d *feeds) place(path string) (place.Place, error) {
	if p, ok := d.Gazetteer.ByPath(path); ok {
		return p, nil
	}
	if p, ok := d.Gazetteer.Redirect(path); ok {
		return p, nil
	}
	return place.Place{}, fault.New(fault.NotFound, "search.unknown_place").On("place")
}

// canonical is a search as parameters, the same for all ways to ask for it, and
// as the page /search tells of its feed.
func canonical(q search.Query) url.Values {
	v := url.Values{}
	if q.Text != "" {
		v.Set("q", q.Text)
	}
	if q.Place.Valid() {
		v.Set("place", q.Place.Path())
	}
	if q.Thread > 0 {
		v.Set("thread", strconv.FormatInt(q.Thread, 10))
	}
	for name, day := range map[string]time.Time{"from": q.From, "to": q.To} {
		if !day.IsZero() {
			v.Set(name, day.Format(time.DateOnly))
		}
	}
	for name, only := range map[string]bool{"picture": q.Picture, "opening": q.Opening} {
		if only {
			v.Set(name, "1")
		}
	}
	return v
}
