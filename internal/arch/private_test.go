package arch

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// registries are hosts of package registries: which one a machine uses is its
// own affair, settled in its configuration. They are written in two parts so
// that this file doesn't name them.
var registries = []string{
	"registry.npm" + "js.org", "registry.yarn" + "pkg.com", "proxy.golang" + ".org", "sum.golang" + ".org",
	"deb.deb" + "ian.org", "pypi" + ".org", "crates" + ".io", "ghcr" + ".io", "docker" + ".io",
}

// homes are where people and machines keep their own files.
var homes = regexp.MustCompile(`(^|[\s"'` + "`" + `(=:,;])(/home/[a-z]|/ro` + `ot/|/Users/[A-Za-z]|/work` + `/|[A-Z]:\\Users\\)`)

// privateLaw finds what tells of one machine: paths, registries, and the words
// given.
func privateLaw(files map[string]string, words []string) (complaints []string) {
	for name, text := range files {
		if at := homes.FindString(text); at != "" {
			complaints = append(complaints, name+" names a path of one machine ("+strings.TrimSpace(at)+"…): write it from the top of the repository, or take it from the environment")
		}
		for _, host := range append(words, registries...) {
			if strings.Contains(text, host) {
				complaints = append(complaints, name+" names "+host+", which is of one machine or its registry: take it out")
			}
		}
	}
	return complaints
}

// words that lead to the machine that the tests run on.
func machineWords(t *testing.T) []string {
	t.Helper()
	top, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	words := []string{top + "/"}
	if host, err := os.Hostname(); err == nil && len(host) > 8 {
		words = append(words, host)
	}
	return words
}

func TestNothingTellsOfAMachine(t *testing.T) {
	obeyed(t, privateLaw(project(t), machineWords(t)))
}

func TestPrivateLawNotices(t *testing.T) {
	noticed(t, privateLaw(map[string]string{
		"a": "cd /home" + "/ann/moot", "b": "resolved https://" + registries[0] + "/x", "c": "see /srv/there/x",
		"d": "the path /gr/athens and the word homework/", "e": "/usr/local, https://x.example/work" + "/1",
	}, []string{"/srv/there/"}), "a names a path", "b names", "c names")
}
