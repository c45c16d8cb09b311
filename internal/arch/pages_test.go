package arch

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// forbidden is something that no page may hold, and what to do instead.
type forbidden struct {
	found *regexp.Regexp
	mend  string
}

// inline are the things in HTML that the content policy would refuse, or that
// would tell another site who reads here.
var inline = []forbidden{
	{regexp.MustCompile(`(?i)<[a-z][^>]*\sstyle\s*=`), "an inline style: give it a class, and the folder's stylesheet a rule"},
	{regexp.MustCompile(`(?i)<[a-z][^>]*\son[a-z]+\s*=`), "an inline handler: listen in a module"},
	{regexp.MustCompile(`(?i)<style\b`), "a style element: write it into the folder's stylesheet"},
	{regexp.MustCompile(`(?i)<script\b(?:[^>s]|s[^>r]|sr[^>c])*>`), "a script without src: make it a module of the folder"},
	{regexp.MustCompile(`(?i)["'=\s](javascript|data|vbscript):`), "an address with a scheme that runs or holds content: serve a file"},
	{regexp.MustCompile(`(?i)<(script|img|link|iframe|source|video|audio|object|embed|track)\b[^>]*\s(src|srcset|href|data|poster)\s*=\s*["']?(https?:)?//`), "loads from another host: serve the file from here"},
}

// styles are the same in stylesheets, and strings in modules.
var styles = []forbidden{
	{regexp.MustCompile(`(?i)@import`), "an import: a folder's styles are joined into one sheet already"},
	{regexp.MustCompile(`(?i)url\(\s*["']?([a-z]+:|//)`), "an address with a scheme: serve the file from here"},
}

var scripts = []forbidden{
	{regexp.MustCompile(`\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc)\b`), "makes markup of a string, which the content policy refuses: build elements"},
	{regexp.MustCompile(`\beval\(|new Function\(`), "runs a string, which the content policy refuses"},
	{regexp.MustCompile(`["'` + "`" + `](https?:)?//[a-z]`), "an address on another host: pages speak with their own site alone"},
}

// streamed is what one module alone may do, of what the site's own stream brings:
// docs/decisions/0012.
var streamed = forbidden{regexp.MustCompile(`\b(createContextualFragment|setHTMLUnsafe|parseHTMLUnsafe|parseFromString|createPolicy)\b`), "makes markup of a string, which live.js alone may: build elements"}

const streams = "internal/web/boardpages/live.js"

// names is the one module besides that has a policy, which names its worker.
const names = "internal/web/pushpages/push.js"

var action = regexp.MustCompile(`(?s)\{\{.*?\}\}`)

// pageLaw looks through one file of a door.
func pageLaw(name, text string) (complaints []string) {
	rules := map[string][]forbidden{".html": inline, ".css": styles, ".js": scripts}[path.Ext(name)]
	if path.Ext(name) == ".html" {
		text = action.ReplaceAllString(text, "x") // what a template puts there is escaped where it stands
	}
	if path.Ext(name) == ".js" && name != streams && name != names {
		rules = append(slices.Clone(rules), streamed)
	}
	for _, f := range rules {
		if at := f.found.FindString(text); at != "" {
			complaints = append(complaints, name+" has "+short(at)+": "+f.mend)
		}
	}
	return complaints
}

func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return s[:min(len(s), 80)]
}

// markupLaw looks for the same in the strings of a door's Go files.
func markupLaw(sources []source) (complaints []string) {
	for _, s := range sources {
		if s.tests() || !isDoor(s.room) {
			continue
		}
		s.literals(func(at, text string) {
			for _, f := range inline {
				if found := f.found.FindString(text); found != "" && strings.Contains(text, "<") {
					complaints = append(complaints, at+" has "+short(found)+": "+f.mend)
				}
			}
		})
	}
	return complaints
}

func isDoor(room string) bool { return room == "web" || strings.HasPrefix(room, "web/") }

// sqlShape is a text that a database would understand.
var sqlShape = regexp.MustCompile(`(?is)\bSELECT\s.+\sFROM\s|\bINSERT\s+INTO\s|\bDELETE\s+FROM\s|\bUPDATE\s+\w+\s+SET\s|\b(CREATE|ALTER|DROP)\s+(TABLE|INDEX)\s|(?-i:\bORDER\s+BY\s)`)

// tables are the rooms that may hold SQL: those that own tables, and the
// database's own.
var tables = []string{"db", "db/whole", "db/replica", "db/dbtest", "event", "job", "key", "guard", "media", "notify", "board", "convene", "attendance", "meetup", "meetup/record", "origin", "tiding", "search", "backup"}

// sqlLaw finds SQL outside the rooms that own tables: in a door it would
// decide something, and elsewhere it would be looked for in vain.
func sqlLaw(sources []source) (complaints []string) {
	for _, s := range sources {
		if s.test || slices.Contains(tables, s.room) {
			continue
		}
		s.literals(func(at, text string) {
			if found := sqlShape.FindString(text); found != "" {
				complaints = append(complaints, at+" has SQL ("+short(found)+"): write it into the noun that owns the table, and call that")
			}
		})
	}
	return complaints
}

// folder is a folder of pages: its files that are no Go, and its Go files.
type folder struct {
	files map[string]string // by name
	gos   []source
}

// folders are the folders of doors that have pages, styles or modules.
func folders(files map[string]string, sources []source) map[string]folder {
	found := map[string]folder{}
	for name, text := range files {
		dir, base := path.Split(name)
		dir = path.Clean(dir)
		if !isDoor(roomOf(dir)) || path.Ext(base) == ".go" {
			continue
		}
		f, ok := found[dir]
		if !ok {
			f.files = map[string]string{}
			for _, s := range sources {
				if path.Dir(s.path) == dir && !s.test {
					f.gos = append(f.gos, s)
				}
			}
		}
		f.files[base] = text
		found[dir] = f
	}
	return found
}

var (
	defined  = regexp.MustCompile(`\{\{-?\s*(?:define|block)\s+"([^"]+)"`)
	called   = regexp.MustCompile(`\{\{-?\s*(?:template|block)\s+"([^"]+)"`)
	asset    = regexp.MustCompile(`\basset "([^"]+)"`)
	imported = regexp.MustCompile(`(?m)^(?:import|export)\b[^"';]*["']\./([^"']+)["']|import\(["']\./([^"']+)["']\)`)
)

// usedLaw finds files of a door that are not embedded, and those that are and
// nothing uses.
func usedLaw(all map[string]folder) (complaints []string) {
	used := map[string]bool{"main": true, "base.html": true} // names of templates, modules and assets
	for _, f := range all {
		for name, text := range f.files {
			for _, m := range slices.Concat(called.FindAllStringSubmatch(text, -1), asset.FindAllStringSubmatch(text, -1)) {
				used[m[1]] = true
			}
			if path.Ext(name) == ".js" {
				for _, m := range imported.FindAllStringSubmatch(text, -1) {
					used[m[1]+m[2]] = true
				}
			}
		}
		for _, s := range f.gos {
			s.literals(func(_, text string) { used[text] = true })
		}
	}
	for dir, f := range all {
		for name, text := range f.files {
			if !embeds(f.gos, name) {
				complaints = append(complaints, dir+"/"+name+" is embedded by no Go file of its folder: add its kind to the go:embed line, or delete it")
				continue
			}
			complaints = append(complaints, unused(dir+"/"+name, text, used)...)
		}
	}
	return complaints
}

// unused is what nothing uses of a file that is embedded. Stylesheets are
// joined, so every one of them is used.
func unused(file, text string, used map[string]bool) (complaints []string) {
	name := path.Base(file)
	switch ext := path.Ext(name); {
	case ext == ".html":
		page := strings.TrimSuffix(name, ext)
		if !strings.HasPrefix(name, "_") && !used[page] && !used[name] {
			complaints = append(complaints, file+" is declared by no page.Declare: declare it, or delete it")
		}
		for _, m := range defined.FindAllStringSubmatch(text, -1) {
			if !used[m[1]] {
				complaints = append(complaints, file+` defines "`+m[1]+`", which no template calls: delete it`)
			}
		}
	case ext != ".css" && !used[name]:
		complaints = append(complaints, file+" is loaded by nothing: name it in View.Modules, import it, or delete it")
	}
	return complaints
}

// embeds reports whether one of the files has a go:embed line for a name.
func embeds(gos []source, name string) bool {
	for _, s := range gos {
		for _, group := range s.file.Comments {
			for _, c := range group.List {
				patterns, ok := strings.CutPrefix(c.Text, "//go:embed ")
				if !ok {
					continue
				}
				for pattern := range strings.FieldsSeq(patterns) {
					if fits, err := path.Match(pattern, name); err == nil && fits {
						return true
					}
				}
			}
		}
	}
	return false
}

func TestPages(t *testing.T) {
	files := project(t)
	var complaints []string
	looked := 0
	for name, text := range files {
		if isDoor(roomOf(path.Dir(name))) {
			complaints = append(complaints, pageLaw(name, text)...)
			looked++
		}
	}
	if looked < 10 {
		t.Fatalf("%d files of doors found: this law looks in the wrong place", looked)
	}
	sources := goFiles(t)
	complaints = append(complaints, markupLaw(sources)...)
	complaints = append(complaints, usedLaw(folders(files, sources))...)
	obeyed(t, complaints)
}

func TestNoDoorHasSQL(t *testing.T) { obeyed(t, sqlLaw(goFiles(t))) }

func TestPageLawNotices(t *testing.T) {
	noticed(t, pageLaw("a.html", `<p style="x"><a onclick="y">{{if gt 2 1}}</a><script>z</script><style>`), "style=", "onclick", "<script>", "<style")
	noticed(t, pageLaw("b.html", `<img src="//x.example/a.png"><a href="javascript:x">`), "<img", "javascript:")
	noticed(t, pageLaw("c.html", `<script type="module" src="{{asset "a.js"}}"></script><a href="https://www.geonames.org/">x</a><p class="style">on = 1 {{" style="}}</p>`))
	noticed(t, pageLaw("d.css", `@import "x"; a { background: url("https://x.example/") } b { background: url(icon.svg) }`), "@import", "url(")
	noticed(t, pageLaw("e.js", "a.innerHTML = b; eval(c); fetch('https://x.example/'); fetch(`/find.json`)"), "innerHTML", "eval", "https:")
	noticed(t, markupLaw(bad(t, "internal/web/a.go", "package web\nvar a = `<p style=\"x\">`\nvar b = \"no <p> style = here\"")), "a.go:2")
}

func TestSQLLawNotices(t *testing.T) {
	text := "package x\nvar a = `\n\tSELECT number FROM post`\nvar b = \"update post set body = ''\"\nvar c = \"Select a place from the list\"\nvar d = \"SELECT sqlite_version()\""
	noticed(t, sqlLaw(bad(t, "internal/web/a.go", strings.ReplaceAll(text, "Select a place from", "Choose a place of"))), "a.go:2", "a.go:4")
	noticed(t, sqlLaw(bad(t, "internal/board/a.go", text)))
}

func TestUsedLawNotices(t *testing.T) {
	sources := bad(t, "internal/web/xpages/a.go", "package xpages\n//go:embed *.html *.js\nvar files embed.FS\nvar p = page.Declare[*v](folder, \"show\")\nvar m = []string{\"one.js\"}")
	files := map[string]string{
		"internal/web/xpages/show.html":  `{{define "main"}}{{template "part" .}}{{end}}`,
		"internal/web/xpages/_part.html": `{{define "part"}}x{{end}}{{define "lost"}}y{{end}}`,
		"internal/web/xpages/old.html":   `{{define "main"}}{{end}}`,
		"internal/web/xpages/one.js":     "import { x } from \"./two.js\";\n",
		"internal/web/xpages/two.js":     "",
		"internal/web/xpages/three.js":   "",
		"internal/web/xpages/a.css":      "",
	}
	noticed(t, usedLaw(folders(files, sources)), `defines "lost"`, "old.html is declared", "three.js is loaded", "a.css is embedded")
}
