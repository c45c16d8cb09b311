//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"moot/internal/darkroom"
)

// program is the built command, which these tests run as anybody would.
var program string

func TestMain(m *testing.M) {
	darkroom.Main()
	os.Exit(func() int {
		folder, err := os.MkdirTemp("", "moot-command-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(folder)
		os.Chmod(folder, 0o755) // for those tests that run it as another user
		program = filepath.Join(folder, "moot")
		build := exec.Command("go", "build", "-o", program, ".")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "building: %v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// line is moot with arguments, in an empty folder, with an environment
// without settings.
func line(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(program, args...)
	c.Dir = t.TempDir()
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "MOOT_") {
			c.Env = append(c.Env, pair)
		}
	}
	return c
}

// result is what a command printed and how it ended.
type result struct {
	out, err string
	status   int
}

func finish(t *testing.T, c *exec.Cmd) result {
	t.Helper()
	var out, err bytes.Buffer
	c.Stdout, c.Stderr = &out, &err
	late := time.AfterFunc(30*time.Second, func() { c.Process.Kill() }) // it runs, though it should have ended
	defer late.Stop()
	wrong := c.Run()
	if exit := (*exec.ExitError)(nil); wrong != nil && !errors.As(wrong, &exit) {
		t.Fatal(wrong)
	}
	return result{out.String(), err.String(), c.ProcessState.ExitCode()}
}

func moot(t *testing.T, args ...string) result {
	t.Helper()
	return finish(t, line(t, args...))
}

// wants checks that a text has all of some others in it.
func wants(t *testing.T, text string, all ...string) {
	t.Helper()
	for _, want := range all {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
}

// fails checks that a command ended with a status, nothing on standard output,
// and one line on standard error that says all of some things.
func (r result) fails(t *testing.T, status int, says ...string) {
	t.Helper()
	if r.status != status {
		t.Errorf("exit status %d, want %d", r.status, status)
	}
	if r.out != "" {
		t.Errorf("standard output: %s", r.out)
	}
	if !strings.HasPrefix(r.err, "moot: ") || strings.Count(r.err, "\n") != 1 {
		t.Errorf("want one line that begins with moot: and got:\n%s", r.err)
	}
	wants(t, r.err, says...)
}

func TestHelp(t *testing.T) {
	overview := moot(t, "--help")
	wants(t, overview.out, "moot serve", "moot demo", "config", "place NAME", "version", "help [COMMAND]")
	if overview.status != 0 || overview.err != "" {
		t.Errorf("moot --help: status %d, %s", overview.status, overview.err)
	}
	if again := moot(t, "help"); again.out != overview.out {
		t.Errorf("moot help and moot --help differ:\n%s", again.out)
	}
	if bare := moot(t); bare.status != 2 || bare.err != overview.out || bare.out != "" {
		t.Errorf("moot alone: status %d, %q, %q", bare.status, bare.out, bare.err)
	}
	for name, says := range map[string][]string{
		"serve":   {"Addresses\n", "Storage\n", "--listen\n", "Default: 127.0.0.1:8080.", "MOOT_LISTEN", "--post-length", "Default: 8000.", "--config FILE", "Examples"},
		"demo":    {"--data", "Default: ./moot-demo.", "Examples"},
		"config":  {"TOML", "--site-name", "Examples"},
		"place":   {"moot place NAME", "Θεσσαλονίκη"},
		"version": {"SQLite"},
	} {
		long, short, asked := moot(t, name, "--help"), moot(t, name, "-h"), moot(t, "help", name)
		wants(t, long.out, says...)
		if long.status != 0 || long != short || long != asked {
			t.Errorf("moot %s --help, moot %s -h and moot help %s differ, or fail: %d\n%s", name, name, name, long.status, long.err)
		}
	}
}

func TestUnknownCommand(t *testing.T) {
	moot(t, "sevre").fails(t, 2, `"sevre"`, "do you mean moot serve?")
	moot(t, "plcae", "Leeds").fails(t, 2, "do you mean moot place?")
	moot(t, "xylophone").fails(t, 2, `"xylophone"`, "moot help")
	moot(t, "help", "dmeo").fails(t, 2, "do you mean moot demo?")
	moot(t, "--listen=127.0.0.1:0").fails(t, 2, "moot serve --listen=127.0.0.1:0")
	moot(t, "place").fails(t, 2, "moot place")
}

func TestVersion(t *testing.T) {
	r := moot(t, "version")
	wants(t, r.out, "moot ", "\ngo1.", "\nSQLite 3.")
	if flagged := moot(t, "--version"); flagged != r || r.status != 0 {
		t.Errorf("moot --version: %+v", flagged)
	}
}

// Errors of the settings: one line, status 1, and no data folder made.
func TestSettingsThatAreNotRight(t *testing.T) {
	for _, test := range []struct {
		args []string
		says []string
	}{
		{[]string{"--lisen=127.0.0.1:0"}, []string{"--lisen", "--listen?"}},
		{[]string{"--base-url=moot.example"}, []string{"--base-url", `"moot.example"`, "https://host"}},
		{[]string{"--base-url=https://moot.example/forum"}, []string{"--base-url", "without a path"}},
		{[]string{"--post-length=many"}, []string{"--post-length", "whole number"}},
		{[]string{"--database=mysql://x"}, []string{"--database", "sqlite:FILE or postgres://"}},
		{[]string{"--languages=en,tlh"}, []string{`"tlh"`, "en"}},
		{[]string{"--config=none.toml"}, []string{"none.toml"}},
		{[]string{"everything"}, []string{`"everything"`}},
		{[]string{"--listen", "127.0.0.1:9", "--listen-ops", "127.0.0.1:9"}, []string{"listen-ops"}},
	} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			c := line(t, append([]string{"serve"}, test.args...)...)
			if !strings.Contains(strings.Join(test.args, " "), "--listen") {
				c.Args = append(c.Args[:2:2], append([]string{"--listen=127.0.0.1:0", "--listen-ops=off"}, test.args...)...)
			}
			finish(t, c).fails(t, 1, test.says...)
			untouched(t, c.Dir)
		})
	}
	both := moot(t, "serve", "--post-length=x", "--thread-posts=y")
	if both.status != 1 || strings.Count(both.err, "moot: ") != 2 || strings.Count(both.err, "\n") != 2 {
		t.Errorf("two mistakes want a line each: %s", both.err)
	}
	unknown := line(t, "serve")
	unknown.Env = append(unknown.Env, "MOOT_LISTN=127.0.0.1:0")
	finish(t, unknown).fails(t, 1, "MOOT_LISTN", "MOOT_LISTEN?")
}

// untouched checks that nothing was made in a folder.
func untouched(t *testing.T, folder string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) > 0 {
		t.Errorf("in the folder, after an error: %v, %v", entries, err)
	}
}

// nobody makes a command run as a user who may do little, where the test's own
// user may do everything.
func nobody(c *exec.Cmd) {
	if os.Geteuid() == 0 {
		os.Chmod(c.Dir, 0o755)
		os.Chmod(filepath.Dir(c.Dir), 0o755)
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
}

func TestConfigPrecedence(t *testing.T) {
	c := line(t, "config", "--site-name", "Told", "--config", "site.toml")
	write(t, filepath.Join(c.Dir, "site.toml"), "site-name = \"File\"\npost-length = 500\nthread-posts = 50\n")
	c.Env = append(c.Env, "MOOT_SITE_NAME=Environment", "MOOT_POST_LENGTH=600", "MOOT_DATABASE=postgres://moot:hush@db/moot")
	r := finish(t, c)
	wants(t, r.out,
		"From: --site-name.\nsite-name = \"Told\"", "From: MOOT_POST_LENGTH.\npost-length = 600",
		"From: site.toml: thread-posts.\nthread-posts = 50", "From: default.\n# patience = ", "Where visitors are answered.")
	if r.status != 0 || r.err != "" || strings.Contains(r.out, "hush") {
		t.Errorf("moot config: status %d\n%s%s", r.status, r.err, r.out)
	}
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestPlace(t *testing.T) {
	thessaloniki := moot(t, "place", "Θεσσαλονίκη")
	wants(t, thessaloniki.out, "\n  path        gr/thessaloniki\n", "Central Macedonia, Greece", "40.6", "° N", "Europe/Athens", "Selanik", "Салоники ru", "nearest", " km)", "734077")
	if byPath := moot(t, "place", "gr/thessaloniki"); !strings.Contains(byPath.out, "\n  path        gr/thessaloniki\n") {
		t.Errorf("moot place gr/thessaloniki:\n%s", byPath.out)
	}
	several := moot(t, "place", "Springfield")
	wants(t, several.out, "Others that it may mean\n", "us/springfield", "Illinois")
	wants(t, moot(t, "place", "springfield", "illinois").out, "Illinois, United States")
	wants(t, moot(t, "place", "thesaloniki").out, "No place is called \"thesaloniki\"", "gr/thessaloniki")
	wants(t, moot(t, "place", "gr").out, "kind        country", "within it   gr/athens")
	wants(t, moot(t, "place", "gr/central-macedonia").out, "kind        region", "(its largest city)")
	wants(t, moot(t, "place", "world").out, "kind        world", "zone        UTC")
	moot(t, "place", "qqqqqqqqqqqqqqqqzzzz").fails(t, 1, "no place is called")
}
