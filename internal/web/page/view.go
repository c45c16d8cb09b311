package page

import (
	"cmp"
	"net/url"

	"moot/internal/lang"
	"moot/internal/place"
)

// View is what every page has. Pages embed it; a handler fills the first part,
// Render the second.
type View struct {
	Title       string      // in the reader's language, without the site's name; "" on the front page
	Description string      // for search engines and previews; "" for none
	Trail       []Crumb     // where the reader is, the page itself last; see Request.Trail
	Place       place.Place // whose colour the page has; the request's place where it is not set
	Canonical   string      // path of the page's one true address; the request's own path where it is ""
	NoIndex     bool        // search engines are asked to pass it over
	Feeds       []Feed      // of what is on the page
	Sign        *Sign       // what stands for the page where its address is shared; nil for nothing
	Personal    bool        // made for this visitor: never stored by anybody
	Modules     []string    // ES modules besides those of every page: "reply.js"
	Live        bool        // its modules put in markup that the site sends them as things happen
	Status      int         // of the answer; 200 where it is 0
	Query       string      // what stands in the search box of the bar
	Bare        bool        // no search box in the bar, since the page has its own
	Ticket      string      // of the page's form: the one thing that differs each time, so its ETag leaves it out

	Site     *Site
	Language *lang.Language
	Theme    string // "auto", "light", "dark" or "classic"
	Hue      string // "hue-7"
	Tongues  []Choice
	Themes   []Choice
}

func (v *View) view() *View { return v }

// Crumb is one step of the trail in the bar.
type Crumb struct {
	Name    string
	Address string // path; the page itself needs none
}

// Feed is a feed that a page tells feed readers of.
type Feed struct {
	Name    string
	Address string // path
	Type    string // of media; Atom where it is ""
}

// Media is the feed's type of media.
func (f Feed) Media() string { return cmp.Or(f.Type, "application/atom+xml") }

// Sign is what stands for a page where its address is shared, by the Open Graph
// protocol (ogp.me), beside the page's title and description.
type Sign struct {
	Kind    string // "website" or "article"
	Picture string // path of a PNG of 1200 by 630 pixels
	Alt     string // what is on the picture
}

// Choice is one language or theme that the reader may choose in the footer.
type Choice struct {
	Name    string
	Code    string
	Address string // this page in that language or theme
	Chosen  bool
}

// Themes are the themes there are, the default first.
var themes = []string{PlainTheme, "light", "dark", "classic"}

// PlainTheme is that of who wishes for none: the device's.
const PlainTheme = "auto"

// complete fills in what Render knows.
func (v *View) complete(q *Request) {
	v.Site, v.Language, v.Theme = q.Site, q.Language, q.Theme
	if !v.Place.Valid() {
		v.Place = q.Place
	}
	v.Hue = "hue-2" // the site's own: brick
	if v.Place.Valid() {
		v.Hue = hueClass(v.Place)
	}
	if last := len(v.Trail) - 1; last >= 0 && v.Trail[last].Address == q.address.Path {
		v.Trail[last].Address = "" // the reader is there
	}
	if v.Canonical == "" {
		v.Canonical = q.address.Path
	}
	for _, l := range q.Site.Languages {
		v.Tongues = append(v.Tongues, Choice{l.Name(), l.Code(), q.with("lang", l.Code()), l == q.Language})
	}
	names := []string{q.T("page.theme_auto"), q.T("page.theme_light"), q.T("page.theme_dark"), q.T("page.theme_classic")}
	for i, theme := range themes {
		v.Themes = append(v.Themes, Choice{names[i], theme, q.with("theme", theme), theme == q.Theme})
	}
}

// with is the address of this page with a choice in it, and the rest of its
// query as it was.
func (q *Request) with(name, value string) string {
	query := url.Values{}
	for key, values := range q.address.Query() {
		if key != "lang" && key != "theme" {
			query[key] = values
		}
	}
	query.Set(name, value)
	return (&url.URL{Path: q.address.Path, RawQuery: query.Encode()}).String()
}

// Link is the address of the page's canonical path at the site's public
// address, or "" where the site doesn't know its own.
func (v *View) Link() string {
	if v.Site.Base == "" {
		return ""
	}
	return v.Site.Base + (&url.URL{Path: v.Canonical}).EscapedPath()
}
