//go:build unix

package main

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// running is a site that runs as a process of its own.
type running struct {
	t        *testing.T
	process  *exec.Cmd
	greeting string // the line on standard output
	address  string // "http://127.0.0.1:40001"
	ops      string
	log      *lockedBuffer
	ended    chan struct{}
}

// lockedBuffer is written by the process and read by the test.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var opsAddress = regexp.MustCompile(`listen-ops=(\S+)`)

// start runs moot serve or moot demo, on ports that the kernel chooses, and
// waits until it says where it is. It is stopped after the test.
func start(t *testing.T, args ...string) *running {
	t.Helper()
	args = append([]string{args[0], "--listen=127.0.0.1:0", "--listen-ops=127.0.0.1:0", "--patience=0s"}, args[1:]...)
	r := &running{t: t, process: line(t, args...), log: &lockedBuffer{}, ended: make(chan struct{})}
	out, err := r.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	r.process.Stderr = r.log
	if err := r.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.process.Process.Kill() // has no effect on one that has ended
		<-r.ended
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	go func() {
		io.Copy(io.Discard, out)
		r.process.Wait()
		close(r.ended)
	}()
	if err != nil {
		<-r.ended
		t.Fatalf("no greeting: %v\n%s", err, r.log)
	}
	r.greeting = line
	r.address = regexp.MustCompile(`http://\S+`).FindString(line)
	for deadline := time.Now().Add(10 * time.Second); r.ops == ""; time.Sleep(time.Millisecond) {
		if m := opsAddress.FindStringSubmatch(r.log.String()); m != nil {
			r.ops = "http://" + m[1]
		} else if time.Now().After(deadline) {
			t.Fatalf("the log doesn't tell of listen-ops:\n%s", r.log)
		}
	}
	return r
}

// wait waits until the site has ended and returns its exit status.
func (r *running) wait() int {
	r.t.Helper()
	select {
	case <-r.ended:
		return r.process.ProcessState.ExitCode()
	case <-time.After(30 * time.Second):
		r.t.Fatalf("it doesn't stop:\n%s", r.log)
		return -1
	}
}

// browser is somebody who visits, with cookies of their own.
func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: 20 * time.Second}
}

// get reads a page, which has to be there.
func get(t *testing.T, c *http.Client, address string) string {
	t.Helper()
	status, body := ask(t, c, address)
	if status != http.StatusOK {
		t.Errorf("GET %s: %d\n%s", address, status, body)
	}
	return body
}

func ask(t *testing.T, c *http.Client, address string) (status int, body string) {
	t.Helper()
	answer, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(b)
}

var ticketField = regexp.MustCompile(`name="ticket" value="([^"]*)"`)

var lentTicket = regexp.MustCompile(`"ticket":"([^"]+)"`)

// form opens a page with a form and returns what it hides.
func form(t *testing.T, c *http.Client, address string) url.Values {
	t.Helper()
	m := ticketField.FindStringSubmatch(get(t, c, address))
	if m == nil {
		t.Fatalf("%s has no form", address)
	}
	if m[1] == "" { // a page that is the same for everybody
		at, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		m = lentTicket.FindStringSubmatch(get(t, c, at.Scheme+"://"+at.Host+"/ticket.json"))
	}
	return url.Values{"ticket": {m[1]}, "do": {"post"}}
}

// send sends a form and returns where it led, the page that is there, and the
// error of a connection that was refused or cut.
func send(c *http.Client, address string, form url.Values) (at *url.URL, body string, err error) {
	answer, err := c.PostForm(address, form)
	if err != nil {
		return nil, "", err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	return answer.Request.URL, string(b), err
}

// startThread writes an opening post and returns the thread's address.
func (r *running) startThread(c *http.Client, place, subject, body string) string {
	r.t.Helper()
	f := form(r.t, c, r.address+"/"+place+"/new")
	f.Set("subject", subject)
	f.Set("body", body)
	at, page, err := send(c, r.address+"/"+place+"/new", f)
	if err != nil || !strings.Contains(at.Path, "/t/") {
		r.t.Fatalf("starting a thread led to %v, %v\n%s", at, err, page)
	}
	return r.address + at.Path
}
