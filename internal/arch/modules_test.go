package arch

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// users are the rooms that may import a module, in their code or in their
// tests. A test may import what its room may.
type users struct{ rooms, tests []string }

// everywhere stands for the tests of all rooms.
var everywhere = []string{"*"}

// modules are the third-party modules, each with the rooms that may know it.
var modules = map[string]users{
	"modernc.org/sqlite":                       {rooms: []string{"db"}},
	"github.com/jackc/pgx/v5":                  {rooms: []string{"db", "db/replica", "db/refusal"}},
	"filippo.io/age":                           {rooms: []string{"backup"}, tests: []string{"cmd/moot"}},
	"github.com/pelletier/go-toml/v2":          {rooms: []string{"config", "demo"}},
	"golang.org/x/text":                        {rooms: []string{"text", "trip", "lang", "place", "place/gazetteer", "place/build", "atlas/build", "web/placepages", "operator", "font"}, tests: everywhere},
	"github.com/klauspost/compress":            {rooms: []string{"place/gazetteer", "place/build", "door", "web/cache", "font", "font/build"}, tests: []string{"place"}},
	"github.com/andybalholm/brotli":            {rooms: []string{"web/cache"}},
	"github.com/prometheus/client_golang":      {rooms: []string{"web"}},
	"github.com/go-text/typesetting":           {rooms: []string{"font"}},
	"github.com/minio/minio-go/v7":             {rooms: []string{"blob", "blob/blobtest"}},
	"github.com/nats-io/nats.go":               {rooms: []string{"wake"}},
	"github.com/nats-io/nats-server/v2":        {tests: []string{"wake", "guard"}},
	"github.com/SherClockHolmes/webpush-go":    {rooms: []string{"notify"}},
	"gitlab.com/nyarla/go-crypt":               {rooms: []string{"trip"}},
	"github.com/teambition/rrule-go":           {rooms: []string{"meetup"}},
	"golang.org/x/net":                         {rooms: []string{"web/page/pagetest"}, tests: []string{"text", "feed", "web", "web/page", "web/placepages", "web/boardpages", "web/meetuppages"}},
	"golang.org/x/image":                       {rooms: []string{"picture", "font"}},
	"golang.org/x/sys":                         {rooms: []string{"sandbox", "bench/load"}, tests: []string{"bench"}},
	"github.com/andybalholm/cascadia":          {rooms: []string{"web/page/pagetest"}},
	"github.com/mmcdole/gofeed":                {tests: []string{"feed"}},
	"github.com/google/go-cmp":                 {tests: everywhere},
	"github.com/santhosh-tekuri/jsonschema/v6": {tests: []string{"api"}},
}

// moduleOf is the entry of the table modules that an import falls under.
func moduleOf(imported string) string {
	for m := range modules {
		if imported == m || strings.HasPrefix(imported, m+"/") {
			return m
		}
	}
	return ""
}

// thirdParty reports whether an import is neither ours nor the standard
// library's, whose first segments have no dot.
func thirdParty(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return strings.Contains(first, ".")
}

func moduleLaw(sources []source) (complaints []string) {
	for _, s := range sources {
		for _, imported := range s.imports() {
			if !thirdParty(imported) {
				continue
			}
			m := moduleOf(imported)
			u := modules[m]
			allowed := slices.Contains(u.rooms, s.room) ||
				s.test && (slices.Contains(u.tests, s.room) || slices.Contains(u.tests, "*"))
			switch {
			case m == "":
				complaints = append(complaints, s.path+" imports "+imported+": give its module a line in the table modules of internal/arch/modules_test.go and a row in docs/dependencies.md, or do without")
			case !allowed:
				complaints = append(complaints, s.path+" imports "+imported+": "+m+" is for "+strings.Join(slices.Concat(u.rooms, u.tests), ", ")+" (table modules in internal/arch/modules_test.go). Ask that room, or say in the table why this one needs it")
			}
		}
	}
	return complaints
}

// direct are the modules that some file imports, and those of the tools that
// go.mod names.
func direct(sources []source, gomod string) []string {
	found := map[string]bool{}
	for _, s := range sources {
		for _, imported := range s.imports() {
			if m := moduleOf(imported); m != "" {
				found[m] = true
			}
		}
	}
	required := versions(gomod)
	for line := range strings.Lines(gomod) {
		if tool, ok := strings.CutPrefix(strings.TrimSpace(line), "tool "); ok {
			for m := range required {
				if strings.HasPrefix(tool, m+"/") {
					found[m] = true
				}
			}
		}
	}
	var all []string
	for m := range found {
		all = append(all, m)
	}
	slices.Sort(all)
	return all
}

// versions are the modules that go.mod requires.
func versions(gomod string) map[string]string {
	found := map[string]string{}
	for line := range strings.Lines(gomod) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "require ")
		if fields := strings.Fields(line); len(fields) >= 2 && strings.HasPrefix(fields[1], "v") && strings.Contains(fields[0], ".") {
			found[fields[0]] = strings.TrimPrefix(fields[1], "v")
		}
	}
	return found
}

// dependencyLaw compares what is depended on with the rows that say why: name,
// version and the rest.
func dependencyLaw(depended map[string]string, table [][]string) (complaints []string) {
	said := map[string]bool{}
	for _, row := range table {
		name, version := code(row[0]), row[1]
		said[name] = true
		switch have, used := depended[name]; {
		case !used:
			complaints = append(complaints, "docs/dependencies.md has a row for "+name+", which nothing here uses: take out the row, and the requirement")
		case have != version:
			complaints = append(complaints, "docs/dependencies.md says "+name+" "+version+", and it is "+have+": look at what changed, then change the row")
		}
	}
	for name := range depended {
		if !said[name] {
			complaints = append(complaints, name+" has no row in docs/dependencies.md: say there what it is for, why this one, and what it costs")
		}
	}
	return complaints
}

func TestModules(t *testing.T) { obeyed(t, moduleLaw(goFiles(t))) }

func TestEveryDependencyIsAccountedFor(t *testing.T) {
	files := project(t)
	required := versions(files["go.mod"])
	depended := map[string]string{}
	for _, m := range direct(goFiles(t), files["go.mod"]) {
		depended[m] = required[m]
	}
	var npm struct{ Dependencies, DevDependencies map[string]string }
	if err := json.Unmarshal([]byte(files["browser/package.json"]), &npm); err != nil {
		t.Fatalf("browser/package.json: %v", err)
	}
	for _, list := range []map[string]string{npm.Dependencies, npm.DevDependencies} {
		for name, version := range list {
			depended[name] = version
		}
	}
	table, complaints := rows(files["docs/dependencies.md"], "module")
	obeyed(t, append(complaints, dependencyLaw(depended, table)...))
}

func TestModuleLawNotices(t *testing.T) {
	noticed(t, moduleLaw(bad(t,
		"internal/trip/a.go", "package trip\nimport (_ \"modernc.org/sqlite\"; _ \"example.org/new\"; _ \"gitlab.com/nyarla/go-crypt\")",
		"internal/text/a.go", "package text\nimport _ \"golang.org/x/net/html\"",
		"internal/text/a_test.go", "package text\nimport _ \"golang.org/x/net/html\"",
	)), "trip/a.go imports modernc.org/sqlite", "example.org/new", "text/a.go imports golang.org/x/net/html")
}

func TestDependencyLawNotices(t *testing.T) {
	gomod := "module moot\nrequire (\n\tmodernc.org/sqlite v1.2.3 // indirect\n\texample.org/tool v0.1.0\n\texample.org/other v0.1.0\n)\ntool example.org/tool/cmd/x\n"
	used := direct(bad(t, "internal/db/a.go", "package db\nimport _ \"modernc.org/sqlite/lib\""), gomod)
	if !slices.Equal(used, []string{"example.org/tool", "modernc.org/sqlite"}) {
		t.Errorf("direct dependencies: %q", used)
	}
	if v := versions(gomod)["modernc.org/sqlite"]; v != "1.2.3" {
		t.Errorf("version %q", v)
	}
	noticed(t, dependencyLaw(map[string]string{"a": "1", "b": "2"}, [][]string{{"`b`", "1", "x"}, {"`c`", "1", "x"}}),
		"a has no row", "says b 1, and it is 2", "a row for c")
}
