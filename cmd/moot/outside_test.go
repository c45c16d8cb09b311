//go:build linux

package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"moot/internal/machine"
	"moot/internal/outside"
)

// certificate is one for this machine, in two files, and who trusts it.
func certificate(t *testing.T, left time.Duration) (cert, key string, roots *x509.CertPool) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "moot.example"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(left), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, &secret.PublicKey, secret)
	if err != nil {
		t.Fatal(err)
	}
	hidden, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	folder, roots := t.TempDir(), x509.NewCertPool()
	cert, key = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	roots.AppendCertsFromPEM(public)
	write(t, cert, string(public))
	write(t, key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: hidden})))
	return cert, key, roots
}

// unused is an address of this machine that nobody listens on.
func unused(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// nginx starts the real one with the settings of deploy/nginx, of which
// addresses are changed, and what a test breaks.
func nginx(t *testing.T, program, site, ops string, left time.Duration, broken ...string) outside.Site {
	t.Helper()
	text, err := os.ReadFile("../../deploy/nginx/moot.conf")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	cert, key, roots := certificate(t, left)
	secure, plain := unused(t), unused(t)
	config := string(text)
	changes := append(broken,
		"/run/nginx-moot", filepath.Join(folder, "kept"), "server unix:/run/moot/moot.sock;", "server "+site+";",
		"listen 443 ssl http2;", "listen "+secure+" ssl http2;", "listen [::]:443 ssl http2;", "",
		"/etc/ssl/moot.pem", cert, "/etc/ssl/moot.key", key, "listen 80;", "listen "+plain+";", "listen [::]:80;", "")
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(config, changes[i]) {
			t.Fatalf("deploy/nginx/moot.conf has no %q any more", changes[i])
		}
		config = strings.ReplaceAll(config, changes[i], strings.ReplaceAll(changes[i+1], "OPS", ops))
	}
	user, temporary := "", ""
	if os.Getuid() == 0 {
		user = "user root;" // the temporary folder is for its owner alone
	}
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temporary += kind + "_temp_path " + filepath.Join(folder, kind) + ";\n"
	}
	name := filepath.Join(folder, "nginx.conf")
	write(t, name, user+"\ndaemon off;\nmaster_process off;\npid "+filepath.Join(folder, "pid")+";\nerror_log stderr crit;\nevents { worker_connections 256; }\nhttp {\n"+temporary+config+"\n}\n")
	var said bytes.Buffer
	front := exec.Command(program, "-c", name)
	front.Stderr = &said
	if err := front.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { front.Wait(); close(ended) }()
	t.Cleanup(func() { front.Process.Kill(); <-ended })
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if c, err := net.Dial("tcp", secure); err == nil {
			c.Close()
			break
		}
		select {
		case <-ended:
			t.Fatalf("nginx ended: %s", said.String())
		default:
		}
		if time.Now().After(deadline) {
			t.Fatal("nginx doesn't answer")
		}
	}
	return outside.Site{Address: "https://" + secure, Plain: "http://" + plain, Now: time.Now(), Roots: roots}
}

// A front that is set as deploy/ has it passes, and each thing that is set wrong
// is found, and nothing else.
func TestOutsideFindsWhatAFrontDoes(t *testing.T) {
	program, err := exec.LookPath("nginx")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			t.Skip("no nginx on this machine")
		}
	}
	r := start(t, "serve", "--trusted-proxies=127.0.0.1", "--data", somewhere(t))
	site, ops := strings.TrimSuffix(strings.TrimPrefix(r.address, "http://"), "/"), strings.TrimPrefix(r.ops, "http://")
	const sts = `    add_header Strict-Transport-Security "max-age=15552000" always; # for half a year, never without TLS`
	const year = 365 * 24 * time.Hour
	for name, c := range map[string]struct {
		left   time.Duration
		broken []string
		wrong  string // what is found, and about what
	}{
		"as deployed":     {year, nil, ""},
		"no redirect":     {year, []string{"return 301 https://$host$request_uri;", "return 200 hello;"}, "https"},
		"no STS":          {year, []string{sts, ""}, "headers"},
		"policy twice":    {year, []string{sts, sts + "\nadd_header Content-Security-Policy \"default-src *\" always;"}, "headers"},
		"referrer hidden": {year, []string{"    proxy_request_buffering off;", "proxy_hide_header Referrer-Policy; proxy_request_buffering off;"}, "headers"},
		"sniffed":         {year, []string{"    proxy_request_buffering off;", "proxy_hide_header X-Content-Type-Options; proxy_request_buffering off;"}, "headers"},
		"version":         {year, []string{"server_tokens off;", ""}, "server"},
		"cookie":          {year, []string{sts, sts + "\nuserid on;"}, "cookies"},
		"no ETag":         {year, []string{"    proxy_request_buffering off;", "proxy_hide_header ETag; proxy_request_buffering off;"}, "caching"},
		"kept for a day":  {year, []string{"    proxy_request_buffering off;", "expires 1d; proxy_request_buffering off;"}, "caching"},
		"never packed":    {year, []string{"proxy_set_header Accept-Encoding $moot_coding;", "proxy_set_header Accept-Encoding \"\";"}, "packing"},
		"always packed":   {year, []string{"proxy_set_header Accept-Encoding $moot_coding;", "proxy_set_header Accept-Encoding gzip;"}, "packing"},
		"held back":       {year, []string{"proxy_buffering off;", "proxy_buffering on; proxy_ignore_headers X-Accel-Buffering; proxy_buffer_size 64k; proxy_buffers 8 64k;"}, "stream"},
		"ops open":        {year, []string{"    location / {", "location = /metrics { proxy_pass http://OPS; }\nlocation / {"}, "ops"},
		"own error page":  {year, []string{"    location / {", "proxy_intercept_errors on; error_page 404 =200 /gr;\nlocation / {"}, "site"},
		"ends soon":       {13 * 24 * time.Hour, nil, "cert"},
		"ended":           {-time.Minute, nil, "cert"},
	} {
		t.Run(name, func(t *testing.T) {
			front := nginx(t, program, site, ops, c.left, c.broken...)
			var all []string
			wrong := map[string]bool{}
			outside.Look(t.Context(), front, func(f machine.Finding) {
				all = append(all, f.Verdict.String()+" "+f.About+" "+f.Text)
				if f.Verdict != machine.OK {
					wrong[f.About] = true
				}
			})
			if (c.wrong == "") != (len(wrong) == 0) || c.wrong != "" && (!wrong[c.wrong] || len(wrong) != 1) || c.wrong == "" && len(all) != 9 {
				t.Errorf("want %q to be wrong:\n%s", c.wrong, strings.Join(all, "\n"))
			}
		})
	}
}
