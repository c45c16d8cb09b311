//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"moot/internal/db"
	"moot/internal/db/dbtest"
)

// somewhere is a path that isn't there yet, in a folder that is gone later.
func somewhere(t *testing.T) string { return filepath.Join(t.TempDir(), "site") }

func TestServe(t *testing.T) {
	folder := somewhere(t)
	r := start(t, "serve", "--data", folder, "--site-name", "Our town")
	wants(t, r.greeting, "Our town is at http://127.0.0.1:")
	info, err := os.Stat(folder)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the data folder: %v, %v", info, err)
	}
	wants(t, r.log.String(), `msg="migrated the database"`, "from=0", "msg=serving")
	wants(t, get(t, http.DefaultClient, r.ops+"/readyz"), "ready")
	wants(t, get(t, http.DefaultClient, r.ops+"/metrics"), "moot_http_requests_in_flight")

	writer, reader := browser(t), browser(t)
	wants(t, get(t, writer, r.address+"/"), "Our town")
	wants(t, get(t, writer, r.address+"/find?q=Κιλκίς"), "/gr/kilkis")
	thread := r.startThread(writer, "gr/kilkis", "The last bus", "It leaves at 20:15. Who else?")
	wants(t, get(t, reader, thread), "The last bus", "It leaves at 20:15.")
	f := form(t, reader, thread)
	f.Set("body", "Two of us do.")
	if _, page, err := send(reader, thread, f); err != nil || !strings.Contains(page, "Two of us do.") {
		t.Errorf("a reply: %v\n%s", err, page)
	}
	wants(t, get(t, writer, thread), "Two of us do.")
	wants(t, get(t, writer, r.address+"/gr/kilkis"), "The last bus")
	wants(t, get(t, writer, r.address+"/gr"), "The last bus")
	if status, _ := ask(t, writer, r.address+"/gr/kilkiss"); status != http.StatusNotFound {
		t.Errorf("an unknown place: %d", status)
	}

	r.process.Process.Signal(syscall.SIGINT)
	if status := r.wait(); status != 0 {
		t.Errorf("exit status %d\n%s", status, r.log)
	}
	again := start(t, "serve", "--data", folder)
	wants(t, get(t, reader, again.address+thread[len(r.address):]), "The last bus", "Two of us do.")
}

func TestServeOnSockets(t *testing.T) {
	folder := t.TempDir()
	socket := filepath.Join(folder, "moot.sock")
	stale, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	stale.(*net.UnixListener).SetUnlinkOnClose(false)
	stale.Close() // its file stays behind, as after a crash
	start(t, "serve", "--listen=unix:"+socket, "--data", filepath.Join(folder, "site"))
	c := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	wants(t, get(t, c, "http://site/healthz"), "ok")
	moot(t, "serve", "--listen=unix:"+socket).fails(t, 1, "listen: unix:"+socket+" is in use")
	plain := filepath.Join(folder, "notes.txt")
	write(t, plain, "not to be removed")
	moot(t, "serve", "--listen=unix:"+plain).fails(t, 1, "no socket")
	if _, err := os.Stat(plain); err != nil {
		t.Error(err)
	}
}

// What keeps a site from starting is told in one line, and nothing is changed.
func TestServeThatCannotStart(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	folder := t.TempDir()
	os.Chmod(filepath.Dir(folder), 0o755) // for nobody
	file := filepath.Join(folder, "file")
	write(t, file, "")
	closed := filepath.Join(folder, "closed")
	if err := os.Mkdir(closed, 0o555); err != nil {
		t.Fatal(err)
	}
	shut := filepath.Join(folder, "shut")
	if err := os.Mkdir(shut, 0); err != nil {
		t.Fatal(err)
	}
	torn := filepath.Join(folder, "torn.db")
	write(t, torn, strings.Repeat("this is no database\n", 100))
	for name, test := range map[string]struct {
		args []string
		says []string
	}{
		"port in use":         {[]string{"--listen=" + taken.Addr().String()}, []string{"listen: " + taken.Addr().String() + " is in use", "--listen"}},
		"other port in use":   {[]string{"--listen-ops=" + taken.Addr().String()}, []string{"listen-ops: " + taken.Addr().String() + " is in use", "--listen-ops"}},
		"no such address":     {[]string{"--listen=192.0.2.1:8080"}, []string{"listen: 192.0.2.1:8080", "no such address"}},
		"folder is a file":    {[]string{"--data=" + file}, []string{file, "is a file", "--data"}},
		"folder under a file": {[]string{"--data=" + file + "/site"}, []string{file + "/site can't be made", "--data"}},
		"folder unreadable":   {[]string{"--data=" + shut}, []string{shut, "can't be read and written: permission denied", "--data"}},
		"folder unwritable":   {[]string{"--data=" + closed}, []string{closed, "can't be read and written: permission denied", "--data"}},
		"parent unwritable":   {[]string{"--data=" + closed + "/site"}, []string{closed + "/site can't be made: permission denied", "--data"}},
		"no database":         {[]string{"--data=" + somewhere(t), "--database=sqlite:" + torn}, []string{torn, "not a database"}},
		"no server":           {[]string{"--database=postgres://moot:hush@127.0.0.1:1/moot"}, []string{"database: the server at 127.0.0.1:1", "refused"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := line(t, append([]string{"serve", "--listen=127.0.0.1:0", "--listen-ops=127.0.0.1:0"}, test.args...)...)
			if data := test.args[0]; strings.Contains(data, closed) || strings.Contains(data, shut) {
				nobody(c)
			}
			r := finish(t, c)
			r.fails(t, 1, test.says...)
			if strings.Contains(r.err, "hush") {
				t.Error("the password is shown")
			}
			untouched(t, c.Dir)
		})
	}
}

func TestServeRefusesANewerSchema(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		t.Run(engine.String(), func(t *testing.T) {
			address := dbtest.Address(t, engine)
			d, err := db.Open(t.Context(), address)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			if _, _, err := d.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			version, err := d.Version(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			err = d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(`INSERT INTO schema_step (version, name) VALUES ($1, $2)`, version+1, "0099_tomorrow")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			moot(t, "serve", "--listen=127.0.0.1:0", "--listen-ops=off", "--data", t.TempDir(), "--database", address).
				fails(t, 1, "newer schema", fmt.Sprint(version+1))
			if after, err := d.Version(t.Context()); err != nil || after != version+1 {
				t.Errorf("version %d, %v", after, err)
			}
		})
	}
}

// Many people write when the site is told to stop. Whoever was told that a
// post stands finds it after a restart, and nobody's answer is cut.
func TestStopUnderLoad(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		t.Run(engine.String(), func(t *testing.T) {
			folder := somewhere(t)
			args := []string{"serve", "--data", folder, "--database", dbtest.Address(t, engine), "--thread-posts=0", "--trusted-proxies=127.0.0.1"}
			r := start(t, args...)
			thread := r.startThread(browser(t), "gb/leeds", "All at once", "Say something.")
			said := writeUntilStopped(r, thread)
			if status := r.wait(); status != 0 {
				t.Errorf("exit status %d\n%s", status, r.log)
			}
			if len(said) == 0 {
				t.Fatal("nobody wrote anything")
			}
			again := start(t, args...)
			page := get(t, browser(t), again.address+thread[len(r.address):])
			kept := regexp.MustCompile(`words \d+ of person \d+\.`).FindAllString(page, -1)
			for _, words := range said {
				if !slices.Contains(kept, words) {
					t.Errorf("%q was accepted and is lost", words)
				}
			}
			for _, words := range kept {
				if !slices.Contains(said, words) {
					t.Errorf("%q is kept, and the answer that says so was cut", words)
				}
			}
		})
	}
}

// writeUntilStopped has some people reply as fast as they can, sends SIGTERM
// in the middle, and returns what they were told is posted.
func writeUntilStopped(r *running, thread string) (said []string) {
	const people, before = 6, 80
	var mu sync.Mutex
	var all sync.WaitGroup
	stop := sync.OnceFunc(func() { r.process.Process.Signal(syscall.SIGTERM) })
	for person := range people {
		c := browser(r.t)
		c.Transport = marked{fmt.Sprintf("192.0.2.%d", person+1), "a person", &http.Transport{DisableKeepAlives: true}}
		c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		all.Go(func() {
			for n := 0; ; n++ {
				words := fmt.Sprintf("words %d of person %d.", n, person)
				if !reply(r.t, c, thread, words) {
					stop() // whatever it was, it must not go on for ever
					return
				}
				mu.Lock()
				if said = append(said, words); len(said) == before {
					stop()
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return said
}

// reply adds a post to a thread and reports whether the site said that it
// stands. It is false where nobody answers any more. An answer that breaks off
// fails the test.
func reply(t *testing.T, c *http.Client, thread, words string) bool {
	answer, err := c.Get(thread + "/reply")
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if answer.StatusCode == http.StatusTooManyRequests { // all come from one address, and read more than one may
		time.Sleep(50 * time.Millisecond)
		return reply(t, c, thread, words)
	}
	m := ticketField.FindSubmatch(page)
	if err != nil || m == nil {
		t.Errorf("reading the thread: %s, %v", answer.Status, err)
		return false
	}
	answer, err = c.PostForm(thread, url.Values{"ticket": {string(m[1])}, "body": {words}})
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	page, err = io.ReadAll(answer.Body)
	if answer.StatusCode == http.StatusTooManyRequests { // a machine that is busy serves some much more often than others
		time.Sleep(500 * time.Millisecond)
		return reply(t, c, thread, words)
	}
	if err != nil || answer.StatusCode != http.StatusSeeOther {
		t.Errorf("replying: %s, %v\n%s", answer.Status, err, page)
		return false
	}
	return true
}

// While it drains the site says that it isn't ready, and a request that was
// begun is answered.
func TestDrain(t *testing.T) {
	r := start(t, "serve", "--data", somewhere(t))
	c := browser(t)
	thread := r.startThread(c, "gb/leeds", "Slowly", "One.")
	f := form(t, c, thread)
	f.Set("body", "Typed on a slow line.")
	slow, err := net.Dial("tcp", strings.TrimPrefix(r.address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	text := f.Encode()
	fmt.Fprintf(slow, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
		thread[len(r.address):], strings.TrimPrefix(r.address, "http://"), len(text), text[:len(text)/2])
	until(t, func() bool {
		return strings.Contains(get(t, http.DefaultClient, r.ops+"/metrics"), "moot_http_requests_in_flight 1")
	})
	r.process.Process.Signal(syscall.SIGTERM)
	until(t, func() bool {
		status, _ := ask(t, http.DefaultClient, r.ops+"/readyz")
		return status == http.StatusServiceUnavailable
	})
	fmt.Fprint(slow, text[len(text)/2:])
	var answer bytes.Buffer
	if _, err := answer.ReadFrom(slow); err != nil {
		t.Error(err)
	}
	wants(t, answer.String(), "HTTP/1.1 303 See Other")
	if status := r.wait(); status != 0 {
		t.Errorf("exit status %d\n%s", status, r.log)
	}
}

// until waits for something that another process does.
func until(t *testing.T, done func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !done(); time.Sleep(2 * time.Millisecond) {
		if t.Failed() || t.Context().Err() != nil {
			t.FailNow()
		}
		if time.Now().After(end) {
			t.Fatal("never")
		}
	}
}

func TestASecondSignalStopsAtOnce(t *testing.T) {
	r := start(t, "serve", "--data", somewhere(t), "--drain=10m")
	held := r.hold()
	defer held.Close()
	r.process.Process.Signal(syscall.SIGTERM)
	until(t, func() bool {
		status, _ := ask(t, http.DefaultClient, r.ops+"/readyz")
		return status == http.StatusServiceUnavailable
	})
	r.process.Process.Signal(syscall.SIGTERM)
	if status := r.wait(); status != 1 {
		t.Errorf("exit status %d", status)
	}
	wants(t, r.log.String(), "moot: stopped at once")
}

// A request that takes longer than the drain is cut, and that is told.
func TestDrainHasAnEnd(t *testing.T) {
	r := start(t, "serve", "--data", somewhere(t), "--drain=10ms")
	held := r.hold()
	defer held.Close()
	r.process.Process.Signal(syscall.SIGTERM)
	if status := r.wait(); status != 1 {
		t.Errorf("exit status %d", status)
	}
	wants(t, r.log.String(), "moot: ", "requests were cut")
}

// hold begins to send a form and doesn't end.
func (r *running) hold() net.Conn {
	r.t.Helper()
	held, err := net.Dial("tcp", strings.TrimPrefix(r.address, "http://"))
	if err != nil {
		r.t.Fatal(err)
	}
	fmt.Fprint(held, "POST /gb/leeds/new HTTP/1.1\r\nHost: moot\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nbody=")
	until(r.t, func() bool {
		return strings.Contains(get(r.t, http.DefaultClient, r.ops+"/metrics"), "moot_http_requests_in_flight 1")
	})
	return held
}

// The memory of a site stays where it is, and within what the system says.
func TestMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		return // /proc tells of it on Linux only
	}
	t.Setenv("GOMEMLIMIT", "300MiB")
	r := start(t, "serve", "--data", somewhere(t))
	wants(t, r.log.String(), "memory-limit=314572800")
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", r.process.Process.Pid))
	if err != nil || !regexp.MustCompile(`Max core file size +0 +0 `).Match(limits) {
		t.Errorf("a core may be written: %v\n%s", err, limits)
	}
}

// The promise of security.md, P1, looked for in everything that is written.
func TestNothingOfAVisitorIsWritten(t *testing.T) {
	const address, agent, query, words = "203.0.113.77", "Marked/77.7 (agent)", "kilkismarked", "words that were marked"
	folder := somewhere(t)
	r := start(t, "serve", "--data", folder, "--trusted-proxies=127.0.0.1", "--log-level=debug")
	c := browser(t)
	c.Transport = marked{address, agent, http.DefaultTransport}
	get(t, c, r.address+"/find?q="+query)
	ask(t, c, r.address+"/gr/"+query+"?x="+query)
	ask(t, c, r.address+"/p/999999?x="+query)
	thread := r.startThread(c, "gr/kilkis", words, words+" too")
	get(t, c, thread)
	send(c, thread, map[string][]string{"body": {words}, "ticket": {query}})
	metrics := get(t, http.DefaultClient, r.ops+"/metrics")
	inFolder(t, folder, []string{address, agent, query})
	r.process.Process.Signal(syscall.SIGTERM)
	if status := r.wait(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	inFolder(t, folder, []string{address, agent, query})
	for _, mark := range []string{address, agent, query, words} {
		if strings.Contains(r.log.String(), mark) || strings.Contains(metrics, mark) {
			t.Errorf("%q is in the log or the metrics:\n%s", mark, r.log)
		}
	}
	if !strings.Contains(r.log.String(), "msg=request") {
		t.Errorf("no request was logged, so this proves nothing:\n%s", r.log)
	}
}

// marked is a proxy's word on who visits.
type marked struct {
	address, agent string
	http.RoundTripper
}

func (m marked) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-For", m.address)
	r.Header.Set("User-Agent", m.agent)
	r.Header.Set("Accept-Language", "en")
	return m.RoundTripper.RoundTrip(r)
}

// inFolder checks that none of some marks stands in any file of a folder.
func inFolder(t *testing.T, folder string, marks []string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		for _, mark := range marks {
			if bytes.Contains(content, []byte(mark)) {
				t.Errorf("%q is in %s", mark, path)
			}
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("searching %s: %d files, %v", folder, files, err)
	}
}
