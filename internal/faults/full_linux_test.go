package faults

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// small mounts a file system of 32 MiB where the site's data will be. It
// reports whether it may.
func (s *site) small(t *testing.T) bool {
	t.Helper()
	if err := os.Mkdir(s.data, 0o700); err != nil {
		t.Fatal(err)
	}
	err := syscall.Mount("tmpfs", s.data, "tmpfs", 0, "size=32m,mode=0700")
	if errors.Is(err, syscall.EPERM) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.end(syscall.SIGKILL)
		if err := syscall.Unmount(s.data, 0); err != nil {
			t.Error(err)
		}
	})
	return true
}

// fill takes all the room that there is in the site's folder, and gives what
// was taken back when free is called.
func (s *site) fill(t *testing.T) (free func()) {
	t.Helper()
	name := filepath.Join(s.data, "ballast")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 16; size > 0; size /= 2 {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, size))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
	return func() {
		if err := os.Remove(name); err != nil {
			t.Error(err)
		}
	}
}

// The disk is full while people write. Everything can be read; what can't be
// written is a 503 that says when to come back; once there is room it goes on
// by itself.
func TestDiskFull(t *testing.T) {
	s := newSite(t, "")
	if !s.small(t) {
		apart(t)
		return
	}
	s.up(t)
	a := s.open(t)
	a.write(t, 6, chance(t))
	rounds := 2
	if long() {
		rounds = 20
	}
	for range rounds {
		accepted := a.ledger.count()
		until(t, "somebody writes", hangs, func() bool { return a.ledger.count() > accepted+5 })
		free := s.fill(t)
		refusals := a.ledger.refusals()
		until(t, "writers are told that it can't be done now", hangs, func() bool { return a.ledger.refusals() > refusals+20 })
		for _, path := range []string{"/", place, a.thread, a.thread + "?last=50"} {
			if status, _, _, err := s.ask(path); err != nil || status != http.StatusOK {
				t.Errorf("reading %s from a full disk: %d, %v\n%s", path, status, err, tail(s.now.log.String()))
			}
		}
		free()
		accepted = a.ledger.count()
		until(t, "somebody writes again", recovers(), func() bool { return a.ledger.count() > accepted })
	}
	a.stop(t)
	if status := s.end(syscall.SIGTERM); status != 0 {
		t.Errorf("exit status %d\n%s", status, tail(s.now.log.String()))
	}
	a.compare(t, s.address())
	a.fair(t)
	a.report(t, "disk full", rounds, "")
}

// refusals is how often somebody was told that it can't be done now.
func (l *ledger) refusals() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said[http.StatusServiceUnavailable]
}

// apart runs a test once more, in a process that has namespaces of its own
// (user_namespaces(7)): there everybody may mount a file system, and nobody else
// sees it. A machine that grants nobody that, either, can't show a full disk.
func apart(t *testing.T) {
	const already = "FAULTS_APART"
	itself, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(itself, "-test.v", "-test.run", "^"+t.Name()+"$")
	c.Env = append(os.Environ(), already+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err = syscall.EPERM; os.Getenv(already) == "" {
		err = c.Start()
	}
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.ENOSPC) {
		t.Log("nobody may mount a file system here: a full disk was not tried")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Errorf("with namespaces of its own: %v", err)
	}
	t.Logf("with namespaces of its own:\n%s", &said)
}
