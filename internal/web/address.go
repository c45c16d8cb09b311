package web

import (
	"net/http"
	"net/netip"
	"strings"
)

// address is where a request comes from: the peer, or, where that is a proxy
// that is trusted, the last address in X-Forwarded-For that is not. It goes to
// the guard and nowhere else. The zero address stands for what can't be told.
func (s *Server) address(r *http.Request) netip.Addr {
	peer, trusted := s.peer(r.RemoteAddr)
	if !trusted {
		return peer
	}
	// A proxy adds what it saw at the end; anything before that may be made up.
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		peer = hop.Unmap().WithZone("")
		if !s.trusts(peer) {
			break
		}
	}
	return peer
}

// peer is the address of the other end of the connection, and whether it is a
// proxy that is trusted. A Unix socket's has no address.
func (s *Server) peer(remote string) (netip.Addr, bool) {
	if at, err := netip.ParseAddrPort(remote); err == nil {
		addr := at.Addr().Unmap().WithZone("")
		return addr, s.trusts(addr)
	}
	return netip.Addr{}, s.settings.TrustUnix
}

func (s *Server) trusts(addr netip.Addr) bool {
	for _, prefix := range s.settings.Trusted {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}
