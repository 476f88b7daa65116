package deliver

import (
	"net/netip"
	"net/url"
	"strings"
	"syscall"

	"github.com/usercall/usercall/internal/research"
)

// errPrivate is the refusal to connect to an address that is not public.
var errPrivate = research.Errorf(research.Forbidden, "the address is not a public one")

// refused is what is not public among the addresses of IPv4, and among those of
// IPv6 that are globally routed: translations that lead elsewhere, and examples.
var refused = func() (all []netip.Prefix) {
	for _, s := range []string{"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
		"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
		"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"} {
		all = append(all, netip.MustParsePrefix(s))
	}
	return all
}()

var global6 = netip.MustParsePrefix("2000::/3") // what IPv6 routes globally: no local, mapped, NAT64 or multicast address

// public tells whether a server of somebody else may be at the address.
func public(a netip.Addr) bool {
	if !a.IsValid() || a.Zone() != "" || a.Is6() && !global6.Contains(a) {
		return false
	}
	for _, p := range refused {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// onlyPublic is a net.Dialer's Control: it sees the address that is about to be
// connected to, after every name was resolved, so no name can lead inside.
func onlyPublic(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !public(at.Addr()) {
		return errPrivate
	}
	return nil
}

// slackHost is where incoming webhooks of Slack are.
const slackHost = "hooks.slack.com"

// maxURL is how long an address may be, in bytes.
const maxURL = 2000

// CheckURL tells what is wrong with an address that is to be called; private allows
// http and other ports, for an operator who said so. The address behind the name is
// looked at when it is called.
func CheckURL(raw string, c research.Channel, private bool) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil || len(raw) > maxURL || u.Hostname() == "" || u.Opaque != "" || strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return nil, research.Errorf(research.Invalid, "This is no address. Write it like https://example.com/usercall.")
	case u.User != nil:
		return nil, research.Errorf(research.Invalid, "The address must not have a name or password before its host.")
	case u.Fragment != "":
		return nil, research.Errorf(research.Invalid, "The address must not have a # in it: that part is never sent.")
	case private && (u.Scheme == "http" || u.Scheme == "https"):
		return u, nil
	case u.Scheme != "https":
		return nil, research.Errorf(research.Invalid, "The address has to begin with https://.")
	case u.Port() != "" && u.Port() != "443":
		return nil, research.Errorf(research.Invalid, "The address has to be at port 443, the usual one of https.")
	case c == research.BySlack && u.Hostname() != slackHost:
		return nil, research.Errorf(research.Invalid, "An incoming webhook of Slack begins with https://%s/. Copy it from your Slack app.", slackHost)
	}
	if at, err := netip.ParseAddr(u.Hostname()); err == nil && !public(at) {
		return nil, research.Errorf(research.Invalid, "This address is inside a private network, and nothing is sent there.")
	}
	return u, nil
}
