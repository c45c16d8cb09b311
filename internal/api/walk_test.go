package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"moot/internal/event"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// described is the description that a site gives of its API, with what of it
// was seen to be true.
type described struct {
	t        *testing.T
	compiler *jsonschema.Compiler
	paths    map[string]map[string]any // by path, then method
	seen     map[string]bool           // "get /api/v1/site 200"
}

const document = "https://moot.example/api/v1/openapi.json"

// describe reads the description as strictly as can be: whatever it doesn't
// name must not be there.
func (s *site) describe() *described {
	s.t.Helper()
	g := s.get("/api/v1/openapi.json")
	if g.Code != http.StatusOK {
		s.t.Fatal(g.Code)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(g.Body.Bytes()))
	if err != nil {
		s.t.Fatal(err)
	}
	for name, shape := range doc.(object)["components"].(object)["schemas"].(object) {
		if shape := shape.(object); shape["type"] != "object" || shape["properties"] == nil {
			s.t.Errorf("the schema %s is none of an object", name)
		} else {
			shape["additionalProperties"] = false
		}
	}
	d := &described{t: s.t, compiler: jsonschema.NewCompiler(), paths: map[string]map[string]any{}, seen: map[string]bool{}}
	d.compiler.DefaultDraft(jsonschema.Draft2020)
	d.compiler.AssertFormat()
	if err := d.compiler.AddResource(document, doc); err != nil {
		s.t.Fatal(err)
	}
	for path, methods := range doc.(object)["paths"].(object) {
		d.paths[path] = methods.(object)
	}
	return d
}

// valid holds JSON against a schema of the document, by its JSON pointer.
func (d *described) valid(what, pointer string, body []byte) {
	d.t.Helper()
	shape, err := d.compiler.Compile(document + "#" + pointer)
	if err != nil {
		d.t.Fatalf("%s: %v", what, err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = shape.Validate(value)
	}
	if err != nil {
		d.t.Errorf("%s: %v\n%s", what, err, body)
	}
}

func pointer(parts ...string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("/" + escape.Replace(p))
	}
	return b.String()
}

// holds checks a live answer against what is said of its operation.
func (d *described) holds(template string, g given) {
	d.t.Helper()
	method, _, _ := strings.Cut(g.path, " ")
	method = strings.ToLower(method)
	operation, ok := d.paths[template][method].(object)
	if !ok {
		d.t.Fatalf("%s %s is not described", method, template)
	}
	status, kind := fmt.Sprint(g.Code), "application/json"
	at := pointer("paths", template, method, "responses", status, "content", kind, "schema")
	if _, success := operation["responses"].(object)[status]; !success {
		status, kind = "default", "application/problem+json"
		at = pointer("components", "responses", "Problem", "content", kind, "schema")
	}
	if got := g.Header().Get("Content-Type"); got != kind {
		d.t.Errorf("%s: %d of type %q, want %q", g.path, g.Code, got, kind)
	}
	if bytes.Contains(g.Body.Bytes(), []byte("null")) {
		d.t.Errorf("%s: null in the answer\n%s", g.path, g.Body)
	}
	d.valid(g.path, at, g.Body.Bytes())
	d.seen[method+" "+template+" "+status] = true
}

// takes checks that what was sent is what is described.
func (d *described) takes(template string, body object) {
	d.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		d.t.Fatal(err)
	}
	d.valid("what is sent to "+template, pointer("paths", template, "post", "requestBody", "content", "application/json", "schema"), raw)
}

// Every operation is asked, in ways that succeed and in ways that don't, and
// every answer is what the description says.
func TestTheDescriptionIsTrue(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		go s.directory.Follow(t.Context(), func(event.Event) {}, func(err error) { t.Error(err) })
		d := s.describe()
		const (
			v1     = "/api/v1"
			place  = v1 + "/places/{place}"
			thread = v1 + "/threads/{number}"
			post   = v1 + "/posts/{number}"
		)
		send := func(template, path string, body object) object {
			t.Helper()
			d.takes(template, body)
			g := s.send(path, body)
			d.holds(template, g)
			return g.object(t)
		}
		ticket := s.send(v1+"/tickets", object{})
		d.holds(v1+"/tickets", ticket)

		taken := s.form(v1+"/pictures", [][2]string{{"ticket", s.ticket()}}, drawn(t, 10))
		d.holds(v1+"/pictures", taken)
		shown := object{"number": number(taken.want(t, http.StatusCreated)["number"]), "alt": "A house", "spoiler": true}
		start := send(place+"/threads", v1+"/places/gr.athens/threads", object{
			"subject": "Rent", "text": "one ''two''\n[code]\nx\n[/code]", "name": "Ana#word", "pictures": []object{shown}, "ticket": s.ticket(),
		})
		no := number(start["number"])
		s.token, _ = start["token"].(string)
		reply := send(thread+"/posts", fmt.Sprint(v1, "/threads/", no, "/posts"), object{"text": fmt.Sprint(">>", no, " and more"), "sage": true, "ticket": s.ticket()})
		gone := s.post(fmt.Sprint(v1, "/threads/", no, "/posts"), object{"text": "gone"})
		send(post+"/take-back", fmt.Sprint(v1, "/posts/", gone["number"], "/take-back"), object{"delete_code": gone["delete_code"]})
		send(v1+"/previews", v1+"/previews", object{"place": "gr.athens", "subject": "s", "text": fmt.Sprint(">>", no), "name": "Ana##word", "pictures": []object{shown}})
		s.post(v1+"/places/gr.thessaloniki/threads", object{"text": "elsewhere"})
		if err := s.index.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, known := s.directory.Board(gazetteer().World()); ; _, known = s.directory.Board(gazetteer().World()) { // it follows
			if boards, _ := s.directory.Totals(); boards == 2 || known {
				break
			}
		}

		for path, template := range map[string]string{
			v1: v1, v1 + "/openapi.json": v1 + "/openapi.json", v1 + "/site": v1 + "/site",
			v1 + "/places?q=athina": v1 + "/places", v1 + "/places?q=athenns&limit=3": v1 + "/places", v1 + "/places": v1 + "/places",
			v1 + "/places/gr.athens": place, v1 + "/places/world": place, v1 + "/places/gr.attica": place,
			v1 + "/places/gr/places": place + "/places", v1 + "/places/gr.attica/places?after=gr.athens": place + "/places", v1 + "/places/gr.athens/places": place + "/places",
			v1 + "/places/gr/boards": place + "/boards", v1 + "/places/world/boards?limit=1": place + "/boards",
			v1 + "/places/gr.athens/threads": place + "/threads", v1 + "/places/gr.athens/threads?full=true&limit=1": place + "/threads", v1 + "/places/gr.patra/threads?before=1": place + "/threads",
			v1 + "/places/gr/everywhere?limit=1": place + "/everywhere", v1 + "/places/gr.athens/archive": place + "/archive", v1 + "/threads?limit=1": v1 + "/threads",
			fmt.Sprint(v1, "/threads/", no): thread, fmt.Sprint(v1, "/threads/", no, "?last=1"): thread, fmt.Sprint(v1, "/threads/", no, "?after=", no): thread,
			fmt.Sprint(v1, "/posts/", reply["number"]): post, fmt.Sprint(v1, "/posts/", gone["number"]): post,
			v1 + "/search?q=rent": v1 + "/search", v1 + "/search?q=one&place=gr&newest=true&from=2026-01-01&to=2027-01-01&opening=true&picture=1": v1 + "/search", v1 + "/search": v1 + "/search",
		} {
			g := s.get(path)
			g.want(t, http.StatusOK)
			d.holds(template, g)
		}
		for path, template := range map[string]string{
			v1 + "/places?limit=0": v1 + "/places", v1 + "/places/gr.nowhere": place, v1 + "/places/GR.athens": place, v1 + "/places/gr.attica/places?after=gr.thessaloniki": place + "/places",
			v1 + "/places/xx/boards": place + "/boards", v1 + "/places/gr.athens/threads?before=x": place + "/threads", v1 + "/places/gr.athens/threads?full=perhaps": place + "/threads",
			v1 + "/places/gr/everywhere?limit=101": place + "/everywhere", v1 + "/places/gr/archive?before=-1": place + "/archive", v1 + "/threads?limit=x": v1 + "/threads",
			v1 + "/threads/999999": thread, v1 + "/threads/x": thread, v1 + "/posts/999999": post, v1 + "/search?from=yesterday&place=nowhere": v1 + "/search",
		} {
			g := s.get(path, "Accept-Language", "el")
			if g.Code != http.StatusNotFound && g.Code != http.StatusUnprocessableEntity {
				t.Errorf("%s: status %d", path, g.Code)
			}
			d.holds(template, g)
		}
		for path, template := range map[string]string{
			v1 + "/previews": v1 + "/previews", v1 + "/places/gr.athens/threads": place + "/threads", fmt.Sprint(v1, "/threads/", no, "/posts"): thread + "/posts",
			fmt.Sprint(v1, "/posts/", no, "/take-back"): post + "/take-back", v1 + "/pictures": v1 + "/pictures",
		} {
			d.holds(template, s.send(path, `{"text": 5}`))
			d.holds(template, s.send(path, `{"texts": "5"}`))
			d.holds(template, s.send(path, `{`))
		}
		s.climb(d)
		d.complete()
	})
}

// complete sees to it that every operation was seen to succeed and to fail.
func (d *described) complete() {
	never := map[string]bool{"/api/v1": true, "/api/v1/openapi.json": true, "/api/v1/site": true, "/api/v1/tickets": true} // nothing that is asked there can be wrong
	for path, methods := range d.paths {
		for method, operation := range methods {
			for _, status := range slices.Sorted(maps.Keys(operation.(object)["responses"].(object))) {
				if status != "304" && !(status == "default" && never[path]) && !d.seen[method+" "+path+" "+status] {
					d.t.Errorf("%s %s was never answered with %s", method, path, status)
				}
			}
		}
	}
}
