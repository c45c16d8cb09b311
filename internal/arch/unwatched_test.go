package arch

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// unwatched are the patterns of scripts/unwatched.
func unwatched(text string) (patterns []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			patterns = append(patterns, line)
		}
	}
	return patterns
}

// under reports whether a room, or a module, is one of a pattern.
func under(pattern, name string) bool {
	above, all := strings.CutSuffix(pattern, "/...")
	above = roomOf(above)
	return name == above || all && strings.HasPrefix(name, above+"/")
}

// watchLaw: the race detector may leave out rooms in which nothing happens at once, and
// packages of others that the project has.
func watchLaw(sources []source, patterns []string) (complaints []string) {
	for _, pattern := range patterns {
		used := slices.ContainsFunc(sources, func(s source) bool {
			return under(pattern, s.room) || slices.ContainsFunc(s.imports(), func(imported string) bool {
				return under(pattern, imported) || under(pattern, moduleOf(imported))
			})
		})
		if !used {
			complaints = append(complaints, "scripts/unwatched: "+pattern+" is nothing that the project has. Take it out")
		}
	}
	for _, s := range sources {
		if s.test || !slices.ContainsFunc(patterns, func(pattern string) bool { return under(pattern, s.room) }) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt, *ast.ChanType, *ast.SendStmt, *ast.SelectStmt:
				complaints = append(complaints, s.at(n)+": things happen at once here, so the race detector must see it. Take "+s.room+" out of scripts/unwatched")
			case *ast.ImportSpec:
				if n.Path.Value == `"sync"` || n.Path.Value == `"sync/atomic"` {
					complaints = append(complaints, s.at(n)+": what is locked is for many at once, so the race detector must see it. Take "+s.room+" out of scripts/unwatched")
				}
			}
			return true
		})
	}
	return complaints
}

func TestTheRaceDetectorSeesAllThatHappensAtOnce(t *testing.T) {
	patterns := unwatched(project(t)["scripts/unwatched"])
	if len(patterns) == 0 {
		t.Fatal("scripts/unwatched names nothing")
	}
	obeyed(t, watchLaw(goFiles(t), patterns))
}

func TestWatchLawNotices(t *testing.T) {
	patterns := []string{"moot/internal/sign", "modernc.org/...", "example.org/gone/..."}
	for _, text := range []string{
		"package sign\nfunc f() { go f() }",
		"package sign\nimport \"sync\"\nvar m sync.Mutex",
		"package sign\nvar c chan int",
	} {
		s, err := parse("internal/sign/sign.go", text)
		if err != nil {
			t.Fatal(err)
		}
		if got := watchLaw([]source{s}, patterns[:1]); len(got) != 1 {
			t.Errorf("%q: %q", text, got)
		}
		s.room = "live"
		if got := watchLaw([]source{s}, patterns[:1]); len(got) != 1 { // nothing of sign is there
			t.Errorf("%q elsewhere: %q", text, got)
		}
	}
	if got := watchLaw(goFiles(t), patterns); len(got) != 1 || !strings.Contains(got[0], "gone") {
		t.Errorf("a module that isn't there: %q", got)
	}
}
