//go:build linux

package bench

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// behindNginx is Moot behind nginx with the settings of deploy/nginx, of which
// only addresses are changed.
func (a *asked) behindNginx(b *testing.B) *asked {
	b.Helper()
	text, err := os.ReadFile("../deploy/nginx/moot.conf")
	if err != nil {
		b.Fatal(err)
	}
	config, front := string(text), free(b)
	for _, change := range [][2]string{
		{"/run/nginx-moot", filepath.Join(b.TempDir(), "kept")},
		{"server unix:/run/moot/moot.sock;", "server " + a.address + ";"},
		{"X-Forwarded-For $remote_addr;", "X-Forwarded-For $http_x_forwarded_for;"}, // one load stands for many visitors
		{"listen 443 ssl http2;", "listen " + front + ";"},
		{"listen [::]:443 ssl http2;", ""},
		{"ssl_certificate     /etc/ssl/moot.pem;", ""},
		{"ssl_certificate_key /etc/ssl/moot.key;", ""},
		{"listen 80;", "listen " + free(b) + ";"},
		{"listen [::]:80;", ""},
	} {
		if !strings.Contains(config, change[0]) {
			b.Fatalf("deploy/nginx/moot.conf has no %q any more", change[0])
		}
		config = strings.ReplaceAll(config, change[0], change[1])
	}
	behind := *a
	behind.name, behind.address = "moot behind nginx", front
	behind.processes = append([]*process{startNginx(b, config)}, a.processes...)
	behind.processes[0].awaits(front, a.site.board)
	return &behind
}

// BenchmarkFront looks whether a cache that is set as deploy/nginx has it gives
// everybody what is theirs. Its speed is in BenchmarkReading.
func BenchmarkFront(b *testing.B) {
	site := seed(b)
	front := site.open(b).behindNginx(b)
	body := func(header ...string) string { return string(plain(b, get(b, front.address, site.thread, header...))) }
	for range 2 { // the second time they are kept
		for _, see := range []struct{ header, want string }{
			{"Accept-Language: el-GR,el;q=0.8", `lang="el"`},
			{"Accept-Language: fr,el;q=0.8,en;q=0.7", `lang="el"`},
			{"Accept-Language: en-GB,en;q=0.9,el;q=0.8", `lang="en"`},
			{"Cookie: lang=el", `lang="el"`},
			{"Cookie: theme=dark", "dark"},
			{"Accept-Encoding: br;q=0, gzip", "</html>"},
			{"Accept-Encoding: identity", "</html>"},
		} {
			if text := body(see.header); !strings.Contains(text[:strings.Index(text, "<head")], see.want) && !strings.HasSuffix(strings.TrimSpace(text), see.want) {
				b.Errorf("with %s the page has no %s: it begins with %.200s", see.header, see.want, text)
			}
		}
	}
	for n := range 5 {
		word := fmt.Sprintf("fresh%dword", n)
		body()
		if err := reply(front.address, site.thread[strings.LastIndexByte(site.thread, '/')+1:], "10.9.9.9", word); err != nil {
			b.Fatal(err)
		}
		if !strings.Contains(body("Cookie: moot-fresh=1"), word) {
			b.Errorf("who posted %q isn't shown it", word)
		}
	}
	if kept := get(b, front.address, site.thread); !strings.Contains(kept.header.Get("Cache-Control"), "s-maxage=1") {
		b.Errorf("a thread's Cache-Control is %q", kept.header.Get("Cache-Control"))
	}
	front.listen(b, site)
	b.ReportMetric(0, "ns/op")
}

// listen looks whether what is posted reaches a listener, through the front.
func (a *asked) listen(b *testing.B, s site) {
	b.Helper()
	c, err := net.Dial("tcp", a.address)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	c.Write(request(s.thread + "/live"))
	heard := bufio.NewReader(c)
	for said := false; ; {
		line, err := heard.ReadSlice('\n')
		switch {
		case err != nil && err != bufio.ErrBufferFull:
			b.Fatalf("a listener heard nothing of a post: %v", err)
		case bytes.Contains(line, []byte("event: here")) && !said:
			said = true
			if err := reply(a.address, s.thread[strings.LastIndexByte(s.thread, '/')+1:], "10.9.9.8", "heardword"); err != nil {
				b.Fatal(err)
			}
		case bytes.Contains(line, []byte("heardword")):
			return
		}
	}
}
