package lang

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"
)

// use is one call that names a message: T("key", …), fault.New(kind, "key", …),
// fault.Fault{Key: "key"}, or {{t "key" …}} on a page.
type use struct {
	at, key string
	args    []string // the names of the arguments given
	known   bool     // whether args could be read
}

// mentions are the whole strings of a file and the calls in it.
type mentions struct {
	strings map[string]bool
	uses    []use
}

func readGo(name string, source []byte, into *mentions) error {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if s, ok := literal(n); ok {
				into.strings[s] = true
			}
		case *ast.CallExpr:
			at := 0
			switch selector, _ := n.Fun.(*ast.SelectorExpr); {
			case selector == nil:
				return true
			case selector.Sel.Name == "New" && exprName(selector.X) == "fault":
				at = 1
			case selector.Sel.Name != "T":
				return true
			}
			if len(n.Args) > at {
				if key, ok := literal(n.Args[at]); ok {
					names, known := goNames(n.Args[at+1:])
					known = known && !n.Ellipsis.IsValid()
					into.uses = append(into.uses, use{files.Position(n.Pos()).String(), key, names, known})
				}
			}
		case *ast.CompositeLit:
			if exprName(n.Type) != "Fault" {
				return true
			}
			for _, e := range n.Elts {
				if pair, ok := e.(*ast.KeyValueExpr); ok && exprName(pair.Key) == "Key" {
					if key, ok := literal(pair.Value); ok {
						into.uses = append(into.uses, use{at: files.Position(n.Pos()).String(), key: key})
					}
				}
			}
		}
		return true
	})
	return nil
}

func exprName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

func literal(e ast.Expr) (string, bool) {
	if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
		s, err := strconv.Unquote(l.Value)
		return s, err == nil
	}
	return "", false
}

func goNames(args []ast.Expr) (names []string, known bool) {
	for i := 0; i < len(args); i += 2 {
		name, ok := literal(args[i])
		if !ok {
			return nil, false
		}
		names = append(names, name)
	}
	return names, true
}

func readPage(name string, source []byte, into *mentions) error {
	tree := parse.New(name)
	tree.Mode = parse.SkipFuncCheck
	trees := map[string]*parse.Tree{}
	if _, err := tree.Parse(string(source), "", "", trees); err != nil {
		return err
	}
	for _, tree := range trees {
		readNode(tree, tree.Root, into)
	}
	return nil
}

// readNode walks a template. It leaves out what can't hold a string.
func readNode(tree *parse.Tree, n parse.Node, into *mentions) {
	branch := func(b *parse.BranchNode) {
		readNode(tree, b.Pipe, into)
		readNode(tree, b.List, into)
		if b.ElseList != nil {
			readNode(tree, b.ElseList, into)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, n := range n.Nodes {
			readNode(tree, n, into)
		}
	case *parse.ActionNode:
		readNode(tree, n.Pipe, into)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.TemplateNode:
		if n.Pipe != nil {
			readNode(tree, n.Pipe, into)
		}
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			readNode(tree, c, into)
		}
	case *parse.ChainNode:
		readNode(tree, n.Node, into)
	case *parse.StringNode:
		into.strings[n.Text] = true
	case *parse.CommandNode:
		for _, n := range n.Args {
			readNode(tree, n, into)
		}
		if speaks(n.Args[0]) && len(n.Args) > 1 {
			if key, ok := n.Args[1].(*parse.StringNode); ok {
				names, known := pageNames(n.Args[2:])
				at, _ := tree.ErrorContext(n)
				into.uses = append(into.uses, use{at, key.Text, names, known})
			}
		}
	}
}

// speaks reports whether a template calls for a message: by t or by a T method.
func speaks(n parse.Node) bool {
	last := ""
	switch n := n.(type) {
	case *parse.IdentifierNode:
		return n.Ident == "t"
	case *parse.FieldNode:
		last = n.Ident[len(n.Ident)-1]
	case *parse.VariableNode:
		last = n.Ident[len(n.Ident)-1]
	case *parse.ChainNode:
		last = n.Field[len(n.Field)-1]
	}
	return last == "T"
}

func pageNames(args []parse.Node) (names []string, known bool) {
	for i := 0; i < len(args); i += 2 {
		name, ok := args[i].(*parse.StringNode)
		if !ok {
			return nil, false
		}
		names = append(names, name.Text)
	}
	return names, true
}

// wrongUses says which uses name no message, or not all of its arguments.
func wrongUses(english *Language, uses []use) []string {
	var wrong []string
	for _, u := range uses {
		p, ok := english.messages[u.key]
		if !ok {
			wrong = append(wrong, u.at+": there is no message "+strconv.Quote(u.key)+" in catalogue/en.json")
			continue
		}
		for _, name := range arguments(p) {
			if u.known && name != "retry" && !slices.Contains(u.args, name) {
				wrong = append(wrong, u.at+": "+u.key+" is not given its argument {"+name+"}")
			}
		}
	}
	return wrong
}

// readTree reads all code and pages of Moot, its tests aside.
func readTree(t *testing.T) *mentions {
	t.Helper()
	all := &mentions{strings: map[string]bool{}}
	for _, root := range []string{"../../internal", "../../cmd"} {
		err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			read := map[string]func(string, []byte, *mentions) error{".go": readGo, ".html": readPage}[filepath.Ext(name)]
			if read == nil || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "/testdata/") {
				return nil
			}
			source, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			return read(name, source, all)
		})
		if err != nil && !os.IsNotExist(err) {
			t.Error(err)
		}
	}
	return all
}

func TestEveryKeyIsUsedAndEveryUsedKeyExists(t *testing.T) {
	all, english := readTree(t), All()[0]
	for _, wrong := range wrongUses(english, all.uses) {
		t.Error(wrong)
	}
	for key := range english.messages {
		if !all.strings[key] {
			t.Errorf("nothing says %s: take it out of every catalogue, or name it whole in a string", key)
		}
	}
}

func TestUsesAreSeen(t *testing.T) {
	english := speak(t, "en", `{"a.one": "{x}", "a.wait": "{retry}", "a.none": "none"}`)
	all := &mentions{strings: map[string]bool{}}
	if err := readGo("a.go", []byte(`package a
		var f = fault.New(fault.Invalid, "a.go_new", "x", 1)
		var g = l.T("a.one", "y", 1)
		var h = &fault.Fault{Key: "a.go_literal"}
		var i = l.T("a.one", args...)
		var j = fault.New(fault.TooMuch, "a.wait")
		var k = []string{"a.none"}`), all); err != nil {
		t.Fatal(err)
	}
	if err := readPage("a.html", []byte(`{{define "a"}}{{if .B}}<p title="{{t "a.page"}}">{{.X | t "a.one" "x"}}
		{{template "b" (t "a.inner")}}{{with $x := $.L.T "a.method"}}{{t "a.one"}}{{end}}{{end}}{{end}}`), all); err != nil {
		t.Fatal(err)
	}
	wrong := wrongUses(english, all.uses)
	for _, want := range []string{"a.go_new", "a.go:3:11: a.one is not given its argument {x}", "a.go_literal", "a.page", "a.inner", "a.method", "a.html:2:65: a.one is not given"} {
		if !strings.Contains(strings.Join(wrong, "\n"), want) {
			t.Errorf("nobody saw %s in:\n%s", want, strings.Join(wrong, "\n"))
		}
	}
	if len(wrong) != 7 || !all.strings["a.none"] {
		t.Errorf("seen: %d of 7:\n%s", len(wrong), strings.Join(wrong, "\n"))
	}
}
