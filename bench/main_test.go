package bench

import (
	"os"
	"strings"
	"testing"

	"moot/internal/darkroom"
)

// servers are what this program is in place of its tests where servesVariable
// begins with their name; the words after it are handed on.
var servers = map[string]func(words ...string){
	"moot":  func(...string) { serveListeners("moot") },
	"plain": func(...string) { serveListeners("plain") },
}

// leftovers are files that go when all is measured.
var leftovers []string

func TestMain(m *testing.M) {
	darkroom.Main()
	if words := strings.Fields(os.Getenv(servesVariable)); len(words) > 0 {
		servers[words[0]](words[1:]...)
	}
	status := m.Run()
	for _, name := range leftovers {
		os.Remove(name)
	}
	os.Exit(status)
}
