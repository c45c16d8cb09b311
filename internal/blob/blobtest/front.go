package blobtest

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// Front stands before a server, and answers in its place while a test wants it to.
type Front struct {
	*Server
	At string // host and port

	mu     sync.Mutex
	refuse func(http.ResponseWriter, *http.Request) bool
}

// NewFront puts a front before a server until the test ends.
func NewFront(t testing.TB, s *Server) *Front {
	f := &Front{Server: s}
	behind := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: s.At})
		r.Out.Host = r.In.Host // which is signed
	}, ErrorLog: log.New(io.Discard, "", 0)}
	l := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		refuse := f.refuse
		f.mu.Unlock()
		if refuse == nil || !refuse(w, r) {
			behind.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(func() {
		f.Mend()
		l.CloseClientConnections()
		l.Close()
	})
	f.At = strings.TrimPrefix(l.URL, "http://")
	return f
}

// Address is that of a bucket through the front.
func (f *Front) Address(bucket, prefix string) string {
	return strings.Replace(f.Server.Address(bucket, prefix), f.Server.At, f.At, 1)
}

// Refuse has those requests answered with an error for which is says so.
func (f *Front) Refuse(status int, code string, is func(*http.Request) bool) {
	f.set(func(w http.ResponseWriter, r *http.Request) bool {
		if !is(r) {
			return false
		}
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		fmt.Fprintf(w, "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>%s</Message></Error>", code, code)
		return true
	})
}

// Puts are the requests by which something is kept.
func Puts(r *http.Request) bool { return r.Method == http.MethodPut }

// Hold takes every request and answers none.
func (f *Front) Hold() {
	f.set(func(_ http.ResponseWriter, r *http.Request) bool {
		<-r.Context().Done()
		return true
	})
}

// Mend lets the server answer again.
func (f *Front) Mend() { f.set(nil) }

func (f *Front) set(refuse func(http.ResponseWriter, *http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refuse = refuse
}
