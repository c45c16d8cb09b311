package arch

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// registries are hosts of package registries, by how they are named: which one a
// machine uses is its own affair, settled in its configuration.
var registries = regexp.MustCompile(`\b(registry|proxy|sum|deb|ftp|index|repo|mirrors?)\.[a-z0-9-]+\.(org|io|com|net)\b`)

// homes are where people and machines keep their own files.
var homes = regexp.MustCompile(`(^|[\s"'` + "`" + `(=:,;])(/home/[a-z]|/ro` + `ot/|/Users/[A-Za-z]|/work` + `/|[A-Z]:\\Users\\)`)

// privateLaw finds what tells of one machine: paths, registries, and the words
// given.
func privateLaw(files map[string]string, words []string) (complaints []string) {
	for name, text := range files {
		if at := homes.FindString(text); at != "" {
			complaints = append(complaints, name+" names a path of one machine ("+strings.TrimSpace(at)+"…): write it from the top of the repository, or take it from the environment")
		}
		if host := registries.FindString(text); host != "" {
			complaints = append(complaints, name+" names "+host+", a package registry: take it out")
		}
		for _, word := range words {
			if strings.Contains(text, word) {
				complaints = append(complaints, name+" names "+word+", which is of one machine: take it out")
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
		"a": "cd /home" + "/ann/moot", "b": "resolved https://registry" + ".example.org/x", "c": "see /srv/there/x",
		"d": "the path /gr/athens and the word homework/", "e": "/usr/local, https://x.example/work" + "/1",
	}, []string{"/srv/there/"}), "a names a path", "b names", "c names")
}
