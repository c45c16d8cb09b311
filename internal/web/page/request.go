package page

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"moot/internal/door"
	"moot/internal/guard"
	"moot/internal/key"
	"moot/internal/lang"
	"moot/internal/place"
	"moot/internal/web/cache"
)

// Reader is who pages are made for: on which site, and in which language.
type Reader struct {
	Site     *Site
	Language *lang.Language
}

// T is a message in the reader's language.
func (r Reader) T(key string, args ...any) string { return r.Language.T(key, args...) }

// Name is a place's name in the reader's language.
func (r Reader) Name(p place.Place) string { return p.Name(r.Language.Tag()) }

// Request is one request on its way through the HTML door. A handler reads
// from it, and answers by Page.Render, Redirect or an error, which becomes a
// form's words or the error page.
type Request struct {
	W http.ResponseWriter
	R *http.Request // path values and the parsed form are here; its path is what follows the place
	Reader
	Theme   string
	Place   place.Place   // whose board it is; zero where the address names none
	Visitor guard.Visitor // for the guard alone
	Files   []door.File   // of a form with files

	address *url.URL  // as asked for, place and all
	actor   key.Actor // given its token by this request
}

// Handler answers a request.
type Handler func(q *Request) error

// Route is an address of a folder's pages. Its pattern is one of ServeMux with
// a method ("GET /catalog"). A GET answers HEAD too.
type Route struct {
	Pattern string
	Handle  Handler
	Live    Listen      // in place of Handle: the answer is a stream of what happens
	Class   guard.Class // what asking costs; a POST always costs guard.Post
	Shared  Shared      // the page at the pattern's own address, without a query, is the same for everybody
	Lags    bool        // what it shows may be a little old (package lag), for who hasn't just posted
	Files   int         // how many files its form may bring; 0: none
}

// Shared says what a page is about that is the same for everybody, in one
// language and theme: what moves it. Its handler looks at nothing else of a
// request than its path.
type Shared func(q *Request) []cache.Topic

// Pages is what a folder brings to the site: its files, and its addresses.
// Those in Site are whole ("GET /find"); those in Board follow any place's path
// ("GET /{$}" is the board itself, "GET /t/{no}" a thread on it).
type Pages struct {
	Folder *Folder
	Site   []Route
	Board  []Route
}

// New makes the Request of an HTTP request, with the language and the theme
// that its address, its cookies or its headers wish for.
func New(s *Site, w http.ResponseWriter, r *http.Request, visitor guard.Visitor) *Request {
	q := &Request{W: w, R: r, Reader: Reader{Site: s}, Visitor: visitor, address: r.URL}
	q.choose()
	return q
}

// Wishing is a Request of which only language and theme are looked at: those
// that cookies and headers wish for.
func Wishing(s *Site, r *http.Request) *Request {
	q := &Request{W: nowhere{}, R: r, Reader: Reader{Site: s}, address: r.URL}
	q.choose()
	return q
}

// nowhere takes no answer.
type nowhere struct{}

func (nowhere) Header() http.Header         { return http.Header{} }
func (nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (nowhere) WriteHeader(int)             {}

// ForAll is the request without anything of who asked but language and theme: for
// an answer that everybody gets.
func (q *Request) ForAll(ctx context.Context, w http.ResponseWriter) *Request {
	r := q.R.WithContext(ctx)
	r.Method, r.Header, r.RemoteAddr = http.MethodGet, http.Header{}, ""
	return &Request{W: w, R: r, Reader: q.Reader, Theme: q.Theme, Place: q.Place, address: q.address}
}

// Context is the request's: it ends when the visitor goes away.
func (q *Request) Context() context.Context { return q.R.Context() }

// Now is the site's time.
func (q *Request) Now() time.Time { return q.Site.Clock.Now() }

// Path is the path that was asked for, with the place's.
func (q *Request) Path() string { return q.address.Path }

// Redirect sends the visitor on to a path (with query and fragment) of this
// site: 303 after a form, 301 or 308 where something moved for good.
func (q *Request) Redirect(status int, address string) error {
	q.W.Header().Set("Location", address)
	if status == http.StatusSeeOther {
		q.W.Header().Set("Cache-Control", "no-store")
		if q.R.Method == http.MethodPost {
			q.cookie(FreshCookie, "1", freshTime)
		}
	}
	q.W.WriteHeader(status)
	return nil
}

// Trail is the way down from the world to the request's place, and from there
// along the crumbs given.
func (q *Request) Trail(more ...Crumb) []Crumb {
	var up []Crumb
	for p := q.Place; p.Valid(); p = p.Parent() {
		up = append(up, Crumb{q.Name(p), "/" + p.Path()})
	}
	trail := make([]Crumb, 0, len(up)+len(more))
	for i := range up {
		trail = append(trail, up[len(up)-1-i])
	}
	return append(trail, more...)
}
