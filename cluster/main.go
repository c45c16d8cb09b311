package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// inside says that this process is in the lab's own network namespace.
const inside = "LAB_INSIDE"

func main() {
	at := flag.String("listen", "127.0.0.1:8080", "where to look at the site from outside")
	folder := flag.String("folder", "", "where the servers keep what they keep; a temporary folder where it is empty")
	flag.Parse()
	if err := start(*at, *folder); err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}

func start(at, folder string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if os.Getenv(inside) == "" {
		return outside(ctx, at, folder)
	}
	s, err := openSite(ctx, folder)
	if err == nil {
		fmt.Printf("\nThe site is at http://%s/. Its hosts:\n\n", at)
		for _, h := range s.order {
			fmt.Printf("  %-6s %-12s %s\n", h.Name, h.Address, h.Path())
		}
		fmt.Printf(`
  ip netns exec %[1]sdb1 …               a command on a host
  ip netns exec %[1]sedge curl -s http://10.77.0.21:8008/cluster     who is the primary
  kill -9 …                                        and see what happens

Ctrl+C ends it all.
`, s.prefix)
		<-ctx.Done()
	}
	return errors.Join(err, s.Close())
}

// outside starts this program again in a network namespace of its own, and hands
// what comes to an address here on to the site in there.
func outside(ctx context.Context, at, folder string) error {
	if folder == "" {
		var err error
		if folder, err = os.MkdirTemp("", "moot-cluster-"); err != nil {
			return err
		}
		defer os.RemoveAll(folder)
	}
	l, err := net.Listen("tcp", at)
	if err != nil {
		return err
	}
	defer l.Close()
	go hand(l, filepath.Join(folder, "edge", "site.sock"))

	self, err := os.Executable()
	if err != nil {
		return err
	}
	c := exec.Command(self, "-listen", at, "-folder", folder)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	c.Env = append(os.Environ(), inside+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGTERM, Setpgid: true}
	if err := c.Start(); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { c.Process.Signal(syscall.SIGTERM) })()
	return c.Wait()
}

// hand connects whoever comes to a listener with a Unix socket.
func hand(l net.Listener, socket string) {
	for {
		from, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer from.Close()
			to, err := net.DialTimeout("unix", socket, time.Second)
			if err != nil {
				return
			}
			defer to.Close()
			go func() {
				io.Copy(to, from)
				to.(*net.UnixConn).CloseWrite()
			}()
			io.Copy(from, to)
		}()
	}
}
