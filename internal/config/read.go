package config

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// fileName is the settings file looked for in the data folder.
const fileName = "moot.toml"

// Input gathers what a site is told, until Load makes a Config of it.
type Input struct {
	flags    *flag.FlagSet
	file     string            // what --config says
	told     map[string]string // by the command line
	defaults map[string]string // by the command: see Default
}

// told is a setting as a flag: it keeps the text for Load.
type toldValue struct {
	in  *Input
	row *setting
}

func (v toldValue) String() string {
	if v.in == nil { // the flag package asks a zero value
		return ""
	}
	return v.in.told[v.row.name]
}
func (v toldValue) Set(s string) error { v.in.told[v.row.name] = s; return nil }
func (v toldValue) IsBoolFlag() bool   { return v.row.kind == boolean }

// Bind adds every setting, and --config, to a command's flags. The command may
// have flags of its own.
func Bind(flags *flag.FlagSet) *Input {
	in := &Input{flags: flags, told: map[string]string{}, defaults: map[string]string{}}
	flags.StringVar(&in.file, "config", "", "the settings file")
	for i := range table {
		flags.Var(toldValue{in, &table[i]}, table[i].name, table[i].meaning)
	}
	return in
}

// Default gives a setting another default, for a command that needs one: the
// demo has a data folder of its own. A name that is no setting panics.
func (in *Input) Default(name, value string) {
	if row(name) == nil {
		panic("config: no setting " + name)
	}
	in.defaults[name] = value
}

// Parse reads the command line, quietly. It returns flag.ErrHelp where help
// was asked for.
func (in *Input) Parse(args []string) error {
	in.flags.Init(in.flags.Name(), flag.ContinueOnError)
	in.flags.SetOutput(io.Discard)
	in.flags.Usage = func() {}
	err := in.flags.Parse(args)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return err
	}
	if name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); unknown {
		var names []string
		in.flags.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
		return fmt.Errorf("--%s is no setting%s", name, perhaps(name, "--", names))
	}
	return err
}

func row(name string) *setting {
	i := slices.IndexFunc(table, func(s setting) bool { return s.name == name })
	if i < 0 {
		return nil
	}
	return &table[i]
}

func settingNames() []string {
	names := make([]string, len(table))
	for i, s := range table {
		names[i] = s.name
	}
	return names
}

// variable is a setting's name in the environment.
func variable(name string) string {
	return "MOOT_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// source is one place that settings come from: their texts by name, and how
// the place calls a setting.
type source struct {
	values map[string]string
	called func(name string) string
}

// Load reads the file and the environment (as os.Environ gives it) and makes
// the Config. Its error has a line for each mistake.
func (in *Input) Load(environ []string) (*Config, error) {
	var mistakes []error
	environment, file, err := readEnvironment(environ)
	if err != nil {
		mistakes = append(mistakes, err)
	}
	defaults := source{map[string]string{}, func(string) string { return Default }}
	for _, s := range table {
		defaults.values[s.name] = s.fallback
	}
	for name, value := range in.defaults {
		defaults.values[name] = value
	}
	sources := []source{
		{in.told, func(name string) string { return "--" + name }},
		environment,
		{},
		defaults,
	}
	if in.file != "" {
		file = in.file
	}
	if sources[2], err = readFile(file, sources); err != nil {
		mistakes = append(mistakes, err)
	}
	c := &Config{}
	for i := range table {
		if err := c.take(&table[i], sources); err != nil {
			mistakes = append(mistakes, err)
		}
	}
	if len(mistakes) == 0 {
		if err := c.settle(); err != nil {
			mistakes = append(mistakes, err)
		}
	}
	if len(mistakes) > 0 {
		return nil, errors.Join(mistakes...)
	}
	return c, nil
}

// take sets a setting from the first source that has it.
func (c *Config) take(s *setting, sources []source) error {
	for _, from := range sources {
		value, ok := from.values[s.name]
		if !ok {
			continue
		}
		called := from.called(s.name)
		if !s.set(c, value) {
			return fmt.Errorf("%s: %q is not right: want %s", called, masked(s.name, value), s.right)
		}
		fallback := sources[len(sources)-1].values[s.name]
		c.settings = append(c.settings, describe(s, value, fallback, called))
		return nil
	}
	panic("config: " + s.name + " has no default")
}

// readEnvironment picks out the MOOT_ variables, and the file that MOOT_CONFIG
// names.
func readEnvironment(environ []string) (from source, file string, err error) {
	from = source{map[string]string{}, variable}
	names := []string{"MOOT_CONFIG"}
	byVariable := map[string]string{}
	for _, s := range table {
		names = append(names, variable(s.name))
		byVariable[variable(s.name)] = s.name
	}
	var mistakes []error
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		switch {
		case !strings.HasPrefix(name, "MOOT_"), strings.HasPrefix(name, "MOOT_TEST_"), value == "":
		case name == "MOOT_CONFIG":
			file = value
		case byVariable[name] != "":
			from.values[byVariable[name]] = value
		default:
			mistakes = append(mistakes, fmt.Errorf("%s in the environment is no setting%s", name, perhaps(name, "", names)))
		}
	}
	return from, file, errors.Join(mistakes...)
}

// readFile reads the settings file: the named one, which has to be there, or
// the data folder's, which need not. The data folder is the one that the other
// sources say.
func readFile(name string, sources []source) (source, error) {
	none := source{}
	named := name != ""
	if !named {
		for _, from := range sources {
			if folder, ok := from.values["data"]; ok {
				name = filepath.Join(folder, fileName)
				break
			}
		}
	}
	content, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && !named {
		return none, nil
	}
	if err != nil {
		return none, fmt.Errorf("the settings file can't be read: %w", err)
	}
	values, err := parseFile(name, content)
	if err != nil {
		return none, err
	}
	if _, moves := values["data"]; moves && !named {
		return none, fmt.Errorf("%s: data can't be set by the file that lies in the data folder: use --data or %s", name, variable("data"))
	}
	return source{values, func(setting string) string { return name + ": " + setting }}, nil
}

// parseFile reads a TOML file into the texts that the table's rows take.
func parseFile(name string, content []byte) (map[string]string, error) {
	var tree map[string]any
	if err := toml.Unmarshal(content, &tree); err != nil {
		if wrong := (*toml.DecodeError)(nil); errors.As(err, &wrong) {
			line, _ := wrong.Position()
			return nil, fmt.Errorf("%s, line %d: %s", name, line, strings.TrimPrefix(wrong.Error(), "toml: "))
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	values := map[string]string{}
	var mistakes []error
	for _, key := range sorted(tree) {
		s := row(key)
		if s == nil {
			mistakes = append(mistakes, fmt.Errorf("%s: %s is no setting%s", name, key, perhaps(key, "", settingNames())))
			continue
		}
		value, ok := plain(s.kind, tree[key])
		if !ok {
			mistakes = append(mistakes, fmt.Errorf("%s: %s: %q is not right: want %s, as %s", name, key, masked(key, fmt.Sprint(tree[key])), s.right, inFile[s.kind]))
			continue
		}
		values[key] = value
	}
	return values, errors.Join(mistakes...)
}

// inFile says how a kind is written in TOML.
var inFile = map[kind]string{
	text:     `text in quotes`,
	boolean:  `true or false without quotes`,
	number:   `a number without quotes`,
	duration: `text in quotes or a number of seconds`,
	list:     `a list of texts: ["…", "…"]`,
}

// plain turns a value of a TOML file into the text that the command line would
// have given. ok is false where the value is of the wrong kind.
func plain(k kind, value any) (result string, ok bool) {
	switch v := value.(type) {
	case string:
		return v, k == text || k == duration
	case bool:
		return fmt.Sprint(v), k == boolean
	case int64:
		if k == duration {
			return (time.Duration(v) * time.Second).String(), v >= 0 && v < 1<<31
		}
		return fmt.Sprint(v), k == number
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			part, isText := item.(string)
			if !isText || strings.Contains(part, ",") {
				return "", false
			}
			parts[i] = part
		}
		return strings.Join(parts, ","), k == list
	}
	return "", false
}
