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
		described = append(described, o.Route)
		if ids[o.ID] || o.Summary == "" || o.Gives == nil {
			t.Errorf("%s: another has the id %s, or it has no summary or answer", o.Route, o.ID)
		}
		ids[o.ID] = true
		brings := o.Sends != nil || o.Form != nil || o.Status != 0
		if posts := strings.HasPrefix(o.Route, http.MethodPost); brings && !posts || posts && !brings && !o.Actor {
			t.Errorf("%s: what does it take?", o.Route)
		}
	}
	slices.Sort(registered)
	slices.Sort(described)
	if !slices.Equal(registered, described) {
		t.Errorf("registered\n%s\ndescribed\n%s", strings.Join(registered, "\n"), strings.Join(described, "\n"))
	}
}
