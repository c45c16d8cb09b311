package main

import (
	"context"
	"crypto/rand"
	"embed"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"
	"time"
)

//go:embed patroni.yml
var files embed.FS

var settings = template.Must(template.ParseFS(files, "*"))

// Site is a site on many machines.
type Site struct {
	*Lab
	program  string // moot
	password string // of the database and of the store
}

// opening is how long all of it may take to be there.
const opening = 3 * time.Minute

// openSite starts every server of a site, each after those that it stands on.
// Whatever it returns is to be closed.
func openSite(ctx context.Context, folder string) (*Site, error) {
	ctx, cancel := context.WithTimeout(ctx, opening)
	defer cancel()
	if err := os.Chmod(folder, 0o755); err != nil { // PostgreSQL's user has to get through
		return &Site{Lab: &Lab{}}, err
	}
	lab, err := newLab(folder)
	if err != nil {
		return &Site{Lab: &Lab{}}, err
	}
	s := &Site{Lab: lab, password: rand.Text()}
	for _, host := range []struct {
		name   string
		number int
	}{
		{"edge", 10}, {"node1", 11}, {"node2", 12}, {"node3", 13}, {"db1", 21}, {"db2", 22},
		{"etcd1", 31}, {"etcd2", 32}, {"etcd3", 33}, {"nats1", 41}, {"nats2", 42}, {"nats3", 43}, {"store", 51},
	} {
		if _, err := lab.Host(host.name, host.number); err != nil {
			return s, err
		}
	}
	if s.program, err = s.build(ctx, "moot", "./cmd/moot"); err != nil {
		return s, err
	}
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"etcd", s.startEtcd}, {"PostgreSQL", s.startDatabases}, {"NATS", s.startNATS}, {"the store", s.startStore},
		{"the nodes", s.startNodes}, {"HAProxy", s.startEdge},
	} {
		began := time.Now()
		if err := step.do(ctx); err != nil {
			return s, fmt.Errorf("%s: %w", step.what, err)
		}
		fmt.Printf("%-10s is there after %.1f s\n", step.what, time.Since(began).Seconds())
	}
	return s, nil
}

// named are the hosts whose names begin so, in their order.
func (s *Site) named(prefix string) (hosts []*Host) {
	for _, h := range s.order {
		if strings.HasPrefix(h.Name, prefix) {
			hosts = append(hosts, h)
		}
	}
	return hosts
}

func addresses(hosts []*Host, form string) (all []string) {
	for _, h := range hosts {
		all = append(all, fmt.Sprintf(form, h.Address))
	}
	return all
}

// build builds a program of the project into the lab's folder.
func (s *Site) build(ctx context.Context, name, source string, flags ...string) (string, error) {
	to := filepath.Join(s.Folder, name)
	root, err := root()
	if err != nil {
		return "", err
	}
	c := exec.CommandContext(ctx, "go", append(append([]string{"build"}, flags...), "-o", to, source)...)
	c.Dir, c.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build %s: %w: %s", source, err, out)
	}
	return to, nil
}

// root is the project's own folder.
func root() (string, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("go list: %w", err)
	}
	return strings.TrimSpace(string(dir)), nil
}

// tool is a program that scripts/tools put into .cache/bin.
func tool(name string) (string, error) {
	root, err := root()
	if err != nil {
		return "", err
	}
	path := filepath.Join(root, ".cache", "bin", name)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%s isn't there: make tools puts it there", path)
	}
	return path, nil
}

// write fills in one of the files beside this one, for a host.
func (h *Host) write(name string, values any) (string, error) {
	f, err := os.OpenFile(h.Path(name), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return f.Name(), settings.ExecuteTemplate(f, name, values)
}

func (s *Site) startEtcd(ctx context.Context) error {
	var members []string
	for _, h := range s.named("etcd") {
		members = append(members, fmt.Sprintf("%s=http://%s:2380", h.Name, h.Address))
	}
	for _, h := range s.named("etcd") {
		if err := h.Start("etcd", "", nil, "etcd", "--name", h.Name, "--data-dir", h.Path("data"),
			"--listen-peer-urls", "http://"+h.Address+":2380", "--initial-advertise-peer-urls", "http://"+h.Address+":2380",
			"--listen-client-urls", "http://"+h.Address+":2379", "--advertise-client-urls", "http://"+h.Address+":2379",
			"--initial-cluster", strings.Join(members, ","), "--initial-cluster-state", "new",
			"--heartbeat-interval", "200", "--election-timeout", "2000"); err != nil {
			return err
		}
	}
	return until(ctx, "no leader", func() error { return answers("http://" + s.Hosts["etcd1"].Address + ":2379/health") })
}

// answers reports why an address doesn't answer with 200.
func answers(address string) error {
	client := http.Client{Timeout: 2 * time.Second}
	answer, err := client.Get(address)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(answer.Body, 300))
		return fmt.Errorf("%s: %s: %s", address, answer.Status, said)
	}
	return nil
}

// startDatabases starts both, and waits for one to be the primary and the other to
// be its synchronous standby.
func (s *Site) startDatabases(ctx context.Context) error {
	for _, h := range s.named("db") {
		if err := s.startDatabase(h); err != nil {
			return err
		}
	}
	return s.standbyReady(ctx)
}

func (s *Site) startDatabase(h *Host) error {
	binaries, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(binaries) == 0 {
		return fmt.Errorf("PostgreSQL isn't installed: %v", err)
	}
	owner, err := user.Lookup("postgres")
	if err != nil {
		return err
	}
	uid, _ := strconv.Atoi(owner.Uid)
	gid, _ := strconv.Atoi(owner.Gid)
	if err := os.Chown(h.Path(), uid, gid); err != nil {
		return err
	}
	path, err := h.write("patroni.yml", struct {
		Name, Address, Network, Folder, Binaries, Password string
		Etcd                                               []string
	}{h.Name, h.Address, "10.77.0.0/16", h.Path(), binaries[len(binaries)-1], s.password, addresses(s.named("etcd"), "%s")})
	if err != nil {
		return err
	}
	return h.Start("patroni", "postgres", nil, "patroni", path)
}

// standbyReady waits until a primary has a synchronous standby.
func (s *Site) standbyReady(ctx context.Context) error {
	return until(ctx, "no primary with a synchronous standby", func() error {
		var err error
		for _, h := range s.named("db") {
			if err = answers("http://" + h.Address + ":8008/synchronous"); err == nil {
				break
			}
		}
		if err != nil {
			return err
		}
		_, err = s.Primary()
		return err
	})
}

// Primary is the host whose database may be written to.
func (s *Site) Primary() (*Host, error) {
	for _, h := range s.named("db") {
		if answers("http://"+h.Address+":8008/primary") == nil {
			return h, nil
		}
	}
	return nil, fmt.Errorf("no database is the primary")
}

// database is where nodes find the primary: pgx asks each host until one may be
// written to.
func (s *Site) database() string {
	return fmt.Sprintf("postgres://postgres:%s@%s/postgres?target_session_attrs=read-write&connect_timeout=3",
		s.password, strings.Join(addresses(s.named("db"), "%s"), ","))
}

func (s *Site) startNATS(ctx context.Context) error {
	for _, h := range s.named("nats") {
		if err := s.startOneNATS(h); err != nil {
			return err
		}
	}
	for _, h := range s.named("nats") {
		if err := until(ctx, "no NATS", func() error { return answers("http://" + h.Address + ":8222/healthz") }); err != nil {
			return err
		}
	}
	return nil
}

func (s *Site) startOneNATS(h *Host) error {
	program, err := tool("nats-server")
	if err != nil {
		return err
	}
	return h.Start("nats", "", nil, program, "--name", h.Name, "--addr", h.Address, "--http_port", "8222",
		"--cluster_name", "moot", "--cluster", "nats://"+h.Address+":6222", "--routes", strings.Join(addresses(s.named("nats"), "nats://%s:6222"), ","))
}

func (s *Site) startStore(ctx context.Context) error {
	h := s.Hosts["store"]
	program, err := tool("versitygw")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(h.Path("buckets", "moot"), 0o755); err != nil {
		return err
	}
	env := []string{"ROOT_ACCESS_KEY=moot", "ROOT_SECRET_KEY=" + s.password}
	if err := h.Start("versitygw", "", env, program, "--port", h.Address+":7070", "--health", "/health", "posix", h.Path("buckets")); err != nil {
		return err
	}
	return until(ctx, "no store", func() error { return answers("http://" + h.Address + ":7070/health") })
}

func (s *Site) startNodes(ctx context.Context) error {
	for _, h := range s.named("node") { // one after the other: the first makes the tables
		if err := s.StartNode(ctx, h, s.program); err != nil {
			return err
		}
	}
	return nil
}

// StartNode starts a node, by one program or another, and waits until it is ready.
func (s *Site) StartNode(ctx context.Context, h *Host, program string) error {
	if err := h.Start("moot", "", nil, program, "serve", "--data", h.Path("data"),
		"--listen", h.Address+":8080", "--listen-ops", h.Address+":8081", "--trusted-proxies", s.Hosts["edge"].Address,
		"--database", s.database(), "--wakeups", strings.Join(addresses(s.named("nats"), "nats://%s:4222"), ","),
		"--files", fmt.Sprintf("s3://moot:%s@%s:7070/moot?tls=off", s.password, s.Hosts["store"].Address),
		"--images", "on", "--patience", "0s", "--thread-posts", "0", "--drain", "10s"); err != nil {
		return err
	}
	return until(ctx, h.Name+" isn't ready", func() error {
		if !h.Runs("moot") {
			return fmt.Errorf("%w: %s", errEnded, h.Said("moot", 2000))
		}
		return answers("http://" + h.Address + ":8081/readyz")
	})
}

func (s *Site) startEdge(ctx context.Context) error {
	h := s.Hosts["edge"]
	path, err := s.frontSettings(h)
	if err != nil {
		return err
	}
	if err := h.Start("haproxy", "", nil, "haproxy", "-f", path, "-db"); err != nil {
		return err
	}
	return until(ctx, "no way in", func() error { return answers(s.Address() + "/healthz") })
}

// frontSettings are those of deploy/haproxy, with the lab's addresses in them, a
// socket for who looks from outside, and no TLS.
func (s *Site) frontSettings(h *Host) (string, error) {
	root, err := root()
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(filepath.Join(root, "deploy", "haproxy", "haproxy.cfg"))
	if err != nil {
		return "", err
	}
	var lines []string
	for line := range strings.Lines(string(source)) {
		if !strings.Contains(line, "ssl") { // certificates, and the way to them
			lines = append(lines, line)
		}
	}
	said := []string{"maxconn 60000", "maxconn 8000", "maxconn 25000", "maxconn 2500",
		"    bind :80\n", fmt.Sprintf("    bind %s:80\n    bind unix@%s mode 666\n", h.Address, h.Path("site.sock"))}
	for i, node := range s.named("node") {
		said = append(said, fmt.Sprintf("10.0.0.1%d:", i+1), node.Address+":")
	}
	path := h.Path("haproxy.cfg")
	return path, os.WriteFile(path, []byte(strings.NewReplacer(said...).Replace(strings.Join(lines, ""))), 0o644)
}

// Address is where people find the site.
func (s *Site) Address() string { return "http://" + s.Hosts["edge"].Address }
