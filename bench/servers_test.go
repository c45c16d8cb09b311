//go:build linux

package bench

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func init() { servers["bare"] = func(words ...string) { serveBare(words[0], words[1]) } }

// process is a server that this program started, and ends.
type process struct {
	b       *testing.B
	command *exec.Cmd
	said    *bytes.Buffer
	stop    func() // and wait until it has ended
}

func start(b *testing.B, end os.Signal, program string, arguments ...string) *process {
	b.Helper()
	p := &process{b: b, command: exec.Command(program, arguments...), said: &bytes.Buffer{}}
	p.command.Stdout, p.command.Stderr = p.said, p.said
	p.command.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { // Moot refuses settings that it doesn't know
		return strings.HasPrefix(v, "MOOT_") && !strings.HasPrefix(v, servesVariable)
	})
	p.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.command.Start(); err != nil {
		b.Fatal(err)
	}
	p.stop = sync.OnceFunc(func() {
		p.command.Process.Signal(end)
		if err := p.command.Wait(); err != nil && p.said.Len() > 0 {
			b.Logf("%s: %v\n%s", program, err, p.said)
		}
	})
	b.Cleanup(p.stop)
	return p
}

// family are the process and those that it started: nginx's workers.
func (p *process) family() []int {
	pids := []int{p.command.Process.Pid}
	for i := 0; i < len(pids); i++ {
		children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", pids[i]))
		for _, child := range strings.Fields(string(children)) {
			pid, _ := strconv.Atoi(child)
			pids = append(pids, pid)
		}
	}
	return pids
}

// tick is the unit of the times in /proc, USER_HZ: a hundredth of a second on
// every machine that Go runs on (proc(5)).
const tick = 10 * time.Millisecond

// worked is for how long the processes have had a processor, in their own code
// and in the kernel for them.
func worked(b *testing.B, processes ...*process) (sum time.Duration) {
	b.Helper()
	for _, p := range processes {
		for _, pid := range p.family() {
			stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
			if err != nil {
				b.Fatal(err)
			}
			// The name, in brackets, may hold anything.
			fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
			for _, field := range fields[11:13] { // utime and stime
				n, err := strconv.ParseInt(field, 10, 64)
				if err != nil {
					b.Fatal(err)
				}
				sum += time.Duration(n) * tick
			}
		}
	}
	return sum
}

// resides is how much memory a process has from the system, in bytes: all of
// it, and what is its own alone (the rest are pages of files, such as itself).
func (p *process) resides() (all, own int64) {
	p.b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		p.b.Fatal(err)
	}
	kibibytes := func(name string) int64 {
		_, after, _ := strings.Cut(string(status), "\n"+name+":")
		n, err := strconv.ParseInt(strings.Fields(after)[0], 10, 64)
		if err != nil {
			p.b.Fatal(err)
		}
		return n << 10
	}
	return kibibytes("VmRSS"), kibibytes("RssAnon")
}

// free is an address of loopback where nobody listens.
func free(b *testing.B) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// awaits waits until a server answers an address with 200.
func (p *process) awaits(address, path string) {
	p.b.Helper()
	for range 3000 {
		if answer, err := http.Get("http://" + address + path); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.b.Fatalf("nobody answers at %s\n%s", address, p.said)
}

// moot is the program as an operator has it.
var moot = sync.OnceValues(func() (string, error) {
	to := filepath.Join(os.TempDir(), fmt.Sprintf("moot-bench-%d", os.Getpid()))
	build := exec.Command("go", "build", "-trimpath", "-o", to, "../cmd/moot")
	leftovers = append(leftovers, to)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return to, nil
})

// startMoot starts the real program on a folder. Who asks may say who they are:
// so one load stands for many visitors, each with a rate of their own.
func startMoot(b *testing.B, folder, listen string, settings ...string) *process {
	b.Helper()
	program, err := moot()
	if err != nil {
		b.Fatal(err)
	}
	return start(b, syscall.SIGTERM, program, append([]string{"serve", "--data", folder, "--listen", listen, "--listen-ops", "off",
		"--patience", "0s", "--work-bits", "0", "--trusted-proxies", "127.0.0.1,unix", "--log-level", "warn"}, settings...)...)
}

// startNginx starts Debian's nginx with what stands in its http block; workers,
// connections and logs are set for it.
func startNginx(b *testing.B, http string) *process {
	b.Helper()
	program, err := exec.LookPath("nginx")
	if err != nil {
		b.Fatal("nginx is not here: scripts/bench fetches it")
	}
	folder := b.TempDir()
	user := ""
	if os.Getuid() == 0 {
		user = "user root;" // the temporary folder is for its owner alone
	}
	temporary := ""
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temporary += kind + "_temp_path " + filepath.Join(folder, kind) + ";\n"
	}
	config := filepath.Join(folder, "nginx.conf")
	text := user + "\ndaemon off;\nworker_processes " + strconv.Itoa(runtime.NumCPU()) + ";\npid " + filepath.Join(folder, "pid") + ";\nerror_log /dev/null crit;\n" +
		"events { worker_connections 4096; }\nhttp {\n" + temporary + "keepalive_requests 1000000000;\n" + http + "\n}\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	if out, err := exec.Command(program, "-t", "-q", "-c", config).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return start(b, syscall.SIGQUIT, program, "-c", config)
}

// startBare starts this program as a net/http server that writes ready bytes:
// those of the files in a folder, each an answer as it stands on the wire.
func startBare(b *testing.B, folder string) (*process, string) {
	b.Helper()
	program, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	address := free(b)
	os.Setenv(servesVariable, "bare "+address+" "+folder) // before start, which hands it on
	defer os.Unsetenv(servesVariable)
	return start(b, syscall.SIGTERM, program), address
}

// serveBare is the ceiling: what net/http does with nothing behind it. It
// answers with the files of a folder: NAME is a body, NAME.head its headers as
// they came from Moot.
func serveBare(address, folder string) {
	type answer struct {
		header http.Header
		tag    string
		body   []byte
	}
	answers := map[string]answer{}
	for _, name := range must(filepath.Glob(filepath.Join(folder, "*.head"))) {
		head := must(os.Open(name))
		got := must(http.ReadResponse(bufio.NewReader(head), nil))
		body := must(os.ReadFile(strings.TrimSuffix(name, ".head")))
		got.Header.Set("Content-Length", strconv.Itoa(len(body)))
		got.Header.Del("Date")
		answers["/"+strings.TrimSuffix(filepath.Base(name), ".head")] = answer{got.Header, got.Header.Get("ETag"), body}
	}
	panic(http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, h := answers[r.URL.Path], w.Header()
		for name, values := range a.header {
			h[name] = values
		}
		if r.Header.Get("If-None-Match") == a.tag {
			delete(h, "Content-Length")
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Write(a.body)
	})))
}

// got is an answer as it came, packed as it was.
type got struct {
	status int
	header http.Header
	body   []byte
	wire   int64 // bytes that came, head and all
}

// get asks once, on a connection of its own, and counts what comes.
func get(b *testing.B, address, path string, header ...string) got {
	b.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := c.Write(request(path, append(header, "Connection: close")...)); err != nil {
		b.Fatal(err)
	}
	whole, err := io.ReadAll(c)
	if err != nil {
		b.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(whole)), nil)
	if err != nil {
		b.Fatalf("%s: %v", path, err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.Fatal(err)
	}
	return got{answer.StatusCode, answer.Header, body, int64(len(whole))}
}

// request is a request for a path, in English and packed by gzip where its header
// doesn't say another thing.
func request(path string, header ...string) []byte {
	for _, usual := range []string{"Accept-Encoding: gzip", "Accept-Language: en"} {
		name, _, _ := strings.Cut(usual, " ")
		if !slices.ContainsFunc(header, func(line string) bool { return strings.HasPrefix(line, name) }) {
			header = append(header[:len(header):len(header)], usual)
		}
	}
	return []byte("GET " + path + " HTTP/1.1\r\nHost: moot.example\r\n" + strings.Join(header, "\r\n") + "\r\n\r\n")
}

// unpacked is how many bytes a body has when it is unpacked.
func unpacked(b *testing.B, g got) int {
	b.Helper()
	return len(plain(b, g))
}
