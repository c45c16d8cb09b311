//go:build unix

package dbtest

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Server is a PostgreSQL server of its own: started from the installed
// binaries, in a temporary folder, reachable by a socket in that folder and by
// nothing else, as a user that may (PostgreSQL refuses root).
type Server struct {
	binaries string
	folder   string
	settings []string            // beside those that make it one of its own
	account  *syscall.Credential // nil: the one who runs this
	process  *exec.Cmd           // nil while it is stopped
}

// Quick are settings of a server whose data need not outlive the tests.
var Quick = []string{"fsync=off", "full_page_writes=off"}

// NewServer starts a server with settings (name=value) in place of PostgreSQL's
// own. Whoever started it closes it.
func NewServer(settings ...string) (*Server, error) {
	binaries, err := installed()
	if err != nil {
		return nil, err
	}
	s := &Server{binaries: binaries, settings: settings}
	if s.folder, err = os.MkdirTemp("", "moot-postgres-"); err != nil {
		return nil, err
	}
	if err := s.make(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.Start(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// NewStandby starts a server that follows another, which it is a copy of from the
// start. Whoever started it closes it.
func NewStandby(of *Server) (*Server, error) {
	s := &Server{binaries: of.binaries, settings: of.settings}
	var err error
	if s.folder, err = os.MkdirTemp("", "moot-standby-"); err != nil {
		return nil, err
	}
	if err := s.unprivileged(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	copying := s.command("pg_basebackup", "-D", s.cluster(), "-h", of.folder, "-U", "moot", "-R", "-c", "fast", "-X", "stream")
	if out, err := copying.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("pg_basebackup: %w\n%s", err, out), s.Close())
	}
	if err := s.Start(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Promote has a standby follow nobody any more, and take writes.
func (s *Server) Promote() error {
	promoting := s.command("pg_ctl", "-D", s.cluster(), "-w", "promote")
	out, err := promoting.CombinedOutput()
	if err != nil {
		return fmt.Errorf("pg_ctl promote: %w\n%s", err, out)
	}
	return nil
}

func (s *Server) make() error {
	if err := s.unprivileged(); err != nil {
		return err
	}
	initdb := s.command("initdb", "-D", s.cluster(), "-U", "moot", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

// installed is the folder of the newest installed server's binaries.
func installed() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errors.New("no PostgreSQL server is installed; Debian's package is postgresql")
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(strings.Split(path, "/")[4])
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return cmp.Compare(version(a), version(b)) })), nil
}

// unprivileged picks an account for the server where this runs as root.
func (s *Server) unprivileged() error {
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

func (s *Server) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(s.binaries, name), args...)
	c.Dir = s.folder
	c.SysProcAttr = &syscall.SysProcAttr{Credential: s.account, Setpgid: true}
	return c
}

func (s *Server) cluster() string { return filepath.Join(s.folder, "cluster") }

// Address is that of its database, as Moot is told it.
func (s *Server) Address() string {
	q := url.Values{"host": {s.folder}, "user": {"moot"}}
	return (&url.URL{Scheme: "postgres", Path: "/postgres", RawQuery: q.Encode()}).String()
}

// Log is what it has said of itself since it was made.
func (s *Server) Log() string {
	text, err := os.ReadFile(s.logFile())
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func (s *Server) logFile() string { return filepath.Join(s.folder, "log") }

// Start starts a server that is not running, and waits until it welcomes
// connections: after a crash that is when it has read its write-ahead log.
func (s *Server) Start() error {
	log, err := os.OpenFile(s.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	args := []string{"-D", s.cluster()}
	for _, setting := range append([]string{"listen_addresses=", "unix_socket_directories=" + s.folder, "max_connections=300", "shared_buffers=64MB"}, s.settings...) {
		args = append(args, "-c", setting)
	}
	process := s.command("postgres", args...)
	process.Stdout, process.Stderr = log, log
	if err := process.Start(); err != nil {
		return err
	}
	s.process = process
	for range 600 {
		if exec.Command(filepath.Join(s.binaries, "pg_isready"), "-q", "-h", s.folder, "-U", "moot", "-d", "postgres").Run() == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.Join(fmt.Errorf("the server did not come up in 30 seconds\n%s", s.Log()), s.Stop())
}

// Stop has the server shut down fast, as pg_ctl -m fast does: it ends every
// connection, and then itself.
func (s *Server) Stop() error {
	if s.process == nil {
		return nil
	}
	err := s.process.Process.Signal(syscall.SIGINT)
	s.process.Wait() // its status is that of a process that was told to end
	s.process = nil
	return err
}

// Close stops the server and removes its folder.
func (s *Server) Close() error { return errors.Join(s.Stop(), os.RemoveAll(s.folder)) }
