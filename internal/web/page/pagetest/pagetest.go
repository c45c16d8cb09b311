// Package pagetest asks a site's real handler for pages, in tests, and reads
// them by CSS selector.
package pagetest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// Page is an answer.
type Page struct {
	t      testing.TB
	Path   string // that was asked for
	Status int
	Header http.Header
	Body   string
	doc    *html.Node
}

// Get asks for a path. Headers are name, value, name, value …
func Get(t testing.TB, h http.Handler, path string, headers ...string) *Page {
	t.Helper()
	return Do(t, h, httptest.NewRequest(http.MethodGet, path, nil), headers...)
}

// Post sends a form, as a browser does from a page of the same site.
func Post(t testing.TB, h http.Handler, path string, form url.Values, headers ...string) *Page {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return Do(t, h, r, headers...)
}

// Do sends a request.
func Do(t testing.TB, h http.Handler, r *http.Request, headers ...string) *Page {
	t.Helper()
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	answer := w.Result()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &Page{t: t, Path: r.URL.Path, Status: answer.StatusCode, Header: answer.Header, Body: string(body)}
}

// Cookies are those that the answer sets.
func (p *Page) Cookies() []*http.Cookie { return (&http.Response{Header: p.Header}).Cookies() }

// Want fails the test at once unless the answer has the status.
func (p *Page) Want(status int) *Page {
	p.t.Helper()
	if p.Status != status {
		p.t.Fatalf("%s: status %d, want %d\n%s", p.Path, p.Status, status, p.Body)
	}
	return p
}

// All finds the elements that a selector picks.
func (p *Page) All(selector string) []*html.Node {
	p.t.Helper()
	if p.doc == nil {
		doc, err := html.Parse(strings.NewReader(p.Body))
		if err != nil {
			p.t.Fatalf("%s: %v", p.Path, err)
		}
		p.doc = doc
	}
	picked, err := cascadia.ParseGroup(selector)
	if err != nil {
		p.t.Fatalf("selector %q: %v", selector, err)
	}
	return cascadia.QueryAll(p.doc, picked)
}

// One finds the only element that a selector picks; the test fails where there
// are more, or none.
func (p *Page) One(selector string) *html.Node {
	p.t.Helper()
	all := p.All(selector)
	if len(all) != 1 {
		p.t.Fatalf("%s: %d elements are %q, want one\n%s", p.Path, len(all), selector, p.Body)
	}
	return all[0]
}

// Text is the text of the only element that a selector picks.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return Text(p.One(selector))
}

// Attr is an attribute of the only element that a selector picks.
func (p *Page) Attr(selector, name string) string {
	p.t.Helper()
	return Attr(p.One(selector), name)
}

// Has fails the test unless something is what the selector picks.
func (p *Page) Has(selector string) {
	p.t.Helper()
	if len(p.All(selector)) == 0 {
		p.t.Errorf("%s: nothing is %q\n%s", p.Path, selector, p.Body)
	}
}

// Lacks fails the test if something is what the selector picks.
func (p *Page) Lacks(selector string) {
	p.t.Helper()
	if n := len(p.All(selector)); n > 0 {
		p.t.Errorf("%s: %d elements are %q, want none\n%s", p.Path, n, selector, p.Body)
	}
}

// Text is the text within a node, white space made one space.
func Text(n *html.Node) string {
	var text strings.Builder
	for child := range n.Descendants() {
		if child.Type == html.TextNode {
			text.WriteString(child.Data)
		}
	}
	return strings.Join(strings.Fields(text.String()), " ")
}

// Attr is an attribute of a node, or "".
func Attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
