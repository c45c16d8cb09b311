package arch

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var link = regexp.MustCompile(`\]\(([^)\s]+)\)|<img src="([^"]+)"`)

// linkLaw finds links of the papers that lead to no file of the project.
func linkLaw(papers map[string]string, there func(file string) bool) (complaints []string) {
	for name, text := range papers {
		if path.Ext(name) != ".md" {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			to, _, _ := strings.Cut(m[1]+m[2], "#")
			if to == "" || strings.Contains(to, ":") {
				continue
			}
			if file := path.Join(path.Dir(name), to); !there(file) {
				complaints = append(complaints, name+" links to "+to+", which isn't there: mend the link (pictures are made by make shots)")
			}
		}
	}
	return complaints
}

func TestLinksOfThePapers(t *testing.T) {
	obeyed(t, linkLaw(project(t), func(file string) bool {
		_, err := os.Stat(filepath.Join(root, file))
		return err == nil
	}))
}

func TestLinkLawNotices(t *testing.T) {
	there := func(file string) bool { return file == "docs/a.md" }
	noticed(t, linkLaw(map[string]string{
		"README.md":   "[a](docs/a.md) [b](docs/b.md) [c](https://x.example/) [d](#d) <img src=\"e.webp\">",
		"docs/c.md":   "[a](a.md#top) ![p](pictures/p.webp)",
		"docs/d.html": "](nowhere)",
	}, there), "docs/b.md", "pictures/p.webp", "e.webp")
}
