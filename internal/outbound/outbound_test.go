package outbound

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func TestWhichAddressesAreAsked(t *testing.T) {
	c := New(Settings{Hosts: []string{"push.example.org", "*.push.example.net"}})
	for address, want := range map[string]bool{
		"https://push.example.org/x":            true,
		"https://PUSH.example.org:443/x?y=1":    true,
		"https://a.push.example.net/":           true,
		"https://a.b.push.example.net/":         true,
		"https://push.example.net/":             false,
		"https://.push.example.net/":            false,
		"https://evilpush.example.net/":         false,
		"http://push.example.org/":              false,
		"https://push.example.org:8443/":        false,
		"https://me@push.example.org/":          false,
		"https://push.example.org.evil.com/":    false,
		"https://evil.com/push.example.org":     false,
		"https://evil.com#push.example.org":     false,
		"https://push.example.org\\@evil.com/":  false,
		"https:push.example.org":                false,
		"//push.example.org/":                   false,
		"https://127.0.0.1/":                    false,
		"https://[::1]/":                        false,
		"javascript:alert(1)":                   false,
		"":                                      false,
		"https://push.example.org\n.evil.com/":  false,
		"https://push.example.org%2eevil.com/x": false,
	} {
		if got := c.Allows(address); got != want {
			t.Errorf("%q is asked: %v", address, got)
		}
	}
}

func TestPublicAddresses(t *testing.T) {
	for text, want := range map[string]bool{
		"93.184.216.34": true, "8.8.8.8": true, "2606:4700::1": true, "2a00:1450:4001::200e": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.20.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false,
		"0.0.0.0": false, "255.255.255.255": false, "224.0.0.1": false, "198.18.0.1": false, "192.0.2.1": false,
		"::": false, "::1": false, "fe80::1": false, "fc00::1": false, "::ffff:8.8.8.8": false, "64:ff9b::808:808": false, "2002:7f00:1::": false, "2001:db8::1": false, "2001::1": false, "ff02::1": false,
	} {
		if got := Public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s is public: %v", text, got)
		}
	}
	if Public(netip.Addr{}) || Public(netip.MustParseAddr("2606:4700::1%eth0")) {
		t.Error("no address, or one of a link, is public")
	}
	// Whatever the form, nothing private passes the check at the connection.
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		a := netip.AddrFrom4([4]byte{10, byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32())})
		for _, form := range []netip.Addr{a, netip.AddrFrom16(a.As16())} {
			if public("tcp4", netip.AddrPortFrom(form, 443).String(), nil) == nil {
				t.Fatalf("%v is connected to", form)
			}
		}
	}
	for _, wrong := range []string{"8.8.8.8:80", "8.8.8.8:8443", "8.8.8.8", "example.org:443", ""} {
		if public("tcp4", wrong, nil) == nil {
			t.Errorf("%q is connected to", wrong)
		}
	}
	if public("udp", "8.8.8.8:443", nil) == nil {
		t.Error("another protocol")
	}
}

// A name on the list that leads to this machine is not connected to.
func TestANameThatLeadsHome(t *testing.T) {
	c := New(Settings{Hosts: []string{"localhost"}})
	r, _ := http.NewRequestWithContext(t.Context(), "POST", "https://localhost/secret-path", nil)
	_, err := c.Do(r)
	if !errors.Is(err, ErrAddress) {
		t.Errorf("asking localhost: %v", err)
	}
	if err == nil || strings.Contains(err.Error(), "secret-path") {
		t.Errorf("the error tells the address: %v", err)
	}
	other, _ := http.NewRequestWithContext(t.Context(), "POST", "https://elsewhere.example/", nil)
	if _, err := c.Do(other); !errors.Is(err, ErrAddress) {
		t.Errorf("a host that isn't listed: %v", err)
	}
}

func TestNoRedirectIsFollowedAndLittleIsRead(t *testing.T) {
	asked := 0
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.URL.Path == "/big" {
			w.Write(make([]byte, 1<<20))
			return
		}
		http.Redirect(w, r, "https://elsewhere.example/", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	transport := server.Client().Transport.(*http.Transport)
	home := strings.TrimPrefix(server.URL, "https://")
	transport.DialContext = dialTo(home)
	c := New(Settings{Hosts: []string{"example.com"}, Transport: transport})
	r, _ := http.NewRequestWithContext(t.Context(), "POST", "https://example.com/", nil)
	answer, err := c.Do(r)
	if err != nil || answer.StatusCode != http.StatusTemporaryRedirect || asked != 1 {
		t.Fatalf("%v, %v, asked %d times", answer, err, asked)
	}
	answer.Body.Close()
	big, _ := http.NewRequestWithContext(context.Background(), "GET", "https://example.com/big", nil)
	if answer, err = c.Do(big); err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	n := 0
	b := make([]byte, 4096)
	for {
		m, err := answer.Body.Read(b)
		n += m
		if err != nil {
			break
		}
	}
	if n != most {
		t.Errorf("read %d bytes", n)
	}
}
