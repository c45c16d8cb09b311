package web

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// inline is what the content policy forbids, as it looks in a template.
var inline = map[string]*regexp.Regexp{
	"a style of its own":   regexp.MustCompile(`(?i)<style|\sstyle\s*=`),
	"an event attribute":   regexp.MustCompile(`(?i)<[a-z][^>]*\son[a-z]+\s*=`),
	"a script of its own":  regexp.MustCompile(`(?i)<script(?:[^>]*>\s*[^<\s]|[^>]*>[^<]*[^<\s])`),
	"a data: address":      regexp.MustCompile(`(?i)["'(]data:`),
	"a javascript address": regexp.MustCompile(`(?i)javascript:`),
	"another site's file":  regexp.MustCompile(`(?i)(src|srcset|data|poster)\s*=\s*["']?(https?:)?//`),
	"a base":               regexp.MustCompile(`(?i)<base\b`),
}

// written is what trusted types forbid in modules.
var written = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|setTimeout\(["']`)

func TestNothingIsInline(t *testing.T) {
	templates, modules := 0, 0
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		switch filepath.Ext(path) {
		case ".html":
			templates++
			for what, shape := range inline {
				if found := shape.Find(text); found != nil {
					t.Errorf("%s has %s: %s", path, what, found)
				}
			}
		case ".js":
			modules++
			if found := written.Find(text); found != nil {
				t.Errorf("%s makes markup or code of a string: %s", path, found)
			}
		case ".css":
			for _, foreign := range []string{"@import", "url(", "data:"} {
				if strings.Contains(string(text), foreign) {
					t.Errorf("%s has %s", path, foreign)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if templates < 8 || modules < 1 {
		t.Errorf("only %d templates and %d modules were read", templates, modules)
	}
}

func TestInlineIsSeen(t *testing.T) {
	for what, sample := range map[string]string{
		"a style of its own": `<p style="color:red">`, "an event attribute": `<a href="#" onclick="x()">`, "a script of its own": `<script>alert(1)</script>`,
		"a data: address": `<img src="data:image/png;base64,x">`, "another site's file": `<img src="//evil.example/x">`,
	} {
		if !inline[what].MatchString(sample) {
			t.Errorf("%s is not seen in %s", what, sample)
		}
	}
	if inline["a script of its own"].MatchString(`<script type="module" src="{{asset "find.js"}}"></script>`) {
		t.Error("a module is taken for a script of its own")
	}
}

// physical are properties that don't turn with the direction of the page.
var physical = regexp.MustCompile(`(?:margin|padding|border)-(?:left|right)\b|[;{\s](?:left|right)\s*:|text-align:\s*(?:left|right)|float:\s*(?:left|right)`)

func TestStylesTurnWithTheDirection(t *testing.T) {
	styles, err := filepath.Glob("*/*.css")
	if err != nil || len(styles) < 8 {
		t.Fatalf("%d styles, %v", len(styles), err)
	}
	for _, path := range styles {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if found := physical.Find(text); found != nil {
			t.Errorf("%s has %s", path, found)
		}
	}
}
