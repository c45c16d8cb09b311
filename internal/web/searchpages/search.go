package searchpages

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"moot/internal/place"
	"moot/internal/search"
	"moot/internal/text"
	"moot/internal/web/page"
)

var searchPage = page.Declare[*searchView](folder, "search")

type searchView struct {
	page.View
	Form     form
	Problems page.Problems
	Results  search.Results
	Hits     []hit
	Way      string   // in which the results are told of: "some", "more", "further", "none", "wordless" or ""
	Filters  []string // what narrows the search, in words
	Wider    []wider
	Next     string // address of the next page
	First    string // of the first, from a later one
	Loose    string // of the same search without its filters, where it has any
	Examples []example
}

// form is what was asked for, as it stands in the form.
type form struct {
	Text     string
	Where    string // the path of the place, or what was typed in its stead
	Place    place.Place
	Thread   int64
	Title    string // of the thread
	From, To string
	Picture  bool
	Opening  bool
	Newest   bool
	After    string
}

// wider is a place around the one that is searched.
type wider struct {
	Name    string
	Address string
	Chosen  bool
}

// hit is a post that was found.
type hit struct {
	search.Hit
	Title string // where its thread has no subject
}

// example is something that can be typed, and what it finds.
type example struct{ Typed, Finds string }

const maxQuery = 800 // bytes of what was typed that are looked at

// search looks for what was written.
func (d *door) search(q *page.Request) error {
	v := &searchView{View: page.View{Title: q.T("search.title"), NoIndex: true, Bare: true}}
	v.Trail = []page.Crumb{{Name: v.Title}}
	v.read(q)
	v.View.Place = v.Form.Place
	if err := d.entitle(q, &v.Form); err != nil {
		return err
	}
	f := v.Form
	var err error
	v.Results, err = d.index.Search(q.Context(), search.Query{
		Text: f.Text, Place: f.Place, Thread: f.Thread, Opening: f.Opening, Picture: f.Picture,
		From: day(f.From), To: day(f.To), Newest: f.Newest, After: f.After,
	})
	if err != nil {
		return err
	}
	for _, h := range v.Results.Hits {
		shown := hit{Hit: h}
		if h.Subject == nil {
			shown.Title = q.T("board.untitled", "number", strconv.FormatInt(h.Thread, 10))
		}
		v.Hits = append(v.Hits, shown)
	}
	if v.Results.Asked && len(v.Problems) == 0 {
		v.Feeds = []page.Feed{{Name: q.T("feed.title_search"), Address: f.feed()}}
	}
	v.lead(q)
	return searchPage.Render(q, v)
}

// read reads the form. What can't be understood of it stands beside its field,
// and narrows nothing.
func (v *searchView) read(q *page.Request) {
	query := q.R.URL.Query()
	get := func(name string) string {
		s := query.Get(name)
		return text.CleanLine(s[:min(len(s), maxQuery)])
	}
	thread, _ := strconv.ParseInt(get("thread"), 10, 64)
	v.Form = form{
		Text: get("q"), Where: get("place"), Thread: max(thread, 0), From: get("from"), To: get("to"),
		Picture: get("picture") != "", Opening: get("opening") != "", Newest: get("sort") == "newest", After: get("after"),
	}
	f := &v.Form
	if f.Where != "" {
		if p, ok := named(q, f.Where); ok {
			f.Place, f.Where = p, p.Path()
		} else {
			v.Problems = append(v.Problems, page.Problem{Field: "place", Text: q.T("search.unknown_place")})
		}
	}
	for _, d := range []struct {
		name  string
		value *string
	}{{"from", &f.From}, {"to", &f.To}} {
		if *d.value != "" && day(*d.value).IsZero() {
			v.Problems = append(v.Problems, page.Problem{Field: d.name, Text: q.T("search.unknown_day")})
			*d.value = "" // a field for days holds nothing else
		}
	}
}

// named is the place of a path, or the likeliest of a name.
func named(q *page.Request, s string) (place.Place, bool) {
	if p, ok := q.Site.Gazetteer.ByPath(s); ok {
		return p, true
	}
	if p, ok := q.Site.Gazetteer.Redirect(s); ok {
		return p, true
	}
	found := q.Site.Gazetteer.Find(s, 1)
	if len(found) == 0 || found[0].Slip {
		return place.Place{}, false
	}
	return found[0].Place, true
}

// day reads a day as forms send it; one that can't be read is zero.
func day(s string) time.Time {
	t, _ := time.Parse(time.DateOnly, s)
	return t
}

// entitle finds what the thread that is searched is called.
func (d *door) entitle(q *page.Request, f *form) error {
	if f.Thread == 0 {
		return nil
	}
	f.Title = q.T("board.untitled", "number", strconv.FormatInt(f.Thread, 10))
	opening, err := d.boards.WrittenPosts(q.Context(), f.Thread)
	if err != nil || len(opening) == 0 {
		return err
	}
	if s := opening[0].Subject; s != "" {
		f.Title = s
	}
	return nil
}

// lead sets where the page leads: on, back, and to wider searches.
func (v *searchView) lead(q *page.Request) {
	f, r := v.Form, v.Results
	switch {
	case r.Asked && len(r.Hits) > 0 && r.More:
		v.Way = "more"
	case r.Asked && len(r.Hits) > 0:
		v.Way = "some"
	case r.Asked && r.Next != "":
		v.Way = "further"
	case r.Asked:
		v.Way = "none"
	case f.Text != "":
		v.Way = "wordless"
	}
	if r.Next != "" {
		v.Next = f.address(func(f *form) { f.After = r.Next })
	}
	if f.After != "" {
		v.First = f.address(func(f *form) { f.After = "" })
	}
	v.Filters = f.filters(q)
	if f.narrows() && f.Text != "" {
		v.Loose = form{Text: f.Text, Newest: f.Newest}.address(nil)
	}
	for p := f.Place; p.Valid(); p = p.Parent() {
		name := q.Name(p)
		if p.Kind() == place.World {
			name = q.T("search.everywhere")
		}
		v.Wider = append(v.Wider, wider{name, f.address(func(f *form) { f.Where, f.After = p.Path(), "" }), p == f.Place})
	}
	v.Examples = []example{
		{q.T("search.example_words"), q.T("search.example_words_find")},
		{q.T("search.example_phrase"), q.T("search.example_phrase_find")},
		{q.T("search.example_without"), q.T("search.example_without_find")},
		{"place:gr/athens", q.T("search.example_place")},
		{"from:2026-01-31 to:2026-02-28", q.T("search.example_days")},
		{"has:picture", q.T("search.example_picture")},
		{"is:opening", q.T("search.example_opening")},
		{"in:1234", q.T("search.example_thread")},
	}
}

// filters says what narrows a search. The place is told by the way to wider ones.
func (f form) filters(q *page.Request) (said []string) {
	say := func(asked bool, words string) {
		if asked {
			said = append(said, words)
		}
	}
	say(f.Thread > 0, q.T("search.thread", "title", f.Title))
	say(!day(f.From).IsZero(), q.T("search.from_day", "day", q.Language.Date(day(f.From))))
	say(!day(f.To).IsZero(), q.T("search.to_day", "day", q.Language.Date(day(f.To))))
	say(f.Picture, q.T("search.picture"))
	say(f.Opening, q.T("search.opening"))
	say(f.Newest, q.T("search.sort_newest"))
	return said
}

// narrows reports whether a form asks for more than words.
func (f form) narrows() bool {
	return f.Place.Valid() || f.Thread > 0 || f.From != "" || f.To != "" || f.Picture || f.Opening
}

// address is where a form leads, with a change.
func (f form) address(change func(*form)) string {
	if change != nil {
		change(&f)
	}
	query := url.Values{}
	set := func(name, value string, asked bool) {
		if asked {
			query.Set(name, value)
		}
	}
	set("q", f.Text, f.Text != "")
	set("place", f.Where, f.Where != "")
	set("thread", strconv.FormatInt(f.Thread, 10), f.Thread > 0)
	set("from", f.From, f.From != "")
	set("to", f.To, f.To != "")
	set("picture", "1", f.Picture)
	set("opening", "1", f.Opening)
	set("sort", "newest", f.Newest)
	set("after", f.After, f.After != "")
	return (&url.URL{Path: "/search", RawQuery: query.Encode()}).String()
}

// feed is where feed readers find what a form finds.
func (f form) feed() string {
	f.Newest, f.After = false, ""
	return strings.Replace(f.address(nil), "/search", "/search.atom", 1)
}

// Open reports whether the filters are to be seen at once: where they are what
// stands in the way of finding something.
func (v *searchView) Open() bool {
	return len(v.Problems) > 0 || v.Form.narrows() && len(v.Hits) == 0
}

// Find is where a place of the same name is looked for.
func (v *searchView) Find() string {
	if v.Form.Text == "" {
		return "/find"
	}
	return "/find?" + url.Values{"q": {v.Form.Text}}.Encode()
}
