package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"moot/internal/door"
	"moot/internal/fault"
)

// refusal is what this door itself refuses, with a status that fault has no
// kind for.
type refusal struct {
	status int
	*fault.Fault
}

func refuse(status int, f *fault.Fault) error { return &refusal{status, f} }

func (r *refusal) Unwrap() error { return r.Fault }

// fail answers with a problem. Its cause stays in the log.
func (d *api) fail(a *door.Asked, status int, err error) {
	c := d.call(a)
	if r := (*refusal)(nil); errors.As(err, &r) {
		status = r.status
	}
	p := problem{Type: "about:blank", Title: http.StatusText(status), Status: status}
	var words []string
	for _, f := range fault.Each(err) {
		told := c.language.Fault(f)
		words = append(words, told)
		if p.Code == "" {
			p.Code = f.Key
		}
		if f.Field != "" {
			p.Errors = append(p.Errors, detail{field(f.Field), f.Key, told})
		}
		p.Retry = max(p.Retry, int((f.Retry+time.Second-1)/time.Second))
	}
	p.Detail = strings.Join(words, " ")
	if p.Retry > 0 {
		c.W.Header().Set("Retry-After", fmt.Sprint(p.Retry))
	}
	if status == http.StatusUnauthorized {
		c.W.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`) // RFC 6750, 3
	}
	body, _ := encode(p) // of strings and numbers: can't fail
	c.send(door.Answer{Status: status, Type: "application/problem+json", Body: body})
}

// field is what a field of the pages' form is called here.
func field(name string) string {
	var n int
	switch {
	case name == "body":
		return "text"
	case name == "code":
		return "delete_code"
	case strings.HasPrefix(name, "alt-"):
		if _, err := fmt.Sscanf(name, "alt-%d", &n); err == nil {
			return fmt.Sprintf("pictures[%d].alt", n-1)
		}
	}
	return name
}

// encode writes JSON without escaping the HTML in it: it is no page.
func encode(v any) ([]byte, error) {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return body.Bytes(), err
}

// unknown answers an address that there isn't, or a method that it hasn't.
func (d *api) unknown(a *door.Asked) error {
	var allowed []string
	for _, o := range operations {
		method, path, _ := strings.Cut(o.route, " ")
		if fits(path, a.R.URL.Path) {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		return fault.New(fault.NotFound, "web.no_page")
	}
	a.W.Header().Set("Allow", strings.Join(append(allowed, http.MethodOptions), ", "))
	return refuse(http.StatusMethodNotAllowed, fault.New(fault.Invalid, "web.method"))
}

// fits reports whether a path is one of those that a pattern stands for.
func fits(pattern, path string) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i, w := range want {
		if w != got[i] && !strings.HasPrefix(w, "{") {
			return false
		}
	}
	return true
}
