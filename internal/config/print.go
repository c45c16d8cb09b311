package config

import (
	"fmt"
	"io"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Default is the Source of a setting that nobody set.
const Default = "default"

// Setting is one setting as it stands, for people to read. Values are texts as
// the command line takes them, passwords masked.
type Setting struct {
	Name, Variable string // post-length, MOOT_POST_LENGTH
	Group, Meaning string
	Right          string // what a right value is
	Default        string // in words where there is none: "all"
	Value          string // "" where none was given and there is no default
	Source         string // Default, "MOOT_LISTEN", "--listen", "moot.toml: listen"

	kind kind
}

func describe(s *setting, value, fallback, source string) Setting {
	if fallback == "" {
		fallback = s.shown
	}
	return Setting{s.name, variable(s.name), s.group, s.meaning, s.right, masked(s.name, fallback), masked(s.name, value), source, s.kind}
}

// Describe lists every setting, in groups.
func (c *Config) Describe() []Setting { return slices.Clone(c.settings) }

// Print writes every setting with its meaning, default, value and source, as a
// TOML file that sets them again. Those at their default are commented out, and
// so are those that hide a password.
func (c *Config) Print(w io.Writer) error {
	var out strings.Builder
	group := ""
	for _, s := range c.settings {
		if s.Group != group {
			if group != "" {
				out.WriteString("\n")
			}
			group = s.Group
			fmt.Fprintf(&out, "### %s\n", group)
		}
		fmt.Fprintf(&out, "\n# %s\n# Want: %s. Default: %s. From: %s.\n", s.Meaning, s.Right, s.Default, s.Source)
		if s.Source == Default {
			out.WriteString("# ")
		} else if strings.Contains(s.Value, hidden) {
			out.WriteString("# (a password is hidden) ")
		}
		fmt.Fprintf(&out, "%s = %s\n", s.Name, s.toml())
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// toml is a setting's value as TOML writes it.
func (s Setting) toml() string {
	switch s.kind {
	case boolean, number:
		return s.Value
	case duration:
		if d, err := time.ParseDuration(s.Value); err == nil {
			return quoted(d.String())
		}
	case list:
		var parts []string
		for _, item := range items(s.Value) {
			parts = append(parts, quoted(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return quoted(s.Value)
}

// quoted is a TOML basic string (TOML 1.0, String): strconv's escapes are not
// all TOML's, so it makes its own.
func quoted(s string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, r := range strings.ToValidUTF8(s, "\ufffd") {
		switch {
		case r == '"' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case control(r):
			fmt.Fprintf(&out, `\u%04X`, r)
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
	return out.String()
}

// Help writes the settings as flags, in groups, for a command's --help.
func (in *Input) Help(w io.Writer) error {
	var out strings.Builder
	fmt.Fprintf(&out, "  --config FILE\n      The settings file, in TOML. Default: %s in the data folder, if it is there. MOOT_CONFIG\n", fileName)
	group := ""
	for _, s := range table {
		if s.group != group {
			group = s.group
			fmt.Fprintf(&out, "\n%s\n", group)
		}
		fallback := s.fallback
		if other, ok := in.defaults[s.name]; ok {
			fallback = other
		}
		if fallback == "" {
			fallback = s.shown
		}
		fmt.Fprintf(&out, "  --%s\n      %s\n      Want: %s. Default: %s. %s\n", s.name, s.meaning, s.right, fallback, variable(s.name))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// hidden stands for a password.
const hidden = "xxxxx"

// masked is a value without the passwords in it. Only addresses of databases, of
// files and of NATS have one; of an address that can't be read, nothing is shown
// that might be one.
func masked(name, value string) string {
	if name == "wakeups" {
		return nameless.ReplaceAllString(value, "${1}"+hidden+"@")
	}
	scheme, rest, _ := strings.Cut(value, ":")
	if name != "database" && name != "database-replica" && name != "files" || scheme == "sqlite" || scheme == "file" || !strings.ContainsAny(value, ":@=") {
		return value
	}
	u, err := url.Parse(value)
	if err != nil || !strings.HasPrefix(rest, "//") {
		return hidden
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return hidden
	}
	secret := false
	for key := range query {
		if strings.Contains(strings.ToLower(key), "pass") {
			query.Set(key, hidden)
			secret = true
		}
	}
	if secret {
		u.RawQuery = query.Encode()
	}
	return u.Redacted()
}

// nameless finds who signs in at an address of NATS, whose name alone may be a
// token.
var nameless = regexp.MustCompile(`(\w+://)?[^\s,\[\]]*@`)

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// perhaps offers the nearest of the known names, if any is near.
func perhaps(name, before string, known []string) string {
	near := Nearest(name, known)
	if near == "" {
		return ""
	}
	return ": do you mean " + before + near + "?"
}

// Nearest is the known word that is fewest slips of the pen away from another,
// or "" where none is near.
func Nearest(word string, known []string) string {
	best, least := "", max(2, len(word)/3)+1
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance is how many letters have to be put in, taken out or changed to make
// b of a (Levenshtein). Of what is longer than any name it looks at the start.
func distance(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
