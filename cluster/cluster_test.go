//go:build cluster

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test is started again in a network namespace of its own.
func TestMain(m *testing.M) {
	if os.Getenv(inside) != "" {
		os.Exit(m.Run())
	}
	c := exec.Command("/proc/self/exe", os.Args[1:]...)
	c.Stdout, c.Stderr, c.Env = os.Stdout, os.Stderr, append(os.Environ(), inside+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGTERM}
	if err := c.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

const (
	writers   = 50
	listeners = 2000
	readers   = 20
)

// drill is a site while it is used.
type drill struct {
	*testing.T
	*Site
	people *People
	report strings.Builder
}

// play does something to the site, waits until it has got over it, and looks at
// how that was for people: at most so many of their reads may have failed.
func (d *drill) play(what string, most float64, do func() error) {
	d.Helper()
	from := time.Now()
	if err := do(); err != nil {
		for _, h := range d.order {
			for _, name := range []string{"moot", "patroni", "haproxy"} {
				if said := h.Said(name, 1500); h.Runs(name) && said != "" {
					d.Logf("%s on %s: %s", name, h.Name, said)
				}
			}
		}
		d.Fatalf("%s: %v", what, err)
	}
	took := time.Since(from)
	all, wrong := d.people.wrong(from, time.Now())
	failed := 0
	for _, n := range wrong {
		failed += n
	}
	fmt.Fprintf(&d.report, "| %s | %.1f s | %d of %d |\n", what, took.Seconds(), failed, all)
	if all == 0 || float64(failed) > most*float64(all) {
		d.Errorf("%s: %d of %d reads failed: %v", what, failed, all, wrong)
	}
}

// works waits until a post is accepted, and told to all who listen.
func (d *drill) works() error {
	ctx, cancel := context.WithTimeout(d.Context(), 60*time.Second)
	defer cancel()
	number, err := d.people.post(ctx, d.people.client(10*time.Second), d.people.thread, map[string][]string{"body": {"is it over? " + time.Now().String()}})
	if err != nil {
		return err
	}
	return until(ctx, fmt.Sprintf("post %d isn't heard by all", number), func() error {
		if n := d.people.behind(number); n > 0 {
			return fmt.Errorf("%d of %d haven't", n, listeners)
		}
		return nil
	})
}

func (d *drill) sleep(t time.Duration) { sleep(d.Context(), t) }

// TestMachinesFail kills, cuts off and replaces the machines of a site, while fifty
// people post, twenty read and two thousand listen.
func TestMachinesFail(t *testing.T) {
	folder, err := os.MkdirTemp("", "moot-cluster-") // t.TempDir lies in a folder that PostgreSQL's user can't enter
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(folder)
	s, err := openSite(t.Context(), folder)
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err != nil {
		t.Fatal(err)
	}
	people, err := newPeople(t.Context(), s.Address())
	if err != nil {
		t.Fatal(err)
	}
	d := &drill{T: t, Site: s, people: people}
	using, leave := context.WithCancel(t.Context())
	people.write(using, writers, 12*time.Second, func(err error) { t.Error(err) })
	people.read(using, readers, 200*time.Millisecond)
	people.listen(using, listeners)

	d.play("nothing", 0, func() error {
		d.sleep(10 * time.Second)
		return d.works()
	})
	d.play("a node is killed, and comes back", 0, func() error { return d.killNode(s.Hosts["node1"]) })
	d.play("the primary's machine fails", 0.01, d.killPrimary)
	d.play("NATS is cut in two", 0, func() error { return d.cut(s.Hosts["nats1"]) })
	d.play("a node is cut off", 0, func() error { return d.cut(s.Hosts["node2"]) })
	d.play("a newer program, node by node", 0, d.upgrade)

	leave()
	people.all.Wait()
	d.compare()
	t.Logf("%d forms, %d sent again\n\n| what | until all was well | reads that failed |\n|---|---|---|\n%s", people.sent, people.again, &d.report)
}

func (d *drill) killNode(h *Host) error {
	if err := h.Kill(); err != nil {
		return err
	}
	d.sleep(5 * time.Second)
	if err := d.works(); err != nil {
		return fmt.Errorf("without it: %w", err)
	}
	if err := d.StartNode(d.Context(), h, d.program); err != nil {
		return err
	}
	return d.works()
}

func (d *drill) killPrimary() error {
	h, err := d.Primary()
	if err != nil {
		return err
	}
	if err := h.Cut(); err != nil {
		return err
	}
	if err := h.Kill(); err != nil {
		return err
	}
	began := time.Now()
	if err := d.works(); err != nil {
		return fmt.Errorf("no failover: %w", err)
	}
	d.Logf("posts are accepted %.1f s after the primary was lost", time.Since(began).Seconds())
	if err := h.Join(); err != nil {
		return err
	}
	if err := d.startDatabase(h); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(d.Context(), 2*time.Minute)
	defer cancel()
	if err := d.standbyReady(ctx); err != nil {
		return err
	}
	return d.works()
}

func (d *drill) cut(h *Host) error {
	if err := h.Cut(); err != nil {
		return err
	}
	d.sleep(8 * time.Second)
	if err := d.works(); err != nil {
		return fmt.Errorf("without it: %w", err)
	}
	if err := h.Join(); err != nil {
		return err
	}
	d.sleep(5 * time.Second)
	return d.works()
}

func (d *drill) upgrade() error {
	newer, err := d.build(d.Context(), "moot-newer", "./cmd/moot", "-ldflags=-s")
	if err != nil {
		return err
	}
	for _, h := range d.named("node") {
		if err := h.Signal("moot", syscall.SIGTERM); err != nil {
			return err
		}
		if err := d.StartNode(d.Context(), h, newer); err != nil {
			return err
		}
		d.sleep(3 * time.Second) // until HAProxy has seen it
	}
	return d.works()
}

// compare holds what was accepted against what is there.
func (d *drill) compare() {
	present, err := d.people.present(d.Context())
	if err != nil {
		d.Fatal(err)
	}
	var lost, twice []string
	for words, number := range d.people.acked {
		if !slices.Contains(present[words], number) {
			lost = append(lost, words)
		}
	}
	for words, numbers := range present {
		if len(numbers) > 1 {
			twice = append(twice, fmt.Sprint(words, numbers))
		}
	}
	if len(lost) > 0 || len(twice) > 0 {
		d.Errorf("lost: %v\ntwice: %v", lost, twice)
	}
	if len(d.people.acked) < 100 {
		d.Errorf("only %d posts were accepted", len(d.people.acked))
	}
	d.Logf("%d posts were accepted; %d stand", len(d.people.acked), len(present))
}
