package deliver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/mail"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/usercall/usercall/internal/research"
)

// MailConfig is the operator's mail server.
type MailConfig struct {
	Host     string
	Port     int
	User     string
	Password string
	TLS      MailTLS
	From     string         // address, with or without a name
	Domain   string         // of Message-IDs: the host of the public URL
	Roots    *x509.CertPool // nil: the system's
}

// MailTLS says how the connection to the mail server is protected.
type MailTLS string

const (
	MailStartTLS MailTLS = "starttls" // required
	MailImplicit MailTLS = "tls"
	MailPlain    MailTLS = "none" // a relay on the same machine
)

// Mailer sends mail by one server. nil is no mailer.
type Mailer struct {
	c    MailConfig
	from *mail.Address
}

// NewMailer makes a mailer; an error says what of the configuration is wrong.
func NewMailer(c MailConfig) (*Mailer, error) {
	from, err := mail.ParseAddress(c.From)
	if err != nil {
		return nil, research.Errorf(research.Invalid, "The sender is no e-mail address.")
	}
	return &Mailer{c, from}, nil
}

// From is the address that mails come from.
func (m *Mailer) From() string {
	if m == nil {
		return ""
	}
	return m.from.Address
}

// letter is one mail.
type letter struct {
	id          string // of the delivery; becomes the Message-ID
	to          string
	sender      string // a name, where the configuration has none
	subject     string
	text, html  string
	unsubscribe string // address for one click; "": a test
	at          time.Time
}

// maxAddress is how long an e-mail address may be, in bytes: RFC 5321.
const maxAddress = 254

// mailAddress is a person's trait as an address to write to, or "": a name, a
// list or a line break in it makes it none.
func mailAddress(trait string) string {
	s := strings.TrimSpace(trait)
	at, err := mail.ParseAddress(s)
	if err != nil || at.Address != s || len(s) > maxAddress || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return ""
	}
	return s
}

// oneLine is a text for a header: without line breaks or other control
// characters, and not endless.
func oneLine(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 }), " ")
	if r := []rune(s); len(r) > 150 {
		s = string(r[:149]) + "…"
	}
	return s
}

func (m *Mailer) write(l letter) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	name := m.from.Name
	if name == "" {
		name = oneLine(l.sender)
	}
	if err := msg.FromFormat(name, m.from.Address); err != nil {
		return nil, err
	}
	if err := msg.To(l.to); err != nil {
		return nil, err
	}
	msg.Subject(oneLine(l.subject))
	msg.SetDateWithValue(l.at)
	msg.SetMessageIDWithValue(l.id + "@" + m.c.Domain)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	if l.unsubscribe != "" {
		msg.SetGenHeader(gomail.HeaderListUnsubscribe, "<"+l.unsubscribe+">")
		msg.SetGenHeader(gomail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	}
	msg.SetBodyString(gomail.TypeTextPlain, l.text)
	msg.AddAlternativeString(gomail.TypeTextHTML, l.html)
	return msg, nil
}

// client opens a connection for each mail: there are few.
func (m *Mailer) client() (*gomail.Client, error) {
	options := []gomail.Option{gomail.WithPort(m.c.Port), gomail.WithTimeout(callTimeout),
		gomail.WithTLSConfig(&tls.Config{ServerName: m.c.Host, RootCAs: m.c.Roots, MinVersion: tls.VersionTLS12})}
	switch m.c.TLS {
	case MailImplicit:
		options = append(options, gomail.WithSSL())
	case MailPlain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if m.c.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(m.c.User), gomail.WithPassword(m.c.Password))
	}
	return gomail.NewClient(m.c.Host, options...)
}

func (m *Mailer) send(ctx context.Context, l letter) sending {
	msg, err := m.write(l)
	if err != nil {
		return sending{why: "the mail could not be written", final: true}
	}
	client, err := m.client()
	if err != nil {
		return sending{why: "the mail server's settings are not right", blames: true}
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := client.DialWithContext(ctx); err != nil {
		return notDialled(err)
	}
	err = client.Send(msg)
	// A server that took the mail and then fails to say goodbye has taken it.
	_ = client.Close()
	return mailed(err)
}

func notDialled(err error) sending {
	why, _ := words(err)
	if why == "the connection broke" {
		why = "the mail server refused the connection, its encryption or the password"
	}
	return sending{why: strings.Replace(why, "its name", "the mail server's name", 1), blames: true}
}

// mailed says what a mail server's answer means. What it said in words is not
// kept: most servers repeat the address.
func mailed(err error) sending {
	if err == nil {
		return sending{status: 250}
	}
	var failed *gomail.SendError
	if !errors.As(err, &failed) || failed.ErrorCode() == 0 {
		return sending{why: "the connection to the mail server broke", unclear: true, blames: true}
	}
	s := sending{status: failed.ErrorCode(), why: "the mail server answered " + strconv.Itoa(failed.ErrorCode())}
	if failed.IsTemp() {
		s.blames = true
		return s
	}
	s.final = true
	return s
}
