package arch

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// layer is a line of the house: rooms that know nothing of each other.
type layer struct {
	name  string
	rooms []string
}

// house is who may import whom. A room may import the rooms of the layers
// above its own in this table; never one of its own layer, never one below.
var house = []layer{
	{"ground", []string{"fault", "clock", "text", "lang", "config", "picture", "picture/icc", "picture/raster", "sandbox", "outbound", "font", "trip", "listen", "gate", "decay", "sieve", "lag", "db/refusal"}},
	{"floor", []string{"db", "db/whole", "db/replica", "event", "wake", "job", "blob", "darkroom", "sign", "flyer", "outage", "recur", "calendar"}},
	{"where and who", []string{"place", "place/gazetteer", "key", "atlas", "machine"}},
	{"care", []string{"order", "guard", "media", "outside", "attendance"}},
	{"who listens, and what is said", []string{"live", "tiding", "plan"}},
	{"the wall", []string{"board"}},
	{"cards and steps", []string{"convene", "meetup", "meetup/record", "origin"}},
	{"reactors", []string{"search", "notify", "directory"}},
	{"whole sites", []string{"backup", "demo"}},
	{"what doors share", []string{"door"}},
	{"doors", []string{"operator", "api", "api/openapi", "api/rest", "feed", "imageboard", "web", "web/cache", "web/page", "web/placepages", "web/boardpages", "web/flyerpages", "web/importpages", "web/ladderpages", "web/meetuppages", "web/pushpages", "web/queuepages", "web/readerpages", "web/searchpages"}},
	{"what a command puts together", []string{"numbers"}},
	{"commands", []string{"cmd/moot"}},
	{"tests and builds", []string{"blob/blobtest", "db/dbtest", "db/dbtest/postgres", "web/page/pagetest", "place/build", "atlas/build", "font/build", "bench", "bench/load", "bench/scale", "cluster", "faults", "arch"}},
}

// forTests are rooms that serve tests: only tests may import them.
var forTests = []string{"blob/blobtest", "db/dbtest", "web/page/pagetest", "cluster"}

// exception is an import that the house wouldn't allow, and why it is right.
type exception struct{ from, to, why string }

var beside = []exception{
	{"lang", "fault", "fault is the one error, and lang puts it in the reader's words"},
	{"calendar", "recur", "recur is where it stands what clocks show"},
	{"picture", "fault", "why a picture isn't taken is told to its sender"},
	{"picture", "picture/icc", "it is the part of picture that knows colour profiles"},
	{"picture", "picture/raster", "it is the part of picture that works on pixels"},
	{"picture/icc", "picture/raster", "raster is the ground of what works on pixels"},
	{"db", "db/replica", "it is the part of db that knows which servers follow the primary"},
	{"db/whole", "db", "it is the part of db that takes a database as a whole"},
	{"event", "db", "the outbox is a table, filled by the transaction in which a thing happens"},
	{"job", "db", "jobs are a table, filled by the transactions that make them necessary"},
	{"wake", "event", "a wake-up says that there is something in the outbox"},
	{"wake", "db", "PostgreSQL carries wake-ups itself"},
	{"place", "place/gazetteer", "it is the form of the file that place reads"},
	{"media", "order", "whether pictures wait, and who may let one through, is order's to say"},
	{"meetup", "meetup/record", "it is the part of meetup that knows its tables"},
	{"api", "api/openapi", "it is the part of api that writes its description"},
	{"api", "api/rest", "it is the part of api that reads requests and tells problems, whatever they are about"},
	{"web", "web/page", "page is the ground of every folder of pages"},
	{"web", "web/cache", "pages are kept where they are handed out"},
	{"web/boardpages", "web/cache", "a folder's route says what its page is about"},
	{"web/meetuppages", "web/cache", "a folder's route says what its page is about"},
	{"web/placepages", "web/cache", "a folder's route says what its page is about"},
	{"web/page", "web/cache", "a folder's route says what its page is about"},
	{"web/placepages", "web/page", "page is the ground of every folder of pages"},
	{"web/boardpages", "web/page", "page is the ground of every folder of pages"},
	{"web/flyerpages", "web/page", "page is the ground of every folder of pages"},
	{"web/importpages", "web/page", "page is the ground of every folder of pages"},
	{"web/ladderpages", "web/page", "page is the ground of every folder of pages"},
	{"web/meetuppages", "web/page", "page is the ground of every folder of pages"},
	{"web/pushpages", "web/page", "page is the ground of every folder of pages"},
	{"web/queuepages", "web/page", "page is the ground of every folder of pages"},
	{"web/readerpages", "web/page", "page is the ground of every folder of pages"},
	{"web/searchpages", "web/page", "page is the ground of every folder of pages"},
	{"db/dbtest/postgres", "db/dbtest", "it starts the server that dbtest asks for"},
}

// guests are those who may come in where not everybody may.
type guests struct {
	rooms []string
	why   string
}

// few are rooms that only some may import, though all to their right could.
var few = map[string]guests{
	"config":          {[]string{"cmd/moot"}, "every other room is handed values"},
	"db":              {[]string{"db/whole", "event", "wake", "job", "key", "guard", "media", "board", "convene", "attendance", "meetup", "meetup/record", "origin", "search", "notify", "tiding", "machine", "backup", "numbers", "cmd/moot", "db/dbtest"}, "a room that has no SQL needs no database, and a door never has any"},
	"db/whole":        {[]string{"machine", "backup", "cmd/moot"}, "only who copies or examines a whole database takes it without asking what is in it"},
	"db/replica":      {[]string{"db", "numbers"}, "which server answers is db's own affair, and how far one is behind the operator's"},
	"place/gazetteer": {[]string{"place", "place/build"}, "the form of the gazetteer's file is place's own affair"},
	"atlas":           {[]string{"web/placepages", "cmd/moot", "atlas/build", "arch", "web/meetuppages"}, "maps are drawn on the pages that find a place; what meetups move is tested on all that shows it"},
}

// standard are packages of the standard library that only some may import.
var standard = map[string]guests{
	"net/http":      {[]string{"outbound", "outside", "notify", "door", "web/pushpages", "web/queuepages", "feed", "imageboard", "api", "api/openapi", "api/rest", "web", "web/cache", "web/page", "web/placepages", "web/boardpages", "web/flyerpages", "web/importpages", "web/ladderpages", "web/meetuppages"}, "only a door speaks HTTP; outbound asks by it, outside looks at what came, and notify reads the status of an answer"},
	"html/template": {[]string{"web", "web/page", "web/placepages", "web/boardpages", "web/ladderpages", "web/meetuppages"}, "only a door makes HTML"},
	"database/sql":  {[]string{"db", "db/whole", "db/replica", "db/dbtest", "cmd/moot"}, "SQL is run by a db.Tx; cmd/moot asks SQLite for its version"},
	"os/exec":       {[]string{"blob/blobtest", "place/build", "atlas/build", "font/build", "db/dbtest/postgres", "darkroom"}, "a running site starts no program but itself, in the darkroom, where pictures are decoded"},
	"unsafe":        {[]string{"place/gazetteer", "sandbox"}, "the gazetteer hands out parts of one big text without copying; a sandbox hands the kernel its filter"},
	"C":             {nil, "CGO_ENABLED=0 must build"},
}

// layerOf is the number of a room's layer; -1 where it stands in none.
func layerOf(room string) int {
	return slices.IndexFunc(house, func(l layer) bool { return slices.Contains(l.rooms, room) })
}

// importLaw is the law of the house. A test may also import rooms of its own
// layer, the database and the rooms for tests, since it uses the real things.
func importLaw(sources []source) (complaints []string) {
	for _, s := range sources {
		if layerOf(s.room) < 0 {
			complaints = append(complaints, s.path+": its folder stands in no layer. Put it into the table house in internal/arch/imports_test.go, as far up as it can stand")
			continue
		}
		for _, imported := range s.imports() {
			if c := s.judge(imported); c != "" {
				complaints = append(complaints, s.path+" imports "+imported+": "+c)
			}
		}
	}
	return complaints
}

// tests reports whether a file serves tests alone.
func (s source) tests() bool { return s.test || slices.Contains(forTests, s.room) }

// judge is what is wrong with an import, or "".
func (s source) judge(imported string) string {
	if g, closed := standard[rootPackage(imported)]; closed && !s.tests() && !slices.Contains(g.rooms, s.room) {
		return g.why + ". Move what needs it there, or hand the result in"
	}
	if !strings.HasPrefix(imported, "moot/") {
		return ""
	}
	room := roomOf(imported)
	if s.test && slices.Contains(forTests, room) {
		return ""
	}
	if g, closed := few[room]; closed && !slices.Contains(g.rooms, s.room) && !(s.test && room == "db") && room != s.room {
		return g.why + ". Hand it the value it wants"
	}
	from, to := layerOf(s.room), layerOf(room)
	switch {
	case to < 0:
		return "that is no room in the table house in internal/arch/imports_test.go"
	case to < from, room == s.room && s.test:
		return ""
	case to > from:
		return s.room + " (" + house[from].name + ") lies to the left of " + room + " (" + house[to].name + "), and left never imports right. Push what they share down, send an event, or put them together in a door"
	case s.test, slices.ContainsFunc(beside, func(e exception) bool { return e.from == s.room && e.to == room }):
		return ""
	}
	return "both are of one layer (" + house[from].name + "), and siblings never import each other. Push what they share down, send an event, or put them together in a door"
}

// rootPackage is the entry of the table standard that an import falls under.
func rootPackage(imported string) string {
	for p := range standard {
		if imported == p || strings.HasPrefix(imported, p+"/") {
			return p
		}
	}
	return ""
}

// clientLaw finds requests that the site itself would send by another client
// than outbound's, which checks where it connects (security.md 2.4).
func clientLaw(sources []source) (complaints []string) {
	sends := []string{"Client", "DefaultClient", "Transport", "DefaultTransport", "Get", "Head", "Post", "PostForm"}
	for _, s := range sources {
		if s.tests() || s.room == "outbound" || !slices.Contains(s.imports(), "net/http") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			from, ok := selector.X.(*ast.Ident)
			if ok && from.Name == "outbound" && selector.Sel.Name == "Visitor" && s.room != "outside" {
				complaints = append(complaints, s.at(n)+": outbound.Visitor connects to any address: it is for outside, which an operator's command calls")
			}
			if ok && from.Name == "http" && slices.Contains(sends, selector.Sel.Name) {
				complaints = append(complaints, s.at(n)+": http."+selector.Sel.Name+" sends requests: ask by outbound, whose client checks where it connects")
			}
			return true
		})
	}
	return complaints
}

func TestImports(t *testing.T) { obeyed(t, importLaw(goFiles(t))) }

func TestNobodySendsRequests(t *testing.T) { obeyed(t, clientLaw(goFiles(t))) }

func TestEveryRoomOfTheTableIsThere(t *testing.T) {
	there := map[string]bool{}
	for _, s := range goFiles(t) {
		there[s.room] = true
	}
	seen := map[string]bool{}
	for _, l := range house {
		for _, room := range l.rooms {
			if !there[room] {
				t.Errorf("%s is in the table house and has no Go file: take it out until its first line is written", room)
			}
			if seen[room] {
				t.Errorf("%s is in the table house twice", room)
			}
			seen[room] = true
		}
	}
	for _, e := range beside {
		if layerOf(e.from) != layerOf(e.to) {
			t.Errorf("the exception %s → %s is none: they are of different layers", e.from, e.to)
		}
	}
}

func TestImportLawNotices(t *testing.T) {
	noticed(t, importLaw(bad(t,
		"internal/clock/a.go", "package clock\nimport _ \"moot/internal/text\"",
		"internal/key/a.go", "package key\nimport _ \"moot/internal/board\"",
		"internal/board/a.go", "package board\nimport (_ \"net/http\"; _ \"moot/internal/config\"; _ \"moot/internal/db\"; _ \"time\")",
		"internal/web/boardpages/a.go", "package boardpages\nimport (_ \"moot/internal/web/placepages\"; _ \"moot/internal/db\"; _ \"moot/internal/web/page\")",
		"internal/board/a_test.go", "package board\nimport (_ \"net/http\"; _ \"moot/internal/db/dbtest\"; _ \"moot/internal/web\")",
		"internal/guard/a.go", "package guard\nimport _ \"moot/internal/db/dbtest\"",
		"internal/attic/a.go", "package attic",
	)),
		"internal/clock/a.go imports moot/internal/text: both",
		"internal/key/a.go imports moot/internal/board: key (where and who) lies to the left",
		"internal/board/a.go imports net/http: only a door",
		"internal/board/a.go imports moot/internal/config: every other",
		"internal/web/boardpages/a.go imports moot/internal/web/placepages: both",
		"internal/web/boardpages/a.go imports moot/internal/db: a room",
		"internal/board/a_test.go imports moot/internal/web: board (the wall)",
		"internal/guard/a.go imports moot/internal/db/dbtest: guard (care)",
		"internal/attic/a.go: its folder",
	)
}

func TestClientLawNotices(t *testing.T) {
	noticed(t, clientLaw(bad(t,
		"internal/web/a.go", "package web\nimport \"net/http\"\nfunc f() { http.Get(\"x\"); _ = http.StatusOK }",
		"internal/web/b.go", "package web\nimport \"net/http\"\nvar c = &http.Client{}",
		"internal/web/c.go", "package web\nimport \"net/http\"\nvar v http.RoundTripper = outbound.Visitor(nil)",
	)), "a.go:3", "b.go:3", "c.go:3")
}
