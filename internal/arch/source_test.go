package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// root is the top of the repository, seen from this package.
const root = "../.."

// source is one Go file.
type source struct {
	path  string // "internal/web/place.go"
	room  string // its folder as the tables here write it: "web", "cmd/moot"
	test  bool
	text  string
	file  *ast.File
	files *token.FileSet
}

// parse reads a Go file of the repository.
func parse(name, text string) (source, error) {
	s := source{path: name, room: roomOf(path.Dir(name)), test: strings.HasSuffix(name, "_test.go"), text: text, files: token.NewFileSet()}
	var err error
	s.file, err = parser.ParseFile(s.files, name, text, parser.ParseComments|parser.SkipObjectResolution)
	return s, err
}

// roomOf is a folder, or an import path of this module, as the tables write it.
func roomOf(folder string) string {
	return strings.TrimPrefix(strings.TrimPrefix(folder, "moot/"), "internal/")
}

// imports are the import paths of a file.
func (s source) imports() []string {
	var paths []string
	for _, i := range s.file.Imports {
		p, _ := strconv.Unquote(i.Path.Value) // the parser has checked it
		paths = append(paths, p)
	}
	return paths
}

// at is where a node stands, for a complaint.
func (s source) at(n ast.Node) string {
	p := s.files.Position(n.Pos())
	return p.Filename + ":" + strconv.Itoa(p.Line)
}

// literals calls see with every string written in a file, import paths and
// struct tags left out.
func (s source) literals(see func(at, text string)) {
	tags := map[ast.Node]bool{}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			tags[n.Tag] = true
		case *ast.BasicLit:
			if text, ok := literal(n); ok && !tags[n] {
				see(s.at(n), text)
			}
		}
		return true
	})
}

// literal is the text of a string literal.
func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(l.Value)
	return text, err == nil
}

// foreign are folders that hold nothing of the project's own text.
var foreign = []string{".git", ".cache", "bin", "node_modules", "moot-data", "moot-demo", "browser/shots", "docs/pictures"}

// tree reads every text file of the repository once, by path.
var tree = sync.OnceValues(func() (map[string]string, error) {
	files := map[string]string{}
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		within, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		within = filepath.ToSlash(within)
		switch {
		case entry.IsDir() && (slices.Contains(foreign, within) || slices.Contains(foreign, path.Base(within))):
			return filepath.SkipDir
		case !entry.Type().IsRegular():
			return nil
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if text := string(content); !strings.Contains(text, "\x00") {
			files[within] = text
		}
		return nil
	})
	return files, err
})

// project is every text file of the repository, by path.
func project(t *testing.T) map[string]string {
	t.Helper()
	files, err := tree()
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 50 {
		t.Fatalf("%d files found beneath %s: the laws are looking at the wrong folder", len(files), root)
	}
	return files
}

// goFiles are the Go files of the repository, in order.
func goFiles(t *testing.T) []source {
	t.Helper()
	var all []source
	for name, text := range project(t) {
		if path.Ext(name) != ".go" || strings.Contains(name, "/testdata/") {
			continue
		}
		s, err := parse(name, text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b source) int { return strings.Compare(a.path, b.path) })
	return all
}

// bad makes Go files that break a law, to see that the law notices. They come
// as name, text, name, text.
func bad(t *testing.T, pairs ...string) []source {
	t.Helper()
	var all []source
	for pair := range slices.Chunk(pairs, 2) {
		s, err := parse(pair[0], pair[1])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// obeyed fails the test with every complaint.
func obeyed(t *testing.T, complaints []string) {
	t.Helper()
	slices.Sort(complaints)
	for _, c := range slices.Compact(complaints) {
		t.Error(c)
	}
}

// noticed fails the test unless there is a complaint for each of the given
// words, and no other.
func noticed(t *testing.T, complaints []string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !slices.ContainsFunc(complaints, func(c string) bool { return strings.Contains(c, w) }) {
			t.Errorf("nobody complains of %q; complaints: %q", w, complaints)
		}
	}
	if len(complaints) != len(words) {
		t.Errorf("%d complaints, want %d: %q", len(complaints), len(words), complaints)
	}
}

// rows reads the tables of a Markdown text whose first column is headed so.
// Each row must have as many cells as its header, all of them filled.
func rows(text, heading string) (found [][]string, complaints []string) {
	width := 0
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			width = 0
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case cells[0] == heading:
			width = len(cells)
		case width == 0 || strings.HasPrefix(cells[0], "---"):
		case len(cells) != width || slices.Contains(cells, ""):
			complaints = append(complaints, "the row "+line+" wants "+strconv.Itoa(width)+" cells with something in each")
		default:
			found = append(found, cells)
		}
	}
	return found, complaints
}

// code is the text of a cell without its backticks.
func code(cell string) string { return strings.Trim(cell, "`") }

func TestRowsAreRead(t *testing.T) {
	found, complaints := rows("x\n\n| what | why |\n|---|---|\n| `a` | b |\n| c | |\n\n| other | why |\n|---|---|\n| d | e |\n", "what")
	if len(found) != 1 || code(found[0][0]) != "a" || found[0][1] != "b" {
		t.Errorf("read %q", found)
	}
	noticed(t, complaints, "| c |")
}
