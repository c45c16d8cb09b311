package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// redirects is how many Fetch follows.
const redirects = 2

// Fetched is what was found at an address.
type Fetched struct {
	Status         int // of HTTP; 304: it is what was found before
	Body           []byte
	ETag, Modified string // by which its host knows this form of it
}

// What keeps something from being fetched, beside what the network says.
var (
	ErrTooBig   = errors.New("outbound: more than was asked for")
	ErrTooFar   = errors.New("outbound: too many redirects")
	errNotAsked = errors.New("outbound: no address")
)

// Fetch gets what is at an address, of so many bytes at the most, unless it is
// what was found there before. No error tells the address, which may be a secret,
// and no host learns by which address its own was found.
func (c *Client) Fetch(ctx context.Context, address string, before Fetched, most int64) (found Fetched, err error) {
	ctx, cancel := Within(ctx)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return found, errNotAsked
	}
	if !c.allows(r.URL) {
		return found, ErrAddress
	}
	r.Header.Set("User-Agent", "Moot")
	for header, value := range map[string]string{"If-None-Match": before.ETag, "If-Modified-Since": before.Modified} {
		if value != "" {
			r.Header.Set(header, value)
		}
	}
	following := *c.client
	following.CheckRedirect = func(next *http.Request, via []*http.Request) error {
		next.Header.Del("Referer")
		switch {
		case len(via) > redirects:
			return ErrTooFar
		case !c.allows(next.URL):
			return ErrAddress
		}
		return nil
	}
	answer, err := following.Do(r)
	if err != nil {
		var cause *url.Error
		if errors.As(err, &cause) {
			err = cause.Err
		}
		return found, fmt.Errorf("outbound: %w", err)
	}
	defer answer.Body.Close()
	found = Fetched{Status: answer.StatusCode, ETag: answer.Header.Get("ETag"), Modified: answer.Header.Get("Last-Modified")}
	if found.Status != http.StatusOK {
		return found, nil
	}
	found.Body, err = io.ReadAll(io.LimitReader(answer.Body, most+1))
	if err == nil && int64(len(found.Body)) > most {
		err = ErrTooBig
	}
	return found, err
}
