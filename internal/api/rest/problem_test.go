package rest

import "testing"

func TestFits(t *testing.T) {
	for path, want := range map[string]bool{"/a/b/c": true, "/a/x/c": true, "/a/b": false, "/a/b/d": false, "/a/b/c/d": false, "/": false} {
		if got := fits("/a/{x}/c", path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestFieldsHaveTheirNamesHere(t *testing.T) {
	for name, want := range map[string]string{"body": "text", "code": "delete_code", "alt-2": "pictures[1].alt", "alt-x": "alt-x", "subject": "subject"} {
		if got := field(name); got != want {
			t.Errorf("%s is called %s", name, got)
		}
	}
}
