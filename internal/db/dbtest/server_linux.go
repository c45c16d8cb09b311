package dbtest

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Kill ends all of the server's processes at once, as where its machine's power
// fails, but for what the system was told to write.
func (s *Server) Kill() error {
	all, err := s.freeze()
	if err != nil {
		return err
	}
	for _, pid := range all {
		err = errors.Join(err, signal(pid, syscall.SIGKILL))
	}
	s.process.Wait() // it was killed, and says so
	s.process = nil
	for range 1000 { // one that is still there holds the shared memory
		if !slices.ContainsFunc(all, alive) {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errors.Join(err, errors.New("dbtest: a process outlives its being killed"))
}

// KillOne ends one process that answers somebody, as a system does that runs out
// of memory. The server then ends all others and starts anew by itself. It
// reports whether there was one.
func (s *Server) KillOne() bool {
	for _, pid := range children(s.process.Process.Pid) {
		line, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
		// "postgres: moot postgres [local] idle", against "postgres: walwriter"
		if err == nil && strings.HasPrefix(string(line), "postgres: moot ") {
			return signal(pid, syscall.SIGKILL) == nil
		}
	}
	return false
}

// Freeze stops all of the server's processes where they are. Connections stay,
// and new ones are taken by the system; nothing is answered until Thaw.
func (s *Server) Freeze() error {
	_, err := s.freeze()
	return err
}

// Thaw lets them go on.
func (s *Server) Thaw() error {
	if s.process == nil {
		return nil
	}
	server := s.process.Process.Pid
	var err error
	for _, pid := range append(children(server), server) {
		err = errors.Join(err, signal(pid, syscall.SIGCONT))
	}
	return err
}

// freeze stops the server first, so that it makes no more processes, and tells
// which it stopped.
func (s *Server) freeze() (all []int, err error) {
	server := s.process.Process.Pid
	if err := signal(server, syscall.SIGSTOP); err != nil {
		return nil, err
	}
	for state(server) != "T" {
		time.Sleep(time.Millisecond)
	}
	all = append(children(server), server)
	for _, pid := range all {
		err = errors.Join(err, signal(pid, syscall.SIGSTOP))
	}
	return all, err
}

// signal sends a signal to a process that may have ended already.
func signal(pid int, which syscall.Signal) error {
	if err := syscall.Kill(pid, which); !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

// alive reports whether a process is there and hasn't ended.
func alive(pid int) bool {
	s := state(pid)
	return s != "" && s != "Z" && s != "X"
}

// state is the letter of a process's state; "" where there is none.
func state(pid int) string {
	s, _ := status(strconv.Itoa(pid))
	return s
}

// children are the processes that a process has started.
func children(of int) (all []int) {
	folders, _ := filepath.Glob("/proc/[0-9]*")
	for _, folder := range folders {
		name := filepath.Base(folder)
		if _, parent := status(name); parent == strconv.Itoa(of) {
			pid, _ := strconv.Atoi(name)
			all = append(all, pid)
		}
	}
	return all
}

// status reads a process's state and its parent (proc(5), /proc/pid/stat: they
// follow the command, which is in brackets).
func status(pid string) (state, parent string) {
	text, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return "", ""
	}
	_, rest, _ := strings.Cut(string(text[strings.LastIndexByte(string(text), ')'):]), " ")
	fields := strings.Fields(rest)
	return fields[0], fields[1]
}
