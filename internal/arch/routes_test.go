package arch

import (
	"go/ast"
	"maps"
	"slices"
	"strings"
	"testing"

	"moot/internal/place"
)

// routes reads the addresses that files register: the page.Route lines of each
// page.Pages, and the patterns given to a mux. Those of a board are written
// with the place they follow: "GET /{place}/catalog".
func routes(sources []source) (found []string, complaints []string) {
	for _, s := range sources {
		if s.test {
			continue
		}
		read := map[*ast.CompositeLit]bool{} // lists of routes inside a page.Pages
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				switch typeName(n.Type) {
				case "page.Pages", "door.Routes":
					named := lists(n)
					for _, name := range slices.Backward(slices.Sorted(maps.Keys(named))) { // Site, then Board
						list := named[name]
						read[list] = true
						some, wrong := s.patterns(name, list)
						found, complaints = append(found, some...), append(complaints, wrong...)
					}
				case "[]page.Route", "page.Route", "[]door.Route", "door.Route":
					if !read[n] {
						complaints = append(complaints, s.at(n)+": write routes inside the page.Pages or door.Routes that they belong to, where this law finds them")
					}
				}
			case *ast.CallExpr:
				pattern, wrong := s.registered(n)
				if pattern != "" {
					found = append(found, pattern)
				}
				if wrong != "" {
					complaints = append(complaints, wrong)
				}
			}
			return true
		})
	}
	return found, complaints
}

// lists are the lists of routes in a page.Pages or door.Routes, by field.
func lists(pages *ast.CompositeLit) map[string]*ast.CompositeLit {
	found := map[string]*ast.CompositeLit{}
	for _, e := range pages.Elts {
		pair, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		if list, ok := pair.Value.(*ast.CompositeLit); ok && strings.HasSuffix(typeName(list.Type), ".Route") {
			found[typeName(pair.Key)] = list
		}
	}
	return found
}

// patterns reads a list of routes.
func (s source) patterns(field string, list *ast.CompositeLit) (found []string, complaints []string) {
	for _, e := range list.Elts {
		pattern := ""
		if route, ok := e.(*ast.CompositeLit); ok {
			for _, f := range route.Elts {
				if pair, ok := f.(*ast.KeyValueExpr); ok && typeName(pair.Key) == "Pattern" {
					pattern, _ = literal(pair.Value)
				}
			}
		}
		method, path, ok := strings.Cut(pattern, " ")
		switch {
		case !ok || !strings.HasPrefix(path, "/"):
			complaints = append(complaints, s.at(e)+": write the route as {Pattern: \"GET /path\", …}, with its method, so that this law can read it")
		case field == "Board":
			found = append(found, method+" /{place}"+strings.TrimSuffix(path, "/{$}"))
		default:
			found = append(found, pattern)
		}
	}
	return found, complaints
}

// registered is the pattern that a call gives to a mux.
func (s source) registered(call *ast.CallExpr) (pattern, complaint string) {
	to, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) != 2 || to.Sel.Name != "HandleFunc" && to.Sel.Name != "Handle" {
		return "", ""
	}
	if s.room == "outage" {
		return "", "" // handles lines of a log: it can't import net/http, and so has no mux
	}
	pattern, ok = literal(call.Args[0])
	switch {
	case ok && strings.Contains(pattern, " /"):
		return pattern, ""
	case (s.path == "internal/web/server.go" || s.path == "internal/web/mount.go") && typeName(call.Args[0]) == "route.Pattern":
		return "", "" // where the routes of all folders are registered
	}
	return "", s.at(call) + ": give the mux a pattern that is written out, with its method, so that this law can read it"
}

// typeName writes a short type or expression as it stands in the code.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return typeName(e.X) + "." + e.Sel.Name
	case *ast.ArrayType:
		return "[]" + typeName(e.Elt)
	}
	return ""
}

// routeLaw compares the addresses that are answered with the rows that say who
// may ask, what they get who may not, and whether asking changes anything.
func routeLaw(found []string, table [][]string) (complaints []string) {
	said, there := map[string]bool{}, map[string]bool{}
	for _, r := range found {
		there[r] = true
	}
	for _, row := range table {
		name, changes := code(row[0]), row[len(row)-1]
		if said[name] {
			complaints = append(complaints, "docs/routes.md has two rows for "+name+": leave the one that is true")
		}
		said[name] = true
		if !there[name] {
			complaints = append(complaints, "docs/routes.md has a row for "+name+", which nobody answers: take it out")
		}
		if reads := strings.HasPrefix(name, "GET "); reads && changes != "no" {
			complaints = append(complaints, "docs/routes.md says that "+name+" changes something. A GET never does: make it a POST")
		}
	}
	for name := range there {
		if !said[name] {
			complaints = append(complaints, name+" has no row in docs/routes.md: say there who may, what they get who may not, and whether it changes anything")
		}
	}
	return complaints
}

// reservedLaw sees to it that no place can stand where a page does: the first
// word of a board's address must be one that no place is given, and that of
// the site's no country's code.
func reservedLaw(found []string) (complaints []string) {
	for _, r := range found {
		_, path, _ := strings.Cut(r, " ")
		below, ofBoard := strings.CutPrefix(path, "/{place}")
		word, _, _ := strings.Cut(strings.TrimPrefix(below, "/"), "/")
		switch {
		case ofBoard && word != "" && !place.Reserved[word] && !strings.Contains(word, "."):
			complaints = append(complaints, r+": a place could be called "+word+", and its board be hidden by this page. Use a word of place.Reserved, or add this one and see that no place has it (internal/place/build)")
		case !ofBoard && len(word) == 2:
			complaints = append(complaints, r+": words of two letters are countries. Use another")
		}
	}
	return complaints
}

func TestEveryRouteSaysWhoMay(t *testing.T) {
	found, complaints := routes(goFiles(t))
	if len(found) < 5 {
		t.Fatalf("%d routes found: this law no longer reads how they are registered", len(found))
	}
	table, wrong := rows(project(t)["docs/routes.md"], "route")
	obeyed(t, slices.Concat(complaints, wrong, routeLaw(found, table), reservedLaw(found)))
}

func TestRoutesAreRead(t *testing.T) {
	found, complaints := routes(bad(t,
		"internal/web/xpages/a.go", `package xpages
			func New() page.Pages {
				return page.Pages{Folder: f, Site: []page.Route{{Pattern: "GET /find", Handle: h}, {Pattern: "/all", Handle: h}},
					Board: []page.Route{{Pattern: "GET /{$}", Handle: h}, {Pattern: "POST /new", Handle: h}, {Pattern: name, Handle: h}}}
			}
			var hidden = []page.Route{{Pattern: "GET /hidden", Handle: h}}`,
		"internal/web/a.go", `package web
			func f() { mux.HandleFunc("GET /healthz", h); mux.Handle(pattern, h); route.Handle(q) }`,
	))
	if got := strings.Join(found, ", "); got != "GET /find, GET /{place}, POST /{place}/new, GET /healthz" {
		t.Errorf("read %s", got)
	}
	noticed(t, complaints, "xpages/a.go:3", "xpages/a.go:4", "xpages/a.go:6", "web/a.go:2")
}

func TestReservedLawNotices(t *testing.T) {
	noticed(t, reservedLaw([]string{"GET /{place}", "GET /{place}/catalog", "GET /{place}/catalog.html", "GET /{place}/athens/x", "GET /gr", "GET /find"}),
		"/{place}/athens", "GET /gr:")
}

func TestRouteLawNotices(t *testing.T) {
	noticed(t, routeLaw([]string{"GET /a", "POST /b"}, [][]string{{"`GET /a`", "everybody", "yes"}, {"`POST /c`", "everybody", "yes"}}),
		"GET /a changes", "POST /c, which nobody", "POST /b has no row")
}
