package rest

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

// Refuse is a fault that is answered with a status of its own.
func Refuse(status int, f *fault.Fault) error { return &refusal{status, f} }

func (r *refusal) Unwrap() error { return r.Fault }

// Problem is what went wrong (RFC 9457).
type Problem struct {
	Type   string   `json:"type" doc:"Always about:blank: code says what it is."`
	Title  string   `json:"title" doc:"What the status means."`
	Status int      `json:"status"`
	Code   string   `json:"code" doc:"What went wrong, for programs." example:"board.too_long"`
	Detail string   `json:"detail" doc:"What went wrong, for people, in the language asked for."`
	Retry  int      `json:"retry_after,omitempty" doc:"Seconds after which trying again may help."`
	Errors []Detail `json:"errors,omitempty" doc:"What is wrong with fields of what was sent."`
}

// Detail is what is wrong with one field.
type Detail struct {
	Field  string `json:"field" example:"text"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// Fail answers with a problem. Its cause stays in the log.
func (c *Call) Fail(status int, err error) {
	if r := (*refusal)(nil); errors.As(err, &r) {
		status = r.status
	}
	p := Problem{Type: "about:blank", Title: http.StatusText(status), Status: status}
	var words []string
	for _, f := range fault.Each(err) {
		told := c.Language.Fault(f)
		words = append(words, told)
		if p.Code == "" {
			p.Code = f.Key
		}
		if f.Field != "" {
			p.Errors = append(p.Errors, Detail{field(f.Field), f.Key, told})
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
	body, _ := Encode(p) // of strings and numbers: can't fail
	c.Send(door.Answer{Status: status, Type: "application/problem+json", Body: body})
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

// Encode writes JSON without escaping the HTML in it: it is no page.
func Encode(v any) ([]byte, error) {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return body.Bytes(), err
}

// Unknown answers an address that there isn't, or a method that it hasn't: routes are
// those that there are.
func (c *Call) Unknown(routes []string) error {
	var allowed []string
	for _, route := range routes {
		method, path, _ := strings.Cut(route, " ")
		if fits(path, c.R.URL.Path) {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		return fault.New(fault.NotFound, "web.no_page")
	}
	c.W.Header().Set("Allow", strings.Join(append(allowed, http.MethodOptions), ", "))
	return Refuse(http.StatusMethodNotAllowed, fault.New(fault.Invalid, "web.method"))
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
