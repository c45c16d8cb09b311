package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
)

const versionHelp = `moot version

Prints the version of moot, the revision it was built from, and the versions of
Go and SQLite that are in it.
`

// printVersion prints what this moot is built of.
func printVersion(c *call) error {
	if _, err := c.operands("version", versionHelp); err != nil {
		return err
	}
	var out strings.Builder
	version, revision := built()
	fmt.Fprintf(&out, "moot %s\n", version)
	if revision != "" {
		fmt.Fprintf(&out, "revision %s\n", revision)
	}
	fmt.Fprintf(&out, "%s %s/%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	sqlite, err := sqliteVersion()
	if err != nil {
		return fmt.Errorf("asking SQLite for its version: %w", err)
	}
	fmt.Fprintf(&out, "SQLite %s\n", sqlite)
	_, err = io.WriteString(c.out, out.String())
	return err
}

// built is the version of the module, and the revision it was built from where
// the build noted one.
func built() (version, revision string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown", ""
	}
	version = strings.Trim(info.Main.Version, "()")
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value + revision
		case s.Key == "vcs.modified" && s.Value == "true":
			revision += ", changed since"
		}
	}
	return version, revision
}

// sqliteVersion asks the SQLite that is built in. A database in memory is made
// for that and forgotten.
func sqliteVersion() (version string, err error) {
	memory, err := sql.Open("sqlite", ":memory:") // the driver is registered by internal/db
	if err != nil {
		return "", err
	}
	defer memory.Close()
	return version, memory.QueryRowContext(context.Background(), `SELECT sqlite_version()`).Scan(&version)
}
