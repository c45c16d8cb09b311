// Command postgres runs a command beside a PostgreSQL server of its own:
//
//	go run ./internal/db/dbtest/postgres go test ./...
//
// The server is started from the installed binaries, in a temporary folder,
// reachable by a socket in that folder and by nothing else, as a user that may
// (PostgreSQL refuses root). Its address is given to the command in
// MOOT_TEST_POSTGRES. When the command ends, so does the server, and the
// folder is gone. The exit status is the command's.
package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

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
	s, err := start()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)

	c := exec.Command(command[0], command[1:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.Env = append(os.Environ(), dbtest.ServerVariable+"="+s.address())
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

// server is a running PostgreSQL in a temporary folder.
type server struct {
	folder  string
	account *syscall.Credential // nil: the one who runs this
	process *exec.Cmd
}

func start() (_ *server, err error) {
	binaries, err := find()
	if err != nil {
		return nil, err
	}
	s := &server{}
	if s.folder, err = os.MkdirTemp("", "moot-postgres-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(s.folder)
		}
	}()
	if err := s.unprivileged(); err != nil {
		return nil, err
	}
	cluster := filepath.Join(s.folder, "cluster")
	initdb := s.command(filepath.Join(binaries, "initdb"), "-D", cluster, "-U", "moot", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	s.process = s.command(filepath.Join(binaries, "postgres"), "-D", cluster,
		"-c", "listen_addresses=", "-c", "unix_socket_directories="+s.folder, "-c", "max_connections=300",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "shared_buffers=64MB") // its data need not outlive the tests
	log, err := os.Create(filepath.Join(s.folder, "log"))
	if err != nil {
		return nil, err
	}
	s.process.Stdout, s.process.Stderr = log, log
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	if err := s.await(filepath.Join(binaries, "pg_isready")); err != nil {
		text, _ := os.ReadFile(log.Name())
		return nil, errors.Join(fmt.Errorf("%w\n%s", err, text), s.stop())
	}
	return s, nil
}

// find is the folder of the newest installed server's binaries.
func find() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errors.New("no PostgreSQL server is installed; Debian's package is postgresql")
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

func version(path string) int {
	n, _ := strconv.Atoi(strings.Split(path, "/")[4])
	return n
}

// unprivileged picks an account for the server where this runs as root.
func (s *server) unprivileged() error {
	if os.Getuid() != 0 {
		return nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		if account, err = user.Lookup("nobody"); err != nil {
			return err
		}
	}
	uid, _ := strconv.Atoi(account.Uid)
	gid, _ := strconv.Atoi(account.Gid)
	s.account = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return errors.Join(os.Chown(s.folder, uid, gid), os.Chmod(s.folder, 0o755))
}

func (s *server) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Dir = s.folder
	c.SysProcAttr = &syscall.SysProcAttr{Credential: s.account, Setpgid: true}
	return c
}

func (s *server) await(ready string) error {
	for range 300 {
		if exec.Command(ready, "-q", "-h", s.folder, "-U", "moot", "-d", "postgres").Run() == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("the server did not come up in 15 seconds")
}

func (s *server) address() string {
	q := url.Values{"host": {s.folder}, "user": {"moot"}}
	return (&url.URL{Scheme: "postgres", Path: "/postgres", RawQuery: q.Encode()}).String()
}

// stop ends the server (SIGINT is its fast shutdown) and removes its folder.
func (s *server) stop() error {
	if s.process != nil && s.process.Process != nil {
		s.process.Process.Signal(syscall.SIGINT)
		s.process.Wait()
	}
	return os.RemoveAll(s.folder)
}
