package deliver

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/usercall/usercall/internal/research"
)

// Limits of one call.
const (
	callTimeout = 15 * time.Second
	answerBytes = 64 << 10
)

// Client calls what customers name. There is no other one: it connects to public
// addresses only, follows no redirect, asks no proxy, and reads little.
type Client struct {
	http    *http.Client
	private bool
}

// ClientOptions of a Client. Zero values are the strict ones.
type ClientOptions struct {
	Private  bool           // http and private networks too; an operator's word
	Resolver *net.Resolver  // nil: the system's
	Roots    *x509.CertPool // nil: the system's
}

// NewClient makes a client.
func NewClient(o ClientOptions) *Client {
	dial := &net.Dialer{Timeout: 5 * time.Second, Resolver: o.Resolver}
	if !o.Private {
		dial.Control = onlyPublic
	}
	return &Client{private: o.Private, http: &http.Client{
		Timeout:       callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DialContext: dial.DialContext, TLSClientConfig: &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: callTimeout, MaxResponseHeaderBytes: answerBytes,
			MaxIdleConnsPerHost: 2, MaxIdleConns: 50, IdleConnTimeout: 30 * time.Second, ForceAttemptHTTP2: true},
	}}
}

// Read gets what is at an address, at most so many bytes. The error is for people:
// invalid, and it names no part of the address.
func (c *Client) Read(ctx context.Context, address string, limit int) ([]byte, error) {
	u, err := CheckURL(address, "", c.private)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	r.Header = http.Header{"Accept": {"application/json"}, "User-Agent": {"usercall"}}
	res, err := c.http.Do(r)
	if err != nil {
		return nil, unread(why(err))
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, unread(status(res.StatusCode))
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, int64(limit)+1))
	switch {
	case err != nil:
		return nil, unread(why(err))
	case len(body) > limit:
		return nil, unread("it sent more than " + strconv.Itoa(limit>>10) + " KiB")
	}
	return body, nil
}

func unread(why string) error {
	return research.Errorf(research.Invalid, "The address could not be read: %s.", why)
}

// answer is what a receiver said; its body is read and thrown away.
type answer struct {
	Status     int
	RetryAfter time.Duration
}

// post sends a body. An error is for the caller to put into words: it may name
// the address.
func (c *Client) post(ctx context.Context, to *url.URL, header http.Header, body []byte, now time.Time) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	r.Header = header
	res, err := c.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	// What it says is nobody's business; that it cannot be read to its end changes nothing.
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, answerBytes))
	return answer{res.StatusCode, retryAfter(res.Header.Get("Retry-After"), now)}, nil
}

// retryAfter reads the header in both of its forms; 0 for none.
func retryAfter(s string, now time.Time) time.Duration {
	s = strings.TrimSpace(s)
	if n, err := strconv.Atoi(s); err == nil && n >= 0 {
		return time.Duration(min(n, int(longestAsked/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(s); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// words is a failure in a few words that give nothing of the address away, and
// whether the call may have arrived.
func words(err error) (why string, unclear bool) {
	var dns *net.DNSError
	var operation *net.OpError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, errPrivate):
		return "its name leads to an address inside a private network, and nothing is sent there", false
	case errors.As(err, &dns):
		return "its name was not found", false
	case errors.As(err, &certificate):
		return "its certificate is not valid", false
	case errors.Is(err, syscall.ECONNREFUSED):
		return "it refused the connection", false
	case errors.As(err, &operation) && operation.Op == "dial":
		return "it could not be reached", false
	case errors.Is(err, context.DeadlineExceeded) || timedOut(err):
		return "it did not answer in time", true
	}
	return "the connection broke", true
}

func why(err error) string {
	why, _ := words(err)
	return why
}

// status is an answer that is none of those hoped for, in words.
func status(n int) string {
	said := "it answered " + strconv.Itoa(n)
	if n >= 300 && n < 400 {
		said += ", a redirect, and none is followed"
	}
	return said
}

func timedOut(err error) bool {
	var slow interface{ Timeout() bool }
	return errors.As(err, &slow) && slow.Timeout()
}

// call posts and says what became of it.
func (c *Client) call(ctx context.Context, channel research.Channel, to string, header http.Header, body []byte, now time.Time) sending {
	u, err := CheckURL(to, channel, c.private)
	if err != nil {
		return sending{why: "its address is not allowed", blames: true}
	}
	got, err := c.post(ctx, u, header, body, now)
	if err != nil {
		why, unclear := words(err)
		return sending{why: why, unclear: unclear, blames: true}
	}
	s := sending{status: got.Status, asked: got.RetryAfter, blames: true}
	switch {
	case got.Status >= 200 && got.Status < 300:
	default:
		s.why, s.gone = status(got.Status), got.Status == http.StatusGone
	}
	return s
}

// sending is what became of one attempt.
type sending struct {
	status  int
	why     string // "": it was taken
	asked   time.Duration
	unclear bool
	blames  bool // the endpoint is to blame, and not this delivery
	gone    bool
	final   bool // trying again cannot help
}
