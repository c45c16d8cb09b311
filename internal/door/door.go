package door

import (
	"net/http"

	"moot/internal/guard"
	"moot/internal/place"
)

// Asked is a request as a door gets it.
type Asked struct {
	W     http.ResponseWriter
	R     *http.Request // its path is what follows the place
	Place place.Place   // whose board it is; zero where the address names none
	Files []File        // of a form with files
}

// Route is an address. Its pattern is one of ServeMux, with a method ("GET
// /catalog.json"). A GET answers HEAD too.
type Route struct {
	Pattern string
	Handle  func(*Asked) error
	Class   guard.Class // what asking costs; a POST or DELETE always costs guard.Post
	Lags    bool        // what it gives may be a little old (package lag), for who hasn't just posted
	Files   int         // how many files a form may bring; 0: none
	Body    int64       // bytes of a body that is no form, at the most; 0: no such body
}

// Routes is what a door brings to the site. Those in Site are whole; those in
// Board follow any place's path.
type Routes struct {
	Site  []Route
	Board []Route

	// Open says that pages of other sites may ask (CORS, the Fetch standard), as
	// nothing that a browser sends by itself, such as a cookie, is looked at.
	Open bool

	// Fail answers with what went wrong, with the status for it; nil for the
	// site's error page.
	Fail func(a *Asked, status int, err error)
}
