package web

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

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
