package app

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// address is whom a request is from. X-Forwarded-For counts only where a proxy
// that the operator named put it: the list is read from its end, and the first
// address that is no such proxy is the one.
func (a *App) address(r *http.Request) (netip.Addr, bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false
	}
	at := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !a.trusted(at) {
			break
		}
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		at = next.Unmap()
	}
	return at, true
}

func (a *App) trusted(at netip.Addr) bool {
	return slices.ContainsFunc(a.cfg.Proxies, func(p netip.Prefix) bool { return p.Contains(at) })
}

func (a *App) addressText(r *http.Request) string {
	at, ok := a.address(r)
	if !ok {
		return r.RemoteAddr
	}
	return at.String()
}
