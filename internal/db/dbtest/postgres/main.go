//go:build unix

// Command postgres runs a command beside a PostgreSQL server of its own:
//
//	go run ./internal/db/dbtest/postgres go test ./...
//
// The server is a dbtest.Server. Its address is given to the command in
// MOOT_TEST_POSTGRES. When the command ends, so does the server, and its folder
// is gone. The exit status is the command's.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"moot/internal/db/dbtest"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: postgres COMMAND [ARGUMENT ...]")
		os.Exit(2)
	}
	status, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "postgres:", err)
		os.Exit(1)
	}
	os.Exit(status)
}

func run(command []string) (status int, err error) {
	s, err := dbtest.NewServer(dbtest.Quick...)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)

	c := exec.Command(command[0], command[1:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.Env = append(os.Environ(), dbtest.ServerVariable+"="+s.Address())
	if err := c.Start(); err != nil {
		return 0, err
	}
	go func() {
		for sig := range signals {
			c.Process.Signal(sig)
		}
	}()
	err = c.Wait()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	return 0, err
}
