package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"moot/internal/config"
	"moot/internal/darkroom"
	"moot/internal/fault"
	"moot/internal/machine"
)

func main() {
	darkroom.Main() // where this process was started to make pictures, it ends here
	os.Exit(run(&call{args: os.Args[1:], environ: os.Environ(), out: os.Stdout, err: os.Stderr}))
}

// call is one run of the command.
type call struct {
	args     []string // what follows the name of the command
	environ  []string
	out, err io.Writer
}

// command is one of the things that moot does.
type command struct {
	name    string
	operand string // what it takes besides settings, for the help
	summary string
	run     func(*call) error
}

// commands lists them in the order of the help.
func commands() []command {
	return []command{
		{"serve", "", "Run a site.", serve},
		{"demo", "", "Run a site that has boards to look at, in a folder of its own.", demo},
		{"config", "", "Print every setting: what it means, its value, and where that came from.", printConfig},
		{"queue", "[link|ACT N]", "Look through the pictures that wait.", queue},
		{"thread", "ACT N", "Pin, lock or archive a thread.", thread},
		{"jobs", "[again N]", "List what is to be done at its time, and what was given up.", jobs},
		{"backup", "", "Copy a site into one encrypted file, or check such a file.", makeBackup},
		{"restore", "", "Make a site of a backup.", restore},
		{"doctor", "", "Look whether a site can run here, and safely.", doctor},
		{"place", "NAME", "Print what the gazetteer knows of a place.", printPlaces},
		{"version", "", "Print what this moot is built of.", printVersion},
		{"help", "[COMMAND]", "Print this, or the help of a command.", help},
	}
}

// run does what the command line says and returns the exit status.
func run(c *call) int {
	if len(c.args) == 0 {
		overview(c.err)
		return 2
	}
	name := c.args[0]
	c.args = c.args[1:]
	switch name {
	case "-h", "-help", "--help":
		name = "help"
	case "-v", "-version", "--version":
		name = "version"
	}
	err := unknown(name)
	for _, known := range commands() {
		if known.name == name {
			err = known.run(c)
		}
	}
	c.complain(err)
	return status(err)
}

// usage is an error of somebody who asked for what there isn't: exit status 2.
type usage struct{ error }

// unknown says that a word is no command, and which one may have been meant.
func unknown(name string) error {
	names := make([]string, 0, len(commands()))
	for _, known := range commands() {
		names = append(names, known.name)
	}
	if strings.HasPrefix(name, "-") {
		return usage{fmt.Errorf("settings come after the command, as in: moot serve %s", name)}
	}
	if near := config.Nearest(name, names); near != "" {
		return usage{fmt.Errorf("there is no command %q: do you mean moot %s?", name, near)}
	}
	return usage{fmt.Errorf("there is no command %q: moot help lists them", name)}
}

func status(err error) int {
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.As(err, new(usage)):
		return 2
	}
	return 1
}

// mistakes are settings that aren't right, a line each.
type mistakes struct{ error }

// because is what the operator is told of an error: of a fault its cause.
func because(err error) error {
	if f := (*fault.Fault)(nil); errors.As(err, &f) && f.Cause != nil {
		return f.Cause
	}
	return err
}

// complain tells an error in one line, or in one for each mistake where it is
// of several.
func (c *call) complain(err error) {
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return
	}
	err = because(err)
	lines := strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' })
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	if !errors.As(err, new(mistakes)) {
		lines = []string{strings.Join(lines, " ")}
	}
	for _, line := range lines {
		fmt.Fprintln(c.err, "moot: "+line)
	}
}

// settings reads a command's command line and whatever else a site is told by.
// Own, if any, adds flags that are no settings; adjust, if any, comes before the
// reading.
func (c *call) settings(name string, own func(*flag.FlagSet), adjust func(*config.Input)) (*config.Config, error) {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	in := config.Bind(flags)
	if own != nil {
		own(flags)
	}
	if adjust != nil {
		adjust(in)
	}
	if err := in.Parse(c.args); errors.Is(err, flag.ErrHelp) {
		settingsHelp(c.out, name, in)
		return nil, err
	} else if err != nil {
		return nil, mistakes{err}
	}
	if flags.NArg() > 0 {
		return nil, mistakes{fmt.Errorf("moot %s takes settings only, and %q is none: they look like --listen=127.0.0.1:8080", name, flags.Arg(0))}
	}
	cfg, err := in.Load(c.environ)
	if wrong := (*fs.PathError)(nil); errors.As(err, &wrong) && flags.Lookup("config").Value.String() == "" && filepath.Base(wrong.Path) == "moot.toml" {
		// Nobody named that file: it was looked for in the data folder.
		err = cmp.Or(machine.Usable(filepath.Dir(wrong.Path)), err)
	}
	if err != nil {
		return nil, mistakes{err}
	}
	return cfg, nil
}
