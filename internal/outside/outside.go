package outside

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"moot/internal/machine"
	"moot/internal/outbound"
)

// Site is what is looked at.
type Site struct {
	Address string // https://host, or http://host for a site without TLS
	Now     time.Time

	// Plain is where the site answers without TLS. "" is port 80 of the same
	// host; where the address names a port of its own, nothing is looked at then.
	Plain string
	Roots *x509.CertPool // whose certificates are trusted; nil for the system's
}

const (
	pageTime   = 10 * time.Second
	streamTime = 5 * time.Second
	soon       = 14 * 24 * time.Hour // a certificate that ends sooner isn't renewed any more
	most       = 1 << 20             // of an answer's body, in bytes

	board   = "/gr" // any place has a board; this one is in every gazetteer
	unknown = "/no-such-place-as-this"

	packed = "a page comes packed as %s to who takes %s (nginx: proxy_set_header Accept-Encoding, and proxy_cache_key, must tell who takes what)"
)

// answer is what came, with as much of its body as was waited for.
type answer struct {
	*http.Response
	body []byte
}

// look is one visit: what has been seen, and who is told.
type look struct {
	Site
	via   http.RoundTripper
	pages []page
	tell  func(machine.Finding)
}

type page struct {
	path string
	answer
}

// Look visits a site, and tells each finding as machine.Examine does.
func Look(ctx context.Context, s Site, tell func(machine.Finding)) {
	l := &look{Site: s, via: outbound.Visitor(s.Roots), tell: tell}
	l.Address = strings.TrimSuffix(l.Address, "/")
	for _, path := range []string{"/", board, unknown} {
		if !l.visit(ctx, path) {
			return
		}
	}
	asset := regexp.MustCompile(`(?:href|src)="(/[^"]+\.(?:css|js))"`).FindSubmatch(l.pages[0].body)
	if asset == nil {
		l.found("site", machine.Fail, "the front page of %s names no style: is it Moot that answers there?", l.Address)
		return
	}
	if !l.visit(ctx, string(asset[1])) {
		return
	}
	if strings.HasPrefix(l.Address, "https:") {
		l.certificate()
		l.redirect(ctx)
	}
	l.headers()
	l.server()
	l.cookies()
	l.caching(ctx)
	l.packing(ctx)
	l.stream(ctx)
	l.ops(ctx)
}

func (l *look) found(about string, v machine.Verdict, format string, args ...any) {
	l.tell(machine.Finding{About: about, Verdict: v, Text: strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " ")})
}

// ask sends one request, whose headers are names and values.
func (l *look) ask(ctx context.Context, address string, header ...string) (a answer, err error) {
	ctx, cancel := context.WithTimeout(ctx, pageTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return a, err
	}
	r.Header.Set("User-Agent", "moot doctor")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if a.Response, err = l.via.RoundTrip(r); err != nil {
		return a, err
	}
	defer a.Body.Close()
	a.body, err = io.ReadAll(io.LimitReader(a.Body, most))
	return a, err
}

// visit opens a page, and reports whether the site answers at all.
func (l *look) visit(ctx context.Context, path string) bool {
	a, err := l.ask(ctx, l.Address+path)
	if invalid := (x509.CertificateInvalidError{}); errors.As(err, &invalid) || errors.As(err, new(x509.HostnameError)) || errors.As(err, new(x509.UnknownAuthorityError)) {
		l.found("cert", machine.Fail, "browsers refuse the certificate of %s: %v (nginx: ssl_certificate, with the chain in it)", l.Address, err)
		return false
	}
	if err != nil {
		l.found("site", machine.Fail, "%s doesn't answer: %v", l.Address+path, err)
		return false
	}
	want := http.StatusOK
	if path == unknown {
		want = http.StatusNotFound
	}
	if a.StatusCode != want {
		l.found("site", machine.Fail, "%s answers with %d instead of %d: a front server hands every path on as it is (nginx: location / with proxy_pass, and no error_page)", l.Address+path, a.StatusCode, want)
		return false
	}
	if coding := a.Header.Get("Content-Encoding"); coding != "" {
		l.found("packing", machine.Fail, packed, coding, "nothing packed")
		return false
	}
	l.pages = append(l.pages, page{path, a})
	return true
}

func (l *look) certificate() {
	ends := l.pages[0].TLS.PeerCertificates[0].NotAfter
	if left := ends.Sub(l.Now); left < soon {
		l.found("cert", machine.Fail, "the certificate ends on %s, in %d days: look why it isn't renewed, and reload the front server when it is", ends.Format(time.DateOnly), int(left.Hours()/24))
		return
	}
	l.found("cert", machine.OK, "the certificate is good until %s", ends.Format(time.DateOnly))
}

func (l *look) redirect(ctx context.Context) {
	plain := l.Plain
	if plain == "" {
		u, err := url.Parse(l.Address)
		if err != nil || u.Port() != "" {
			return
		}
		plain = "http://" + u.Host
	}
	a, err := l.ask(ctx, plain+board)
	switch {
	case err != nil:
		l.found("https", machine.Warn, "%s doesn't answer, so that who types the name alone finds nothing (nginx: listen 80; return 301 https://$host$request_uri;): %v", plain, err)
	case a.StatusCode != http.StatusMovedPermanently && a.StatusCode != http.StatusPermanentRedirect || !strings.HasPrefix(a.Header.Get("Location"), "https://"):
		l.found("https", machine.Fail, "%s answers with %d instead of sending visitors to https (nginx: return 301 https://$host$request_uri;)", plain, a.StatusCode)
	default:
		l.found("https", machine.OK, "who comes without TLS is sent to https")
	}
}

// headers looks whether those of Moot arrive, once each, with what is the front's
// to say.
func (l *look) headers() {
	good := true
	wrong := func(v machine.Verdict, format string, args ...any) {
		good = false
		l.found("headers", v, format, args...)
	}
	for _, want := range []struct{ name, has string }{
		{"Content-Security-Policy", "default-src"}, {"X-Content-Type-Options", "nosniff"}, {"Referrer-Policy", "same-origin"},
	} {
		for _, p := range l.pages {
			if p.path != l.pages[0].path && p.path != board && p.path != unknown && want.name == "Content-Security-Policy" {
				continue // styles have none
			}
			values := p.Header.Values(want.name)
			if len(values) != 1 || !strings.Contains(values[0], want.has) {
				wrong(machine.Fail, "%s comes %d times with %s (%s), and Moot sends it once: the front adds, hides or changes it (nginx: add_header, proxy_hide_header; Caddy: header)",
					want.name, len(values), p.path, strings.Join(values, " | "))
				break
			}
		}
	}
	if strings.HasPrefix(l.Address, "https:") {
		for _, p := range l.pages {
			age := regexp.MustCompile(`max-age=(\d+)`).FindStringSubmatch(p.Header.Get("Strict-Transport-Security"))
			if age == nil || len(age[1]) < 7 {
				wrong(machine.Warn, `Strict-Transport-Security doesn't come with %s, so that a browser may be led to http (nginx: add_header Strict-Transport-Security "max-age=15552000" always; in the server block, and in each location that has an add_header of its own)`, p.path)
				break
			}
		}
	}
	if good {
		l.found("headers", machine.OK, "those that protect readers arrive, once each")
	}
}

func (l *look) server() {
	for _, p := range l.pages {
		for _, name := range []string{"Server", "X-Powered-By", "Via"} {
			if value := p.Header.Get(name); regexp.MustCompile(`/\d|\d\.\d+\.`).MatchString(value) {
				l.found("server", machine.Warn, "%s: %s tells everybody which version to attack (nginx: server_tokens off;)", name, value)
				return
			}
		}
	}
	l.found("server", machine.OK, "no version of the front server is told")
}

func (l *look) cookies() {
	for _, p := range l.pages {
		if c := p.Header.Get("Set-Cookie"); c != "" {
			name, _, _ := strings.Cut(c, "=")
			l.found("cookies", machine.Fail, "who only reads %s is given the cookie %s: the front marks visitors (nginx: userid, sticky or add_header Set-Cookie; HAProxy: cookie … insert)", p.path, name)
			return
		}
	}
	l.found("cookies", machine.OK, "who only reads is given none")
}

// caching looks whether a browser can ask whether what it has is still so.
func (l *look) caching(ctx context.Context) {
	page, asset := l.pages[1], l.pages[3]
	etag, control := page.Header.Get("ETag"), page.Header.Get("Cache-Control")
	if etag == "" || control == "" || !strings.Contains(strings.Join(page.Header.Values("Vary"), ","), "Accept-Language") {
		l.found("caching", machine.Fail, "%s comes without its ETag, Cache-Control or Vary, which tell a browser what it may keep: the front drops them (nginx: sub_filter, add_before_body, proxy_hide_header)", page.path)
		return
	}
	for _, see := range []struct{ path, control, want string }{
		{page.path, control, "max-age=0"}, {asset.path, asset.Header.Get("Cache-Control"), "immutable"},
	} {
		if !strings.Contains(see.control, see.want) {
			l.found("caching", machine.Fail, "Cache-Control of %s is %q, which isn't Moot's: what is taken back would stay, or what stays be fetched again (nginx: expires, add_header Cache-Control)", see.path, see.control)
			return
		}
	}
	fresh := false
	for range 3 { // somebody may have posted meanwhile
		a, err := l.ask(ctx, l.Address+page.path, "If-None-Match", etag)
		if err != nil {
			break
		}
		if fresh = a.StatusCode == http.StatusNotModified; fresh {
			break
		}
		etag = a.Header.Get("ETag")
	}
	if !fresh {
		l.found("caching", machine.Fail, "%s is sent again to who has it already, instead of a 304 (nginx: if_modified_since, etag, proxy_set_header If-None-Match)", page.path)
		return
	}
	l.found("caching", machine.OK, "what hasn't changed isn't sent twice")
}

func (l *look) packing(ctx context.Context) {
	for _, coding := range []string{"gzip", "identity"} {
		a, err := l.ask(ctx, l.Address+board, "Accept-Encoding", coding)
		came := ""
		if err == nil {
			came = a.Header.Get("Content-Encoding")
		}
		switch {
		case err != nil:
			l.found("packing", machine.Fail, "%s doesn't answer: %v", board, err)
			return
		case coding == "gzip" && came == "":
			l.found("packing", machine.Warn, "pages are sent unpacked, five times as large (nginx: proxy_set_header Accept-Encoding must hand on what a browser takes)")
			return
		case came != "" && came != coding:
			l.found("packing", machine.Fail, packed, came, coding)
			return
		}
	}
	l.found("packing", machine.OK, "pages are packed for who takes them so, and only then")
}

// stream looks whether what happens on a page is told at once.
func (l *look) stream(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, streamTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, l.Address+board+"/live", nil)
	if err != nil {
		l.found("stream", machine.Fail, "%v", err)
		return
	}
	r.Header.Set("Accept", "text/event-stream")
	a, err := l.via.RoundTrip(r)
	if err == nil {
		defer a.Body.Close()
		_, err = io.ReadFull(a.Body, make([]byte, 1))
	}
	switch {
	case err != nil:
		l.found("stream", machine.Fail, "nothing of a page's events comes within %v, so that pages don't change by themselves: the front holds them back (nginx: location ~ /live$ with proxy_buffering off;)", streamTime)
	case a.StatusCode != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/event-stream"):
		l.found("stream", machine.Fail, "a page's events answer with %d %s", a.StatusCode, a.Header.Get("Content-Type"))
	default:
		l.found("stream", machine.OK, "what happens on a page is told at once")
	}
}

// ops looks whether strangers reach what listen-ops answers.
func (l *look) ops(ctx context.Context) {
	for _, path := range []string{"/metrics", "/readyz"} {
		a, err := l.ask(ctx, l.Address+path)
		if err != nil {
			l.found("ops", machine.Fail, "%s doesn't answer: %v", path, err)
			return
		}
		if a.StatusCode == http.StatusOK || a.StatusCode == http.StatusServiceUnavailable {
			l.found("ops", machine.Fail, "%s answers everybody with %d: it is for who runs the site (nginx: no proxy_pass to the address of listen-ops)", path, a.StatusCode)
			return
		}
	}
	l.found("ops", machine.OK, "/metrics and /readyz answer no stranger")
}
