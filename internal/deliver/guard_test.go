package deliver

import (
	"context"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/usercall/usercall/internal/research"
)

func TestOnlyPublicAddresses(t *testing.T) {
	for _, s := range []string{"127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1",
		"100.127.255.255", "198.18.0.1", "192.0.0.8", "192.0.2.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
		"64:ff9b::7f00:1", "64:ff9b:1::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "2001::1", "2002:7f00:1::1", "fec0::1", "3fff::1"} {
		if public(netip.MustParseAddr(s)) {
			t.Errorf("%s counts as public", s)
		}
	}
	for _, s := range []string{"8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450:4001::1"} {
		if !public(netip.MustParseAddr(s)) {
			t.Errorf("%s does not count as public", s)
		}
	}
	if public(netip.Addr{}) {
		t.Error("no address counts as public")
	}
}

func TestCheckURL(t *testing.T) {
	for _, bad := range []string{"", "x", "http://example.com/", "https://", "ftp://example.com", "https://user:pass@example.com/", "https://user@example.com", "https://example.com:8443/",
		"https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/hook", "https://example.com/#x", "https://exa mple.com", "https://example.com/\r\nHost: x", "javascript:alert(1)",
		"https:example.com", "https://example.com/" + strings.Repeat("x", 2000), "//example.com/"} {
		if _, err := CheckURL(bad, research.ByWebhook, false); research.CodeOf(err) != research.Invalid {
			t.Errorf("%.60q is taken: %v", bad, err)
		}
	}
	for _, good := range []string{"https://example.com/usercall?x=1", "https://example.com:443/", "https://8.8.8.8/x"} {
		if _, err := CheckURL(good, research.ByWebhook, false); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, evil := range []string{"https://hooks.slack.com.evil.example/x", "https://evil.example/hooks.slack.com", "https://hooks.slack.com@evil.example/"} {
		if _, err := CheckURL(evil, research.BySlack, false); err == nil {
			t.Errorf("%q counts as Slack", evil)
		}
	}
	if _, err := CheckURL("https://hooks.slack.com/services/T/B/x", research.BySlack, false); err != nil {
		t.Error(err)
	}
	for _, private := range []string{"http://localhost:8080/x", "https://10.0.0.1:8443/"} {
		if _, err := CheckURL(private, research.BySlack, true); err != nil {
			t.Errorf("the operator allowed %q: %v", private, err)
		}
	}
}

// names is a DNS server that answers every question for an address with the next
// of some addresses, and then with the last.
func names(t *testing.T, answers ...string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	var asked atomic.Int64
	go func() {
		buf := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			conn.WriteTo(dnsAnswer(buf[:n], answers, &asked), from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// dnsAnswer repeats the question and answers it, if it is for an IPv4 address.
func dnsAnswer(question []byte, answers []string, asked *atomic.Int64) []byte {
	end := 12
	for end < len(question) && question[end] != 0 {
		end += int(question[end]) + 1
	}
	end += 5 // the end of the name, type and class
	out := append([]byte{}, question[:end]...)
	binary.BigEndian.PutUint16(out[2:], 0x8180)
	binary.BigEndian.PutUint16(out[8:], 0)
	binary.BigEndian.PutUint16(out[10:], 0)
	if binary.BigEndian.Uint16(question[end-4:]) != 1 {
		return out
	}
	n := int(asked.Add(1)) - 1
	at := netip.MustParseAddr(answers[min(n, len(answers)-1)]).As4()
	binary.BigEndian.PutUint16(out[6:], 1)
	return append(append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4), at[:]...)
}

// TestANameThatLeadsInsideIsNotCalled resolves a public name to this machine,
// where a server listens: also where it was public when it was looked at first.
func TestANameThatLeadsInsideIsNotCalled(t *testing.T) {
	var called atomic.Int64
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called.Add(1) }))
	defer server.Close()
	resolver := names(t, "127.0.0.1")
	c := NewClient(ClientOptions{Resolver: resolver})
	got := c.call(t.Context(), research.ByWebhook, "https://rebound.example/hook", http.Header{}, []byte("{}"), time.Now())
	if !strings.Contains(got.why, "private network") || got.unclear {
		t.Errorf("called: %+v", got)
	}
	// The dialer alone, at the server's own port: nothing but the check is in the way.
	u := &url.URL{Scheme: "https", Host: "rebound.example:" + server.URL[strings.LastIndex(server.URL, ":")+1:]}
	if _, err := c.post(t.Context(), u, http.Header{}, nil, time.Now()); !errors.Is(err, errPrivate) || called.Load() > 0 {
		t.Errorf("%v, called %d times", err, called.Load())
	}
	// The same name with the operator's word reaches the server: the test can tell.
	open := NewClient(ClientOptions{Resolver: resolver, Private: true, Roots: roots(server)})
	if _, err := open.post(t.Context(), u, http.Header{}, nil, time.Now()); err == nil || strings.Contains(err.Error(), "private") {
		t.Errorf("inconclusive: %v", err) // the certificate is another's, so the connection was made
	}
}

func roots(s *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}

func TestRebindingBetweenTwoLooks(t *testing.T) {
	resolver := names(t, "93.184.216.34", "127.0.0.1", "127.0.0.1", "169.254.169.254")
	if first, err := resolver.LookupNetIP(t.Context(), "ip4", "rebound.example"); err != nil || !public(first[0].Unmap()) {
		t.Fatalf("inconclusive: %v %v", first, err)
	}
	for range 3 {
		got := NewClient(ClientOptions{Resolver: resolver}).call(t.Context(), research.ByWebhook, "https://rebound.example/", http.Header{}, nil, time.Now())
		if !strings.Contains(got.why, "private network") {
			t.Errorf("called: %+v", got)
		}
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	var inside atomic.Int64
	secret := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inside.Add(1) }))
	defer secret.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, secret.URL, status) }))
		got := NewClient(ClientOptions{Private: true}).call(t.Context(), research.ByWebhook, outside.URL, http.Header{}, []byte("{}"), time.Now())
		outside.Close()
		if got.status != status || !strings.Contains(got.why, "redirect") {
			t.Errorf("%d: %+v", status, got)
		}
	}
	if inside.Load() > 0 {
		t.Errorf("followed %d times", inside.Load())
	}
}

func TestAnAnswerWithoutEndIsCut(t *testing.T) {
	var wrote atomic.Int64
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for block := make([]byte, 64<<10); r.Context().Err() == nil; {
			n, err := w.Write(block)
			if wrote.Add(int64(n)); err != nil {
				return
			}
		}
	}))
	defer endless.Close()
	got := NewClient(ClientOptions{Private: true}).call(t.Context(), research.ByWebhook, endless.URL, http.Header{}, nil, time.Now())
	if got.why != "" || wrote.Load() > 32<<20 {
		t.Errorf("%+v, %d bytes were sent", got, wrote.Load())
	}
}

func TestNoProxyIsAsked(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	if NewClient(ClientOptions{}).http.Transport.(*http.Transport).Proxy != nil {
		t.Error("a proxy of the environment is asked")
	}
}

func TestWordsGiveNothingAway(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	address := closed.URL + "/services/T00/B00/secret"
	closed.Close()
	got := NewClient(ClientOptions{Private: true}).call(t.Context(), research.BySlack, address, http.Header{}, nil, time.Now())
	if got.why != "it refused the connection" || got.unclear || !got.blames {
		t.Errorf("%+v", got)
	}
	stopped, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer slow.Close()
	defer close(release)
	got = NewClient(ClientOptions{Private: true}).call(stopped, research.BySlack, slow.URL+"/secret", http.Header{}, nil, time.Now())
	if got.why != "it did not answer in time" || !got.unclear {
		t.Errorf("%+v", got)
	}
	if _, err := CheckURL("https://u:secret@example.com", research.ByWebhook, false); strings.Contains(err.Error(), "secret") {
		t.Errorf("the refusal repeats the address: %v", err)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for in, want := range map[string]time.Duration{"": 0, "60": time.Minute, " 5 ": 5 * time.Second, "-5": 0, "soon": 0, "99999999": longestAsked,
		now.Add(time.Hour).Format(http.TimeFormat): time.Hour, now.Add(-time.Hour).Format(http.TimeFormat): 0} {
		if got := retryAfter(in, now); got != want {
			t.Errorf("%q is %s, want %s", in, got, want)
		}
	}
}
