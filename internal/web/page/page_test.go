package page

import (
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"moot/internal/clock"
	"moot/internal/fault"
	"moot/internal/guard"
	"moot/internal/lang"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func settings() Settings {
	clk := clock.Hold(noon)
	return Settings{Name: "Moot", Base: "https://moot.example", Languages: lang.All(), Guard: guard.New(clk, guard.Limits{}), Clock: clk, Log: slog.New(slog.DiscardHandler)}
}

// words is a page with a few of them.
type words struct {
	View
	Words string
}

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func TestAWrongFolderStopsTheStart(t *testing.T) {
	const main = `{{define "main"}}{{.Words}}{{end}}`
	for _, c := range []struct {
		name     string
		files    fstest.MapFS
		declared []string
		want     string // in the error; "" for none
	}{
		{"right", fstest.MapFS{"a.html": file(main), "_b.html": file(`{{define "b"}}{{end}}`), "c.css": file("@layer pages{}"), "d.js": file("")}, []string{"a"}, ""},
		{"undeclared", fstest.MapFS{"a.html": file(main), "b.html": file(main)}, []string{"a"}, "b.html is declared by nobody"},
		{"missing", fstest.MapFS{"a.html": file(main)}, []string{"a", "b"}, "b.html is declared, and missing"},
		{"without main", fstest.MapFS{"a.html": file(`{{define "other"}}{{end}}`)}, []string{"a"}, "defines no main"},
		{"malformed", fstest.MapFS{"a.html": file(`{{define "main"}}{{if}}{{end}}`)}, []string{"a"}, "missing value for if"},
		{"unknown function", fstest.MapFS{"a.html": file(`{{define "main"}}{{shout "x"}}{{end}}`)}, []string{"a"}, `"shout" not defined`},
		{"unknown part", fstest.MapFS{"a.html": file(`{{define "main"}}{{template "nothing"}}{{end}}`)}, []string{"a"}, "nothing"},
		{"not to be escaped", fstest.MapFS{"a.html": file(`{{define "main"}}<a href="{{if .Words}}x">{{end}}{{end}}`)}, []string{"a"}, "branches end in different contexts"},
		{"unknown asset", fstest.MapFS{"a.html": file(`{{define "main"}}{{asset "no.js"}}{{end}}`)}, []string{"a"}, `no asset "no.js"`},
		{"module importing nothing", fstest.MapFS{"a.html": file(main), "b.js": file("import \"./none.js\";")}, []string{"a"}, "none.js"},
		{"modules in a circle", fstest.MapFS{"a.html": file(main), "b.js": file(`import "./c.js"`), "c.js": file(`import "./b.js"`)}, []string{"a"}, "imports itself"},
		{"module of another folder", fstest.MapFS{"a.html": file(main), "find.js": file("")}, []string{"a"}, "two folders"},
	} {
		f := NewFolder("test", c.files)
		for _, name := range c.declared {
			Declare[*words](f, name)
		}
		_, err := Open(settings(), f)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestPagesSeePartsOfTheirOwnFolderOnly(t *testing.T) {
	a := NewFolder("a", fstest.MapFS{"x.html": file(`{{define "main"}}{{template "part"}}{{end}}`), "_p.html": file(`{{define "part"}}of a{{end}}`)})
	b := NewFolder("b", fstest.MapFS{"x.html": file(`{{define "main"}}{{template "part"}}{{end}}`), "_p.html": file(`{{define "part"}}of b{{end}}`)})
	ax, bx := Declare[*words](a, "x"), Declare[*words](b, "x")
	s, err := Open(settings(), a, b)
	if err != nil {
		t.Fatal(err)
	}
	for want, p := range map[string]Page[*words]{"of a": ax, "of b": bx} {
		w := httptest.NewRecorder()
		if err := p.Render(New(s, w, httptest.NewRequest("GET", "/", nil), guard.Visitor{}), &words{}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the part %q is not on the page", want)
		}
	}
}

func TestModulesImportByHashedAddress(t *testing.T) {
	f := NewFolder("test", fstest.MapFS{
		"a.js": file("import { x } from \"./b.js\";\nexport { y } from './b.js';\nconst s = \"./b.js\";"),
		"b.js": file("export const x = 1, y = 2;"),
	})
	a, err := gather([]*Folder{f})
	if err != nil {
		t.Fatal(err)
	}
	b := a.addresses["b.js"]
	w := httptest.NewRecorder()
	if !a.Serve(w, httptest.NewRequest("GET", "/", nil), strings.TrimPrefix(a.addresses["a.js"], "/assets/")) {
		t.Fatal("a.js is not served")
	}
	want := "import { x } from \"" + b + "\";\nexport { y } from \"" + b + "\";\nconst s = \"./b.js\";"
	if got := w.Body.String(); got != want {
		t.Errorf("a.js is %s, want %s", got, want)
	}
}

func TestAssetsAreKeptForEverAndCompressed(t *testing.T) {
	a, err := gather([]*Folder{ground})
	if err != nil {
		t.Fatal(err)
	}
	address, err := a.Address(Stylesheet)
	if err != nil {
		t.Fatal(err)
	}
	serve := func(accept string) *httptest.ResponseRecorder {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", address, nil)
		r.Header.Set("Accept-Encoding", accept)
		a.Serve(w, r, strings.TrimPrefix(address, "/assets/"))
		return w
	}
	plain := serve("")
	if c := plain.Header().Get("Cache-Control"); !strings.Contains(c, "immutable") {
		t.Errorf("Cache-Control is %q", c)
	}
	least := plain.Body.Len()
	for _, coding := range []string{"gzip", "br"} { // the one that packs better is taken where both are
		packed := serve("gzip, " + coding)
		if packed.Header().Get("Content-Encoding") != coding || packed.Body.Len() >= least {
			t.Errorf("%s: %d bytes, %v", coding, packed.Body.Len(), packed.Header())
		}
		least = packed.Body.Len()
	}
	if !strings.HasPrefix(plain.Body.String(), "@layer ") || strings.Contains(plain.Body.String(), "/*") {
		t.Errorf("the stylesheet begins with %.60q", plain.Body.String())
	}
	if a.Serve(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil), "moot.css") {
		t.Error("the stylesheet is served without its hash")
	}
}

func TestSqueeze(t *testing.T) {
	for in, want := range map[string]string{
		"a  b {\n  color : red ;\n}\n":         "a b{color : red;}",
		"/* c */a{}/* d */":                    "a{}",
		`a::after { content: "  /* x */ " }`:   `a::after{content: "  /* x */ "}`,
		"a{margin:calc(1px + 2px) 0}":          "a{margin:calc(1px + 2px) 0}",
		"@media (a) and (b) { c , d { e:f } }": "@media (a) and (b){c,d{e:f}}",
		"a { b: 'x":                            "a{b: 'x",
		"a /* open":                            "a",
	} {
		if got := strings.TrimSpace(squeeze(in)); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestProblems(t *testing.T) {
	q := &Request{Reader: Reader{Language: lang.All()[0]}}
	both := fault.Join(fault.New(fault.Invalid, "fault.broken").On("body"), fault.New(fault.TooMuch, "fault.broken"))
	problems, ok := q.Problems(both)
	if !ok || len(problems) != 2 || problems.On("body") == "" || problems.On("subject") != "" || len(problems.Whole()) != 1 {
		t.Errorf("%v %v", problems, ok)
	}
	for _, err := range []error{fs.ErrNotExist, fault.New(fault.NotFound, "fault.broken"), fault.New(fault.Forbidden, "fault.broken"), nil} {
		if _, ok := q.Problems(err); ok {
			t.Errorf("%v is taken for a form's", err)
		}
	}
}

func TestTimeIsTold(t *testing.T) {
	english, _ := lang.Lookup("en")
	for age, want := range map[time.Duration]string{
		time.Second: "now", 12 * time.Minute: "12 min", 6*24*time.Hour + time.Hour: "6 days", 8 * 24 * time.Hour: "Sun 15 Nov 2026",
	} {
		if got := ago(english, noon.Add(-age), noon); got != want {
			t.Errorf("%v ago is %q, want %q", age, got, want)
		}
	}
}

func TestRedirectsAreNotKept(t *testing.T) {
	s, err := Open(settings())
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	q := New(s, w, httptest.NewRequest("POST", "/", nil), guard.Visitor{})
	if err := q.Redirect(http.StatusSeeOther, "/gr/athens#p1"); err != nil {
		t.Fatal(err)
	}
	if w.Code != 303 || w.Header().Get("Location") != "/gr/athens#p1" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func TestBare(t *testing.T) {
	for in, want := range map[string]string{
		"// why\nf(); // here\n\n  // there\n\tg(`a // b`);\n": "f(); // here\ng(`a // b`);\n",
		"a = \"//\";\n  return\n  /b\\/\\//;\n//":              "a = \"//\";\nreturn\n/b\\/\\//;\n//",
		"": "",
	} {
		if got, ok := bare(in); got != want || !ok {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	if _, ok := bare("a(`one\n  two`);\n"); ok {
		t.Error("a literal of two lines is taken apart")
	}
}
