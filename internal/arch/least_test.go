package arch

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// least are modules in which something was wrong that strangers can use, with the
// first version in which it isn't.
var least = map[string]struct{ version, why string }{
	"golang.org/x/image": {"0.43.0", "WebP files of strangers made the ones before it panic (GO-2026-4961, 5061)"},
}

// never are packages that nothing here imports, though their modules are used.
var never = map[string]string{
	"golang.org/x/image/tiff": "TIFF isn't taken, and its decoder was never meant for strangers' files",
}

// older reports whether a version comes before another.
func older(version, than string) bool {
	number := func(v string) (n [3]int) {
		v, _, _ = strings.Cut(v, "-") // what comes before a version is not told apart from it
		for i, part := range strings.SplitN(v, ".", 3) {
			n[i], _ = strconv.Atoi(part)
		}
		return n
	}
	a, b := number(version), number(than)
	return slices.Compare(a[:], b[:]) < 0
}

func leastLaw(required map[string]string) (complaints []string) {
	for module, l := range least {
		if version, used := required[module]; used && older(version, l.version) {
			complaints = append(complaints, module+" is "+version+", and must be "+l.version+" or newer: "+l.why)
		}
	}
	return complaints
}

func neverLaw(sources []source) (complaints []string) {
	for _, s := range sources {
		for _, imported := range s.imports() {
			if why, found := never[imported]; found {
				complaints = append(complaints, s.path+" imports "+imported+": "+why)
			}
		}
	}
	return complaints
}

func TestModulesAreNewEnough(t *testing.T) {
	obeyed(t, leastLaw(versions(project(t)["go.mod"])))
}

func TestWhatIsNeverImported(t *testing.T) { obeyed(t, neverLaw(goFiles(t))) }

func TestLeastLawNotices(t *testing.T) {
	noticed(t, leastLaw(map[string]string{"golang.org/x/image": "0.42.9", "example.org/x": "0.0.1"}), "golang.org/x/image is 0.42.9")
	for _, v := range []string{"0.43.0", "0.43.1", "0.100.0", "1.0.0"} {
		noticed(t, leastLaw(map[string]string{"golang.org/x/image": v}))
	}
	noticed(t, neverLaw(bad(t,
		"internal/picture/a.go", "package picture\nimport (_ \"golang.org/x/image/tiff\"; _ \"golang.org/x/image/webp\")",
		"internal/picture/a_test.go", "package picture\nimport _ \"golang.org/x/image/tiff\"",
	)), "picture/a.go", "picture/a_test.go")
}
