package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"strings"
	"testing"
)

// The budgets. They are not aims: most things are far smaller.
const (
	functionLines = 120
	usualLines    = 45 // of most functions
	fileLines     = 600
	packageLines  = 2000 // of code; tests don't count
	importChain   = 9
	docLines      = 40
)

func lines(text string) int { return strings.Count(text, "\n") }

// functionLaw finds functions that are too long, and counts those longer than
// usual.
func functionLaw(sources []source) (complaints []string, long int) {
	for _, s := range sources {
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			n := s.files.Position(f.End()).Line - s.files.Position(f.Pos()).Line + 1
			if n > usualLines {
				long++
			}
			if n > functionLines {
				complaints = append(complaints, fmt.Sprintf("%s: %s has %d lines of %d: give its steps names of their own", s.at(f), f.Name.Name, n, functionLines))
			}
		}
	}
	return complaints, long
}

// fileLaw finds files that are too long, of everything that people write here.
func fileLaw(files map[string]string) (complaints []string) {
	for name, text := range files {
		switch path.Ext(name) {
		case ".go", ".html", ".css", ".js", ".mjs", ".sql":
			if n := lines(text); n >= fileLines {
				complaints = append(complaints, fmt.Sprintf("%s has %d lines, and a file has fewer than %d: cut it where its subject changes", name, n, fileLines))
			}
		}
	}
	return complaints
}

// packageLaw finds packages that are too big, and those that don't say what
// they are.
func packageLaw(sources []source) (complaints []string) {
	size, doc := map[string]int{}, map[string]int{}
	for _, s := range sources {
		if s.test {
			continue
		}
		size[s.room] += lines(s.text)
		if s.file.Doc != nil {
			doc[s.room] += lines(s.file.Doc.Text())
		}
	}
	for room, n := range size {
		if n >= packageLines {
			complaints = append(complaints, fmt.Sprintf("%s has %d lines, and a package has fewer than %d: find the idea in it that stands by itself", room, n, packageLines))
		}
		switch d := doc[room]; {
		case d == 0:
			complaints = append(complaints, room+" has no package comment: say in its doc.go what it promises")
		case d > docLines:
			complaints = append(complaints, fmt.Sprintf("%s's package comment has %d lines of %d: keep what it promises, and its laws", room, d, docLines))
		}
	}
	return complaints
}

// chain is the longest way down by imports: the rooms on it, from the top.
func chain(sources []source) []string {
	below := map[string][]string{}
	for _, s := range sources {
		if s.test {
			continue
		}
		for _, imported := range s.imports() {
			if strings.HasPrefix(imported, "moot/") {
				below[s.room] = append(below[s.room], roomOf(imported))
			}
		}
	}
	longest := map[string][]string{}
	var down func(room string) []string
	down = func(room string) []string {
		if way, known := longest[room]; known {
			return way
		}
		var deepest []string
		for _, b := range below[room] {
			if way := down(b); len(way) > len(deepest) {
				deepest = way
			}
		}
		longest[room] = append([]string{room}, deepest...)
		return longest[room]
	}
	var top []string
	for room := range below {
		if way := down(room); len(way) > len(top) {
			top = way
		}
	}
	return top
}

func TestSizes(t *testing.T) {
	sources := goFiles(t)
	complaints, long := functionLaw(sources)
	t.Logf("%d functions have more than %d lines", long, usualLines)
	complaints = append(complaints, fileLaw(project(t))...)
	complaints = append(complaints, packageLaw(sources)...)
	way := chain(sources)
	t.Logf("the longest chain of imports has %d rooms: %s", len(way), strings.Join(way, " → "))
	if len(way) > importChain {
		complaints = append(complaints, fmt.Sprintf("the chain of imports %s has %d rooms of %d: let a room be handed what it now fetches", strings.Join(way, " → "), len(way), importChain))
	}
	obeyed(t, complaints)
}

func TestMostFunctionsAreShort(t *testing.T) {
	sources := goFiles(t)
	all := 0
	for _, s := range sources {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.Pos() != token.NoPos {
				all++
			}
		}
	}
	if _, long := functionLaw(sources); long*20 > all {
		t.Errorf("%d of %d functions have more than %d lines; at most one in twenty may: shorten the longest ones", long, all, usualLines)
	}
}

func TestSizeLawsNotice(t *testing.T) {
	body := func(n int) string { return strings.Repeat("\t_ = 1\n", n) }
	sources := bad(t,
		"internal/board/a.go", "package board\nfunc f() {\n"+body(functionLines-2)+"}\nfunc g() {\n"+body(functionLines-1)+"}\n",
		"internal/web/a.go", "// Package web is.\n"+strings.Repeat("// More.\n", docLines)+"package web\nimport _ \"moot/internal/board\"\n"+strings.Repeat("\n", packageLines),
		"internal/web/a_test.go", "package web\n"+strings.Repeat("\n", packageLines))
	complaints, long := functionLaw(sources)
	noticed(t, complaints, "g has 121 lines")
	if long != 2 {
		t.Errorf("%d long functions, want 2", long)
	}
	noticed(t, packageLaw(sources), "board has no package comment", "web has 20", "comment has 41 lines")
	noticed(t, fileLaw(map[string]string{"a.css": strings.Repeat("\n", fileLines), "b.css": strings.Repeat("\n", fileLines-1), "c.json": strings.Repeat("\n", fileLines)}), "a.css")
	if way := strings.Join(chain(sources), " "); way != "web board" {
		t.Errorf("chain %q", way)
	}
}
