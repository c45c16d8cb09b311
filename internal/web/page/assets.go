package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"moot/internal/web/cache"
)

// Stylesheet is the name of the one stylesheet, joined of all folders' files.
const Stylesheet = "moot.css"

// Assets are the files that pages load: the stylesheet, modules, pictures.
type Assets struct {
	addresses map[string]string // by name: "find.js" → "/assets/find.1f2e….js"
	files     map[string]*asset // by the last part of the address
}

type asset struct {
	kind  string // content type
	plain []byte
	forms [cache.Codings]struct { // made when somebody first accepts one
		once sync.Once
		body []byte // nil where it would not be smaller
	}
}

// in is the asset's body in a coding, or nil where that isn't smaller.
func (a *asset) in(c cache.Coding) []byte {
	f := &a.forms[c]
	f.once.Do(func() {
		if packed := c.Pack(a.plain, cache.Thorough); len(packed) < len(a.plain)-64 {
			f.body = packed
		}
	})
	return f.body
}

// Address is where an asset is served from, with the hash of its content in
// it.
func (a *Assets) Address(name string) (string, error) {
	address, ok := a.addresses[name]
	if !ok {
		return "", fmt.Errorf("page: there is no asset %q", name)
	}
	return address, nil
}

// gather joins the styles of all folders, in the order of the folders and of
// their file names (cascade layers make the order matter little), and names
// each asset by its content.
func gather(folders []*Folder) (*Assets, error) {
	a := &Assets{addresses: map[string]string{}, files: map[string]*asset{}}
	var style bytes.Buffer
	modules := map[string]string{}
	for _, f := range folders {
		names, err := fs.Glob(f.files, "*.*")
		if err != nil {
			return nil, fmt.Errorf("page: %s: %w", f.name, err)
		}
		slices.Sort(names)
		for _, name := range names {
			content, err := fs.ReadFile(f.files, name)
			if err != nil {
				return nil, fmt.Errorf("page: %s: %w", f.name, err)
			}
			switch path.Ext(name) {
			case ".css":
				style.WriteString(squeeze(string(content)))
			case ".js":
				if _, twice := modules[name]; twice {
					return nil, fmt.Errorf("page: two folders have a module %s", name)
				}
				modules[name] = string(content)
			case ".svg":
				a.add(name, "image/svg+xml", content)
			}
		}
	}
	// The layers' order comes first of all: it decides what overrules what.
	a.add(Stylesheet, "text/css; charset=utf-8", append([]byte(layers), style.Bytes()...))
	for name := range modules {
		if err := a.module(name, modules, nil); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// layers is the order of the cascade: later ones overrule earlier ones.
const layers = "@layer reset,tokens,base,parts,pages,themes,print;"

var imported = regexp.MustCompile(`(?m)^((?:import|export)\b[^"';]*)["']\./([a-z0-9-]+\.js)["']`)

// module adds a module after those that it imports, whose addresses it then
// names. via is the way here, to tell a circle.
func (a *Assets) module(name string, modules map[string]string, via []string) error {
	if _, done := a.addresses[name]; done {
		return nil
	}
	source, ok := modules[name]
	if !ok || slices.Contains(via, name) {
		return fmt.Errorf("page: module %s, imported by way of %s, is missing or imports itself", name, strings.Join(via, ", "))
	}
	for _, m := range imported.FindAllStringSubmatch(source, -1) {
		if err := a.module(m[2], modules, append(via, name)); err != nil {
			return err
		}
	}
	source = imported.ReplaceAllStringFunc(source, func(s string) string {
		m := imported.FindStringSubmatch(s)
		return m[1] + `"` + a.addresses[m[2]] + `"`
	})
	if source, ok = bare(source); !ok {
		return fmt.Errorf("page: module %s has a template literal of several lines, whose white space would be lost", name)
	}
	a.add(name, "text/javascript; charset=utf-8", []byte(source))
	return nil
}

var aside = regexp.MustCompile(`(?m)^[ \t]*(//.*)?\n|^[ \t]+`)

// bare takes the lines out of a module that are comments or empty, and the white
// space that lines begin with: a third of what is sent, for nobody who runs it. It
// is false where that would change what runs.
func bare(module string) (string, bool) {
	for line := range strings.Lines(module) {
		if strings.Count(line, "`")%2 != 0 {
			return module, false
		}
	}
	return aside.ReplaceAllString(module, ""), true
}

func (a *Assets) add(name, kind string, content []byte) {
	sum := sha256.Sum256(content)
	ext := path.Ext(name)
	file := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	a.addresses[name] = "/assets/" + file
	a.files[file] = &asset{kind: kind, plain: content}
}

// Serve answers with the asset of a file name; false where there is none.
func (a *Assets) Serve(w http.ResponseWriter, r *http.Request, file string) bool {
	found, ok := a.files[file]
	if !ok {
		return false
	}
	h := w.Header()
	if strings.HasPrefix(found.kind, "text/") { // a stylesheet or a module: what holds for documents says nothing of it
		for _, name := range []string{"Content-Security-Policy", "Permissions-Policy", "Cross-Origin-Opener-Policy"} {
			h.Del(name)
		}
	}
	h.Set("Content-Type", found.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Add("Vary", "Accept-Encoding")
	body := found.plain
	if c := cache.Smallest(r.Header["Accept-Encoding"], len(body)); c != cache.Identity {
		if packed := found.in(c); packed != nil {
			h.Set("Content-Encoding", c.String())
			body = packed
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		w.Write(body) // fails only where the visitor has gone
	}
	return true
}

// squeeze takes the comments out of a stylesheet, and of each run of white
// space leaves one character. What stands in quotes is left alone.
func squeeze(css string) string {
	var out strings.Builder
	for i := 0; i < len(css); {
		switch c := css[i]; {
		case strings.HasPrefix(css[i:], "/*"):
			end := strings.Index(css[i+2:], "*/")
			if end < 0 {
				return out.String()
			}
			i += end + 4
		case c == '"' || c == '\'':
			end := strings.IndexByte(css[i+1:], c)
			if end < 0 {
				end = len(css) - i - 2
			}
			out.WriteString(css[i : i+end+2])
			i += end + 2
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			for i < len(css) && strings.IndexByte(" \n\t\r", css[i]) >= 0 {
				i++
			}
			if i < len(css) && strings.IndexByte("{};,", css[i]) < 0 && !ends(&out, "{};,") {
				out.WriteByte(' ')
			}
		default:
			out.WriteByte(c)
			i++
		}
	}
	return out.String()
}

// ends reports whether the last byte written is one of those given.
func ends(out *strings.Builder, bytes string) bool {
	s := out.String()
	return s == "" || strings.IndexByte(bytes, s[len(s)-1]) >= 0
}
