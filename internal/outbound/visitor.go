package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
)

// Visitor connects as a visitor's browser does: to any address and any port, of
// this machine too, trusting roots (those of the system if nil). It follows no
// redirect, unpacks nothing and keeps no cookie. It is for one command that an
// operator gives with an address of their own; a law in arch keeps a running site
// from it, whose addresses come from strangers.
func Visitor(roots *x509.CertPool) http.RoundTripper {
	dialer := &net.Dialer{Timeout: whole}
	return &http.Transport{
		DialContext: dialer.DialContext, ForceAttemptHTTP2: true, DisableCompression: true, DisableKeepAlives: true,
		TLSClientConfig: &tls.Config{RootCAs: roots}, TLSHandshakeTimeout: whole, ResponseHeaderTimeout: whole, MaxResponseHeaderBytes: 64 << 10,
	}
}
