package rest

import (
	"net/http"

	"moot/internal/door"
	"moot/internal/lang"
	"moot/internal/place"
)

// MaxBody is how much JSON is read, in bytes: as much as a form without files may
// hold.
const MaxBody = 64 << 10

// Call is one request.
type Call struct {
	*door.Asked
	Language *lang.Language
	Places   *place.Gazetteer
}

// Send sends an answer, whose words are in the caller's language. One to a GET may be
// kept, and asked for again by its tag.
func (c *Call) Send(a door.Answer) {
	if c.R.Method != http.MethodGet && c.R.Method != http.MethodHead {
		c.Once(a)
		return
	}
	c.head()
	c.Asked.Send(a)
}

// Once sends an answer that is kept by nobody.
func (c *Call) Once(a door.Answer) {
	h := c.head()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", a.Type)
	door.Write(c.W, c.R, a.Status, a.Body)
}

func (c *Call) head() http.Header {
	h := c.W.Header()
	h.Set("Content-Language", c.Language.Tag().String())
	h.Add("Vary", "Accept-Language")
	h.Set("Access-Control-Expose-Headers", "ETag, Location, Retry-After, Content-Language")
	return h
}

// Preflight tells a browser what pages of other sites may ask here (the Fetch
// standard, CORS-preflight).
func Preflight(a *door.Asked) error {
	h := a.W.Header()
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-None-Match")
	h.Set("Access-Control-Max-Age", "86400")
	a.W.WriteHeader(http.StatusNoContent)
	return nil
}
