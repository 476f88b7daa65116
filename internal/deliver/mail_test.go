package deliver

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/usercall/usercall/internal/research"
)

// mailbox is a mail server that keeps what it is given.
type mailbox struct {
	mu     sync.Mutex
	from   []string
	to     [][]string
	raw    [][]byte
	secure []bool
	refuse error // what the next recipients are answered
	config MailConfig
}

// certificate is one for 127.0.0.1, and whoever trusts it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return s.TLS.Certificates[0], pool
}

func newMailbox(t *testing.T, how MailTLS) *mailbox {
	t.Helper()
	box := &mailbox{}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{box: box, conn: c}, nil }))
	server.Domain, server.ReadTimeout, server.WriteTimeout, server.ErrorLog = "mail.example", 5*time.Second, 5*time.Second, silent{}
	cert, roots := certificate(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	switch how {
	case MailStartTLS:
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
	case MailImplicit:
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{cert}})
	case MailPlain:
		server.AllowInsecureAuth = true
	}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	box.config = MailConfig{Host: "127.0.0.1", Port: port, User: "usercall", Password: "pass", TLS: how, From: "hello@northdesk.example", Domain: "usercall.example", Roots: roots}
	return box
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

type session struct {
	box  *mailbox
	conn *smtp.Conn
	in   bool
	from string
	to   []string
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "usercall" || password != "pass" {
			return errors.New("no")
		}
		s.in = true
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if !s.in {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	if s.box.refuse != nil {
		return s.box.refuse
	}
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	_, secure := s.conn.TLSConnectionState()
	s.box.from, s.box.to, s.box.raw, s.box.secure = append(s.box.from, s.from), append(s.box.to, s.to), append(s.box.raw, raw), append(s.box.secure, secure)
	return err
}

func (s *session) Reset()        { s.to = nil }
func (s *session) Logout() error { return nil }

func (b *mailbox) mailer(t *testing.T) *Mailer {
	t.Helper()
	m, err := NewMailer(b.config)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func written(t *testing.T) letter {
	t.Helper()
	d := sample()
	d.Email = "ann@example.com"
	l, err := invitationLetter(d, said, "https://usercall.example/i/x", "https://usercall.example/unsubscribe/x", noon)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// parts is the texts of a mail by their type.
func parts(t *testing.T, m *mail.Message) map[string]string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s %v", kind, err)
	}
	out := map[string]string{}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if err != nil {
			return out
		}
		body, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := strings.Cut(p.Header.Get("Content-Type"), ";")
		out[kind] = string(body)
	}
}

func TestAMailArrives(t *testing.T) {
	for _, how := range []MailTLS{MailStartTLS, MailImplicit} {
		box := newMailbox(t, how)
		for range 2 {
			if got := box.mailer(t).send(t.Context(), written(t)); got.why != "" || got.status != 250 {
				t.Fatalf("%s: %+v", how, got)
			}
		}
		m, err := mail.ReadMessage(bytes.NewReader(box.raw[0]))
		if err != nil {
			t.Fatal(err)
		}
		if !box.secure[0] || box.from[0] != "hello@northdesk.example" || strings.Join(box.to[0], " ") != "ann@example.com" {
			t.Errorf("%s: from %s to %s, encrypted %t", how, box.from[0], box.to[0], box.secure[0])
		}
		again, _ := mail.ReadMessage(bytes.NewReader(box.raw[1]))
		subject, _ := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		for name, pair := range map[string][2]string{
			"Message-ID": {m.Header.Get("Message-Id"), "<dlv_1@usercall.example>"}, "the same again": {again.Header.Get("Message-Id"), m.Header.Get("Message-Id")},
			"List-Unsubscribe": {m.Header.Get("List-Unsubscribe"), "<https://usercall.example/unsubscribe/x>"}, "one click": {m.Header.Get("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click"},
			"Bcc": {m.Header.Get("Bcc"), ""}, "To": {m.Header.Get("To"), "<ann@example.com>"}, "Subject": {subject, "Wie war's? Bcc: evil@example.com"},
			"Auto-Submitted": {m.Header.Get("Auto-Submitted"), "auto-generated"}, "From": {m.Header.Get("From"), `"Northdesk & Co" <hello@northdesk.example>`}} {
			if pair[0] != pair[1] {
				t.Errorf("%s: %s is %q, want %q", how, name, pair[0], pair[1])
			}
		}
		got := parts(t, m)
		for kind, want := range map[string][]string{"text/plain": {"Eine KI <b>fragt</b> & hört zu.", "Erzählen: https://usercall.example/i/x", "gilt bis 2026-12-01", "Nicht mehr fragen: https://usercall.example/unsubscribe/x", "Northdesk & Co nutzen"},
			"text/html": {"Eine KI &lt;b&gt;fragt&lt;/b&gt; &amp; hört zu.", `<a href="https://usercall.example/i/x">Erzählen</a>`, `href="https://usercall.example/unsubscribe/x"`, `lang="de-AT"`}} {
			for _, words := range want {
				if !strings.Contains(got[kind], words) {
					t.Errorf("%s: %s does not say %q: %s", how, kind, words, got[kind])
				}
			}
		}
	}
}

func TestHeadersCannotBeInjected(t *testing.T) {
	box := newMailbox(t, MailStartTLS)
	l := written(t)
	l.subject, l.sender = "x\r\nBcc: evil@example.com\r\n\r\nbody\u2028X-Evil: 1", "Evil\r\nX-Evil: 1"
	if got := box.mailer(t).send(t.Context(), l); got.why != "" {
		t.Fatalf("%+v", got)
	}
	m, err := mail.ReadMessage(bytes.NewReader(box.raw[0]))
	if err != nil || m.Header.Get("Bcc") != "" || m.Header.Get("X-Evil") != "" || len(box.to[0]) != 1 {
		t.Errorf("%v to %v, %v", m.Header, box.to[0], err)
	}
	l.to = "ann@example.com\r\nRCPT TO:<evil@example.com>"
	if got := box.mailer(t).send(t.Context(), l); got.why == "" || !got.final || len(box.raw) != 1 {
		t.Errorf("%+v, %d arrived", got, len(box.raw))
	}
}

func TestWhatAMailServerAnswers(t *testing.T) {
	box := newMailbox(t, MailStartTLS)
	for code, want := range map[int]sending{451: {status: 451, why: "the mail server answered 451", blames: true}, 550: {status: 550, why: "the mail server answered 550", final: true}} {
		box.refuse = &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: "ann@example.com is a secret"}
		if got := box.mailer(t).send(t.Context(), written(t)); got != want {
			t.Errorf("%d: %+v, want %+v", code, got, want)
		}
	}
	box.refuse = nil
	wrong := box.config
	wrong.Password = "guess"
	m, _ := NewMailer(wrong)
	if got := m.send(t.Context(), written(t)); got.why == "" || got.final || !got.blames || strings.Contains(got.why, "guess") {
		t.Errorf("a wrong password: %+v", got)
	}
	untrusted := box.config
	untrusted.Roots = nil
	m, _ = NewMailer(untrusted)
	if got := m.send(t.Context(), written(t)); got.why != "its certificate is not valid" {
		t.Errorf("a certificate of nobody: %+v", got)
	}
	gone := box.config
	gone.Port = 1
	m, _ = NewMailer(gone)
	if got := m.send(t.Context(), written(t)); got.why != "it refused the connection" || got.unclear {
		t.Errorf("nobody listens: %+v", got)
	}
	if len(box.raw) != 0 {
		t.Errorf("%d mails arrived", len(box.raw))
	}
}

// TestNoPasswordWithoutEncryption has a server that offers no STARTTLS.
func TestNoPasswordWithoutEncryption(t *testing.T) {
	box := newMailbox(t, MailPlain)
	c := box.config
	c.TLS = MailStartTLS
	m, _ := NewMailer(c)
	if got := m.send(t.Context(), written(t)); got.why == "" || len(box.raw) != 0 {
		t.Errorf("%+v, %d arrived", got, len(box.raw))
	}
}

func TestWhatStandsInTheWayOfAMail(t *testing.T) {
	s := &Service{Link: func(string) string { return "" }, Unsubscribe: func(string) string { return "" }, Now: func() time.Time { return noon }}
	d := sample()
	d.Channel = research.ByEmail
	refused := func(want string) {
		t.Helper()
		if _, why := s.prepare(d, said); !strings.Contains(why, want) {
			t.Errorf("%q, want %q", why, want)
		}
	}
	refused("USERCALL_SMTP_URL")
	s.Mailer, _ = NewMailer(MailConfig{From: "a@b.example"})
	refused("no trait email")
	d.Email = "a@b.example, c@d.example"
	refused("no single e-mail address")
	d.Email, d.Invite.Verified = "ann@example.com", false
	refused("anybody may have sent it")
	d.Invite.Verified = true
	refused("anybody may have made it up")
	d.Vouched = true
	if send, why := s.prepare(d, said); send == nil || why != "" {
		t.Errorf("%q", why)
	}
	if _, err := NewMailer(MailConfig{From: "nobody"}); err == nil {
		t.Error("a sender that is no address is taken")
	}
}
