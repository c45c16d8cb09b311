package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Lab is a network of hosts on this machine. Whoever makes one is in a network
// namespace of their own (see enter), which is the switch between them.
type Lab struct {
	Folder string // of everything that its servers keep; theirs to write
	Hosts  map[string]*Host
	order  []*Host
	prefix string // of the namespaces' names
}

// Host is a machine: a network namespace with one address, and what runs there.
type Host struct {
	Name    string
	Address string // 10.77.0.21
	lab     *Lab

	mu      sync.Mutex
	running map[string]*process // by name
}

// process is a server that runs on a host.
type process struct {
	*exec.Cmd
	ended chan struct{}
}

const bridge = "lab0"

// newLab makes a network without hosts.
func newLab(folder string) (*Lab, error) {
	l := &Lab{Folder: folder, Hosts: map[string]*Host{}, prefix: fmt.Sprintf("moot-%d-", os.Getpid())}
	for _, command := range []string{
		"ip link set lo up",
		"ip link add " + bridge + " type bridge",
		"ip address add 10.77.0.1/16 dev " + bridge,
		"ip link set " + bridge + " up",
		"ip route add local 10.77.1.0/24 dev lo", // people: each asks from an address of their own
		"ip route add local 10.77.2.0/23 dev lo",
		"ip route add local 10.77.4.0/22 dev lo",
		"ip route add local 10.77.8.0/21 dev lo",
	} {
		if err := run(command); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// run runs a command of words without quotes.
func run(command string) error {
	words := strings.Fields(command)
	out, err := exec.Command(words[0], words[1:]...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", command, err, bytes.TrimSpace(out))
	}
	return nil
}

// Host adds a host with the last number of its address.
func (l *Lab) Host(name string, number int) (*Host, error) {
	h := &Host{Name: name, Address: fmt.Sprintf("10.77.0.%d", number), lab: l, running: map[string]*process{}}
	for _, command := range []string{
		"ip netns add " + h.namespace(),
		fmt.Sprintf("ip link add to-%s type veth peer name eth0 netns %s", name, h.namespace()),
		fmt.Sprintf("ip link set to-%s master %s up", name, bridge),
		fmt.Sprintf("ip -n %s address add %s/24 dev eth0", h.namespace(), h.Address),
		fmt.Sprintf("ip -n %s link set eth0 up", h.namespace()),
		fmt.Sprintf("ip -n %s link set lo up", h.namespace()),
		// By way of one neighbour: the kernel remembers no thousands of them.
		fmt.Sprintf("ip -n %s route add 10.77.0.0/16 via 10.77.0.1", h.namespace()),
	} {
		if err := run(command); err != nil {
			return nil, err
		}
	}
	l.Hosts[name] = h
	l.order = append(l.order, h)
	return h, os.MkdirAll(h.Path(), 0o777)
}

func (h *Host) namespace() string { return h.lab.prefix + h.Name }

// Path is where something of the host's lies.
func (h *Host) Path(parts ...string) string {
	return filepath.Join(append([]string{h.lab.Folder, h.Name}, parts...)...)
}

// Kill ends everything on the host at once, as when its power fails.
func (h *Host) Kill() error {
	out, err := exec.Command("ip", "netns", "pids", h.namespace()).Output()
	if err != nil {
		return err
	}
	for _, word := range strings.Fields(string(out)) {
		if pid, err := strconv.Atoi(word); err == nil {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	for range 300 {
		if h.mu.Lock(); len(h.running) == 0 {
			h.mu.Unlock()
			return nil
		}
		h.mu.Unlock()
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("%s doesn't end", h.Name)
}

// Cut pulls the host's cable. What it had sent may still arrive, and nothing more.
func (h *Host) Cut() error { return run("ip link set to-" + h.Name + " down") }

// Join puts the cable back.
func (h *Host) Join() error { return run("ip link set to-" + h.Name + " up") }

// Start runs a server on the host, as root or as another user, with its words in
// a file beside what it keeps.
func (h *Host) Start(name, user string, env []string, command ...string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.running[name] != nil {
		return fmt.Errorf("%s runs on %s already", name, h.Name)
	}
	log, err := os.OpenFile(h.Path(name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	words := []string{"ip", "netns", "exec", h.namespace()}
	if user != "" {
		words = append(words, "setpriv", "--reuid="+user, "--regid="+user, "--init-groups", "--")
	}
	words = append(words, command...)
	c := exec.Command(words[0], words[1:]...)
	c.Stdout, c.Stderr, c.Dir = log, log, h.Path()
	c.Env = append(os.Environ(), env...)
	// A group of its own is killed as one; and nothing outlives the lab.
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		return err
	}
	p := &process{c, make(chan struct{})}
	h.running[name] = p
	go func() {
		c.Wait()
		h.mu.Lock()
		if h.running[name] == p {
			delete(h.running, name)
		}
		h.mu.Unlock()
		close(p.ended) // now it may be started again
	}()
	return nil
}

// Signal sends a signal to a server and to all that it started, and waits until
// it has ended.
func (h *Host) Signal(name string, signal syscall.Signal) error {
	h.mu.Lock()
	p := h.running[name]
	h.mu.Unlock()
	if p == nil {
		return fmt.Errorf("%s doesn't run on %s", name, h.Name)
	}
	to := p.Process.Pid
	if signal == syscall.SIGKILL {
		to = -to // the whole group, at once
	}
	if err := syscall.Kill(to, signal); err != nil {
		return err
	}
	select {
	case <-p.ended:
		return nil
	case <-time.After(time.Minute):
		return fmt.Errorf("%s on %s doesn't end", name, h.Name)
	}
}

// Runs reports whether a server runs on the host.
func (h *Host) Runs(name string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.running[name] != nil
}

// Close ends all servers and takes the hosts away. What they kept stays.
func (l *Lab) Close() error {
	var wrong []error
	for i := len(l.order) - 1; i >= 0; i-- {
		h := l.order[i]
		wrong = append(wrong, h.Kill(), run("ip netns delete "+h.namespace()))
	}
	return errors.Join(wrong...)
}

// Said are the last bytes that a server on the host wrote to its log.
func (h *Host) Said(name string, most int64) string {
	f, err := os.Open(h.Path(name + ".log"))
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	if at, err := f.Seek(0, io.SeekEnd); err == nil {
		f.Seek(max(0, at-most), io.SeekStart)
	}
	b, _ := io.ReadAll(f)
	return string(b)
}

// errEnded is that a server ended which was to go on.
var errEnded = errors.New("it ended")

// until waits for something to come true, unless that can't be any more.
func until(ctx context.Context, what string, is func() error) error {
	for {
		err := is()
		switch {
		case err == nil:
			return nil
		case errors.Is(err, errEnded):
			return fmt.Errorf("%s: %w", what, err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}
