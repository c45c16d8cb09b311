package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"moot/internal/lang"
)

// What is registered is what is described, and the other way round.
func TestEveryRouteIsDescribed(t *testing.T) {
	var registered, described []string
	for _, r := range New(Site{Name: "Moot", Languages: lang.All()}).Site {
		if !strings.Contains(r.Pattern, "{rest...}") {
			registered = append(registered, r.Pattern)
		}
	}
	ids := map[string]bool{}
	for _, o := range operations {
		described = append(described, o.route)
		if ids[o.id] || o.summary == "" || o.gives == nil {
			t.Errorf("%s: another has the id %s, or it has no summary or answer", o.route, o.id)
		}
		ids[o.id] = true
		if posts := strings.HasPrefix(o.route, http.MethodPost); posts != (o.sends != nil || o.form != nil || o.status != 0) {
			t.Errorf("%s: what does it take?", o.route)
		}
	}
	slices.Sort(registered)
	slices.Sort(described)
	if !slices.Equal(registered, described) {
		t.Errorf("registered\n%s\ndescribed\n%s", strings.Join(registered, "\n"), strings.Join(described, "\n"))
	}
}

func TestFits(t *testing.T) {
	for path, want := range map[string]bool{"/a/b/c": true, "/a/x/c": true, "/a/b": false, "/a/b/d": false, "/a/b/c/d": false, "/": false} {
		if got := fits("/a/{x}/c", path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestFieldsHaveTheirNamesHere(t *testing.T) {
	for name, want := range map[string]string{"body": "text", "code": "delete_code", "alt-2": "pictures[1].alt", "alt-x": "alt-x", "subject": "subject"} {
		if got := field(name); got != want {
			t.Errorf("%s is called %s", name, got)
		}
	}
}
