package wake

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"moot/internal/event"
)

// certificates are a server's for 127.0.0.1, and the file of the one that it is
// signed with.
func certificates(t *testing.T) (of tls.Certificate, ca string) {
	t.Helper()
	made := func(serial int64, change func(*x509.Certificate), parent *x509.Certificate, by *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c := &x509.Certificate{
			SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "moot"},
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true,
		}
		change(c)
		if parent == nil {
			parent, by = c, key
		}
		der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, by)
		if err != nil {
			t.Fatal(err)
		}
		c, err = x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return c, key
	}
	signer, by := made(1, func(c *x509.Certificate) { c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign }, nil, nil)
	own, key := made(2, func(c *x509.Certificate) {
		c.IPAddresses, c.ExtKeyUsage = []net.IP{net.IPv4(127, 0, 0, 1)}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}, signer, by)
	ca = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signer.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{own.Raw}, PrivateKey: key}, ca
}

// secret is a password, with what has to be written otherwise in an address.
const secret = "hu/sh:hu@sh%"

// at is where a server is, by a scheme and as somebody.
func at(s *server.Server, scheme string, user *url.Userinfo) string {
	u := url.URL{Scheme: scheme, Host: s.Addr().String(), User: user}
	return u.String()
}

func TestNATSByTLSAndPassword(t *testing.T) {
	certificate, ca := certificates(t)
	s := serve(t, &server.Options{
		Port: server.RANDOM_PORT, Username: "moot", Password: secret,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}}, TLSTimeout: 10,
	})
	for _, scheme := range []string{"tls", "nats"} { // a server that wants TLS has it by either
		line := NATS{Servers: []string{at(s, scheme, url.UserPassword("moot", secret))}, CA: ca, Site: "a"}
		a, b := begin(t, line.Open(nil)), begin(t, line.Open(nil))
		wakes(t, a, b)
		wakes(t, b, a)
	}
}

func TestNATSByToken(t *testing.T) {
	s := serve(t, &server.Options{Port: server.RANDOM_PORT, Authorization: secret})
	line := NATS{Servers: []string{at(s, "nats", url.User(secret))}, Site: "a"}
	wakes(t, begin(t, line.Open(nil)), begin(t, line.Open(nil)))
}

// What is wrong with how a site signs in is one line, which names the setting and no
// secret; and it goes on once that is mended.
func TestASiteThatNATSDoesNotLetIn(t *testing.T) {
	certificate, ca := certificates(t)
	_, others := certificates(t)
	plain := serve(t, &server.Options{Port: server.RANDOM_PORT, Username: "moot", Password: "right"})
	token := serve(t, &server.Options{Port: server.RANDOM_PORT, Authorization: "right"})
	byTLS := serve(t, &server.Options{
		Port: server.RANDOM_PORT, TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}}, TLSTimeout: 10,
	})
	mute := serve(t, &server.Options{Port: server.RANDOM_PORT, Users: []*server.User{
		{Username: "moot", Password: secret, Permissions: &server.Permissions{Subscribe: &server.SubjectPermission{Deny: []string{"moot.spent.>"}}}},
	}})
	dumb := serve(t, &server.Options{Port: server.RANDOM_PORT, Users: []*server.User{
		{Username: "moot", Password: secret, Permissions: &server.Permissions{Publish: &server.SubjectPermission{Deny: []string{"moot.spent.>"}}}},
	}})
	for name, c := range map[string]struct {
		settings NATS
		want     string
	}{
		"a wrong password":         {NATS{Servers: []string{at(plain, "nats", url.UserPassword("moot", secret))}}, "doesn't let this site in: write the right user and password, or token, in wakeups"},
		"a wrong token":            {NATS{Servers: []string{at(token, "nats", url.User(secret))}}, "doesn't let this site in: write the right user and password, or token, in wakeups"},
		"no password":              {NATS{Servers: []string{at(plain, "nats", nil)}}, "doesn't let this site in: write the right user and password, or token, in wakeups"},
		"a user who may not hear":  {NATS{Servers: []string{at(mute, "nats", url.UserPassword("moot", secret))}}, "moot.spent.>"},
		"a user who may not speak": {NATS{Servers: []string{at(dumb, "nats", url.UserPassword("moot", secret))}}, "moot.spent.>"},
		"no TLS":                   {NATS{Servers: []string{at(plain, "tls", url.UserPassword("moot", secret))}, CA: ca}, "speaks no TLS"},
		"a certificate of its own": {NATS{Servers: []string{at(byTLS, "tls", nil)}}, "name who signed it with nats-ca"},
		"another's certificates":   {NATS{Servers: []string{at(byTLS, "tls", nil)}, CA: others}, "name who signed it with nats-ca"},
		"a password that is refused at two": {NATS{Servers: []string{
			at(plain, "nats", url.UserPassword("moot", secret)), at(token, "nats", url.UserPassword("moot", secret)),
		}}, "doesn't let this site in: write the right user and password, or token, in wakeups"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.settings.Site = "a"
			n := &node{Outbox: event.New()}
			ended := make(chan struct{})
			go func() {
				Carry(t.Context(), n.Outbox, c.settings.Open(func([]byte) {}), slog.New(slog.NewTextHandler(&n.log, nil)))
				close(ended)
			}()
			t.Cleanup(func() { <-ended })
			n.says(t, lost, 1)
			time.Sleep(3 * again) // it is tried anew, and not told anew
			n.says(t, lost, 1)
			said := n.log.String()
			if !strings.Contains(said, c.want) {
				t.Errorf("want %q:\n%s", c.want, said)
			}
			if lines := strings.Count(said, "\n"); lines != 1 {
				t.Errorf("%d lines:\n%s", lines, said)
			}
			for _, form := range []string{secret, url.QueryEscape(secret), url.UserPassword("", secret).String(), url.User(secret).String()} {
				if strings.Contains(said, form) {
					t.Errorf("the log has the password:\n%s", said)
				}
			}
		})
	}
}

// Words are heard by the other nodes of the site, and by nobody else.
func TestNATSCarriesWords(t *testing.T) {
	s := serve(t, &server.Options{Port: server.RANDOM_PORT})
	heard := make(chan string, 10)
	hear := func(name string) func([]byte) { return func(w []byte) { heard <- name + " " + string(w) } }
	one := NATS{Servers: []string{s.ClientURL()}, Site: "a"}.Open(hear("one"))
	if err := one.Tell([]byte("too soon")); err == nil {
		t.Error("a line that isn't up takes a word")
	}
	other, stranger := NATS{Servers: []string{s.ClientURL()}, Site: "a"}.Open(hear("other")), NATS{Servers: []string{s.ClientURL()}, Site: "b"}.Open(hear("stranger"))
	for _, l := range []Line{one, other, stranger} {
		begin(t, l)
	}
	for _, word := range []string{"first", "second"} {
		if err := one.Tell([]byte(word)); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"other first", "other second"} {
		select {
		case got := <-heard:
			if got != want {
				t.Errorf("heard %q, want %q", got, want)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("nobody heard it")
		}
	}
}
