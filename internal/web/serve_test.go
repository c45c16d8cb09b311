package web

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"moot/internal/gate"
	"moot/internal/guard"
	"moot/internal/lang"
	"moot/internal/web/page"
	"moot/internal/web/page/pagetest"
)

func TestEveryAnswerIsHardened(t *testing.T) {
	s := open(t, nil)
	for path, status := range map[string]int{
		"/": 200, "/healthz": 200, "/assets/none.css": 404, "/gr/athens": 200,
		"/gr/athens/": 301, "/gr/athens/none": 404, "/nowhere/at-all": 404, "/panic": 500, "/fault/much": 429,
		"/a/../healthz": 307, "/failing": 500,
	} {
		p := pagetest.Get(t, s, path).Want(status)
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; " +
				"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
			"Referrer-Policy":              "same-origin",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"X-Content-Type-Options":       "nosniff",
		} {
			if got := p.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
		for feature := range strings.SplitSeq(p.Header.Get("Permissions-Policy"), ", ") {
			if !strings.HasSuffix(feature, "=()") {
				t.Errorf("%s allows %q", path, feature)
			}
		}
	}
}

// A stylesheet is no document: what is said of documents would only weigh.
func TestHeadersOfAssets(t *testing.T) {
	s := open(t, nil)
	sheet := pagetest.Get(t, s, pagetest.Get(t, s, "/").Attr("link[rel=stylesheet]", "href")).Want(200)
	for name, want := range map[string]string{
		"Content-Type": "text/css; charset=utf-8", "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin",
		"Content-Security-Policy": "", "Permissions-Policy": "", "Cross-Origin-Opener-Policy": "",
	} {
		if got := sheet.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestAPostFromAnotherSiteIsRefused(t *testing.T) {
	s := open(t, nil)
	for _, c := range []struct {
		name, header, value string
		status              int
	}{
		{"same origin", "Sec-Fetch-Site", "same-origin", 200},
		{"by the visitor", "Sec-Fetch-Site", "none", 200},
		{"cross site", "Sec-Fetch-Site", "cross-site", 403},
		{"same site", "Sec-Fetch-Site", "same-site", 403},
		{"made up", "Sec-Fetch-Site", "friend", 403},
		{"own origin", "Origin", "http://example.com", 200}, // httptest's host
		{"null origin", "Origin", "null", 403},
		{"other origin", "Origin", "https://evil.example", 403},
		{"other port", "Origin", "http://example.com:81", 403},
		{"neither header", "X-None", "", 200},
	} {
		for _, path := range []string{"/send", "/gr/athens/t/1"} {
			r := httptest.NewRequest("POST", path, strings.NewReader("words=hello"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			p := pagetest.Do(t, s, r, c.header, c.value)
			if p.Status != c.status {
				t.Errorf("%s to %s: %d, want %d", c.name, path, p.Status, c.status)
			}
			if c.status == 403 && len(p.Cookies()) > 0 {
				t.Errorf("%s to %s: refused, and yet a cookie is set", c.name, path)
			}
		}
	}
}

func TestAFormHasATypeAndASize(t *testing.T) {
	s := open(t, nil)
	const form = "application/x-www-form-urlencoded"
	for _, c := range []struct {
		name, kind, body string
		status           int
	}{
		{"form", form, "words=hello", 200},
		{"form with charset", form + "; charset=utf-8", "words=hello", 200},
		{"at the limit", form, "words=" + strings.Repeat("a", maxForm-6), 200},
		{"over it", form, "words=" + strings.Repeat("a", maxForm-5), 413},
		{"no type", "", "words=hello", 415},
		{"json", "application/json", "{}", 415},
		{"text", "text/plain", "words=hello", 415},
		{"files", "multipart/form-data; boundary=x", "--x--", 415},
		{"unreadable", form, "words=%zz", 400},
	} {
		r := httptest.NewRequest("POST", "/send", strings.NewReader(c.body))
		p := pagetest.Do(t, s, r, "Content-Type", c.kind, "Sec-Fetch-Site", "same-origin")
		if p.Status != c.status {
			t.Errorf("%s: %d, want %d", c.name, p.Status, c.status)
		}
	}
	r := httptest.NewRequest("POST", "/send", strings.NewReader("words=hello"))
	pagetest.Do(t, s, r, "Content-Type", form, "Content-Encoding", "gzip", "Sec-Fetch-Site", "same-origin").Want(415)
}

func TestMethods(t *testing.T) {
	s := open(t, nil)
	for _, c := range []struct{ method, path, allow string }{
		{"PUT", "/", "GET, HEAD, POST, DELETE, OPTIONS"}, {"DELETE", "/gr/athens", "GET, HEAD"}, {"BREW", "/", "GET, HEAD, POST, DELETE, OPTIONS"},
		{"OPTIONS", "/", "GET, HEAD"}, {"TRACE", "/", "GET, HEAD, POST, DELETE, OPTIONS"},
		{"POST", "/mine", "GET, HEAD"}, {"GET", "/send", "POST"}, {"POST", "/gr/athens/catalog", "GET, HEAD"},
	} {
		r := httptest.NewRequest(c.method, c.path, nil)
		p := pagetest.Do(t, s, r, "Sec-Fetch-Site", "same-origin")
		if p.Status != 405 || p.Header.Get("Allow") != c.allow {
			t.Errorf("%s %s: %d, Allow %q, want 405 and %q", c.method, c.path, p.Status, p.Header.Get("Allow"), c.allow)
		}
	}
	whole := pagetest.Get(t, s, "/gr/athens").Want(200)
	head := pagetest.Do(t, s, httptest.NewRequest("HEAD", "/gr/athens", nil)).Want(200)
	if head.Body != "" || head.Header.Get("Content-Length") != whole.Header.Get("Content-Length") || head.Header.Get("ETag") != whole.Header.Get("ETag") {
		t.Errorf("HEAD: %d bytes, headers %v, want no body and the headers of GET %v", len(head.Body), head.Header, whole.Header)
	}
}

func TestErrorsAreToldByKind(t *testing.T) {
	s := open(t, nil)
	for kind, status := range map[string]int{
		"broken": 500, "missing": 404, "forbidden": 403, "invalid": 422, "conflict": 409, "much": 429, "later": 503, "unforeseen": 500,
	} {
		p := pagetest.Get(t, s, "/fault/"+kind).Want(status)
		p.Has("main h1")
		p.Has(`main a[href="/"]`)
		p.Has("meta[name=robots][content=noindex]")
		if p.Header.Get("Cache-Control") != "no-store" || p.Header.Get("ETag") != "" {
			t.Errorf("%s: an error may be kept: %v", kind, p.Header)
		}
		if strings.Contains(p.Body, "secret words") {
			t.Errorf("%s: the visitor sees the cause", kind)
		}
	}
	if got := pagetest.Get(t, s, "/fault/much").Header.Get("Retry-After"); got != "90" {
		t.Errorf("Retry-After is %q, want 90", got)
	}
	if !strings.Contains(s.log.String(), "secret words") {
		t.Error("the operator doesn't see the cause")
	}
}

func TestAFailingTemplateIsNeverHalfAPage(t *testing.T) {
	p := pagetest.Get(t, open(t, nil), "/failing").Want(500)
	if strings.Contains(p.Body, "half a page") {
		t.Error("half a page was sent")
	}
	p.Has("main h1")
}

func TestTheErrorPageHasAFallback(t *testing.T) {
	s := open(t, nil)
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/", nil)
	q := page.New(s.site, w, r, guard.Visitor{})
	q.Language = lang.Pseudo() // for which this site has no templates
	s.failPage(q, 500)
	if w.Code != 500 || !strings.Contains(w.Body.String(), `<a href="/">`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAPanicIsABrokenPage(t *testing.T) {
	s := open(t, nil)
	pagetest.Get(t, s, "/panic").Want(500).Has("main h1")
	if log := s.log.String(); !strings.Contains(log, "a bug") || !strings.Contains(log, "serve_test.go") && !strings.Contains(log, "web_test.go") {
		t.Errorf("the log has no stack: %s", log)
	}
	pagetest.Get(t, s, "/").Want(200)

	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("a panic in the middle of an answer: %v, want the connection cut", p)
		}
	}()
	pagetest.Get(t, s, "/panic-late")
}

func TestLanguage(t *testing.T) {
	s := open(t, nil)
	for _, c := range []struct{ name, path, cookie, accept, want string }{
		{"by default", "/", "", "", "en"},
		{"by the browser's wish", "/", "", "el-GR,el;q=0.9,en;q=0.5", "el"},
		{"by cookie", "/", "lang=el", "en", "el"},
		{"by link", "/?lang=el", "lang=en", "en", "el"},
		{"unknown by link", "/?lang=xx", "lang=el", "en", "el"},
		{"unknown by cookie", "/", "lang=xx", "el", "el"},
		{"hostile wish", "/", "", strings.Repeat("x-,", 5000), "en"},
	} {
		p := pagetest.Get(t, s, c.path, "Cookie", c.cookie, "Accept-Language", c.accept).Want(200)
		if got := p.Attr("html", "lang"); got != c.want || p.Header.Get("Content-Language") != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	p := pagetest.Get(t, s, "/gr/athens?q=a+b&lang=el&theme=dark")
	if got := p.Attr("footer a[hreflang=en]", "href"); got != "/gr/athens?lang=en&q=a+b" {
		t.Errorf("the link to English is %q: it loses the rest of the address", got)
	}
	kept := p.Cookies()
	if len(kept) != 2 || kept[0].Name != "lang" || kept[0].Value != "el" || !kept[0].Secure || !kept[0].HttpOnly || kept[0].SameSite != http.SameSiteLaxMode {
		t.Errorf("cookies: %v", kept)
	}
	if len(pagetest.Get(t, s, "/gr/athens").Cookies()) > 0 {
		t.Error("somebody who only reads gets a cookie")
	}
}

func TestTheme(t *testing.T) {
	s := open(t, nil)
	for _, c := range []struct{ name, path, cookie, want string }{
		{"by default", "/", "", "theme-auto"},
		{"by cookie", "/", "theme=classic", "theme-classic"},
		{"by link", "/?theme=dark", "theme=light", "theme-dark"},
		{"unknown", "/?theme=%22onload", "theme=x", "theme-auto"},
	} {
		p := pagetest.Get(t, s, c.path, "Cookie", c.cookie).Want(200)
		if class := p.Attr("html", "class"); !strings.HasSuffix(class, c.want) {
			t.Errorf("%s: class %q, want %s", c.name, class, c.want)
		}
		if n := len(p.All("footer a[aria-current]")); n != 2 {
			t.Errorf("%s: %d choices are marked, want a language and a theme", c.name, n)
		}
	}
}

func TestRightToLeft(t *testing.T) {
	pseudo := lang.Pseudo()
	s := open(t, func(s *Settings) { s.Languages = append(s.Languages, pseudo) })
	p := pagetest.Get(t, s, "/gr/athens/none?lang="+pseudo.Code()).Want(404)
	if p.Attr("html", "dir") != "rtl" {
		t.Errorf("dir is %q", p.Attr("html", "dir"))
	}
	if h := p.Text("h1"); !strings.HasPrefix(h, "⟦") || !strings.HasSuffix(h, "⟧") {
		t.Errorf("the heading %q is not whole, or not from the catalogue", h)
	}
}

func TestPublicPagesAreAskedForAgain(t *testing.T) {
	s := open(t, nil)
	p := pagetest.Get(t, s, "/gr/athens").Want(200)
	tag := p.Header.Get("ETag")
	if tag == "" || p.Header.Get("Cache-Control") != "no-cache" {
		t.Fatalf("headers %v", p.Header)
	}
	for _, vary := range []string{"Cookie", "Accept-Language", "Accept-Encoding"} {
		if !strings.Contains(p.Header.Get("Vary"), vary) {
			t.Errorf("Vary is %q, without %s", p.Header.Get("Vary"), vary)
		}
	}
	again := pagetest.Get(t, s, "/gr/athens", "If-None-Match", `"other", `+tag).Want(304)
	if again.Body != "" || again.Header.Get("ETag") != tag {
		t.Errorf("304 with %d bytes and ETag %q", len(again.Body), again.Header.Get("ETag"))
	}
	pagetest.Get(t, s, "/gr/athens", "If-None-Match", tag, "Cookie", "theme=dark").Want(200)
	mine := pagetest.Get(t, s, "/mine").Want(200)
	if mine.Header.Get("Cache-Control") != "no-store" || mine.Header.Get("ETag") != "" {
		t.Errorf("a page of one's own may be kept: %v", mine.Header)
	}
}

func TestTokenIsGivenToWhoPosts(t *testing.T) {
	s := open(t, nil)
	p := pagetest.Post(t, s, "/send", url.Values{"words": {"hello"}}).Want(200)
	if p.Text("h1") != "hello" {
		t.Errorf("the form was not read: %q", p.Text("h1"))
	}
	if len(p.Cookies()) != 1 {
		t.Fatalf("cookies: %v", p.Cookies())
	}
	c := p.Cookies()[0]
	if c.Name != "__Host-moot" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode || c.MaxAge != 60*24*3600 {
		t.Errorf("cookie %v", c)
	}
	again := pagetest.Post(t, s, "/send", nil, "Cookie", c.Name+"="+c.Value).Cookies()
	if len(again) != 1 || again[0].Value != c.Value {
		t.Errorf("a browser that has a token gets another: %v", again)
	}
	forged := pagetest.Post(t, s, "/send", nil, "Cookie", c.Name+"=made-up").Cookies()
	if len(forged) != 1 || forged[0].Value == "made-up" {
		t.Errorf("a token that nobody wrote is kept: %v", forged)
	}
	onion := open(t, func(s *Settings) { s.Base = "http://abc.onion" })
	if c := pagetest.Post(t, onion, "/send", nil).Cookies(); len(c) != 1 || c[0].Name != "moot" || c[0].Secure {
		t.Errorf("without https: %v", c)
	}
}

func TestTooFastIsToldInPlainWords(t *testing.T) {
	s := open(t, func(s *Settings) {
		s.Guard = guard.New(s.Clock, guard.Limits{Read: guard.Rate{Burst: 2, Every: 3 * time.Second}})
	})
	pagetest.Get(t, s, "/gr/athens").Want(200)
	pagetest.Get(t, s, "/gr/athens").Want(200)
	p := pagetest.Get(t, s, "/gr/athens").Want(429)
	p.Has("main h1")
	if p.Header.Get("Retry-After") != "3" {
		t.Errorf("Retry-After is %q", p.Header.Get("Retry-After"))
	}
	other := httptest.NewRequest("GET", "/gr/athens", nil)
	other.RemoteAddr = "198.51.100.7:1234"
	pagetest.Do(t, s, other).Want(200)
}

func TestAddressOfTheVisitor(t *testing.T) {
	plain, behind := open(t, nil), open(t, func(s *Settings) {
		s.Trusted = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
		s.TrustUnix = true
	})
	for _, c := range []struct {
		name, remote, forwarded string
		s                       *world
		want                    string
	}{
		{"direct", "203.0.113.5:999", "", plain, "203.0.113.5"},
		{"forged", "203.0.113.5:999", "198.51.100.1", plain, "203.0.113.5"},
		{"forged before a trusted site", "203.0.113.5:999", "198.51.100.1", behind, "203.0.113.5"},
		{"by the proxy", "10.0.0.1:999", "198.51.100.1", behind, "198.51.100.1"},
		{"forged before the proxy", "10.0.0.1:999", "6.6.6.6, 198.51.100.1", behind, "198.51.100.1"},
		{"by two proxies", "10.0.0.1:999", "6.6.6.6, 198.51.100.1, 10.9.9.9", behind, "198.51.100.1"},
		{"unreadable", "10.0.0.1:999", "198.51.100.1, who", behind, "10.0.0.1"},
		{"without", "10.0.0.1:999", "", behind, "10.0.0.1"},
		{"version 6", "[fd00::1]:999", "2001:db8::1", behind, "2001:db8::1"},
		{"version 4 in 6", "[::ffff:10.0.0.1]:999", "::ffff:198.51.100.1", behind, "198.51.100.1"},
		{"a socket that is trusted", "@", "198.51.100.1", behind, "198.51.100.1"},
		{"a socket that is not", "@", "198.51.100.1", plain, "invalid IP"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := c.s.address(r).String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestNothingAboutAVisitorIsKept(t *testing.T) {
	s := open(t, func(s *Settings) { s.Trusted = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} })
	for _, path := range []string{"/gr/athens/t/887766554433221?q=secretquery", "/gr/secretpath", "/panic?secretquery", "/fault/x?secretquery"} {
		pagetest.Get(t, s, path, "User-Agent", "secretagent", "X-Forwarded-For", "198.51.100.77", "Referer", "https://secretreferer.example/")
	}
	r := httptest.NewRequest("POST", "/send", strings.NewReader("words=secrettext"))
	pagetest.Do(t, s, r, "Content-Type", "application/x-www-form-urlencoded")
	metrics := pagetest.Get(t, s.Ops(), "/metrics").Want(200).Body
	for _, secret := range []string{"secret", "198.51.100.77", "192.0.2.1", "887766554433221"} {
		// The cause of a fault is the operator's to see.
		if log := strings.ReplaceAll(s.log.String(), "the database says: secret words", ""); strings.Contains(log, secret) {
			t.Errorf("the log has %q: %s", secret, log)
		}
		if strings.Contains(metrics, secret) {
			t.Errorf("the metrics have %q", secret)
		}
	}
	for _, want := range []string{`route="GET /{place}/t/{no}"`, "moot_http_requests_in_flight 0", "go_goroutines"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %q", want)
		}
	}
}

// deadlines notes what is asked of the connection.
type deadlines struct {
	*httptest.ResponseRecorder
	read, write time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error  { d.read = t; return nil }
func (d *deadlines) SetWriteDeadline(t time.Time) error { d.write = t; return nil }

func TestSlowClientsAreBounded(t *testing.T) {
	s := open(t, nil)
	server := s.httpServer(s)
	if server.ReadHeaderTimeout != 5*time.Second || server.IdleTimeout != time.Minute || server.MaxHeaderBytes+4096 != 16<<10 {
		t.Errorf("the server takes %v for a head, %v of silence, %d bytes of head", server.ReadHeaderTimeout, server.IdleTimeout, server.MaxHeaderBytes)
	}
	for length, want := range map[int64]time.Duration{0: 30 * time.Second, 100: 30 * time.Second, 64 << 10: 32 * time.Second, -1: 32 * time.Second, 1 << 40: 32 * time.Second} {
		d := &deadlines{ResponseRecorder: httptest.NewRecorder()}
		r := httptest.NewRequest("GET", "/", nil)
		r.ContentLength = length
		before := time.Now()
		s.ServeHTTP(d, r)
		if d.read.Before(before.Add(want)) || d.read.After(time.Now().Add(want)) {
			t.Errorf("a body of %d may take %v, want %v", length, d.read.Sub(before), want)
		}
		if d.write.Sub(d.read) != sendingTime {
			t.Errorf("an answer may take %v more, want %v", d.write.Sub(d.read), sendingTime)
		}
	}
}

func TestTooMuchWorkIsRefusedInFewBytes(t *testing.T) {
	s := open(t, nil)
	s.gate = gate.Closed()
	p := pagetest.Get(t, s, "/gr/athens").Want(503)
	if len(p.Body) > 1024 || p.Header.Get("Retry-After") == "" || p.Header.Get("Cache-Control") != "no-store" || !strings.Contains(p.Body, "in a moment") {
		t.Errorf("%d bytes, headers %v\n%s", len(p.Body), p.Header, p.Body)
	}
	if greek := pagetest.Get(t, s, "/gr/athens", "Accept-Language", "el").Want(503); !strings.Contains(greek.Body, `lang="el" dir="ltr"`) || !strings.Contains(greek.Body, "σε λίγο") {
		t.Error("who reads Greek is refused in another language: " + greek.Body)
	}
	pagetest.Get(t, s, "/healthz").Want(200)
	pagetest.Post(t, s, "/send", nil).Want(503)
}

// What somebody sends isn't read where they would be refused.
func TestWhoIsRefusedIsNotRead(t *testing.T) {
	s := open(t, nil)
	s.gate = gate.Closed()
	unread := strings.NewReader("words=some")
	r := httptest.NewRequest("POST", "/send", unread)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	pagetest.Do(t, s, r).Want(503)
	if unread.Len() != len("words=some") {
		t.Error("the form was read")
	}
}
