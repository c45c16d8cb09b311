package page

import (
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"moot/internal/lang"
)

// Folder is a folder of pages: NAME.html for each page, _NAME.html for what
// its pages share, *.css and *.js.
type Folder struct {
	name  string
	files fs.FS
	pages map[string]func() any // by name; each makes an empty page
	parts map[string]func() any // fragments, the same
}

// NewFolder makes a folder of the files that a package embeds.
func NewFolder(name string, files fs.FS) *Folder {
	return &Folder{name: name, files: files, pages: map[string]func() any{}, parts: map[string]func() any{}}
}

//go:embed *.html *.css *.js *.svg
var files embed.FS

// ground is this package's own folder: what all pages share.
var ground = NewFolder("page", files)

// Viewer is a page: a pointer to a struct that embeds View.
type Viewer interface{ view() *View }

// Page is one page of a folder, filled by a V.
type Page[V Viewer] struct {
	folder *Folder
	name   string
}

// Declare ties the template NAME.html of a folder to the type of the struct
// that fills it. Call it where package variables are made.
func Declare[V Viewer](f *Folder, name string) Page[V] {
	f.pages[name] = func() any { var none V; return none }
	return Page[V]{folder: f, name: name}
}

// Render answers a request with the page, in the reader's language.
func (p Page[V]) Render(q *Request, v V) error {
	t := q.Site.templates[q.Language.Code()][p.folder.name+"/"+p.name]
	if t == nil {
		return fmt.Errorf("page: %s/%s is in no folder that the site was opened with", p.folder.name, p.name)
	}
	return q.render(t, v, v.view())
}

// templates are the pages of all folders in one language, by "folder/name".
type templates map[string]*template.Template

// compile parses every page of every folder for a language.
func compile(s *Site, l *lang.Language, folders []*Folder) (templates, error) {
	base, err := template.New("base.html").Funcs(functions(s, l)).ParseFS(ground.files, "base.html", "_*.html")
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	made := templates{}
	for _, f := range folders {
		if err := f.compile(base, s.Assets, made); err != nil {
			return nil, err
		}
	}
	return made, nil
}

func (f *Folder) compile(base *template.Template, has *Assets, made templates) error {
	set, err := base.Clone()
	if err != nil {
		return fmt.Errorf("page: %s: %w", f.name, err)
	}
	names, err := fs.Glob(f.files, "*.html")
	if err != nil {
		return fmt.Errorf("page: %s: %w", f.name, err)
	}
	found := map[string]bool{}
	for _, file := range names {
		if err := f.checkAssets(file, has); err != nil {
			return err
		}
		name := strings.TrimSuffix(path.Base(file), ".html")
		switch {
		case f == ground: // base.html and its parts are in base already
		case strings.HasPrefix(name, "_"):
			if _, err := set.ParseFS(f.files, file); err != nil {
				return fmt.Errorf("page: %s: %w", f.name, err)
			}
		case f.pages[name] == nil:
			return fmt.Errorf("page: %s/%s is declared by nobody", f.name, file)
		default:
			found[name] = true
		}
	}
	for name := range f.pages {
		if !found[name] {
			return fmt.Errorf("page: %s/%s.html is declared, and missing", f.name, name)
		}
		t, err := set.Clone()
		if err == nil {
			t, err = t.ParseFS(f.files, name+".html")
		}
		if err != nil {
			return fmt.Errorf("page: %s/%s: %w", f.name, name, err)
		}
		if t = t.Lookup("base.html"); t.Lookup("main") == nil {
			return fmt.Errorf("page: %s/%s.html defines no main", f.name, name)
		}
		// html/template escapes at the first execution, so that one is now. An
		// empty page may well fail to execute; only what can't be escaped counts.
		var unsafe *template.Error
		if err := t.Execute(io.Discard, f.pages[name]()); errors.As(err, &unsafe) {
			return fmt.Errorf("page: %s/%s: %w", f.name, name, err)
		}
		made[f.name+"/"+name] = t
	}
	return f.compileParts(set, made)
}

var assetCall = regexp.MustCompile(`\basset "([^"]*)"`)

// checkAssets finds every asset that a template names.
func (f *Folder) checkAssets(file string, has *Assets) error {
	source, err := fs.ReadFile(f.files, file)
	if err != nil {
		return fmt.Errorf("page: %s: %w", f.name, err)
	}
	for _, m := range assetCall.FindAllSubmatch(source, -1) {
		if _, err := has.Address(string(m[1])); err != nil {
			return fmt.Errorf("%w (%s/%s)", err, f.name, file)
		}
	}
	return nil
}
