package app

import (
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/usercall/usercall/internal/config"
)

func TestWhoARequestIsFrom(t *testing.T) {
	a := &App{cfg: config.Config{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}
	for name, test := range map[string]struct{ peer, forwarded, want string }{
		"direct":                        {"192.0.2.1:5", "", "192.0.2.1"},
		"a stranger may claim nothing":  {"192.0.2.1:5", "198.51.100.7", "192.0.2.1"},
		"behind a proxy":                {"10.1.1.1:5", "198.51.100.7", "198.51.100.7"},
		"behind two":                    {"10.1.1.1:5", "198.51.100.7, 10.2.2.2", "198.51.100.7"},
		"what the client put before it": {"10.1.1.1:5", "203.0.113.9, 198.51.100.7", "198.51.100.7"},
		"nonsense":                      {"10.1.1.1:5", "unknown", "10.1.1.1"},
		"IPv4 as IPv6":                  {"[::ffff:10.1.1.1]:5", "198.51.100.7", "198.51.100.7"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = test.peer
		if test.forwarded != "" {
			r.Header.Set("X-Forwarded-For", test.forwarded)
		}
		if got := a.addressText(r); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
