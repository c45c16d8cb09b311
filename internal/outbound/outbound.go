// Package outbound is the one client by which the site asks others for
// anything. A running site has no other: a law in arch sees to it.
//
// What Client promises (security.md 2.4); Visitor, which an operator's command
// connects by, does not:
//   - it speaks https, to port 443, of hosts that are on its list, and to
//     public addresses only; the address that is checked is the one that is
//     connected to, so that a name that changes its mind gains nothing;
//   - it follows no redirect but the two that Fetch may, each of which is checked as
//     the first address is; it takes no proxy from the environment, keeps no
//     cookie, and says nothing of whom it asks for;
//   - nothing takes longer than ten seconds, brings more than 64 KiB, or of what
//     Fetch gets more than it was told, unpacked.
package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

const (
	whole   = 10 * time.Second
	most    = 64 << 10
	perHost = 8
)

// Client asks hosts that are on its list.
type Client struct {
	hosts  []string
	client *http.Client
}

// Settings are what a client is told.
type Settings struct {
	Hosts []string // whole names, "*.example.org" for those below one, or "*" for all that have a name

	// Transport stands in for the checked connection in tests, whose servers
	// have no public address; nil outside them.
	Transport http.RoundTripper
}

// New is a client for some hosts.
func New(set Settings) *Client {
	transport := set.Transport
	if transport == nil {
		dialer := &net.Dialer{Timeout: whole, Control: public}
		transport = &http.Transport{
			DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxConnsPerHost: perHost, MaxIdleConns: 16,
			IdleConnTimeout: time.Minute, TLSHandshakeTimeout: whole, ResponseHeaderTimeout: whole, MaxResponseHeaderBytes: 16 << 10,
		}
	}
	return &Client{set.Hosts, &http.Client{
		Transport: transport, Timeout: whole,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// ErrAddress says that an address is none that the site asks.
var ErrAddress = errors.New("outbound: not an address that is asked")

// Allows reports whether an address is one that the client asks: https, no
// user, no other port, and a host on its list.
func (c *Client) Allows(address string) bool {
	u, err := url.Parse(address)
	return err == nil && c.allows(u)
}

func (c *Client) allows(u *url.URL) bool {
	if u.Scheme != "https" || u.User != nil || u.Port() != "" && u.Port() != "443" || u.Opaque != "" {
		return false
	}
	host := strings.ToLower(u.Hostname())
	for _, allowed := range c.hosts {
		if allowed == "*" && (!strings.Contains(host, ".") || strings.Contains(host, ":") || numeric(host)) {
			continue
		}
		if below, wild := strings.CutPrefix(allowed, "*"); host == allowed || wild && strings.HasSuffix(host, below) && len(host) > len(below) {
			return true
		}
	}
	return false
}

// numeric reports whether a host's name ends like a number, as an address of IPv4
// does in any of the ways to write one.
func numeric(host string) bool {
	host = strings.TrimSuffix(host, ".")
	last := host[strings.LastIndexByte(host, '.')+1:]
	return last == "" || strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x")
}

// Do sends a request. The answer's body holds no more than 64 KiB and must be
// closed.
func (c *Client) Do(r *http.Request) (*http.Response, error) {
	if !c.allows(r.URL) {
		return nil, ErrAddress
	}
	answer, err := c.client.Do(r)
	if err != nil {
		var cause *url.Error
		if errors.As(err, &cause) {
			err = cause.Err // without the address, which may be a secret
		}
		return nil, fmt.Errorf("outbound: %w", err)
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(answer.Body, most), answer.Body}
	return answer, nil
}

// public refuses to connect to what is no public address. It is asked with the
// very address that is about to be connected to.
func public(network, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !strings.HasPrefix(network, "tcp") || at.Port() != 443 || !Public(at.Addr()) {
		return ErrAddress
	}
	return nil
}

// special are the networks in use for something other than the public internet
// (IANA, IPv4 special-purpose address registry), and global addresses of IPv6
// that lead elsewhere (IANA, IPv6 special-purpose address registry).
var special = prefixes("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
	"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")

var global = netip.MustParsePrefix("2000::/3")

func prefixes(all ...string) (parsed []netip.Prefix) {
	for _, p := range all {
		parsed = append(parsed, netip.MustParsePrefix(p))
	}
	return parsed
}

// Public reports whether an address is one of the public internet. Of IPv6 that
// is the global range alone, which leaves out mapped and translated addresses.
func Public(a netip.Addr) bool {
	if !a.IsValid() || a.Zone() != "" || a.Is6() && !global.Contains(a) {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// Within gives a context that ends when an asking must.
func Within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, whole)
}
